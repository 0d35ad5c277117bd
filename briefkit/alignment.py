"""Lay two versions of a text side by side: which parts answer to each other, and which words differ.

Everything here is the same in both directions: what one order calls added, the other calls removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
        turned = {"kept": "kept", "removed": "added", "added": "removed"}
        return _joined([(turned[kind], text) for kind, text in marked(after, before)])
    olds, news = _PIECES.findall(before), _PIECES.findall(after)
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    words = sum(piece.strip() != "" for piece in (*olds, *news))
    same = sum(olds[at].strip() != "" for block in matcher.get_matching_blocks() for at in range(block.a, sum(block[::2])))
    if not words or 2 * same / words < ALIKE:
        return _joined([("removed", before), ("added", after)])
    parts: list[tuple[str, str]] = []
    for kind, start, end, other, close in matcher.get_opcodes():
        if kind == "equal":
            parts.append(("kept", "".join(olds[start:end])))
        else:
            parts += [("removed", "".join(olds[start:end])), ("added", "".join(news[other:close]))]
    return _joined(parts)


def _joined(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join changes that nothing but a space or a sign parts, and let what was removed come first."""
    parts = [part for part in parts if part[1]]
    made: list[tuple[str, str]] = []
    removed = added = ""
    for at, (kind, text) in enumerate(parts):
        if kind == "removed":
            removed += text
        elif kind == "added":
            added += text
        elif (removed or added) and at + 1 < len(parts) and not re.search(r"\w", text):
            removed, added = removed + text, added + text
        else:
            made += [("removed", removed), ("added", added), ("kept", text)]
            removed = added = ""
    made += [("removed", removed), ("added", added)]
    return [part for part in made if part[1]]
