"""What a chart reads from tables: the values of each role, in the order of the rows, and only rows that are drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from briefkit.charts import words
from briefkit.errors import BriefError
from briefkit.facts import Fact, Row, united
from briefkit.tables import Field, Table

YEARS = range(1000, 3000)


@dataclass(frozen=True)
class Reading:
    """Hold the values to draw: for each line a value by role (x, y, by, …), beside fields and tables."""

    tables: tuple[Table, ...]
    columns: dict[str, str]
    fields: dict[str, Field]
    lines: list[dict[str, Any]]

    @property
    def values(self) -> list[list[Any]]:
        """List the values column by column as the chart's data hand them out."""
        return [[line[role] for role in self.columns] for line in self.lines]

    def names(self, role: str) -> list[str]:
        """List a role's values as names, each once, in row order."""
        return list(dict.fromkeys(line[role] for line in self.lines)) if role in self.columns else [""]

    def unit(self, role: str = "y") -> str:
        """Give the unit in which a role is measured."""
        return self.fields[role].unit

    def measure(self, role: str = "y") -> str:
        """Say what a role measures, with its unit where the name does not hold it."""
        field = self.fields[role]
        name = field.title or field.name.replace("_", " ")
        name = name if name[1:2].isupper() else name[:1].lower() + name[1:]
        return name if not field.unit or field.unit.lower() in name.lower() else f"{name} ({field.unit})"

    @property
    def across(self) -> str:
        """Name what x is: day, year, number or text."""
        values = [line["x"] for line in self.lines]
        if all(isinstance(value, dt.date) for value in values):
            return "day"
        if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
            field = self.fields["x"]
            dated = field.type == "year" or field.name.endswith("year")
            return "year" if dated and all(value in YEARS for value in values) else "number"
        return "text"

    @property
    def points(self) -> tuple[str, str]:
        """Name one point along x, and several."""
        return {"day": ("date", "dates"), "year": ("year", "years")}.get(self.across, ("point", "points"))

    def when(self, line: dict[str, Any], role: str = "x") -> str:
        """Say a line's x as prose would: a date only as precisely as its row states it."""
        return self.said(line[role], line.get("precision") or "day", role)

    def dated(self, line: dict[str, Any]) -> str:
        """Say when, with its preposition: on 1 March 2001, in March 2001, in 2001, at 7."""
        whole = isinstance(line["x"], dt.date) and (line.get("precision") or "day") == "day"
        return f"{'on' if whole else 'at' if self.across in ('number', 'text') else 'in'} {self.when(line)}"

    def said(self, value: Any, precision: str = "day", role: str = "x") -> str:
        """Say a value of a role as prose would; a year has no comma."""
        if isinstance(value, dt.date):
            return words.day(value, precision)
        return str(value) if role == "x" and self.across == "year" else words.said(value, self.unit(role))


def read(
    table: Table | Sequence[Table], title: Any, needed: str = "x", numbers: str = "y", **roles: str | None
) -> Reading:
    """Read columns by role; a row without the needed role cannot be drawn and is left out, evidence included."""
    tables = (table,) if isinstance(table, Table) else tuple(table)
    columns = {role: column for role, column in roles.items() if column}
    tables = tuple(_with_known(each, [columns[role] for role in needed.split()]) for each in tables)
    precision = "date_precision" + columns["x"].removeprefix("date")
    known = {field.name for each in tables for field in each.fields}
    lines: list[dict[str, Any]] = []
    for each in tables:
        asked = list(columns.values()) + ([precision] if columns["x"].startswith("date") and precision in known else [])
        named = [*columns, "precision"][: len(asked)]
        lines += [dict(zip(named, line, strict=True)) for line in each.lines(*asked)]
    if not lines:
        names = ", ".join(each.name for each in tables) or "no table"
        raise BriefError(
            f"chart “{title}”", f"no row of {names} to draw", "at least one row", "Widen the condition of where(…)."
        )
    fields = {role: tables[0].field(column) for role, column in columns.items()}
    for role in numbers.split():
        _must_be_numbers(lines, role, fields, title)
    for role in ("by", "panel", "label"):
        for line in lines:
            if role in line:
                line[role] = words.readable(words.said(line[role]))
    for line in lines:
        if isinstance(line["x"], str):
            line["x"] = words.readable(line["x"])
    return Reading(tables, columns, fields, lines)


