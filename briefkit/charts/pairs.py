"""Two amounts for each row, matched on one scale: done, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure
from briefkit.charts.frame import Chart
from briefkit.charts.house import BOLD, GOLD, SLATE, TEAL, TEXT, country_look, width_of
from briefkit.charts.reading import Reading, read
from briefkit.charts.rows import Rows
from briefkit.charts.sheet import Box, Sheet, keyed
from briefkit.tables import Table

UNKNOWN = "not known"
LABEL_WIDTH = 205.0


def pairs(
    table: Table | Sequence[Table],
    x: str,
    y: tuple[str, str],
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    names: tuple[str, str] | None = None,
    source_note: str = "",
) -> Figure:
    """Draw two amounts for each row as a pair of marks on one scale from zero: expelled, and answered.

    `y` names the two fields, `names` what the reader calls them; `by` sets a heading over each group of rows. Equal
    amounts stand as one mark in a ring; an amount that is not known stays an open mark that says so.
    """
    reading = read(table, title, numbers="y z", x=x, y=y[0], z=y[1], by=by)
    names = names or (reading.measure("y"), reading.measure("z"))
    return Pairs(reading, title, names).finished(subtitle, source_note)


class Pairs(Chart):
    """Lay out matched pairs, one row each."""

    kind = "pairs"

    def __init__(self, reading: Reading, title: Any, names: tuple[str, str]) -> None:
        super().__init__(reading, title)
        self.names = tuple(str(name) for name in names)
        first, second = (country_look(name) for name in self.names)
        # Two names of one country: the first is what was done to it, the second what it did.
        first = first if first != second else None
        self.first = first or (SLATE if second else TEAL)._replace(marker="o")
        self.second = second or (SLATE if first else GOLD)._replace(marker="s")

    def measure(self) -> str:
        return " and ".join(self.names)

    def draw(self, width: float) -> Sheet:
        lines = self.reading.lines
        rows = Rows([self.reading.when(each) for each in lines], width, LABEL_WIDTH)
        tall = rows.heights([15.0] * len(lines))
        groups = self.reading.names("by") if "by" in self.reading.columns else []
        entries = [(self.names[0], self.first, "hollow"), (self.names[1], self.second, "dot")]
        sheet, under_key = keyed(2 + sum(tall) + len(groups) * 22, width, entries)
        self.marks = [
            (self.first, 8.5, True, []),
            (self.second, 5.0, False, []),
            (self.first, 5.0, True, []),
            (self.second, 5.0, True, []),
        ]
        most = max((each[role] or 0 for each in lines for role in "yz"), default=0) or 1
        unknown = any(each[role] is None for each in lines for role in "yz")
        edge = width_of(words.said(most), weight=BOLD) + 12
        area = Box(rows.left + edge, 0, width - rows.left - 2 * edge - (54 if unknown else 0) - 16, 1)
        top, group = under_key, None
        for at, (each, height) in enumerate(zip(lines, tall, strict=True)):
            if groups and each["by"] != group:
                group = each["by"]
                sheet.text(0, top - 15, group, "ink", weight=BOLD)
                top -= 22
            self._pair(sheet, each, area, most, rows.write(sheet, at, top, height))
            top -= height
        rows.zero(sheet, area.left, 0, under_key, order=0)
        for look, size, hollow, points in self.marks:
            if points:
                sheet.marks(*zip(*points, strict=True), look, size, hollow)
        return sheet

    def _pair(self, sheet: Sheet, each: dict[str, Any], area: Box, most: float, y: float) -> None:
        one, two = each["y"], each["z"]
        ends = {value: area.left + value / most * area.width for value in (one, two) if value is not None}
        sheet.stroke([area.left, min(ends.values(), default=area.left)], [y, y], "grid", 0.8, order=0)
        if len(ends) == 2:
            sheet.stroke(sorted(ends.values()), [y, y], "pale", 1.8, order=1)
        for value, marks in ((one, self.marks[0]), (two, self.marks[1])):
            if value is not None:
                marks[-1].append((ends[value], y))
        baseline, known, right = y - 0.33 * TEXT, sorted(ends), area.left
        if len(known) == 2:
            left = ends[known[0]] - 7.5
            if left - width_of(words.said(known[0]), weight=BOLD) < area.left + 3:
                left = min(left, area.left - 4)  # clear of the zero line
            sheet.text(left, baseline, words.said(known[0]), self._job(known[0], one), ha="right", weight=BOLD)
        if known:
            text = f"{words.said(one)} each" if one == two else words.said(known[-1])
            job = "ink" if one == two else self._job(known[-1], one)
            right = sheet.text(ends[known[-1]] + 7.5, baseline, text, job, weight=BOLD).right
        if one is None or two is None:
            self.marks[2 if one is None else 3][-1].append((right + 9, y))
            sheet.text(right + 15, baseline, UNKNOWN, "muted", italic=True)

    def _job(self, value: float, first: float | None) -> str:
        return self.first.text if value == first else self.second.text

    def told(self) -> list[str]:
        both = [each for each in self.reading.lines if each["y"] is not None and each["z"] is not None]
        first, second = (
            name[:1].lower() + name[1:] if name[1:2].islower() and not country_look(name) else name
            for name in self.names
        )
        sentences = [f"Chart of {words.counted(len(self.reading.lines), 'pair')}: {first}, against {second}"]
        same = sum(each["y"] == each["z"] for each in both)
        less = sum(each["z"] < each["y"] for each in both)
        counts = f"both numbers are equal in {same} of the {len(both)} pairs where both are known"
        counts += f", the second is smaller in {less} and larger in {len(both) - same - less}"
        sentences.append(counts if both else "in no pair are both numbers known")
        if len(self.reading.lines) <= 8:
            sentences.append("; ".join(self._told(each) for each in self.reading.lines))
        elif both:
            widest = max(both, key=lambda each: abs(each["y"] - each["z"]))
            sentences.append(f"The widest gap: {self._told(widest)}")
        blank = [self.reading.when(each) for each in self.reading.lines if each["y"] is None or each["z"] is None]
        if blank and len(self.reading.lines) > 8:
            sentences.append(f"A number is not known for {words.listing(blank)}")
        return sentences

    def _told(self, each: dict[str, Any]) -> str:
        return f"{self.reading.when(each)}, {words.said(each['y'])} and {words.said(each['z'])}"
