"""Time this project against nbconvert's own exporters: same notebooks, same machine, turn and turn about.

Nothing here is a test: a slow machine is no fault. `make bench` prints the tables; `--write` keeps them in README.md.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pyphen
from nbconvert.exporters import Exporter, WebPDFExporter
from nbformat import NotebookNode
from traitlets.config import Config

from briefkit.export import BriefPDF
from briefkit.ledger import headlines, passages
from briefkit.prose import sentences

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "benchmarks" / "README.md"
BIN = Path(sys.executable).parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
RESULTS = "<!-- Below this line: written by `make bench`. -->\n"
# Chromium refuses its sandbox to root, and many containers have no other user.
NO_SANDBOX = hasattr(os, "geteuid") and os.geteuid() == 0


def main() -> None:
    """Run the benchmarks that the command line asks for and print them as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every brief")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side has its turn (default 5)")
    parser.add_argument("--write", action="store_true", help="keep the result in benchmarks/README.md")
    options = parser.parse_args()
    notebooks = [path.resolve() for path in options.notebooks] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    if not notebooks:
        sys.exit("notebooks/: no notebooks found; at least one brief expected. Add one: see CONTRIBUTING.md.")

    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        installed_chromium(Path(scratch) / "browser") as browser,
    ):
        result = "\n".join([
            *machine(browser, len(notebooks), options.rounds), "",
            *whole_build(notebooks, options.rounds, Path(scratch)), "",
            *pdf_step(notebooks, options.rounds), "",
            *desk(options.rounds), "",
            *readers(notebooks),
        ])  # fmt: skip
    print(result)
    if options.write:
        opening = README.read_text(encoding="utf-8").split(RESULTS)[0]
        README.write_text(f"{opening}{RESULTS}\n{result}\n", encoding="utf-8", newline="\n")


@contextmanager
def installed_chromium(folder: Path) -> Iterator[str]:
    """Let Playwright, and so webpdf, find the system's Chromium where it looks for its own download."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        sys.exit("make bench: no Chromium found; webpdf needs one. Install it, on Debian: apt-get install chromium")
    from playwright.sync_api import Error, sync_playwright

    folder.mkdir()
    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(folder)
    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch().close()
        except Error as error:  # names the file that it misses
            missing = Path(re.search(r"Executable doesn't exist at (\S+)", error.message)[1])
            missing.parent.mkdir(parents=True)
            missing.symlink_to(chromium)
        browser = playwright.chromium.launch(args=["--no-sandbox"] if NO_SANDBOX else [])
        version = browser.version
        browser.close()
    yield f"Chromium {version}"


def machine(browser: str, briefs: int, rounds: int) -> list[str]:
    """Say what was measured on what."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("nbconvert", "playwright", "typst")]
    memory = psutil.virtual_memory().total / 2**30
    return [
        f"{briefs} briefs, {rounds} rounds; {platform.system()} on {os.cpu_count()} cores with {memory:.0f} GiB; "
        f"Python {platform.python_version()}, {', '.join(versions)}, {browser}."
    ]


# The whole build, each time in new processes


def whole_build(notebooks: list[Path], rounds: int, scratch: Path) -> list[str]:
    """Time both roads from the notebooks to finished HTML and PDF files; memory is measured in a round of its own."""
    webpdf = ["--to", "webpdf", *(["--disable-chromium-sandbox"] if NO_SANDBOX else [])]
    ours, theirs = scratch / "ours", scratch / "theirs"
    nbconvert = [str(BIN / "jupyter"), "nbconvert", "--log-level=ERROR", "--output-dir", str(theirs)]
    roads = {
        "briefkit build --fresh": [
            [str(BIN / "briefkit"), "build", "--fresh", "--out", str(ours), *map(str, notebooks)]
        ],
        "nbconvert --execute --to html, then --to webpdf": [
            [*nbconvert, "--execute", "--to", "html", *map(str, notebooks)],
            [*nbconvert, *webpdf, *map(str, notebooks)],
        ],
    }
    outputs = dict(zip(roads, (ours, theirs), strict=True))

    def travel(road: str) -> None:
        shutil.rmtree(outputs[road], ignore_errors=True)
        for command in roads[road]:
            execute(command)
        expect_outputs(outputs[road], notebooks)

    peaks = {road: peak_memory(lambda road=road: travel(road)) for road in roads}  # also warms the disk for both
    times = take_turns({road: lambda road=road: travel(road) for road in roads}, rounds)
    lines = ["### Whole build: run, HTML and PDF", "", "| | median | fastest | slowest | peak memory |",
             "| :-- | --: | --: | --: | --: |"]  # fmt: skip
    for road, taken in times.items():
        lines.append(f"| `{road}` | {statistics.median(taken):.2f} s | {min(taken):.2f} s | {max(taken):.2f} s "
                     f"| {peaks[road]:.0f} MiB |")  # fmt: skip
    here, there = map(statistics.median, times.values())
    return [*lines, "", f"Ratio of the medians: {there / here:.1f}."]


