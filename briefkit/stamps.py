"""Remember what a build was made from and what it wrote, so that what still stands is left alone.

A stamp names by content all that went into a brief, or into the pages around the briefs, and each file that came out: a
file that was only touched is as it was, one that is missing, edited or half written is not. A damaged stamp is as good
as none. This module loads the standard library alone, since a build that finds nothing to do should do nothing else.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import functools
import json
import os
import pickle
import re
import sys
import sysconfig
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from briefkit.errors import BriefError
from briefkit.files import digest, digest_of, read_sealed, while_unchanged, write, write_sealed
from briefkit.package import briefs, digests, find_data

ALWAYS_READ = ("datapackage", "sources", "support", "disagreements")  # they stand behind every row
WITHOUT_HINDSIGHT = "without-hindsight"
PAGES, SOURCES, TABLES = "the pages", "the sources", "the tables"  # with blanks: no brief is called so
# What another edition, or a batch of dossiers, writes into pages that stand already.
_LINKS = re.compile(rb"<!-- (editions|dossiers) -->.*?<!-- /\1 -->", re.DOTALL)


def of_file(path: Path) -> str:
    """Name a file's content; a file that cannot be read has the empty name."""
    try:
        return digest_of(path)
    except OSError:
        return ""


def of_page(path: Path) -> str:
    """Name the content of a file without its links to other editions, which a build of those may write anew."""
    if path.suffix != ".html":
        return of_file(path)
    try:
        return digest(_LINKS.sub(b"", path.read_bytes()))
    except OSError:
        return ""


class Text(NamedTuple):
    """Name a notebook three times: its whole file, what a person wrote in it, and its code alone."""

    whole: str
    writing: str
    code: str


def of_text(path: Path) -> Text:
    """Name a notebook by what a person wrote, results left out, and by the code that others may borrow from."""
    try:
        return _read(path)
    except OSError:
        return Text("", "", "")


