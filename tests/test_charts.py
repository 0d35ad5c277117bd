from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawn import overlaps, strokes, words_of
from matplotlib import rcParams

from briefkit import charts
from briefkit.charts import house, room, sheet, svg
from briefkit.charts.reading import read
from briefkit.charts.sheet import Bar, Words
from briefkit.charts.spans import Spans
from briefkit.charts.telling import runs
from briefkit.data import open_data
from briefkit.errors import BriefError
from briefkit.facts import FIGURE, Fact, Row, Source

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def data():
    return open_data(folder=ROOT / "data")


def rurland(holdings, **options):
    options = {"title": "Rurland grew", "subtitle": "Warheads"} | options
    return charts.line(holdings, x="date", y="value", by="country", **options)


# --- errors -----------------------------------------------------------------------------------------------------------


def test_a_chart_needs_a_title(holdings):
    with pytest.raises(BriefError, match="chart of holdings: no title; expected a title that states the finding"):
        rurland(holdings, title=" ")


def test_a_chart_needs_a_source(holdings):
    bare = holdings.assign(_rows=[(Row("made_up", "1", "single", ()),)] * len(holdings))
    with pytest.raises(BriefError, match="chart “Rurland grew”: no row with a source"):
        rurland(bare)


def test_a_chart_of_no_rows_says_so(holdings):
    with pytest.raises(BriefError, match="chart “Rurland grew”: no row of holdings to draw.*Widen the condition"):
        rurland(holdings.where(country="XXX"))


def test_an_unknown_field_is_named(holdings):
    with pytest.raises(BriefError, match="table holdings: no field “weight”"):
        charts.line(holdings, x="date", y="weight", title="Rurland grew")


def test_a_measure_must_be_a_number(holdings):
    with pytest.raises(BriefError, match="field “country” holds “RUR”; expected numbers"):
        charts.line(holdings, x="date", y="country", title="Rurland grew")


def test_two_values_at_one_point_of_a_line_are_refused(holdings):
    with pytest.raises(BriefError, match="two values of “value” for one line at 1 March 2001.*with by="):
        charts.line(holdings, x="date", y="value", title="Rurland grew")


def test_a_fifth_series_is_refused(holdings):
    many = holdings.assign(country=list("ABCDE"))
    with pytest.raises(BriefError, match=r"5 series \(A, B, C, D, E\); expected at most 4"):
        rurland(many)


def test_a_logarithmic_scale_refuses_zero(holdings):
    with pytest.raises(BriefError, match="the value 0 on a logarithmic scale; expected values above zero"):
        rurland(holdings.assign(value=[12, 7, 0, None, 1550]), log=True)


def test_a_timeline_has_two_sides_at_most(holdings):
    with pytest.raises(BriefError, match=r"3 sides \(A, B, C\); expected two at most"):
        charts.timeline(
            holdings.assign(side=list("ABCAB")), x="date", label="country", by="side", title="Much happened"
        )


def test_only_what_is_drawn_can_be_pointed_out(holdings):
    rows = holdings.where(date="2001-03-01")
    with pytest.raises(BriefError, match="nothing to highlight at XXX"):
        charts.bars(rows, x="country", y="value", highlight="XXX", title="Rurland leads")


def test_a_stack_refuses_parts_below_zero(holdings):
    rows = holdings.where("value.notna()").assign(value=[1, -2, 3, 4], part=list("abab"))
    with pytest.raises(BriefError, match="a part below zero in a stack"):
        charts.bars(rows, x="date", y="value", by="part", stack=True, title="Rurland leads")


# --- what travels to the exporters ------------------------------------------------------------------------------------


def test_the_data_are_exactly_the_values_drawn(holdings):
    block = rurland(holdings)._repr_mimebundle_()[FIGURE]
    assert block["data"]["schema"]["fields"][1] == {
        "name": "value",
        "type": "integer",
        "title": "value",
        "unit": "warheads",
    }
    assert block["data"]["data"][3] == {"date": "2002-03-01", "value": None, "country": "GRA"}
    assert [line["value"] for line in block["data"]["data"]] == [12, 7, 9, None, 1550]
    assert block["kind"] == "line"
    assert block["source_line"] == "Sources: Example Gazette; Example Herald."


