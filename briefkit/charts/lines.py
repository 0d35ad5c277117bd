"""A line for each series along an axis, alone or in panels, against reference lines and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import BOLD, LINE_HEIGHT, TEXT, Look, balanced, width_of
from briefkit.charts.plot import Plot, across_ticks, axis_ticks, log_words
from briefkit.charts.reading import Limit, Mark, Reading, place, read, read_limits, read_marks
from briefkit.charts.references import FLAG_MARGIN, draw_flags, draw_limit, flags_of, limit_entries
from briefkit.charts.room import Room, spread
from briefkit.charts.sheet import Box, Entry, Sheet, keyed
from briefkit.charts.telling import Points, crossing_words, extremes_words, limit_words, marks_words, runs, series_words
from briefkit.tables import Table

LABEL_WIDTH = 105.0
GAP = 14.0  # between panels
SOME = 3  # panels that are told in a sentence each
MANY = 45  # points in a series beyond which markers would hide the line


def line(
    table: Table | Sequence[Table],
    x: str,
    y: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    panels: str | None = None,
    limits: Any = None,
    marks: Sequence[Any] = (),
    log: bool = False,
    start: float | None = None,
    source_note: str = "",
) -> Figure:
    """Draw a line for each value of `by`, in a panel for each value of `panels`; unknown values leave gaps.

    `limits` are reference lines: a table with the fields ``limit`` and ``binds_from`` (and that of `panels`), or
    tuples (value, text, day from which it holds); before that day the line is dotted. `marks` are (day, text).
    The axis starts at `start`, else at zero where that leaves the lines readable; a cut is said in the subtitle.
    """
    reading = read(table, title, x=x, y=y, by=by, panel=panels)
    return Lines(reading, title, limits, marks, log, start).finished(subtitle, source_note)


class Panel(NamedTuple):
    """Hold what one panel draws."""

    name: str
    series: dict[str, Points]
    limits: list[Limit]
    ticks: list[float]
    high: float


class Lines(Chart):
    """Lay out a line chart: first what is drawn, then the drawing at a width, then the words."""

    kind = "line"
    body, most, least = 165.0, 3, 140.0  # of panels side by side: height, how many at most, and how narrow at least
    spacing = 4.5  # points of width that each value needs, lest markers hide the line

    def __init__(self, reading: Reading, title: Any, limits: Any, marks: Sequence[Any], log: bool, start: Any) -> None:
        limits, limit_rows = read_limits(limits, reading.columns.get("panel"))
        self.marks, mark_rows = read_marks(marks)
        super().__init__(reading, title, (*limit_rows, *mark_rows))
        self.log, self.start = log, start
        self.panels = [self._panel(name, limits) for name in reading.names("panel")]
        places = [place(each["x"]) for each in reading.lines] + [place(mark.x) for mark in self.marks]
        self.span = min(places), max(places)

    def _panel(self, name: str, limits: list[Limit]) -> Panel:
        inside = [each for each in self.reading.lines if each.get("panel", "") == name]
        series: dict[str, Points] = {each: [] for each in self.looks}
        for each in sorted(inside, key=lambda each: place(each["x"])):
            series[each.get("by", "")].append(each)
        for of, points in series.items():
            self._one_value_each(of, points)
        here = [limit for limit in limits if limit.panel in ("", name)]
        values = [each["y"] for each in inside if each["y"] is not None] + [limit.value for limit in here]
        if not any(each["y"] is not None for each in self.reading.lines):
            raise self.fault("no known value", "at least one", "Choose other rows.")
        values = values or [0, 1]
        return Panel(
            name, series, here, axis_ticks(min(values), max(values), self.log, self.start, self.title), max(values)
        )

    def _one_value_each(self, name: str, points: Points) -> None:
        for first, second in zip(points, points[1:], strict=False):
            if first["x"] == second["x"]:
                where = f"{name or 'one line'} at {self.reading.when(first)}"
                raise self.fault(
                    f"two values of “{self.reading.columns['y']}” for {where}",
                    "one value at each point of a line",
                    "Choose rows with where(…), or tell the series apart with by=.",
                )

    def draw(self, width: float) -> Sheet:
        self.label_width = min(LABEL_WIDTH, 0.24 * width)
        across = 1 if len(self.panels) == 1 else min(self.most, len(self.panels), max(1, int(width // self.least)))
        down = -(-len(self.panels) // across)
        named = len(self.panels) > 1
        self.beyond = self.end_width()
        self.tick_width = max(width_of(self._tick(tick)) for panel in self.panels for tick in panel.ticks) + 7
        each = (width - GAP * (across - 1)) / across
        plot = each - self.tick_width - self.beyond
        flags = flags_of(self.marks, self.span, plot, self.beyond)
        headings = [balanced(self.heading(panel), each, weight=BOLD) for panel in self.panels]
        head = (max(map(len, headings)) * LINE_HEIGHT + 8 if named else 6) + (flags[1] + 4 if self.marks else 0)
        body = self.body if named else 220.0
        sheet, under_key = keyed(down * (head + body + 24), width, self.entries() if named else [])
        for at, panel in enumerate(self.panels):
            left = (at % across) * (each + GAP)
            bottom = under_key - (at // across + 1) * (head + body + 24) + 20
            if named:
                sheet.lines(left, bottom + body + head - 0.2 * TEXT, [(line, "ink", BOLD) for line in headings[at]])
            self._draw_panel(sheet, panel, Box(left + self.tick_width, bottom, plot, body), flags[0])
        return sheet

    def _draw_panel(self, sheet: Sheet, panel: Panel, area: Box, flags: list[tuple[Mark, list[str], float]]) -> None:
        plot = Plot(area, self.span, panel.ticks, max(panel.high, panel.ticks[-1]), self.log)
        plot.frame(sheet, across_ticks(self.reading, self.span, area.width), [self._tick(tick) for tick in panel.ticks])
        room = Room(area)
        draw_flags(sheet, plot, flags, room)
        for name, points in panel.series.items():
            self._draw_series(sheet, plot, points, self.look(panel, name), room)
        self.draw_names(sheet, plot, panel, room)

    def _draw_series(self, sheet: Sheet, plot: Plot, points: Points, look: Look, room: Room) -> None:
        for run in runs(points):
            xs, ys = [plot.x(place(each["x"])) for each in run], [plot.y(each["y"]) for each in run]
            sheet.stroke(xs, ys, look.job, 1.9, look.dash, order=3)
            if len(points) <= min(MANY, plot.area.width / self.spacing) or len(run) == 1:
                sheet.marks(xs, ys, look)
            room.take(zip(xs, ys, strict=True))
        if len(self.panels) == 1:
            self._name_lone(sheet, plot, points, look, room)

    def _name_lone(self, sheet: Sheet, plot: Plot, points: Points, look: Look, room: Room) -> None:
        """Give the value of a point that no line reaches, since it is easily overlooked."""
        for run in runs(points)[:-1]:
            if len(run) == 1:
                text = self.reading.said(run[0]["y"], role="y")
                x, y = plot.x(place(run[0]["x"])), plot.y(run[0]["y"]) + 5
                if box := room.near(x, y, width_of(text) + 4, TEXT + 2, reach=12):
                    sheet.text(box.left + 2, box.bottom + 3, text, look.text)

    def look(self, panel: Panel, name: str) -> Look:
        """Give the look of a series in a panel."""
        return self.looks[name]

    def heading(self, panel: Panel) -> str:
        """Name a panel."""
        known = any(each["y"] is not None for points in panel.series.values() for each in points)
        return panel.name if known else f"{panel.name}, not known"

    def entries(self) -> list[Entry]:
        """Name the series and reference lines in a key, where there are several panels."""
        entries: list[Entry] = [(name, look, "line") for name, look in self.looks.items()]
        return entries + limit_entries([limit for panel in self.panels for limit in panel.limits])

    def end_width(self) -> float:
        """Give the room that the names at the ends of lines need."""
        named = len(self.panels) > 1
        lines = [] if named else [line for name in self.looks for line in balanced(name, self.label_width, weight=BOLD)]
        names = [width_of(line, weight=BOLD) for line in lines]
        values = [
            width_of(self.reading.said(each["y"], role="y"), weight=BOLD) for each in self.reading.lines if each["y"]
        ]
        limits = [limit.short for panel in self.panels for limit in panel.limits if named]
        words_of_limits = [width_of(word) for short in limits for word in short.split()]
        return max([*names, *values, *words_of_limits, FLAG_MARGIN - 10 if self.marks else 20]) + 10

    def draw_names(self, sheet: Sheet, plot: Plot, panel: Panel, room: Room) -> None:
        """Draw and name the reference lines; name each series at its end, with its last value."""
        several = len(self.panels) > 1
        crowded = [limit for limit in panel.limits if not draw_limit(sheet, plot, limit, room, several)]
        area, ends = plot.area, []
        for limit in crowded:
            ends.append((plot.y(limit.value), balanced(limit.short or limit.text, self.beyond - 10), "ink", 400))
        for name, points in panel.series.items():
            known = [each for each in points if each["y"] is not None]
            if not known:
                continue
            x, y = plot.x(place(known[-1]["x"])), plot.y(known[-1]["y"])
            value = self.reading.said(known[-1]["y"], role="y")
            text, job = [value], self.look(panel, name).text
            if name and len(self.panels) == 1:
                text = [*balanced(name, self.label_width, weight=BOLD), value]
            wide = max(width_of(line, weight=BOLD) for line in text) + 4
            early = area.right - x > 0.12 * area.width
            if early and (box := room.near(x + 6, y, wide, len(text) * LINE_HEIGHT, reach=40)):
                sheet.lines(box.left + 2, box.top, [(line, job, BOLD) for line in text])
            else:
                ends.append((y, text, job, BOLD))
        if sum(len(text) for _, text, _, _ in ends) * LINE_HEIGHT > area.height:
            wide = self.label_width
            ends = [(y, balanced(" ".join(text), wide, weight=BOLD), job, weight) for y, text, job, weight in ends]
        tall = [len(text) * LINE_HEIGHT for _, text, _, _ in ends]
        places = spread([y for y, _, _, _ in ends], tall, area.bottom - 4, area.top + (0 if self.marks else 8))
        for (_, text, job, weight), middle, height in zip(ends, places, tall, strict=True):
            sheet.lines(area.right + 8, middle + height / 2 - 1, [(line, job, weight) for line in text])

    def _tick(self, value: float) -> str:
        return words.said(value, self.reading.unit())

    def note(self) -> str:
        if self.log:
            return log_words(self.panels[0].ticks)
        starts = [panel.ticks[0] for panel in self.panels]
        if not any(start > 0 for start in starts):
            return ""
        said = [words.said(start) for start in starts]
        return f"The axis starts at {said[0]}." if len(set(said)) == 1 else f"The axes start at {words.listing(said)}."

    def told(self) -> list[str]:
        reading, several = self.reading, len(self.panels) > 1
        known = sorted((each for each in reading.lines), key=lambda each: place(each["x"]))
        opening = (
            f"{words.counted(len(self.panels), 'line chart')} side by side, showing" if several else "Line chart of"
        )
        text = f"{opening} {reading.measure()}, {reading.when(known[0])} to {reading.when(known[-1])}"
        text += ", on a logarithmic scale" if self.log else ""
        marked = [marks_words(reading, self.marks)] if self.marks else []
        if not several:
            limits = [limit_words(reading, limit, self.panels[0].series) for limit in self.panels[0].limits]
            return [text, self._panel_told(self.panels[0]), *(["; ".join(limits)] if limits else []), *marked]
        limits = [limit for panel in self.panels for limit in panel.limits]
        panels = [self._panel_told(panel, brief=len(self.panels) > SOME) for panel in self.panels]
        if len(panels) > SOME:
            texts = list(dict.fromkeys(limit.text for limit in limits))
            about = [f"reference line: {words.listing(texts)}"] if texts else []
            series = {name or panel.name: each for panel in self.panels for name, each in panel.series.items()}
            return [text, "; ".join(panels), "; ".join([extremes_words(reading, series), *about, *marked])]
        return [text, *(panels if len(panels) + len(marked) <= SOME else ["; ".join(panels)]), *marked]

    def _panel_told(self, panel: Panel, brief: bool = False) -> str:
        series = {name: points for name, points in panel.series.items() if points}
        told = [series_words(self.reading, name or panel.name, each, brief) for name, each in series.items()]
        if not brief:
            told += crossing_words(self.reading, series, self.log)
            told += [limit_words(self.reading, limit, panel.series) for limit in panel.limits if len(self.panels) > 1]
        return ("" if "" in series or len(self.panels) == 1 else f"{panel.name}: ") + "; ".join(told)
