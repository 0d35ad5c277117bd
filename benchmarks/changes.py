"""Time what an editor waits for after a change: nothing, one sentence, one cell of a table."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from project import BIN, Bench, copied
from timing import Measured, NotMeasuredError, Row, faster, measure, seconds, spread, take_turns

FURTHER = 10  # briefs, for the cost of one more
AT_MOST, EACH = 0.5, 0.010  # seconds, for a build with nothing to do and for each further brief in it
# A table that one brief alone reads, and a field of it in which any words are valid.
TABLE, FIELD = "vaccines", "note"
NUMBERS = count(1)
PATIENCE = 60  # seconds to wait for a rebuild


def nothing_changed(bench: Bench) -> Measured:
    """Build again what is up to date: the project as it is, and with many more briefs, copies of one."""
    larger = copied(bench.fresh("larger"), [path.name for path in bench.notebooks])
    for number in range(FURTHER):
        shutil.copy2(bench.brief, larger / "notebooks" / f"copy-{_letters(number)}.ipynb")
    wide = Bench(larger, sorted((larger / "notebooks").glob("*.ipynb")), bench.scratch, bench.rounds, 0, 0)
    for project in (bench, wide):
        project.build()
    few, many = f"{len(bench.notebooks)} briefs", f"{len(wide.notebooks)} briefs"
    times = take_turns({few: bench.build, many: wide.build}, max(9, bench.rounds))
    for project in (bench, wide):
        project.expect_outputs(project.project / "build", project.notebooks)
    median = {name: statistics.median(taken) for name, taken in times.items()}
    each = (median[many] - median[few]) / FURTHER
    rows = [
        Row("nothing changed", seconds(median[few]), target=f"under {AT_MOST} s", met=median[few] < AT_MOST),
        Row("the same: each further brief", seconds(each), target=f"under {EACH * 1000:.0f} ms", met=each < EACH),
    ]
    return Measured(rows, ["### Nothing changed: a second `briefkit build`", "", *spread(times)])


def sentence_edited(bench: Bench) -> Measured:
    """Edit a sentence and make page and paper anew: by a command, and under a build that watches."""
    brief, theirs = bench.brief, bench.scratch / "sentence-theirs"
    built = bench.project / "build"
    bench.build()

    def command() -> None:
        edited = edit_sentence(brief)
        bench.build(brief)
        _expect_sentence(built / f"{brief.stem}.html", edited)

    def nbconvert() -> None:
        edited = edit_sentence(brief)
        bench.nbconvert([brief], theirs)
        bench.expect_outputs(theirs, [brief])
        _expect_sentence(theirs / f"{brief.stem}.html", edited)

    ours, other = "`briefkit build NOTEBOOK`", "`nbconvert --to html`, then `--to webpdf`"
    times = take_turns({ours: command, other: nbconvert}, bench.rounds)
    rows = [faster(f"one sentence edited ({brief.stem}) → HTML + PDF, cold", times[ours], times[other], 4)]
    heading = ["### One sentence edited → HTML + PDF, nothing executed", ""]
    watched = "under `briefkit build --watch`"
    try:
        with watching(bench):
            rebuilt = [_rebuilt(built, brief) for _ in range(max(5, bench.rounds))]
    except NotMeasuredError as error:
        rows.append(Row(f"the same, {watched}", "not measured", target="8 times faster", met=False))
        return Measured(rows, [*heading, *spread(times), "", f"Watching: {error}"])
    rows.append(faster(f"the same, {watched}", rebuilt, times[other], 8))
    return Measured(rows, [*heading, *spread(times | {f"{watched}, from saving to both files": rebuilt})])


def cell_edited(bench: Bench) -> Measured:
    """Edit one cell of a table: count the briefs that run, and time it against building everything anew."""
    bench.build()
    path = bench.project / "data" / f"{TABLE}.csv"
    (readers, borrowers), wrong = _readers(bench), []

    def one_cell() -> None:
        before = _runs(bench.project)
        edit_cell(path)
        bench.build()
        ran = {name.rsplit("-", 1)[0] for name, content in _runs(bench.project) - before}
        if not readers <= ran <= readers | borrowers:
            wrong.append(sorted(ran))

    ours, full = "`briefkit build` after the edit", "`briefkit build --fresh`"
    times = take_turns({ours: one_cell, full: lambda: bench.build("--fresh")}, bench.rounds)
    here, there = (statistics.median(times[side]) for side in (ours, full))
    case, against = f"one CSV cell edited ({TABLE})", f"{seconds(there)} (full rebuild)"
    row = Row(case, seconds(here), against, f"{there / here:.1f}", "only its readers run", not wrong)
    told = (
        f"The table is read by {_listed(sorted(readers))}, of which {_listed(sorted(borrowers)) or 'none'} may borrow; "
        + (f"not so all that ran: {'; '.join(map(_listed, wrong))}." if wrong else "no other ran, in any round.")
    )
    return Measured([row], ["### One cell of a table edited", "", *spread(times), "", told])


def edit_sentence(path: Path) -> str:
    """Put other words into the last sentence of a brief's longest passage; give the words."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    prose = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    longest = max(prose, key=lambda cell: len("".join(cell["source"])))
    words = f"edited again as {_letters(next(NUMBERS))}"
    text = re.sub(r" \(edited again as \w+\)\.$", ".", "".join(longest["source"]).rstrip())
    longest["source"] = (text.removesuffix(".") + f" ({words}).").splitlines(keepends=True)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return words


