"""The data package as files: where it is, what its descriptor says, and whether every table keeps to it."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from briefkit.errors import BriefError
from briefkit.files import digest, digest_of


def find_data(start: Path | None = None) -> Path:
    """Find the data folder of the project that the working folder is in."""
    here = (start or Path.cwd()).resolve()
    for place in (here, *here.parents):
        if (place / "data" / "datapackage.json").is_file():
            return place / "data"
    raise BriefError(
        str(here),
        "no data/datapackage.json here or above",
        "a folder inside the project",
        "Start from the project's folder.",
    )


def briefs(root: Path) -> list[Path]:
    """List the notebooks of a project that are briefs, in alphabetical order."""
    found = sorted((root / "notebooks").glob("*.ipynb"))
    if not found:
        raise BriefError(str(root / "notebooks"), "no notebooks", "at least one brief", "Add one: see CONTRIBUTING.md.")
    return found


def descriptor(folder: Path) -> dict[str, Any]:
    """Read datapackage.json."""
    path = folder / "datapackage.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BriefError(str(path), f"not readable as JSON ({error})", "a Data Package descriptor") from None


def resources(folder: Path) -> dict[str, dict[str, Any]]:
    """Describe each table by its name."""
    return {resource["name"]: resource for resource in descriptor(folder)["resources"]}


def key_fields(resource: dict[str, Any]) -> list[str]:
    """Name the fields of a table's primary key."""
    return listed(resource["schema"].get("primaryKey", []))


