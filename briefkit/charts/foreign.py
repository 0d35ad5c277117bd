"""Drawings from elsewhere: any matplotlib figure, as a slim SVG, and what it shows in values and words.

matplotlib's figures take a sixth of a second to import, so that only they import this.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.collections import PathCollection
from matplotlib.dates import DateConverter, num2date
from matplotlib.figure import Figure as Canvas

from briefkit.charts import house, words
from briefkit.charts.slim import slim
from briefkit.charts.svg import Drawing
from briefkit.tables import Field

FIELDS = (Field("series", "Series"), Field("x", "Across"), Field("y", "Up", "", "number"))


def drawing(canvas: Canvas) -> Drawing:
    """Draw a figure as a slim SVG, the same bytes in every process."""
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


def read_off(canvas: Canvas) -> Iterator[tuple[Any, Any, Any]]:
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


def described(kind: str, lines: Sequence[Sequence[Any]]) -> str:
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
