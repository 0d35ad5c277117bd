"""A sheet to draw on, measured in points: texts that know their boxes, strokes, marks, and a key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from briefkit.charts.house import BOLD, INKS, LEADING, TEXT, WIDTH, Look, font, width_of, wrapped

SWATCH = {"line": 26.0, "bar": 13.0, "dot": 12.0, "hollow": 12.0, "limit": 30.0, "level": 30.0}
Entry = tuple[str, Look, str]  # a series in a key: name, look, kind of swatch


class Box(NamedTuple):
    """Hold a rectangle in points from the lower left corner of the sheet."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Give the right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Give the upper edge."""
        return self.bottom + self.height


class Sheet:
    """Draw in points from the lower left corner; every artist lands on one matplotlib figure, ``canvas``.

    matplotlib's own axes and ticks are left out: they cost most of a chart's time and know nothing of label room.
    """

    def __init__(self, height: float, width: float = WIDTH) -> None:
        self.width, self.height = width, height
        self.canvas = Canvas(figsize=(width / 72, height / 72), dpi=72)
        self.points = Affine2D().scale(1 / 72) + self.canvas.dpi_scale_trans

    def text(
        self,
        x: float,
        y: float,
        text: str,
        job: str = "label",
        size: float = TEXT,
        weight: int = 400,
        ha: str = "left",
        italic: bool = False,
    ) -> Box:
        """Write a line of text on a baseline, inside the canvas; the box says where it landed."""
        width = width_of(text, size, weight, italic)
        left = x - width * {"left": 0, "center": 0.5, "right": 1}[ha]
        left = max(min(left, self.width - width), 0)
        self.canvas.add_artist(
            Text(
                left,
                y,
                text,
                color=INKS[job],
                fontproperties=font(size, weight, italic),
                va="baseline",
                transform=self.points,
                parse_math=False,
            )
        )
        return Box(left, y - 0.25 * size, width, size)

    def lines(self, x: float, top: float, lines: Sequence[tuple[str, str, int]], ha: str = "left") -> Box:
        """Write lines of (text, job, weight) from the top down."""
        boxes = [
            self.text(x, top - 0.8 * TEXT - number * TEXT * LEADING, text, job, weight=weight, ha=ha)
            for number, (text, job, weight) in enumerate(lines)
        ]
        left, right = min(box.left for box in boxes), max(box.right for box in boxes)
        return Box(left, boxes[-1].bottom, right - left, top - boxes[-1].bottom)

    def box(self, left: float, bottom: float, width: float, height: float, job: str, order: float = 1) -> None:
        """Fill a rectangle."""
        self.canvas.add_artist(
            Rectangle((left, bottom), width, height, color=INKS[job], lw=0, transform=self.points, zorder=order)
        )

    def stroke(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        job: str,
        width: float = 0.8,
        dash: Any = "solid",
        order: float = 2,
    ) -> None:
        """Draw a line through points; a point that is not a number breaks it."""
        self.canvas.add_artist(Line2D(xs, ys, color=INKS[job], lw=width, ls=dash, transform=self.points, zorder=order))

    def marks(
        self, xs: Sequence[float], ys: Sequence[float], look: Look, size: float = 4, hollow: bool = False
    ) -> None:
        """Draw a series' markers, filled or hollow."""
        colour = INKS[look.job]
        self.canvas.add_artist(
            Line2D(
                xs,
                ys,
                ls="none",
                marker=look.marker,
                ms=size,
                mfc=INKS["ground"] if hollow else colour,
                mec=colour if hollow else INKS["ground"],
                mew=1.3 if hollow else 0.6,
                transform=self.points,
                zorder=4,
            )
        )

    def key(self, top: float, entries: Sequence[Entry]) -> Box:
        """Name the series in rows, swatch and name."""
        left, y = 0.0, top - 0.75 * TEXT
        for name, look, kind in entries:
            weight = 400 if kind in ("limit", "level") else BOLD
            if left and left + SWATCH[kind] + width_of(name, weight=weight) > self.width:
                left, y = 0.0, y - TEXT * LEADING
            middle = y + 0.33 * TEXT
            if kind == "line":
                self.stroke([left, left + 22], [middle, middle], look.job, 1.9, look.dash)
                self.marks([left + 11], [middle], look)
            elif kind == "limit":
                self.stroke([left, left + 11], [middle, middle], look.job, 1.3, (0, (1, 1.8)))
                self.stroke([left + 11, left + 26], [middle, middle], look.job, 1.5)
            elif kind == "level":
                self.stroke([left, left + 26], [middle, middle], look.job, 1.5)
            elif kind == "bar":
                self.box(left, y - 0.5, 9, 8, look.job)
            else:
                self.marks([left + 4], [middle], look, 6.5, hollow=kind == "hollow")
            first, *more = wrapped(name, self.width - SWATCH[kind], weight=weight)  # of a name wider than the sheet
            left, start = self.text(left + SWATCH[kind], y, first, look.text, weight=weight).right + 16, left
            for line in more:
                y -= TEXT * LEADING
                left = self.text(start + SWATCH[kind], y, line, look.text, weight=weight).right + 16
        return Box(0, y - 0.25 * TEXT, left, top - y + 0.25 * TEXT)


def broken(xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]]:
    """Break a line after every second point: one artist then draws many strokes."""
    out: tuple[list[float], list[float]] = ([], [])
    for at, (x, y) in enumerate(zip(xs, ys, strict=True)):
        for axis, value in zip(out, (x, y), strict=True):
            axis += [value, math.nan] if at % 2 else [value]
    return out


def keyed(height: float, width: float, entries: Sequence[Entry]) -> tuple[Sheet, float]:
    """Open a sheet with a key of the series at its top; give the height that is left under it."""
    key = key_height(entries, width)
    sheet = Sheet(key + height, width)
    if key:
        sheet.key(sheet.height, entries)
    return sheet, height


def key_height(entries: Sequence[Entry], width: float) -> float:
    """Tell how high a key is with the air under it; where there is one series, there is no key."""
    needed = len(entries) > 1 or any(kind in ("limit", "level") for _, _, kind in entries)
    return Sheet(1, width).key(0, entries).height + 8 if needed else 0