def execute(command: list[str]) -> None:
    """Run a command quietly; stop with its own words when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} …: exit status {done.returncode}\n{done.stdout}{done.stderr}")


def expect_outputs(folder: Path, notebooks: list[Path]) -> None:
    """Stop when a road did not lead all the way: a failure would be quick."""
    for name in (f"{path.stem}.{ending}" for path in notebooks for ending in ("html", "pdf")):
        if not (folder / name).is_file() or (folder / name).stat().st_size < 1000:
            sys.exit(f"{folder / name}: not written, or nearly empty; the comparison would mean nothing.")


def peak_memory(action: Callable[[], None]) -> float:
    """Measure the most memory, in MiB, that all processes started by an action hold at one time.

    Memory shared between processes counts once where the system tells (Linux: proportional set size).
    """
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, sum(map(_held, psutil.Process().children(recursive=True))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        action()
    finally:
        done.set()
        watcher.join()
    return peak / 2**20


def _held(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
        return getattr(memory, "pss", memory.rss)
    except psutil.Error:  # it has just ended
        return 0


# The PDF step alone, in one warm process


def pdf_step(notebooks: list[Path], rounds: int) -> list[str]:
    """Time both PDF exporters on notebooks that have been run, in this process."""
    # An exporter made in Python reads no configuration files: say here what the environment's Jupyter is told.
    config = Config({"Exporter": {"preprocessors": ["briefkit.export.RoleValues"]}})
    config.WebPDFExporter.disable_sandbox = NO_SANDBOX
    ours, theirs = BriefPDF(config=config), WebPDFExporter(config=config)
    lines = ["### PDF step alone, from a notebook that has been run", "",
             "| brief | `brief_pdf` first | `brief_pdf` median | `webpdf` first | `webpdf` median | ratio of medians |",
             "| :-- | --: | --: | --: | --: | --: |"]  # fmt: skip
    ratios = []
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
        sides = {
            name: lambda exporter=exporter, notebook=notebook, given=resources: export(exporter, notebook, given)
            for name, exporter in (("ours", ours), ("theirs", theirs))
        }
        firsts = {side: measure(action) for side, action in sides.items()}
        medians = {side: statistics.median(taken) for side, taken in take_turns(sides, rounds).items()}
        ratios.append(medians["theirs"] / medians["ours"])
        cells = [f"{seconds * 1000:.0f} ms" for side in sides for seconds in (firsts[side], medians[side])]
        lines.append(f"| {path.stem} | {' | '.join(cells)} | {ratios[-1]:.0f} |")
    return [*lines, "", f"Median of the ratios: {statistics.median(ratios):.0f}."]


def export(exporter: Exporter, notebook: NotebookNode, resources: dict[str, Any]) -> None:
    """Make one PDF in memory."""
    paper, _ = exporter.from_notebook_node(notebook, resources=resources)
    assert paper.startswith(b"%PDF-")


# The editor's desk, and what readers get


def desk(rounds: int) -> list[str]:
    """Time a check of all briefs of which current executed copies are kept."""
    check = [str(BIN / "briefkit"), "check"]
    execute(check)  # runs what has changed
    taken = [measure(lambda: execute(check)) for _ in range(rounds)]
    told = f"Median {statistics.median(taken):.2f} s, fastest {min(taken):.2f} s, slowest {max(taken):.2f} s."
    return ["### `briefkit check`, all briefs, executed copies current", "", told]


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


# Measuring


def measure(action: Callable[[], None]) -> float:
    """Time one call, in seconds."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def take_turns(actions: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Time each action once a round; every other round the order turns, so that neither always goes first."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(rounds):
        for name in list(actions)[:: 1 if turn % 2 == 0 else -1]:
            times[name].append(measure(actions[name]))
    return times


if __name__ == "__main__":
    main()
