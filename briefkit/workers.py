"""Work through many orders in processes side by side: progress, faults, interrupts, and workers that die."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from typing import Any

from briefkit.errors import BriefError
from briefkit.kernels import available, is_warming

# A worker is replaced after so many orders: what libraries keep for good in a process must not add up over thousands.
RENEWED = 150
GRACE = 3  # seconds in which an interrupted worker may tidy up before it is killed
Report = Callable[[str], None]
Work = Callable[..., tuple[Any, str]]


def cores() -> int:
    """Count the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(
    work: Work,
    orders: Mapping[str, tuple],
    report: Report | None = None,
    workers: int = 0,
    fail_fast: bool = False,
    standing: Collection[str] = (),
) -> tuple[dict[str, Any], dict[str, BriefError]]:
    """Do the work for each order in worker processes, one for each core unless told; a fault stops no other order.

    The work gives a result and a line that is reported, after a line for each that is `standing` already. Results (but
    for None) and faults come back by the order's name. With `fail_fast` nothing is begun after a fault; what has begun
    ends.
    """
    if not orders:
        return in_turn(work, orders, report, standing)
    from briefkit import export  # here: what is as it was needs no exporter

    count = min(workers or cores(), len(orders))
    if count > 1 or is_warming():
        export.prepare()  # here, so that workers that are forks need not, and while their kernels' template gets ready
    with progress(len(standing) + len(orders), report) as tell:
        tell_standing(standing, tell)
        course = Course(work, orders, tell, fail_fast)
        while course.waiting:
            with _workers(count) as pool:
                lost = course.through(pool, count, RENEWED * count)
            for name in lost:  # which of them ended its worker shows when each has a worker to itself
                with _workers(1) as pool:
                    if course.through(pool, 1, 1, deque([name])):
                        course.settle(name, _death(name))
    return course.made, course.faults


def in_turn(
    work: Work, orders: Mapping[str, tuple], report: Report | None = None, standing: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, BriefError]]:
    """Do the work for each order in this process, one after the other, as `side_by_side` does in others."""
    tell = Tell(len(standing) + len(orders), report or print)
    tell_standing(standing, tell)
    course = Course(work, orders, tell)
    for name, each in orders.items():
        try:
            course.settle(name, work(*each))
        except Exception as error:
            course.settle(name, error)
    return course.made, course.faults


def tell_standing(standing: Collection[str], tell: Tell) -> None:
    """Tell of what needs no work."""
    for name in standing:
        tell(f"{name:<14} up to date")
    tell.before = tell.done


def _death(name: str) -> BriefError:
    return BriefError(
        name,
        "the worker process that built it died, and so did a second one",
        "",
        "Look for a crash in a compiled library or for missing memory.",
    )


class Course:
    """Take orders through a pool, a few at a time, and keep what became of each."""

    def __init__(self, work: Work, orders: Mapping[str, tuple], tell: Tell, fail_fast: bool = False) -> None:
        self.work, self.orders, self.tell, self.fail_fast = work, orders, tell, fail_fast
        self.waiting = deque(orders)
        self.made: dict[str, Any] = {}
        self.faults: dict[str, BriefError] = {}

    def through(self, pool: Executor, window: int, most: int, names: deque[str] | None = None) -> list[str]:
        """Do at most so many orders, `window` of them at a time; name those that a dying worker has interrupted."""
        waiting = self.waiting if names is None else names
        jobs: dict[Future, str] = {}
        lost: list[str] = []
        while True:
            while waiting and most and len(jobs) < window and not lost:
                name = waiting.popleft()
                try:
                    jobs[self.submit(pool, name)] = name
                    most -= 1
                except BrokenExecutor:
                    lost.append(name)
            if not jobs:
                return lost
            for job in wait(jobs, timeout=0.5, return_when=FIRST_COMPLETED).done:
                name = jobs.pop(job)
                if isinstance(job.exception(), BrokenExecutor):
                    lost.append(name)
                else:
                    self.settle(name, job.exception() or job.result())
            self.tell()

    def submit(self, pool: Executor, name: str) -> Future:
        """Hand an order to the pool."""
        return pool.submit(_interruptible, self.work, *self.orders[name])

    def settle(self, name: str, outcome: Any) -> None:
        """Keep what an order came to, and report it."""
        if isinstance(outcome, BaseException):
            if not isinstance(outcome, Exception):  # a worker was interrupted, so all is
                raise outcome
            self.faults[name] = outcome if isinstance(outcome, BriefError) else _surprise(name, outcome)
            self.tell(f"{name:<14} failed", failed=True)
            if self.fail_fast and self.waiting:
                self.tell(f"Stopped at the first fault, {len(self.waiting)} not begun", counted=False)
                self.waiting.clear()
            return
        result, line = outcome
        if result is not None:
            self.made[name] = result
        self.tell(line)


