"""Room for labels: find a free place near a point, move labels apart, let flags fly clear of one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from briefkit.charts.sheet import Box

CELL = 3.0  # points: how finely a label's room is looked for


class Room:
    """Remember which cells of a plot are taken, and find free room for a label near a point."""

    def __init__(self, box: Box) -> None:
        self.area = box
        self._taken: dict[int, int] = {}  # for each row of cells, a bit for each cell that is taken

    def take(self, points: Iterable[tuple[float, float]]) -> None:
        """Take the cells under a line through points."""
        last = None
        for x, y in points:
            from_x, from_y = last or (x, y)
            steps = math.ceil(math.hypot(x - from_x, y - from_y) / CELL) or 1
            for step in range(1, steps + 1):
                self._take(from_x + (x - from_x) * step / steps, from_y + (y - from_y) * step / steps)
            last = (x, y)

    def _take(self, x: float, y: float) -> None:
        row = int(y // CELL)
        self._taken[row] = self._taken.get(row, 0) | 1 << max(int(x // CELL), 0)

    def take_box(self, box: Box) -> None:
        """Take the cells of a box."""
        bits = self._bits(box.left, box.right)
        for row in self._rows(box.bottom, box.height):
            self._taken[row] = self._taken.get(row, 0) | bits

    def _bits(self, left: float, right: float) -> int:
        first, last = max(int(left // CELL), 0), max(int(right // CELL), 0)
        return ((1 << (last - first + 1)) - 1) << first

    def _rows(self, bottom: float, height: float) -> range:
        return range(int(bottom // CELL), int((bottom + height) // CELL) + 1)

    def _taken_from(self, bottom: float, height: float) -> int:
        """Give the columns that are taken in any row from a height upward."""
        taken = 0
        for row in self._rows(bottom, height):
            taken |= self._taken.get(row, 0)
        return taken

    def near(self, x: float, y: float, width: float, height: float, reach: float = 400) -> Box | None:
        """Find the free box nearest to a point, and take it; None when there is none within reach."""
        area, found, best = self.area, None, reach
        lowest, highest = max(area.bottom, y - reach - height), min(area.top - height, y + reach)
        leftmost, rightmost = max(area.left, x - reach - width), min(area.right - width, x + reach)
        for row in range(int((highest - lowest) // CELL) + 1):
            bottom = lowest + row * CELL
            up = max(bottom - y, y - bottom - height, 0)
            if up >= best:
                continue
            taken = self._taken_from(bottom, height)
            for column in range(int((rightmost - leftmost) // CELL) + 1):
                left = leftmost + column * CELL
                # Of two equally near boxes take the one that begins nearer to the point.
                away = math.hypot(max(left - x, x - left - width, 0), up) + 0.02 * abs(left - x)
                if away < best and not taken & self._bits(left, left + width):
                    found, best = Box(left, bottom, width, height), away
        if found:
            self.take_box(found)
        return found


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels apart until none overlaps, each as near to where it should stand as the others allow.

    >>> spread([10, 12], [10, 10], 0, 100)
    [6.0, 16.0]
    """
    order = sorted(range(len(wanted)), key=lambda each: wanted[each])
    groups: list[list[int]] = [[each] for each in order]

    def middle(group: list[int]) -> float:
        total = sum(heights[each] for each in group)
        before, sum_of_wishes = 0.0, 0.0
        for each in group:
            sum_of_wishes += wanted[each] - (before + heights[each] / 2)
            before += heights[each]
        start = sum_of_wishes / len(group)
        return min(max(start, low), max(high - total, low))

    done = False
    while not done:
        done = True
        for at in range(len(groups) - 1):
            first, second = groups[at], groups[at + 1]
            if middle(first) + sum(heights[each] for each in first) > middle(second) + 1e-9:
                groups[at : at + 2] = [first + second]
                done = False
                break
    places = [0.0] * len(wanted)
    for group in groups:
        bottom = middle(group)
        for each in group:
            places[each] = bottom + heights[each] / 2
            bottom += heights[each]
    return places


def stacked(items: Sequence[tuple[float, float, float]], gap: float = 3.0) -> list[float]:
    """Give the height over the axis at which each flag (x of its pole, width, height) flies clear of all others.

    A flag flies to the right of its pole, so it must fly over each pole that stands beneath it.
    """
    places = [0.0] * len(items)
    order = sorted(range(len(items)), key=lambda each: -items[each][0])
    for at, each in enumerate(order):
        x, width, _ = items[each]
        beneath = [other for other in order[:at] if items[other][0] < x + width + 2 * gap]
        places[each] = max((places[other] + items[other][2] + gap for other in beneath), default=0.0)
    return places
