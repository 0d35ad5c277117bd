"""The verbs slope, votes, multiples and parts draw what the rows say, and say what they draw."""

from __future__ import annotations

import datetime as dt

import pytest
from drawn import boxes, strokes, words_of
from hypothesis import given, settings
from hypothesis import strategies as st
from test_charts_texts import table

from briefkit import charts
from briefkit.charts import house
from briefkit.errors import BriefError

LANDS = ["Rurland", "Grauland", "Blauland", "Schwarzland"]
DAY = dt.date(2001, 1, 1)


# --- slope ------------------------------------------------------------------------------------------------------------


def sloped(values, lands=LANDS, **options):
    rows = {"year": [2000, 2020] * (len(values) // 2), "value": values}
    rows["land"] = [land for land in lands[: len(values) // 2] for _ in "xx"]
    return charts.slope(table(**rows), "year", "value", "They went", by="land", **options)


def test_a_slope_has_two_moments():
    rows = table(year=[2000, 2010, 2020], value=[1, 2, 3], land=["Rurland"] * 3)
    with pytest.raises(BriefError, match="chart “They went”: three moments .2000, 2010 and 2020….; expected two"):
        charts.slope(rows, "year", "value", "They went", by="land")


def test_a_slope_has_one_value_for_a_series_at_each_moment():
    rows = table(year=[2000, 2000, 2020], value=[1, 2, 3], land=["Rurland"] * 3)
    with pytest.raises(BriefError, match="two values for Rurland at one moment; expected one value"):
        charts.slope(rows, "year", "value", "They went", by="land")


def test_a_slope_of_nothing_known_is_refused():
    with pytest.raises(BriefError, match="chart “They went”: no known value; expected at least one"):
        sloped([None, None])


def test_a_slope_names_each_series_where_it_ends():
    figure = sloped([1200, 300, 800, 950, 400, None])
    assert {"1,200", "300 Rurland", "800", "950 Grauland", "400 Blauland"} <= words_of(figure)
    assert figure.alt == (
        "Slope chart of value in three series, 2000 and 2020. Rurland falls from 1,200 (2000) to 300 (2020); "
        "Grauland rises from 800 (2000) to 950 (2020); Blauland: 400 (2000), not known for 2020."
    )


def test_a_slope_says_where_its_scale_is_cut():
    assert sloped([900, 950]).subtitle == "Value. The scale starts at 900."
    assert sloped([900, 950], start=0).subtitle == "Value."


def test_beyond_four_series_only_those_pointed_out_have_a_colour():
    lands = [*LANDS, "Gelbland", "Gruenland", "United States"]
    figure = sloped(list(range(14)), lands, highlight=["Gelbland"])
    assert len(strokes(figure, "pale")) == 5
    assert len(strokes(figure, "gold")) == 1
    assert len(strokes(figure, "usa")) == 1
    assert "7 rise, 0 fall and 0 stay as they were." in figure.alt


def test_many_series_of_which_none_has_both_values_say_so():
    figure = sloped([1, None] * 7, [f"Land {at}" for at in range(7)])
    assert figure.alt.endswith("Of no series are both values known.")


# --- votes ------------------------------------------------------------------------------------------------------------

ANSWERS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=20)


def voted(answers, days=None, topics=None, **options):
    days = days or [DAY + dt.timedelta(100 * at) for at in range(len(answers))]
    rows = table(day=days, topic=topics or ["Seas"] * len(answers), alike=answers)
    return charts.votes(rows, "day", "topic", "alike", "They parted", **options)


def test_a_vote_is_alike_or_not_or_not_known():
    with pytest.raises(BriefError, match="field “alike” holds “maybe”; expected true, false or blank"):
        voted(["maybe"])


@settings(max_examples=20, deadline=None)
@given(answers=ANSWERS, close=st.booleans())
def test_each_vote_has_one_stroke_over_or_under_its_line(answers, close):
    figure = voted(answers, [DAY] * len(answers) if close else None)
    drawn = {}
    for job in ("teal", "gold"):
        ys = [y for line in strokes(figure, job) for y in line.ys]
        drawn[job] = len(ys) // 3 + (len(ys) % 3 > 0)
    assert drawn == {"teal": answers.count(True), "gold": answers.count(False)}
    known = answers.count(True) + answers.count(False)
    assert f"{answers.count(True)} of {known}" in words_of(figure)
    assert f"Voted alike: {answers.count(True)} of {known} votes" in figure.alt
    assert (f"not known: {answers.count(None)}" in figure.alt) is (None in answers)
    assert ("An open circle: not known." in figure.subtitle) is (None in answers)


def test_many_topics_are_told_by_the_two_ends():
    topics = [f"Topic {at}" for at in range(10)]
    alt = voted([at == 3 or at > 7 for at in range(10)] + [True], topics=[*topics, "Topic 3"]).alt
    assert "Most and least often: Topic 3, 2 of 2; Topic 7, 0 of 1." in alt


# --- multiples --------------------------------------------------------------------------------------------------------


def test_small_multiples_share_one_scale_and_hold_all_series():
    lands = [f"Land {at}" for at in range(6)]
    rows = table(
        year=[2000, 2010, 2020] * 6, value=list(range(0, 180, 10)), land=[land for land in lands for _ in "xxx"]
    )
    figure = charts.multiples(rows, "year", "value", "They rose", by="land")
    assert len(strokes(figure, "teal")) == 6
    assert len(strokes(figure, "pale")) == 6 * 5
    assert figure.subtitle == "Value. All panels have one scale; the other series stand pale behind each."
    assert {"Land 0 20", "Land 5 170"} <= words_of(figure)
    assert "Land 5 rises from 150 (2000) to 170 (2020)" in figure.alt


def test_the_key_of_small_multiples_names_the_reference_line():
    rows = table(year=[2000, 2020] * 2, value=[1, 9, 4, 5], land=["Rurland"] * 2 + ["Grauland"] * 2)
    figure = charts.multiples(rows, "year", "value", "They rose", by="land", limits=[(5, "Made-up cap")])
    assert "Made-up cap" in words_of(figure)
    assert "the line lies above it at 1 of 2 years" in figure.alt


def test_a_panel_without_a_known_value_says_so():
    rows = table(year=[2000, 2020] * 2, value=[1, 2, None, None], land=["Rurland"] * 2 + ["Grauland"] * 2)
    figure = charts.multiples(rows, "year", "value", "They rose", by="land")
    assert "Grauland, not known" in words_of(figure)
    assert "Grauland has no known value" in figure.alt


# --- parts ------------------------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.integers(0, 500), min_size=4, max_size=4).filter(any))
def test_the_parts_of_a_bar_are_in_proportion_and_fill_it(values):
    rows = table(land=["Rurland"] * 4, kind=LANDS, n=values)
    figure = charts.parts(rows, "land", "n", "Most lie at sea", by="kind")
    widths = [box.width for job in ("teal", "gold", "slate", "brown") for box in boxes(figure, job)]
    drawn = [width for width in widths if width != 9]  # nine points: a swatch of the key
    whole = house.WIDTH - house.width_of("Rurland") - house.width_of(f"{sum(values):,}", weight=house.BOLD) - 16
    shares = [value / sum(values) for value in values if value]
    assert drawn == pytest.approx([max(share * whole - 0.8, 0.4) for share in shares])
    assert f"of {sum(values):,}." in figure.alt


def test_a_whole_with_an_unknown_part_shows_no_shares():
    rows = table(land=["Rurland", "Rurland", "Grauland"], kind=["Sea", "Land", "Sea"], n=[1, None, 3])
    figure = charts.parts(rows, "land", "n", "Most lie at sea", by="kind")
    assert {"not known", "100%"} <= words_of(figure)
    assert figure.alt == ("Chart of parts of a whole: n in two bars. Grauland 100% Sea of 3. Not known: Rurland.")


def test_many_wholes_are_told_by_the_two_ends():
    lands = [f"Land {at}" for at in range(8)]
    rows = table(
        land=[land for land in lands for _ in "xx"],
        kind=["Sea", "Air"] * 8,
        n=[part for at in range(8) for part in (at, 10 - at)],
    )
    alt = charts.parts(rows, "land", "n", "Most lie at sea", by="kind").alt
    assert (
        "The largest share of Sea: Land 7 70% Sea, 30% Air of 10; the smallest: Land 0 0% Sea, 100% Air of 10." in alt
    )
