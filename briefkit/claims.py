"""The argument as assertions: a sentence that is tested against the facts each time the brief is run."""

from __future__ import annotations

import datetime as dt
import html
from dataclasses import dataclass
from typing import Any

from briefkit.errors import BriefError
from briefkit.facts import CLAIM, Truth, evidence

MARKS = {"holds": "✓", "held then, does not hold now": "○", "does not hold yet": "○"}


@dataclass(frozen=True)
class Claim:
    """Hold a claim's sentence, what decided it, and the verdict for this edition."""

    sentence: str
    truth: Truth
    verdict: str

    def as_json(self) -> dict[str, Any]:
        """Give what an exporter needs to print the claim with its evidence."""
        block = {"sentence": self.sentence, "holds": self.truth.value, "verdict": self.verdict}
        return block | {"evidence": self.truth.comparison} | evidence(self.truth.rows, self.truth.as_of)

    def __repr__(self) -> str:
        return f"{MARKS[self.verdict]} {self.sentence} [{self.verdict}: {self.truth.comparison}]"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        text = (
            f"<p><strong>{MARKS[self.verdict]} {html.escape(self.sentence)}</strong> "
            f"<em>{self.verdict}</em>: {html.escape(self.truth.comparison)}</p>"
        )
        return {"text/plain": repr(self), "text/html": text, CLAIM: self.as_json()}


def claim(sentence: str, holds: Truth, since: str = "", until: str = "") -> Claim:
    """Assert a sentence over facts; an edition in which it fails does not build.

    `since` and `until` (dates like "2018-02-05") bound the editions in which the claim is meant to hold; in an
    edition outside them a failing claim is reported ("held then, does not hold now") and the build goes on.
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
    if holds.value:
        return Claim(sentence, holds, "holds")
    day = holds.as_of or dt.date.max
    if until and day > dt.date.fromisoformat(until):
        return Claim(sentence, holds, "held then, does not hold now")
    if since and day < dt.date.fromisoformat(since):
        return Claim(sentence, holds, "does not hold yet")
    raise BriefError(
        place,
        f"does not hold as of {day.isoformat()} ({holds.comparison})",
        "a claim that the tables bear out",
        "Correct the claim or the rows, or say until when it was meant to hold.",
    )
