"""Two moments side by side: which series rose, which fell, and which crossed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import (
    BOLD,
    LINE_HEIGHT,
    MOST_SERIES,
    PALE,
    TEXT,
    Look,
    balanced,
    country_look,
    looks,
    width_of,
)
from briefkit.charts.plot import Plot, axis_ticks
from briefkit.charts.reading import Reading, place, read
from briefkit.charts.room import spread
from briefkit.charts.sheet import Box, Sheet
from briefkit.charts.telling import series_words
from briefkit.tables import Table

FEW = 6  # series that are told one by one
Label = tuple[float, list[str], str, int]  # the height where it should stand, its lines, colour's job and weight


def slope(
    table: Table | Sequence[Table],
    x: str,
    y: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str,
    highlight: Sequence[str] = (),
    start: float | None = None,
    source_note: str = "",
) -> Figure:
    """Join the values of each series at two moments by a line, named at both ends.

    Beyond four series, only the two countries and those in `highlight` have a colour. The scale starts at `start`, else
    at zero where that leaves the lines readable; a cut is said in the subtitle.
    """
    reading = read(table, title, x=x, y=y, by=by)
    return Slope(reading, title, [words.readable(str(each)) for each in highlight], start).finished(
        subtitle, source_note
    )


class Slope(Chart):
    """Lay out lines from one moment to another."""

    kind = "slope"

    def __init__(self, reading: Reading, title: Any, highlight: Sequence[str], start: float | None) -> None:
        super().__init__(reading, title)
        self.highlight = list(highlight)
        self.moments = sorted({each["x"] for each in reading.lines}, key=place)
        if len(self.moments) != 2:
            found = words.listing([reading.said(each) for each in self.moments[:4]])
            raise self.fault(f"{words.counted(len(self.moments), 'moment')} ({found}…)", "two", "Choose with where(…).")
        self.series: dict[str, list[dict[str, Any]]] = {name: [] for name in reading.names("by")}
        for each in sorted(reading.lines, key=lambda each: place(each["x"])):
            self.series[each["by"]].append(each)
        self._check()
        known = [each["y"] for each in reading.lines if each["y"] is not None]
        self.ticks = axis_ticks(min(known), max(known), False, start, title)
        self.high = max(max(known), self.ticks[-1])

    def _check(self) -> None:
        for name, points in self.series.items():
            if len({each["x"] for each in points}) < len(points):
                raise self.fault(f"two values for {name} at one moment", "one value", "Choose rows with where(…).")
        if all(each["y"] is None for each in self.reading.lines):
            raise self.fault("no known value", "at least one", "Choose other rows.")

    @cached_property
    def looks(self) -> dict[str, Look]:
        names = list(self.series)
        chosen = [name for name in names if name in self.highlight or country_look(name)]
        chosen = names if len(names) <= MOST_SERIES and not self.highlight else chosen
        return dict.fromkeys(names, PALE) | looks(chosen)

    def draw(self, width: float) -> Sheet:
        left, right = self._labels(0, width), self._labels(1, width)
        side = [max((width_of(line, weight=w) for _, lines, _, w in each for line in lines), default=0) + 12
                for each in (left, right)]  # fmt: skip
        tall = [sum(len(lines) for _, lines, _, _ in each) * LINE_HEIGHT for each in (left, right)]
        body = max(200.0, *(each + 16 for each in tall))
        sheet = Sheet(body + 26, width)
        plot = Plot(Box(side[0], 4, width - sum(side), body), (0, 1), self.ticks, self.high)
        for at, moment in enumerate(self.moments):
            sheet.stroke([plot.x(at)] * 2, [plot.area.bottom, plot.area.top], "axis", 0.9, order=0)
            text = self.reading.said(moment)
            x = plot.x(at) + (-1 if at == 0 else 1) * min(width_of(text, weight=BOLD) / 2, side[at])
            sheet.text(x, plot.area.top + 8, text, "ink", weight=BOLD, ha="left" if at == 0 else "right")
        for name in sorted(self.series, key=lambda name: self.looks[name] is not PALE):
            self._line(sheet, plot, self.series[name], self.looks[name])
        for at, labels in enumerate((left, right)):
            self._write(sheet, plot, at, labels)
        return sheet

    def _line(self, sheet: Sheet, plot: Plot, points: list[dict[str, Any]], look: Look) -> None:
        known = [each for each in points if each["y"] is not None]
        xs = [plot.x(self.moments.index(each["x"])) for each in known]
        ys = [plot.y(each["y"]) for each in known]
        order = 2 if look is PALE else 3
        sheet.stroke(xs, ys, look.job, 1.1 if look is PALE else 1.9, look.dash, order=order)
        sheet.marks(xs, ys, look)

    def _labels(self, at: int, width: float) -> list[Label]:
        """Name the series at one side: its value first, its name where it ends or where it has but this value."""
        found = []
        for name, points in self.series.items():
            here = [each for each in points if each["x"] == self.moments[at] and each["y"] is not None]
            last = [each for each in points if each["y"] is not None][-1:]
            for each in here:
                text = self.reading.said(each["y"], role="y")
                text = f"{text} {name}" if each in last else text
                look = self.looks[name]
                weight = 400 if look is PALE else BOLD
                found.append((each["y"], balanced(text, 0.32 * width, weight=weight), look.text, weight))
        return found

    def _write(self, sheet: Sheet, plot: Plot, at: int, labels: list[Label]) -> None:
        tall = [len(lines) * LINE_HEIGHT for _, lines, _, _ in labels]
        wanted = [plot.y(value) for value, _, _, _ in labels]
        places = spread(wanted, tall, plot.area.bottom - 4, plot.area.top + 4)
        x, ha = (plot.x(0) - 7, "right") if at == 0 else (plot.x(1) + 7, "left")
        for (_, lines, job, weight), middle, height in zip(labels, places, tall, strict=True):
            sheet.lines(x, middle + height / 2 - 0.12 * TEXT, [(line, job, weight) for line in lines], ha)

    def note(self) -> str:
        return f"The scale starts at {words.said(self.ticks[0])}." if self.ticks[0] > 0 else ""

    def told(self) -> list[str]:
        reading = self.reading
        first, last = (reading.said(each) for each in self.moments)
        count = words.counted(len(self.series), "series", "series")
        sentences = [f"Slope chart of {reading.measure()} in {count}, {first} and {last}"]
        if len(self.series) <= FEW:
            return [*sentences, "; ".join(series_words(reading, *each) for each in self.series.items())]
        changes = {
            name: points[1]["y"] - points[0]["y"]
            for name, points in self.series.items()
            if len(points) == 2 and None not in (points[0]["y"], points[1]["y"])
        }
        up, down = (sum(sign * change > 0 for change in changes.values()) for sign in (1, -1))
        sentences.append(f"{up} rise, {down} fall and {len(changes) - up - down} stay as they were")
        if not changes:
            return [sentences[0], "Of no series are both values known"]
        ends = {min(changes, key=lambda name: changes[name]), max(changes, key=lambda name: changes[name])}
        told = [series_words(reading, name, self.series[name]) for name in self.series if name in ends]
        sentences.append(f"The widest changes: {'; '.join(told)}")
        blank = [name for name in self.series if name not in changes]
        return [*sentences, f"A value is not known for {words.listing(blank)}"] if blank else sentences
