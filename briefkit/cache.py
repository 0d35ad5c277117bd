"""Keep executed copies of briefs, each for as long as everything stays the same that could change a result.

A copy is named by the code and roles of the notebook, the edition, the toolkit, the lock, the descriptor of the data
and Python's version; it holds the content of the tables that the run read and the code of the notebooks that it
borrowed from. Prose is no part of it: an edited sentence is shown with the results that are there.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from briefkit.errors import BriefError
from briefkit.files import digest, digest_of, keep_within, read_sealed, write_sealed
from briefkit.package import digests, find_data, validate
from briefkit.prose import roles
from briefkit.run import NO_PARAMETERS, TIME_LIMIT, execute, list_corrections, prepared, tidy
from briefkit.stamps import ALWAYS_READ, of_text

# What a result can depend on: all that a kernel loads, and what asks it.
KERNEL_SIDE = (
    *("errors", "files", "facts", "package", "tables", "prose", "data"),
    *("displays", "charts", "claims", "loans", "kernels", "run"),
)
BOUND = 256 * 2**20  # bytes that the copies of a project may fill


def executed(
    path: Path,
    as_of: str = "",
    time_limit: int = TIME_LIMIT,
    cold: bool = False,
    fresh: bool = False,
    parameters: Mapping[str, str | bool] = NO_PARAMETERS,
) -> NotebookNode:
    """Give a brief with the results of a run: of an earlier one where nothing has changed, unless `fresh`.

    Parameters stand in the code, so each set of them has a copy of its own.
    """
    return executed_with_reads(path, as_of, time_limit, cold, fresh, parameters)[0]


def executed_with_reads(
    path: Path,
    as_of: str = "",
    time_limit: int = TIME_LIMIT,
    cold: bool = False,
    fresh: bool = False,
    parameters: Mapping[str, str | bool] = NO_PARAMETERS,
) -> tuple[NotebookNode, dict[str, Any]]:
    """Give beside it what the run read: names of `tables`, and `lenders`, each notebook with a name for its code."""
    notebook = prepared(path, as_of, parameters)
    try:
        data = find_data(path.resolve().parent)
    except BriefError:  # a notebook from elsewhere has no project to keep a copy in
        return execute(path, as_of, time_limit, cold, parameters)[0], {"tables": [], "lenders": {}}
    validate(data)
    place = data.parent / "build" / ".runs" / f"{path.stem}-{_name(notebook, data)[:32]}.json"
    now = digests(data)
    kept = None if fresh else _kept(place)
    if kept and _still_good(kept, now, data, as_of):
        filled = _filled(notebook, nbformat.from_dict(kept["notebook"]))
        list_corrections(filled, path)  # they are no part of a copy: the list of changes grows by itself
        return filled, kept
    codes = {f"notebooks/{other.name}": of_text(other).code for other in (data.parent / "notebooks").glob("*.ipynb")}
    made, read = execute(path, as_of, time_limit, cold, parameters)
    lenders = {name: codes[name] for name in read if name in codes}
    tables = [name for name in read if name not in codes]
    latest = "" if as_of else _latest(data, json.dumps(now))
    reads = {"tables": tables, "lenders": lenders}
    _keep(place, {**reads, "digests": now, "latest": latest, "notebook": made})
    return made, reads


def _name(notebook: NotebookNode, data: Path) -> str:
    """Name all that a result depends on, but for the tables' content."""
    code = [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    asked = sorted({role for cell in notebook.cells if cell.cell_type == "markdown" for role in roles(cell.source)})
    lock = data.parent / "requirements.lock"
    parts = [code, asked, _toolkit(), sys.version, digest_of(data / "datapackage.json")]
    parts.append(digest_of(lock) if lock.is_file() else "")
    return digest(json.dumps(parts).encode())


@functools.cache
def _toolkit() -> str:
    """Name the content of the modules that a result depends on."""
    whole = hashlib.sha256()
    home = Path(__file__).parent
    for name in KERNEL_SIDE:
        for file in sorted((home / name).iterdir()) if (home / name).is_dir() else [home / f"{name}.py"]:
            if file.is_file():
                whole.update(file.name.encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()


def _still_good(kept: dict[str, Any], now: dict[str, str], data: Path, as_of: str) -> bool:
    if any(of_text(data.parent / name).code != code for name, code in kept["lenders"].items()):
        return False
    changed = {
        name.removesuffix(".csv") for name in {*now, *kept["digests"]} if now.get(name) != kept["digests"].get(name)
    }
    if changed & {*kept["tables"], *ALWAYS_READ}:
        return False
    # Any table may move the day that "latest" means.
    return not changed or bool(as_of) or _latest(data, json.dumps(now)) == kept["latest"]


@functools.lru_cache(1)
def _latest(data: Path, state: str) -> str:
    """Give the day that "latest" means, for as long as the tables' `state` is the same: a batch asks once."""
    from briefkit.data import LATEST, Data  # here: what is as it was needs no pandas

    return Data(data, LATEST).latest.isoformat()


def _filled(notebook: NotebookNode, made: NotebookNode) -> NotebookNode:
    """Put kept results into a notebook whose code and roles are the same and whose prose may not be."""
    results = {item["expression"]: item for cell in made.cells for item in cell.metadata.get("user_expressions", ())}
    codes = iter([cell for cell in made.cells if cell.cell_type == "code"])
    for cell in notebook.cells:
        if cell.cell_type == "code":
            done = next(codes)
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
        elif cell.cell_type == "markdown":
            cell.metadata.pop("user_expressions", None)
            if asked := roles(cell.source):
                cell.metadata["user_expressions"] = [results[expression] for expression in asked]
    tidy(notebook)
    return notebook


def _kept(place: Path) -> dict[str, Any] | None:
    content = read_sealed(place)
    return None if content is None else json.loads(content)


def _keep(place: Path, entry: dict[str, Any]) -> None:
    text = json.dumps(entry, ensure_ascii=False)
    if write_sealed(place, text):
        keep_within(BOUND, place.parent, len(text))
