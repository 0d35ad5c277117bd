"""Hold a brief between the notebook and the page: everything resolved, nothing laid out."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from briefkit.export.markup import Node, plain
from briefkit.facts import Fact

HOUSE = "Rebalance"
# How well a value's rows are supported, and whether they are many.
SUPPORT_WORDS = {
    ("corroborated", False): "Two sources agree.",
    ("corroborated", True): "Each row has two sources.",
    ("single", False): "One source.",
    ("single", True): "Some rows have one source only.",
}


@dataclass(slots=True)
class Note:
    """Number the evidence of one or more values: what they say, how they were made, and the rows that they rest on.

    ``rows`` groups the row keys by table; ``sources`` are numbers in the source list. A Markdown footnote
    is a note that holds `content` and nothing else.
    """

    number: int
    kind: str = ""
    values: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    as_of: str = ""
    support: str = ""
    rows: dict[str, list[str]] = field(default_factory=dict)
    sources: list[int] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    hindsight: list[str] = field(default_factory=list)
    content: list[Node] = field(default_factory=list)

    @property
    def support_words(self) -> str:
        """Say how well the rows are supported, as a reader would."""
        many = sum(map(len, self.rows.values())) > 1
        support = SUPPORT_WORDS.get((self.support, many), "")
        if not self.hindsight:
            return support
        day, count = in_words(max(self.hindsight)), len(self.hindsight)
        late = f"{count} of the rows became public after this edition's day, the last on {day}"
        return f"{support} {late if many else f'It became public on {day}, after this edition’s day'}: hindsight."

    @property
    def value_words(self) -> str:
        """List the values that are short enough to name."""
        return "; ".join(value for value in self.values if len(value) <= 60)

    @property
    def made_words(self) -> str:
        """Say how the values were made; a cell that was simply picked is named by its field."""
        fields = [f"“{name}”" for name in self.made if re.fullmatch(r"\w+", name)]
        named = [f"field{'s' if len(fields) > 1 else ''} {', '.join(fields)}"] if fields else []
        words = "; ".join([*named, *(text for text in self.made if not re.fullmatch(r"\w+", text))])
        return words[:1].upper() + words[1:]

    def tell(self, fact: dict[str, Any]) -> None:
        """Add a value that rests on the same rows."""
        text, unit = str(fact["text"]), str(fact.get("unit") or "")
        value = f"{text} {unit}" if unit and fact.get("kind") == "number" and "%" not in text else text
        for known, new in ((self.values, value), (self.made, str(fact.get("about") or ""))):
            if new and new not in known:
                known.append(new)

    @property
    def rows_words(self) -> list[str]:
        """Name the rows, a line for each table: their keys where they are few, else their number."""
        return [
            f"Table {table}, "
            + (f"{len(keys)} rows" if len(keys) > 3 else f"row{'s' * (len(keys) > 1)} {'; '.join(keys)}")
            for table, keys in self.rows.items()
        ]


@dataclass(slots=True)
class Source:
    """Number one publication, with the notes, figures, tables and claims that rest on it."""

    number: int
    title: str
    publisher: str = ""
    published: str = ""
    url: str = ""
    id: str = ""
    notes: list[int] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    @property
    def day(self) -> str:
        """Give the day of publication in words, at the precision that is known."""
        return in_words(self.published)

    @property
    def shown_in(self) -> str:
        """Name the figures, tables and claims that rest on the source."""
        found: dict[str, list[str]] = {}
        for kind, number in dict.fromkeys(self.places):
            found.setdefault(kind, []).append(str(number))
        return "; ".join(f"{kind}{'s' * (len(numbers) > 1)} {', '.join(numbers)}" for kind, numbers in found.items())


@dataclass(slots=True)
class Prose:
    """Hold the running text of one cell."""

    cell: str
    nodes: list[Node]


@dataclass(slots=True)
class Summary:
    """Hold the box of key findings."""

    cell: str
    title: str
    nodes: list[Node]


@dataclass(slots=True)
class Figure:
    """Hold a chart: heading, alternative text, picture, and the data drawn as CSV.

    `level` is that of its heading; `narrow` is the drawing for a phone, where the chart has one, `whole` the one
    with heading and source line, to be taken away.
    """

    cell: str
    number: int
    title: str
    subtitle: str
    alt: str
    source_line: str
    svg: str
    csv: str
    sources: list[int]
    level: int
    narrow: str = ""
    whole: str = ""


@dataclass(slots=True)
class Table:
    """Hold a table as text, with the raw values as CSV."""

    cell: str
    number: int
    caption: str
    heads: list[str]
    lines: list[list[str]]
    align: list[str]
    header_column: bool
    csv: str
    sources: list[int]


@dataclass(slots=True)
class Claim:
    """Hold a tested sentence with its verdict and what decided it."""

    cell: str
    number: int
    sentence: str
    verdict: str
    holds: bool
    evidence: str
    sources: list[int]
    whose: str = ""

    @property
    def sign(self) -> str:
        """Give the sign of a verdict: it must not be told by its colour alone."""
        return {"partly": "◐", "cannot be told": "?"}.get(self.verdict, "✓" if self.holds else "×")

    @property
    def told(self) -> str:
        """Give the sentence, with the name of whoever said it where it is not the brief's own."""
        return f"{self.whose}: {self.sentence}" if self.whose else self.sentence