def edit_cell(path: Path) -> None:
    """Add a word to one cell: the first that is filled in the field."""
    text = path.read_text(encoding="utf-8")
    old = next(filter(None, (line[FIELD] for line in csv.DictReader(text.splitlines()))))
    new = re.sub(r" Edit \w+\.$", "", old) + f" Edit {_letters(next(NUMBERS))}."
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


@contextmanager
def watching(bench: Bench) -> Iterator[None]:
    """Keep `briefkit build --watch` running; it is ready when it has answered a first edit."""
    log = bench.scratch / "watch.txt"
    asked = "`briefkit build --watch`"
    with log.open("w", encoding="utf-8") as file:
        command = [str(BIN / "briefkit"), "build", "--watch"]
        process = subprocess.Popen(
            command, cwd=bench.project, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(6):  # what is saved while it starts may not be seen
            time.sleep(2)
            if process.poll() is not None:
                raise NotMeasuredError(f"{asked} ended: {log.read_text(encoding='utf-8').strip()[-300:]}")
            try:
                _rebuilt(bench.project / "build", bench.brief, 8)
                break
            except NotMeasuredError:
                continue
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _rebuilt(folder: Path, brief: Path, patience: float = PATIENCE) -> float:
    """Edit a sentence, and time from the moment that it is saved until page and paper are new."""
    files = [folder / f"{brief.stem}.html", folder / f"{brief.stem}.pdf"]
    before = [path.stat().st_mtime_ns for path in files]
    edited = edit_sentence(brief)
    taken = measure(lambda: _wait(files, before, patience))
    _expect_sentence(files[0], edited)
    time.sleep(1)  # the site around the brief may still be written
    return taken


def _wait(files: list[Path], before: list[int], patience: float) -> None:
    end = time.monotonic() + patience
    while any(path.stat().st_mtime_ns == old for path, old in zip(files, before, strict=True)):
        if time.monotonic() > end:
            raise NotMeasuredError(f"no new page and paper within {patience:.0f} s of saving the notebook")
        time.sleep(0.002)


def _expect_sentence(page: Path, words: str) -> None:
    if words not in page.read_text(encoding="utf-8"):
        raise NotMeasuredError(f"{page.name}: the edited sentence is not in it; the comparison would mean nothing.")


def _readers(bench: Bench) -> tuple[set[str], set[str]]:
    """Name the briefs that read the table, by their code, and those that borrow from these, perhaps a value of it."""
    code = {path.stem: _code(path) for path in bench.notebooks}
    found = {name for name, text in code.items() if f'"{TABLE}"' in text}
    lent = {name for name, text in code.items() if any(f'borrow(data, "{lender}"' in text for lender in found)}
    return found, lent


def _code(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def _runs(project: Path) -> set[tuple[str, str]]:
    """Name each executed copy that is kept, with its content: one that is run anew has another."""
    kept = (project / "build" / ".runs").glob("*.json")
    return {(path.stem, hashlib.sha256(path.read_bytes()).hexdigest()) for path in kept}


def _letters(number: int) -> str:
    """Write a number in letters: digits in prose would be numbers typed by hand."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
