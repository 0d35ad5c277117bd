"""Charts of what happened when: events on two sides of a time axis, and spans from day to day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure, finish
from briefkit.charts.house import (
    BOLD,
    LEADING,
    PALE,
    TEXT,
    WIDTH,
    Look,
    balanced,
    looks,
    style,
    width_of,
)
from briefkit.charts.reading import Reading, place, read
from briefkit.charts.sheet import Box, Plot, Sheet, day_ticks, key_height, stacked
from briefkit.errors import BriefError
from briefkit.tables import Table

LINE_HEIGHT = TEXT * LEADING
FLAG_WIDTHS = (84, 100, 120, 140, 165, 190)


def timeline(
    table: Table | Sequence[Table],
    x: str,
    label: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    source_note: str = "",
) -> Figure:
    """Set events along a time axis, the first value of `by` over it and the second under it.

    Events of one side and one day share a flag. A date is said as precisely as the field ``date_precision`` states.
    """
    reading = read(table, title, needed="x label", numbers="", x=x, label=label, by=by)
    sides = reading.names("by")
    if len(sides) > 2:
        raise BriefError(
            f"chart “{title}”", f"{len(sides)} sides ({', '.join(sides)})", "two at most", "Choose with where(…)."
        )
    if reading.across != "day":
        raise BriefError(f"chart “{title}”", f"field “{x}” holds no dates", "dates", "Choose a date field.")
    chart = _Timeline(reading, looks(sides))
    with style():
        sheet = chart.draw(WIDTH)
    return finish(
        sheet.canvas,
        reading.tables,
        title,
        words.sentence(str(subtitle)),
        kind="timeline",
        alt=chart.alt(),
        fields=list(reading.fields.values()),
        lines=reading.values,
        source_note=source_note,
    )


class _Timeline:
    """Lay out flags on poles along an axis."""

    def __init__(self, reading: Reading, sides: dict[str, Look]) -> None:
        self.reading, self.sides = reading, sides
        self.days: dict[str, dict[dt.date, list[dict[str, Any]]]] = {side: {} for side in sides}
        for each in sorted(reading.lines, key=lambda each: each["x"]):
            self.days[each.get("by", "")].setdefault(each["x"], []).append(each)
        days = [each["x"] for each in reading.lines]
        self.first, self.last = min(days), max(days)

    def draw(self, width: float) -> Sheet:
        """Draw at a width in points, with the flag width that makes the picture lowest."""
        plans = [self._plan(width, flag) for flag in FLAG_WIDTHS if flag <= width / 2]
        flag, sides = min(plans, key=lambda plan: sum(side[1] for side in plan[1]))
        over, under = sides[0][1], sides[1][1] if len(sides) > 1 else 0
        names = zip(self.sides.items(), ("above the line", "below"), strict=False)
        entries = [(f"{name}, {side}", look, "dot") for (name, look), side in names]
        key = key_height(entries, width)
        sheet = Sheet(key + over + under + 18 + (32 if under else 20), width)
        if key:
            sheet.key(sheet.height, entries)
        axis = sheet.height - key - over - 16
        plot = self._plot(width, flag)
        sheet.stroke([0, width], [axis] * 2, "axis", 1.2, order=3)
        self._ticks(sheet, plot, axis, [x for x, *_ in sides[1][0]] if under else [])
        for at, (look, (flags, _)) in enumerate(zip(self.sides.values(), sides, strict=True)):
            for x, _, lines, place_over in flags:
                if at == 0:
                    top = axis + 8 + place_over + len(lines) * LINE_HEIGHT
                    sheet.stroke([x, x], [axis, top], look.job, 1)
                else:
                    top = axis - 22 - place_over
                    sheet.stroke([x, x], [axis, top - len(lines) * LINE_HEIGHT], look.job, 1)
                sheet.lines(
                    x + 4, top, [(text, look.text if bold else "ink", BOLD if bold else 400) for text, bold in lines]
                )
                sheet.marks([x], [axis], look, 5.5)
        return sheet

    def _plot(self, width: float, flag: float) -> Plot:
        return Plot(Box(0, 0, width - flag, 1), (place(self.first), place(self.last)), (0, 1), 1)

    def _plan(self, width: float, flag: float) -> tuple[float, list[tuple[list[Any], float]]]:
        plot, sides = self._plot(width, flag), []
        for days in self.days.values():
            flags = [(plot.x(place(day)), *self._flag(day, events, flag)) for day, events in days.items()]
            items = [(x, wide, len(lines) * LINE_HEIGHT) for x, wide, lines in flags]
            over = stacked(items, gap=5)
            height = max((each + item[2] for each, item in zip(over, items, strict=True)), default=0)
            sides.append(([(*each, there) for each, there in zip(flags, over, strict=True)], height))
        return flag, sides

    def _flag(self, day: dt.date, events: list[dict[str, Any]], flag: float) -> tuple[float, list[tuple[str, bool]]]:
        lines = [(self.reading.when(events[0]), True)]
        for event in events:
            lines += [(line, False) for line in balanced(event["label"], flag - 6)]
        return max(width_of(text, weight=BOLD if bold else 400) for text, bold in lines), lines

    def _ticks(self, sheet: Sheet, plot: Plot, axis: float, poles: list[float]) -> None:
        """Name days along the axis, but not where a pole under it would cross the name."""
        for at, text in day_ticks(self.first, self.last, plot.area.width):
            x, half = plot.x(at), width_of(text) / 2 + 5
            sheet.stroke([x, x], [axis - 4, axis], "axis", 0.9)
            if x >= half and not any(x - half < pole < x + half for pole in poles):
                sheet.text(x, axis - 6 - TEXT, text, "muted", ha="center")

    def alt(self) -> str:
        """Describe the timeline in two to four sentences, from the events drawn."""
        reading = self.reading
        ordered = sorted(reading.lines, key=lambda each: each["x"])
        count = words.counted(len(ordered), "event")
        sentences = [f"Timeline of {count}, {reading.when(ordered[0])} to {reading.when(ordered[-1])}"]
        for side, days in self.days.items():
            events = [event for same in days.values() for event in same]
            told = [f"{reading.when(event)}, {event['label']}" for event in events]
            shown = told if len(told) <= 6 else [*told[:2], *told[-1:]]
            more = f" ({len(told)} events; first two and last)" if len(told) > 6 else ""
            sentences.append(f"{side + more + ': ' if side else ''}{'; '.join(shown)}")
        return " ".join(words.sentence(each) for each in sentences)


def spans(
    table: Table | Sequence[Table],
    x: str,
    until: str,
    label: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    gaps: str = "",
    highlight: Sequence[str] = (),
    source_note: str = "",
) -> Figure:
    """Draw a bar from day `x` to day `until` for each row; one without an end runs on to the edition's day.

    `gaps` names the times, between the first start and the edition's day, that no bar covers: they are shaded.
    """
    reading = read(table, title, needed="x label", numbers="", x=x, until=until, label=label, by=by)
    chart = _Spans(reading, gaps, list(highlight))
    with style():
        sheet = chart.draw(WIDTH)
    return finish(
        sheet.canvas,
        reading.tables,
        title,
        words.sentence(str(subtitle)),
        kind="spans",
        alt=chart.alt(),
        fields=list(reading.fields.values()),
        lines=reading.values,
        source_note=source_note,
    )


class _Spans:
    """Lay out bars from day to day, one row each."""

    def __init__(self, reading: Reading, gaps: str, highlight: list[str]) -> None:
        self.reading, self.gaps, self.highlight = reading, gaps, highlight
        self.looks = looks(reading.names("by"))
        self.today = max(table.as_of for table in reading.tables)
        self.lines = sorted(reading.lines, key=lambda each: each["x"])
        self.first = self.lines[0]["x"]
        self.last = max(self.today, *(each["until"] or self.today for each in self.lines))

    def uncovered(self) -> list[tuple[dt.date, dt.date]]:
        """List the times from the first start to the edition's day that no bar covers."""
        found, covered = [], self.first
        for each in self.lines:
            if each["x"] > covered:
                found.append((covered, each["x"]))
            covered = max(covered, each["until"] or self.last)
        return [*found, (covered, self.today)] if covered < self.today else found

    def draw(self, width: float) -> Sheet:
        """Draw at a width in points."""
        labels = [balanced(each["label"], 0.3 * width, weight=BOLD) for each in self.lines]
        left = max(width_of(line, weight=BOLD) for lines in labels for line in lines) + 10
        tall = [max(24, len(lines) * LINE_HEIGHT + 4) for lines in labels]
        plot = self._plot(left, width, sum(tall))
        shades, head = self._shades(plot, width) if self.gaps else ([], 0)
        entries = [(name, look, "bar") for name, look in self.looks.items()]
        key = key_height(entries, width)
        sheet = Sheet(key + head + plot.area.top + 4, width)
        if key:
            sheet.key(sheet.height, entries)
        for (start, end), (x, lines, over) in shades:
            sheet.box(start, plot.area.bottom, max(end - start, 1.5), plot.area.height, "shade", order=-1)
            sheet.lines(x, plot.area.top + 3 + over + len(lines) * LINE_HEIGHT, [(line, "ink", 400) for line in lines])
        plot._replace(ticks=[0]).frame(sheet, day_ticks(self.first, self.last, plot.area.width), [""])
        top = plot.area.top
        for each, lines, height in zip(self.lines, labels, tall, strict=True):
            middle = top - height / 2
            rows = [(line, "ink", BOLD) for line in lines]
            sheet.lines(left - 8, middle + len(lines) * LINE_HEIGHT / 2 - 0.6, rows, "right")
            self._bar(sheet, plot, each, middle)
            top -= height
        return sheet

    def _plot(self, left: float, width: float, height: float) -> Plot:
        """Leave room at the right edge where the years of a short late span must stand behind it."""
        span = place(self.first), place(self.last)
        for margin in (8, 58):
            plot = Plot(Box(left, 22, width - left - margin, height), span, (0, 1), 1)
            if all(self._years_at(plot, each)[0] != "outside" for each in self.lines):
                break
        return plot

    def _years_at(self, plot: Plot, each: dict[str, Any]) -> tuple[str, str, float]:
        """Tell where the years of a span stand: in its bar, behind it, or outside the plot."""
        start, end = plot.x(place(each["x"])), plot.x(place(each["until"] or self.last))
        text = f"{each['x'].year}–{each['until'].year if each['until'] else ''}"
        if width_of(text) + 8 <= end - start:
            return "inside", text, start + 4
        return ("behind" if end + 4 + width_of(text) <= plot.area.right + 8 else "outside"), text, end + 4

    def _look(self, each: dict[str, Any]) -> Look:
        return PALE if self.highlight and each["label"] not in self.highlight else self.looks[each.get("by", "")]

    def _bar(self, sheet: Sheet, plot: Plot, each: dict[str, Any], middle: float) -> None:
        look = self._look(each)
        start, end = plot.x(place(each["x"])), plot.x(place(each["until"] or self.last))
        sheet.box(start, middle - 5.5, max(end - start, 1.5), 11, look.job)
        where, text, x = self._years_at(plot, each)
        inside = "on-gold" if look.job in ("gold", "pale") else "ground"
        sheet.text(x, middle - 0.33 * TEXT, text, inside if where == "inside" else "label")

    def _shades(self, plot: Plot, width: float) -> tuple[list[Any], float]:
        """Name the times that no span covers, one name over another where they would touch."""
        found: list[Any] = []
        for start, end in self.uncovered():
            left, right = plot.x(place(start)), plot.x(place(end))
            lines = balanced(f"{self.gaps}, {self._years(start, end)}", max(right - left, 110))
            wide = max(map(width_of, lines))
            x = max(min((left + right - wide) / 2, width - wide), 0)
            beneath = [at + len(b) * LINE_HEIGHT + 3 for _, (a, b, at) in found if x < a + max(map(width_of, b)) + 8]
            found.append(((left, right), (x, lines, max(beneath, default=0.0))))
        return found, max((over + len(lines) * LINE_HEIGHT for _, (_, lines, over) in found), default=0) + 4

    def _years(self, start: dt.date, end: dt.date) -> str:
        return f"since {start.year}" if end >= self.today else f"{start.year}–{end.year}"

    def alt(self) -> str:
        """Describe the spans in two to four sentences, from the days drawn."""
        told = [
            f"{each['label']} from {words.day(each['x'])} "
            + (f"to {words.day(each['until'])}" if each["until"] else f"on, still running on {words.day(self.today)}")
            for each in self.lines
        ]
        sentences = [f"Chart of {words.counted(len(self.lines), 'span')} of time", "; ".join(told)]
        if self.gaps:
            days = [
                f"from {words.day(start)} " + ("on" if end >= self.today else f"to {words.day(end)}")
                for start, end in self.uncovered()
            ]
            sentences.append(f"{self.gaps}: {words.listing(days) or 'never in that time'}")
        return " ".join(words.sentence(each) for each in sentences)
