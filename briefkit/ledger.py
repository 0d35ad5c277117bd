"""List where evidence stands in an executed brief: each value, figure, table and claim, with the rows under it.

What an editor asks of a brief (is it stale, what changed, where does this number come from) is asked of this list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nbformat import NotebookNode

from briefkit.facts import CLAIM, FACT, FIGURE, TABLE
from briefkit.prose import is_role, parse, sentences

HEADLINES = ("answer", "summary", "claim")


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold one block of prose as a reader sees it: a heading, a paragraph, a list's item, a table's cell, a footnote.

    ``written`` is what was typed, with an object sign for each value; ``values`` are the values' JSON in order.
    """

    cell: str
    part: str
    tag: str
    text: str
    written: str
    values: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one place where evidence stands.

    ``kind`` is value, figure, table or claim; ``part`` says where in the brief: answer, summary, prose, figure, table
    or claim. ``text`` is the value, the title, the caption or the claim's sentence; ``around`` the sentence that a
    value stands in. ``made`` is the JSON that travels in the outputs: about, unit, support, sources, disagreements.
    """

    cell: str
    kind: str
    part: str
    text: str
    around: str
    expression: str
    rows: frozenset[tuple[str, str]]
    made: dict[str, Any] = field(repr=False)

    @property
    def evidence(self) -> dict[str, Any]:
        """Give the block with rows, support, sources and disagreements; a table carries it beside its own data."""
        return self.made.get("briefkit", {}) if self.kind == "table" else self.made

    @property
    def is_headline(self) -> bool:
        """Tell whether it stands where a reader looks first: the opening answer, the summary box, a claim."""
        return self.part in HEADLINES


class Headlines(NamedTuple):
    """Count the values of which a reader hears first, and those of them whose every row has two sources."""

    count: int
    two_sources: int


def headlines(notebook: NotebookNode) -> Headlines:
    """Count a brief's headlines: values in its opening answer and summary box, and its claims.

    A sentence that is composed of values counts by these, and not once more as a whole.
    """
    found = [entry for entry in entries(notebook) if entry.is_headline and not entry.made.get("parts")]
    return Headlines(len(found), sum(entry.made.get("support") == "corroborated" for entry in found))


def entries(notebook: NotebookNode) -> list[Entry]:
    """List all entries in reading order; a value inside a composed sentence has an entry of its own after it."""
    found: list[Entry] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for passage in passages_of(cell, cell is notebook.cells[0]):
                for expression, fact in passage.values:
                    found += _values(passage, expression, fact)
        else:
            found += _outputs(cell)
    return found


def passages(notebook: NotebookNode) -> list[Passage]:
    """List the prose block by block, in reading order, with values in place."""
    first = notebook.cells[0] if notebook.cells else None
    return [
        passage
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for passage in passages_of(cell, cell is first)
    ]


def passages_of(cell: NotebookNode, opening: bool = False) -> Iterator[Passage]:
    """List the blocks of one cell; a role without a stored value stands as an empty one."""
    stored = {item["expression"]: item.get("result", {}) for item in cell.metadata.get("user_expressions", ())}
    tags, opened = cell.metadata.get("tags", ()), "p"
    for token in parse(cell.source):
        if token.type.endswith("_open") and token.tag:
            opened = token.tag if token.tag != "p" or opened not in ("li", "blockquote") else opened
        if token.type != "inline":
            continue
        shown, written, values = [], [], []
        for piece in token.children or ():
            if is_role(piece):
                data = stored.get(piece.content, {}).get("data", {})
                shown.append(_plain(data))
                written.append("\ufffc")
                values.append((piece.content, data.get(FACT) or {}))
            else:
                words = " " if piece.type in ("softbreak", "hardbreak") else piece.content
                shown.append(words)
                written.append(words)
        part = "answer" if opening and opened != "h1" else "summary" if "summary" in tags else "prose"
        yield Passage(cell.id, part, opened, "".join(shown), "".join(written), tuple(values))
        opened = "p"


def _plain(data: dict[str, Any]) -> str:
    text = str((data.get(FACT) or {}).get("text") or data.get("text/plain", ""))
    return text[1:-1] if FACT not in data and text[:1] == text[-1:] and text[:1] in ("'", '"') else text


def _values(passage: Passage, expression: str, fact: dict[str, Any]) -> Iterator[Entry]:
    if not fact:
        return
    text = str(fact.get("text", ""))
    around = next((words for words in sentences(passage.text) if text in words), text or passage.text)
    yield Entry(passage.cell, "value", passage.part, text, around, expression, rows_of(fact), fact)
    for part in fact.get("parts", ()):
        if not isinstance(part, str):
            yield from _values(passage, expression, part)


def _outputs(cell: NotebookNode) -> Iterator[Entry]:
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if FIGURE in data:
            made = data[FIGURE]
            yield Entry(cell.id, "figure", "figure", made["title"], made["alt"], "", rows_of(made), made)
        elif CLAIM in data:
            made = data[CLAIM]
            yield Entry(cell.id, "claim", "claim", made["sentence"], made["evidence"], "", rows_of(made), made)
        elif TABLE in data and data[TABLE].get("briefkit"):
            made = data[TABLE]
            evidence = made["briefkit"]
            yield Entry(cell.id, "table", "table", str(made.get("title", "")), "", "", rows_of(evidence), made)
        elif FACT in data:
            made = data[FACT]
            yield Entry(cell.id, "value", "prose", made["text"], made["text"], cell.source, rows_of(made), made)


def rows_of(made: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """Give the rows that a value, figure or claim rests on, as pairs of table and key."""
    return frozenset((str(table), str(key)) for table, key in made.get("rows", ()))
