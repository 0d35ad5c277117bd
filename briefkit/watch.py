"""Watch the notebooks and tables of a project, and build again what rests on those that are saved."""

from __future__ import annotations

import functools
import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import watchfiles

from briefkit import export
from briefkit.errors import BriefError
from briefkit.stamps import Order, Stamps, of_file, of_text

FEW = 5  # briefs that are built here, where all is warm; more are built side by side
ROOMS = ("notebooks", "data")
STEP, LONGEST = 20, 200  # milliseconds: of silence after which files are looked at, and without any
CHECK = 2000  # milliseconds after which they are looked at in any case: some folders tell of nothing


def watch(
    order: Order, build: Callable[..., Path], fresh: bool = False, report: Callable[[str], None] = print
) -> NoReturn:
    """Build (all anew, if `fresh`), and again whenever a notebook or a table is saved, until interrupted.

    A fault is told and ends nothing. What a run itself writes into notebooks is no change, only what a person writes.
    """
    glance = Glance(order.root)
    seen = glance()
    _built(functools.partial(build, fresh=fresh), report)
    _rehearse(order)
    gc.freeze()  # what is here stays: no collection has to look at it again
    report("Watching notebooks/ and data/. Ctrl-C ends it.")
    rooms = [order.root / name for name in ROOMS]
    for _ in watchfiles.watch(
        *rooms, watch_filter=_is_source, step=STEP, debounce=LONGEST, rust_timeout=CHECK, yield_on_timeout=True
    ):
        now = glance()
        changed = dict(sorted(seen.items() ^ now.items()))
        if changed:
            # Taken before the build: what is saved meanwhile is a change again.
            seen = now
            report(f"{', '.join(changed)} changed")
            _built(build, report)


def _built(build: Callable[[], Path], report: Callable[[str], None]) -> None:
    start = time.perf_counter()
    try:
        folder = build(report=lambda line: None if line.endswith(" up to date") else report(line))
    except BriefError as error:
        report(str(error))
    else:
        report(f"Written to {folder} in {time.perf_counter() - start:.2f} s")


def _rehearse(order: Order) -> None:
    """Lay out one brief for nobody: the first page and paper of a process take far longer than all others."""
    document = Stamps(order).document(order.paths[0])
    if document:
        export.page(document)
        export.paper(document, order.paper)


def _is_source(_: watchfiles.Change, name: str) -> bool:
    path = Path(name)
    # JupyterLab keeps checkpoints in a hidden folder, and whole files replace others under hidden names.
    return path.suffix in (".ipynb", ".csv", ".json") and not path.name.startswith(".") and path.parent.name[:1] != "."


class Glance:
    """Name what stands in the watched files; only one that was touched is read again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[tuple[str, int, int, int], str] = {}

    def __call__(self) -> dict[str, str]:
        """Map each notebook and table to a name for what a person wrote there."""
        found, known = {}, {}
        for room in ROOMS:
            for path in (self.root / room).iterdir():
                if not _is_source(watchfiles.Change.modified, str(path)):
                    continue
                try:
                    state = path.stat()
                except OSError:  # gone meanwhile
                    continue
                key = str(path), state.st_mtime_ns, state.st_size, state.st_ino
                known[key] = found[f"{room}/{path.name}"] = self.known.get(key) or _content(path)
        self.known = known
        return found


def _content(path: Path) -> str:
    if path.suffix != ".ipynb":
        return of_file(path)
    text = of_text(path)
    return text.writing or text.whole
