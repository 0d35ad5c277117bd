"""What concerns the whole collection: orphaned drawings, unused names and sources, tables past their review."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from briefkit.check.finding import Brief, Finding, proper_names
from briefkit.package import resources, rows
from briefkit.run import figures
from briefkit.wording import used_names

CITABLE = ("title", "publisher")
_WORD = re.compile(r"[\w-]+")


def findings(root: Path, briefs: list[Brief]) -> Iterator[Finding]:
    """Report what no brief uses, and what none could cite."""
    made = {f"{brief.name}-{cell}.svg" for brief in briefs for cell, _ in figures(brief.notebook)}
    for file in sorted((root / "figures").glob("*")):
        if file.name not in made:
            yield _finding(f"figures/{file.name}", "figure", "no notebook makes this figure", "Delete it.")
    sources = [cell.source for brief in briefs for cell in brief.stored.cells]
    for name in proper_names(root):
        start = name.partition("#")[0].strip()
        if not any(start in source and used_names(source, [name]) for source in sources):
            yield _finding(
                "pyproject.toml, tool.briefkit.names", "name", f"no brief uses “{name}”", "Take it off the list."
            )
    yield from _sources(root / "data")


def _finding(place: str, kind: str, what: str, remedy: str, warning: bool = False) -> Finding:
    return Finding("collection", place, kind, what, remedy, warning)


def _sources(folder: Path) -> Iterator[Finding]:
    tables = resources(folder)
    if "sources" not in tables:
        return
    used = set().union(*(_words(folder, table) for name, table in tables.items() if name != "sources"))
    for line in rows(folder, tables["sources"]).values():
        place = f"data/{tables['sources']['path']}, row {line['source_id']}"
        if line["source_id"] not in used:
            yield _finding(
                place, "source", "no row of any table rests on this source", "Remove it, or cite it where it belongs."
            )
        elif missing := [name for name in CITABLE if not line.get(name, "").strip()]:
            yield _finding(
                place,
                "source",
                f"cited, and it has no {' and no '.join(missing)}",
                "Complete it, so that a reader can find it.",
            )


def _words(folder: Path, table: dict[str, Any]) -> set[str]:
    """List the words in a table: a row cites a source in a field of its own, a note may name one."""
    lines = rows(folder, table).values()
    return {word for line in lines for cell in line.values() for word in _WORD.findall(cell or "")}


def reviews(folder: Path, today: dt.date) -> Iterator[Finding]:
    """Warn of tables past the day by which somebody should have looked at them again."""
    for table in resources(folder).values():
        day = table.get("review_after", "")
        if day and dt.date.fromisoformat(day) < today:
            yield Finding(
                "data", f"data/{table['path']}", "review", f"was to be looked at again after {day}",
                "Look for newer facts, and move its review_after.", warning=True,
            )  # fmt: skip