def test_the_evidence_is_the_rows_drawn_and_those_of_its_facts(holdings):
    drawn, cap = holdings.where(country="RUR"), holdings.where(country="GRA").first("value")
    figure = charts.line(drawn, x="date", y="value", title="Rurland grew", limits=[(cap, "Grauland’s number")])
    keys = [key for _, key in figure.as_json()["rows"]]
    assert keys == ["2001-03-01|RUR", "2002-03-01|RUR", "2003-03-01|RUR", "2001-03-01|GRA"]


def test_a_row_that_cannot_be_drawn_is_no_evidence(holdings):
    figure = charts.dots(holdings, x="date", y="value", title="Rurland grew")
    assert len(figure.rows) == len(figure.lines) == 4


def test_the_text_of_a_figure_is_its_title_and_its_alternative(holdings):
    figure = rurland(holdings)
    assert repr(figure) == f"Figure: Rurland grew. {figure.alt}"
    assert figure._repr_mimebundle_()["text/plain"] == repr(figure)


def test_a_title_may_be_a_fact(holdings):
    title = Fact("Rurland grew again")
    assert rurland(holdings, title=title).title == "Rurland grew again"


def test_a_note_follows_the_sources(holdings):
    line = rurland(holdings, source_note="one value is missing").source_line
    assert line == "Sources: Example Gazette; Example Herald. One value is missing."


# --- alternative text -------------------------------------------------------------------------------------------------


def test_the_alternative_text_says_range_ends_extremes_and_gaps(holdings):
    assert rurland(holdings).alt == (
        "Line chart of value (warheads), 1 March 2001 to 1 March 2003. "
        "RUR rises from 12 (1 March 2001) to 1,550 (1 March 2003), lowest 9 (1 March 2002); "
        "GRA: 7 (1 March 2001), not known for 1 March 2002."
    )


@pytest.mark.parametrize("verb", ["line", "bars", "dots", "pairs"])
def test_the_alternative_text_changes_with_a_datum(holdings, verb):
    drawn = holdings.where(country="RUR").assign(value=[12, 9, 1550])
    changed = drawn.assign(value=[12, 9, 1549])
    options = {"x": "date", "y": "value", "title": "Rurland grew"}
    if verb == "pairs":
        drawn, changed = (each.assign(answer=[12, 8, 3]) for each in (drawn, changed))
        options["y"] = ("value", "answer")
    one, other = (getattr(charts, verb)(each, **options).alt for each in (drawn, changed))
    assert "1,550" in one
    assert other == one.replace("1,550", "1,549")


def test_the_alternative_text_tells_how_often_a_limit_was_passed(holdings):
    limits = [(10, "Cap of 10", "2002-06-01")]
    alt = rurland(holdings.where(country="RUR"), limits=limits).alt
    assert alt.endswith("Cap of 10: RUR lies above it at 2 of 3 dates, last on 1 March 2003.")


def test_the_alternative_text_has_two_to_four_sentences(drawn_from_real_data):
    _, figure = drawn_from_real_data
    sentences = re.split(r"(?<=[a-z0-9)])\. (?=[A-Z])", figure.alt)
    assert 2 <= len(sentences) <= 4, figure.alt


# --- honest drawing ---------------------------------------------------------------------------------------------------


def test_an_unknown_value_breaks_the_line(holdings):
    points = [{"x": dt.date(2000 + at, 1, 1), "y": y} for at, y in enumerate([1, 2, None, 4])]
    assert [[point["y"] for point in run] for run in runs(points)] == [[1, 2], [4]]


def test_a_regular_series_that_skips_its_turn_breaks_the_line():
    years = [2010, 2011, 2012, 2013, 2014, 2015, 2016, 2018, 2019]
    found = runs([{"x": year, "y": 1} for year in years])
    assert [len(run) for run in found] == [7, 2]


def test_an_irregular_series_stays_joined():
    days = [0, 3, 50, 51, 200, 430, 433]
    found = runs([{"x": day, "y": 1} for day in days])
    assert [len(run) for run in found] == [7]


def test_no_line_crosses_the_exchange_that_is_missing(data):
    held = data.with_names(data["treaty_holdings"].where(metric="deployed_warheads"), "country")
    figure = charts.line(held, x="date", y="value", by="country", title="Both sides declared")
    usa = [line.xs for line in strokes(figure, "usa") if len(line.xs) > 1]
    missing = dt.date(2022, 9, 1).toordinal()
    first, last = min(held.lines("date"))[0].toordinal(), max(held.lines("date"))[0].toordinal()
    left, right = min(map(min, usa)), max(line.xs[-1] for line in strokes(figure, "usa"))
    at = left + (missing - first) / (last - first) * (right - left)
    assert not [xs for xs in usa if min(xs) < at - 1 and max(xs) > at + 1]


