from dataclasses import replace

import nbformat
from hypothesis import given
from hypothesis import strategies as st

from briefkit.cache import executed
from briefkit.compare import Claim, Comparison, Exhibit, Reach, Sentence, compare
from briefkit.facts import CLAIM, FACT, FIGURE, TABLE
from briefkit.series import Series

SCHEMA = {"fields": [{"name": "day", "type": "date", "title": "Day"}, {"name": "value", "type": "integer"}]}


def fact(text, *rows, parts=(), about="value"):
    return {"text": text, "about": about, "rows": [["holdings", key] for key in rows], "parts": list(parts)}


def prose(name, source, **values):
    """Make a cell of prose whose roles have been evaluated."""
    stored = [
        {"expression": key, "result": {"data": {FACT: made} if isinstance(made, dict) else {"text/plain": made}}}
        for key, made in values.items()
    ]
    return nbformat.v4.new_markdown_cell(source, id=name, metadata={"user_expressions": stored})


def shows(name, **outputs):
    """Make a code cell that shows a claim, a figure, a table or a value."""
    mimes = {"claim": CLAIM, "figure": FIGURE, "table": TABLE, "value": FACT}
    data = [{mimes[kind.rstrip("0123456789")]: made} for kind, made in outputs.items()]
    made = [nbformat.v4.new_output("display_data", each) for each in data]
    return nbformat.v4.new_code_cell("1", id=name, outputs=made)


def claim(sentence, verdict="holds", evidence="12 > 2", *rows):
    return {"sentence": sentence, "verdict": verdict, "evidence": evidence, "rows": [["holdings", key] for key in rows]}


def figure(title, *points, subtitle="Warheads", rows=()):
    data = {"schema": SCHEMA, "data": [{"day": day, "value": value} for day, value in points]}
    rows = [["holdings", key] for key in rows]
    return {"title": title, "subtitle": subtitle, "alt": "", "data": data, "rows": rows}


