"""Charts of values along an axis: lines and dots, with reference lines and events named in place."""

from __future__ import annotations

import datetime as dt
import math
import operator
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from briefkit.charts import words
from briefkit.charts.figure import Figure, finish
from briefkit.charts.house import BOLD, LEADING, TEXT, WIDTH, Look, balanced, looks, style, width_of
from briefkit.charts.reading import Limit, Mark, Reading, place, read, read_limits, read_marks
from briefkit.charts.sheet import (
    Box,
    Plot,
    Room,
    Sheet,
    day_ticks,
    key_height,
    log_ticks,
    number_ticks,
    spread,
    stacked,
    year_ticks,
)
from briefkit.errors import BriefError
from briefkit.tables import Table

LABEL_WIDTH = 105.0
FLAG_MARGIN = 62.0  # room for the name of an event at the very end of the axis
MANY = 45  # points in a series beyond which markers would hide the line
LINE_HEIGHT = TEXT * LEADING
Points = list[dict[str, Any]]


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
    found, limit_rows = read_limits(limits, panels)
    events, mark_rows = read_marks(marks)
    chart = _Chart(reading, found, events, log, start, str(title))
    with style():
        sheet = chart.draw(WIDTH)
    return finish(
        sheet.canvas,
        reading.tables,
        title,
        f"{words.sentence(str(subtitle) or reading.measure())} {chart.axis_words()}",
        kind="line",
        alt=chart.alt(),
        fields=list(reading.fields.values()),
        lines=reading.values,
        rows=(*limit_rows, *mark_rows),
        source_note=source_note,
    )


class _Panel(NamedTuple):
    name: str
    series: dict[str, Points]
    limits: list[Limit]
    ticks: list[float]
    high: float


