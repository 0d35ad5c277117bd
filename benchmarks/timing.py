"""Measure: turns, medians, peak memory, and the row that a case puts into the table."""

from __future__ import annotations

import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

HEADS = ["| case | ours | against | ratio | target | met? |", "| :-- | --: | --: | --: | --: | :-- |"]
Action = Callable[[], object]
LASTING = 10  # seconds that a process lives at least if it is a worker


class NotMeasuredError(Exception):
    """Say why a case has no result: a command failed, a file is missing, a package does not install."""


@dataclass(frozen=True)
class Row:
    """Hold one line of the table, in words; a case without a target has neither target nor verdict."""

    case: str
    ours: str
    against: str = "—"
    ratio: str = "—"
    target: str = "—"
    met: bool | None = None

    def __str__(self) -> str:
        verdict = "—" if self.met is None else "yes" if self.met else "**no**"
        return f"| {self.case} | {self.ours} | {self.against} | {self.ratio} | {self.target} | {verdict} |"


@dataclass(frozen=True)
class Measured:
    """Hold what a case found: rows for the table, and Markdown that says how and how widely the times spread."""

    rows: list[Row] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


def faster(case: str, ours: Sequence[float], theirs: Sequence[float], target: float = 0) -> Row:
    """Compare medians: how many times as long the other side takes, and whether that is what was aimed at."""
    here, there = statistics.median(ours), statistics.median(theirs)
    aimed = (f"{target:g} times faster", there / here >= target) if target else ("—", None)
    return Row(case, seconds(here), seconds(there), f"{there / here:.1f}", *aimed)


def seconds(value: float) -> str:
    """Write a time with as many digits as it deserves."""
    if abs(value) < 1:
        return f"{value * 1000:.0f} ms" if abs(value) >= 0.01 else f"{value * 1000:.1f} ms"
    return f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def spread(times: Mapping[str, Sequence[float]], memory: Mapping[str, float] | None = None) -> list[str]:
    """Lay out the times of several sides, and the most memory that each held, in MiB."""
    lines = ["| | rounds | median | fastest | slowest | peak memory |", "| :-- | --: | --: | --: | --: | --: |"]
    for side, taken in times.items():
        figures = [seconds(pick(taken)) for pick in (statistics.median, min, max)]
        held = f"{memory[side]:.0f} MiB" if memory and side in memory else "—"
        lines.append(f"| {side} | {len(taken)} | {' | '.join(figures)} | {held} |")
    return lines


def measure(action: Action) -> float:
    """Time one call, in seconds."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def take_turns(
    actions: Mapping[str, Action], rounds: int, fewer: Mapping[str, int] | None = None
) -> dict[str, list[float]]:
    """Time each action once a round; every other round the order turns, so that neither always goes first.

    An action of more than a minute may be in `fewer` of the rounds: the first ones.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(rounds):
        for name in list(actions)[:: 1 if turn % 2 == 0 else -1]:
            if turn < (fewer or {}).get(name, rounds):
                times[name].append(measure(actions[name]))
    return times


def execute(command: Sequence[str | Path], folder: Path) -> str:
    """Run a command in a folder and give what it prints; its own words say why it failed."""
    told = list(map(str, command))
    done = subprocess.run(told, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip())[-2000:]
        called = " ".join([Path(told[0]).name, *told[1:5]])
        raise NotMeasuredError(f"{called} …: exit status {done.returncode}\n{words}")
    return done.stdout


def expect(files: Iterable[Path], size: int = 1000) -> None:
    """Refuse the time of a road that did not lead all the way: a failure is quick."""
    for path in files:
        if not path.is_file() or path.stat().st_size < size:
            raise NotMeasuredError(f"{path.name}: not written, or nearly empty; the comparison would mean nothing.")


def peak_memory(action: Action) -> float:
    """Measure the most memory, in MiB, that all processes started by an action hold at one time.

    Memory shared between processes counts once where the system tells (Linux: proportional set size).
    """
    return _sampled(action, lambda: sum(map(_held, psutil.Process().children(recursive=True))), 0.1) / 2**20


def worker_memory(action: Action) -> float:
    """Measure the most memory, in MiB, that any one process of an action holds, its first process left out.

    Only processes that live for some time count: workers, not the kernels that they start, which last for a second.
    """
    peaks: dict[int, int] = {}
    seen: dict[int, list[float]] = {}

    def sample() -> int:
        for first in psutil.Process().children():
            for process in _kin(first):
                if size := _resident(process):
                    peaks[process.pid] = max(size, peaks.get(process.pid, 0))
                    seen.setdefault(process.pid, []).append(time.monotonic())
        return 0

    start = time.monotonic()
    _sampled(action, sample, 0.25)
    some_time = min(LASTING, (time.monotonic() - start) / 2)
    return max((peaks[pid] for pid, at in seen.items() if at[-1] - at[0] >= some_time), default=0) / 2**20


def _sampled(action: Action, sample: Callable[[], int], pause: float) -> int:
    """Give the largest sample that is taken while an action runs."""
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(pause):
            peak = max(peak, sample())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        action()
    finally:
        done.set()
        watcher.join()
    return peak


def _held(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
        return getattr(memory, "pss", memory.rss)
    except psutil.Error:  # it has just ended
        return 0


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _kin(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