def brief(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def changes(before, after):
    return list(compare(brief(*before), brief(*after)).changes)


def test_a_sentence_is_given_in_both_versions_with_the_values_that_differ():
    source = "## Arms\n\nRurland held {eval}`a` tanks. In {eval}`y` nobody counted."
    title = prose("title", "# Rurland")
    before = [title, prose("rise", source, a=fact("12", "k1"), y=fact("2001", "k1"))]
    after = [title, prose("rise", source, a=fact("15", "k2", about="sum of value"), y=fact("2001", "k1"))]
    (found,) = changes(before, after)
    assert (found.cell, found.section, found.part) == ("rise", "Arms", "prose")
    assert (found.before, found.after) == ("Rurland held 12 tanks.", "Rurland held 15 tanks.")
    assert [(value.expression, value.text, value.about) for value in found.values_before] == [("a", "12", "value")]
    assert [(value.expression, value.text, value.about) for value in found.values_after] == [
        ("a", "15", "sum of value")
    ]


def test_a_composed_text_is_taken_apart_into_its_sentences_and_values():
    before = fact("It began.", "k1")
    after = fact("It began. It ended in 2003.", "k1", "k2", parts=["It began. It ended in ", fact("2003", "k2"), "."])
    (found,) = changes([prose("a", "{eval}`t`", t=before)], [prose("a", "{eval}`t`", t=after)])
    assert (found.before, found.after) == ("", "It ended in 2003.")
    assert [value.text for value in found.values_after] == ["2003"]


def test_a_value_is_named_only_where_it_stands():
    source = "On 4 {eval}`m` it met. {eval}`n` was another month."
    before = [prose("a", source, m=fact("May"), n=fact("May"))]
    after = [prose("a", source, m=fact("June"), n=fact("May"))]
    (found,) = changes(before, after)
    assert [value.expression for value in (*found.values_before, *found.values_after)] == ["m", "m"]


def test_a_plain_value_that_carries_no_sources_changes_its_sentence_too():
    source = "It has {eval}`n` parts, {eval}`k` of them new."
    before = [prose("a", source, n="3", k=fact("one"))]
    after = [prose("a", source, n="14", k=fact("two"))]
    (found,) = changes(before, after)
    assert found.after == "It has 14 parts, two of them new."
    assert [value.text for value in found.values_after] == ["two"]


def test_an_edited_paragraph_between_others_is_found_alone():
    before = [prose("a", "One stays.\n\nThe army had tanks.\n\nTwo stays.")]
    after = [prose("a", "One stays.\n\nNew and sudden.\n\nThe army had many tanks.\n\nTwo stays.")]
    found = [(each.before, each.after) for each in changes(before, after)]
    assert found == [("", "New and sudden."), ("The army had tanks.", "The army had many tanks.")]


def test_the_part_of_the_brief_is_told():
    cells = [
        prose("title", "# Rurland\n\n{eval}`a`", a=fact("Armed.")),
        prose("summary", "{eval}`a`", a=fact("Armed.")),
    ]
    others = [prose("title", "# Rurland\n\n{eval}`a`", a=fact("Calm.")), prose("summary", "{eval}`a`", a=fact("Calm."))]
    for notebook in (cells, others):
        notebook[1].metadata["tags"] = ["summary"]
    assert [(each.part, each.section) for each in changes(cells, others)] == [
        ("answer", "Rurland"),
        ("summary", "Rurland"),
    ]


def test_a_claim_is_listed_when_its_verdict_or_its_sentence_differs():
    before = [shows("c", claim=claim("It grew"), claim2=claim("It was large"), claim3=claim("Same", evidence="1 < 2"))]
    after = [
        shows(
            "c",
            claim=claim("It grew", "held then, does not hold now", "1 ≤ 2"),
            claim2=claim("It was huge"),
            claim3=claim("Same", evidence="1 < 3"),
        )
    ]
    flipped, reworded = changes(before, after)
    assert (flipped.before.verdict, flipped.after.verdict) == ("holds", "held then, does not hold now")
    assert (flipped.before.evidence, flipped.after.evidence) == ("12 > 2", "1 ≤ 2")
    assert (reworded.before.sentence, reworded.after.sentence) == ("It was large", "It was huge")


def test_what_only_one_edition_shows_has_no_other_version():
    (gone,) = changes([shows("c", claim=claim("It grew"))], [])
    assert gone.after is None
    (drawn,) = changes([], [shows("f", figure=figure("New", ("2001-01-01", 1)))])
    assert (drawn.before, drawn.after) == ("", "New — Warheads")
    assert [point.way for point in drawn.series[0].points] == ["added"]


def test_a_figure_is_listed_with_its_heading_and_the_points_that_differ():
    before = [shows("f", figure=figure("It rose", ("2001-01-01", 1), ("2002-01-01", 2)))]
    after = [shows("f", figure=figure("It fell", ("2001-01-01", 1), ("2002-01-01", 3)))]
    (found,) = changes(before, after)
    assert (found.kind, found.before, found.after) == ("figure", "It rose — Warheads", "It fell — Warheads")
    (point,) = found.series[0].points
    assert (point.at, point.before, point.after) == ({"day": "2002-01-01"}, {"value": 2}, {"value": 3})
    assert found.titles == {"day": "Day", "value": "value"}


def test_a_table_and_a_value_shown_by_a_cell_are_compared_too():
    def cells(value):
        table = {"title": "Holdings", "schema": SCHEMA, "data": [{"day": "2001-01-01", "value": value}]}
        return [shows("t", table=table | {"briefkit": {"rows": []}}), shows("v", value=fact(f"It held {value}."))]

    table, sentence = changes(cells(1), cells(2))
    assert (table.kind, table.before, table.series[0].points[0].after) == ("table", "Holdings", {"value": 2})
    assert (sentence.before, sentence.after) == ("It held 1.", "It held 2.")


def test_rows_that_enter_or_leave_are_listed_with_what_they_reach():
    whole = fact("Up to 15.", "k1", "k2", parts=["Up to ", fact("15", "k2"), "."])
    before = [prose("a", "{eval}`n`", n=fact("12", "k1", "k0")), shows("c", claim=claim("It grew", "holds", "", "k1"))]
    after = [prose("a", "{eval}`n`", n=whole), shows("c", claim=claim("It grew", "holds", "", "k1", "k2"))]
    left, entered = compare(brief(*before), brief(*after)).rows
    assert (left.table, left.key, left.way, left.reaches) == ("holdings", "k0", "left", (Reach("a", "value", "12"),))
    assert (entered.key, entered.way) == ("k2", "entered")
    assert entered.reaches == (Reach("a", "value", "15"), Reach("c", "claim", "It grew"))


def test_changes_stand_in_reading_order_and_what_is_gone_follows_what_it_followed():
    def cell(name, text):
        return prose(name, f"## {name}\n\n{text}")

    before = [cell("one", "Old one."), cell("gone", "Gone."), cell("two", "Old two.")]
    after = [cell("one", "New one."), cell("fresh", "Fresh."), cell("two", "New two.")]
    cells = [each.cell for each in changes(before, after)]
    assert list(dict.fromkeys(cells)) == ["one", "gone", "fresh", "two"]


# Rules, over made-up briefs of every shape.
NUMBERS = st.sampled_from(["7", "12", "1,550"])
KEYS = st.lists(st.sampled_from(["k1", "k2", "k3"]), max_size=2)
TEXT = st.builds(lambda text, keys: fact(text, *keys), st.sampled_from(["7", "It grew.", "It grew. Then 7."]), KEYS)
PROSE = st.builds(
    lambda source, a, b: prose("p", source, a=a, b=b),
    st.sampled_from(
        ["It held {eval}`a` and {eval}`b`.", "{eval}`a` {eval}`b`", "# Up\n\nTo {eval}`a`.\n\nOr {eval}`b`."]
    ),
    TEXT,
    TEXT,
)
POINTS = st.lists(st.tuples(st.sampled_from(["2001-01-01", "2002-01-01"]), st.integers(1, 3)), max_size=3)
FIGURES = st.builds(lambda title, points: shows("f", figure=figure(title, *points)), NUMBERS, POINTS)
CLAIMS = st.builds(
    lambda sentence, verdict, keys: shows("c", claim=claim(sentence, verdict, "", *keys)), NUMBERS, NUMBERS, KEYS
)
BRIEFS = st.lists(st.one_of(PROSE, FIGURES, CLAIMS), max_size=3, unique_by=lambda cell: cell.id).map(
    lambda each: brief(*each)
)


def mirrored(found: Comparison) -> list[str]:
    """Turn a comparison round; give it as a sorted list."""
    turned = []
    for change in found.changes:
        change = replace(change, before=change.after, after=change.before)
        if isinstance(change, Sentence):
            change = replace(change, values_before=change.values_after, values_after=change.values_before)
        if isinstance(change, Exhibit):
            change = replace(change, series=tuple(map(turned_series, change.series)))
        turned.append(change)
    ways = {"entered": "left", "left": "entered"}
    return listed([*turned, *(replace(row, way=ways[row.way]) for row in found.rows)])


def turned_series(series: Series) -> Series:
    return replace(series, points=tuple(replace(each, before=each.after, after=each.before) for each in series.points))


def listed(items: list) -> list[str]:
    """Give changes in an order of their own: that of points and of cells is the second edition's."""
    plain = []
    for item in items:
        if isinstance(item, Exhibit):
            points = sorted(repr((series.name, point)) for series in item.series for point in series.points)
            item = (item.cell, item.before, item.after, points)
        elif isinstance(item, (Sentence, Claim)):
            item = replace(item, section="", **({"part": ""} if isinstance(item, Sentence) else {}))
        plain.append(repr(item))
    return sorted(plain)


@given(BRIEFS)
def test_an_edition_compared_with_itself_has_no_change(one):
    assert compare(one, one).is_empty


@given(BRIEFS, BRIEFS)
def test_a_comparison_turned_round_is_the_comparison_of_the_exchanged_editions(one, other):
    forth, back = compare(one, other), compare(other, one)
    assert mirrored(forth) == listed([*back.changes, *back.rows])


@given(BRIEFS, BRIEFS)
def test_nothing_is_listed_that_did_not_change(one, other):
    for change in compare(one, other).changes:
        assert change.before != change.after or change.series


def test_two_days_of_a_brief_differ_in_what_they_say_show_and_rest_on(project):
    path = project / "notebooks" / "rurland.ipynb"
    found = compare(executed(path, "2002-06-01"), executed(path))
    assert [(each.cell, each.before, each.after) for each in found.listed(Sentence)] == [
        ("title", "By March 2002 it held 9 warheads.", "By March 2003 it held 1,550 warheads."),
        ("rise", "From 12 to 9.", "From 12 to 1,550."),
    ]
    assert [(each.cell, each.kind) for each in found.listed(Exhibit)] == [
        ("fig-rise", "figure"),
        ("table-rise", "table"),
    ]
    assert not found.listed(Claim)
    (row,) = [row for row in found.rows if row.way == "entered"]
    assert (row.table, row.key) == ("holdings", "2003-03-01|RUR")
    assert [reach.cell for reach in row.reaches] == ["title", "title", "rise", "fig-rise", "claim-rise", "table-rise"]
