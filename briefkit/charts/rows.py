"""Rows of a chart, each named at its left, or over it where the sheet has no room for a column of names."""

from __future__ import annotations

from collections.abc import Sequence

from briefkit.charts.house import LINE_HEIGHT, SLIM, balanced, width_of
from briefkit.charts.sheet import Sheet, broken


class Rows:
    """Set the names of rows, and tell how high each row is and where its marks stand."""

    def __init__(self, names: Sequence[str], width: float, most: float, weight: int = 400) -> None:
        self.weight = weight
        self.names = [balanced(name, min(most, 0.42 * width), weight=weight) for name in names]
        self.left = max(width_of(line, weight=weight) for lines in self.names for line in lines) + 8
        self.over = width < SLIM and self.left > 0.3 * width
        if self.over:
            self.names = [balanced(name, width, weight=weight) for name in names]
            self.left = 0.0
        self.tracks: list[float] = []

    def heights(self, marks: Sequence[float]) -> list[float]:
        """Give the height of each row whose marks are so high."""
        words = [len(lines) * LINE_HEIGHT + 3 for lines in self.names]
        return [sum(pair) + 3 if self.over else max(pair) for pair in zip(marks, words, strict=True)]

    def write(self, sheet: Sheet, at: int, top: float, height: float) -> float:
        """Write a row's name under `top`; give the height on the sheet at which its marks stand."""
        lines = [(line, "ink", self.weight) for line in self.names[at]]
        if self.over:
            under = sheet.lines(0, top - 3, lines).bottom - 1
            self.tracks += [under, top - height]
            return (under + top - height) / 2
        middle = top - height / 2
        sheet.lines(self.left - 8, middle + len(lines) * LINE_HEIGHT / 2 - 0.6, lines, "right")
        return middle

    def zero(self, sheet: Sheet, x: float, bottom: float, top: float, order: float = 2) -> None:
        """Draw the line from which the marks of all rows start, but through no name."""
        ends = self.tracks or [bottom, top]
        sheet.stroke(*broken([x] * len(ends), ends), "axis", 0.9, order=order)
