"""A dot for each row along an axis, its area an amount, against reference lines and events."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import SLIM, TEXT, width_of
from briefkit.charts.plot import Plot, across_ticks, axis_ticks, log_words
from briefkit.charts.reading import Reading, place, read, read_limits, read_marks
from briefkit.charts.references import FLAG_MARGIN, draw_flags, draw_limit, flags_of
from briefkit.charts.room import Room
from briefkit.charts.sheet import Box, Sheet, keyed
from briefkit.charts.telling import marks_words
from briefkit.tables import Table

MOST = 12.0  # points: the radius of the largest dot


def dots(
    table: Table | Sequence[Table],
    x: str,
    y: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    size: str | None = None,
    label: str | None = None,
    highlight: Sequence[Any] = (),
    limits: Any = None,
    marks: Sequence[Any] = (),
    log: bool = False,
    source_note: str = "",
) -> Figure:
    """Draw a dot for each row, its area in proportion to `size`; dots are named by `label` where there is room.

    Labels in `highlight` are named first. `limits`, `marks` and `log` are those of `line`. A row without a known
    x, y or size is left out.
    """
    needed = "x y size" if size else "x y"
    reading = read(table, title, needed=needed, numbers="y size", x=x, y=y, by=by, size=size, label=label)
    return Dots(reading, title, limits, marks, log, highlight).finished(subtitle, source_note)


class Dots(Chart):
    """Lay out a chart of dots."""

    kind = "dots"

    def __init__(
        self, reading: Reading, title: Any, limits: Any, marks: Sequence[Any], log: bool, highlight: Sequence[Any]
    ) -> None:
        self.limits, limit_rows = read_limits(limits, None)
        self.marks, mark_rows = read_marks(marks)
        super().__init__(reading, title, (*limit_rows, *mark_rows))
        self.log, self.highlight = log, [str(each) for each in highlight]
        places = [place(each["x"]) for each in reading.lines] + [place(mark.x) for mark in self.marks]
        self.span = min(places), max(places)
        values = [each["y"] for each in reading.lines] + [limit.value for limit in self.limits]
        self.ticks, self.high = axis_ticks(min(values), max(values), log, None, title), max(values)
        self.largest = max((each.get("size") or 0 for each in reading.lines), default=0)

    def radius(self, each: dict[str, Any], most: float = MOST) -> float:
        """Give a dot's radius in points, where that of the largest is `most`."""
        return 3.0 if not self.largest else max(1.8, most * math.sqrt(max(each["size"], 0) / self.largest))

    def draw(self, width: float) -> Sheet:
        texts = [words.said(tick, self.reading.unit()) for tick in self.ticks]
        left, right, body = max(map(width_of, texts)) + 7, FLAG_MARGIN if self.marks else 16.0, 230.0
        flags = flags_of(self.marks, self.span, width - left - right, right)
        entries = [(name, look, "dot") for name, look in self.looks.items()]
        sheet, _ = keyed(14 + flags[1] + body + 24, width, entries)
        area = Box(left, 20, width - left - right, body)
        plot = Plot(area, self.span, self.ticks, max(self.high, self.ticks[-1]), self.log)
        plot.frame(sheet, across_ticks(self.reading, self.span, plot.area.width), texts)
        room = Room(Box(left, 20, width - left, body + 10))
        draw_flags(sheet, plot, flags[0], room)
        self._dots(sheet, plot, room)
        self._name(sheet, plot, room)
        for limit in self.limits:
            if not draw_limit(sheet, plot, limit, room):
                sheet.text(plot.area.right, plot.y(limit.value) + 3, limit.short or limit.text, "ink", ha="right")
        return sheet

    def _dots(self, sheet: Sheet, plot: Plot, room: Room) -> None:
        """Draw the dots, large ones beneath small ones; equal ones that follow one another are one artist."""
        self.most = MOST if sheet.width > SLIM else 0.75 * MOST
        ordered = sorted(self.reading.lines, key=lambda each: -self.radius(each))
        for (radius, name), alike in itertools.groupby(
            ordered, key=lambda each: (self.radius(each, self.most), each.get("by", ""))
        ):
            spots = [(plot.x(place(each["x"])), plot.y(each["y"])) for each in alike]
            sheet.marks(*zip(*spots, strict=True), self.looks[name], 2 * radius)
            for x, y in spots:
                room.take_box(Box(x - radius, y - radius, 2 * radius, 2 * radius))

    def _name(self, sheet: Sheet, plot: Plot, room: Room) -> None:
        if "label" not in self.reading.columns:
            return
        wanted = sorted(self.reading.lines, key=lambda each: (each["label"] not in self.highlight, -self.radius(each)))
        for limit in self.limits:  # names keep clear of the reference lines, which are named after them
            room.take([(plot.area.left, plot.y(limit.value)), (plot.area.right, plot.y(limit.value))])
        for each in wanted:
            first = each["label"] in self.highlight
            if first or not self.highlight:
                x, y, radius = plot.x(place(each["x"])), plot.y(each["y"]), self.radius(each, self.most)
                wide = width_of(each["label"])
                if box := room.near(x, y, wide + 4, TEXT + 2, reach=60 if first else radius + 9):
                    sheet.text(box.left + 2, box.bottom + 3, each["label"], self.looks[each.get("by", "")].text)

    def note(self) -> str:
        cut = f"The axis starts at {words.said(self.ticks[0])}." if self.ticks[0] > 0 else ""
        size = f"The area of a dot shows {self.reading.measure('size')}." if self.largest else ""
        return " ".join(filter(None, [log_words(self.ticks) if self.log else cut, size]))

    def told(self) -> list[str]:
        reading = self.reading
        ordered = sorted(reading.lines, key=lambda each: place(each["x"]))
        high, low = (choose(ordered, key=lambda each: each["y"]) for choose in (max, min))
        kinds = [f"{sum(each.get('by') == name for each in ordered)} {name}" for name in self.looks if name]
        text = f"Chart of {words.counted(len(ordered), 'dot')}: {reading.measure()}, "
        text += (
            f"{reading.when(ordered[0])} to {reading.when(ordered[-1])}{', on a logarithmic scale' if self.log else ''}"
        )
        text += f" ({words.listing(kinds)})" if len(kinds) > 1 else ""
        ends = [
            f"{word} {reading.said(e['y'], role='y')} ({_whose(reading, e)})"
            for word, e in (("highest", high), ("lowest", low))
        ]
        sentences = [text, ", ".join(ends)]
        against = [self._limit_told(limit.value, limit.text) for limit in self.limits]
        against += [marks_words(reading, self.marks)] if self.marks else []
        sentences += ["; ".join(against)] if against else []
        if self.largest:
            big = max(ordered, key=lambda each: each["size"])
            sentences.append(f"The largest dot: {reading.said(big['size'], role='size')} ({_whose(reading, big)})")
        return sentences

    def _limit_told(self, value: float, text: str) -> str:
        values = [each["y"] for each in self.reading.lines]
        above, on, below = (sum(test(y, value) for y in values) for test in (operator.gt, operator.eq, operator.lt))
        return f"{text}: {above} dots above, {on} on the line, {below} below"


def _whose(reading: Reading, each: dict[str, Any]) -> str:
    return f"{each['label']}, {reading.when(each)}" if each.get("label") else reading.when(each)
