"""The alternative text tells what is drawn, and never disagrees with it."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_charts_texts import AS_OF, table

from briefkit import charts
from briefkit.charts.reading import Moment, read
from briefkit.charts.sheet import Marks
from briefkit.charts.timeline import Timeline
from briefkit.facts import Fact

VALUES = st.lists(st.one_of(st.none(), st.integers(-50, 2000)), min_size=2, max_size=12)


def days(count):
    return [dt.date(2001, 1, 1) + dt.timedelta(40 * at) for at in range(count)]


def at(day, value):
    return f"{Fact(value).text} ({Fact(day).text})"


@settings(max_examples=40, deadline=None)
@given(values=VALUES.filter(lambda values: any(value is not None for value in values)))
def test_a_line_is_told_by_its_ends_its_extremes_and_its_gaps(values):
    alt = charts.line(table(day=days(len(values)), value=values), "day", "value", "It went").alt
    known = [(day, value) for day, value in zip(days(len(values)), values, strict=True) if value is not None]
    assert at(*known[0]) in alt
    assert at(*known[-1]) in alt
    high, low = max(value for _, value in known), min(value for _, value in known)
    for word, extreme in (("highest", high), ("lowest", low)):
        first = next(day for day, value in known if value == extreme)
        inside = extreme not in (known[0][1], known[-1][1])
        assert (f"{word} {at(first, extreme)}" in alt) is inside
    assert ("not known" in alt) is (len(known) < len(values))
    assert ("rises" in alt) is (known[-1][1] > known[0][1])
    assert ("falls" in alt) is (known[-1][1] < known[0][1])


@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=10), log=st.booleans())
def test_crossings_are_those_of_the_lines_drawn(pairs, log):
    when = days(len(pairs))
    rows = {"day": when * 2, "value": [one + 1 for one, _ in pairs] + [two + 1 for _, two in pairs]}
    rows["of"] = ["Rurland"] * len(pairs) + ["Grauland"] * len(pairs)
    alt = charts.line(table(**rows), "day", "value", "They went", by="of", log=log).alt
    sides = [(day, one > two) for day, (one, two) in zip(when, pairs, strict=True) if one != two]
    crossed = [(early[0], late[0]) for early, late in itertools.pairwise(sides) if early[1] != late[1]]
    said = re.search(r"cross (\w+)", alt)
    words = {"once": 1, "twice": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
    assert (words[said[1]] if said else 0) == len(crossed)
    for early, late in crossed[:1]:
        assert f"between {Fact(early).text} and {Fact(late).text}" in alt


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.integers(0, 9), min_size=2, max_size=10), limit=st.integers(0, 9))
def test_a_reference_line_is_told_by_what_lies_above_it(values, limit):
    rows = table(day=days(len(values)), value=values)
    alt = charts.line(rows, "day", "value", "It went", limits=[(limit, "Made-up cap")]).alt
    above = sum(value > limit for value in values)
    assert (f"lies above it at {above} of {len(values)} dates" in alt) is (above > 0)
    assert ("lies above it nowhere" in alt) is (above == 0)
    dots = charts.dots(rows, "day", "value", "It went", limits=[(limit, "Made-up cap")]).alt
    assert f"Made-up cap: {above} dots above, {values.count(limit)} on the line" in dots


def test_two_lines_that_never_meet_are_not_said_to_cross():
    rows = table(day=days(2) * 2, value=[1, 2, 3, 4], of=["Rurland"] * 2 + ["Grauland"] * 2)
    assert "cross" not in charts.line(rows, "day", "value", "They went", by="of").alt


def test_lines_do_not_cross_in_a_gap():
    rows = table(day=days(3) * 2, value=[1, None, 5, 3, 3, 3], of=["Rurland"] * 3 + ["Grauland"] * 3)
    assert "cross" not in charts.line(rows, "day", "value", "They went", by="of").alt


def test_many_panels_and_events_are_told_in_four_sentences():
    rows = table(day=days(2) * 5, value=list(range(10)), of=[name for name in "ABCDE" for _ in "xx"])
    marks = [(days(1)[0], "Rurland began")]
    alt = charts.line(rows, "day", "value", "They went", panels="of", marks=marks).alt
    assert len(re.findall(r"\.(?= |$)", alt)) == 3
    assert alt.endswith("Marked: Rurland began (1 January 2001).")


def test_a_long_timeline_tells_how_many_events_fell_when():
    when = [dt.date(2001, 1, 5)] * 4 + [dt.date(2001, 2, 1)] * 3 + [dt.date(2001, 5, 9)]
    rows = table(day=when, name=[f"Step {each}" for each in range(8)])
    alt = charts.timeline(rows, "day", "name", "Much happened").alt
    assert alt == (
        "Timeline of eight events, 5 January 2001 to 9 May 2001. 4 in January 2001, 3 in February 2001 "
        "and 1 in May 2001; first 5 January 2001, Step 0; last 9 May 2001, Step 7."
    )


def test_a_timeline_over_many_years_tells_the_fullest():
    years = [2000, 2001, 2002, 2003, 2004, 2005, 2005, 2005, 2006, 2006]
    rows = table(day=[dt.date(year, 1, 1) for year in years], name=["Step"] * len(years))
    alt = charts.timeline(rows, "day", "name", "Much happened").alt
    assert "Most often in 2005 (3), in 2006 (2) and in 2000 (1)" in alt


@pytest.mark.parametrize("field", ["until", "foreseen"])
def test_an_end_after_the_editions_day_is_only_foreseen(field):
    rows = {"day": [dt.date(2001, 1, 1), dt.date(2011, 2, 5)], "name": ["Old", "New"]}
    ends = {"until": [AS_OF, None], "foreseen": [None, None]}
    ends[field][1] = dt.date(2025, 2, 5)
    rows |= ends
    figure = charts.spans(table(**rows), "day", "until", "name", "They held", foreseen="foreseen")
    assert figure.subtitle == "In outline: foreseen on 31 December 2020."
    assert "Old from 1 January 2001 to 31 December 2020" in figure.alt
    assert "New from 5 February 2011 on, foreseen to end on 5 February 2025" in figure.alt


MONTHS = {
    "date": [dt.date(2001, 6, 1), dt.date(2001, 6, 1), dt.date(2002, 3, 9)],
    "date_precision": ["day", "month", "day"],
    "date_end": [dt.date(2001, 9, 1), dt.date(2003, 2, 1), dt.date(2004, 2, 1)],
    "date_precision_end": ["month", "day", "year"],
    "name": ["First", "Second", "Third"],
}


def test_an_event_of_which_only_the_month_is_known_is_told_by_month_and_marked_hollow():
    figure = charts.timeline(table(**MONTHS), "date", "name", "Much happened")
    assert "1 June 2001, First; June 2001, Second; 9 March 2002, Third" in figure.alt
    assert figure.subtitle.endswith("Hollow, at mid-month: no day is known.")
    whole = charts.timeline(table(**MONTHS | {"date_precision": ["day"] * 3}), "date", "name", "Much happened")
    assert "Hollow" not in whole.subtitle


def test_a_month_is_marked_hollow_between_its_first_and_its_last_day():
    reading = read(table(**MONTHS), "t", needed="x label", numbers="", x="date", label="name")
    chart = Timeline(reading, "Much happened")
    marks = [item for item in chart.draw(400).items if isinstance(item, Marks)]
    assert [each.fill == "ground" for each in marks] == [False, True, False]
    first, month, last = (each.xs[0] for each in marks)
    part = (month - first) / (last - first)
    assert part == pytest.approx(14 / (dt.date(2002, 3, 9) - dt.date(2001, 6, 1)).days)


def test_a_span_from_or_to_a_month_is_told_by_month():
    figure = charts.spans(table(**MONTHS), "date", "date_end", "name", "They held", gaps="None held")
    assert "First from 1 June 2001 to September 2001" in figure.alt
    assert "Second from June 2001 to 1 February 2003" in figure.alt
    assert "Third from 9 March 2002 to 2004" in figure.alt
    assert "None held: from 2004 on" in figure.alt
    assert "Where no day is known, a bar starts or ends at mid-month or mid-year." in figure.subtitle
    whole = MONTHS | {"date_precision": ["day"] * 3, "date_precision_end": ["day"] * 3}
    assert "mid-" not in charts.spans(table(**whole), "date", "date_end", "name", "They held").subtitle


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
def test_a_moment_is_drawn_inside_the_time_that_is_known(day):
    assert Moment(day).at == Moment(day, None).at == day
    month, year = Moment(day.replace(day=1), "month"), Moment(day.replace(month=1, day=1), "year")
    assert (month.at.year, month.at.month) == (day.year, day.month)
    assert year.at.year == day.year
    assert min(month.at.day, 28 - month.at.day) > 10
    assert month.dated == f"in {day:%B} {day.year}"


def test_pairs_of_which_none_is_whole_say_so():
    rows = table(name=["Rurland"], sent=[3], answered=[None])
    alt = charts.pairs(rows, "name", ("sent", "answered"), "No answer").alt
    assert "In no pair are both numbers known." in alt


def test_where_many_lines_cross_their_crossings_are_counted():
    lands = ["Rurland", "Grauland", "Blauland"]
    rows = table(day=days(2) * 3, value=[1, 9, 5, 5, 9, 1], of=[land for land in lands for _ in "xx"])
    assert "; the lines cross three times in all." in charts.line(rows, "day", "value", "They went", by="of").alt


def test_a_year_and_a_month_are_said_with_their_preposition():
    limits = [(1, "Made-up cap")]
    years = table(year=[2001, 2002], value=[1, 9])
    assert "last in 2002" in charts.line(years, "year", "value", "It went", limits=limits).alt
    rows = table(date=days(2), value=[1, 9], date_precision=["month", "month"])
    assert "last in February 2001" in charts.line(rows, "date", "value", "It went", limits=limits).alt


@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.integers(0, 999), min_size=12, max_size=12))
def test_many_panels_are_told_by_their_ends_and_the_extremes_of_all(values):
    lands = [f"Land {at}" for at in range(4) for _ in range(3)]
    alt = charts.multiples(table(day=days(3) * 4, value=values, land=lands), "day", "value", "They went", by="land").alt
    for word, extreme in (("highest", max(values)), ("lowest", min(values))):
        at_first = values.index(extreme)
        assert f"{word} {Fact(extreme).text} ({lands[at_first]}, {Fact(days(3)[at_first % 3]).text})" in alt
    assert all(Fact(values[3 * at + 2]).text in alt for at in range(4))
