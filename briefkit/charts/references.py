"""What a plot is read against: reference lines named in place, and events that fly as flags over it."""

from __future__ import annotations

from collections.abc import Sequence

from briefkit.charts import words
from briefkit.charts.house import LINE_HEIGHT, Look, balanced, width_of
from briefkit.charts.plot import Plot
from briefkit.charts.reading import Limit, Mark, place
from briefkit.charts.room import Room, stacked
from briefkit.charts.sheet import Box, Entry, Sheet

FLAG_MARGIN = 62.0  # room for the name of an event at the very end of the axis


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
    """Draw a reference line and name it in place; tell whether there was room to."""
    at, y = limit_line(sheet, plot, limit), plot.y(limit.value)
    room.take([(plot.area.left, y), (plot.area.right, y)])
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


def limit_line(sheet: Sheet, plot: Plot, limit: Limit) -> float:
    """Draw a reference line, dotted before it holds and solid after; give where it begins to hold."""
    low, high = plot.span
    start = min(max(place(limit.start), low), high) if limit.start else low
    left, at, right, y = plot.area.left, plot.x(start), plot.area.right, plot.y(limit.value)
    if start > low:
        sheet.stroke([left, at], [y, y], "ink", 1.3, (1, 1.8), order=2.5)
    if start < high:
        sheet.stroke([at if start > low else left, right], [y, y], "ink", 1.5, order=2.5)
    return at


def limit_entries(limits: Sequence[Limit]) -> list[Entry]:
    """Say once, in the key over all panels, what their reference lines are, where they begin to hold on one day."""
    starts = {limit.start for limit in limits if limit.short}
    start = starts.pop() if len(starts) == 1 else None
    return [(f"Cap, binding from {words.day(start)}", Look("ink", "", ()), "limit")] if start else []
