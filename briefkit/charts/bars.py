"""Amounts side by side: lying bars by name, standing bars through time, stacked parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import BOLD, LINE_HEIGHT, PALE, TEAL, TEXT, Look, country_look, width_of
from briefkit.charts.plot import Plot, across_ticks, number_ticks
from briefkit.charts.reading import Reading, day_of, place, read, read_marks
from briefkit.charts.references import FLAG_MARGIN, draw_flags, flags_of
from briefkit.charts.room import Room
from briefkit.charts.rows import Rows
from briefkit.charts.sheet import Box, Sheet, keyed
from briefkit.charts.telling import marks_words
from briefkit.tables import Table

UNKNOWN = "not known"
LABEL_WIDTH = 175.0
FEW_COLUMNS = 12


def bars(
    table: Table | Sequence[Table],
    x: str,
    y: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    stack: bool = False,
    highlight: Any = (),
    marks: Sequence[Any] = (),
    source_note: str = "",
) -> Figure:
    """Draw a bar for each `x` from zero: lying where x is a name, standing where x is a day or a year.

    `by` sets bars side by side, or end to end with ``stack=True``; `highlight` names the x values to point out.
    An unknown value is said to be unknown. `marks` are events (day, text) over standing bars.
    """
    reading = read(table, title, x=x, y=y, by=by)
    chosen = [highlight] if isinstance(highlight, str) or not isinstance(highlight, Sequence) else list(highlight)
    lying = reading.across in ("text", "number")
    chart = (
        Lying(reading, title, stack, chosen)
        if lying
        else Standing(reading, title, stack, [day_of(each) for each in chosen], marks)
    )
    return chart.finished(subtitle, source_note)


class Amounts(Chart):
    """Hold amounts by x and series, and say them in words."""

    kind = "bars"

    def __init__(
        self, reading: Reading, title: Any, stack: bool, highlight: list[Any], marks: Sequence[Any] = ()
    ) -> None:
        self.marks, rows = read_marks(marks)
        super().__init__(reading, title, rows)
        self.stack = stack
        self.xs = list(dict.fromkeys(each["x"] for each in reading.lines))
        self.values: dict[Any, dict[str, float | None]] = {x: {} for x in self.xs}
        for each in reading.lines:
            name = each.get("by", "")
            if name in self.values[each["x"]]:
                raise self.fault(
                    f"two values of “{reading.columns['y']}” for {reading.when(each)} {name}".rstrip(),
                    "one value for each bar",
                    "Add them up with total(…), or tell them apart with by=.",
                )
            self.values[each["x"]][name] = each["y"]
        order = list(self.looks)
        self.values = {
            x: dict(sorted(parts.items(), key=lambda part: order.index(part[0]))) for x, parts in self.values.items()
        }
        self.highlight = [getattr(each, "value", each) for each in highlight]
        missing = [each for each in self.highlight if each not in self.values]
        if missing:
            raise self.fault(f"nothing to highlight at {missing[0]}", "an x that is drawn")
        if stack and any((value or 0) < 0 for parts in self.values.values() for value in parts.values()):
            raise self.fault("a part below zero in a stack", "parts that add up", "Draw without stack=True.")

    def look(self, x: Any, name: str) -> Look:
        """Choose the colour: by series, else by what is pointed out."""
        if name or len(self.looks) > 1:
            return self.looks[name]
        look = country_look(str(x)) or TEAL
        return look if x in self.highlight or not self.highlight else PALE

    @cached_property
    def totals(self) -> dict[Any, float | None]:
        """Add up each stack; give the single value elsewhere. A stack with an unknown part has no total."""
        return {
            x: None if any(value is None for value in parts.values()) else sum(parts.values())
            for x, parts in self.values.items()
        }

    def extremes(self) -> tuple[float, float]:
        """Give the lowest and highest end of a bar, zero included."""
        if self.stack:
            ends = [sum(value or 0 for value in parts.values()) for parts in self.values.values()]
        else:
            ends = [value or 0 for parts in self.values.values() for value in parts.values()]
        return min(0, *ends), max(0, *ends)

    def said(self, value: float | None) -> str:
        """Say a value as prose would."""
        return self.reading.said(value, role="y")

    def told(self) -> list[str]:
        reading, several = self.reading, len(self.looks) > 1
        kind = "Stacked bar chart" if self.stack and several else "Bar chart"
        unit = "group" if several and not self.stack else "bar"
        text = f"{kind} of {reading.measure()}, {words.counted(len(self.xs), unit)}"
        if reading.across in ("day", "year"):
            text += f", {reading.said(min(self.xs))} to {reading.said(max(self.xs))}"
        totals = self.totals
        known = {x: value for x, value in totals.items() if value is not None}
        sentences = [text, self._told(totals if several and not self.stack else known)]
        unknown = [reading.said(x) for x, parts in self.values.items() for value in parts.values() if value is None]
        if unknown:
            sentences.append(f"Not known: {words.listing(list(dict.fromkeys(unknown)))}")
        if self.marks:
            sentences.append(marks_words(reading, self.marks))
        return sentences

    def _told(self, totals: dict[Any, float | None]) -> str:
        reading, several = self.reading, len(self.looks) > 1
        if len(totals) <= 10:
            parts = []
            for x in totals:
                inside = ", ".join(
                    f"{self.said(value)} {name}"
                    for name, value in self.values[x].items()
                    if value is not None and several
                )
                total = self.said(totals[x]) if self.stack or not several else ""
                parts.append(f"{reading.said(x)} {total}{f' ({inside})' if inside and total else inside}".strip())
            return "; ".join(parts)
        order = sorted((x for x in totals if totals[x] is not None), key=lambda x: -totals[x])
        most = ", ".join(f"{reading.said(x)} {self.said(totals[x])}" for x in order[:3])
        return f"Largest: {most}; smallest: {reading.said(order[-1])} {self.said(totals[order[-1]])}"


class Lying(Amounts):
    """Lay out lying bars, one row for each name."""

    def draw(self, width: float) -> Sheet:
        """Draw one row for each name."""
        side_by_side = len(self.looks) > 1 and not self.stack
        thick = 10.0 if len(self.xs) > 20 or side_by_side else 13.0
        rows = Rows([self.reading.said(x) for x in self.xs], width, LABEL_WIDTH)
        tall = rows.heights([(thick if self.stack else thick * len(self.values[x])) + 5 for x in self.xs])
        sheet, _ = keyed(sum(tall) + 6, width, [(name, look, "bar") for name, look in self.looks.items()])
        low, high = self.extremes()
        edge = max(width_of(self.said(value), weight=BOLD) for value in [*self.totals.values(), low, high]) + 8
        left = rows.left + (edge if low < 0 else 0)
        area = Box(left, 4, width - left - edge, sum(tall))
        scale = area.width / ((high - low) or 1)
        zero, top = area.left - low * scale, area.top
        for at, (x, height) in enumerate(zip(self.xs, tall, strict=True)):
            self._row(sheet, x, zero, rows.write(sheet, at, top, height), scale, thick)
            top -= height
        rows.zero(sheet, zero, area.bottom, area.top)
        return sheet

    def _row(self, sheet: Sheet, x: Any, zero: float, middle: float, scale: float, thick: float) -> None:
        parts = self.values[x]
        if self.stack:
            at = zero
            for name, value in parts.items():
                at = self._part(sheet, at, (value or 0) * scale, middle, thick, self.look(x, name), value)
            sheet.text(at + 4, middle - 0.33 * TEXT, self.said(self.totals[x]), "ink", weight=BOLD)
            return
        top = middle + thick * len(parts) / 2
        for name, value in parts.items():
            look = self.look(x, name)
            top -= thick
            baseline = top + thick / 2 - 0.33 * TEXT
            if value is None:
                sheet.text(zero + 4, baseline, UNKNOWN, "muted", italic=True)
                continue
            length = value * scale
            sheet.box(min(zero, zero + length), top + 0.5, abs(length), thick - 1, look.job)
            weight = BOLD if x in self.highlight else 400
            ends = (zero + length - 4, "right") if value < 0 else (zero + length + 4, "left")
            sheet.text(ends[0], baseline, self.said(value), "ink", weight=weight, ha=ends[1])

    def _part(
        self, sheet: Sheet, at: float, length: float, middle: float, thick: float, look: Look, value: float | None
    ) -> float:
        if length:
            sheet.box(at, middle - thick / 2, max(length - 0.8, 0.4), thick, look.job)
        text = self.said(value)
        if value and width_of(text) + 5 < length:
            sheet.text(at + length / 2, middle - 0.33 * TEXT, text, look.inside, ha="center")
        return at + length


class Standing(Amounts):
    """Lay out standing bars along days or years."""

    def draw(self, width: float) -> Sheet:
        """Draw one column for each day or year."""
        ticks = number_ticks(*self.extremes())
        texts = [words.said(tick, self.reading.unit()) for tick in ticks]
        left, body, right = max(map(width_of, texts)) + 7, 190.0, FLAG_MARGIN if self.marks else 8.0
        places = sorted(place(x) for x in self.xs)
        nearest = min((after - before for before, after in zip(places, places[1:], strict=False)), default=1)
        margin = nearest / 2
        ends = [places[0] - margin, places[-1] + margin, *(place(event.x) for event in self.marks)]
        span = (min(ends), max(ends))
        flags = flags_of(self.marks, span, width - left - right, right)
        entries = [(name, look, "bar") for name, look in self.looks.items()]
        sheet, _ = keyed((28 if self.marks else 14) + flags[1] + body + 24, width, entries)
        plot = Plot(Box(left, 20, width - left - right, body), span, ticks, max(ticks[-1], self.extremes()[1]))
        plot.frame(sheet, self._across(span, plot), texts)
        draw_flags(sheet, plot, flags[0], Room(plot.area), lift=14)  # over the values on the columns
        thick = max(0.78 * (plot.x(places[0] + nearest) - plot.x(places[0])), 1.6)
        self.written: list[tuple[float, float, float]] = []
        for x in sorted(self.xs, key=lambda x: x not in self.highlight):
            self._column(sheet, plot, x, min(thick, 46))
        return sheet

    def _across(self, span: tuple[float, float], plot: Plot) -> list[tuple[float, str]]:
        """Name each column where there is room, else days or years along the axis."""
        named = sorted((place(x), self.reading.said(x)) for x in self.xs)
        places = [plot.x(at) for at, _ in named]
        step = min((after - before for before, after in zip(places, places[1:], strict=False)), default=99)
        if self.reading.across == "year" and step > width_of("2000") + 5:
            return named
        return across_ticks(self.reading, span, plot.area.width)

    def _column(self, sheet: Sheet, plot: Plot, x: Any, thick: float) -> None:
        parts, centre = self.values[x], plot.x(place(x))
        each = thick if self.stack else thick / len(parts)
        left, base = centre - thick / 2, 0.0
        for name, value in parts.items():
            look = self.look(x, name)
            if value is None:
                sheet.marks([left + each / 2], [plot.y(0) + 5], Look("pale", "o", ()), 4, hollow=True)
            else:
                start, end = sorted((plot.y(base), plot.y(base + value)))
                sheet.box(left, start, max(each - 0.6, 0.8), end - start, look.job)
            if self.stack:
                base += value or 0
            else:
                left += each
        if self.stack or len(parts) == 1:
            self._value(sheet, plot, x, thick)

    def _value(self, sheet: Sheet, plot: Plot, x: Any, thick: float) -> None:
        """Say the value of a column that is pointed out, of the highest one, or of all where there is room."""
        total = self.totals[x]
        roomy = len(self.xs) <= FEW_COLUMNS and thick / 0.78 > self.widest + 4
        if total is None or not (x in self.highlight or (not self.highlight and (roomy or x == self.tallest))):
            return
        wide = width_of(self.said(total), weight=BOLD)
        middle = max(plot.x(place(x)), plot.area.left + wide / 2)  # clear of the values along the axis
        y = plot.y(total) + 3 if total >= 0 else plot.y(total) - TEXT
        while any(abs(middle - at) < (wide + other) / 2 + 3 and abs(y - up) < TEXT for at, up, other in self.written):
            y += LINE_HEIGHT
        if y <= max(plot.area.top, plot.y(max(total, 0))) + 3:
            self.written.append((middle, y, wide))
            sheet.text(middle, y, self.said(total), "ink", weight=BOLD, ha="center")

    @cached_property
    def widest(self) -> float:
        """Measure the widest value."""
        known = [self.said(value) for value in self.totals.values() if value is not None]
        return max((width_of(text, weight=BOLD) for text in known), default=0)

    @cached_property
    def tallest(self) -> Any:
        """Give the x of the highest column."""
        return max(self.xs, key=lambda x: -math.inf if self.totals[x] is None else self.totals[x])

    def note(self) -> str:
        """Say what an open circle means, where there is one."""
        blank = any(value is None for parts in self.values.values() for value in parts.values())
        return f"An open circle: {UNKNOWN}." if blank else ""