def rows(folder: Path, resource: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Read a table as text: the fields of each row by its key, whose parts are joined by ``|``."""
    with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
        return {"|".join(line[name] or "" for name in key_fields(resource)): line for line in csv.DictReader(file)}


def listed(names: str | Sequence[str]) -> list[str]:
    """Make a list of one name or several."""
    return [names] if isinstance(names, str) else list(names)


def digests(folder: Path) -> dict[str, str]:
    """Name the content of the descriptor and of each table file by a hash."""
    paths = sorted([folder / "datapackage.json", *folder.glob("*.csv")])
    return {path.name: digest_of(path) for path in paths}


def checked(folder: Path) -> Path:
    """Name the file that says that the tables, as they are, have passed the check."""
    return folder.parent / "build" / ".checked" / digest(json.dumps(digests(folder)).encode())[:32]


def validate(folder: Path) -> None:
    """Check every table against the package's schema and report all faults together, or raise nothing.

    frictionless is the authority; what it does not know (an empty table) is checked beside it. Tables that
    did not change since they last passed are not checked again.
    """
    stamp = checked(folder)
    if stamp.exists():
        return
    faults = list(_faults(folder))
    if faults:
        raise BriefError.together(faults)
    with contextlib.suppress(OSError):  # a read-only project is checked each time
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()


def _faults(folder: Path) -> Iterator[BriefError]:
    tables = resources(folder)
    for resource in tables.values():
        path = folder / resource["path"]
        if not path.is_file():
            yield BriefError(
                f"data/{resource['path']}",
                "no such file",
                "the table that datapackage.json names",
                "Add the file, or take the table out of datapackage.json.",
            )
        elif not _has_rows(path):
            yield BriefError(
                f"data/{resource['path']}",
                "no rows",
                "at least one row",
                "Add a row, or take the table out of datapackage.json.",
            )
    from frictionless import Package, system  # loaded only when a table changed

    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    for error in report.errors:
        yield BriefError("data/datapackage.json", error.note)
    for task in report.tasks:
        resource, file = tables.get(task.name, {}), f"data/{Path(task.place).name}"
        labels = next((error.labels for error in task.errors if error.type.endswith("-label")), None)
        if labels is not None:  # with a wrong first line every later fault is a consequence
            yield from _label_faults(resource, file, labels)
        elif (folder / resource["path"]).is_file() and _has_rows(folder / resource["path"]):
            yield from (_fault(resource, file, error) for error in task.errors)


def _label_faults(resource: dict[str, Any], file: str, labels: list[str]) -> Iterator[BriefError]:
    names = [field["name"] for field in resource["schema"]["fields"]]
    where = f"{file}, row 1"
    for name in names:
        if name not in labels:
            yield BriefError(
                where, f"no column “{name}”", "the columns that datapackage.json names", "Add the column and its cells."
            )
    for label in labels:
        if label not in names:
            yield BriefError(
                where,
                f"unknown column “{label}”",
                "the columns that datapackage.json names",
                "Remove it, or describe it in datapackage.json.",
            )
    if sorted(labels) == sorted(names):
        yield BriefError(
            where, f"the columns stand in another order: {', '.join(labels)}", ", ".join(names), "Move the columns."
        )
    elif set(labels) == set(names):
        yield BriefError(where, "a column stands twice", "each column once", "Remove one of the two.")


def _has_rows(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.reader(file)) > 1
    except UnicodeDecodeError:
        return True  # frictionless names the fault


# What to say for each kind of fault: found, expected, remedy. Braces are filled from the fault.
_MESSAGES = {
    "type-error": ("“{cell}” is not {type}", "", "Write {example}."),
    "primary-key": (
        "the key {key} stands in another row too",
        "each key once",
        "Remove or rename one of the two rows.",
    ),
    "foreign-key": (
        "“{cell}” is not in {reference}",
        "a key of that table",
        "Add it there first, or mend the spelling.",
    ),
    "encoding": ("not UTF-8 text", "UTF-8", "Save the file as “CSV UTF-8”."),
    "blank-row": ("an empty line", "a row", "Delete the line."),
    "missing-cell": ("too few cells: “{field}” is missing", "a cell for each column", "Add the missing comma."),
    "extra-cell": ("more cells than columns", "a cell for each column", "Quote a text that holds a comma."),
}
_TYPES = {
    "integer": ("a whole number", "digits, such as 10"),
    "number": ("a number", "digits, such as 10.5"),
    "date": ("a date", "an existing day as 2021-04-15"),
    "boolean": ("true or false", "true or false"),
    "year": ("a year", "a year as 2021"),
}


def _fault(resource: dict[str, Any], file: str, error: Any) -> BriefError:
    """Put frictionless's finding into the project's words."""
    kind = "encoding" if "codec can't decode" in error.note or "encoding" in error.type else error.type
    row, field, cell = (getattr(error, name, "") for name in ("row_number", "field_name", "cell"))
    if kind == "foreign-key":
        field, cell = ", ".join(error.field_names), ", ".join(map(str, error.field_cells))
    place = file + (f", row {row}" if row else "") + (f', field "{field}"' if field else "")
    if kind == "constraint-error":
        return _constraint_fault(place, field, cell, error.note)
    if kind not in _MESSAGES:
        return BriefError(place, error.note)
    fields = resource["schema"]["fields"]
    types = {item["name"]: item["type"] for item in fields}
    named, example = _TYPES.get(types.get(field, ""), ("a valid value", "a value that the field's type allows"))
    cells = dict(zip(types, getattr(error, "cells", ()), strict=False))
    fills = {
        "field": field,
        "cell": cell,
        "type": named,
        "example": example,
        "key": "|".join(str(cells.get(name, "")) for name in key_fields(resource)),
        "reference": getattr(error, "reference_name", "") or Path(file).stem,
    }
    return BriefError(place, *(text.format(**fills) for text in _MESSAGES[kind]))


def _constraint_fault(place: str, field: str, cell: str, note: str) -> BriefError:
    if "required" in note:
        sourceless = "Name a row of sources.csv; a row without a source does not enter."
        remedy = sourceless if field == "source_id" else "Fill the cell."
        return BriefError(place, "blank", "a value in every row", remedy)
    rule = note.split("constraint")[1].split(" and the cell")[0].strip(' "') if "constraint" in note else note
    return BriefError(
        place, f"“{cell}” breaks the rule {rule}", "", "Correct the cell, or the rule in datapackage.json."
    )
