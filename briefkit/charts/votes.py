"""A strip of votes for each topic: alike over the line and apart under it, through time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import BOLD, GOLD, TEAL, TEXT, Look, width_of
from briefkit.charts.plot import Plot, across_ticks
from briefkit.charts.reading import Reading, place, read
from briefkit.charts.rows import Rows
from briefkit.charts.sheet import Box, Sheet, broken, keyed
from briefkit.tables import Table

LABEL_WIDTH = 150.0
COLUMN = 3.4  # points: votes that fall within so little of the axis are stacked
FEW = 8  # topics that are told one by one
Vote = tuple[float, int, bool | None]  # where it stands along the axis, how high in its stack, and whether alike


def votes(
    table: Table | Sequence[Table],
    x: str,
    topic: str,
    alike: str,
    title: Any,
    subtitle: Any = "",
    *,
    names: tuple[str, str] = ("Voted alike", "Voted apart"),
    source_note: str = "",
) -> Figure:
    """Draw a stroke for each vote: over its topic's line where `alike` is true, under it where it is false.

    Votes of about one day are stacked. One of which it is not known is an open circle under the line. The last
    column counts.
    """
    reading = read(table, title, needed="x topic", numbers="", x=x, topic=topic, alike=alike)
    return Votes(reading, title, names).finished(subtitle, source_note)


class Votes(Chart):
    """Lay out a strip for each topic."""

    kind = "votes"

    def __init__(self, reading: Reading, title: Any, names: tuple[str, str]) -> None:
        super().__init__(reading, title)
        self.names = tuple(str(name) for name in names)
        self.topics: dict[str, list[dict[str, Any]]] = {}
        for each in sorted(reading.lines, key=lambda each: place(each["x"])):
            if each["alike"] not in (True, False, None):
                field = reading.columns["alike"]
                raise self.fault(f"field “{field}” holds “{each['alike']}”", "true, false or blank")
            self.topics.setdefault(words.readable(str(each["topic"])), []).append(each)
        named = [words.readable(str(name)) for name in reading.names("topic")]
        self.topics = {name: self.topics[name] for name in named}
        places = [place(each["x"]) for each in reading.lines]
        self.span = min(places), max(places)

    def draw(self, width: float) -> Sheet:
        rows = Rows(list(self.topics), width, LABEL_WIDTH)
        right = max(width_of(self._count(votes), weight=BOLD) for votes in self.topics.values()) + 10
        across = Plot(Box(rows.left, 20, width - rows.left - right, 1), self.span, (0,), 1)
        stacks = [self._stacks(across, votes) for votes in self.topics.values()]
        most = max(level + 1 for up, down in stacks for _, level, _ in (*up, *down))
        unit = min(9.0, max(1.8, 40.0 / most))
        high = [[(max((level for _, level, _ in side), default=0) + 1) * unit for side in pair] for pair in stacks]
        tall = rows.heights([up + down + 8 for up, down in high])
        names = zip(self.names, (TEAL, GOLD), ("above the line", "below"), strict=True)
        entries = [(f"{name}, {side}", look, "bar") for name, look, side in names]
        sheet, top = keyed(22 + sum(tall), width, entries)
        plot = across._replace(area=across.area._replace(height=sum(tall)))
        plot.frame(sheet, across_ticks(self.reading, self.span, plot.area.width), [""])
        for at, votes in enumerate(self.topics.values()):
            line = rows.write(sheet, at, top, tall[at]) + (high[at][1] - high[at][0]) / 2
            sheet.stroke([plot.area.left, plot.area.right], [line] * 2, "axis", 0.9, order=3)
            for side, sign in zip(stacks[at], (1, -1), strict=True):
                self._strokes(sheet, side, line, sign * unit)
            sheet.text(width, line - 0.33 * TEXT, self._count(votes), "ink", weight=BOLD, ha="right")
            top -= tall[at]
        return sheet

    def _stacks(self, plot: Plot, votes: list[dict[str, Any]]) -> tuple[list[Vote], list[Vote]]:
        """Stack the votes that fall on one place along the axis, alike upward, apart downward, unknown last."""
        sides: tuple[list[Vote], list[Vote]] = ([], [])
        count: Counter[tuple[int, int]] = Counter()
        for each in sorted(votes, key=lambda each: each["alike"] is None):
            side = 0 if each["alike"] else 1
            column = int((plot.x(place(each["x"])) - plot.area.left) // COLUMN)
            x = plot.area.left + (column + 0.5) * COLUMN
            sides[side].append((x, count[side, column], each["alike"]))
            count[side, column] += 1
        return sides

    def _strokes(self, sheet: Sheet, votes: list[Vote], line: float, step: float) -> None:
        gap = 0.6 if abs(step) > 3 else 0.0
        known = [(x, line + level * step, line + (level + 1) * step) for x, level, alike in votes if alike is not None]
        if known:
            xs = [x for x, _, _ in known for _ in "ab"]
            ys = [y for _, start, end in known for y in (start, end - math.copysign(gap, step))]
            sheet.stroke(*broken(xs, ys), (TEAL if step > 0 else GOLD).job, COLUMN - 0.6)
        blank = [(x, line + (level + 0.5) * step) for x, level, alike in votes if alike is None]
        if blank:
            sheet.marks(*zip(*blank, strict=True), Look("muted", "o", ()), min(3.4, abs(step)), hollow=True)

    @staticmethod
    def _count(votes: list[dict[str, Any]]) -> str:
        known = [each["alike"] for each in votes if each["alike"] is not None]
        return f"{sum(known)} of {len(known)}"

    def note(self) -> str:
        blank = any(each["alike"] is None for each in self.reading.lines)
        said = f"At the right: {self.names[0][:1].lower()}{self.names[0][1:]}, of all that are known."
        return said + (" An open circle: not known." if blank else "")

    def told(self) -> list[str]:
        reading, name = self.reading, self.names[0][:1].lower() + self.names[0][1:]
        ordered = sorted(reading.lines, key=lambda each: place(each["x"]))
        topics = words.counted(len(self.topics), "topic")
        text = f"Strips of {words.counted(len(ordered), 'vote')} on {topics}, "
        sentences = [text + f"{reading.when(ordered[0])} to {reading.when(ordered[-1])}"]
        alike = [each for each in ordered if each["alike"]]
        said = f"{name}: {self._count(ordered)} votes"
        if alike:
            said += f", first {reading.dated(alike[0])}, last {reading.dated(alike[-1])}"
        unknown = sum(each["alike"] is None for each in ordered)
        sentences.append(said + (f"; not known: {unknown}" if unknown else ""))
        shown = list(self.topics.items())
        if len(shown) > FEW:
            share = {topic: self._share(votes) for topic, votes in shown}
            ranked = sorted(shown, key=lambda each: -share[each[0]])
            shown = [ranked[0], ranked[-1]]
        told = "; ".join(f"{topic}, {self._count(votes)}" for topic, votes in shown)
        sentences.append(told if len(self.topics) <= FEW else f"Most and least often: {told}")
        return sentences

    @staticmethod
    def _share(votes: list[dict[str, Any]]) -> float:
        known = [each["alike"] for each in votes if each["alike"] is not None]
        return sum(known) / len(known) if known else 0.0
