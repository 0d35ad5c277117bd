"""Where values lie: a plot in its box of the sheet, and the ticks of its scales."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from briefkit.charts import words
from briefkit.charts.house import TEXT
from briefkit.charts.reading import Reading
from briefkit.charts.sheet import Box, Sheet, broken
from briefkit.errors import BriefError

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
MONTH_STEPS, YEAR_STEPS = (1, 2, 3, 6), (1, 2, 4, 5, 10, 20, 25, 50, 100)


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
            *broken([area.left, area.right] * len(above), [y for y in above for _ in "ab"]), "grid", 0.7, order=0
        )
        if self.ticks[0] < 0 < self.ticks[-1] and not self.log:
            sheet.stroke([area.left, area.right], [self.y(0)] * 2, "axis", 0.9, order=0.5)
        sheet.stroke([area.left, area.right], [area.bottom] * 2, "axis", 0.9, order=0.5)
        places = [self.x(place) for place, _ in across]
        ends = [area.bottom, area.bottom - 3.5] * len(places)
        sheet.stroke(*broken([x for x in places for _ in "ab"], ends), "axis", 0.9, order=0.5)
        for x, (_, text) in zip(places, across, strict=True):
            sheet.text(x, area.bottom - 5 - TEXT, text, ha="center")


# --- scales -----------------------------------------------------------------------------------------------------------


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


def axis_ticks(low: float, high: float, log: bool, start: float | None, title: Any, most: int = 6) -> list[float]:
    """Choose the ticks of the value axis: from `start`, else from zero where that leaves the values readable."""
    if log and low <= 0:
        raise BriefError(
            f"chart “{title}”",
            f"the value {words.said(low)} on a logarithmic scale",
            "values above zero",
            "Leave it out, or draw without log=True.",
        )
    if log:
        return log_ticks(low, high)
    if start is not None:
        low = start
    elif 0 <= low < 0.5 * high or low == high > 0:
        low = 0
    return number_ticks(low, high, most)


def log_words(ticks: list[float]) -> str:
    """Say in words what a logarithmic scale does."""
    tenfold = math.isclose(ticks[1] / ticks[0], 10)
    return f"Logarithmic scale: {'each step up is ten times more' if tenfold else 'equal steps up are equal ratios'}."


def across_ticks(reading: Reading, span: tuple[float, float], width: float) -> list[tuple[float, str]]:
    """Choose what stands along the base line: days, years or numbers."""
    if reading.across == "day":
        days = [dt.date.fromordinal(int(each)) for each in span]
        return day_ticks(*days, width)
    if reading.across == "year":
        return [(year, str(year)) for year in year_ticks(math.ceil(span[0]), int(span[1]), max(2, int(width // 34)))]
    ticks = number_ticks(*span)
    return [(each, words.said(each, reading.unit("x"))) for each in ticks if span[0] <= each <= span[1]]
