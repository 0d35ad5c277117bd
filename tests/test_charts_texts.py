"""No text of a chart touches another or leaves the canvas, however awkward the data, wide and narrow."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from pathlib import Path

import pandas as pd
from drawn import overlaps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from briefkit import charts
from briefkit.charts import house
from briefkit.facts import Row, Source
from briefkit.tables import Table

ROOT = Path(__file__).resolve().parents[1]
AS_OF = dt.date(2020, 12, 31)
ROW = Row("made_up", "1", "single", (Source("S1", "Made-up report", "Example Gazette"),))
WORDS = st.sampled_from(
    "Rurland Grauland of the Blauland-Upper missiles on heavy bombers a Donaudampfschiff 2001".split()
)
NAMES = st.lists(WORDS, min_size=1, max_size=7).map(" ".join)
FOUR = st.lists(NAMES, min_size=4, max_size=4, unique=True)
DAYS = st.dates(dt.date(1991, 1, 1), dt.date(2020, 12, 1))
AMOUNTS = st.one_of(st.integers(0, 12), st.integers(0, 2_000_000), st.floats(0, 99).map(lambda value: round(value, 1)))
OPTIONAL = st.one_of(st.none(), AMOUNTS)


def table(**columns):
    """Make a table of made-up rows."""
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    for name, values in columns.items():
        if any(isinstance(value, dt.date) for value in values):
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ns]")
    return Table("made_up", frame.assign(_rows=[(ROW,)] * len(frame)), {}, AS_OF)


def made(**columns):
    """Draw rows: for each column its values, all of one length."""
    names = list(columns)
    rows = st.lists(st.tuples(*columns.values()), min_size=1, max_size=14)
    return rows.map(lambda rows: dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def awkward(examples=12):
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


def assert_clear(figure):
    assert overlaps(figure.drawn) == []
    assert overlaps(figure.narrow_drawn) == []


def shipped():
    """Draw the charts of the shipped briefs from the code in their cells."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        names = {}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                *_, last = (body := ast.parse("".join(cell["source"])).body)
                if is_figure := cell["id"].startswith("fig-") and isinstance(last, ast.Expr):
                    body[-1] = ast.copy_location(ast.Assign([ast.Name("drawn", ast.Store())], last.value), last)
                exec(compile(ast.fix_missing_locations(ast.Module(body, [])), path.name, "exec"), names)
                if is_figure:
                    yield f"{path.stem}: {cell['id']}", names["drawn"]


def test_no_text_of_a_shipped_chart_touches_another(monkeypatch):
    monkeypatch.chdir(ROOT)
    drawn = dict(shipped())
    assert len(drawn) >= 12
    found = {name: overlaps(figure.drawn) + overlaps(figure.narrow_drawn) for name, figure in drawn.items()}
    assert {name: pairs for name, pairs in found.items() if pairs} == {}


def test_no_text_falls_below_eight_points_on_paper():
    layout = (ROOT / "briefkit" / "export" / "template" / "brief.typ").read_text(encoding="utf-8")
    measure = float(re.search(r"#let measure-width = ([\d.]+)mm", layout)[1])  # the same on A4 and US Letter
    assert house.TEXT * measure / 25.4 * 72 / house.WIDTH >= 8


def once(rows, *keys):
    """Keep the first of the rows that share their keys."""
    places = list(zip(*(rows[key] for key in keys), strict=True))
    first = [at for at, place in enumerate(places) if place not in places[:at]]
    return {name: [values[at] for at in first] for name, values in rows.items()}


@awkward()
@given(
    rows=made(day=DAYS, value=OPTIONAL, of=st.integers(0, 3)),
    names=FOUR,
)
def test_lines_name_their_ends_clear_of_each_other(rows, names):
    rows = once(rows | {"of": [names[at] for at in rows["of"]]}, "day", "of")
    rows["value"][0] = 7
    limits = [(5, "Cap of five, as the made-up treaty says", rows["day"][0])]
    marks = [(rows["day"][-1], names[0])]
    assert_clear(charts.line(table(**rows), "day", "value", "It went", by="of", limits=limits, marks=marks))


