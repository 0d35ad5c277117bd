"""Compare two editions of a brief: what a reader of the second finds that a reader of the first did not.

Sentences, claims, figures and tables are listed in reading order, then the rows that came or went with what they
reach. What did not change is not listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from nbformat import NotebookNode

from briefkit.alignment import merged, paired
from briefkit.corrections import Correction
from briefkit.ledger import Entry, Passage, entries, passages_of, rows_of
from briefkit.prose import sentences
from briefkit.series import Series, changed_series

Row = tuple[str, str]
Content = dict[str, dict[str, str]]
Tables = Callable[[str], tuple[Content, Content]]


@dataclass(frozen=True, slots=True)
class Value:
    """Name a value that stands in one version of a sentence and not in the other, and how it was made."""

    text: str
    expression: str
    about: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Hold the two versions of a sentence; one is empty where the sentence stands in one edition only."""

    cell: str
    section: str
    part: str
    before: str
    after: str
    values_before: tuple[Value, ...] = ()
    values_after: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold a claim as one edition shows it."""

    sentence: str
    verdict: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold a claim whose verdict or sentence differs; a version is missing where the claim is."""

    cell: str
    section: str
    before: Verdict | None
    after: Verdict | None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Hold a figure or table whose heading or data differ; `titles` and `units` say how its fields are called."""

    cell: str
    section: str
    kind: str
    before: str
    after: str
    series: tuple[Series, ...]
    titles: dict[str, str]
    units: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reach:
    """Name a place that rests on a row: a value, figure, table or claim."""

    cell: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Name a row that the brief rests on in one edition only: it entered or left. `fields` hold what it says."""

    table: str
    key: str
    way: str
    reaches: tuple[Reach, ...]
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Corrected:
    """Hold a row whose content differs under the same key, and the correction that CHANGELOG.md lists for it."""

    table: str
    key: str
    fields: tuple[tuple[str, str, str], ...]
    correction: Correction | None
    reaches: tuple[Reach, ...]


Change = Sentence | Claim | Exhibit


@dataclass(frozen=True, slots=True)
class Comparison:
    """List what differs between two editions; `before` and `after` name them, `remarks` say what a reader must know."""

    title: str
    before: str
    after: str
    changes: tuple[Change, ...]
    rows: tuple[Moved, ...]
    corrected: tuple[Corrected, ...] = ()
    remarks: tuple[str, ...] = ()

    def listed(self, kind: type) -> list[Any]:
        """List the changes of one kind."""
        return [change for change in self.changes if isinstance(change, kind)]

    @property
    def is_empty(self) -> bool:
        """Tell whether the two editions say and show the same."""
        return not (self.changes or self.rows or self.corrected)


def compare(
    before: NotebookNode, after: NotebookNode, names: tuple[str, str] = ("before", "after"), remarks: Iterable[str] = ()
) -> Comparison:
    """Compare two executed notebooks."""
    old, new = _Edition(before), _Edition(after)
    changes: list[Change] = []
    for cell in merged(list(old.sections), list(new.sections)):
        section = new.sections.get(cell) or old.sections.get(cell, "")
        changes += _sentences(cell, section, old.prose.get(cell, []), new.prose.get(cell, []))
        changes += _outputs(cell, section, old.shown.get(cell, []), new.shown.get(cell, []))
    moved = [*_moved(old, new, "left"), *_moved(new, old, "entered")]
    return Comparison(new.title or old.title, *names, tuple(changes), tuple(moved), remarks=tuple(remarks))


class _Edition:
    """Hold what one edition says and shows, cell by cell, and where each row reaches."""

    def __init__(self, notebook: NotebookNode) -> None:
        self.prose: dict[str, list[Passage]] = {}
        self.shown: dict[str, list[Entry]] = {}
        self.sections: dict[str, str] = {}
        self.reaches: dict[Row, dict[Reach, None]] = {}
        section = ""
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "markdown":
                self.prose[cell.id] = list(passages_of(cell, index == 0))
                section = next((each.text for each in self.prose[cell.id] if each.tag in ("h1", "h2")), section)
            self.sections[cell.id] = section
        self.title = next(iter(self.sections.values()), "")
        for entry in entries(notebook):
            for row in entry.rows - _shown_by_parts(entry):
                self.reaches.setdefault(row, {})[Reach(entry.cell, entry.kind, entry.text)] = None
            if entry.cell in self.prose:
                continue
            if entry.kind == "value":
                stands = Passage(entry.cell, entry.part, "p", entry.text, "\ufffc", ((entry.expression, entry.made),))
                self.prose.setdefault(entry.cell, []).append(stands)
            else:
                self.shown.setdefault(entry.cell, []).append(entry)


def _shown_by_parts(entry: Entry) -> set[Row]:
    """Give the rows that a value inside a composed sentence shows; that value has an entry of its own."""
    parts = entry.made.get("parts", ()) if entry.kind == "value" else ()
    return {row for part in parts if not isinstance(part, str) for row in rows_of(part)}


def _sentences(cell: str, section: str, before: list[Passage], after: list[Passage]) -> Iterator[Sentence]:
    """Lay a cell's blocks side by side by what was typed, then their sentences by what they say."""
    for old, new in paired([each.written for each in before], [each.written for each in after]):
        blocks = None if old is None else before[old], None if new is None else after[new]
        olds, news = (_told(block) if block else [] for block in blocks)
        part = next(block.part for block in reversed(blocks) if block)
        for first, second in paired([text for text, _ in olds], [text for text, _ in news]):
            was, had = ("", []) if first is None else olds[first]
            now, has = ("", []) if second is None else news[second]
            if was != now:
                yield Sentence(cell, section, part, was, now, _without(had, has), _without(has, had))