def _with_known(table: Table, columns: list[str]) -> Table:
    for column in columns:
        if any(value is None for (value,) in table.lines(column)):
            table = table.where(f"{column}.notna()")
    return table


def _must_be_numbers(lines: list[dict[str, Any]], role: str, fields: dict[str, Field], title: Any) -> None:
    for line in lines:
        value = line.get(role)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise BriefError(
                f"chart “{title}”", f"field “{fields[role].name}” holds “{value}”", "numbers", "Choose another field."
            )


def place(value: Any) -> float:
    """Give the position of a date or a number on its axis."""
    return float(value.toordinal()) if isinstance(value, dt.date) else float(value)


class Moment(NamedTuple):
    """Hold a day as precisely as its row states it: drawn in the middle of a month or year of which no day is known.

    >>> moment = Moment(dt.date(2001, 6, 1), "month")
    >>> moment.at.isoformat(), moment.text, moment.dated
    ('2001-06-15', 'June 2001', 'in June 2001')
    """

    day: dt.date
    precision: str | None = "day"

    @property
    def is_whole(self) -> bool:
        """Tell whether the day itself is known."""
        return self.precision not in ("month", "year")

    @property
    def drawn(self) -> str:
        """Say where it is drawn if the day is not known: mid-month or mid-year."""
        return "" if self.is_whole else f"mid-{self.precision}"

    @property
    def at(self) -> dt.date:
        """Give the day to draw at."""
        middles = {"month": self.day.replace(day=15), "year": self.day.replace(month=7, day=1)}
        return middles.get(self.precision or "day", self.day)

    @property
    def text(self) -> str:
        """Say it as prose would."""
        return words.day(self.day, self.precision or "day")

    @property
    def dated(self) -> str:
        """Say it with its preposition."""
        return f"{'on' if self.is_whole else 'in'} {self.text}"


class Limit(NamedTuple):
    """Hold a reference line: its value, its words, and the day from which it holds."""

    value: float
    text: str
    start: Any = None
    panel: str = ""
    short: str = ""  # where many panels share the rest of the words


def read_limits(limits: Any, panels: str | None) -> tuple[list[Limit], tuple[Row, ...]]:
    """Read reference lines from a table (fields limit, binds_from) or from (value, text, start) tuples."""
    if limits is None:
        return [], ()
    if isinstance(limits, Table):
        known = {field.name for field in limits.fields}
        found = []
        for (value,), at in zip(limits.lines("limit"), range(len(limits)), strict=True):
            start = limits.lines("binds_from")[at][0] if "binds_from" in known else None
            panel = words.readable(str(limits.lines(panels)[at][0])) if panels in known else ""
            since = f" binds from {words.day(start)}" if start else ""
            text = words.said(value)
            found.append(Limit(value, f"Cap of {text}{since}", start, panel, f"Cap {text}"))
        return found, limits.rows
    found, rows = [], []
    for limit in limits:
        rows += [part.rows for part in limit if isinstance(part, Fact)]
        value, text, *start = (part.value if isinstance(part, Fact) else part for part in limit)
        found.append(Limit(value, str(text), day_of(start[0]) if start else None))
    return found, united(*rows)


class Mark(NamedTuple):
    """Hold an event named over the plot."""

    x: Any
    text: str


def read_marks(marks: Sequence[Any]) -> tuple[list[Mark], tuple[Row, ...]]:
    """Read events from (day, text) pairs; facts bring their rows."""
    rows = [part.rows for mark in marks for part in mark if isinstance(part, Fact)]
    return [Mark(day_of(day), str(text)) for day, text in marks], united(*rows)


def day_of(value: Any) -> Any:
    """Take a day as a fact, a date, or a text like 2021-04-15."""
    value = value.value if isinstance(value, Fact) else value
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