def test_a_cut_axis_is_said_and_a_full_one_is_not(holdings):
    near = holdings.where(country="RUR").assign(value=[1500, 1400, 1550])
    assert rurland(near).subtitle == "Warheads. The axis starts at 1,400."
    assert rurland(near, start=0).subtitle == "Warheads."
    assert rurland(holdings).subtitle == "Warheads."


def test_a_logarithmic_scale_is_said(holdings):
    assert "Logarithmic scale: each step up is ten times more." in rurland(holdings, log=True).subtitle


def test_bars_start_at_zero_and_grow_in_proportion(holdings):
    rows = holdings.where(country="RUR").assign(name=["a", "b", "c"], value=[1500, 1400, 1550])
    figure = charts.bars(rows, x="name", y="value", title="Rurland grew")
    drawn = sorted((item.left, item.width) for item in figure.drawn.items if isinstance(item, Bar))
    starts, widths = zip(*[each for each in drawn if each[1] > 0], strict=True)
    assert max(starts) - min(starts) < 1e-6
    assert sorted(width / 1550 for width in widths) == pytest.approx([w / 1550 for w in sorted(widths)])
    assert min(widths) / max(widths) == pytest.approx(1400 / 1550)


def test_an_unknown_bar_says_so(holdings):
    rows = holdings.where(date="2002-03-01")
    figure = charts.bars(rows, x="country", y="value", title="Grauland is silent")
    assert "not known" in words_of(figure)
    assert figure.alt.endswith("RUR 9. Not known: GRA.")


def test_equal_pairs_and_unknown_answers_are_told_apart(holdings):
    rows = holdings.where(country="RUR").assign(answer=[12, None, 700])
    figure = charts.pairs(rows, x="date", y=("value", "answer"), names=("Sent", "Answered"), title="One for one")
    said = words_of(figure)
    assert {"12 each", "not known", "700", "1,550"} <= set(said)
    assert "equal in 1 of the 2 pairs where both are known" in figure.alt


def test_times_that_no_span_covers_are_found(holdings):
    rows = holdings.where(country="RUR").assign(
        until=[dt.date(2001, 9, 1), dt.date(2002, 9, 1), dt.date(2003, 3, 1)], name=["a", "b", "c"]
    )
    rows = rows.assign(until=rows.frame["until"].astype("datetime64[ns]"))
    found = Spans(
        read(rows, "t", needed="x", numbers="", x="date", until="until", label="name"), "t", "None"
    ).uncovered()
    assert [(start.at, end.at) for start, end in found] == [
        (dt.date(2001, 9, 1), dt.date(2002, 3, 1)),
        (dt.date(2002, 9, 1), dt.date(2003, 3, 1)),
    ]


def test_a_month_is_never_said_to_the_day(data_folder):
    events = open_data(folder=data_folder)["events"]
    figure = charts.timeline(events, x="date", label="kind", title="It began and ended")
    assert "June 2001, In force" in figure.alt
    assert "June 2001" in words_of(figure)


# --- real data: every verb --------------------------------------------------------------------------------------------


def _holdings_and_caps(data):
    held = data.with_names(data["treaty_holdings"], "country")
    caps = data["treaty_caps"].where(treaty_id="NEWSTART", kind="cap")
    options = {"x": "date", "y": "value", "by": "country", "panels": "metric", "limits": caps}
    return charts.line(held, title="Both sides came under every cap", **options)


def _warheads(data):
    held = data.with_names(data["treaty_holdings"].where(metric="deployed_warheads"), "country")
    caps = data["treaty_caps"].where(treaty_id="NEWSTART", kind="cap", metric="deployed_warheads")
    return charts.line(held, x="date", y="value", by="country", limits=caps, title="Russia used up its headroom")


def _stockpiles(data):
    rows = data.with_names(data["stockpiles"], "country")
    return charts.line(rows, x="year", y="warheads", by="country", title="Both arsenals shrank")


def _list_growth(data):
    rows = data["sdn_counts"].where(programme="any Russia programme")
    marks = [("2021-04-15", "April 2021 package"), ("2022-02-24", "Full-scale invasion of Ukraine")]
    return charts.line(rows, x="date", y="entries", log=True, marks=marks, title="The list grew")


