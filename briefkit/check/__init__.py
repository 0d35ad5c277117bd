"""The editor's desk: find what a brief types that it should compute, what is broken, stale, or said without support."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from briefkit.cache import executed
from briefkit.check import collection, evidence, results, wording
from briefkit.check.finding import Brief, Finding
from briefkit.errors import BriefError
from briefkit.package import find_data, validate
from briefkit.run import TIME_LIMIT, read

__all__ = ["Brief", "Finding", "check"]


def check(
    paths: Sequence[Path] = (), today: dt.date | None = None, time_limit: int = TIME_LIMIT, cold: bool = False
) -> list[Finding]:
    """Check briefs, all of the project's unless named; what concerns the whole collection only when all are checked.

    `today` is the day against which tables' review dates are held; such a finding is a warning.
    """
    root = find_data(paths[0].resolve().parent if paths else None).parent
    every = sorted((root / "notebooks").glob("*.ipynb"))
    try:
        validate(root / "data")
    except BriefError as error:
        return [_fault(fault, "data") for fault in error.faults]
    found: list[Finding] = []
    briefs = [brief for path in paths or every if (brief := _brief(path, root, found, time_limit, cold))]
    for brief in briefs:
        for desk in (wording, evidence, results):
            found += desk.findings(brief)
    if {path.resolve() for path in every} <= {path.resolve() for path in paths or every}:
        found += collection.findings(root, briefs)
    return [*found, *collection.reviews(root / "data", today or dt.date.today())]


def _brief(path: Path, root: Path, found: list[Finding], time_limit: int, cold: bool) -> Brief | None:
    """Open a brief; one that cannot be run is still read, with the results that it stores."""
    try:
        stored = read(path)
    except BriefError as error:
        found += [_fault(fault, path.stem) for fault in error.faults]
        return None
    try:
        fresh = executed(path, time_limit=time_limit, cold=cold)
    except BriefError as error:
        found += [_fault(fault, path.stem) for fault in error.faults]
        fresh = None
    return Brief(path, root, stored, fresh)


def _fault(fault: BriefError, group: str) -> Finding:
    what = fault.found + (f"; expected {fault.expected}" if fault.expected else "")
    return Finding(group, fault.place, "fault", what, fault.remedy or "Put it right.")
