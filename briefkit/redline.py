"""Show a comparison: as a listing in a terminal, as a page, as JSON.

Every change is laid out once, as pieces that were kept, removed or added; a listing and a page mark them alike, with
signs that read without colour: [-removed-] and {+added+}.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from briefkit import export
from briefkit.alignment import marked
from briefkit.compare import Claim, Comparison, Corrected, Exhibit, Moved, Reach, Sentence, Value
from briefkit.facts import Fact
from briefkit.series import Point, Series
from briefkit.tables import precision_field

SIGNS = {"kept": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
FEW = 4  # points and rows that are named one by one
SHORT = 60  # letters of a value that is shown whole
MARGIN = 18  # letters of the listing's first column
TOLD = 3  # fields of a row that are told beside its key
UNTOLD = ("source_id", "support", "note", "known_on")

Line = list[tuple[str, str]]


@dataclass(slots=True)
class Item:
    """Hold one change ready to be shown: where it stands, the change itself, and what explains it."""

    section: str
    place: str
    lines: list[Line]
    notes: list[Line] = field(default_factory=list)


def as_json(comparison: Comparison) -> str:
    """Give everything for machines; each change says what kind it is."""
    whole = dataclasses.asdict(comparison)
    for change, made in zip(comparison.changes, whole["changes"], strict=True):
        made["kind"] = getattr(change, "kind", type(change).__name__.lower())
    whole["counts"] = _counts(comparison)
    return json.dumps(whole, ensure_ascii=False, indent=1)


def page(comparison: Comparison) -> str:
    """Write the changes as a page in the house design, without script."""
    groups: list[tuple[str, list[Item]]] = []
    for item in items(comparison):
        if not groups or groups[-1][0] != item.section:
            groups.append((item.section, []))
        lines, notes = ([list(_spaced(line)) for line in each] for each in (item.lines, item.notes))
        groups[-1][1].append(dataclasses.replace(item, lines=lines, notes=notes))
    return export.comparison_page(found=comparison, groups=groups, counted=counted(comparison), signs=SIGNS)


def listing(comparison: Comparison, width: int = 80) -> str:
    """Write the changes for a terminal: a column of places, a column of changes, in reading order."""
    width = max(min(width, 120), 48)
    lines = []
    for remark in (
        comparison.title,
        f"{comparison.before} → {comparison.after}",
        counted(comparison),
        *comparison.remarks,
    ):
        lines += textwrap.wrap(remark, width)
    last = Item("", "", [])
    for item in items(comparison):
        if item.section != last.section:
            lines += ["", *textwrap.wrap(item.section, width), "─" * width]
        repeated = (item.section, item.place) == (last.section, last.place)
        lines += _columns("" if repeated else item.place, item, width)
        last = item
    return "\n".join(lines)


def _columns(place: str, item: Item, width: int) -> Iterator[str]:
    shown = [("", line) for line in item.lines] + [("  ", line) for line in item.notes]
    if len(place) > MARGIN - 2:
        yield place
        place = ""
    for indent, line in shown:
        text = "".join(SIGNS[kind][0] + words + SIGNS[kind][1] for kind, words in _spaced(line))
        inside = {"break_on_hyphens": False, "subsequent_indent": indent}
        for part in textwrap.wrap(indent + text, width - MARGIN, **inside):
            yield f"{place:<{MARGIN}}{part}"
            place = ""


def _spaced(line: Line) -> Iterator[tuple[str, str]]:
    """Keep the space around a change outside its signs, and one between what goes and what comes."""
    last = ""
    for kind, words in line:
        if kind == "kept":
            yield kind, words
        elif bare := words.strip():
            if words[0].isspace() or (kind, last) == ("added", "removed"):
                yield "kept", " "
            yield kind, bare
            if words[-1].isspace():
                yield "kept", " "
        last = kind


def counted(comparison: Comparison) -> str:
    """Say in one line how much changed."""
    if comparison.is_empty:
        return "Nothing changed."
    told = [
        f"{number} {name if number == 1 else name + 's'}{rest}"
        for (name, rest), number in _counted(comparison).items()
        if number
    ]
    return ", ".join(told) + "."


def _counted(comparison: Comparison) -> dict[tuple[str, str], int]:
    shown = [exhibit.kind for exhibit in comparison.listed(Exhibit)]
    ways = [moved.way for moved in comparison.rows]
    return {
        ("sentence", " changed"): len(comparison.listed(Sentence)),
        ("claim", " changed"): len(comparison.listed(Claim)),
        ("figure", " changed"): shown.count("figure"),
        ("table", " changed"): shown.count("table"),
        ("row", " entered"): ways.count("entered"),
        ("row", " left"): ways.count("left"),
        ("row", " with other content"): len(comparison.corrected),
    }


def _counts(comparison: Comparison) -> dict[str, int]:
    names = ("sentences", "claims", "figures", "tables", "rows_entered", "rows_left", "rows_corrected")
    return dict(zip(names, _counted(comparison).values(), strict=True))


def items(comparison: Comparison) -> list[Item]:
    """Lay out each change, in reading order; then the rows."""
    found = []
    for change in comparison.changes:
        match change:
            case Sentence():
                found.append(_sentence(change))
            case Claim():
                found.append(_claim(change))
            case Exhibit():
                found.append(_exhibit(change))
    for way in ("entered", "left"):
        found += _rows(way, [moved for moved in comparison.rows if moved.way == way])
    return [*found, *_corrected(comparison.corrected)]


def _sentence(change: Sentence) -> Item:
    section = {"answer": "The opening answer", "summary": "The summary box"}.get(change.part, change.section)
    lines = _versions(change.before, change.after)
    return Item(section, change.cell, lines, list(_value_notes(change)))


def _versions(before: str, after: str) -> list[Line]:
    """Mark the words that differ; two sentences with little in common stand one under the other."""
    parts = marked(before, after)
    whole = all(kind != "kept" for kind, _ in parts)
    return [[part] for part in parts] if whole and len(before) + len(after) > SHORT else [parts]


def _value_notes(change: Sentence) -> Iterator[Line]:
    """Name the values that differ by what the notebook calls them."""
    names: dict[str, tuple[list[str], list[str]]] = {}
    for at, side in enumerate((change.values_before, change.values_after)):
        for value in side:
            names.setdefault(value.expression, ([], []))[at].append(_brief(value))
    for name, (olds, news) in names.items():
        yield [("kept", f"{name}: "), *_change(", ".join(olds), ", ".join(news))]


def _brief(value: Value) -> str:
    """Show a short value; of a long one, which is the sentence itself, say what chose it."""
    return value.text if len(value.text) <= SHORT else value.about or "another text"


def _claim(change: Claim) -> Item:
    before, after = change.before, change.after
    lines = _versions(before.sentence if before else "", after.sentence if after else "")
    notes = [[("kept", "verdict: "), *_change(before.verdict if before else "", after.verdict if after else "")]]
    evidence = [each.evidence if each else "" for each in (before, after)]
    notes.append([("kept", "evidence: "), *marked(*evidence)])
    return Item(change.section, change.cell, lines, notes)


def _change(before: str, after: str) -> Line:
    pairs = [("kept", before)] if before == after else [("removed", before), ("added", after)]
    return [pair for pair in pairs if pair[1]]


def _exhibit(change: Exhibit) -> Item:
    lines = [[("kept", f"{change.kind.capitalize()}: "), *line] for line in _versions(change.before, change.after)]
    return Item(change.section, change.cell, lines, [line for each in change.series for line in _series(change, each)])


def _series(change: Exhibit, series: Series) -> Iterator[Line]:
    """Name few points one by one; of many say how many there are, and the first and the last."""
    name = f"{series.name}: " if series.name else ""
    for way in ("removed", "added"):
        if points := series.of(way):
            told = [_told(change, point) for point in points]
            many = f"{len(told)} points, from {told[0]} to {told[-1]}"
            yield [("kept", name), (way, "; ".join(told) if len(told) <= FEW else many)]
    if points := series.of("changed"):
        line: Line = [("kept", name if len(points) <= FEW else f"{name}{len(points)} points, from ")]
        for number, point in enumerate(points if len(points) <= FEW else (points[0], points[-1])):
            line += [("kept", ("; " if len(points) <= FEW else " to ") * bool(number)), *_differing(change, point)]
        yield line


def _told(change: Exhibit, point: Point) -> str:
    values = point.before if point.after is None else point.after
    known = {name: value for name, value in (values or {}).items() if value not in (None, "")}
    shown = ", ".join(_valued(change, name, value) for name, value in (known or values or {}).items())
    return ": ".join(filter(None, (_place(point), shown)))


def _place(point: Point) -> str:
    # A whole number that says where a point stands is a year or a rank, never a quantity: no thousands are parted.
    places = [value for value in point.at.values() if value not in (None, "")]
    return ", ".join(str(value) if type(value) is int else _shown(value) for value in places)


def _differing(change: Exhibit, point: Point) -> Line:
    """Mark the values of a point that differ, each called by its field where the point has several."""
    line: Line = [("kept", f"{_place(point)}: " if point.at else "")]
    differing = [name for name, value in point.after.items() if value != point.before.get(name)]
    for number, name in enumerate(differing):
        title = f"{change.titles.get(name, name)} " if len(point.after) > 1 else ""
        line.append(("kept", ", " * bool(number) + title))
        line += _change(*(_valued(change, name, each.get(name)) for each in (point.before, point.after)))
    return line


def _valued(change: Exhibit, name: str, value: Any) -> str:
    # Other units stand in the heading, and would have to agree with their number.
    return _shown(value) + "%" * (change.units.get(name) == "%" and value is not None)


def _shown(value: Any) -> str:
    """Write a raw value as a reader knows it."""
    if value is None or value == "":
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        try:
            return Fact(dt.date.fromisoformat(value)).text
        except ValueError:
            return value
    return Fact(value).text


def _rows(way: str, moved: Iterable[Moved]) -> Iterator[Item]:
    """Show rows that reach the same places together."""
    section = "Rows that the brief now rests on" if way == "entered" else "Rows that the brief no longer rests on"
    kind = "added" if way == "entered" else "removed"
    groups: dict[tuple[str, tuple[Reach, ...]], list[Moved]] = {}
    for row in moved:
        groups.setdefault((row.table, row.reaches), []).append(row)
    for (table, reaches), rows in groups.items():
        keys = [row.key.replace("|", " · ") for row in rows]
        told = [f"{key} ({says})" if (says := _says(row)) else key for key, row in zip(keys, rows, strict=True)]
        yield Item(section, table, [[(kind, _few(told))]], [[("kept", f"reaches {_reached(reaches)}")]])


def _few(told: list[str]) -> str:
    return "; ".join(told) if len(told) <= FEW else f"{len(told)} rows, from {told[0]} to {told[-1]}"


def _says(row: Moved) -> str:
    """Tell the first short things that a row says beside its key and its evidence."""
    fields, parts = dict(row.fields), row.key.split("|")
    told = []
    for name, value in fields.items():
        if value and value not in parts and name not in UNTOLD and not name.endswith("_precision") and len(value) <= 30:
            length = {"year": 4, "month": 7}.get(fields.get(precision_field(name), ""), len(value))
            told.append(export.in_words(value[:length]))
    return ", ".join(told[:TOLD])


def _reached(reaches: Iterable[Reach]) -> str:
    """Name the cells that rest on a row, with the short values in them; a figure or claim is named by its cell."""
    cells: dict[str, dict[str, None]] = {}
    for reach in reaches:
        known = cells.setdefault(reach.cell, {})
        if reach.kind == "value" and len(reach.text) <= SHORT:
            known[f"“{reach.text}”"] = None
    return (
        "; ".join(" ".join(filter(None, (cell, ", ".join(texts)))) for cell, texts in cells.items()) or "nothing shown"
    )


def _corrected(rows: Iterable[Corrected]) -> Iterator[Item]:
    """Show rows in which the same was changed, to the same effect, together."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row in rows:
        alike = (row.table, row.fields, row.correction, row.reaches)
        groups.setdefault(alike, []).append(row.key.replace("|", " · "))
    for (table, fields, noted, reaches), keys in groups.items():
        lines: list[Line] = [[("kept", _few(keys))]]
        lines += [[("kept", f"{name}: "), *_change(old or "blank", new or "blank")] for name, old, new in fields]
        told = f"{_shown(noted.day)}: {noted.text}" if noted else "not marked as a correction"
        notes = [[("kept", f"CHANGELOG.md, {told}")], [("kept", f"reaches {_reached(reaches)}")]]
        yield Item("Rows that were changed", table, lines, notes)