@while_unchanged
def _read(content: bytes) -> Text:
    try:
        notebook = json.loads(content)
        code = [(cell["id"], joined(cell["source"])) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for cell in notebook["cells"]:
            for result in ("outputs", "execution_count"):
                cell.pop(result, None)
            cell["metadata"].pop("user_expressions", None)
            cell["source"] = joined(cell["source"])
        brief = notebook["metadata"].get("brief")
        written = [{**brief, "corrections": None} if isinstance(brief, dict) else brief, notebook["cells"]]
        return Text(digest(content), _named(written), _named(code))
    except (ValueError, KeyError, TypeError, AttributeError):  # no notebook: whoever runs it will say so
        return Text(digest(content), "", "")


def joined(source: Any) -> Any:
    """Join the lines in which a notebook stores a text."""
    return source if isinstance(source, str) else "".join(source)


def _named(made: Any) -> str:
    return digest(json.dumps(made, sort_keys=True).encode())


@functools.cache
def workshop(root: Path) -> str:
    """Name what every export is made with: the toolkit as this process found it, the lock, packages and Python."""
    home = Path(__file__).parent
    files = sorted(path for path in home.rglob("*") if path.is_file() and path.suffix != ".pyc")
    toolkit = [(path.relative_to(home).as_posix(), of_file(path)) for path in files]
    packages = sorted(name for name in os.listdir(sysconfig.get_path("purelib")) if name.endswith("-info"))
    return _named([toolkit, of_file(root / "requirements.lock"), packages, sys.version])


@dataclass(frozen=True, slots=True)
class Order:
    """Say what is asked for: which briefs, in which edition and form, and where they go."""

    root: Path
    paths: tuple[Path, ...]
    out: Path
    edition: str
    hindsight: bool
    paper: str

    @property
    def is_whole(self) -> bool:
        """Tell whether the pages around the briefs are to be written too."""
        return self.hindsight and len(self.paths) == len(briefs(self.root))

    @property
    def is_around(self) -> bool:
        """Tell whether briefs lead to pages around them: one that is built by itself does where these stand."""
        return self.is_whole or self.hindsight and (self.home / "index.html").is_file()

    @property
    def home(self) -> Path:
        """Give the folder of the edition."""
        return self.out / self.edition

    @property
    def folder(self) -> Path:
        """Give the folder of the briefs."""
        return self.home if self.hindsight else self.home / WITHOUT_HINDSIGHT


def order(
    paths: Iterable[Path] = (), as_of: str = "", out: Path | None = None, hindsight: bool = True, paper: str = "a4"
) -> Order:
    """Order briefs of the project that the working folder is in: all of them, unless named."""
    root = find_data().parent
    edition = "" if as_of == "latest" else as_of
    with contextlib.suppress(ValueError):  # what is no day is told by whoever opens the data
        edition = dt.date.fromisoformat(edition).isoformat()
    return Order(root, tuple(paths) or tuple(briefs(root)), out or root / "build", edition, hindsight, paper)


class Stamps:
    """Compare the project, as it is when this is made, with the stamps of earlier builds to the same folder."""

    def __init__(self, order: Order) -> None:
        # Read before anything is built: what changes while it is being built is found to be new the next time.
        self.order = order
        self.data, self.changes = digests(order.root / "data"), of_file(order.root / "CHANGELOG.md")
        self.workshop = workshop(order.root)
        self.asked = _named([order.edition, order.hindsight, order.paper, order.is_around])
        self.texts: dict[Path, Text] = {}

    def all_stand(self) -> bool:
        """Tell whether all that is ordered stands, so that a build has nothing to do."""
        return all(map(self.stands, self.order.paths)) and self.site_stands()

    def alone(self, path: Path) -> Stamps:
        """Give what a worker needs to mark one brief that has been asked about."""
        part = copy.copy(self)
        part.texts = {path.resolve(): self.texts[path.resolve()]}
        return part

    # --- briefs ---

    def stands(self, path: Path, day: str = "") -> bool:
        """Tell whether a brief stands as a build would leave it; `day` is what “latest” means, where that is known."""
        stamp = self._stamp(path.stem)
        text = self._text(path, stamp)
        stands = (
            stamp is not None
            and stamp["writing"] == text.writing
            and self._same_ground(stamp, day)
            and _unchanged(stamp["written"], of_page)
        )
        if stands:  # what has changed without touching it is no question the next time
            texts = {name: list(self.texts[Path(name)]) for name in stamp["texts"]}
            renewed = stamp | {"texts": texts, "data": self.data}
            if renewed != stamp:
                self._write_stamp(path.stem, renewed)
        return stands

    def would_run(self, path: Path) -> bool:
        """Tell whether a build would have to run the code of a brief, as far as its stamp knows."""
        stamp = self._stamp(path.stem)
        return (
            stamp is None or stamp["code"] != self._text(path, stamp).code or not self._same_ground(stamp, stamp["day"])
        )

    def _same_ground(self, stamp: Mapping[str, Any], day: str) -> bool:
        """Tell whether all that a brief rests on, besides its own text, is as it was."""
        if (stamp["asked"], stamp["workshop"], stamp["changes"]) != (self.asked, self.workshop, self.changes):
            return False
        if any(self._text(self.order.root / name, stamp).code != code for name, code in stamp["lenders"].items()):
            return False
        changed = {name.rpartition(".")[0] for name, _ in self.data.items() ^ stamp["data"].items()}
        # Any table may move the day that “latest” means.
        return not changed or not changed & {*stamp["tables"], *ALWAYS_READ} and stamp["day"] == day

    def _text(self, path: Path, stamp: Mapping[str, Any] | None) -> Text:
        """Name a notebook; only one that differs from the file that the stamp knows has to be read."""
        path = path.resolve()
        if path not in self.texts:
            whole = of_file(path)
            known = stamp["texts"].get(str(path)) if stamp else None
            self.texts[path] = Text(*known) if known and known[0] == whole else of_text(path)
        return self.texts[path]

    def mark(self, path: Path, reads: Mapping[str, Any], day: str, document: Any, written: Iterable[Path]) -> None:
        """Say that a brief stands: the tables and notebooks that it read, and the files that it is."""
        text, now = self.texts[path.resolve()], of_text(path)
        # One that was edited meanwhile is due again; one from another project has tables that are not known here.
        if now.writing != text.writing or not path.resolve().is_relative_to(self.order.root):
            return
        lenders = {(self.order.root / name).resolve(): code for name, code in reads["lenders"].items()}
        texts = {path.resolve(): now} | {other: found for other in lenders if (found := of_text(other))}
        kept = zlib.compress(pickle.dumps(document), 1)
        with contextlib.suppress(BriefError):  # a project that cannot be written to is built each time
            write(self._place / f"{path.stem}.document", kept)
        stamp = {
            "asked": self.asked,
            "workshop": self.workshop,
            "changes": self.changes,
            "writing": text.writing,
            "code": text.code,
            "texts": {str(other): found for other, found in texts.items()},
            "lenders": reads["lenders"],
            "tables": reads["tables"],
            "data": self.data,
            "day": day,
            "document": digest(kept),
            "written": {str(file.resolve()): of_page(file) for file in written},
        }
        self._write_stamp(path.stem, stamp)

    def document(self, path: Path) -> Any:
        """Give the document of a brief that stands, or nothing where it is lost or damaged."""
        stamp = self._stamp(path.stem)
        try:
            kept = (self._place / f"{path.stem}.document").read_bytes()
        except OSError:
            return None
        # The stamp names it: what anybody else put there is not opened.
        return _opened(kept) if stamp and digest(kept) == stamp["document"] else None

    def drawn(self, path: Path) -> dict[str, str]:
        """Map each picture of a brief that stands to a name for the drawing that it was made from."""
        stamp = self._stamp(path.stem)
        if not stamp or stamp["workshop"] != self.workshop:
            return {}
        pictures = [Path(name) for name in stamp["written"] if name.endswith(".png")]
        written = {file: stamp["written"][str(file)] for file in pictures}
        return {
            file.name: stamp["written"].get(str(file.with_suffix(".svg")), "")
            for file, content in written.items()
            if of_file(file) == content
        }

    # --- the pages around them ---

    def site_stands(self) -> bool:
        """Tell whether the pages around the briefs stand, where they are to be built too."""
        return not self.order.is_whole or all(
            self._part_stands(part, made) for part, made in ((PAGES, self._pages()), (TABLES, self._tables()))
        )

    def tables_stand(self) -> bool:
        """Tell whether the pages of the tables stand, which depend on the data alone."""
        return self._part_stands(TABLES, self._tables())

    def sources_stand(self, cited: Any) -> bool:
        """Tell whether the page of the sources stands, which depends also on what briefs have cited."""
        return self._part_stands(SOURCES, self._sources(cited))

    def mark_site(self, cited: Any) -> None:
        """Say that the pages around these briefs stand."""
        folder, out = self.order.home, self.order.out
        for part, made, files in (
            (PAGES, self._pages(), [*folder.glob("*.html"), out / "editions.html"]),
            (SOURCES, self._sources(cited), [folder / "sources.html"]),
            (TABLES, self._tables(), sorted((out / "data").glob("*"))),
        ):
            written = {str(file.resolve()): of_file(file) for file in files}
            self._write_stamp(part, {"made": made, "written": written})

    def _part_stands(self, part: str, made: str) -> bool:
        stamp = self._stamp(part)
        return stamp is not None and stamp["made"] == made and _unchanged(stamp["written"], of_file)

    def _pages(self) -> str:
        known = {path.stem: (self._stamp(path.stem) or {}).get("document", "") for path in briefs(self.order.root)}
        return _named([self.asked, self.workshop, self.data, known, neighbours(self.order.out)])

    def _sources(self, cited: Any) -> str:
        return _named([self.asked, self.workshop, self.data, cited])

    def _tables(self) -> str:
        # They lead to the latest edition where there is one, as there is after it has been built.
        latest = not self.order.edition or (self.order.out / "index.html").is_file()
        return _named([self.workshop, self.data, latest or self.order.edition])

    # --- their files ---

    @property
    def _place(self) -> Path:
        name = digest(str(self.order.folder.resolve()).encode())[:16]
        return self.order.root / "build" / ".runs" / "stamps" / name

    def _stamp(self, name: str) -> dict[str, Any] | None:
        content = read_sealed(self._place / f"{name}.stamp")
        return None if content is None else json.loads(content)

    def _write_stamp(self, name: str, stamp: dict[str, Any]) -> None:
        write_sealed(self._place / f"{name}.stamp", json.dumps(stamp))


@functools.lru_cache(64)  # for a process that builds again and again
def _opened(kept: bytes) -> Any:
    return pickle.loads(zlib.decompress(kept))


def _unchanged(written: Mapping[str, str], named: Any) -> bool:
    return all(named(Path(file)) == content for file, content in written.items())


def neighbours(out: Path) -> list[Any]:
    """Name the editions, briefs and numbers of dossiers that stand in a folder: pages lead from one to the other."""
    found = []
    for folder in [out, *sorted(out.glob("????-??-??"))]:
        if (folder / "index.html").is_file():
            papers = sorted(path.name for path in folder.glob("*.pdf") if path.with_suffix(".html").is_file())
            listed = (folder / "dossiers" / "index.html").is_file()
            found.append([folder.name if folder != out else "", papers, listed and _count(folder / "dossiers")])
    return found


def _count(folder: Path) -> int:
    return sum(name.endswith(".pdf") for name in os.listdir(folder))
