"""Take a number to its rows, and a row to every place that rests on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from briefkit.cache import executed
from briefkit.errors import BriefError
from briefkit.ledger import Entry, entries
from briefkit.package import find_data, key_fields, resources, rows

SHOWN = 10  # rows that a listing spells out


@dataclass(frozen=True)
class Trace:
    """Hold one place where evidence stands, and where else in its brief the same rows are used."""

    brief: str
    entry: Entry
    elsewhere: tuple[Entry, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the form for machines."""
        made = self.entry.evidence
        return {
            "brief": self.brief,
            "cell": self.entry.cell,
            "kind": self.entry.kind,
            "text": self.entry.text,
            "sentence": self.entry.around,
            "expression": self.entry.expression,
            "about": made.get("about", ""),
            "unit": made.get("unit", ""),
            "as_of": made.get("as_of", ""),
            "rows": sorted(map(list, self.entry.rows)),
            "support": made.get("support", ""),
            "sources": made.get("sources", []),
            "disagreements": made.get("disagreements", []),
            "elsewhere": [{"cell": other.cell, "kind": other.kind, "text": other.text} for other in self.elsewhere],
        }


def trace_value(path: Path, value: str, as_of: str = "") -> list[Trace]:
    """Find each place where a value stands in a brief as a reader sees it ("4,813", "10.9%").

    A value that stands only inside a longer composed text, a title or a claim is found there.
    """
    listed = entries(executed(path, as_of))
    found = [entry for entry in listed if entry.text.strip("“”") == value.strip("“”")]
    found = found or [entry for entry in listed if _holds(entry.text, value)]
    if not found:
        raise BriefError(
            f"{path.parent.name}/{path.name}",
            f"no value “{value}” in the brief",
            "a value as it stands in the prose",
            "Copy it from the page, with its commas and signs.",
        )
    return [Trace(path.stem, entry, tuple(_sharing(entry, listed))) for entry in found]


def trace_row(paths: Iterable[Path], table: str, key: str, as_of: str = "") -> list[Trace]:
    """Find every sentence, chart, table and claim of all briefs that rests on one row."""
    paths = list(paths)
    folder = find_data(paths[0].resolve().parent if paths else None)
    _known(folder, table, key)
    return [
        Trace(path.stem, entry)
        for path in paths
        for entry in entries(executed(path, as_of))
        if (table, key) in entry.rows and not _wraps(entry)
    ]


def _wraps(entry: Entry) -> bool:
    """Tell a composed text whose parts are listed after it: they say more exactly what rests on a row."""
    return entry.kind == "value" and any(not isinstance(part, str) for part in entry.made.get("parts", ()))


def _holds(text: str, value: str) -> bool:
    return bool(re.search(rf"(?<![\w.,]){re.escape(value)}(?![\w%])(?![.,]\d)", text))


def _sharing(entry: Entry, listed: list[Entry]) -> Iterable[Entry]:
    return (other for other in listed if other is not entry and other.rows & entry.rows and not _wraps(other))


def _known(folder: Path, table: str, key: str) -> None:
    tables = resources(folder)
    if table not in tables:
        raise BriefError("data/datapackage.json", f"no table “{table}”", f"one of: {', '.join(tables)}")
    names = key_fields(tables[table])
    if key not in rows(folder, tables[table]):
        raise BriefError(
            f"data/{tables[table]['path']}",
            f"no row “{key}”",
            f"a key as {'|'.join(names)}",
            "Copy the key from the panel of a value, or from the table.",
        )


def listing(traces: list[Trace], root: Path) -> str:
    """Write traces for a terminal."""
    return "\n\n".join(_one(trace, root) for trace in traces)


def _one(trace: Trace, root: Path) -> str:
    entry, made = trace.entry, trace.entry.evidence
    written = f" = {{eval}}`{entry.expression}`" if entry.expression else ""
    lines = [f'{trace.brief}, cell "{entry.cell}" · {entry.kind} “{entry.text}”{written}']
    if entry.kind == "value" and entry.around != entry.text:
        lines.append(f"  sentence   {entry.around}")
    about = " ".join(filter(None, [str(made.get("about", "")), made.get("unit") and f"({made['unit']})"]))
    lines += [f"  made as    {about}"] if about else []
    lines += [f"  row        {table} · {key}{_cells(root, table, key)}" for table, key in sorted(entry.rows)[:SHOWN]]
    if len(entry.rows) > SHOWN:
        lines.append(f"             and {len(entry.rows) - SHOWN} rows more")
    lines.append(f"  support    {made.get('support') or 'none'}, as of {made.get('as_of')}")
    sources = made.get("sources", [])
    lines += [f"  source     {source['publisher']}, {source['title']}, {source['url']}" for source in sources[:SHOWN]]
    if len(sources) > SHOWN:
        lines.append(f"             and {len(sources) - SHOWN} sources more")
    lines += [f"  disputed   {text}" for text in made.get("disagreements", [])]
    for other in trace.elsewhere:
        lines.append(f'  also in    cell "{other.cell}": {other.kind} “{other.text[:70]}”')
    return "\n".join(lines)


def _cells(root: Path, table: str, key: str) -> str:
    """Spell out what a row holds, but for its note and what the listing says anyway."""
    resource = resources(root / "data").get(table)
    if not resource:
        return ""
    names = key_fields(resource)
    line = rows(root / "data", resource).get(key, {})
    left_out = {*names, "note", "source_id", "support"}
    return "".join(f"; {name} {cell[:40]}" for name, cell in line.items() if cell and name not in left_out)
