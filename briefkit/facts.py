"""A value that knows its sources: how it is made, compared, put into a sentence and shown."""

from __future__ import annotations

import datetime as dt
import html
import operator
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from briefkit.errors import BriefError

# The MIME types in which outputs carry their evidence to the exporters.
FACT = "application/vnd.briefkit.fact+json"
FIGURE = "application/vnd.briefkit.figure+json"
CLAIM = "application/vnd.briefkit.claim+json"
TABLE = "application/vnd.dataresource+json"

LOCALE = Locale("en", "GB")
SHOWN_SOURCES = 3
DATE_PATTERNS = {"day": "d MMMM y", "month": "MMMM y", "year": "y", "day and month": "d MMMM"}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


@dataclass(frozen=True, slots=True)
class Source:
    """Name a publication that a row rests on."""

    id: str
    title: str
    publisher: str = ""
    published: str = ""
    url: str = ""

    def as_json(self) -> dict[str, str]:
        """Give the form in which a source travels in a notebook's outputs."""
        return {field: getattr(self, field) for field in self.__slots__}


@dataclass(frozen=True, slots=True)
class Row:
    """Point at one line of a table, with the sources that support it.

    ``support`` is "corroborated" (two separately published sources) or "single".
    ``disagreements`` says in words where sources differ about the row. ``known_on`` is the day on which the row
    became public, where that is later than the edition's day: the row is hindsight.
    """

    table: str
    key: str
    support: str
    sources: tuple[Source, ...]
    disagreements: tuple[str, ...] = ()
    known_on: str = ""


def united(*groups: Iterable[Row]) -> tuple[Row, ...]:
    """Join groups of rows, each row once, in the order of first appearance."""
    return tuple(dict.fromkeys(row for group in groups for row in group))


def weakest(rows: Iterable[Row]) -> str:
    """Give the support that a value made from all these rows can claim: that of the weakest row."""
    found = {row.support for row in rows}
    return "single" if "single" in found else "corroborated" if found else ""


def sources_of(rows: Iterable[Row]) -> tuple[Source, ...]:
    """List the sources of rows, each once, in row order."""
    return tuple(dict.fromkeys(source for row in rows for source in row.sources))


def evidence(rows: Iterable[Row], as_of: dt.date | None) -> dict[str, Any]:
    """Give the block of JSON that every output carries, so that an exporter needs no table."""
    rows = tuple(rows)
    late = [[row.table, row.key, row.known_on] for row in rows if row.known_on]
    return ({"hindsight": late} if late else {}) | {
        "as_of": as_of.isoformat() if as_of else "",
        "rows": [[row.table, row.key] for row in rows],
        "support": weakest(rows),
        "sources": [source.as_json() for source in sources_of(rows)],
        "disagreements": list(dict.fromkeys(text for row in rows for text in row.disagreements)),
    }


def in_words(number: int) -> str:
    """Spell a whole number below a hundred; larger and negative ones stay in digits.

    >>> in_words(46), in_words(12), in_words(1550)
    ('forty-six', 'twelve', '1,550')
    """
    if not 0 <= number < 100:
        return format_decimal(number, locale=LOCALE)
    if number < 20:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")


def _describe(rows: tuple[Row, ...]) -> str:
    """Say in one line where a value comes from, for a tooltip."""
    tables = dict.fromkeys(row.table for row in rows)
    place = f"{rows[0].table} {rows[0].key.replace('|', ' · ')}" if len(rows) == 1 else ", ".join(tables)
    count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
    found = sources_of(rows)
    names = "; ".join(f"{source.publisher or source.id}, {source.title}" for source in found[:SHOWN_SOURCES])
    more = f" and {len(found) - SHOWN_SOURCES} more" if len(found) > SHOWN_SOURCES else ""
    return f"{place} ({count}, {weakest(rows) or 'no'} support): {names}{more}"


