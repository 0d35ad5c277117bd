"""Lay two versions of a text side by side: which parts answer to each other, and which words differ.

Everything here is the same in both directions: what one order calls added, the other calls removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Pair = tuple[int | None, int | None]
ALIKE = 0.4  # the share of words in common from which two sentences are versions of one
_PIECES = re.compile(r"\s+|\w+(?:[-.,'’/]\w+)*%?|[^\w\s]")


def paired(before: Sequence[str], after: Sequence[str]) -> list[Pair]:
    """Pair the places of two lists in order: equal texts first, then, between them, those that are most alike.

    >>> paired(["One.", "Two men came."], ["Zero.", "One.", "Three men came."])
    [(None, 0), (0, 1), (1, 2)]
    """
    if list(before) > list(after):  # difflib's answer depends on the order of its arguments
        return [(old, new) for new, old in paired(after, before)]
    pairs: list[Pair] = []
    for kind, start, end, other, close in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pairs += zip(range(start, end), range(other, close), strict=True)
        else:
            pairs += _alike(before, after, range(start, end), range(other, close))
    return pairs


def _alike(before: Sequence[str], after: Sequence[str], olds: range, news: range) -> Iterator[Pair]:
    if len(olds) == len(news) == 1:
        yield olds[0], news[0]
        return
    ranked = [(_likeness(before[old], after[new]), -old, -new) for old in olds for new in news]
    likeness, old, new = max(ranked, default=(0.0, 0, 0))
    if likeness < ALIKE:
        yield from ((each, None) for each in olds)
        yield from ((None, each) for each in news)
        return
    yield from _alike(before, after, range(olds.start, -old), range(news.start, -new))
    yield -old, -new
    yield from _alike(before, after, range(1 - old, olds.stop), range(1 - new, news.stop))


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def merged(before: Sequence[Any], after: Sequence[Any]) -> list[Any]:
    """List what either list holds, each once, in the order of the second; the rest follows what it followed.

    >>> merged(["a", "x", "b"], ["b", "a"])
    ['b', 'a', 'x']
    """
    known = set(after)
    follows: dict[Any, list[Any]] = {}
    last = None
    for item in before:
        last = item if item in known else last
        if item not in known:
            follows.setdefault(last, []).append(item)
    return [*follows.get(None, ()), *(each for item in after for each in (item, *follows.get(item, ())))]


def marked(before: str, after: str) -> list[tuple[str, str]]:
    """Part two versions of a sentence into what was kept, removed and added, in whole words.

    >>> marked("It held 12 warheads.", "It held 1,550 warheads.")
    [('kept', 'It held '), ('removed', '12'), ('added', '1,550'), ('kept', ' warheads.')]
    """
    if before > after:
        return _turned(marked(after, before))
    olds, news = _PIECES.findall(before), _PIECES.findall(after)
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    words = sum(piece.strip() != "" for piece in (*olds, *news))
    same = sum(
        olds[at].strip() != "" for block in matcher.get_matching_blocks() for at in range(block.a, sum(block[::2]))
    )
    if not words or 2 * same / words < ALIKE:
        return _Part(before, after, False).pairs()
    parts = []
    for kind, start, end, other, close in matcher.get_opcodes():
        old, new = "".join(olds[start:end]), "".join(news[other:close])
        parts.append(_Part(old, new, kind == "equal"))
    return [pair for part in _joined(parts) for pair in part.pairs()]


def _turned(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Exchange what was removed and added, and let what was removed come first again."""
    kinds = {"kept": "kept", "removed": "added", "added": "removed"}
    made = [(kinds[kind], text) for kind, text in pairs]
    for at in range(len(made) - 1):
        if (made[at][0], made[at + 1][0]) == ("added", "removed"):
            made[at : at + 2] = made[at + 1], made[at]
    return made


@dataclass(slots=True)
class _Part:
    old: str
    new: str
    kept: bool

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [("kept", self.old)] if self.kept else [("removed", self.old), ("added", self.new)]
        return [pair for pair in pairs if pair[1]]

    @property
    def is_swap(self) -> bool:
        """Tell whether a word or two stand for as many others, as one number does for another."""
        return 0 < _words(self.old) == _words(self.new) < 3


def _joined(parts: list[_Part]) -> list[_Part]:
    """Join changes that only a word or two part, unless each is a mere swap: a reader follows phrases, not confetti."""
    made: list[_Part] = []
    for at, part in enumerate(parts):
        last, after = (made[-1] if made else None), (parts[at + 1] if at + 1 < len(parts) else None)
        if last and not last.kept and (not part.kept or (after and _is_slight(part, last, after))):
            made[-1] = _Part(last.old + part.old, last.new + part.new, False)
        else:
            made.append(part)
    return made


def _is_slight(kept: _Part, before: _Part, after: _Part) -> bool:
    words = _words(kept.old)
    return words == 0 or (words < 3 and not (before.is_swap and after.is_swap))


def _words(text: str) -> int:
    return len(re.findall(r"\w+(?:[-.,'’/]\w+)*", text))