@dataclass(slots=True)
class Picture:
    """Hold a picture that another tool left, with the best description there is."""

    cell: str
    mime: str
    content: bytes
    alt: str


@dataclass(slots=True)
class Listing:
    """Show text as it is: code, a stream, a traceback."""

    cell: str
    kind: str
    text: str


Block = Prose | Summary | Figure | Table | Claim | Picture | Listing


@dataclass(slots=True)
class Document:
    """Hold a brief between the notebook and the page: everything resolved, nothing laid out."""

    name: str
    title: str
    subject: str = ""
    kind: str = "policy brief"
    as_of: str = ""
    is_brief: bool = False
    headlines: tuple[int, int] = (0, 0)  # how many, and how many of them on two sources
    answer: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)

    @property
    def kind_opening(self) -> str:
        """Name the kind with a capital."""
        return self.kind[:1].upper() + self.kind[1:]

    @property
    def called(self) -> str:
        """Name the kind in one word: brief, dossier."""
        return self.kind.split()[-1]

    @property
    def day(self) -> str:
        """Give the edition's day in words."""
        return in_words(self.as_of)

    @property
    def answer_text(self) -> str:
        """Give the answer as one line of text."""
        return " ".join(plain(self.answer).split())

    @property
    def minutes(self) -> int:
        """Estimate the time to read, at 230 words a minute."""
        nodes = [node for block in self.blocks if isinstance(block, (Prose, Summary)) for node in block.nodes]
        return max(1, round(len(plain([*self.answer, *nodes]).split()) / 230))

    @property
    def attached(self) -> Iterator[tuple[str, str, str]]:
        """List the data shown: file name, description, CSV text. No name comes from the notebook."""
        for block in self.blocks:
            if isinstance(block, Figure) and block.csv:
                yield f"figure-{block.number}.csv", f"Data of figure {block.number}: {block.title}", block.csv
            elif isinstance(block, Table):
                yield f"table-{block.number}.csv", f"Data of table {block.number}: {block.caption}", block.csv


@functools.lru_cache(4096)
def in_words(day: str) -> str:
    """Write an ISO day, month or year in words; leave anything else as it is.

    >>> in_words("2021-04-15"), in_words("2021-04"), in_words("2021"), in_words("spring 2021")
    ('15 April 2021', 'April 2021', '2021', 'spring 2021')
    """
    try:
        date = dt.date.fromisoformat(day if len(day) == 10 else f"{day}-01")
    except ValueError:
        return day
    return Fact(date, style="day" if len(day) == 10 else "month").text
