"""A finished chart: its picture, its words and its evidence, and the one finisher that makes it of a drawing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from briefkit.charts import house, words
from briefkit.charts.drawing import drawing
from briefkit.charts.sheet import Sheet
from briefkit.charts.svg import Drawing, parts_of
from briefkit.errors import BriefError
from briefkit.facts import FIGURE, Row, evidence, united
from briefkit.tables import Field, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

SHOWN_PUBLISHERS = 4
TITLE, SUBTITLE, BORDER = 14.0, 10.5, 10.0


@dataclass(frozen=True)
class Figure:
    """Hold a finished chart: heading, alternative text, source line, the values drawn, and the picture.

    ``plot`` is the picture alone, for a page or a paper that sets the heading as text; ``narrow`` is one for a phone,
    where the verb lays itself out anew; ``svg`` is complete. ``drawn`` is what ``plot`` was drawn from.
    """

    kind: str
    title: str
    subtitle: str
    alt: str
    source_line: str
    fields: tuple[Field, ...]
    lines: tuple[tuple[Any, ...], ...]
    rows: tuple[Row, ...]
    as_of: dt.date
    plot: str = field(repr=False)
    drawn: Sheet | Canvas = field(repr=False, compare=False)
    narrow: str = field(default="", repr=False)
    narrow_drawn: Sheet | Canvas | None = field(default=None, repr=False, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Give all that an exporter needs to print the chart, describe it, and hand out its data."""
        names = [each.name for each in self.fields]
        schema = [{"name": f.name, "type": f.type, "title": f.title or f.name, "unit": f.unit} for f in self.fields]
        data = [dict(zip(names, map(_plain, line), strict=True)) for line in self.lines]
        heading = {"kind": self.kind, "title": self.title, "subtitle": self.subtitle, "alt": self.alt}
        resource = {"schema": {"fields": schema}, "data": data}
        block = heading | {"source_line": self.source_line, "data": resource, "plot": self.plot}
        block |= {"narrow": self.narrow} if self.narrow else {}
        return block | evidence(self.rows, self.as_of)

    @cached_property
    def svg(self) -> str:
        """Draw the complete picture: heading, plot and source line."""
        return with_heading(self.as_json())

    def __repr__(self) -> str:
        return f"Figure: {words.sentence(self.title)} {self.alt}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "image/svg+xml": self.svg, FIGURE: self.as_json()}


def finish(
    figure: Any,
    tables: Table | Sequence[Table],
    title: Any,
    subtitle: Any = "",
    *,
    kind: str = "chart",
    alt: str = "",
    fields: Sequence[Field] = (),
    lines: Sequence[Sequence[Any]] = (),
    rows: Sequence[Row] = (),
    source_note: str = "",
    narrow: Sheet | Canvas | None = None,
) -> Figure:
    """Make a brief's figure of any matplotlib figure or axes: with heading, sources, alternative text and data.

    The evidence is the rows of `tables` and `rows`. Without `fields` and `lines` the data drawn are read off the
    picture's lines, bars and points, and the words of `alt` are made of them. `narrow` is the same chart laid out for
    a phone.
    """
    drawn = figure if isinstance(figure, Sheet) else figure.get_figure(root=True)
    tables = (tables,) if isinstance(tables, Table) else tuple(tables)
    title = _needed_title(str(title), tables)
    based = _needed_rows(united(*(table.rows for table in tables), rows), title)
    if not fields or not alt:
        from briefkit.charts import foreign  # here: matplotlib's figures take long to import

        fields, lines = (fields, lines) if fields else (foreign.FIELDS, list(foreign.read_off(drawn)))
        alt = alt or foreign.described(kind, lines)
    return Figure(
        kind=kind,
        title=title,
        subtitle=str(subtitle).strip(),
        alt=alt,
        source_line=source_line(based, source_note),
        fields=tuple(fields),
        lines=tuple(map(tuple, lines)),
        rows=based,
        as_of=max(table.as_of for table in tables),
        plot=picture(drawn).document(title, alt),
        drawn=drawn,
        narrow=picture(narrow).document(title, alt, "n") if narrow else "",
        narrow_drawn=narrow,
    )


def picture(drawn: Sheet | Canvas) -> Drawing:
    """Draw a sheet or a matplotlib figure as a slim SVG, the same bytes in every process."""
    if isinstance(drawn, Sheet):
        return drawing(drawn)
    from briefkit.charts import foreign

    return foreign.drawing(drawn)


def with_heading(block: dict[str, Any]) -> str:
    """Set heading and source line around the plot of a figure's JSON; the result stands alone as a file."""
    letters, marks = parts_of(block["plot"])
    width, height = (float(number) for number in block["plot"].split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split())
    title = house.wrapped(block["title"], width, TITLE, 700)
    subtitle = house.wrapped(block["subtitle"], width, SUBTITLE)
    source = house.wrapped(block["source_line"], width)
    step = {TITLE: TITLE * 1.2, SUBTITLE: SUBTITLE * 1.25, house.TEXT: house.TEXT * 1.25}
    head = 16 + len(title) * step[TITLE] + 2 + len(subtitle) * step[SUBTITLE] + 8
    foot = 8 + len(source) * step[house.TEXT] + 6
    sheet = Sheet(head + height + foot, width + 2 * BORDER)
    sheet.box(0, 0, sheet.width, sheet.height, "ground")
    sheet.box(BORDER, sheet.height - 3.5, 36, 3.5, "accent")
    top = sheet.height - 12
    for text, size, job, weight in ((title, TITLE, "ink", 700), (subtitle, SUBTITLE, "muted", 400)):
        for line in text:
            sheet.text(BORDER, top - size, line, job, size=size, weight=weight)
            top -= step[size]
        top -= 2
    for number, line in enumerate(source):
        sheet.text(BORDER, foot - 8 - house.TEXT - number * step[house.TEXT], line, "muted")
    frame = picture(sheet)
    shifted = f'<g transform="translate({BORDER:g} {head:.1f})">{marks}</g>'
    whole = Drawing(frame.width, frame.height, dict(sorted((frame.letters | letters).items())), frame.marks + shifted)
    return whole.document(block["title"], block["alt"])


def source_line(rows: Sequence[Row], note: str = "") -> str:
    """Name the publishers behind rows, first those that most rows name as their own source, then further ones."""
    own, count = Counter(), Counter()
    for row in rows:
        names = [source.publisher or source.title for source in row.sources]
        own.update(names[:1])
        count.update(names)
    names = sorted(count, key=lambda name: (-own[name], -count[name]))
    more = len(names) - SHOWN_PUBLISHERS
    listed = "; ".join(names[:SHOWN_PUBLISHERS]) + (f"; and {words.counted(more, 'other')}" if more > 0 else "")
    return f"{'Source' if len(names) == 1 else 'Sources'}: {listed}. {words.sentence(str(note))}".strip()


def _needed_title(title: str, tables: Sequence[Table]) -> str:
    if not title.strip():
        name = ", ".join(table.name for table in tables)
        raise BriefError(
            f"chart of {name}", "no title", "a title that states the finding", "Pass title='…', saying what to see."
        )
    return title.strip()


def _needed_rows(rows: tuple[Row, ...], title: str) -> tuple[Row, ...]:
    if not any(row.sources for row in rows):
        raise BriefError(
            f"chart “{title}”", "no row with a source", "rows that rest on a source", "Draw rows of a table in data/."
        )
    return rows


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
