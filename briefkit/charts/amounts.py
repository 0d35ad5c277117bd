"""Charts of amounts side by side: bars, columns through time, stacked parts, and matched pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from briefkit.charts import words
from briefkit.charts.figure import Figure, finish
from briefkit.charts.house import (
    BOLD,
    GOLD,
    LEADING,
    PALE,
    SLATE,
    TEAL,
    TEXT,
    WIDTH,
    Look,
    balanced,
    country_look,
    looks,
    style,
    width_of,
)
from briefkit.charts.lines import FLAG_MARGIN, across_ticks, draw_flags, flags_of
from briefkit.charts.reading import Reading, day_of, place, read, read_marks
from briefkit.charts.sheet import Box, Plot, Room, Sheet, key_height, number_ticks
from briefkit.errors import BriefError
from briefkit.tables import Table

LINE_HEIGHT = TEXT * LEADING
UNKNOWN = "not known"
LABEL_WIDTH = 175.0
FEW_COLUMNS = 12


def bars(
    table: Table | Sequence[Table],
    x: str,
    y: str,
    title: Any,
    subtitle: Any = "",
    *,
    by: str | None = None,
    stack: bool = False,
    highlight: Any = (),
    marks: Sequence[Any] = (),
    source_note: str = "",
) -> Figure:
    """Draw a bar for each `x` from zero: lying where x is a name, standing where x is a day or a year.

    `by` sets bars side by side, or end to end with ``stack=True``; `highlight` names the x values to point out.
    An unknown value is said to be unknown. `marks` are events (day, text) over standing bars.
    """
    reading = read(table, title, x=x, y=y, by=by)
    events, mark_rows = read_marks(marks)
    chosen = [highlight] if isinstance(highlight, str) or not isinstance(highlight, Sequence) else list(highlight)
    lying = reading.across in ("text", "number")
    chart = (_Bars if lying else _Columns)(
        reading, stack, [day_of(each) for each in chosen] if not lying else chosen, title
    )
    with style():
        sheet = chart.draw(WIDTH, events)
    return finish(
        sheet.canvas,
        reading.tables,
        title,
        f"{words.sentence(str(subtitle) or reading.measure())} {chart.note()}".strip(),
        kind="bars",
        alt=chart.alt(),
        fields=list(reading.fields.values()),
        lines=reading.values,
        rows=mark_rows,
        source_note=source_note,
    )


class _Amounts:
    """Hold amounts by x and series, and say them in words."""

    def __init__(self, reading: Reading, stack: bool, highlight: list[Any], title: Any) -> None:
        self.reading, self.stack = reading, stack
        self.looks = looks(reading.names("by"))
        self.xs = list(dict.fromkeys(each["x"] for each in reading.lines))
        self.values: dict[Any, dict[str, float | None]] = {x: {} for x in self.xs}
        for each in reading.lines:
            name = each.get("by", "")
            if name in self.values[each["x"]]:
                raise BriefError(
                    f"chart “{title}”",
                    f"two values of “{reading.columns['y']}” for {reading.when(each)} {name}".rstrip(),
                    "one value for each bar",
                    "Add them up with total(…), or tell them apart with by=.",
                )
            self.values[each["x"]][name] = each["y"]
        order = list(self.looks)
        self.values = {
            x: dict(sorted(parts.items(), key=lambda part: order.index(part[0]))) for x, parts in self.values.items()
        }
        self.highlight = [getattr(each, "value", each) for each in highlight]
        missing = [each for each in self.highlight if each not in self.values]
        if missing:
            raise BriefError(f"chart “{title}”", f"nothing to highlight at {missing[0]}", "an x that is drawn")
        if stack and any((value or 0) < 0 for parts in self.values.values() for value in parts.values()):
            raise BriefError(
                f"chart “{title}”", "a part below zero in a stack", "parts that add up", "Draw without stack=True."
            )

    def look(self, x: Any, name: str) -> Look:
        """Choose the colour: by series, else by what is pointed out."""
        if name or len(self.looks) > 1:
            return self.looks[name]
        look = country_look(str(x)) or TEAL
        return look if x in self.highlight or not self.highlight else PALE

    @cached_property
    def totals(self) -> dict[Any, float | None]:
        """Add up each stack; give the single value elsewhere. A stack with an unknown part has no total."""
        return {
            x: None if any(value is None for value in parts.values()) else sum(parts.values())
            for x, parts in self.values.items()
        }

    def extremes(self) -> tuple[float, float]:
        """Give the lowest and highest end of a bar, zero included."""
        if self.stack:
            ends = [sum(value or 0 for value in parts.values()) for parts in self.values.values()]
        else:
            ends = [value or 0 for parts in self.values.values() for value in parts.values()]
        return min(0, *ends), max(0, *ends)

    def note(self) -> str:
        """Say what the marks do not show by themselves."""
        return ""

    def said(self, value: float | None) -> str:
        """Say a value as prose would."""
        return self.reading.said(value, role="y")

    def alt(self) -> str:
        """Describe the chart in two to four sentences, from the values drawn."""
        reading, several = self.reading, len(self.looks) > 1
        kind = "Stacked bar chart" if self.stack and several else "Bar chart"
        unit = "group" if several and not self.stack else "bar"
        text = f"{kind} of {reading.measure()}, {words.counted(len(self.xs), unit)}"
        if reading.across in ("day", "year"):
            text += f", {reading.said(min(self.xs))} to {reading.said(max(self.xs))}"
        totals = self.totals
        known = {x: value for x, value in totals.items() if value is not None}
        sentences = [text, self._told(totals if several and not self.stack else known)]
        unknown = [reading.said(x) for x, parts in self.values.items() for value in parts.values() if value is None]
        if unknown:
            sentences.append(f"Not known: {words.listing(list(dict.fromkeys(unknown)))}")
        return " ".join(words.sentence(each) for each in sentences)

    def _told(self, totals: dict[Any, float | None]) -> str:
        reading, several = self.reading, len(self.looks) > 1
        if len(totals) <= 10:
            parts = []
            for x in totals:
                inside = ", ".join(
                    f"{self.said(value)} {name}"
                    for name, value in self.values[x].items()
                    if value is not None and several
                )
                total = self.said(totals[x]) if self.stack or not several else ""
                parts.append(f"{reading.said(x)} {total}{f' ({inside})' if inside and total else inside}".strip())
            return "; ".join(parts)
        order = sorted((x for x in totals if totals[x] is not None), key=lambda x: -totals[x])
        most = ", ".join(f"{reading.said(x)} {self.said(totals[x])}" for x in order[:3])
        return f"Largest: {most}; smallest: {reading.said(order[-1])} {self.said(totals[order[-1]])}"


class _Bars(_Amounts):
    """Lay out lying bars, one row for each name."""

    def draw(self, width: float, events: list[Any]) -> Sheet:
        """Draw at a width in points."""
        several, stacked = len(self.looks) > 1, self.stack
        names = [balanced(self.reading.said(x), min(LABEL_WIDTH, 0.4 * width)) for x in self.xs]
        left = max(width_of(line) for lines in names for line in lines) + 8
        thick = 10.0 if len(self.xs) > 20 or (several and not stacked) else 13.0
        tall = [
            max((thick if stacked else thick * len(self.values[x])) + 5, len(lines) * LINE_HEIGHT + 3)
            for x, lines in zip(self.xs, names, strict=True)
        ]
        entries = [(name, look, "bar") for name, look in self.looks.items()]
        key = key_height(entries, width)
        sheet = Sheet(key + sum(tall) + 6, width)
        if key:
            sheet.key(sheet.height, entries)
        low, high = self.extremes()
        edge = max(width_of(self.said(value), weight=BOLD) for value in [*self.totals.values(), low, high]) + 8
        area = Box(left + (edge if low < 0 else 0), 4, width - left - edge * (2 if low < 0 else 1), sum(tall))
        scale = area.width / ((high - low) or 1)
        zero, top = area.left - low * scale, area.top
        for x, lines, height in zip(self.xs, names, tall, strict=True):
            middle = top - height / 2
            self._row(sheet, x, zero, middle, scale, thick)
            sheet.lines(
                left - 8, middle + len(lines) * LINE_HEIGHT / 2 - 0.6, [(line, "ink", 400) for line in lines], "right"
            )
            top -= height
        sheet.stroke([zero, zero], [area.bottom, area.top], "axis", 0.9)
        return sheet

    def _row(self, sheet: Sheet, x: Any, zero: float, middle: float, scale: float, thick: float) -> None:
        parts = self.values[x]
        if self.stack:
            at = zero
            for name, value in parts.items():
                at = self._part(sheet, at, (value or 0) * scale, middle, thick, self.look(x, name), value)
            sheet.text(at + 4, middle - 0.33 * TEXT, self.said(self.totals[x]), "ink", weight=BOLD)
            return
        top = middle + thick * len(parts) / 2
        for name, value in parts.items():
            look = self.look(x, name)
            top -= thick
            baseline = top + thick / 2 - 0.33 * TEXT
            if value is None:
                sheet.text(zero + 4, baseline, UNKNOWN, "muted", italic=True)
                continue
            length = value * scale
            sheet.box(min(zero, zero + length), top + 0.5, abs(length), thick - 1, look.job)
            weight = BOLD if x in self.highlight else 400
            ends = (zero + length - 4, "right") if value < 0 else (zero + length + 4, "left")
            sheet.text(ends[0], baseline, self.said(value), "ink", weight=weight, ha=ends[1])

    def _part(
        self, sheet: Sheet, at: float, length: float, middle: float, thick: float, look: Look, value: float | None
    ) -> float:
        if length:
            sheet.box(at, middle - thick / 2, max(length - 0.8, 0.4), thick, look.job)
        text = self.said(value)
        if value and width_of(text) + 5 < length:
            job = "on-gold" if look.job == "gold" else "ground"
            sheet.text(at + length / 2, middle - 0.33 * TEXT, text, job, ha="center")
        return at + length


class _Columns(_Amounts):
    """Lay out standing bars along days or years."""

    def draw(self, width: float, events: list[Any]) -> Sheet:
        """Draw at a width in points."""
        ticks = number_ticks(*self.extremes())
        texts = [words.said(tick, self.reading.unit()) for tick in ticks]
        left, body, right = max(map(width_of, texts)) + 7, 190.0, FLAG_MARGIN if events else 8.0
        places = sorted(place(x) for x in self.xs)
        nearest = min((after - before for before, after in zip(places, places[1:], strict=False)), default=1)
        margin = nearest / 2
        ends = [places[0] - margin, places[-1] + margin, *(place(event.x) for event in events)]
        span = (min(ends), max(ends))
        flags = flags_of(events, span, width - left - right, right)
        entries = [(name, look, "bar") for name, look in self.looks.items()]
        key = key_height(entries, width)
        sheet = Sheet(key + (28 if events else 14) + flags[1] + body + 24, width)
        if key:
            sheet.key(sheet.height, entries)
        plot = Plot(Box(left, 20, width - left - right, body), span, ticks, max(ticks[-1], self.extremes()[1]))
        plot.frame(sheet, self._across(span, plot), texts)
        draw_flags(sheet, plot, flags[0], Room(plot.area), lift=14)  # over the values on the columns
        thick = max(0.78 * (plot.x(places[0] + nearest) - plot.x(places[0])), 1.6)
        for x in self.xs:
            self._column(sheet, plot, x, min(thick, 46))
        return sheet

    def _across(self, span: tuple[float, float], plot: Plot) -> list[tuple[float, str]]:
        """Name each column where there is room, else days or years along the axis."""
        named = sorted((place(x), self.reading.said(x)) for x in self.xs)
        places = [plot.x(at) for at, _ in named]
        step = min((after - before for before, after in zip(places, places[1:], strict=False)), default=99)
        if self.reading.across == "year" and step > width_of("2000") + 5:
            return named
        return across_ticks(self.reading, span, plot.area.width)

    def _column(self, sheet: Sheet, plot: Plot, x: Any, thick: float) -> None:
        parts, centre = self.values[x], plot.x(place(x))
        each = thick if self.stack else thick / len(parts)
        left, base = centre - thick / 2, 0.0
        for name, value in parts.items():
            look = self.look(x, name)
            if value is None:
                sheet.marks([left + each / 2], [plot.y(0) + 5], Look("pale", "o", ""), 4, hollow=True)
            else:
                start, end = sorted((plot.y(base), plot.y(base + value)))
                sheet.box(left, start, max(each - 0.6, 0.8), end - start, look.job)
            if self.stack:
                base += value or 0
            else:
                left += each
        total = self.totals[x]
        roomy = len(self.xs) <= FEW_COLUMNS and thick / 0.78 > self.widest + 4
        told = x in self.highlight or (not self.highlight and (roomy or x == self.tallest))
        if total is not None and told and (self.stack or len(parts) == 1):
            y = plot.y(total) + 3 if total >= 0 else plot.y(total) - TEXT
            sheet.text(centre, y, self.said(total), "ink", weight=BOLD, ha="center")

    @cached_property
    def widest(self) -> float:
        """Measure the widest value."""
        known = [self.said(value) for value in self.totals.values() if value is not None]
        return max((width_of(text, weight=BOLD) for text in known), default=0)

    @cached_property
    def tallest(self) -> Any:
        """Give the x of the highest column."""
        return max(self.xs, key=lambda x: -math.inf if self.totals[x] is None else self.totals[x])

    def note(self) -> str:
        """Say what an open circle means, where there is one."""
        blank = any(value is None for parts in self.values.values() for value in parts.values())
        return f"An open circle: {UNKNOWN}." if blank else ""


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
    chart = _Pairs(reading, names or (reading.measure("y"), reading.measure("z")))
    with style():
        sheet = chart.draw(WIDTH)
    return finish(
        sheet.canvas,
        reading.tables,
        title,
        words.sentence(str(subtitle) or " and ".join(chart.names)),
        kind="pairs",
        alt=chart.alt(),
        fields=list(reading.fields.values()),
        lines=reading.values,
        source_note=source_note,
    )


class _Pairs:
    """Lay out matched pairs, one row each."""

    def __init__(self, reading: Reading, names: tuple[str, str]) -> None:
        self.reading, self.names = reading, tuple(str(name) for name in names)
        first, second = (country_look(name) for name in self.names)
        # Two names of one country: the first is what was done to it, the second what it did.
        first = first if first != second else None
        self.first = first or (SLATE if second else TEAL)._replace(marker="o")
        self.second = second or (SLATE if first else GOLD)._replace(marker="s")

    def draw(self, width: float) -> Sheet:
        """Draw at a width in points."""
        lines = self.reading.lines
        labels = [balanced(self.reading.when(each), min(LABEL_WIDTH + 30, 0.42 * width)) for each in lines]
        left = max(width_of(line) for label in labels for line in label) + 8
        tall = [max(15.0, len(label) * LINE_HEIGHT + 3) for label in labels]
        groups = self.reading.names("by") if "by" in self.reading.columns else []
        entries = [(self.names[0], self.first, "hollow"), (self.names[1], self.second, "dot")]
        key = key_height(entries, width)
        sheet = Sheet(key + 2 + sum(tall) + len(groups) * 22, width)
        self.marks = [
            (self.first, 8.5, True, []),
            (self.second, 5.0, False, []),
            (self.first, 5.0, True, []),
            (self.second, 5.0, True, []),
        ]
        sheet.key(sheet.height, entries)
        most = max((each[role] or 0 for each in lines for role in "yz"), default=0) or 1
        unknown = any(each[role] is None for each in lines for role in "yz")
        edge = width_of(words.said(most), weight=BOLD) + 12
        area = Box(left + edge, 0, width - left - 2 * edge - (54 if unknown else 0) - 16, 1)
        top, group = sheet.height - key, None
        for each, label, height in zip(lines, labels, tall, strict=True):
            if groups and each["by"] != group:
                group = each["by"]
                sheet.text(0, top - 15, group, "ink", weight=BOLD)
                top -= 22
            middle = top - height / 2
            sheet.lines(
                left - 8, middle + len(label) * LINE_HEIGHT / 2 - 0.6, [(line, "ink", 400) for line in label], "right"
            )
            self._pair(sheet, each, area, most, middle)
            top -= height
        sheet.stroke([area.left] * 2, [0, sheet.height - key], "axis", 0.9, order=0)
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

    def alt(self) -> str:
        """Describe the pairs in two to four sentences, from the values drawn."""
        both = [each for each in self.reading.lines if each["y"] is not None and each["z"] is not None]
        first, second = (
            name[:1].lower() + name[1:] if name[1:2].islower() and not country_look(name) else name
            for name in self.names
        )
        sentences = [f"Chart of {words.counted(len(self.reading.lines), 'pair')}: {first}, against {second}"]
        same = sum(each["y"] == each["z"] for each in both)
        less = sum(each["z"] < each["y"] for each in both)
        counts = f"both numbers are equal in {same} of the {len(both)} pairs where both are known"
        sentences.append(f"{counts}, the second is smaller in {less} and larger in {len(both) - same - less}")
        if len(self.reading.lines) <= 8:
            sentences.append("; ".join(self._told(each) for each in self.reading.lines))
        elif both:
            widest = max(both, key=lambda each: abs(each["y"] - each["z"]))
            sentences.append(f"The widest gap: {self._told(widest)}")
        blank = [self.reading.when(each) for each in self.reading.lines if each["y"] is None or each["z"] is None]
        if blank and len(self.reading.lines) > 8:
            sentences.append(f"A number is not known for {words.listing(blank)}")
        return " ".join(words.sentence(each) for each in sentences)

    def _told(self, each: dict[str, Any]) -> str:
        return f"{self.reading.when(each)}, {words.said(each['y'])} and {words.said(each['z'])}"
