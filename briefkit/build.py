"""Build a collection: run every brief, export it to HTML and PDF, and write the site around them."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from briefkit import export, site
from briefkit.cache import executed_with_reads
from briefkit.data import LATEST, Data, open_data
from briefkit.errors import BriefError
from briefkit.files import digest, write
from briefkit.package import digests, find_data
from briefkit.run import HINDSIGHT, TIME_LIMIT, save, save_figures
from briefkit.stamps import Stamps, of_file, order
from briefkit.workers import in_turn, side_by_side

NOTHING: Mapping[str, str] = {}
TABLES = "data/"  # among the names of briefs, the one of what all editions share


@dataclass(frozen=True, slots=True)
class Task:
    """Ask for one brief: what is run and how, and under which name it goes where.

    With ``stamps`` it is a brief of the collection: the notebook and `figures/` take the results of its latest edition,
    and it is found to stand the next time if the file is still as it was ``found``.
    """

    path: Path
    name: str
    folder: Path
    edition: str = ""
    around: export.Place | None = None
    paper: str = "a4"
    time_limit: int = TIME_LIMIT
    cold: bool = False
    fresh: bool = False
    parameters: Mapping[str, str | bool] = field(default_factory=dict)
    stamps: Stamps | None = None
    day: str = ""
    drawn: Mapping[str, str] = field(default_factory=dict)
    found: str = ""


@dataclass(frozen=True, slots=True)
class Tables:
    """Ask for the pages of the tables, which can be made beside the briefs."""

    around: export.Place
    source: Path


@dataclass(frozen=True, slots=True)
class Made:
    """Hold what was made of a brief before any of it is written: files by their place in the task's folder."""

    files: dict[str, str | bytes]
    line: str
    reads: Mapping[str, Any]
    notebook: Any = None
    document: export.Document | None = None


def build(
    paths: Iterable[Path] = (),
    as_of: str = LATEST,
    out: Path | None = None,
    time_limit: int = TIME_LIMIT,
    cold: bool = False,
    fresh: bool = False,
    hindsight: bool = True,
    report: Callable[[str], None] | None = None,
    paper: str = "a4",
    workers: int = 0,
    fail_fast: bool = False,
    in_process: int = 0,
    scheduler: str = "",
) -> Path:
    """Build briefs (all of the project's, unless named) as of a day, and return the folder written.

    The latest edition goes to `build/` and refreshes the notebooks and `figures/`; another one goes to
    `build/<day>/` and leaves both alone. A brief that fails stops none of the others (with `fail_fast` none is begun
    after it); all are named at the end. What stands as an earlier build left it is left alone, and a brief whose code,
    roles and tables are as they were is not run again, unless `fresh` asks for it. Without `hindsight` the edition
    leaves out what became public after its day, and goes to a folder of its own within. Up to `in_process` briefs are
    built in this process, which stays warm for the next time; more of them on the cluster of a `scheduler`, if named.
    """
    export.paper_size(paper)  # before anything is run
    data = _opened(as_of, json.dumps(digests(find_data())))
    edition, day = "" if as_of == LATEST else data.as_of.isoformat(), data.as_of.isoformat()
    asked = order(paths, edition, out, hindsight, paper)
    stamps = Stamps(asked)
    around = site.place(edition, data) if asked.is_around else None
    standing = [path for path in asked.paths if stamps.stands(path, day) and not fresh]
    documents = {path.stem: found for path in standing if (found := stamps.document(path))}
    how = (around, paper, time_limit, cold, fresh, {} if hindsight else {HINDSIGHT: False})
    tasks = {
        path.stem: Task(
            path,
            path.stem,
            asked.folder,
            edition,
            *how,
            stamps.alone(path),
            day,
            {} if fresh else stamps.drawn(path),
            of_file(path),
        )
        for path in sorted(asked.paths, key=_length, reverse=True)  # so that all workers end at about the same time
        if path.stem not in documents
    }
    beside, uses = {}, None
    if tasks and not scheduler and asked.is_whole and (fresh or not stamps.tables_stand()):
        # First, and this process has its share: until the kernels' template is ready, no brief can be run.
        beside[TABLES] = Tables(site.tables_place(asked.out, asked.edition, data), data.folder)
        uses = site.uses_of_sources(data)
    made, faults = done(beside | tasks, asked.root, report, workers, fail_fast, scheduler, documents, in_process)
    if faults:
        raise BriefError.together(faults.values())
    shared = made.pop(TABLES, None)
    _surround(stamps, documents | made, data, around if tasks else None, fresh, shared, uses)
    return asked.folder


def _length(path: Path) -> int:
    """Say how long a brief may take, by what its notebook holds."""
    return path.stat().st_size if path.is_file() else 0


def _surround(
    stamps: Stamps,
    documents: Mapping[str, export.Document],
    data: Data,
    around: export.Place | None,
    fresh: bool,
    shared: Mapping[str, str | bytes] | None,
    uses: site.Uses | None,
) -> None:
    """Write what does not stand of the pages around the briefs, and lead from briefs built `around` them to others."""
    asked, cited = stamps.order, site.citations(documents)
    if asked.is_whole and (fresh or not stamps.site_stands()):
        parts = {"tables": stamps.tables_stand(), "sources": stamps.sources_stand(cited)}
        standing = {name for name, stands in parts.items() if stands and not fresh}
        site.publish(asked.out, asked.edition, documents, data, standing, shared, uses)
        stamps.mark_site(cited)
    elif around:
        site.link_editions(asked.out)


