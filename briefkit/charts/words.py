"""Plain words for what a chart draws: numbers, days, series, in the form in which facts stand in prose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from briefkit.facts import Fact, in_words


def said(value: Any, unit: str = "") -> str:
    """Write a value as a fact would stand in prose; an unknown one is not known."""
    if value is None:
        return "not known"
    text = value if isinstance(value, str) else Fact(value).text
    return f"{text}%" if unit in ("%", "percent") else text


def day(value: dt.date, precision: str = "day") -> str:
    """Write a date as precisely as its row states it."""
    return Fact(value, style="" if precision in ("", "day", None) else precision).text


def listing(parts: Sequence[str], word: str = "and") -> str:
    """Join parts as a sentence does.

    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else ""


def counted(number: int, one: str, more: str = "") -> str:
    """Say how many of something there are, in words up to twelve.

    >>> counted(1, "bar"), counted(24, "bar")
    ('one bar', '24 bars')
    """
    return f"{in_words(number) if number <= 12 else said(number)} {one if number == 1 else more or one + 's'}"


def sentence(text: str) -> str:
    """Open with a capital and close with a full stop."""
    text = text.strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def readable(name: str) -> str:
    """Turn a value of the tables into a name: deployed_warheads into Deployed warheads."""
    name = name.replace("_", " ") if "_" in name and name.islower() else name
    return name[:1].upper() + name[1:]
