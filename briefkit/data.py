"""An edition's data: the package of tables as of a day, each row tied to the sources that support it."""

from __future__ import annotations

import datetime as dt
import functools
import json
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from briefkit.errors import BriefError
from briefkit.facts import Fact, Row, Source
from briefkit.package import digests, find_data, key_fields, listed, resources, validate
from briefkit.tables import ROWS, Field, Table

LATEST = "latest"
KNOWN = "known_on"
# The tables that this process has handed out and the notebooks that it borrowed from ("notebooks/<brief>.ipynb"):
# a run stays good for as long as they do.
READ: set[str] = set()
# The edition that a borrowed brief works with, whatever folder it stands in.
LENT: ContextVar[Data | None] = ContextVar("lent", default=None)
QUOTABLE = {"verified": "", "verified in translation": ", in translation"}


class Files:
    """Hold what the files of a package say, whatever the edition: read once for as long as none of them changes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.package = folder, resources(folder)
        self.tables: dict[tuple[dt.date, bool], dict[str, Table]] = {}
        self._frames: dict[str, pd.DataFrame] = {}
        self._days: dict[str, pd.Series] = {}
        self._told: dict[str, pd.DataFrame] = {}
        dated = [name for name, resource in self.package.items() if resource.get("as_of")]
        self.latest = max(day.date() for day in (self.days(name).max() for name in dated) if not pd.isna(day))

    def frame(self, name: str) -> pd.DataFrame:
        """Read a table."""
        if name not in self._frames:
            self._frames[name] = _read(self.folder, self.package[name])
        return self._frames[name]

    def days(self, name: str) -> pd.Series:
        """Give the day that each row of a table reports."""
        if name not in self._days:
            self._days[name] = _days(self.frame(name), self.package[name]["as_of"])
        return self._days[name]

    @functools.cached_property
    def _sources(self) -> dict[str, Source]:
        frame = self.frame("sources").fillna("")
        names = {field: "source_id" if field == "id" else field for field in Source.__slots__}
        return {
            line["source_id"]: Source(**{field: line[name] for field, name in names.items()})
            for line in frame.to_dict("records")
        }

    @functools.cached_property
    def _further(self) -> dict[tuple[str, str], list[str]]:
        """Map a row to the further sources that agree with it."""
        found: dict[tuple[str, str], list[str]] = {}
        for line in self.frame("support").to_dict("records") if "support" in self.package else ():
            if line["relation"] != "contradicts":
                found.setdefault((line["table"], line["key"]), []).append(line["source_id"])
        return found

    @functools.cached_property
    def _disagreements(self) -> dict[tuple[str, str], list[str]]:
        """Map a row to a sentence for each disagreement between sources about it."""
        found: dict[tuple[str, str], list[str]] = {}
        frame = self.frame("disagreements") if "disagreements" in self.package else pd.DataFrame()
        for line in frame.fillna("").to_dict("records"):
            text = (
                f"{line['topic']}: {line['value_a']} ({self._publisher(line['source_a'])}) "
                f"or {line['value_b']} ({self._publisher(line['source_b'])}); used here: {line['preferred']}"
            )
            found.setdefault((line["table"], line["key"]), []).append(text)
        return found

    def _publisher(self, source_id: str) -> str:
        source = self._sources.get(source_id)
        return (source.publisher or source.title) if source else source_id

    def told(self, name: str) -> pd.DataFrame:
        """Read a table and tie each of its rows to its sources."""
        if name not in self._told:
            frame = self.frame(name)
            keys = zip(*(frame[field].map(_key_text) for field in key_fields(self.package[name])), strict=True)
            own = [frame[field] if field in frame else [""] * len(frame) for field in ("source_id", "support")]
            rows = [(self._row(name, "|".join(key), *stated),) for key, *stated in zip(keys, *own, strict=True)]
            self._told[name] = frame.assign(**{ROWS: rows})
        return self._told[name]

    def _row(self, table: str, key: str, source_id: str, support: str) -> Row:
        ids = [source_id, *self._further.get((table, key), ())] if source_id else []
        sources = tuple(self._sources[name] for name in dict.fromkeys(ids))
        return Row(table, key, support, sources, tuple(self._disagreements.get((table, key), ())))


@functools.lru_cache(4)
def _files(folder: Path, state: str) -> Files:
    """Share what was read between editions and, by a fork, between kernels, while the files' `state` is the same."""
    return Files(folder)


