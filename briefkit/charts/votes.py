"""A strip of votes for each topic: alike over the line and apart under it, through time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import BOLD, GOLD, TEAL, TEXT, Look, width_of
from briefkit.charts.plot import Plot, across_ticks
from briefkit.charts.reading import Reading, place, read
from briefkit.charts.room import spread
from briefkit.charts.rows import Rows
from briefkit.charts.sheet import Box, Sheet, keyed
from briefkit.tables import Table

LABEL_WIDTH = 150.0
HALF = 9.0  # points: the height of a vote over or under the line of its topic
FEW = 8  # topics that are told one by one


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

    A vote of which it is not known stands on the line as an open circle. The last column counts.
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
        tall = rows.heights([2 * HALF + 8] * len(self.topics))
        entries = [(self.names[0], TEAL, "bar"), (self.names[1], GOLD, "bar")]
        sheet, under_key = keyed(22 + sum(tall), width, [(f"{n}, {s}", *rest) for (n, *rest), s in
                                 zip(entries, ("above the line", "below"), strict=True)])  # fmt: skip
        right = max(width_of(self._count(votes), weight=BOLD) for votes in self.topics.values()) + 10
        plot = Plot(Box(rows.left, 20, width - rows.left - right, sum(tall)), self.span, (0,), 1)
        plot.frame(sheet, across_ticks(self.reading, self.span, plot.area.width), [""])
        top = under_key
        for at, (votes, height) in enumerate(zip(self.topics.values(), tall, strict=True)):
            middle = rows.write(sheet, at, top, height)
            sheet.stroke([plot.area.left, plot.area.right], [middle] * 2, "axis", 0.9, order=3)
            self._strip(sheet, plot, votes, middle)
            sheet.text(width, middle - 0.33 * TEXT, self._count(votes), "ink", weight=BOLD, ha="right")
            top -= height
        return sheet

    def _strip(self, sheet: Sheet, plot: Plot, votes: list[dict[str, Any]], middle: float) -> None:
        """Draw the votes of a topic, moved apart where they fell on nearly one day."""
        for answer, look in ((True, TEAL), (False, GOLD), (None, None)):
            of = [each for each in votes if each["alike"] is answer]
            wide = min(4.0, plot.area.width / max(len(of), 1))
            wanted = [plot.x(place(each["x"])) for each in of]
            for x in spread(wanted, [wide] * len(of), plot.area.left, plot.area.right):
                if look is None:
                    sheet.marks([x], [middle], Look("muted", "o", ""), 4, hollow=True)
                else:
                    sheet.box(x - wide / 2 + 0.3, middle if answer else middle - HALF, wide - 0.6, HALF, look.job)

    @staticmethod
    def _count(votes: list[dict[str, Any]]) -> str:
        known = [each["alike"] for each in votes if each["alike"] is not None]
        return f"{sum(known)} of {len(known)}"

    def note(self) -> str:
        blank = any(each["alike"] is None for each in self.reading.lines)
        said = f"At the right: how many {self.names[0][:1].lower()}{self.names[0][1:]}."
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
            said += f", first on {reading.when(alike[0])}, last on {reading.when(alike[-1])}"
        unknown = sum(each["alike"] is None for each in ordered)
        sentences.append(said + (f"; not known: {unknown}" if unknown else ""))
        shown = list(self.topics.items())
        if len(shown) > FEW:
            share = {topic: self._share(votes) for topic, votes in shown}
            ranked = sorted(shown, key=lambda each: -share[each[0]])
            shown = [ranked[0], ranked[-1]]
        told = "; ".join(f"{topic} {self._count(votes)}" for topic, votes in shown)
        sentences.append(told if len(self.topics) <= FEW else f"Most and least often: {told}")
        return sentences

    @staticmethod
    def _share(votes: list[dict[str, Any]]) -> float:
        known = [each["alike"] for each in votes if each["alike"] is not None]
        return sum(known) / len(known) if known else 0.0
