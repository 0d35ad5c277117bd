"""Compare the data of two figures or tables, series by series and point by point."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from briefkit.alignment import merged


@dataclass(frozen=True, slots=True)
class Point:
    """Hold one point of a series: where it stands, and its values; a version is missing where the point is."""

    at: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def way(self) -> str:
        """Tell whether the point was added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class Series:
    """Hold the points of one series that differ, in the order of the drawing."""

    name: str
    points: tuple[Point, ...]

    def of(self, way: str) -> list[Point]:
        """List the points that were added, removed or changed."""
        return [point for point in self.points if point.way == way]


def changed_series(before: dict[str, Any], after: dict[str, Any]) -> tuple[Series, ...]:
    """Compare two resources (schema and data); lines that are equal are left out.

    Lines answer to each other where they agree in a key: the texts, with as many dates and then numbers as it takes
    to tell all lines of each version apart. Where nothing does that, a line is there or it is not.
    """
    fields = {field["name"]: field for each in (after, before) for field in each.get("schema", {}).get("fields", ())}
    lines = [[dict(line) for line in each.get("data", ())] for each in (before, after)]
    key = _key(fields, lines)
    named = _naming(fields, key)
    olds, news = (_placed(each, key) for each in lines)
    found: dict[str, list[Point]] = {}
    for place in merged(list(olds), list(news)):
        old, new = olds.get(place), news.get(place)
        if old == new:
            continue
        whole = dict(zip(key, place[0], strict=True))
        name = " · ".join(_shown(whole[field]) for field in named)
        at = {field: value for field, value in whole.items() if field not in named}
        found.setdefault(name, []).append(Point(at, old, new))
    return tuple(Series(name, tuple(points)) for name, points in found.items())


def _key(fields: dict[str, dict[str, Any]], versions: list[list[dict[str, Any]]]) -> list[str]:
    """Choose the fields that tell lines apart; a text that some line leaves blank is a label, not a name."""
    kinds: dict[str, list[str]] = {"text": [], "day": [], "number": []}
    for name, field in fields.items():
        kind = {"date": "day", "integer": "number", "number": "number", "year": "number"}.get(
            field.get("type", ""), "text"
        )
        if kind != "text" or all(line.get(name) not in (None, "") for lines in versions for line in lines):
            kinds[kind].append(name)
    wanted = [name for names in kinds.values() for name in names]
    for length in range(max(1, len(kinds["text"])), len(wanted)):
        key = [name for name in fields if name in wanted[:length]]
        if all(max(Counter(_values(line, key) for line in lines).values(), default=0) < 2 for lines in versions):
            return key
    return list(fields)


def _naming(fields: dict[str, dict[str, Any]], key: list[str]) -> list[str]:
    """Choose the part of a key that names the series; the rest says where in it a point stands."""
    texts = [name for name in key if fields[name].get("type", "") not in ("date", "integer", "number", "year")]
    if len(key) == len(fields):
        return []
    return texts if len(texts) < len(key) else texts[1:]


def _placed(lines: list[dict[str, Any]], key: list[str]) -> dict[tuple[tuple[Any, ...], int], dict[str, Any]]:
    """Find the values of each line by its key, and by how many lines with that key came before."""
    seen: Counter[tuple[Any, ...]] = Counter()
    placed = {}
    for line in lines:
        place = _values(line, key)
        placed[place, seen[place]] = {name: value for name, value in line.items() if name not in key}
        seen[place] += 1
    return placed


def _values(line: dict[str, Any], names: list[str]) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in names)


def _shown(value: Any) -> str:
    return "not known" if value is None else str(value)