class _Chart:
    """Lay out a line chart: first what is drawn, then the drawing at a width, then the words."""

    def __init__(
        self, reading: Reading, limits: list[Limit], marks: list[Mark], log: bool, start: float | None, title: str
    ) -> None:
        self.reading, self.marks, self.log, self.start = reading, marks, log, start
        self.looks = looks(reading.names("by"))
        self.panels = [self._panel(name, limits, title) for name in reading.names("panel")]
        places = [place(each["x"]) for each in reading.lines] + [place(mark.x) for mark in marks]
        self.span = min(places), max(places)

    def _panel(self, name: str, limits: list[Limit], title: str) -> _Panel:
        inside = [each for each in self.reading.lines if each.get("panel", "") == name]
        series: dict[str, Points] = {each: [] for each in self.looks}
        for each in sorted(inside, key=lambda each: place(each["x"])):
            series[each.get("by", "")].append(each)
        for of, points in series.items():
            _one_value_each(self.reading, of, points, title)
        here = [limit for limit in limits if limit.panel in ("", name)]
        values = [each["y"] for each in inside if each["y"] is not None] + [limit.value for limit in here]
        if not values:
            raise BriefError(f"chart “{title}”", "no known value", "at least one", "Choose other rows.")
        return _Panel(
            name, series, here, axis_ticks(min(values), max(values), self.log, self.start, title), max(values)
        )

    # --- drawing -------------------------------------------------------------------------------------------------

    def draw(self, width: float) -> Sheet:
        """Draw at a width in points."""
        across = 1 if len(self.panels) == 1 else min(3, len(self.panels), max(1, int(width // 160)))
        down = -(-len(self.panels) // across)
        named = len(self.panels) > 1
        self.end_width = self._end_width(named)
        self.tick_width = max(width_of(self._tick(tick)) for panel in self.panels for tick in panel.ticks) + 7
        each = (width - 18 * (across - 1)) / across
        plot = each - self.tick_width - self.end_width
        flags = flags_of(self.marks, self.span, plot, self.end_width)
        entries = [(name, look, "line") for name, look in self.looks.items()] if named else []
        key = key_height(entries, width)
        head = (LINE_HEIGHT + 8 if named else 6) + (flags[1] + 4 if self.marks else 0)
        body = 165 if named else 220
        sheet = Sheet(key + down * (head + body + 24), width)
        if key:
            _limit_key(sheet, sheet.key(sheet.height, entries), self.panels)
        for at, panel in enumerate(self.panels):
            left = (at % across) * (each + 18)
            bottom = sheet.height - key - (at // across + 1) * (head + body + 24) + 20
            if named:
                sheet.text(left, bottom + body + head - TEXT, panel.name, "ink", weight=BOLD)
            self._draw_panel(sheet, panel, Box(left + self.tick_width, bottom, plot, body), flags[0])
        return sheet

    def _draw_panel(self, sheet: Sheet, panel: _Panel, area: Box, flags: list[tuple[Mark, list[str], float]]) -> None:
        plot = Plot(area, self.span, panel.ticks, max(panel.high, panel.ticks[-1]), self.log)
        plot.frame(sheet, across_ticks(self.reading, self.span, area.width), [self._tick(tick) for tick in panel.ticks])
        room = Room(area)
        draw_flags(sheet, plot, flags, room)
        for name, points in panel.series.items():
            self._draw_series(sheet, plot, points, self.looks[name], room)
        several = len(self.panels) > 1
        crowded = [limit for limit in panel.limits if not draw_limit(sheet, plot, limit, room, several)]
        self._ends(sheet, plot, panel, crowded, room)

    def _draw_series(self, sheet: Sheet, plot: Plot, points: Points, look: Look, room: Room) -> None:
        for run in runs(points):
            xs, ys = [plot.x(place(each["x"])) for each in run], [plot.y(each["y"]) for each in run]
            sheet.stroke(xs, ys, look.job, 1.9, look.dash, order=3)
            if len(points) <= MANY or len(run) == 1:
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

    def _end_width(self, named: bool) -> float:
        lines = [] if named else [line for name in self.looks for line in balanced(name, LABEL_WIDTH, weight=BOLD)]
        names = [width_of(line, weight=BOLD) for line in lines]
        values = [
            width_of(self.reading.said(each["y"], role="y"), weight=BOLD) for each in self.reading.lines if each["y"]
        ]
        limits = [width_of(limit.short) for panel in self.panels for limit in panel.limits if named]
        return max([*names, *values, *limits, FLAG_MARGIN - 10 if self.marks else 20]) + 10

    def _ends(self, sheet: Sheet, plot: Plot, panel: _Panel, crowded: list[Limit], room: Room) -> None:
        """Name each series at its end, and give its last value; also the reference lines that found no room."""
        area, ends = plot.area, []
        for limit in crowded:
            ends.append((plot.y(limit.value), balanced(limit.short or limit.text, self.end_width - 10), "ink", 400))
        for name, points in panel.series.items():
            known = [each for each in points if each["y"] is not None]
            if not known:
                continue
            x, y = plot.x(place(known[-1]["x"])), plot.y(known[-1]["y"])
            value = self.reading.said(known[-1]["y"], role="y")
            text, job = [value], self.looks[name].text
            if name and len(self.panels) == 1:
                text = [*balanced(name, LABEL_WIDTH, weight=BOLD), value]
            wide = max(width_of(line, weight=BOLD) for line in text) + 4
            early = area.right - x > 0.12 * area.width
            if early and (box := room.near(x + 6, y, wide, len(text) * LINE_HEIGHT, reach=40)):
                sheet.lines(box.left + 2, box.top, [(line, job, BOLD) for line in text])
            else:
                ends.append((y, text, job, BOLD))
        if sum(len(text) for _, text, _, _ in ends) * LINE_HEIGHT > area.height:
            ends = [
                (y, balanced(" ".join(text), LABEL_WIDTH, weight=BOLD), job, weight) for y, text, job, weight in ends
            ]
        tall = [len(text) * LINE_HEIGHT for _, text, _, _ in ends]
        places = spread([y for y, _, _, _ in ends], tall, area.bottom - 4, area.top + 8)
        for (_, text, job, weight), middle, height in zip(ends, places, tall, strict=True):
            sheet.lines(area.right + 8, middle + height / 2 - 1, [(line, job, weight) for line in text])

    def _tick(self, value: float) -> str:
        return words.said(value, self.reading.unit())

    # --- words ---------------------------------------------------------------------------------------------------

    def axis_words(self) -> str:
        """Say what the axis does not show by itself: a cut or a logarithmic scale."""
        if self.log:
            return log_words(self.panels[0].ticks)
        starts = [panel.ticks[0] for panel in self.panels]
        if not any(start > 0 for start in starts):
            return ""
        said = [words.said(start) for start in starts]
        return f"The axis starts at {said[0]}." if len(set(said)) == 1 else f"The axes start at {words.listing(said)}."

    def alt(self) -> str:
        """Describe the chart in two to four sentences, from the values drawn."""
        reading, several = self.reading, len(self.panels) > 1
        known = sorted((each for each in reading.lines), key=lambda each: place(each["x"]))
        opening = (
            f"{words.counted(len(self.panels), 'line chart')} side by side, showing" if several else "Line chart of"
        )
        text = f"{opening} {reading.measure()}, {reading.when(known[0])} to {reading.when(known[-1])}"
        if self.log:
            text += ", on a logarithmic scale"
        sentences = [text]
        for panel in self.panels:
            parts = [series_words(reading, name, points) for name, points in panel.series.items() if points]
            about = f"{panel.name}: " if several else ""
            limits = [limit_words(reading, limit, panel.series) for limit in panel.limits]
            if several:
                sentences.append(about + "; ".join(parts + limits))
            else:
                sentences += ["; ".join(parts), *(["; ".join(limits)] if limits else [])]
        if self.marks:
            sentences.append("Marked: " + words.listing([f"{m.text} ({reading.said(m.x)})" for m in self.marks]))
        return " ".join(words.sentence(each) for each in sentences)


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
    found, limit_rows = read_limits(limits, None)
    events, mark_rows = read_marks(marks)
    chart = _Dots(reading, found, events, log, [str(each) for each in highlight], str(title))
    with style():
        sheet = chart.draw(WIDTH)
    said = words.sentence(str(subtitle) or reading.measure())
    return finish(
        sheet.canvas,
        reading.tables,
        title,
        " ".join(filter(None, [said, chart.axis_words(), chart.size_words()])),
        kind="dots",
        alt=chart.alt(),
        fields=list(reading.fields.values()),
        lines=reading.values,
        rows=(*limit_rows, *mark_rows),
        source_note=source_note,
    )


class _Dots:
    """Lay out a chart of dots."""

    def __init__(
        self, reading: Reading, limits: list[Limit], marks: list[Mark], log: bool, highlight: list[str], title: str
    ) -> None:
        self.reading, self.limits, self.marks, self.log, self.highlight = reading, limits, marks, log, highlight
        self.looks = looks(reading.names("by"))
        places = [place(each["x"]) for each in reading.lines] + [place(mark.x) for mark in marks]
        self.span = min(places), max(places)
        values = [each["y"] for each in reading.lines] + [limit.value for limit in limits]
        self.ticks, self.high = axis_ticks(min(values), max(values), log, None, title), max(values)
        self.largest = max((each.get("size") or 0 for each in reading.lines), default=0)

    def radius(self, each: dict[str, Any]) -> float:
        """Give a dot's radius in points."""
        return 3.0 if not self.largest else max(1.8, 12 * math.sqrt(max(each["size"], 0) / self.largest))

    def draw(self, width: float) -> Sheet:
        """Draw at a width in points."""
        texts = [words.said(tick, self.reading.unit()) for tick in self.ticks]
        left, right, body = max(map(width_of, texts)) + 7, FLAG_MARGIN if self.marks else 16.0, 230.0
        flags = flags_of(self.marks, self.span, width - left - right, right)
        entries = [(name, look, "dot") for name, look in self.looks.items()]
        key = key_height(entries, width)
        sheet = Sheet(key + 14 + flags[1] + body + 24, width)
        if key:
            sheet.key(sheet.height, entries)
        area = Box(left, 20, width - left - right, body)
        plot = Plot(area, self.span, self.ticks, max(self.high, self.ticks[-1]), self.log)
        plot.frame(sheet, across_ticks(self.reading, self.span, plot.area.width), texts)
        room = Room(Box(left, 20, width - left, body + 10))
        draw_flags(sheet, plot, flags[0], room)
        for each in sorted(self.reading.lines, key=lambda each: -self.radius(each)):
            x, y, radius = plot.x(place(each["x"])), plot.y(each["y"]), self.radius(each)
            sheet.marks([x], [y], self.looks[each.get("by", "")], 2 * radius)
            room.take_box(Box(x - radius, y - radius, 2 * radius, 2 * radius))
        self._name(sheet, plot, room)
        for limit in self.limits:
            if not draw_limit(sheet, plot, limit, room):
                sheet.text(plot.area.right, plot.y(limit.value) + 3, limit.short or limit.text, "ink", ha="right")
        return sheet

    def _name(self, sheet: Sheet, plot: Plot, room: Room) -> None:
        if "label" not in self.reading.columns:
            return
        wanted = sorted(self.reading.lines, key=lambda each: (each["label"] not in self.highlight, -self.radius(each)))
        for limit in self.limits:  # names keep clear of the reference lines, which are named after them
            room.take([(plot.area.left, plot.y(limit.value)), (plot.area.right, plot.y(limit.value))])
        for each in wanted:
            first = each["label"] in self.highlight
            if first or not self.highlight:
                x, y, radius = plot.x(place(each["x"])), plot.y(each["y"]), self.radius(each)
                wide = width_of(each["label"])
                if box := room.near(x, y, wide + 4, TEXT + 2, reach=60 if first else radius + 9):
                    sheet.text(box.left + 2, box.bottom + 3, each["label"], self.looks[each.get("by", "")].text)

    def axis_words(self) -> str:
        """Say what the axis does not show by itself."""
        if self.log:
            return log_words(self.ticks)
        return f"The axis starts at {words.said(self.ticks[0])}." if self.ticks[0] > 0 else ""

    def size_words(self) -> str:
        """Say what the area of a dot means."""
        return f"The area of a dot shows {self.reading.measure('size')}." if self.largest else ""

    def alt(self) -> str:
        """Describe the chart in two to four sentences, from the values drawn."""
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
        for limit in self.limits:
            sides = [
                sum(test(e["y"], limit.value) for e in ordered) for test in (operator.gt, operator.eq, operator.lt)
            ]
            sentences.append(f"{limit.text}: {sides[0]} dots above, {sides[1]} on the line, {sides[2]} below")
        if self.largest:
            big = max(ordered, key=lambda each: each["size"])
            sentences.append(f"The largest dot: {reading.said(big['size'], role='size')} ({_whose(reading, big)})")
        return " ".join(words.sentence(each) for each in sentences)


def _whose(reading: Reading, each: dict[str, Any]) -> str:
    return f"{each['label']}, {reading.when(each)}" if each.get("label") else reading.when(each)


# --- pieces that lines and dots share --------------------------------------------------------------------------------


def runs(points: Points) -> list[Points]:
    """Split a series where a value is unknown, and where a regular series skips its turn.

    A series is regular when most of its steps are about as long as the middle one.
    """
    places = [place(each["x"]) for each in points]
    steps = [later - earlier for earlier, later in zip(places, places[1:], strict=False)]
    middle = statistics.median(steps) if steps else 0
    alike = sum(abs(step - middle) <= 0.2 * middle for step in steps)
    longest = 1.5 * middle if len(steps) >= 5 and alike >= 0.75 * len(steps) else float("inf")
    found: list[Points] = [[]]
    for each, step in zip(points, [0.0, *steps], strict=True):
        if step > longest or each["y"] is None:
            found.append([])
        if each["y"] is not None:
            found[-1].append(each)
    return [run for run in found if run]


def _one_value_each(reading: Reading, name: str, points: Points, title: str) -> None:
    for first, second in zip(points, points[1:], strict=False):
        if first["x"] == second["x"]:
            raise BriefError(
                f"chart “{title}”",
                f"two values of “{reading.columns['y']}” for {name or 'one line'} at {reading.when(first)}",
                "one value at each point of a line",
                "Choose rows with where(…), or tell the series apart with by=.",
            )


def axis_ticks(low: float, high: float, log: bool, start: float | None, title: str) -> list[float]:
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
    return number_ticks(low, high)


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


def flags_of(
    marks: list[Mark], span: tuple[float, float], width: float, margin: float
) -> tuple[list[tuple[Mark, list[str], float]], float]:
    """Break the names of events into lines and stack them clear of one another; also give the height they need."""
    plot = Plot(Box(0, 0, width, 1), span, (0, 1), 1)
    items, texts = [], []
    for mark in marks:
        x = plot.x(place(mark.x))
        lines = balanced(mark.text, min(120, max(width + margin - x - 4, 40)))
        texts.append(lines)
        items.append((x, max(map(width_of, lines)), len(lines) * LINE_HEIGHT))
    over = stacked(items)
    height = max((at + item[2] for at, item in zip(over, items, strict=True)), default=0)
    return list(zip(marks, texts, over, strict=True)), height


def draw_flags(
    sheet: Sheet, plot: Plot, flags: list[tuple[Mark, list[str], float]], room: Room, lift: float = 4
) -> None:
    """Draw events as poles through the plot with their names flying over it."""
    area = plot.area
    for mark, lines, over in flags:
        x, top = plot.x(place(mark.x)), area.top + lift + over + len(lines) * LINE_HEIGHT
        sheet.stroke([x, x], [area.bottom, top], "muted", 0.8)
        sheet.lines(x + 3, top, [(line, "ink", 400) for line in lines])
        room.take([(x, area.bottom), (x, area.top)])


def draw_limit(sheet: Sheet, plot: Plot, limit: Limit, room: Room, brief: bool = False) -> bool:
    """Draw a reference line, dotted before it holds and solid after; tell whether there was room to name it."""
    low, high = plot.span
    start = min(max(place(limit.start), low), high) if limit.start else low
    left, at, right, y = plot.area.left, plot.x(start), plot.area.right, plot.y(limit.value)
    if start > low:
        sheet.stroke([left, at], [y, y], "ink", 1.3, (0, (1, 1.8)), order=2.5)
    if start < high:
        sheet.stroke([at if start > low else left, right], [y, y], "ink", 1.5, order=2.5)
    room.take([(left, y), (right, y)])
    text = limit.short if brief and limit.short else limit.text
    for width, reach in ((150, 12), (100, 12)) if brief else ((150, 12), (100, 12), (150, 70), (100, 90)):
        lines = balanced(text, min(width, 0.9 * plot.area.width))
        wide, tall = max(map(width_of, lines)) + 6, len(lines) * LINE_HEIGHT + 3
        if box := room.near(at, y, wide, tall, reach=reach):
            break
    else:
        return False
    if abs(box.bottom - y) > 8 and abs(box.top - y) > 8:
        nearest = min(max(at, box.left + 6), box.right - 6)
        sheet.stroke([at, nearest], [y, box.bottom if box.bottom > y else box.top], "ink", 0.8)
    sheet.lines(box.left + 3, box.top - 2, [(line, "ink", 400) for line in lines])
    return True


def _limit_key(sheet: Sheet, key: Box, panels: list[_Panel]) -> None:
    """Say once over all panels what their reference lines are, where they begin to hold on one day."""
    starts = {limit.start for panel in panels for limit in panel.limits if limit.short}
    if len(starts) == 1 and (start := starts.pop()):
        y, left = key.bottom + 0.58 * TEXT, key.width
        sheet.stroke([left, left + 11], [y, y], "ink", 1.3, (0, (1, 1.8)))
        sheet.stroke([left + 11, left + 26], [y, y], "ink", 1.5)
        sheet.text(left + 30, key.bottom + 0.25 * TEXT, f"Cap, binding from {words.day(start)}", "ink")


def series_words(reading: Reading, name: str, points: Points) -> str:
    """Say where a series starts and ends, its extremes where they lie between, and what is unknown."""
    known = [each for each in points if each["y"] is not None]
    if not known:
        return f"{name or 'the line'} has no known value"
    first, last = known[0], known[-1]
    verb = "rises" if last["y"] > first["y"] else "falls" if last["y"] < first["y"] else "goes"

    def at(each: dict[str, Any]) -> str:
        return f"{reading.said(each['y'], role='y')} ({reading.when(each)})"

    text = f"{name or 'it'} {verb} from {at(first)} to {at(last)}" if len(known) > 1 else f"{name or 'it'}: {at(first)}"
    high, low = max(known, key=lambda each: each["y"]), min(known, key=lambda each: each["y"])
    text += "".join(
        f", {word} {at(each)}"
        for word, each in (("highest", high), ("lowest", low))
        if each["y"] not in (first["y"], last["y"])
    )
    gaps = [reading.when(each) for each in points if each["y"] is None]
    return (
        text
        + (f", not known for {words.listing(gaps)}" if 0 < len(gaps) <= 3 else "")
        + (f", not known at {words.counted(len(gaps), *reading.points)}" if len(gaps) > 3 else "")
    )


def limit_words(reading: Reading, limit: Limit, series: dict[str, Points]) -> str:
    """Say how often each series lies above a reference line, and when last."""
    parts = []
    for name, points in series.items():
        known = [each for each in points if each["y"] is not None]
        above = [each for each in known if each["y"] > limit.value]
        if known:
            last = f", last on {reading.when(above[-1])}" if above else ""
            count = f"at {len(above)} of {len(known)} {reading.points[1]}" if above else "nowhere"
            parts.append(f"{name or 'the line'} lies above it {count}{last}")
    text = limit.text if limit.text[1:2].isupper() else limit.text[:1].lower() + limit.text[1:]
    return f"{text}: {', '.join(parts)}"
