"""Build a collection: run every brief, export it to HTML and PDF, and write the site around them."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from briefkit import export, site
from briefkit.cache import executed_with_reads
from briefkit.data import LATEST, Data, open_data
from briefkit.errors import BriefError
from briefkit.package import digests, find_data
from briefkit.run import HINDSIGHT, TIME_LIMIT, save, save_figures, write
from briefkit.stamps import Stamps, digest, order
from briefkit.workers import in_turn, side_by_side

NOTHING: Mapping[str, str] = {}


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
) -> Path:
    """Build briefs (all of the project's, unless named) as of a day, and return the folder written.

    The latest edition goes to `build/` and refreshes the notebooks and `figures/`; another one goes to
    `build/<day>/` and leaves both alone. A brief that fails stops none of the others (with `fail_fast` none is begun
    after it); all are named at the end. What stands as an earlier build left it is left alone, and a brief whose code,
    roles and tables are as they were is not run again, unless `fresh` asks for it. Without `hindsight` the edition
    leaves out what became public after its day, and goes to a folder of its own within. Up to `in_process` briefs are
    built in this process, which stays warm for the next time.
    """
    export.paper_size(paper)  # before anything is run
    data = _opened(as_of, json.dumps(digests(find_data())))
    edition, day = "" if as_of == LATEST else data.as_of.isoformat(), data.as_of.isoformat()
    asked = order(paths, edition, out, hindsight, paper)
    stamps = Stamps(asked)
    around = site.place(edition, data) if asked.is_around else None
    standing = [path for path in asked.paths if stamps.stands(path, day) and not fresh]
    documents = {path.stem: found for path in standing if (found := stamps.document(path))}
    orders = {
        path.stem: (path, asked.folder, edition, time_limit, cold, fresh, around, hindsight, paper, stamps, day)
        for path in asked.paths
        if path.stem not in documents
    }
    if len(orders) <= in_process:
        made, faults = in_turn(build_brief, orders, report, documents)
    else:
        made, faults = side_by_side(build_brief, orders, report, workers, fail_fast, documents)
    if faults:
        raise BriefError.together(faults.values())
    if asked.is_whole and (fresh or not stamps.site_stands()):
        tables = fresh or not stamps.tables_stand()
        site.publish(asked.out, edition, documents | made, data, tables)
        stamps.mark_site()
    elif around and orders:
        site.link_editions(asked.out)
    return asked.folder


@functools.lru_cache(1)
def _opened(as_of: str, state: str) -> Data:
    """Open an edition's data once for as long as the tables' `state` is the same."""
    return open_data(as_of)


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
    stamps: Stamps | None = None,
    day: str = "",
) -> tuple[export.Document, str]:
    """Run and export one brief; give its document and a line that says what was written.

    Within a site (`around`) its figures are written beside the page, as SVG and PNG. With `stamps` it is found to stand
    the next time.
    """
    start = time.perf_counter()
    found = path.read_bytes() if path.is_file() else b""
    parameters = {} if hindsight else {HINDSIGHT: False}
    notebook, reads = executed_with_reads(path, edition, time_limit, cold, fresh, parameters)
    ran = time.perf_counter()
    drawn = stamps.drawn(path) if stamps and not fresh else {}
    document, sizes = exported(notebook, path.stem, folder, around, paper, drawn)
    keeps = not edition and hindsight and path.read_bytes() == found  # what was edited meanwhile is not overwritten
    if keeps:
        save(path, notebook)
        save_figures(path, notebook)
    if stamps:
        stamps.mark(path, reads, day, document, _written(path, document, folder, bool(around), keeps))
    return document, f"{path.stem:<14} ran {ran - start:.1f} s, exported {time.perf_counter() - ran:.1f} s, {sizes}"


def exported(
    notebook: Any,
    name: str,
    folder: Path,
    around: export.Place | None = None,
    paper: str = "a4",
    drawn: Mapping[str, str] = NOTHING,
) -> tuple[export.Document, str]:
    """Write a notebook as page and paper, and in a site its figures; give its document and the sizes in words.

    Pictures that stand are named by `drawn`, with what they were drawn from.
    """
    # Everything is made before anything is written: a brief that fails leaves the last good one alone.
    document = export.document(notebook, name)
    page, pdf = export.page(document, around), export.paper(document, paper)
    pictures = dict(_pictures(document, drawn)) if around else {}
    write(folder / f"{name}.html", page)
    write(folder / f"{name}.pdf", pdf)
    for file, content in pictures.items():
        write(folder / "figures" / file, content)
    return document, f"html {len(page.encode()) / 1000:.0f} kB, pdf {len(pdf) / 1000:.0f} kB"


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
