"""Small multiples: a panel for each series, all on one scale, with the other series pale behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from briefkit.charts.figure import Figure
from briefkit.charts.house import TEAL, Look, country_look
from briefkit.charts.lines import Lines, Panel
from briefkit.charts.plot import Plot, axis_ticks
from briefkit.charts.reading import place, read
from briefkit.charts.references import limit_line
from briefkit.charts.room import Room
from briefkit.charts.sheet import Entry, Sheet
from briefkit.charts.telling import runs
from briefkit.tables import Table


def multiples(
    table: Table | Sequence[Table],
    x: str,
    y: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str,
    limits: Any = None,
    log: bool = False,
    start: float | None = None,
    source_note: str = "",
) -> Figure:
    """Draw a small line chart for each value of `by`, all on the same scales; the others stand pale behind each.

    There may be more series than a chart with one panel can hold. `limits`, `log` and `start` are those of `line`.
    """
    reading = read(table, title, x=x, y=y, panel=by)
    return Multiples(reading, title, limits, (), log, start).finished(subtitle, source_note)


class Multiples(Lines):
    """Lay out small panels that share their scales."""

    kind = "multiples"
    body, most, least, spacing = 84.0, 4, 118.0, 9.0

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        values = [each["y"] for each in self.reading.lines if each["y"] is not None]
        values += [limit.value for panel in self.panels for limit in panel.limits]
        ticks = axis_ticks(min(values), max(values), self.log, self.start, self.title, most=4)
        self.panels = [panel._replace(ticks=ticks, high=max(values)) for panel in self.panels]

    def look(self, panel: Panel, name: str) -> Look:
        """Let a country keep its colour; all others share one, since each has its panel."""
        return (country_look(panel.name) or TEAL)._replace(dash=())

    def heading(self, panel: Panel) -> str:
        """Name a panel with its last value, which needs no room at the end of the line then."""
        known = [each["y"] for points in panel.series.values() for each in points if each["y"] is not None]
        return f"{panel.name} {self.reading.said(known[-1], role='y')}" if known else f"{panel.name}, not known"

    def entries(self) -> list[Entry]:
        """Name the reference lines alone: each panel has the name of its series."""
        limits = {limit.text: limit.start for panel in self.panels for limit in panel.limits}
        return [(text, Look("ink", "", ()), "limit" if start else "level") for text, start in limits.items()]

    def end_width(self) -> float:
        """Leave no room at the ends of the lines."""
        return 6.0

    def draw_names(self, sheet: Sheet, plot: Plot, panel: Panel, room: Room) -> None:
        """Draw the reference lines, which the key names, and the other series behind this one."""
        for limit in panel.limits:
            limit_line(sheet, plot, limit)
        for other in self.panels:
            for points in other.series.values() if other is not panel else ():
                for run in runs(points):
                    xs, ys = [plot.x(place(each["x"])) for each in run], [plot.y(each["y"]) for each in run]
                    sheet.stroke(xs, ys, "pale", 0.7, order=1)

    def note(self) -> str:
        """Say that the panels share their scale."""
        shared = "All panels have one scale; the other series stand pale behind each." if len(self.panels) > 1 else ""
        return f"{super().note()} {shared}".strip()
