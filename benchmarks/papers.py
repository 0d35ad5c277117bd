"""Time the PDF step alone: both PDF exporters on a notebook that has been run, again and again, as for its editor."""

from __future__ import annotations

import multiprocessing
import statistics
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import Exporter, WebPDFExporter
from nbformat import NotebookNode
from project import NO_SANDBOX, Bench
from timing import Measured, Row, measure, seconds, take_turns
from traitlets.config import Config

from briefkit.export import BriefPDF

TARGET = 50


def pdf_step(bench: Bench) -> Measured:
    """Time both exporters on each brief, in a process for each: what others leave in the compiler is not its own."""
    lines = ["### PDF step alone, from a notebook that has been run", "",
             "| brief | `brief_pdf` first | `brief_pdf` median | `webpdf` first | `webpdf` median | ratio of medians |",
             "| :-- | --: | --: | --: | --: | --: |"]  # fmt: skip
    medians: dict[str, list[float]] = {"ours": [], "theirs": []}
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawned, max_tasks_per_child=1) as alone:
        for path in bench.notebooks:
            firsts, times = alone.submit(_taken, path, bench.rounds).result()
            for side, taken in times.items():
                medians[side].append(statistics.median(taken))
            cells = [seconds(taken) for side in times for taken in (firsts[side], medians[side][-1])]
            lines.append(f"| {path.stem} | {' | '.join(cells)} | {medians['theirs'][-1] / medians['ours'][-1]:.0f} |")
    ratio = statistics.median(there / here for here, there in zip(*medians.values(), strict=True))
    times = [seconds(statistics.median(taken)) for taken in medians.values()]
    row = Row("PDF step of a notebook that has been run, in a warm process", *times, f"{ratio:.0f}",
              f"{TARGET} times faster", ratio >= TARGET)  # fmt: skip
    return Measured([row], lines)


def _taken(path: Path, rounds: int) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Give the first time of either side, and those of all rounds after it."""
    # An exporter made in Python reads no configuration files: say here what the environment's Jupyter is told.
    config = Config({"Exporter": {"preprocessors": ["briefkit.export.RoleValues"]}})
    config.WebPDFExporter.disable_sandbox = NO_SANDBOX
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"name": path.stem, "path": str(path.parent)}}
    sides = {
        name: lambda exporter=exporter: export(exporter, notebook, resources)
        for name, exporter in (("ours", BriefPDF(config=config)), ("theirs", WebPDFExporter(config=config)))
    }
    return {side: measure(action) for side, action in sides.items()}, take_turns(sides, rounds)


def export(exporter: Exporter, notebook: NotebookNode, resources: dict[str, Any]) -> None:
    """Make one PDF in memory."""
    paper, _ = exporter.from_notebook_node(notebook, resources=resources)
    assert paper.startswith(b"%PDF-")