def _without(values: list[Value], others: list[Value]) -> tuple[Value, ...]:
    known = {value.text for value in others}
    return tuple(dict.fromkeys(value for value in values if value.text not in known))


def _told(block: Passage) -> list[tuple[str, list[Value]]]:
    """Part a block into its sentences, each with the values that stand in it."""
    values, told, end = list(_placed(block)), [], 0
    for sentence in sentences(block.text):
        start = block.text.index(sentence, end)
        end = start + len(sentence)
        told.append((sentence, [value for at, value in values if at < end and start < at + len(value.text)]))
    return told


def _placed(block: Passage) -> Iterator[tuple[int, Value]]:
    """Find where in a block each value begins."""
    typed = block.written.split("\ufffc")
    at = len(typed[0])
    for (expression, fact), words in zip(block.values, typed[1:], strict=True):
        if fact.get("text"):
            yield from _leaves(expression, fact, at)
            at += len(str(fact["text"])) + len(words)
        else:  # a plain value: it ends where the next typed words begin
            at = block.text.find(words, at) + len(words)


def _leaves(expression: str, fact: dict[str, Any], at: int) -> Iterator[tuple[int, Value]]:
    """Take a composed text apart into the values that it holds."""
    parts = fact.get("parts", ())
    if not parts:
        yield at, Value(str(fact["text"]), expression, str(fact.get("about") or ""))
    for part in parts:
        if not isinstance(part, str):
            yield from _leaves(expression, part, at)
        at += len(part if isinstance(part, str) else str(part["text"]))


def _outputs(cell: str, section: str, before: list[Entry], after: list[Entry]) -> Iterator[Claim | Exhibit]:
    """Compare what a code cell shows: its first claim with its first claim, and so for each kind."""
    for kind in dict.fromkeys(entry.kind for entry in (*after, *before)):
        olds, news = ([entry for entry in shown if entry.kind == kind] for shown in (before, after))
        for old, new in zip_longest(olds, news):
            made = _claim(cell, section, old, new) if kind == "claim" else _exhibit(cell, section, kind, old, new)
            if made:
                yield made


def _claim(cell: str, section: str, old: Entry | None, new: Entry | None) -> Claim | None:
    """Say how a claim changed; other evidence for the same verdict is no change of the claim."""
    before, after = (
        Verdict(each.text, str(each.made.get("verdict", "")), str(each.made.get("evidence") or "")) if each else None
        for each in (old, new)
    )
    if before and after and (before.sentence, before.verdict) == (after.sentence, after.verdict):
        return None
    return Claim(cell, section, before, after)


def _exhibit(cell: str, section: str, kind: str, old: Entry | None, new: Entry | None) -> Exhibit | None:
    headings = [_heading(entry) for entry in (old, new)]
    # A table's output is a resource itself; a figure's holds one.
    data = [((each.made.get("data") if kind == "figure" else each.made) or {}) if each else {} for each in (old, new)]
    series = changed_series(*data)
    if headings[0] == headings[1] and not series:
        return None
    titles = {field["name"]: field.get("title") or field["name"] for each in data for field in _fields(each)}
    units = {field["name"]: field.get("unit") or "" for each in data for field in _fields(each)}
    return Exhibit(cell, section, kind, *headings, series, titles, units)


def _fields(resource: dict[str, Any]) -> list[dict[str, Any]]:
    return resource.get("schema", {}).get("fields", [])


def _heading(entry: Entry | None) -> str:
    return " — ".join(filter(None, (entry.text, str(entry.made.get("subtitle") or "")))) if entry else ""


def _moved(edition: _Edition, other: _Edition, way: str) -> Iterator[Moved]:
    """List the rows that one edition rests on and the other does not, with what they reach there."""
    for (table, key), reaches in sorted(edition.reaches.items()):
        if (table, key) not in other.reaches:
            yield Moved(table, key, way, tuple(reaches))


def with_content(
    comparison: Comparison, before: NotebookNode, after: NotebookNode, tables: Tables, corrections: Iterable[Correction]
) -> Comparison:
    """Add what the rows say, and those whose content differs under the same key.

    `tables` gives both versions of a table: the fields of each row by its key.
    """
    old, new = _Edition(before), _Edition(after)
    noted = {(each.table, each.key): each for each in corrections}
    content = {table: tables(table) for table in sorted({table for table, _ in (*old.reaches, *new.reaches)})}
    corrected = []
    for table, (was, now) in content.items():
        for key in now:
            if changed := _changed_fields(was.get(key), now[key]):
                reaches = new.reaches.get((table, key)) or old.reaches.get((table, key), {})
                corrected.append(Corrected(table, key, changed, noted.get((table, key)), tuple(reaches)))
    rows = [
        replace(row, fields=tuple(content[row.table][row.way == "entered"].get(row.key, {}).items()))
        for row in comparison.rows
    ]
    return replace(comparison, rows=tuple(rows), corrected=tuple(corrected))


def _changed_fields(was: dict[str, str] | None, now: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    if was is None:
        return ()
    names = dict.fromkeys((*now, *was))
    return tuple(
        (name, was.get(name, ""), now.get(name, "")) for name in names if was.get(name, "") != now.get(name, "")
    )