def _anatomy(data):
    rows = data["sanction_targets"].where(date="2021-04-15", imposer="USA").counts(by=["group", "type"])
    return charts.bars(rows, x="group", y="rows", by="type", stack=True, title="Most were listed over the election")


def _steps(data):
    named = data.with_names(data["expulsions"], "expeller", "expelled")
    return named.join(named, left="reply_to", right="expulsion_id")


def _pairs(data):
    rows = _steps(data).where(expeller="Russia").where("date >= '2022-01-01' and date < '2023-01-01'")
    return charts.pairs(
        rows, x="expelled", y=("count_of", "count"), names=("Expelled", "Russia’s answer"), title="In 2022"
    )


def _wave(data):
    rows = data["expulsions"].where(expelled="RUS").where("date >= '2018-03-01' and date < '2018-05-01'")
    rows = data.with_names(rows.where("count.notna()"), "expeller").total("count", by="expeller").sort("count")
    return charts.bars(rows, x="expeller", y="count", highlight="United States", title="Many joined")


def _ratio(data):
    rows = _steps(data).where(expeller="Russia").where("count_of > 0").assign(ratio="count / count_of")
    rows = rows.where("ratio < 5")
    options = {"x": "date", "y": "ratio", "size": "count_of", "label": "expelled", "limits": [(1, "One for one")]}
    return charts.dots(rows, title="Replies matched until 2022", **options)


def _timeline(data):
    rows = data["sanctions"].where(imposer=["USA", "RUS"]).where("date >= '2021-03-01' and date < '2021-07-01'")
    return charts.timeline(
        data.with_names(rows, "imposer"), x="date", label="title", by="imposer", title="Act and answer"
    )


def _columns(data):
    rows = data["sdn_changes"].total("added", by="date_to")
    return charts.bars(rows, x="date_to", y="added", marks=[("2022-02-24", "Invasion")], title="Names came in waves")


def _slope(data):
    rows = data.with_names(data["stockpiles"].where(year=[1990, 2020]), "country")
    return charts.slope(rows, x="year", y="warheads", by="country", title="Both arsenals shrank")


def _multiples(data):
    rows = data.with_names(data["stockpiles"].where("year >= 1980"), "country")
    return charts.multiples(rows, x="year", y="warheads", by="country", log=True, title="Both arsenals shrank")


def _parts(data):
    rows = data["sanction_targets"].where(date="2021-04-15", imposer="USA").counts(by=["group", "type"])
    return charts.parts(rows, x="group", y="rows", by="type", title="Half were people")


def _votes(data):
    rows = _steps(data).where(expeller="Russia").where("date >= '2018-01-01'")
    same = [None if None in pair else pair[0] == pair[1] for pair in rows.lines("count", "count_of")]
    side = ["Washington" if name == "United States" else "Other capitals" for (name,) in rows.lines("expelled")]
    names = ("Same number", "Another number")
    return charts.votes(
        rows.assign(same=same, side=side), x="date", topic="side", alike="same", names=names, title="Like for like"
    )


REAL = {
    "holdings": _holdings_and_caps,
    "warheads": _warheads,
    "stockpiles": _stockpiles,
    "list growth": _list_growth,
    "anatomy": _anatomy,
    "pairs": _pairs,
    "wave": _wave,
    "ratio": _ratio,
    "timeline": _timeline,
    "columns": _columns,
    "slope": _slope,
    "multiples": _multiples,
    "parts": _parts,
    "votes": _votes,
}


@pytest.fixture(scope="module", params=REAL)
def drawn_from_real_data(request, data):
    return request.param, REAL[request.param](data)


def test_no_text_touches_another_or_leaves_the_sheet(drawn_from_real_data):
    _, figure = drawn_from_real_data
    assert overlaps(figure.drawn) == []
    assert overlaps(figure.narrow_drawn) == []


def test_the_helper_sees_texts_that_touch():
    drawing = sheet.Sheet(100, 200)
    drawing.text(10, 50, "Here stands a text")
    drawing.text(30, 52, "and here another")
    drawing.text(120, 98, "too high")
    assert overlaps(drawing) == [("Here stands a text", "and here another"), ("too high", "edge")]


def test_the_plot_is_small_and_clean(drawn_from_real_data):
    _, figure = drawn_from_real_data
    assert len(figure.plot) < 45_000
    for picture in (figure.plot, figure.svg):
        root = ElementTree.fromstring(picture)
        ids = [node.get("id") for node in root.iter() if node.get("id")]
        assert len(ids) == len(set(ids))
        used = set(re.findall(r'(?:href="|url\()#([^")]+)', picture))
        assert used <= set(ids)
        assert not re.search(r"style=|xlink|<!--|metadata|DOCTYPE|Matplotlib", picture)


