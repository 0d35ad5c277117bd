"""Tables that hand out facts: rows are chosen, summed, joined and grouped, and each line keeps where it came from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from briefkit.errors import BriefError
from briefkit.facts import Fact, Row, Truth, united
from briefkit.package import listed

ROWS = "_rows"


@dataclass(frozen=True, slots=True)
class Field:
    """Describe a column: what a chart's axis or a table's heading calls it, and its unit."""

    name: str
    title: str = ""
    unit: str = ""
    type: str = "string"


class Table:
    """Hold the rows of one table, or of a table derived from it, each line with the rows it came from."""

    def __init__(
        self, name: str, frame: pd.DataFrame, fields: dict[str, Field], as_of: dt.date, day_field: str = ""
    ) -> None:
        self.name, self.frame, self.as_of, self.day_field = name, frame, as_of, day_field
        self._fields = fields

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"{self.name}: {len(self)} rows, as of {self.as_of.isoformat()}"

    @property
    def rows(self) -> tuple[Row, ...]:
        """List the rows of the data package that the lines rest on, each once."""
        return united(*self.frame[ROWS])

    @property
    def fields(self) -> list[Field]:
        """Describe the columns in their order."""
        return [self.field(name) for name in self.frame.columns if name != ROWS]

    def field(self, name: str) -> Field:
        """Describe one column; a derived column is known by its name alone."""
        self._needs(name)
        return self._fields.get(name) or Field(name, name.replace("_", " "), "", _type_of(self.frame[name]))

    def _needs(self, *names: str) -> None:
        for name in names:
            if name not in self.frame.columns or name == ROWS:
                known = ", ".join(column for column in self.frame.columns if column != ROWS)
                raise BriefError(f"table {self.name}", f"no field “{name}”", f"one of: {known}")

    def _with(self, frame: pd.DataFrame, fields: dict[str, Field] | None = None) -> Table:
        return Table(self.name, frame, self._fields if fields is None else fields, self.as_of, self.day_field)

    # --- choosing rows -------------------------------------------------------------------------------------------

    def where(self, condition: str = "", **equal: Any) -> Table:
        """Keep the rows that meet a condition ("count > 5", in pandas' query words) and equal the given values.

        A value may be a list of values to accept; a date may be given as "2021-04-15"; None asks for a blank.
        """
        met = self._met(equal) if equal else None
        frame = self.frame if met is None else self.frame[met]
        return self._with(self._query(frame, condition) if condition else frame)

    def _met(self, equal: dict[str, Any]) -> Any:
        """Tell for each row whether it equals the given values."""
        self._needs(*equal)
        met = pd.Series(True, self.frame.index).to_numpy()
        for name, value in equal.items():
            column = self.frame[name]
            if value is None:
                met = met & column.isna().to_numpy()
                continue
            values = [
                item.value if isinstance(item, Fact) else item
                for item in (value if isinstance(value, (list, tuple, set)) else [value])
            ]
            if column.dtype.kind == "M":
                values = [pd.Timestamp(item) for item in values]
            met = met & column.isin(values).to_numpy(dtype=bool)
        return met

    def _query(self, frame: pd.DataFrame, condition: str) -> pd.DataFrame:
        return frame[self._mask(frame, condition)]

    def _mask(self, frame: pd.DataFrame, condition: str) -> pd.Series:
        try:
            return _evaluated(frame, condition).fillna(False).astype(bool)
        except Exception as error:  # pandas raises whatever the expression raises
            raise BriefError(
                f"table {self.name}",
                f"the condition “{condition}” fails: {error}",
                "an expression over the table's fields",
            ) from error

    def sort(self, *names: str, descending: bool = False) -> Table:
        """Order the rows by fields; equal ones keep their order."""
        self._needs(*names)
        return self._with(self.frame.sort_values(list(names), ascending=not descending, kind="stable"))

    def head(self, count: int) -> Table:
        """Keep the first rows."""
        return self._with(self.frame.head(count))

    def highest(self, name: str) -> Table:
        """Keep the row with the largest known value; the first of equals."""
        return self._extreme(name, "idxmax")

    def lowest(self, name: str) -> Table:
        """Keep the row with the smallest known value; the first of equals."""
        return self._extreme(name, "idxmin")

    def _extreme(self, name: str, method: str) -> Table:
        self._needs(name)
        known = self.frame[self.frame[name].notna()]
        self._must_have_rows(known, f"an extreme of “{name}”")
        return self._with(known.loc[[getattr(known[name], method)()]])

    def _must_have_rows(self, frame: pd.DataFrame, purpose: str) -> None:
        if frame.empty:
            raise BriefError(
                f"table {self.name}",
                f"no row left as of {self.as_of.isoformat()} for {purpose}",
                "at least one row",
                "Widen the condition, or write the sentence so that it may be none.",
            )

    # --- facts ---------------------------------------------------------------------------------------------------

    def pick(self, name: str, **equal: Any) -> Fact:
        """Make a fact of one cell; the conditions must leave exactly one row, with a known value."""
        return self._picked(name, self._met(equal), equal)

    def _picked(self, name: str, met: Any, equal: dict[str, Any]) -> Fact:
        """Make a fact of a cell in the one row that was chosen, without a copy of the row."""
        self._needs(name)
        places = met.nonzero()[0]
        if len(places) != 1:
            asked = ", ".join(f"{key}={value!s}" for key, value in equal.items()) or "no condition"
            raise BriefError(
                f"table {self.name}",
                f"{len(places)} rows where “{name}” is picked ({asked})",
                "exactly one row",
                "Name the row by its key.",
            )
        wanted = [field for field in (name, precision_field(name), ROWS) if field in self.frame]
        line = {field: self.frame[field].array[places[0]] for field in wanted}
        if pd.isna(line[name]):
            raise BriefError(
                f"table {self.name}, row {line[ROWS][0].key}",
                f"“{name}” is blank, so unknown",
                "a known value",
                "Say that it is unknown, or leave the row out.",
            )
        style = "year number" if name == "year" else _precision(line, name)
        return Fact(_plain(line[name]), self.field(name).unit, line[ROWS], name, self.as_of, style)

    def first(self, name: str) -> Fact:
        """Make a fact of a field in the earliest row."""
        return self._at_end(name, 0)

    def last(self, name: str) -> Fact:
        """Make a fact of a field in the newest row."""
        return self._at_end(name, -1)

    def _at_end(self, name: str, position: int) -> Fact:
        self._must_have_rows(self.frame, f"the {'first' if position == 0 else 'last'} “{name}”")
        days = self.frame[self.day_field]
        met = days == days.sort_values().iloc[position]
        return self._picked(name, met.to_numpy(dtype=bool, na_value=False), {})

    def max(self, name: str) -> Fact:
        """Make a fact of the largest known value."""
        return self.highest(name).pick(name)

    def min(self, name: str) -> Fact:
        """Make a fact of the smallest known value."""
        return self.lowest(name).pick(name)

    def sum(self, name: str) -> Fact:
        """Add a field up; refuse where a value is unknown, since the sum would be too low."""
        self._needs(name)
        blank = int(self.frame[name].isna().sum())
        if blank:
            raise BriefError(
                f"table {self.name}",
                f"{blank} of {len(self)} rows have no known “{name}”",
                "known values, or the sum would be too low",
                f"Leave them out with where('{name}.notna()') and say so.",
            )
        about = f"sum of {name} over {_count(len(self))}"
        return Fact(_plain(self.frame[name].sum()), self.field(name).unit, self.rows, about, self.as_of)

    def count(self, unit: str = "") -> Fact:
        """Count the rows."""
        return Fact(len(self), unit, self.rows, f"number of rows in {self.name}", self.as_of)

    def every(self, condition: str, says: str = "") -> Truth:
        """Tell whether a condition holds in every row; of no rows it is not true. `says` puts it into words."""
        mask = self._mask(self.frame, condition)
        return Truth(bool(len(mask) and mask.all()), self.rows, self._tally(says or condition, mask), self.as_of)

    def some(self, condition: str, says: str = "") -> Truth:
        """Tell whether a condition holds in at least one row; `says` puts it into words."""
        mask = self._mask(self.frame, condition)
        return Truth(bool(mask.any()), self.rows, self._tally(says or condition, mask), self.as_of)

    @staticmethod
    def _tally(words: str, mask: pd.Series) -> str:
        return f"{words}: {int(mask.sum())} of {_count(len(mask))}"

    def values(self, name: str) -> list[Any]:
        """List the known values of a field, each once, in row order."""
        self._needs(name)
        return [_plain(value) for value in self.frame[name].dropna().unique()]

    def lines(self, *names: str) -> list[list[Any]]:
        """List the values of fields line by line: numbers, texts, dates, and None where unknown."""
        self._needs(*names)
        return [
            [None if pd.isna(value) else _plain(value) for value in line]
            for line in self.frame[list(names)].itertuples(index=False)
        ]

    # --- derived tables ------------------------------------------------------------------------------------------

    def total(self, name: str, by: str | Sequence[str]) -> Table:
        """Add a field up within groups; each line of the result rests on the rows of its group."""
        self._needs(name, *listed(by))
        self.sum(name)  # refuses blanks
        return self._grouped(by, name, lambda group: group[name].sum(), self.field(name))

    def counts(self, by: str | Sequence[str]) -> Table:
        """Count the rows within groups, into a field named ``rows``."""
        self._needs(*listed(by))
        return self._grouped(by, "rows", len, Field("rows", "number of rows", "", "integer"))

    def _grouped(self, by: str | Sequence[str], name: str, work: Any, field: Field) -> Table:
        keys = listed(by)
        lines = []
        for values, group in self.frame.groupby(keys, sort=False, dropna=False):
            lines.append([*values, work(group), united(*group[ROWS])])
        frame = pd.DataFrame(lines, columns=[*keys, name, ROWS])
        for key in keys:
            frame[key] = frame[key].astype(self.frame[key].dtype)
        return self._with(frame, self._fields | {name: field})

    def join(self, other: Table, left: str, right: str, suffix: str = "_of", how: str = "inner") -> Table:
        """Set two tables side by side where `left` equals `right` of the other; each line rests on both rows.

        The other table's fields get the suffix. With how="left" a line without a partner keeps blanks.
        """
        self._needs(left)
        other._needs(right)
        theirs = other.frame.add_suffix(suffix)
        # A blank never finds a partner; pandas would join blank to blank.
        theirs = theirs[theirs[right + suffix].notna()]
        frame = self.frame.merge(theirs, left_on=left, right_on=right + suffix, how=how)
        pairs = zip(frame[ROWS], frame.pop(ROWS + suffix), strict=True)
        frame[ROWS] = [united(mine, their if isinstance(their, tuple) else ()) for mine, their in pairs]
        renamed = {
            name + suffix: Field(name + suffix, field.title, field.unit, field.type)
            for name, field in other._fields.items()
        }
        return self._with(frame, self._fields | renamed)

    def assign(self, **columns: Any) -> Table:
        """Add fields, each an expression over the others ("value / limit") or a list of values."""
        frame = self.frame
        for name, value in columns.items():
            made = _evaluated(frame, value) if isinstance(value, str) else value
            frame = frame.assign(**{name: made})
        fields = {name: field for name, field in self._fields.items() if name not in columns}
        return self._with(frame, fields)

    def label(self, name: str, title: str = "", unit: str = "") -> Table:
        """Say what a field is called and measured in, for axes, headings and panels."""
        field = self.field(name)
        return self._with(self.frame, self._fields | {name: Field(name, title or field.title, unit, field.type)})

    def pivot(self, index: str, columns: str, values: str) -> Table:
        """Spread one field's values over columns, one line for each value of `index`."""
        self._needs(index, columns, values)
        wide = self.frame.pivot(index=index, columns=columns, values=values)
        rows = self.frame.groupby(index, sort=False)[ROWS].agg(lambda group: united(*group))
        wide.columns = [str(column) for column in wide.columns]
        wide = wide.assign(**{ROWS: rows}).reset_index()
        unit = self.field(values).unit
        made = {
            column: Field(column, column, unit, self.field(values).type)
            for column in wide.columns
            if column not in (index, ROWS)
        }
        return self._with(wide, {index: self.field(index)} | made)


def _evaluated(frame: pd.DataFrame, expression: str) -> Any:
    """Evaluate an expression over the columns that it names: pandas would get every column ready first."""
    named = [column for column in frame.columns if column in set(re.findall(r"\w+", expression))]
    return (frame[named] if named and "`" not in expression else frame).eval(expression, engine="python")


def _plain(value: Any) -> Any:
    """Turn pandas' and numpy's scalars into Python's."""
    if isinstance(value, pd.Timestamp):
        return value.date()
    value = value.item() if hasattr(value, "item") else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _precision(line: Mapping[str, Any] | pd.Series, name: str) -> str:
    """Say how precise a row's date is, where that is coarser than a day."""
    precision = line.get(precision_field(name), "day") if isinstance(line[name], pd.Timestamp) else ""
    return "" if precision == "day" or not isinstance(precision, str) else precision


def precision_field(name: str) -> str:
    """Name the field that says how precise a date is; after a join both carry the same suffix."""
    return "date_precision" + name.removeprefix("date") if name.startswith("date") else ""


def _type_of(column: pd.Series) -> str:
    kind = column.dtype.kind
    return "date" if kind == "M" else "integer" if kind in "iu" else "number" if kind == "f" else "string"


def _count(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"
