"""Time this project against what people use today: same notebooks, same machine, turn and turn about.

Nothing here is a test: a slow machine is no fault. `make bench` prints the tables, `make bench-long` those of the long
cases; `--write` keeps them in README.md.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import changes
import dossiers
import nbformat
import others
import papers
import psutil
import pyphen
import whole
from project import BIN, ROOT, Bench, copied, installed_chromium
from timing import HEADS, Measured, NotMeasuredError, Row, execute, measure, seconds

from briefkit.ledger import headlines, passages
from briefkit.prose import sentences

README = ROOT / "benchmarks" / "README.md"
# In README.md each result stands below its mark, up to the next.
MARKS = {
    "make bench": "<!-- Below this line: written by `make bench`. -->\n",
    "make bench-long": "<!-- Below this line: written by `make bench-long`. -->\n",
}
NOT_MEASURED = "not measured"


def main() -> None:
    """Run the cases that the command line asks for and print them as Markdown."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what a case has started ends with it
    cases = {name: case for name, case in (LONG if options.long else SHORT).items() if name in (options.only or CASES)}
    if not cases:
        sys.exit(f"None of {', '.join(options.only)} is a case of this length: --long has {', '.join(LONG)}.")
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        installed_chromium(Path(scratch) / "browser") as browser,
    ):
        project = copied(Path(scratch) / "project", [path.name for path in options.notebooks])
        notebooks = sorted((project / "notebooks").glob("*.ipynb"))
        if not notebooks:
            sys.exit("notebooks/: no notebooks found; at least one brief expected. Add one: see CONTRIBUTING.md.")
        bench = Bench(project, notebooks, Path(scratch), options.rounds, options.dossiers, options.many)
        measured = {name: tried(name, case, bench) for name, case in cases.items()}
    result = report(machine(browser, bench), list(measured.values()))
    print(result)
    if options.write:
        keep("make bench-long" if options.long else "make bench", result)
    if any(row.ours == NOT_MEASURED for case in measured.values() for row in case.rows):
        sys.exit(1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="a project of these briefs alone; default: every brief")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side has its turn (default 5)")
    parser.add_argument("--long", action="store_true", help="the cases of many minutes, in place of the others")
    parser.add_argument("--only", nargs="+", choices=CASES, metavar="CASE", help=f"of: {', '.join(CASES)}")
    parser.add_argument("--dossiers", type=int, default=300, help="how many dossiers, about (default 300)")
    parser.add_argument("--many", type=int, default=3000, help="how many more they grow to, about (default 3000)")
    parser.add_argument("--write", action="store_true", help="keep the result in benchmarks/README.md")
    return parser


def tried(name: str, case: Callable[[Bench], Measured], bench: Bench) -> Measured:
    """Run a case; one that has no result says why, and stops none of the others."""
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        measured = case(bench)
    except NotMeasuredError as error:
        words = "\n".join(f"    {line}" for line in str(error).splitlines())
        measured = Measured([Row(name, NOT_MEASURED)], [f"### {name}: {NOT_MEASURED}", "", words])
    # As they come: an hour is long, and what is stopped then has told something.
    print(*measured.rows, sep="\n", file=sys.stderr, flush=True)
    return measured


def report(head: str, measured: list[Measured]) -> str:
    """Lay out the one table of all cases, then the details of each."""
    rows = [str(row) for case in measured for row in case.rows]
    table = [*HEADS, *rows, ""] if rows else []
    return "\n".join([head, "", *table, *(line for case in measured for line in (*case.details, ""))]).rstrip()


def keep(target: str, result: str) -> None:
    """Put a result below its mark in README.md, in place of the one before."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(MARKS[target])
    others_mark = next((mark for mark in MARKS.values() if mark in rest), "")
    after = f"\n{others_mark}{rest.split(others_mark)[1]}" if others_mark else ""
    README.write_text(f"{before}{MARKS[target]}\n{result}\n{after}", encoding="utf-8", newline="\n")


def machine(browser: str, bench: Bench) -> str:
    """Say what was measured on what."""
    names = ("nbconvert", "playwright", "typst", "pandas", "matplotlib")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names]
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{len(bench.notebooks)} briefs; medians of {bench.rounds} rounds, unless said below; "
        f"{platform.system()} on {os.cpu_count()} cores with {memory:.0f} GiB; "
        f"Python {platform.python_version()}, {', '.join(versions)}, {browser}."
    )


# The editor's desk, and what readers get


def desk(bench: Bench) -> Measured:
    """Time a check of all briefs of which current executed copies are kept."""
    check = [BIN / "briefkit", "check"]
    execute(check, ROOT)  # runs what has changed
    taken = [measure(lambda: execute(check, ROOT)) for _ in range(bench.rounds)]
    row = Row("`briefkit check`, all briefs, executed copies current", seconds(statistics.median(taken)))
    return Measured([row])


def reading(bench: Bench) -> Measured:
    """Tell how the briefs read, as they are and not as a case has edited them: nothing is timed."""
    return Measured([], readers([ROOT / "notebooks" / path.name for path in bench.notebooks]))


def readers(notebooks: list[Path]) -> list[str]:
    """Tell how easily each brief reads, and how many of its headline values rest on two sources.

    Flesch reading ease (1948): 206.835 − 1.015 × words a sentence − 84.6 × syllables a word; Pyphen parts the words.
    """
    parted = pyphen.Pyphen(lang="en_GB")
    heads = "| brief | words | words a sentence | Flesch reading ease | headline values on two sources |"
    lines = ["### Reading", "", heads, "| :-- | --: | --: | --: | --: |"]
    both = []
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        told = [part for block in passages(notebook) if block.tag != "h1" for part in sentences(block.text)]
        words = [word for part in told for word in re.findall(r"[^\W\d_][\w’'-]*", part)]
        syllables = sum(len(parted.positions(word)) + 1 for word in words)
        ease = 206.835 - 1.015 * len(words) / len(told) - 84.6 * syllables / len(words)
        count, two = headlines(notebook)
        both.append((two, count))
        lines.append(f"| {path.stem} | {len(words):,} | {len(words) / len(told):.1f} | {ease:.0f} | {two} of {count} |")
    two, all_of_them = (sum(column) for column in zip(*both, strict=True))
    return [
        *lines,
        "",
        f"Headline values on two sources, all briefs: {two} of {all_of_them} ({two / all_of_them:.0%}).",
    ]


SHORT: dict[str, Callable[[Bench], Measured]] = {
    "all": whole.all_briefs,
    "one": whole.one_brief,
    "nothing": changes.nothing_changed,
    "sentence": changes.sentence_edited,
    "cell": changes.cell_edited,
    "pdf": papers.pdf_step,
    "check": desk,
    "reading": reading,
}
LONG: dict[str, Callable[[Bench], Measured]] = {
    "dossiers": dossiers.hundreds,
    "growth": dossiers.growth,
    "cluster": dossiers.on_a_cluster,
    "others": others.one_brief,
}
CASES = [*SHORT, *LONG]


if __name__ == "__main__":
    main()
