"""The argument as assertions: a sentence that is tested against the facts each time the brief is run."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from briefkit.errors import BriefError
from briefkit.facts import CLAIM, Fact, Row, Truth, evidence, united

HOLDS, LAPSED, EARLY = "holds", "held then, does not hold now", "does not hold yet"
# What can be found of a claim that somebody else made.
SUPPORTED, PARTLY, CONTRADICTED, UNTOLD = "supported", "partly", "contradicted", "cannot be told"
JUDGEMENTS = (SUPPORTED, PARTLY, CONTRADICTED, UNTOLD)
MARKS = {HOLDS: "✓", LAPSED: "○", EARLY: "○", SUPPORTED: "✓", PARTLY: "◐", CONTRADICTED: "×", UNTOLD: "?"}


@dataclass(frozen=True)
class Claim:
    """Hold a claim's sentence, what decided it, and the verdict for this edition.

    ``otherwise`` is the sentence that is true where the claim's own is not; ``whose`` names whoever made the claim,
    and is empty for the brief's own.
    """

    sentence: str
    verdict: str
    evidence: str
    rows: tuple[Row, ...] = ()
    as_of: dt.date | None = None
    otherwise: str = ""
    whose: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether the sentence is true in this edition."""
        return self.verdict in (HOLDS, SUPPORTED)

    @property
    def heading(self) -> Fact:
        """Give the sentence that is true in this edition, to head the section that the claim ends."""
        if not self.holds and not self.otherwise:
            raise BriefError(
                f"claim “{self.sentence}”",
                f"it heads a section, and its verdict is “{self.verdict}”",
                "a sentence that is true then",
                "Pass otherwise='…' to the claim.",
            )
        return Fact(self.sentence if self.holds else self.otherwise, rows=self.rows, about="claim", as_of=self.as_of)

    def as_json(self) -> dict[str, Any]:
        """Give what an exporter needs to print the claim with its evidence."""
        block = {"sentence": self.sentence, "holds": self.holds, "verdict": self.verdict}
        block |= {"whose": self.whose} if self.whose else {}
        return block | {"evidence": self.evidence} | evidence(self.rows, self.as_of)

    def __repr__(self) -> str:
        made = f"{self.whose}: " if self.whose else ""
        return f"{MARKS[self.verdict]} {made}{self.sentence} [{self.verdict}: {self.evidence}]"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        made = f"{html.escape(self.whose)}: " if self.whose else ""
        text = (
            f"<p>{made}<strong>{MARKS[self.verdict]} {html.escape(self.sentence)}</strong> "
            f"<em>{self.verdict}</em>: {html.escape(self.evidence)}</p>"
        )
        return {"text/plain": repr(self), "text/html": text, CLAIM: self.as_json()}


def claim(sentence: str, holds: Truth, since: str = "", until: str = "", otherwise: str = "") -> Claim:
    """Assert a sentence over facts; an edition in which it fails does not build.

    `since` and `until` (dates like "2018-02-05") bound the editions in which the claim is meant to hold; in an
    edition outside them a failing claim is reported ("held then, does not hold now") and the build goes on.
    A claim that ends a section gives it its heading; `otherwise` is the heading where the claim does not hold.
    """
    place = f"claim “{sentence}”"
    if not isinstance(holds, Truth):
        raise BriefError(
            place,
            f"{holds!r} is no comparison of facts",
            "a truth with its rows",
            "Compare facts: claim('…', held < cap).",
        )
    if not holds.rows:
        raise BriefError(
            place,
            "it depends on no row of any table",
            "a claim that data can refute",
            "Compare facts that were picked from a table.",
        )
    verdict = _verdict(holds, since, until)
    if not verdict:
        raise BriefError(
            place,
            f"does not hold as of {(holds.as_of or dt.date.max).isoformat()} ({holds.comparison})",
            "a claim that the tables bear out",
            "Correct the claim or the rows, or say until when it was meant to hold.",
        )
    return Claim(sentence, verdict, holds.comparison, holds.rows, holds.as_of, otherwise)


def _verdict(holds: Truth, since: str, until: str) -> str:
    if holds.value:
        return HOLDS
    day = holds.as_of or dt.date.max
    if until and day > dt.date.fromisoformat(until):
        return LAPSED
    return EARLY if since and day < dt.date.fromisoformat(since) else ""


def judge(sentence: str | Fact, whose: str, found: Fact | Sequence[Truth], because: str | Fact = "") -> Claim:
    """Judge what somebody else claimed: supported, partly, contradicted, or not to be told, with the evidence.

    `found` is a list of truths, one for each part of the claim (all true: supported; some: partly; none:
    contradicted; no part that facts can decide: cannot be told), or a verdict picked from a table, which then needs
    its reason in `because`. No verdict stops a build: the claim is not the brief's own.
    """
    sides = [side for side in (sentence, because) if isinstance(side, Fact)]
    if isinstance(found, Fact):
        verdict, told, rows = str(found.value), str(because).removesuffix("."), found.rows
        days = [found.as_of]
        if verdict not in JUDGEMENTS or not told:
            raise BriefError(
                f"claim “{sentence}”",
                f"the verdict “{verdict}”" + ("" if told else " without a reason"),
                f"one of {', '.join(JUDGEMENTS)}, and why",
                "Pass because='…' beside the verdict.",
            )
    else:
        verdict = _of_parts([part.value for part in found])
        told = (
            str(because).removesuffix(".")
            or "; ".join(part.comparison for part in found)
            or "no fact in the tables decides it"
        )
        rows, days = united(*(part.rows for part in found)), [part.as_of for part in found]
    day = next((day for day in [*days, *(side.as_of for side in sides)] if day), None)
    return Claim(str(sentence), verdict, told, united(rows, *(side.rows for side in sides)), day, whose=whose)


def _of_parts(parts: list[bool]) -> str:
    if not parts:
        return UNTOLD
    return SUPPORTED if all(parts) else PARTLY if any(parts) else CONTRADICTED
