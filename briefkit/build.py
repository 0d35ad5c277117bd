"""Build a collection: run every brief, export it to HTML and PDF, and write the site around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from briefkit import export, site
from briefkit.cache import executed
from briefkit.data import LATEST, open_data
from briefkit.errors import BriefError
from briefkit.package import find_data
from briefkit.run import HINDSIGHT, TIME_LIMIT, save, save_figures, write
from briefkit.workers import side_by_side

WITHOUT_HINDSIGHT = "without-hindsight"


@dataclass(frozen=True, slots=True)
class Task:
    """Ask for one brief: what is run and how, under which name it goes where, and what else takes its results.

    ``refreshes``: the notebook and `figures/` take them. ``listed``: the site's pages want its document.
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
    refreshes: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """Hold what was made of a brief before any of it is written: files by their place in the task's folder."""

    files: dict[str, str | bytes]
    line: str
    notebook: Any = None
    document: export.Document | None = None


def briefs(root: Path) -> list[Path]:
    """List the notebooks of a project that are briefs, in alphabetical order."""
    found = sorted((root / "notebooks").glob("*.ipynb"))
    if not found:
        raise BriefError(str(root / "notebooks"), "no notebooks", "at least one brief", "Add one: see CONTRIBUTING.md.")
    return found


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
    scheduler: str = "",
) -> Path:
    """Build briefs (all of the project's, unless named) as of a day, and return the folder written.

    The latest edition goes to `build/` and refreshes the notebooks and `figures/`; another one goes to
    `build/<day>/` and leaves both alone. A brief that fails stops none of the others (with `fail_fast` none is begun
    after it); all are named at the end. A brief whose code, roles and tables are as they were is not run again, unless
    `fresh` asks for it. Without `hindsight` the edition leaves out what became public after its day, and goes to a
    folder of its own within.
    """
    export.paper_size(paper)  # before anything is run
    data = open_data(as_of)
    root = find_data().parent
    edition = "" if as_of == LATEST else data.as_of.isoformat()
    folder = (out or root / "build") / edition
    paths = list(paths) or briefs(root)
    whole = len(paths) == len(briefs(root)) and hindsight
    # A brief that is built by itself leads to the site only where there is one.
    around = site.place(edition, data) if whole or hindsight and (folder / "index.html").is_file() else None
    folder = folder if hindsight else folder / WITHOUT_HINDSIGHT
    how = (around, paper, time_limit, cold, fresh, {} if hindsight else {HINDSIGHT: False})
    refreshes = not edition and hindsight
    tasks = {path.stem: Task(path, path.stem, folder, edition, *how, refreshes, listed=whole) for path in paths}
    documents, faults = done(tasks, root, report, workers, fail_fast, scheduler)
    if faults:
        raise BriefError.together(faults.values())
    if whole:
        site.publish(out or root / "build", edition, documents, data)
    elif around:
        site.link_editions(out or root / "build")
    return folder


def done(
    tasks: Mapping[str, Task],
    root: Path,
    report: Callable[[str], None] | None = None,
    workers: int = 0,
    fail_fast: bool = False,
    scheduler: str = "",
) -> tuple[dict[str, export.Document], dict[str, BriefError]]:
    """Do tasks side by side, here or on the cluster of a Dask scheduler; give documents and faults by name."""
    if scheduler:
        from briefkit.cluster import spread  # here: Dask is an extra

        return spread(make, keep, tasks, root, scheduler, report, fail_fast)
    return side_by_side(build_brief, {name: (task,) for name, task in tasks.items()}, report, workers, fail_fast)


def build_brief(task: Task) -> tuple[export.Document | None, str]:
    """Make one brief and write it; give its document, where that is wanted, and a line that says what was written."""
    return keep(task, make(task))


def make(task: Task) -> Made:
    """Run and export one brief, in memory: this may be done on another machine."""
    start = time.perf_counter()
    notebook = executed(task.path, task.edition, task.time_limit, task.cold, task.fresh, task.parameters)
    ran = time.perf_counter()
    document, files, sizes = exported(notebook, task.name, task.around, task.paper)
    line = f"{task.name:<14} ran {ran - start:.2f} s, exported {time.perf_counter() - ran:.2f} s, {sizes}"
    return Made(files, line, notebook if task.refreshes else None, document if task.listed else None)


def keep(task: Task, made: Made) -> tuple[export.Document | None, str]:
    """Write what was made of a brief, each file by a rename."""
    for name, content in made.files.items():
        write(task.folder / name, content)
    if made.notebook:
        save(task.path, made.notebook)
        save_figures(task.path, made.notebook)
    return made.document, made.line


def exported(
    notebook: Any, name: str, around: export.Place | None = None, paper: str = "a4"
) -> tuple[export.Document, dict[str, str | bytes], str]:
    """Give a notebook's document, its page, paper and in a site (`around`) figures, and their sizes in words.

    All is made before anything is written: a brief that fails leaves the last good one alone.
    """
    document = export.document(notebook, name)
    page, pdf = export.page(document, around), export.paper(document, paper)
    files: dict[str, str | bytes] = {f"{name}.html": page, f"{name}.pdf": pdf}
    if around:
        files |= {f"figures/{file}": content for file, content in _pictures(document)}
    return document, files, f"html {len(page.encode()) / 1000:.0f} kB, pdf {len(pdf) / 1000:.0f} kB"


def _pictures(document: export.Document) -> Iterator[tuple[str, str | bytes]]:
    """Give the file name and content of each figure to take away."""
    for block in document.blocks:
        if isinstance(block, export.Figure) and block.whole:
            name = f"{document.name}-{block.cell}"
            yield f"{name}.svg", block.whole
            yield f"{name}.png", export.png(block.whole, f"{document.name}.ipynb, cell “{block.cell}”")
