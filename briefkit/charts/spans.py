"""Spans of time from day to day, and the times that none of them covers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import BOLD, LINE_HEIGHT, PALE, TEXT, Look, balanced, width_of
from briefkit.charts.plot import Plot, day_ticks
from briefkit.charts.reading import Reading, place, read
from briefkit.charts.rows import Rows
from briefkit.charts.sheet import Box, Sheet, keyed
from briefkit.tables import Table


def spans(
    table: Table | Sequence[Table],
    x: str,
    until: str,
    label: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    foreseen: str | None = None,
    gaps: str = "",
    highlight: Sequence[str] = (),
    source_note: str = "",
) -> Figure:
    """Draw a bar from day `x` to day `until` for each row; one without an end runs on to the edition's day.

    An end after the edition's day, or in the field `foreseen` where `until` is blank, is drawn as foreseen: in outline.
    `gaps` names the times, between the first start and the edition's day, that no bar covers: they are shaded.
    """
    reading = read(table, title, needed="x label", numbers="", x=x, until=until, label=label, by=by, foreseen=foreseen)
    return Spans(reading, title, gaps, highlight).finished(subtitle, source_note)


class Spans(Chart):
    """Lay out bars from day to day, one row each."""

    kind = "spans"

    def __init__(self, reading: Reading, title: Any, gaps: str = "", highlight: Sequence[str] = ()) -> None:
        super().__init__(reading, title)
        self.gaps, self.highlight = gaps, list(highlight)
        self.today = max(table.as_of for table in reading.tables)
        self.lines = sorted(reading.lines, key=lambda each: each["x"])
        self.first = self.lines[0]["x"]
        self.last = max(self.today, *(day for each in self.lines for day in self.ends(each) if day))

    def ends(self, each: dict[str, Any]) -> tuple[dt.date, dt.date | None]:
        """Give the day until which a span has held by the edition's day, and the day on which it is foreseen to end."""
        until = each["until"] or each.get("foreseen")
        return (until, None) if each["until"] and until <= self.today else (self.today, until)

    def note(self) -> str:
        if not any(self.ends(each)[1] for each in self.lines):
            return ""
        return f"In outline: foreseen on {words.day(self.today)}."

    def uncovered(self) -> list[tuple[dt.date, dt.date]]:
        """List the times from the first start to the edition's day that no bar covers."""
        found, covered = [], self.first
        for each in self.lines:
            if each["x"] > covered:
                found.append((covered, each["x"]))
            covered = max(covered, self.ends(each)[0])
        return [*found, (covered, self.today)] if covered < self.today else found

    def draw(self, width: float) -> Sheet:
        rows = Rows([each["label"] for each in self.lines], width, 0.3 * width, BOLD)
        tall = rows.heights([24] * len(self.lines) if not rows.over else [13] * len(self.lines))
        plot = self._plot(rows.left + 2, width, sum(tall))
        shades, head = self._shades(plot, width) if self.gaps else ([], 0)
        entries = [(name, look, "bar") for name, look in self.looks.items()]
        sheet, _ = keyed(head + plot.area.top + 4, width, entries)
        for (start, end), (x, lines, over) in shades:
            sheet.box(start, plot.area.bottom, max(end - start, 1.5), plot.area.height, "shade", order=-1)
            sheet.lines(x, plot.area.top + 3 + over + len(lines) * LINE_HEIGHT, [(line, "ink", 400) for line in lines])
        plot._replace(ticks=[0]).frame(sheet, day_ticks(self.first, self.last, plot.area.width), [""])
        top = plot.area.top
        for at, (each, height) in enumerate(zip(self.lines, tall, strict=True)):
            self._bar(sheet, plot, each, rows.write(sheet, at, top, height))
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
        (held, foreseen), start = self.ends(each), plot.x(place(each["x"]))
        end = foreseen or each["until"]
        text = f"{each['x'].year}–{end.year if end else ''}"
        if width_of(text) + 8 <= plot.x(place(held)) - start:
            return "inside", text, start + 4
        end = plot.x(place(foreseen or held))
        return ("behind" if end + 4 + width_of(text) <= plot.area.right + 8 else "outside"), text, end + 4

    def _look(self, each: dict[str, Any]) -> Look:
        return PALE if self.highlight and each["label"] not in self.highlight else self.looks[each.get("by", "")]

    def _bar(self, sheet: Sheet, plot: Plot, each: dict[str, Any], middle: float) -> None:
        look, (held, foreseen) = self._look(each), self.ends(each)
        start, end = plot.x(place(each["x"])), plot.x(place(held))
        sheet.box(start, middle - 5.5, max(end - start, 1.5), 11, look.job)
        if foreseen:
            right, low, high = plot.x(place(foreseen)), middle - 5, middle + 5
            sheet.stroke([end, right, right, end], [high, high, low, low], look.job, 1, (0, (2, 1.5)))
        where, text, x = self._years_at(plot, each)
        sheet.text(x, middle - 0.33 * TEXT, text, look.inside if where == "inside" else "label")

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

    def _told(self, each: dict[str, Any]) -> str:
        held, foreseen = self.ends(each)
        text = f"{each['label']} from {words.day(each['x'])} "
        if foreseen:
            return text + f"on, foreseen to end on {words.day(foreseen)}"
        return text + (f"to {words.day(held)}" if each["until"] else f"on, still running on {words.day(held)}")

    def told(self) -> list[str]:
        opening = f"Chart of {words.counted(len(self.lines), 'span')} of time, "
        opening += f"{words.day(self.first)} to {words.day(self.last)}"
        sentences = [opening, "; ".join(map(self._told, self.lines))]
        if self.gaps:
            days = [
                f"from {words.day(start)} " + ("on" if end >= self.today else f"to {words.day(end)}")
                for start, end in self.uncovered()
            ]
            sentences.append(f"{self.gaps}: {words.listing(days) or 'never in that time'}")
        return sentences