@awkward()
@given(rows=made(name=NAMES, value=OPTIONAL, of=st.integers(0, 3)), stack=st.booleans())
def test_bars_say_their_values_clear_of_each_other(rows, stack):
    rows = once(rows | {"of": ["Rurland Grauland Blauland Schwarzland".split()[at] for at in rows["of"]]}, "name", "of")
    assert_clear(charts.bars(table(**rows), "name", "value", "They differ", by="of", stack=stack))


@awkward()
@given(rows=made(day=DAYS, value=OPTIONAL), names=st.lists(NAMES, max_size=3))
def test_columns_say_their_values_clear_of_each_other(rows, names):
    rows = once(rows, "day")
    marks = [(rows["day"][at % len(rows["day"])], name) for at, name in enumerate(names)]
    chosen = rows["day"][1:4]
    assert_clear(charts.bars(table(**rows), "day", "value", "They differ", marks=marks, highlight=chosen))
    assert_clear(charts.bars(table(**rows), "day", "value", "They differ", marks=marks))


def test_the_value_of_a_column_at_the_edge_keeps_clear_of_the_axis():
    rows = table(day=[dt.date(2000, 1, 1), dt.date(2000, 2, 1), dt.date(1998, 1, 1)], value=[None, None, 116599])
    assert_clear(charts.bars(rows, "day", "value", "They differ"))


@awkward()
@given(rows=made(day=DAYS, value=AMOUNTS, name=NAMES, size=st.integers(0, 900)))
def test_dots_are_named_clear_of_each_other(rows):
    limits = [(5, "As many in reply as before")]
    assert_clear(charts.dots(table(**rows), "day", "value", "Much", size="size", label="name", limits=limits))


@awkward()
@given(rows=made(name=NAMES, first=OPTIONAL, second=OPTIONAL))
def test_pairs_say_their_values_clear_of_each_other(rows):
    assert_clear(charts.pairs(table(**rows), "name", ("first", "second"), "They differ", names=("Sent", "Answered")))


@awkward()
@given(rows=made(day=DAYS, name=NAMES, side=st.sampled_from(["Rurland", "Grauland"])))
def test_flags_of_a_timeline_fly_clear_of_each_other(rows):
    assert_clear(charts.timeline(table(**rows), "day", "name", "Much happened", by="side"))


@awkward()
@given(rows=made(day=DAYS, name=NAMES, long=st.integers(0, 4000)))
def test_spans_are_named_clear_of_each_other(rows):
    pairs = zip(rows["day"], rows["long"], strict=True)
    rows["until"] = [day + dt.timedelta(long) if long else None for day, long in pairs]
    assert_clear(charts.spans(table(**rows), "day", "until", "name", "They held", gaps="No limit in force"))


@awkward()
@given(rows=made(at=st.integers(0, 1), name=NAMES, value=OPTIONAL), cut=st.booleans())
def test_both_ends_of_a_slope_are_named_clear_of_each_other(rows, cut):
    rows = {name: [*values, values[-1]] for name, values in once(rows, "at", "name").items()}
    rows["name"][-1], rows["at"][-1], rows["value"][-1] = "Schwarzland", 1 - rows["at"][-2], 3
    years = [1991 + 29 * at for at in rows.pop("at")]
    assert_clear(charts.slope(table(year=years, **rows), "year", "value", "They went", by="name"))


@awkward()
@given(rows=made(day=DAYS, topic=NAMES, alike=st.sampled_from([True, False, None])))
def test_topics_of_votes_are_named_clear_of_each_other(rows):
    assert_clear(charts.votes(table(**rows), "day", "topic", "alike", "They parted"))


@awkward()
@given(rows=made(day=DAYS, name=NAMES, value=OPTIONAL))
def test_small_multiples_are_named_clear_of_each_other(rows):
    rows = once(rows, "day", "name")
    rows["value"][0] = 7
    assert_clear(charts.multiples(table(**rows), "day", "value", "They went", by="name"))


@awkward()
@given(rows=made(name=NAMES, value=OPTIONAL, of=st.integers(0, 3)), names=FOUR)
def test_parts_say_their_shares_clear_of_each_other(rows, names):
    rows = once(rows | {"of": [names[at] for at in rows["of"]]}, "name", "of")
    assert_clear(charts.parts(table(**rows), "name", "value", "They differ", by="of"))