class Sourced:
    """Share what values and truth values have in common: rows, an edition's day, and how they display."""

    rows: tuple[Row, ...]
    as_of: dt.date | None

    @property
    def kind(self) -> str:
        """Name what the value is: number, date, text, quote or truth."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """Give the words that stand in the prose."""
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        """Give all that an exporter needs to print the value and its sources."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # A plain span with a title: JupyterLab strips buttons and popovers from a notebook it does not trust.
        title = html.escape(_describe(self.rows)) if self.rows else ""
        return {
            "text/plain": self.text,
            "text/html": f'<span class="fact" title="{title}">{html.escape(self.text)}</span>',
            FACT: self.as_json(),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Fact(Sourced):
    """Carry a value, its unit and the rows it came from into a sentence, a comparison or a chart.

    ``value`` is a number, a date or a text; ``about`` says how it was made ("sum of count");
    ``style`` how it stands in prose. Arithmetic on facts unites their rows; comparing them gives a `Truth`.
    """

    value: Any
    unit: str = ""
    rows: tuple[Row, ...] = ()
    about: str = ""
    as_of: dt.date | None = None
    style: str = ""
    digits: int | None = None
    parts: tuple[str | Sourced, ...] = ()

    @property
    def kind(self) -> str:
        if self.style == "quote":
            return "quote"
        if isinstance(self.value, dt.date):
            return "date"
        return "text" if isinstance(self.value, str) else "number"

    @property
    def text(self) -> str:
        if self.kind == "date":
            return format_date(self.value, DATE_PATTERNS[self.style or "day"], locale=LOCALE)
        if self.kind != "number":
            return f"“{self.value}”" if self.style == "quote" else self.value
        text = self._number()
        return text[:1].upper() + text[1:] if self.style == "capital words" else text

    def _number(self) -> str:
        shown = self.value if self.digits is None else round(self.value, self.digits)
        if self.style == "percent":
            decimals = "." + "0" * self.digits if self.digits else ""
            return format_percent(self.value, f"#,##0{decimals}%", locale=LOCALE)
        if self.style == "year number":
            return str(self.value)
        if self.style.endswith("words") and float(shown).is_integer():
            return in_words(int(shown))
        decimals = ".###" if self.digits is None else "." + "0" * self.digits if self.digits else ""
        return format_decimal(self.value, f"#,##0{decimals}", locale=LOCALE)

    def words(self, capital: bool = False) -> Fact:
        """Spell the number out below a hundred; `capital` opens a sentence with it."""
        return replace(self, style="capital words" if capital else "words")

    def percent(self, digits: int = 0) -> Fact:
        """Show a share (0.109) as a percentage (10.9%)."""
        return replace(self, style="percent", digits=digits)

    def rounded(self, digits: int = 0) -> Fact:
        """Show the number with this many decimals; the value itself stays whole."""
        return replace(self, digits=digits)

    def day(self) -> Fact:
        """Show a date as day and month, where the year stands beside it."""
        return self._dated("day and month")

    def month(self) -> Fact:
        """Show a date by its month."""
        return self._dated("month")

    def year(self) -> Fact:
        """Show a date by its year."""
        return self._dated("year")

    def _dated(self, style: str) -> Fact:
        if self.kind != "date":
            raise BriefError(f"fact “{self.text}”", "not a date", "a date can be shown by month or year")
        coarse = {"month": ("day and month",), "year": ("day and month", "month")}
        if style in coarse.get(self.style, ()):
            raise BriefError(f"fact “{self.text}”", f"its row states the {self.style} only", "no finer date is known")
        return replace(self, style=style)

    def as_json(self) -> dict[str, Any]:
        value = self.value.isoformat() if isinstance(self.value, dt.date) else self.value
        block = {"kind": self.kind, "text": self.text, "value": value, "unit": self.unit, "about": self.about}
        if self.parts:
            block["parts"] = [part if isinstance(part, str) else part.as_json() for part in self.parts]
        return block | evidence(self.rows, self.as_of)

    def _computed(self, other: Any, sign: str, work: Callable[[Any, Any], Any], swap: bool = False) -> Fact:
        left, right = (other, self) if swap else (self, other)
        first, second = (side.value if isinstance(side, Fact) else side for side in (left, right))
        value = work(first, second)
        if isinstance(value, dt.timedelta):
            value = value.days
        days = "day" if value == 1 else "days"
        unit = days if isinstance(first, dt.date) else "" if sign == "÷" else self.unit
        rows = united(*(side.rows for side in (left, right) if isinstance(side, Fact)))
        return Fact(value, unit, rows, f"{_plain(left)} {sign} {_plain(right)}", self.as_of)

    def __add__(self, other: Any) -> Fact:
        return self._computed(other, "+", operator.add)

    def __radd__(self, other: Any) -> Fact:
        return self._computed(other, "+", operator.add, swap=True)

    def __sub__(self, other: Any) -> Fact:
        return self._computed(other, "−", operator.sub)

    def __rsub__(self, other: Any) -> Fact:
        return self._computed(other, "−", operator.sub, swap=True)

    def __mul__(self, other: Any) -> Fact:
        return self._computed(other, "×", operator.mul)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Fact:
        return self._computed(other, "÷", operator.truediv)

    def __rtruediv__(self, other: Any) -> Fact:
        return self._computed(other, "÷", operator.truediv, swap=True)

    def __abs__(self) -> Fact:
        return replace(self, value=abs(self.value), about=self.about or "size of the difference")

    def _compared(self, other: Any, sign: str, opposite: str, work: Callable[[Any, Any], bool]) -> Truth:
        value = other.value if isinstance(other, Fact) else other
        if isinstance(self.value, dt.date) and isinstance(value, str):
            value = dt.date.fromisoformat(value)
        rows = united(self.rows, other.rows if isinstance(other, Fact) else ())
        shown = other.text if isinstance(other, Fact) else Fact(value).text
        holds = bool(work(self.value, value))
        return Truth(holds, rows, f"{self.text} {sign if holds else opposite} {shown}", self.as_of)

    def __lt__(self, other: Any) -> Truth:
        return self._compared(other, "<", "≥", operator.lt)

    def __le__(self, other: Any) -> Truth:
        return self._compared(other, "≤", ">", operator.le)

    def __gt__(self, other: Any) -> Truth:
        return self._compared(other, ">", "≤", operator.gt)

    def __ge__(self, other: Any) -> Truth:
        return self._compared(other, "≥", "<", operator.ge)

    def __eq__(self, other: Any) -> Truth:  # type: ignore[override]
        return self._compared(other, "=", "≠", operator.eq)

    def __ne__(self, other: Any) -> Truth:  # type: ignore[override]
        return self._compared(other, "≠", "=", operator.ne)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise BriefError(
            f"fact “{self.text}”",
            "used as a plain truth value, which would drop its sources",
            "a comparison",
            "Compare it: fact > 0.",
        )


@dataclass(frozen=True, eq=False, repr=False)
class Truth(Sourced):
    """Hold whether something is true, with the rows that make it so.

    Join truths with ``&``, ``|`` and ``~``; ``choose`` turns one into a sentence. ``bool()`` is refused,
    since it would drop the sources. ``comparison`` says what is the case, whether that makes it true or false:
    ``Fact(3) < Fact(2)`` is false because 3 ≥ 2.
    """

    value: bool
    rows: tuple[Row, ...] = ()
    comparison: str = ""
    as_of: dt.date | None = None

    @property
    def kind(self) -> str:
        return "truth"

    @property
    def text(self) -> str:
        return "true" if self.value else "false"

    def as_json(self) -> dict[str, Any]:
        block = {"kind": "truth", "text": self.text, "value": self.value, "unit": "", "about": self.comparison}
        return block | evidence(self.rows, self.as_of)

    def choose(self, true: str, false: str, **facts: Sourced) -> Fact:
        """Pick the sentence that the facts support; ``{name}`` in it stands for a fact given by name."""
        chosen = true if self.value else false
        return replace(
            compose(chosen, **facts),
            rows=united(self.rows, *(fact.rows for fact in facts.values())),
            about=self.comparison,
            as_of=self.as_of,
        )

    def _joined(self, other: Truth, value: bool) -> Truth:
        if not isinstance(other, Truth):
            raise BriefError(f"“{self.comparison}”", f"joined with {other!r}", "another comparison of facts")
        text = f"{self.comparison}; {other.comparison}"
        return Truth(value, united(self.rows, other.rows), text, self.as_of)

    def __and__(self, other: Truth) -> Truth:
        return self._joined(other, self.value and getattr(other, "value", False))

    def __or__(self, other: Truth) -> Truth:
        return self._joined(other, self.value or getattr(other, "value", False))

    def __invert__(self) -> Truth:
        return replace(self, value=not self.value)

    def __bool__(self) -> bool:
        raise BriefError(
            f"“{self.comparison}”",
            "used as a plain truth value, which would drop its sources",
            "truths joined by &, | and ~",
            "Write a & b, or truth.choose('…', '…').",
        )


def compose(template: str, **facts: Sourced) -> Fact:
    """Make a text in which ``{name}`` stands for a fact, each keeping its own sources.

    >>> compose("{a} of {b}", a=Fact(3).words(), b=Fact(1550)).text
    'three of 1,550'
    """
    parts: list[str | Sourced] = []
    for literal, name, _, _ in string.Formatter().parse(template):
        if literal:
            parts.append(literal)
        if name is not None:
            if name not in facts:
                raise BriefError(
                    f"text “{template}”",
                    f"{{{name}}} is not given",
                    f"one of: {', '.join(facts) or 'none'}",
                    f"Pass {name}=… beside the text.",
                )
            parts.append(facts[name])
    text = "".join(part if isinstance(part, str) else part.text for part in parts)
    rows = united(*(fact.rows for fact in facts.values()))
    day = next((fact.as_of for fact in facts.values() if fact.as_of), None)
    held = tuple(parts) if any(isinstance(part, Sourced) for part in parts) else ()
    return Fact(text, rows=rows, as_of=day, parts=held)


def _plain(value: Any) -> str:
    return value.text if isinstance(value, Fact) else Fact(value).text
