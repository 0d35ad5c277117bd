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
from briefkit.charts.reading import Moment, Reading, place, read
from briefkit.charts.rows import Rows
from briefkit.charts.sheet import Box, Sheet, keyed
from briefkit.tables import Table, precision_field


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
    A date is told as precisely as its field of precision states, and drawn at mid-month where no day is known.
    """
    reading = read(table, title, needed="x label", numbers="", x=x, until=until, label=label, by=by, foreseen=foreseen)
    return Spans(reading, title, gaps, highlight).finished(subtitle, source_note)


class Spans(Chart):
    """Lay out bars from day to day, one row each."""

    kind = "spans"

    def __init__(self, reading: Reading, title: Any, gaps: str = "", highlight: Sequence[str] = ()) -> None:
        super().__init__(reading, title)
        self.gaps, self.highlight = gaps, list(highlight)
        self.today = Moment(max(table.as_of for table in reading.tables))
        ends = self._ends_stated()
        lines = zip(reading.lines, ends, strict=True)
        self.lines = sorted(
            ({**each, "x": Moment(each["x"], each.get("precision")), "until": end} for each, end in lines),
            key=lambda each: each["x"].at,
        )
        self.first = self.lines[0]["x"]
        self.last = max(self._moments(), key=_at)

    def _ends_stated(self) -> list[Moment | None]:
        """Read the end of each line with its precision."""
        until = self.reading.columns["until"]
        stated = precision_field(until)
        found = []
        for table in self.reading.tables:
            known = stated in {field.name for field in table.fields}
            found += table.lines(until, stated) if known else [(day, None) for (day,) in table.lines(until)]
        return [Moment(*each) if each[0] else None for each in found]

    def _moments(self) -> list[Moment]:
        ends = [end for each in self.lines for end in self.ends(each) if end]
        return [self.today, *(each["x"] for each in self.lines), *ends]

    def ends(self, each: dict[str, Any]) -> tuple[Moment, Moment | None]:
        """Give the day until which a span has held by the edition's day, and the day on which it is foreseen to end."""
        foreseen = Moment(each["foreseen"]) if each.get("foreseen") else None
        until = each["until"] or foreseen
        return (until, None) if each["until"] and until.at <= self.today.at else (self.today, until)

    def note(self) -> str:
        notes = []
        if any(self.ends(each)[1] for each in self.lines):
            notes.append(f"In outline: foreseen on {self.today.text}.")
        if vague := sorted({moment.drawn for moment in self._moments() if moment.drawn}):
            notes.append(f"Where no day is known, a bar starts or ends at {words.listing(vague, 'or')}.")
        return " ".join(notes)

    def uncovered(self) -> list[tuple[Moment, Moment]]:
        """List the times from the first start to the edition's day that no bar covers."""
        found, covered = [], self.first
        for each in self.lines:
            if each["x"].at > covered.at:
                found.append((covered, each["x"]))
            covered = max(covered, self.ends(each)[0], key=_at)
        return [*found, (covered, self.today)] if covered.at < self.today.at else found

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
        plot._replace(ticks=[0]).frame(sheet, day_ticks(self.first.at, self.last.at, plot.area.width), [""])
        top = plot.area.top
        for at, (each, height) in enumerate(zip(self.lines, tall, strict=True)):
            self._bar(sheet, plot, each, rows.write(sheet, at, top, height))
            top -= height
        return sheet

    def _plot(self, left: float, width: float, height: float) -> Plot:
        """Leave room at the right edge where the years of a short late span must stand behind it."""
        span = place(self.first.at), place(self.last.at)
        for margin in (8, 58):
            plot = Plot(Box(left, 22, width - left - margin, height), span, (0, 1), 1)
            if all(self._years_at(plot, each)[0] != "outside" for each in self.lines):
                break
        return plot

    def _years_at(self, plot: Plot, each: dict[str, Any]) -> tuple[str, str, float]:
        """Tell where the years of a span stand: in its bar, behind it, or outside the plot."""
        (held, foreseen), start = self.ends(each), plot.x(place(each["x"].at))
        end = foreseen or each["until"]
        text = f"{each['x'].day.year}–{end.day.year if end else ''}"
        if width_of(text) + 8 <= plot.x(place(held.at)) - start:
            return "inside", text, start + 4
        end = plot.x(place((foreseen or held).at))
        return ("behind" if end + 4 + width_of(text) <= plot.area.right + 8 else "outside"), text, end + 4

    def _look(self, each: dict[str, Any]) -> Look:
        return PALE if self.highlight and each["label"] not in self.highlight else self.looks[each.get("by", "")]

    def _bar(self, sheet: Sheet, plot: Plot, each: dict[str, Any], middle: float) -> None:
        look, (held, foreseen) = self._look(each), self.ends(each)
        start, end = plot.x(place(each["x"].at)), plot.x(place(held.at))
        sheet.box(start, middle - 5.5, max(end - start, 1.5), 11, look.job)
        if foreseen:
            right, low, high = plot.x(place(foreseen.at)), middle - 5, middle + 5
            sheet.stroke([end, right, right, end], [high, high, low, low], look.job, 1, (2, 1.5))
        where, text, x = self._years_at(plot, each)
        sheet.text(x, middle - 0.33 * TEXT, text, look.inside if where == "inside" else "label")

    def _shades(self, plot: Plot, width: float) -> tuple[list[Any], float]:
        """Name the times that no span covers, one name over another where they would touch."""
        found: list[Any] = []
        for start, end in self.uncovered():
            left, right = plot.x(place(start.at)), plot.x(place(end.at))
            lines = balanced(f"{self.gaps}, {self._years(start, end)}", max(right - left, 110))
            wide = max(map(width_of, lines))
            x = max(min((left + right - wide) / 2, width - wide), 0)
            beneath = [at + len(b) * LINE_HEIGHT + 3 for _, (a, b, at) in found if x < a + max(map(width_of, b)) + 8]
            found.append(((left, right), (x, lines, max(beneath, default=0.0))))
        return found, max((over + len(lines) * LINE_HEIGHT for _, (_, lines, over) in found), default=0) + 4

    def _years(self, start: Moment, end: Moment) -> str:
        return f"since {start.day.year}" if end.at >= self.today.at else f"{start.day.year}–{end.day.year}"

    def _told(self, each: dict[str, Any]) -> str:
        held, foreseen = self.ends(each)
        text = f"{each['label']} from {each['x'].text} "
        if foreseen:
            return text + f"on, foreseen to end {foreseen.dated}"
        return text + (f"to {held.text}" if each["until"] else f"on, still running on {held.text}")

    def told(self) -> list[str]:
        opening = f"Chart of {words.counted(len(self.lines), 'span')} of time, "
        opening += f"{self.first.text} to {self.last.text}"
        sentences = [opening, "; ".join(map(self._told, self.lines))]
        if self.gaps:
            days = [
                f"from {start.text} " + ("on" if end.at >= self.today.at else f"to {end.text}")
                for start, end in self.uncovered()
            ]
            sentences.append(f"{self.gaps}: {words.listing(days) or 'never in that time'}")
        return sentences


def _at(moment: Moment) -> dt.date:
    return moment.at
