"""Events on two sides of a time axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import BOLD, LINE_HEIGHT, TEXT, balanced, width_of
from briefkit.charts.plot import Plot, day_ticks
from briefkit.charts.reading import Moment, Reading, place, read
from briefkit.charts.room import stacked
from briefkit.charts.sheet import Box, Sheet, key_height
from briefkit.tables import Table

FEW = 6  # events that are told one by one
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

    Events of one side and one day share a flag. A date is said as precisely as the field ``date_precision`` states;
    where that is a month, the mark is hollow and stands at mid-month.
    """
    reading = read(table, title, needed="x label", numbers="", x=x, label=label, by=by)
    return Timeline(reading, title).finished(subtitle, source_note)


class Timeline(Chart):
    """Lay out flags on poles along an axis."""

    kind = "timeline"

    def __init__(self, reading: Reading, title: Any) -> None:
        super().__init__(reading, title)
        sides = reading.names("by")
        if len(sides) > 2:
            raise self.fault(f"{len(sides)} sides ({', '.join(sides)})", "two at most", "Choose with where(…).")
        if reading.across != "day":
            raise self.fault(f"field “{reading.columns['x']}” holds no dates", "dates", "Choose a date field.")
        self.lines = sorted(reading.lines, key=lambda each: _moment(each).at)
        self.days: dict[str, dict[Moment, list[dict[str, Any]]]] = {side: {} for side in sides}
        for each in self.lines:
            self.days[each.get("by", "")].setdefault(_moment(each), []).append(each)
        self.first, self.last = (_moment(self.lines[end]).at for end in (0, -1))

    def note(self) -> str:
        vague = sorted({_moment(each).drawn for each in self.lines} - {""})
        return f"Hollow, at {words.listing(vague, 'or')}: no day is known." if vague else ""

    def draw(self, width: float) -> Sheet:
        # the flag width that makes the picture lowest
        plans = [self._plan(width, flag) for flag in FLAG_WIDTHS if flag <= width / 2]
        flag, sides = min(plans, key=lambda plan: sum(side[1] for side in plan[1]))
        over, under = sides[0][1], sides[1][1] if len(sides) > 1 else 0
        names = zip(self.looks.items(), ("above the line", "below"), strict=False)
        entries = [(f"{name}, {side}", look, "dot") for (name, look), side in names]
        key = key_height(entries, width)
        sheet = Sheet(key + over + under + 18 + (32 if under else 20), width)
        if key:
            sheet.key(sheet.height, entries)
        axis = sheet.height - key - over - 16
        plot = self._plot(width, flag)
        sheet.stroke([0, width], [axis] * 2, "axis", 1.2, order=3)
        self._ticks(sheet, plot, axis, [x for x, *_ in sides[1][0]] if under else [])
        for at, (look, (flags, _)) in enumerate(zip(self.looks.values(), sides, strict=True)):
            for x, _, lines, hollow, place_over in flags:
                if at == 0:
                    top = axis + 8 + place_over + len(lines) * LINE_HEIGHT
                    sheet.stroke([x, x], [axis, top], look.job, 1)
                else:
                    top = axis - 22 - place_over
                    sheet.stroke([x, x], [axis, top - len(lines) * LINE_HEIGHT], look.job, 1)
                sheet.lines(
                    x + 4, top, [(text, look.text if bold else "ink", BOLD if bold else 400) for text, bold in lines]
                )
                sheet.marks([x], [axis], look, 5.5, hollow)
        return sheet

    def _plot(self, width: float, flag: float) -> Plot:
        return Plot(Box(0, 0, width - flag, 1), (place(self.first), place(self.last)), (0, 1), 1)

    def _plan(self, width: float, flag: float) -> tuple[float, list[tuple[list[Any], float]]]:
        plot, sides = self._plot(width, flag), []
        for days in self.days.values():
            flags = [
                (plot.x(place(when.at)), *self._flag(when, events, flag), not when.is_whole)
                for when, events in days.items()
            ]
            items = [(x, wide, len(lines) * LINE_HEIGHT) for x, wide, lines, _ in flags]
            over = stacked(items, gap=5)
            height = max((each + item[2] for each, item in zip(over, items, strict=True)), default=0)
            sides.append(([(*each, there) for each, there in zip(flags, over, strict=True)], height))
        return flag, sides

    def _flag(self, when: Moment, events: list[dict[str, Any]], flag: float) -> tuple[float, list[tuple[str, bool]]]:
        lines = [(when.text, True)]
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

    def told(self) -> list[str]:
        reading = self.reading
        ordered = self.lines
        count = words.counted(len(ordered), "event")
        sentences = [f"Timeline of {count}, {reading.when(ordered[0])} to {reading.when(ordered[-1])}"]
        for side, days in self.days.items():
            events = [event for same in days.values() for event in same]
            told = [f"{reading.when(event)}, {event['label']}" for event in events]
            if len(told) <= FEW:
                sentences.append(f"{f'{side}: ' if side else ''}{'; '.join(told)}")
            else:
                opening = f"{side}: {words.counted(len(told), 'event')}, " if side else ""
                opening += self._when(events)
                sentences.append(f"{opening}; first {told[0]}; last {told[-1]}")
        return sentences

    def _when(self, events: list[dict[str, Any]]) -> str:
        """Say how many events fell in each month or year, or when most did where these are many."""
        close = (self.last - self.first).days <= 366 and all(each.get("precision") != "year" for each in events)
        count = Counter(words.day(each["x"], "month" if close else "year") for each in events)
        if len(count) <= FEW:
            return words.listing([f"{number} in {when}" for when, number in count.items()])
        return "most often " + words.listing([f"in {when} ({number})" for when, number in count.most_common(3)])


def _moment(each: dict[str, Any]) -> Moment:
    return Moment(each["x"], each.get("precision"))