@functools.lru_cache(1)
def _opened(as_of: str, state: str) -> Data:
    """Open an edition's data once for as long as the tables' `state` is the same."""
    return open_data(as_of)


def done(
    tasks: Mapping[str, Task | Tables],
    root: Path,
    report: Callable[[str], None] | None = None,
    workers: int = 0,
    fail_fast: bool = False,
    scheduler: str = "",
    standing: Collection[str] = (),
    in_process: int = 0,
) -> tuple[dict[str, Any], dict[str, BriefError]]:
    """Do tasks side by side, here or on the cluster of a Dask scheduler; give documents and faults by name.

    A line is told of each that is `standing` already. Up to `in_process` tasks are done in this process.
    """
    orders = {name: (task,) for name, task in tasks.items()}
    if sum(isinstance(task, Task) for task in tasks.values()) <= in_process:
        return in_turn(do, orders, report, standing)
    if scheduler:
        from briefkit.cluster import spread  # here: Dask is an extra

        return spread(make, keep, tasks, root, scheduler, report, fail_fast, standing)
    return side_by_side(do, orders, report, workers, fail_fast, standing)


def do(task: Task | Tables) -> tuple[Any, str]:
    """Make one brief and write it; give its document, where that is wanted, and a line that says what was written.

    Of the tables the pages are given, to be written when no brief has failed.
    """
    if isinstance(task, Tables):
        start = time.perf_counter()
        made = site.tables(task.around, task.source)
        return made, f"{TABLES:<14} made {len(made)} files of tables in {time.perf_counter() - start:.2f} s"
    return keep(task, make(task))


def make(task: Task) -> Made:
    """Run and export one brief, in memory: this may be done on another machine."""
    start = time.perf_counter()
    notebook, reads = executed_with_reads(
        task.path, task.edition, task.time_limit, task.cold, task.fresh, task.parameters
    )
    ran = time.perf_counter()
    document, files, sizes = exported(notebook, task.name, task.around, task.paper, task.drawn)
    name = f"{task.edition} {task.name}".strip()
    line = f"{name:<14} ran {ran - start:.2f} s, exported {time.perf_counter() - ran:.2f} s, {sizes}"
    reads = {name: reads[name] for name in ("tables", "lenders")}
    return Made(files, line, reads, *((notebook, document) if task.stamps else ()))


def keep(task: Task, made: Made) -> tuple[export.Document | None, str]:
    """Write what was made of a brief, each file by a rename, and the stamp by which it is found to stand."""
    for name, content in made.files.items():
        write(task.folder / name, content)
    if task.stamps:
        # What was edited meanwhile is not overwritten.
        keeps = not task.edition and HINDSIGHT not in task.parameters and of_file(task.path) == task.found
        if keeps:
            save(task.path, made.notebook)
            save_figures(task.path, made.notebook)
        written = _written(task.path, made.document, task.folder, bool(task.around), keeps)
        task.stamps.mark(task.path, made.reads, task.day, made.document, written)
    return made.document, made.line


def exported(
    notebook: Any,
    name: str,
    around: export.Place | None = None,
    paper: str = "a4",
    drawn: Mapping[str, str] = NOTHING,
) -> tuple[export.Document, dict[str, str | bytes], str]:
    """Give a notebook's document, its page, paper and in a site (`around`) figures, and their sizes in words.

    All is made before anything is written: a brief that fails leaves the last good one alone. Pictures that stand are
    named by `drawn`, with what they were drawn from.
    """
    document = export.document(notebook, name)
    # The compiler leaves the interpreter to others: where a core is free, the page is made meanwhile.
    with ThreadPoolExecutor(1) as aside:
        setting = aside.submit(export.paper, document, paper)
        page = export.page(document, around)
        figures = {f"figures/{file}": content for file, content in _pictures(document, drawn)} if around else {}
        pdf = setting.result()
    files: dict[str, str | bytes] = {f"{name}.html": page, f"{name}.pdf": pdf} | figures
    return document, files, f"html {len(page.encode()) / 1000:.0f} kB, pdf {len(pdf) / 1000:.0f} kB"


def _written(path: Path, document: export.Document, folder: Path, around: bool, keeps: bool) -> Iterator[Path]:
    """Give the files that a brief is when it has been built."""
    yield from (folder / f"{path.stem}.html", folder / f"{path.stem}.pdf")
    figures = [f"{path.stem}-{block.cell}" for block in document.blocks if isinstance(block, export.Figure)]
    if around:
        yield from (folder / "figures" / f"{name}.{kind}" for name in figures for kind in ("svg", "png"))
    if keeps:
        yield path
        yield from (path.resolve().parent.parent / "figures" / f"{name}.svg" for name in figures)


def _pictures(document: export.Document, drawn: Mapping[str, str]) -> Iterator[tuple[str, str | bytes]]:
    """Give the file name and content of each figure to take away that does not stand already."""
    for block in document.blocks:
        if isinstance(block, export.Figure) and block.whole:
            name = f"{document.name}-{block.cell}"
            yield f"{name}.svg", block.whole
            if drawn.get(f"{name}.png") != digest(block.whole.encode()):
                yield f"{name}.png", export.png(block.whole, f"{document.name}.ipynb, cell “{block.cell}”")