class Data:
    """Open a data package as of a day; index it by a table's name."""

    def __init__(self, folder: Path, as_of: str, hindsight: bool = True) -> None:
        self.folder, self.hindsight = folder, hindsight
        self._files = _files(folder, json.dumps(digests(folder)))
        self.package = resources(folder)
        # The briefs that have been borrowed from over this edition, as far as they ran.
        self.lenders: dict[str, Any] = {}
        self.latest = self._files.latest
        self.as_of = self._day(as_of)

    def __repr__(self) -> str:
        return f"{len(self.package)} tables as of {self.as_of.isoformat()}"

    def __getitem__(self, name: str) -> Table:
        self._resource(name)
        READ.add(name)
        known = self._files.tables.setdefault((self.as_of, self.hindsight), {})
        if name not in known:
            known[name] = self._table(name)
        table = known[name]  # a shallow copy: what a notebook does to its frame is its own affair
        return Table(name, table.frame.copy(deep=False), dict(table._fields), table.as_of, table.day_field)

    def _table(self, name: str) -> Table:
        resource = self.package[name]
        frame, day_field = self._files.told(name), resource.get("as_of", "")
        if day_field:
            frame = frame[self._files.days(name) <= pd.Timestamp(self.as_of)]
        if KNOWN in frame:
            late = frame[KNOWN] > pd.Timestamp(self.as_of)
            frame = frame.assign(**{ROWS: _marked(frame, late)}) if self.hindsight else frame[~late]
        fields = {
            field["name"]: Field(field["name"], field.get("title", ""), field.get("unit", ""), field["type"])
            for field in resource["schema"]["fields"]
        }
        return Table(name, frame, fields, self.as_of, day_field)

    def quote(self, quote_id: str) -> Fact:
        """Quote words exactly as `quotes` holds them; words that were not verified may only be paraphrased."""
        line = self["quotes"].where(quote_id=quote_id)
        words, state = line.pick("text"), line.pick("verification").value
        if state not in QUOTABLE:
            raise BriefError(
                f"data/quotes.csv, row {quote_id}",
                f"the quotation is {state}",
                "verified words",
                "Paraphrase it in your own words.",
            )
        speaker = line.pick("speaker").value
        return Fact(words.value, "", words.rows, f"words of {speaker}{QUOTABLE[state]}", self.as_of, "quote")

    def name(self, code: str, in_text: bool = False) -> str:
        """Give a country's English name for a code; `in_text` adds the article ("the United States")."""
        return str(self["countries"].pick("in_text" if in_text else "name", code=code).value)

    def with_names(self, table: Table, *fields: str) -> Table:
        """Put countries' names in place of their codes, for a chart's labels or a table's cells."""
        names = dict(self["countries"].lines("code", "name"))
        return table.assign(**{field: [names.get(code, code) for (code,) in table.lines(field)] for field in fields})

    def about(self, name: str, **equal: Any) -> Table:
        """Count the facts about each row of a table: the rows of other tables that point at it by a foreign key.

        One line for each key and table, with the fields of the key, ``table``, ``title`` and ``rows``; a row that
        points twice is counted once, and only rows that state their support are facts.
        """
        key = key_fields(self._resource(name))[0]
        found: dict[tuple[str, str], dict[Row, None]] = {}
        for other, resource in self.package.items():
            pointing = _pointing(resource, name, key)
            table = self[other] if pointing else None
            for field in pointing:
                for value, rows in zip(table.frame[field], table.frame[ROWS], strict=True):
                    if not pd.isna(value):
                        found.setdefault((str(value), other), {}).update(dict.fromkeys(rows))
        lines = [[code, other, self._title(other), len(rows), tuple(rows)] for (code, other), rows in found.items()]
        frame = pd.DataFrame(lines, columns=[key, "table", "title", "rows", ROWS])
        return Table(f"about {name}", frame, {}, self.as_of).where(**equal)

    def _resource(self, name: str) -> dict[str, Any]:
        if name not in self.package:
            raise BriefError("data/datapackage.json", f"no table “{name}”", f"one of: {', '.join(self.package)}")
        return self.package[name]

    def _title(self, name: str) -> str:
        return str(self.package[name].get("title") or name)

    def _day(self, as_of: str) -> dt.date:
        if as_of == LATEST:
            return self.latest
        try:
            day = dt.date.fromisoformat(as_of)
        except (TypeError, ValueError):
            raise BriefError(f"as_of {as_of!r}", "not a day", "“latest” or a date like 2021-04-30") from None
        if day > self.latest:
            raise BriefError(
                f"as_of {as_of}",
                f"later than the last day that any row reports, {self.latest}",
                "a day that the tables reach",
                "Use “latest”.",
            )
        return day


