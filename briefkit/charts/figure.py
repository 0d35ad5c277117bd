"""A finished chart: its picture, its words and its evidence, and the one finisher that makes it of a drawing."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.collections import PathCollection
from matplotlib.dates import DateConverter, num2date
from matplotlib.figure import Figure as Canvas

from briefkit.charts import house, words
from briefkit.charts.drawing import drawing
from briefkit.charts.sheet import Sheet
from briefkit.charts.slim import slim
from briefkit.charts.svg import Drawing, parts_of
from briefkit.errors import BriefError
from briefkit.facts import FIGURE, Row, evidence, united
from briefkit.tables import Field, Table

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
    drawn = figure if isinstance(figure, (Sheet, Canvas)) else figure.figure
    tables = (tables,) if isinstance(tables, Table) else tuple(tables)
    title = _needed_title(str(title), tables)
    based = _needed_rows(united(*(table.rows for table in tables), rows), title)
    if not fields:
        fields, lines = FOREIGN, list(_read_off(drawn))
    alt = alt or _described(kind, lines)
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
    return drawing(drawn) if isinstance(drawn, Sheet) else _of_matplotlib(drawn)


def _of_matplotlib(canvas: Canvas) -> Drawing:
    stream, dpi = io.StringIO(), canvas.dpi
    grounds = [canvas.patch, *(axes.patch for axes in canvas.axes)]
    shown = [ground.get_visible() for ground in grounds]
    with house.style():
        try:
            canvas.dpi = 72
            for ground in grounds:
                ground.set_visible(False)
            renderer = RendererSVG(*canvas.bbox.size, stream, metadata={"Date": None})
            canvas.draw(renderer)
            renderer.finalize()
        finally:
            canvas.dpi = dpi
            for ground, was in zip(grounds, shown, strict=True):
                ground.set_visible(was)
    return slim(stream.getvalue())


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


# --- what a drawing from elsewhere shows -----------------------------------------------------------------------------

FOREIGN = (Field("series", "Series"), Field("x", "Across"), Field("y", "Up", "", "number"))


def _read_off(canvas: Canvas) -> Iterator[tuple[Any, Any, Any]]:
    """Yield series, x and y of all lines, bars and points that a matplotlib figure draws from data."""
    for axes in canvas.axes:
        for line in axes.lines:
            if line.get_transform().contains_branch(axes.transData) and len(line.get_xdata()):
                yield from _series(axes, line.get_label(), zip(line.get_xdata(), line.get_ydata(), strict=True))
        for bars in axes.containers:
            flat = getattr(bars, "orientation", "vertical") == "horizontal"
            centres = [
                (bar.get_y() + bar.get_height() / 2, bar.get_width())
                if flat
                else (bar.get_x() + bar.get_width() / 2, bar.get_height())
                for bar in getattr(bars, "patches", ())
            ]
            yield from _series(axes, bars.get_label(), centres, axes.yaxis if flat else axes.xaxis)
        for points in axes.collections:
            if isinstance(points, PathCollection):
                yield from _series(axes, points.get_label(), points.get_offsets())


def _series(axes: Axes, label: Any, points: Any, axis: Any = None) -> Iterator[tuple[Any, Any, Any]]:
    axis = axis or axes.xaxis
    name = "" if str(label).startswith("_") else str(label)
    names = {place: text for text, place in getattr(axis.units, "_mapping", {}).items()}
    dated = isinstance(axis.get_converter(), DateConverter) or "Date" in type(axis.get_converter()).__name__
    for x, y in points:
        x = getattr(x, "item", lambda x=x: x)()
        y = float(y)
        if dated and isinstance(x, (int, float)):
            x = num2date(x).date()
        yield name, names.get(x, x), None if math.isnan(y) else int(y) if y.is_integer() else y


def _described(kind: str, lines: Sequence[Sequence[Any]]) -> str:
    """Describe a drawing from elsewhere by its range and the ends and extremes of each series."""
    series: dict[str, list[tuple[Any, Any]]] = {}
    for name, x, y in lines:
        if y is not None:
            series.setdefault(name, []).append((x, y))
    if not series:
        return f"{kind.capitalize()} of {words.counted(len(lines), 'value')}."
    parts = []
    for name, points in series.items():
        (first, start), (last, end) = points[0], points[-1]
        low, high = min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])
        parts.append(
            f"{name + ': ' if name else ''}from {words.said(start)} ({words.said(first)}) to {words.said(end)} "
            f"({words.said(last)}), lowest {words.said(low[1])}, highest {words.said(high[1])}"
        )
    return (
        f"{kind.capitalize()} of {words.counted(len(series), 'series', 'series')}. {words.sentence('; '.join(parts))}"
    )