def _surprise(name: str, error: Exception) -> BriefError:
    return BriefError(
        name, f"raises {type(error).__name__}: {error}", "", "The toolkit did not foresee this: report it."
    )


@contextlib.contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of processes that end with this one, and at once when it is interrupted.

    Forks are quick, and safe while this process has compiled no paper: Typst's threads do not live on in a fork.
    """
    from briefkit import export

    methods = multiprocessing.get_all_start_methods()
    pristine = available() and not export.has_compiled()
    method = next(name for name in (*(["fork"] if pristine else []), "forkserver", "spawn") if name in methods)
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(count, multiprocessing.get_context(method), initializer=_begin)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        _interrupt(set(multiprocessing.active_children()) - others)
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Make this a worker: interrupted by its owner alone, and gone when its owner is, however that went."""
    if hasattr(os, "setpgrp"):
        os.setpgrp()  # a terminal's Ctrl-C is for the owner, which passes it on, once
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    owner = multiprocessing.parent_process()
    threading.Thread(target=lambda: (owner.join(), os._exit(1)), daemon=True).start()


def _interruptible(work: Work, *order: Any) -> tuple[Any, str]:
    """Do the work so that an interrupt lets it tidy up; a worker that waits needs none, and is silent."""
    if threading.current_thread() is not threading.main_thread():
        return work(*order)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return work(*order)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt(processes: set[Any]) -> None:
    """Interrupt workers as Ctrl-C would, so that they tidy up; kill those that do not end."""
    try:
        for process in processes:
            with contextlib.suppress(OSError):
                os.kill(process.pid, signal.SIGINT)
        deadline = time.monotonic() + GRACE
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
    finally:
        for process in processes:
            process.kill()


# --- what is told meanwhile ------------------------------------------------------------------------------------------


class Tell:
    """Tell how far the work is: lines with a running number."""

    def __init__(self, total: int, report: Report) -> None:
        self.total, self.report, self.done = total, report, 0
        self.before = 0  # how many were done before the work began

    def __call__(self, line: str = "", counted: bool = True, failed: bool = False) -> None:
        """Tell of one more order that is done, or in a line that is not counted, or only that time passes."""
        if line and counted:
            self.done += 1
            line = f"[{self.done}/{self.total}] {line}"
        if line:
            self.report(line)


class Bar(Tell):
    """Draw a bar on a terminal, with rate and time left, and print above it what a reader must not miss."""

    def __init__(self, total: int, bar: Any) -> None:
        super().__init__(total, self._draw)
        self.bar, self.start = bar, time.monotonic()
        self.task = bar.add_task("", total=total, rate="")

    def __call__(self, line: str = "", counted: bool = True, failed: bool = False) -> None:
        """Move the bar; what failed or is not counted stays in sight above it."""
        if failed or not counted:
            self.bar.console.print(line, markup=False, highlight=False)
        super().__call__(line, counted)
        self.bar.update(
            self.task, completed=self.done, rate=rate(self.done - self.before, time.monotonic() - self.start)
        )
        self.bar.refresh()

    def _draw(self, line: str) -> None:
        if "] " in line:
            self.bar.update(self.task, description=line.split("] ", 1)[1].split(" ran ", 1)[0].strip())


def rate(done: int, seconds: float) -> str:
    """Say how many orders are done in a second, or in a minute where that is less than one.

    >>> rate(30, 10.0), rate(1, 4.0), rate(0, 1.0)
    ('3.0 a second', '15 a minute', '')
    """
    if not done or not seconds:
        return ""
    each = done / seconds
    return f"{each:.1f} a second" if each >= 1 else f"{60 * each:.0f} a minute"


@contextlib.contextmanager
def progress(total: int, report: Report | None) -> Iterator[Tell]:
    """Show progress: a bar on a terminal, lines elsewhere or where a report is asked for."""
    if report or total < 2 or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        yield Tell(total, report or print)
        return
    from rich import progress as rich

    columns = (
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[rate]}"),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.description}", markup=False),
    )
    # Drawn by hand: a thread that draws would not live on in a worker that is a fork.
    with rich.Progress(*columns, auto_refresh=False, transient=True) as bar:
        yield Bar(total, bar)
