"""One error for everything a user can put right: where, what was found, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable


class BriefError(Exception):
    """Say where something is wrong and how to mend it, in one line and without a traceback.

    The text reads ``place: found; expected …. Remedy``; parts that are not given are left out.
    """

    def __init__(self, place: str, found: str, expected: str = "", remedy: str = "") -> None:
        self.place, self.found, self.expected, self.remedy = place, found, expected, remedy
        self.faults: tuple[BriefError, ...] = (self,)
        text = f"{place}: {found}"
        if expected:
            text += f"; expected {expected}"
        text = text.rstrip(".") + "."
        super().__init__(f"{text} {remedy}".strip())

    def __reduce__(self) -> tuple:
        # Builds run in worker processes: an error must come back whole.
        parts = (self.place, self.found, self.expected, self.remedy)
        return type(self), parts, {"faults": self.faults, "args": self.args}

    @classmethod
    def together(cls, faults: Iterable[BriefError]) -> BriefError:
        """Report several faults as one error, a line each.

        >>> print(BriefError.together([BriefError("a.csv", "empty"), BriefError("b.csv", "empty")]))
        a.csv: empty.
        b.csv: empty.
        """
        faults = tuple(fault for error in faults for fault in error.faults)
        first = faults[0]
        error = cls(first.place, first.found, first.expected, first.remedy)
        error.faults = faults
        error.args = ("\n".join(str(fault) for fault in faults),)
        return error