def open_data(as_of: str = LATEST, folder: str | Path | None = None, hindsight: bool = True) -> Data:
    """Open the data package nearest to the working folder, checked, with the rows reported up to `as_of`.

    `as_of` is "latest" (the last day that any row reports, never the clock) or a date like "2021-04-30". A row that
    reports an earlier day and became public after `as_of` (its `known_on`) is hindsight: kept and marked, or left out
    where `hindsight` is False.
    """
    if not folder and (lent := LENT.get()):
        if as_of == lent.as_of.isoformat():
            return lent
        folder, hindsight = lent.folder, lent.hindsight
    folder = Path(folder) if folder else find_data()
    validate(folder)
    return Data(folder, as_of, hindsight)


def _pointing(resource: dict[str, Any], name: str, key: str) -> list[str]:
    """Name the fields of a table of facts that point at another table's key."""
    schema = resource["schema"]
    if not any(field["name"] == "support" for field in schema["fields"]):
        return []
    keys = [(listed(each["fields"]), each["reference"]) for each in schema.get("foreignKeys", [])]
    return [fields[0] for fields, there in keys if there["resource"] == name and listed(there["fields"]) == [key]]


def _read(folder: Path, resource: dict[str, Any]) -> pd.DataFrame:
    frame = pd.read_csv(folder / resource["path"], dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")
    for field in resource["schema"]["fields"]:
        name = field["name"]
        if field["type"] == "date":
            frame[name] = pd.to_datetime(frame[name])
        elif field["type"] in ("integer", "year"):
            frame[name] = pd.to_numeric(frame[name]).astype("Int64")
        elif field["type"] == "number":
            frame[name] = pd.to_numeric(frame[name])
        elif field["type"] == "boolean":
            frame[name] = frame[name].map({"true": True, "false": False}).astype("boolean")
    return frame


def _days(frame: pd.DataFrame, name: str) -> pd.Series:
    """Give the day that each row reports: a month or a year counts from its last day."""
    column = frame[name]
    if column.dtype.kind in "iu" or str(column.dtype) == "Int64":
        return pd.to_datetime(column.astype(str) + "-12-31")
    if "date_precision" not in frame:
        return column
    ends = {"month": column + pd.offsets.MonthEnd(0), "year": column + pd.offsets.YearEnd(0)}
    for precision, end in ends.items():
        column = column.where(frame["date_precision"] != precision, end)
    return column


def _marked(frame: pd.DataFrame, late: pd.Series) -> list[tuple[Row, ...]]:
    """Give the rows of a table, those that became public too late marked with the day on which they did."""
    return [
        (replace(rows[0], known_on=day.date().isoformat()),) if is_late else rows
        for rows, day, is_late in zip(frame[ROWS], frame[KNOWN], late, strict=True)
    ]


def _key_text(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else "" if pd.isna(value) else str(value)
