"""Time dossiers by the hundred (a country and a month each): against papermill, a floor, themselves and a cluster."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import others
from project import BIN, Bench
from timing import Measured, NotMeasuredError, Row, execute, expect, measure, seconds, worker_memory

TEMPLATE, TABLE, CONDITION = "country-dossier", "countries", "facts >= 2"
COUNTRIES = 42  # about as many as meet the condition in an average month
WITH_PAPERMILL, ON_THE_FLOOR = 10, 60
A_SECOND, THAN_PAPERMILL, THE_FLOOR, WITHIN, OF_THE_POOL = 3, 15, 2, 0.10, 0.9
Dossier = tuple[str, str]  # an edition's day and a country's code


@dataclass(frozen=True)
class Batch:
    """Hold one run: its time in seconds, the most memory that a worker held in MiB, and what it made."""

    taken: float
    memory: float
    made: list[Dossier]

    @property
    def each(self) -> float:
        """Give the seconds for one dossier."""
        return self.taken / len(self.made)


def hundreds(bench: Bench) -> Measured:
    """Build the dossiers of some months, against papermill with nbconvert, and against the least that it can take."""
    ours = run(bench, bench.dossiers)
    many = f"{len(ours.made)} dossiers, HTML + PDF"
    rows = [Row(many, f"{1 / ours.each:.2f} a second", target=f"at least {A_SECOND} a second",
                met=1 / ours.each >= A_SECOND)]  # fmt: skip
    details = [f"### {many}", "", f"In {seconds(ours.taken)} on {os.cpu_count()} cores: {seconds(ours.each)} for each; "
               f"a worker held {ours.memory:.0f} MiB at most."]  # fmt: skip
    case = "the same, each, against papermill + nbconvert HTML and webpdf"
    try:
        theirs, versions = papermill(bench, sample(ours.made, WITH_PAPERMILL))
        rows.append(Row(case, seconds(ours.each), seconds(theirs), f"{theirs / ours.each:.1f}",
                        f"{THAN_PAPERMILL} times faster", theirs / ours.each >= THAN_PAPERMILL))  # fmt: skip
        details.append(f"{versions}: {WITH_PAPERMILL} of these dossiers one after the other; one call of nbconvert "
                       "for all pages and one for all papers; their inline values stay unevaluated.")  # fmt: skip
    except NotMeasuredError as error:
        rows.append(Row(case, seconds(ours.each), "not measured", "—", f"{THAN_PAPERMILL} times faster", False))
        details.append(f"papermill: {error}")
    floor = lowest(bench, sample(ours.made, ON_THE_FLOOR))
    return Measured([*rows, *_on_the_floor(ours, floor)], [*details, "", _floor_told(floor)])


def _on_the_floor(ours: Batch, floor: dict[str, float]) -> Iterator[Row]:
    """Compare with the floor as the clock runs, and core by core: the floor has one core to itself."""
    cores = os.cpu_count() or 1
    for told, each in (("by the clock, all cores", ours.each), ("core seconds", ours.each * cores)):
        ratio = each / floor["each"]
        target = f"at most {THE_FLOOR} times the floor"
        yield Row(f"the same, each, against the floor: {told}", seconds(each), seconds(floor["each"]), f"{ratio:.2f}",
                  target, ratio <= THE_FLOOR)  # fmt: skip


def _floor_told(floor: dict[str, float]) -> str:
    return (
        f"The floor is the cells' own code, what it shows and the roles, run in one plain process "
        f"({seconds(floor['cells'])} for each of {floor['dossiers']:.0f}), and Typst's compiler on the same papers "
        f"({seconds(floor['typst'])}); no notebook is read, no page is made and nothing is written. "
        f"Imports ({seconds(floor['imports'])}, once) are left out."
    )


def growth(bench: Bench) -> Measured:
    """Build ten times as many in one run: neither a dossier nor a worker may grow with the number."""
    few, many = run(bench, bench.dossiers), run(bench, bench.many)
    rows = []
    for case, write, here, there in (
        ("time for each", seconds, many.each, few.each),
        ("peak memory of a worker", "{:.0f} MiB".format, many.memory, few.memory),
    ):
        ratio = here / there
        case = f"{len(few.made)} → {len(many.made)} dossiers: {case}"
        met = ratio <= 1 + WITHIN
        rows.append(Row(case, write(here), write(there), f"{ratio:.2f}", f"within {WITHIN:.0%}", met))
    told = f"{len(many.made)} dossiers took {seconds(many.taken)}, {len(few.made)} took {seconds(few.taken)}."
    return Measured(rows, ["### Many more dossiers in one run", "", told])


def on_a_cluster(bench: Bench) -> Measured:
    """Build the same dossiers with two Dask workers and with the local pool, in turn, on the same cores."""
    if importlib.util.find_spec("distributed") is None:
        raise NotMeasuredError("dask.distributed is not installed: pip install briefkit[cluster]")
    local, remote = [], []
    with cluster(bench) as address:
        for turn in range(2):
            for rates, options in ((local, ()), (remote, ("--scheduler", address)))[:: 1 if turn % 2 == 0 else -1]:
                rates.append(1 / run(bench, bench.dossiers, *options).each)
    here, there = statistics.median(remote), statistics.median(local)
    row = Row("two Dask workers, against the local pool", f"{here:.2f} a second", f"{there:.2f} a second",
              f"{here / there:.2f}", f"at least {OF_THE_POOL} of its rate", here / there >= OF_THE_POOL)  # fmt: skip
    rates = "; ".join(f"{name}: {', '.join(f'{rate:.2f}' for rate in taken)} a second"
                      for name, taken in (("workers", remote), ("pool", local)))  # fmt: skip
    return Measured([row], ["### Two Dask workers", "", f"Each side twice, in turn. {rates[0].upper()}{rates[1:]}."])


def run(bench: Bench, wanted: int, *options: str) -> Batch:
    """Build about as many dossiers as are wanted, all anew; see that each has its page and its paper."""
    out = bench.fresh("dossiers")
    template = bench.project / "notebooks" / "templates" / f"{TEMPLATE}.ipynb"
    command = [BIN / "briefkit", "batch", template, "--over", TABLE, "--where", CONDITION, "--fresh",
               "--as-of", editions(bench, wanted), "--out", out, *options]  # fmt: skip
    times: list[float] = []
    memory = worker_memory(lambda: times.append(measure(lambda: execute(command, bench.project))))
    pages = sorted(out.glob("*/dossiers/*.html"))
    papers = [path.with_suffix(".pdf") for path in pages]
    if len(pages) < wanted / 2:
        raise NotMeasuredError(f"{len(pages)} dossiers written where about {wanted} were asked for")
    expect([*pages, *papers])
    return Batch(times[0], memory, [(path.parent.parent.name, path.stem) for path in pages])


def editions(bench: Bench, wanted: int) -> str:
    """Name the months up to the newest fact that make about so many dossiers: a first and a last day, and the step."""
    told = execute(
        [sys.executable, "-c", "from briefkit import open_data; print(open_data('latest').as_of)"], bench.project
    )
    last = dt.date.fromisoformat(told.strip())
    months = max(1, round(wanted / COUNTRIES))
    # The last day of the first month: a range that begins there goes from one month's end to the next.
    year, month = divmod(last.year * 12 + last.month - months + 1, 12)
    first = min(last, dt.date(year, month + 1, 1) - dt.timedelta(days=1))
    return f"{first}:{last}:1"


def sample(made: list[Dossier], many: int) -> list[Dossier]:
    """Take some that lie evenly among all."""
    return made[:: max(1, len(made) // many)][:many]


def papermill(bench: Bench, dossiers: list[Dossier]) -> tuple[float, str]:
    """Make dossiers with papermill and nbconvert; give the seconds for each, and the versions."""
    tools = others.environment("papermill", ["papermill"])
    template = bench.project / "notebooks" / "templates" / f"{TEMPLATE}.ipynb"
    folder = bench.fresh("papermill")
    folder.mkdir()

    def theirs() -> None:
        made = []
        for day, code in dossiers:
            made.append(folder / f"{day}-{code}.ipynb")
            parameters = ["-p", "as_of", day, "-p", "code", code, "--no-progress-bar", "--cwd", template.parent]
            execute([tools / "papermill", template, made[-1], *parameters], bench.project)
        # Nobody evaluated the roles, so what resolves them must not be asked to.
        bench.nbconvert(made, folder, "--Exporter.preprocessors=[]")
        bench.expect_outputs(folder, made)

    return measure(theirs) / len(dossiers), others.version(tools, "papermill")


def lowest(bench: Bench, dossiers: list[Dossier]) -> dict[str, float]:
    """Run the floor in a process of its own; give the seconds that it took for each dossier."""
    script = Path(__file__).with_name("floor.py")
    template = bench.project / "notebooks" / "templates" / f"{TEMPLATE}.ipynb"
    return json.loads(execute([sys.executable, script, template, json.dumps(dossiers)], template.parent))


@contextmanager
def cluster(bench: Bench) -> Iterator[str]:
    """Start a scheduler and two workers of one thread each, away from the project; give the scheduler's address."""
    away = bench.fresh("cluster")
    away.mkdir()
    file, started = away / "scheduler.json", []
    dask = [sys.executable, "-m", "dask"]
    at = ["--scheduler-file", str(file), "--no-dashboard"]
    commands = [
        [*dask, "scheduler", *at, "--host", "127.0.0.1", "--port", "0"],
        *[[*dask, "worker", *at, "--nthreads", "1", "--host", "127.0.0.1"]] * 2,
    ]
    try:
        with (away / "log.txt").open("w", encoding="utf-8") as log:
            for command in commands:
                started.append(subprocess.Popen(command, cwd=away, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
                while not file.is_file() and started[0].poll() is None:
                    time.sleep(0.1)
        if started[0].poll() is not None:
            raise NotMeasuredError(f"the Dask scheduler ended: {(away / 'log.txt').read_text(encoding='utf-8')[-500:]}")
        from distributed import Client

        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)