def test_the_narrow_drawing_has_names_of_its_own_and_readable_text(drawn_from_real_data):
    _, figure = drawn_from_real_data
    wide, narrow = (ElementTree.fromstring(picture) for picture in (figure.plot, figure.narrow))
    ids = [[node.get("id") for node in root.iter() if node.get("id")] for root in (wide, narrow)]
    assert not set(ids[0]) & set(ids[1])
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', figure.narrow)) <= set(ids[1])
    window = 320 - 2 * 16  # what the page leaves of a phone
    assert house.TEXT * window / float(narrow.get("viewBox").split()[2]) >= 9
    assert figure.as_json()["narrow"] == figure.narrow


def test_every_colour_names_its_job(drawn_from_real_data):
    _, figure = drawn_from_real_data
    for node in ElementTree.fromstring(figure.plot).iter():
        for paint in ("fill", "stroke"):
            colour = node.get(paint, "none")
            if colour != "none":
                assert f"{paint}-{svg.JOBS[colour]}" in node.get("class", "").split()


def test_no_drawing_says_that_something_is_not_a_number(drawn_from_real_data):
    _, figure = drawn_from_real_data
    assert not re.search(r"\bnan\b|\binf\b", figure.svg + figure.narrow)


def test_all_text_is_at_least_nine_points_high(drawn_from_real_data):
    _, figure = drawn_from_real_data
    for drawn in (figure.drawn, figure.narrow_drawn):
        assert min(item.size for item in drawn.items if isinstance(item, Words)) >= 9


# --- one picture, everywhere ------------------------------------------------------------------------------------------

DRAW = """
import sys
from briefkit import charts, open_data
rows = open_data(folder=sys.argv[1])["holdings"]
figure = charts.line(rows, x="date", y="value", by="country", title="Rurland grew", limits=[(10, "Cap", "2002-01-01")])
assert "matplotlib.pyplot" not in sys.modules
print(figure.svg, figure.plot)
"""


def test_two_processes_draw_the_same_bytes(data_folder):
    pictures = [
        subprocess.run(
            [sys.executable, "-c", DRAW, str(data_folder)],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert pictures[0] == pictures[1]
    assert b"<svg" in pictures[0]


def test_drawing_leaves_matplotlibs_settings_alone(holdings):
    before = dict(rcParams)
    rurland(holdings)
    assert dict(rcParams) == before


def test_one_letter_has_one_id_in_all_charts(holdings, data):
    letters = [svg.parts_of(figure.plot)[0] for figure in (rurland(holdings), _anatomy(data))]
    shared = set(letters[0]) & set(letters[1])
    assert len(shared) > 5
    assert all(letters[0][name] == letters[1][name] for name in shared)


def test_the_complete_picture_holds_heading_plot_and_sources(holdings):
    figure = rurland(holdings, title="A long title " * 12)
    root = ElementTree.fromstring(figure.svg)
    assert root.find(f"{svg.SVG}title").text == figure.title
    assert root.find(f"{svg.SVG}desc").text == figure.alt
    assert charts.with_heading(figure.as_json()) == figure.svg
    assert svg.parts_of(figure.plot)[1] in figure.svg
    assert (
        float(root.get("viewBox").split()[3])
        > float(ElementTree.fromstring(figure.plot).get("viewBox").split()[3]) + 60
    )


@pytest.mark.parametrize(
    "text", ["A long title that needs more than one line " * 4, "Donaudampfschifffahrt" * 20, "word"]
)
def test_wrapped_lines_never_leave_the_sheet(text):
    lines = house.wrapped(text.strip(), 300, 14, 700)
    assert max(house.width_of(line, 14, 700) for line in lines) <= 300
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace(" ", "")


def test_labels_spread_without_leaving_their_range():
    places = room.spread([50, 51, 52, 99], [10, 10, 10, 10], 0, 100)
    assert places == pytest.approx([41, 51, 61, 95])
    assert room.spread([], [], 0, 1) == []


def test_a_source_without_publisher_is_named_by_its_title(holdings):
    row = Row("made_up", "1", "single", (Source("S9", "A report"),))
    rows = holdings.assign(_rows=[(row,)] * len(holdings))
    assert rurland(rows).source_line == "Source: A report."
