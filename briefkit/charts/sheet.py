"""A sheet to draw on, measured in points: scales, texts that know their boxes, and room for the next label."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from briefkit.charts.house import BOLD, INKS, LEADING, TEXT, WIDTH, Look, font, width_of

SWATCH = {"line": 26.0, "bar": 13.0, "dot": 12.0, "hollow": 12.0}
Entry = tuple[str, Look, str]  # a series in a key: name, look, kind of swatch
CELL = 3.0  # points: how finely a label's room is looked for
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
MONTH_STEPS, YEAR_STEPS = (1, 2, 3, 6), (1, 2, 4, 5, 10, 20, 25, 50, 100)


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
            if left and left + SWATCH[kind] + width_of(name, weight=BOLD) > self.width:
                left, y = 0.0, y - TEXT * LEADING
            middle = y + 0.33 * TEXT
            if kind == "line":
                self.stroke([left, left + 22], [middle, middle], look.job, 1.9, look.dash)
                self.marks([left + 11], [middle], look)
            elif kind == "bar":
                self.box(left, y - 0.5, 9, 8, look.job)
            else:
                self.marks([left + 4], [middle], look, 6.5, hollow=kind == "hollow")
            left = self.text(left + SWATCH[kind], y, name, look.text, weight=BOLD).right + 16
        return Box(0, y - 0.25 * TEXT, left, top - y + 0.25 * TEXT)


def key_height(entries: Sequence[Entry], width: float) -> float:
    """Tell how high a key is with the air under it; where there is one series, there is no key."""
    return Sheet(1, width).key(0, entries).height + 8 if len(entries) > 1 else 0


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


class Plot(NamedTuple):
    """Tell where a value lies in a box of the sheet: `span` runs across it, the first tick to `high` runs upward."""

    area: Box
    span: tuple[float, float]
    ticks: Sequence[float]
    high: float
    log: bool = False

    def x(self, place: float) -> float:
        """Give the position across, with a little air at both ends."""
        low, high = self.span
        part = (place - low) / (high - low) if high > low else 0.5
        return self.area.left + 4 + part * (self.area.width - 8)

    def y(self, value: float) -> float:
        """Give the position upward."""
        low, high, value = (math.log10(each) if self.log else each for each in (self.ticks[0], self.high, value))
        return self.area.bottom + (value - low) / (high - low) * self.area.height

    def frame(self, sheet: Sheet, across: Sequence[tuple[float, str]], texts: Sequence[str]) -> None:
        """Draw grid lines and their values, the base line and what stands along it."""
        area = self.area
        for tick, text in zip(self.ticks, texts, strict=True):
            sheet.text(area.left - 6, self.y(tick) - 0.33 * TEXT, text, ha="right")
        above = [self.y(tick) for tick in self.ticks[1:]]
        sheet.stroke(
            *_broken([area.left, area.right] * len(above), [y for y in above for _ in "ab"]), "grid", 0.7, order=0
        )
        if self.ticks[0] < 0 < self.ticks[-1] and not self.log:
            sheet.stroke([area.left, area.right], [self.y(0)] * 2, "axis", 0.9, order=0.5)
        sheet.stroke([area.left, area.right], [area.bottom] * 2, "axis", 0.9, order=0.5)
        places = [self.x(place) for place, _ in across]
        ends = [area.bottom, area.bottom - 3.5] * len(places)
        sheet.stroke(*_broken([x for x in places for _ in "ab"], ends), "axis", 0.9, order=0.5)
        for x, (_, text) in zip(places, across, strict=True):
            sheet.text(x, area.bottom - 5 - TEXT, text, ha="center")


def _broken(xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]]:
    """Break a line after every second point: one artist then draws many strokes."""
    out: tuple[list[float], list[float]] = ([], [])
    for at, (x, y) in enumerate(zip(xs, ys, strict=True)):
        for axis, value in zip(out, (x, y), strict=True):
            axis += [value, math.nan] if at % 2 else [value]
    return out


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


# --- scales ----------------------------------------------------------------------------------------------------------


def number_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Choose round ticks that cover a range; it may rise a little over the last one.

    >>> number_ticks(0, 1800), number_ticks(0, 40159)
    ([0, 500, 1000, 1500, 2000], [0, 10000, 20000, 30000, 40000])
    """
    span = (high - low) or abs(high) or 1
    power = 10 ** math.floor(math.log10(span / most))
    for step in (power, 2 * power, 2.5 * power, 5 * power, 10 * power, 20 * power):
        whole = power >= 10 or step != 2.5 * power
        start, end = math.floor(low / step + 1e-9), math.ceil(high / step - 0.15)
        if whole and end - start + 1 <= most:
            break
    ticks = [round(each * step, 10) for each in range(start, max(end, start + 1) + 1)]
    return [int(tick) if float(tick).is_integer() else tick for tick in ticks]


def log_ticks(low: float, high: float) -> list[float]:
    """Choose ticks that cover a range of ratios: powers of ten, with 2 and 5 between them where the range is short.

    >>> log_ticks(0.3, 3), log_ticks(12, 40000)
    ([0.2, 0.5, 1, 2, 5], [10, 100, 1000, 10000, 100000])
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if math.log10(high / low) < 2 else (1,)
    ticks = [round(factor * 10.0**power, 10) for power in range(first, last + 1) for factor in factors]
    start = max(at for at, tick in enumerate(ticks) if tick <= low)
    end = min(at for at, tick in enumerate(ticks) if tick >= high)
    return [int(tick) if tick.is_integer() else tick for tick in ticks[start : max(end, start + 1) + 1]]


def day_ticks(low: dt.date, high: dt.date, width: float) -> list[tuple[float, str]]:
    """Choose days to label on a time axis of this width: years, months or single days, as the range asks."""
    days, room = (high - low).days, max(2, int(width // 34))
    if days > 2 * 365:
        ticks = [(dt.date(year, 1, 1), str(year)) for year in year_ticks(low.year, high.year, room)]
    elif days > 100:
        months = [dt.date(low.year + at // 12, at % 12 + 1, 1) for at in range(low.month - 1, low.month + days // 28)]
        step = next((step for step in MONTH_STEPS if days / 30.4 / step <= 0.65 * room), 12)
        ticks = [(day, f"{MONTHS[day.month - 1]} {day.year}") for day in months if (day.month - 1) % step == 0]
    else:
        step = next((step for step in (1, 2, 5, 7, 14, 28) if days / step <= 0.9 * room), 28)
        ticks = [(low + dt.timedelta(each), "") for each in range(0, days + 1, step)]
        ticks = [(day, f"{day.day} {MONTHS[day.month - 1]}") for day, _ in ticks]
    return [(float(day.toordinal()), text) for day, text in ticks if low <= day <= high]


def year_ticks(first: int, last: int, most: int) -> list[int]:
    """Choose round years, as many as there is room for."""
    for step in YEAR_STEPS:
        years = [year for year in range(first, last + 1) if year % step == 0]
        if len(years) <= most:
            break
    return years
