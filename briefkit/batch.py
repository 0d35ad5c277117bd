"""Run one template over the rows of a table: a dossier for each, and a page that lists them."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefkit import export, site
from briefkit.build import exported
from briefkit.cache import executed
from briefkit.data import LATEST, Data, open_data
from briefkit.errors import BriefError
from briefkit.package import find_data, key_fields
from briefkit.run import HINDSIGHT, TIME_LIMIT, blanks_of, parameters_of, read
from briefkit.tables import Table
from briefkit.workers import side_by_side

# A field that every table has in a condition: how many rows of other tables point at the row.
FACTS = "facts"
Facts = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Orders:
    """Hold what all dossiers of a batch share: the template, where they go, and how they are run."""

    template: Path
    folder: Path
    edition: str
    around: export.Place | None
    time_limit: int = TIME_LIMIT
    cold: bool = False
    fresh: bool = False


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
) -> Path:
    """Build a dossier for each row of a table that meets a condition, and return the folder written.

    What the template's parameters cell and its title name beside `as_of` and `hindsight` is taken from the row's fields
    of the same names. Dossiers go to ``build/dossiers/``, those of another day to ``build/<day>/dossiers/``, each under
    its row's key. One that fails stops none of the others; all are named at the end.
    """
    notebook = read(template)
    titled = blanks_of(notebook)
    wanted = [name for name in dict.fromkeys([*parameters_of(notebook), *titled]) if name not in ("as_of", HINDSIGHT)]
    source = find_data(template.resolve().parent)
    data = open_data(as_of, source)
    facts = _facts(data, over)
    rows = _rows(data, over, where, wanted, template, facts)
    edition = "" if as_of == LATEST else data.as_of.isoformat()
    home = (out or source.parent / "build") / edition
    # As with a brief that is built by itself: dossiers lead to a site only where there is one.
    around = site.dossier_place(edition, data) if (home / "index.html").is_file() else None
    orders = Orders(template, home / site.DOSSIERS, edition, around, time_limit, cold, fresh)
    faults = _built(orders, rows, report, workers, fail_fast)
    if around:
        dossiers = _listed(data, over, titled, orders.folder, facts)
        site.publish_dossiers(home, around, dossiers, _overview(orders, faults), data)
    if faults:
        raise BriefError.together(faults)
    return orders.folder


def _built(orders: Orders, rows: Mapping[str, dict[str, str]], *how: Any) -> list[BriefError]:
    """Build the dossiers side by side; give the faults of those that failed, each named by its row."""
    jobs = {name: (orders, name, fields) for name, fields in rows.items()}
    _, failed = side_by_side(build_dossier, jobs, *how)
    return [
        BriefError(name if fault.place == name else f"{name}: {fault.place}", fault.found, fault.expected, fault.remedy)
        for name, error in failed.items()
        for fault in error.faults
    ]


def build_dossier(orders: Orders, name: str, fields: Mapping[str, str]) -> tuple[None, str]:
    """Run the template with a row's fields and export it under the row's name; say what was written."""
    start = time.perf_counter()
    notebook = executed(orders.template, orders.edition, orders.time_limit, orders.cold, orders.fresh, fields)
    ran = time.perf_counter()
    _, sizes = exported(notebook, name, orders.folder, orders.around)
    return None, f"{name:<14} ran {ran - start:.2f} s, exported {time.perf_counter() - ran:.2f} s, {sizes}"


def _overview(orders: Orders, faults: list[BriefError]) -> dict[str, export.Figure]:
    """Draw the figures of the notebook beside the template that is named after it, where there is one."""
    path = orders.template.with_name(f"{orders.template.stem}-overview.ipynb")
    if not path.is_file():
        return {}
    try:
        notebook = executed(path, orders.edition, orders.time_limit, orders.cold, orders.fresh)
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
    if not len(chosen):
        asked = f"no row meets the condition “{where}”" if where else f"no row as of {data.as_of.isoformat()}"
        raise BriefError(f"table {over}", asked, "at least one row", "Widen --where.")
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
