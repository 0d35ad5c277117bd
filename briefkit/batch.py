"""Run one template over the rows of a table: a dossier for each, and a page that lists them."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefkit import export, site
from briefkit.build import Task, done
from briefkit.cache import executed
from briefkit.data import LATEST, Data, open_data
from briefkit.errors import BriefError
from briefkit.package import find_data, key_fields
from briefkit.run import HINDSIGHT, TIME_LIMIT, blanks_of, parameters_of, read
from briefkit.tables import Table

# A field that every table has in a condition: how many rows of other tables point at the row.
FACTS = "facts"
Facts = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Edition:
    """Hold where the dossiers of one edition go, in which site, and what each row gives to the template."""

    day: str  # as_of, as it was asked for
    name: str  # of its folder: none for the latest
    home: Path
    around: export.Place | None
    rows: Mapping[str, Mapping[str, str]]


def batch(
    template: Path,
    over: str,
    where: str = "",
    as_of: str = LATEST,
    out: Path | None = None,
    time_limit: int = TIME_LIMIT,
    cold: bool = False,
    fresh: bool = False,
    report: Callable[[str], None] | None = None,
    workers: int = 0,
    fail_fast: bool = False,
    scheduler: str = "",
) -> Path:
    """Build a dossier for each row of a table that meets a condition, and return the folder written.

    What the template's parameters cell and its title name beside `as_of` and `hindsight` is taken from the row's fields
    of the same names. Dossiers go to ``build/dossiers/``, those of another day to ``build/<day>/dossiers/``, each under
    its row's key. `as_of` may be a range of days (START:END:MONTH): then each day has the rows that meet the condition
    that day. One that fails stops none of the others; all are named at the end.
    """
    notebook = read(template)
    titled = blanks_of(notebook)
    wanted = [name for name in dict.fromkeys([*parameters_of(notebook), *titled]) if name not in ("as_of", HINDSIGHT)]
    source = find_data(template.resolve().parent)
    out, asked = out or source.parent / "build", days(as_of)
    editions = [_edition(source, out, template, over, where, wanted, day) for day in asked]
    if not any(edition.rows for edition in editions):
        found = f"no row meets the condition “{where}”" if where else f"no row as of {as_of}"
        raise BriefError(f"table {over}", found, "at least one row", "Widen --where.")
    how = ("a4", time_limit, cold, fresh)
    tasks = {
        f"{edition.name} {name}" if len(asked) > 1 else name: Task(
            template, name, edition.home / site.DOSSIERS, edition.name, edition.around, *how, fields
        )
        for edition in editions
        for name, fields in edition.rows.items()
    }
    _, failed = done(tasks, source.parent, report, workers, fail_fast, scheduler)
    faults = [_named(name, fault) for name, error in failed.items() for fault in error.faults]
    for edition in editions:
        if edition.around and edition.rows:
            _publish(edition, open_data(edition.day, source), template, over, titled, how, faults)
    if faults:
        raise BriefError.together(faults)
    return out if len(asked) > 1 else editions[0].home / site.DOSSIERS


def _edition(source: Path, out: Path, template: Path, over: str, where: str, wanted: list[str], day: str) -> Edition:
    data = open_data(day, source)
    name = "" if day == LATEST else data.as_of.isoformat()
    home = out / name
    # As with a brief that is built by itself: dossiers lead to a site only where there is one.
    around = site.dossier_place(name, data) if (home / "index.html").is_file() else None
    return Edition(day, name, home, around, _rows(data, over, where, wanted, template, _facts(data, over)))


def days(as_of: str) -> list[str]:
    """Give the days of a range START:END:MONTHS, or the one day that it is; the last of a month leads to last days.

    >>> days("2001-01-31:2001-04-30:1")
    ['2001-01-31', '2001-02-28', '2001-03-31', '2001-04-30']
    >>> days("2001-01-30:2001-12-31:4"), days("latest")
    (['2001-01-30', '2001-05-30', '2001-09-30'], ['latest'])
    """
    if ":" not in as_of:
        return [as_of]
    place, form = f"--as-of {as_of}", "START:END:MONTHS, as 2021-04-30:2022-04-30:1"
    try:
        first, last, months = as_of.split(":")
        start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    except ValueError:
        raise BriefError(place, "no range of days", form) from None
    if not (months.isascii() and months.isdigit() and int(months)):
        raise BriefError(place, f"{months!r} is no number of months", "1 or more", f"Write {form}.")
    if end < start:
        raise BriefError(place, "it ends before it begins", form)
    steps = range(0, 12 * (end.year - start.year) + end.month - start.month + 1, int(months))
    return [day.isoformat() for day in (_later(start, step) for step in steps) if day <= end]


def _later(day: dt.date, months: int) -> dt.date:
    """Give the same day some months later: the last of a month where it was one, or where the month is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    ends = monthrange(day.year + years, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return dt.date(day.year + years, month + 1, ends if is_last else min(day.day, ends))


def _named(name: str, fault: BriefError) -> BriefError:
    """Name the row in a fault of its dossier."""
    place = name if fault.place == name else f"{name}: {fault.place}"
    return BriefError(place, fault.found, fault.expected, fault.remedy)


def _publish(
    edition: Edition, data: Data, template: Path, over: str, titled: list[str], how: tuple, faults: list[BriefError]
) -> None:
    """Write the page that lists an edition's dossiers."""
    dossiers = _listed(data, over, titled, edition.home / site.DOSSIERS, _facts(data, over))
    overview = _overview(template, edition.name, how, faults)
    site.publish_dossiers(edition.home, edition.around, dossiers, overview, data)


def _overview(template: Path, edition: str, how: tuple, faults: list[BriefError]) -> dict[str, export.Figure]:
    """Draw the figures of the notebook beside the template that is named after it, where there is one."""
    path = template.with_name(f"{template.stem}-overview.ipynb")
    if not path.is_file():
        return {}
    try:
        notebook = executed(path, edition, *how[1:])
    except BriefError as error:
        faults.append(error)
        return {}
    blocks = export.document(notebook, path.stem).blocks
    return {block.cell: block for block in blocks if isinstance(block, export.Figure)}


def _rows(
    data: Data, over: str, where: str, wanted: list[str], template: Path, facts: Facts
) -> dict[str, dict[str, str]]:
    """Map each chosen row's name to what the template wants of it."""
    known = [field.name for field in data[over].fields]
    for name in wanted:
        if name not in known:
            raise BriefError(
                f"{template.parent.name}/{template.name}",
                f"“{name}” is no field of the table {over}",
                f"one of: {', '.join(known)}",
                "Name a parameter, or what stands in braces in the title, after a field.",
            )
    names = _names(data[over], data)
    counts = [sum(number for _, number in facts.get(name, ())) for name in names]
    chosen = data[over].assign(**{FACTS: counts}).where(where)
    lines = chosen.lines(*wanted) if wanted else [[]] * len(chosen)
    return {
        name: dict(zip(wanted, map(_text, line), strict=True))
        for name, line in zip(_names(chosen, data), lines, strict=True)
    }


def _facts(data: Data, over: str) -> Facts:
    """Map each row's name to the tables that hold facts about it, with their numbers."""
    about = data.about(over)
    found: Facts = {}
    for name, (table, number) in zip(_names(about, data, over), about.lines("table", "rows"), strict=True):
        found.setdefault(name, []).append((table, number))
    return found


def _names(table: Table, data: Data, over: str = "") -> list[str]:
    """Name each row by its key, in letters that a file name may have."""
    keys = table.lines(*key_fields(data.package[over or table.name]))
    return [re.sub(r"[^\w.-]+", "-", "-".join(map(_text, key))).strip(".-") for key in keys]


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, dt.date) else str(value)


def _listed(data: Data, over: str, titled: list[str], folder: Path, facts: Facts) -> list[site.Dossier]:
    """List the dossiers that stand in the folder in the order of what their titles call them."""
    names = _names(data[over], data)
    called = [" ".join(map(_text, line)) for line in data[over].lines(*titled)] if titled else names
    standing = [
        site.Dossier(name, words, facts.get(name, []))
        for name, words in zip(names, called, strict=True)
        if (folder / f"{name}.html").is_file()
    ]
    return sorted(standing, key=lambda dossier: dossier.called.casefold())
