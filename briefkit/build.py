"""Build a collection: run every brief, export it to HTML and PDF, and write the site around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
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
    orders = {path.stem: (path, folder, edition, time_limit, cold, fresh, around, hindsight, paper) for path in paths}
    documents, faults = side_by_side(build_brief, orders, report, workers, fail_fast)
    if faults:
        raise BriefError.together(faults.values())
    if whole:
        site.publish(out or root / "build", edition, documents, data)
    elif around:
        site.link_editions(out or root / "build")
    return folder


def build_brief(
    path: Path,
    folder: Path,
    edition: str = "",
    time_limit: int = TIME_LIMIT,
    cold: bool = False,
    fresh: bool = False,
    around: export.Place | None = None,
    hindsight: bool = True,
    paper: str = "a4",
) -> tuple[export.Document, str]:
    """Run and export one brief; give its document and a line that says what was written.

    Within a site (`around`) its figures are written beside the page, as SVG and PNG.
    """
    start = time.perf_counter()
    notebook = executed(path, edition, time_limit, cold, fresh, {} if hindsight else {HINDSIGHT: False})
    ran = time.perf_counter()
    document, sizes = exported(notebook, path.stem, folder, around, paper)
    if not edition and hindsight:
        save(path, notebook)
        save_figures(path, notebook)
    return document, f"{path.stem:<14} ran {ran - start:.1f} s, exported {time.perf_counter() - ran:.1f} s, {sizes}"


def exported(
    notebook: Any, name: str, folder: Path, around: export.Place | None = None, paper: str = "a4"
) -> tuple[export.Document, str]:
    """Write a notebook as page and paper, and in a site its figures; give its document and the sizes in words."""
    # Everything is made before anything is written: a brief that fails leaves the last good one alone.
    document = export.document(notebook, name)
    page, pdf = export.page(document, around), export.paper(document, paper)
    pictures = dict(_pictures(document)) if around else {}
    write(folder / f"{name}.html", page)
    write(folder / f"{name}.pdf", pdf)
    for file, content in pictures.items():
        write(folder / "figures" / file, content)
    return document, f"html {len(page.encode()) / 1000:.0f} kB, pdf {len(pdf) / 1000:.0f} kB"


def _pictures(document: export.Document) -> Iterator[tuple[str, str | bytes]]:
    """Give the file name and content of each figure to take away."""
    for block in document.blocks:
        if isinstance(block, export.Figure) and block.whole:
            name = f"{document.name}-{block.cell}"
            yield f"{name}.svg", block.whole
            yield f"{name}.png", export.png(block.whole, f"{document.name}.ipynb, cell “{block.cell}”")
