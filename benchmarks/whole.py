"""Time whole builds, each in new processes: from the notebooks to finished HTML and PDF files."""

from __future__ import annotations

from pathlib import Path

from project import Bench
from timing import Measured, faster, peak_memory, spread, take_turns

OURS = "`briefkit build --fresh`"
THEIRS = "`nbconvert --execute --to html`, then `--to webpdf`"


def all_briefs(bench: Bench) -> Measured:
    """Build every brief on both roads; memory is measured in a round of its own."""
    # nbconvert takes more than a minute for all: two timed rounds of it are enough.
    return _against(bench, bench.notebooks, "all", {THEIRS: min(2, bench.rounds)}, 10)


def one_brief(bench: Bench) -> Measured:
    """Build a single brief on both roads."""
    return _against(bench, [bench.brief], "one", {}, 3)


def _against(bench: Bench, notebooks: list[Path], name: str, fewer: dict[str, int], target: float) -> Measured:
    def ours() -> None:
        folder = bench.fresh(f"{name}-ours")
        bench.build("--fresh", "--out", folder, *notebooks)
        bench.expect_outputs(folder, notebooks)

    def theirs() -> None:
        folder = bench.fresh(f"{name}-theirs")
        bench.nbconvert(notebooks, folder, executing=True)
        bench.expect_outputs(folder, notebooks)

    roads = {OURS: ours, THEIRS: theirs}
    peaks = {road: peak_memory(action) for road, action in roads.items()}  # also warms the disk for both
    times = take_turns(roads, bench.rounds, fewer)
    told = f"all {len(notebooks)} briefs" if name == "all" else f"one brief ({notebooks[0].stem})"
    case = f"{told}, cold, HTML + PDF"
    heading = f"### {case[0].upper()}{case[1:]}"
    return Measured([faster(case, times[OURS], times[THEIRS], target)], [heading, "", *spread(times, peaks)])
