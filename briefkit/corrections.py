"""Read the corrections that CHANGELOG.md lists: which row was wrong, since when it is right, and what was wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from briefkit.errors import BriefError
from briefkit.prose import parse

FILE = "CHANGELOG.md"
FORM = "**Correction**, 2026-11-24, `table` `key`: what was wrong"


@dataclass(frozen=True, slots=True)
class Correction:
    """Name the row that was put right, the day on which it was, and in words what had been wrong."""

    day: str
    table: str
    key: str
    text: str

    def as_json(self) -> dict[str, str]:
        """Give the form in which a correction travels in a notebook's metadata."""
        return {"day": self.day, "table": self.table, "key": self.key, "text": self.text}


def corrections(root: Path) -> list[Correction]:
    """List the corrections of a project by day, the oldest first; a project without a list of changes has none."""
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    found, faults = [], []
    for line, item in _items(text):
        try:
            found.append(_correction(line, item))
        except BriefError as error:
            faults.append(error)
    if faults:
        raise BriefError.together(faults)
    return sorted(found, key=lambda each: (each.day, each.table, each.key))


def _items(text: str) -> Iterator[tuple[int, str]]:
    """Find the list items that open with the bold word, each with its line; code stays between its ticks."""
    tokens = parse(text)
    for before, opening, block in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (before.type, opening.type, block.type) != ("list_item_open", "paragraph_open", "inline"):
            continue
        pieces = [piece for piece in block.children or () if piece.type != "text" or piece.content]
        if [piece.type for piece in pieces[:1]] == ["strong_open"] and pieces[1].content.strip(" :,.") == "Correction":
            words = ["`" * (piece.type == "code_inline") for piece in pieces]
            shown = [" " if piece.type.endswith("break") else piece.content for piece in pieces]
            yield block.map[0] + 1, "".join(tick + word + tick for tick, word in zip(words, shown, strict=True))


def _correction(line: int, item: str) -> Correction:
    def fault(found: str) -> BriefError:
        return BriefError(f"{FILE}, line {line}", found, FORM, "Write the item in that form, or drop the bold word.")

    day, named = re.search(r"\d{4}-\d\d-\d\d", item.split("`")[0]), re.findall(r"`([^`]*)`", item)
    if day is None:
        raise fault("a correction that names no day")
    try:
        dt.date.fromisoformat(day.group())
    except ValueError:
        raise fault(f"{day.group()} is no day") from None
    if len(named) < 2:
        raise fault("a correction that does not name a table and the key of a row")
    rest = re.fullmatch(r"Correction\W*" + day.group() + r"\W*`[^`]*`\W*`[^`]*`:\s*(.+)", item)
    if rest is None:
        raise fault("a correction that does not say what was wrong")
    return Correction(day.group(), named[0], named[1], rest[1].replace("`", "").strip())
