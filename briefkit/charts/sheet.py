"""A sheet to draw on, measured in points: texts that know their boxes, strokes, marks, and a key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from briefkit.charts.house import BOLD, LEADING, TEXT, WIDTH, Look, width_of, wrapped

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


class Words(NamedTuple):
    """A line of text on its baseline."""

    x: float
    y: float
    text: str
    job: str
    size: float
    weight: int
    italic: bool
    order: float = 3


class Bar(NamedTuple):
    """A filled rectangle."""

    left: float
    bottom: float
    width: float
    height: float
    job: str
    order: float


class Stroke(NamedTuple):
    """A line through points, broken where one is not a number; dashes are named in widths of the line."""

    xs: Sequence[float]
    ys: Sequence[float]
    job: str
    width: float
    dash: Sequence[float]
    order: float


class Marks(NamedTuple):
    """A marker at each of some points; ``marker`` is matplotlib's word for its form."""

    xs: Sequence[float]
    ys: Sequence[float]
    marker: str
    size: float
    fill: str
    edge: str
    edge_width: float
    order: float = 4


class Sheet:
    """Draw in points from the lower left corner: whatever lies on the sheet is one of its ``items``."""

    def __init__(self, height: float, width: float = WIDTH) -> None:
        self.width, self.height = width, height
        self.items: list[Words | Bar | Stroke | Marks] = []

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
        self.items.append(Words(left, y, text, job, size, weight, italic))
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
        self.items.append(Bar(left, bottom, width, height, job, order))

    def stroke(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        job: str,
        width: float = 0.8,
        dash: Sequence[float] = (),
        order: float = 2,
    ) -> None:
        """Draw a line through points; a point that is not a number breaks it."""
        self.items.append(Stroke(xs, ys, job, width, dash, order))

    def marks(
        self, xs: Sequence[float], ys: Sequence[float], look: Look, size: float = 4, hollow: bool = False
    ) -> None:
        """Draw a series' markers, filled or hollow."""
        fill, edge, width = ("ground", look.job, 1.3) if hollow else (look.job, "ground", 0.6)
        self.items.append(Marks(xs, ys, look.marker, size, fill, edge, width))

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
                self.stroke([left, left + 11], [middle, middle], look.job, 1.3, (1, 1.8))
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
