"""Set a document as a tagged PDF with Typst. The compiler gets data, never markup made of a notebook's text."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from briefkit.errors import BriefError
from briefkit.export.document import (
    HOUSE,
    Claim,
    Document,
    Figure,
    Listing,
    Note,
    Picture,
    Prose,
    Source,
    Summary,
    Table,
)
from briefkit.export.fonts import faces, house, shown
from briefkit.export.html import SHOWN_USES, web
from briefkit.export.markup import Node, plain
from briefkit.export.svg import Drawings, Unreadable, is_house

STANDARDS = ["a-3a", "ua-1"]
# A notebook that tells no day gets one all the same: the same input must give the same bytes.
NO_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# The sizes by Typst's names: a page of its world, or of America's.
PAPERS = ("a4", "us-letter")
# A chart further down than this many characters cannot rise above the title when it goes to the head of its page.
NEAR_TITLE = 1200
# Letters beyond those that every face has.
_LETTERS = re.compile(r"[^\x00-\x7f]")
# A chart is at most this many times as high as the measure is wide: then heading and source line fit beside it.
TALLEST = 1.25
# A list up to so many characters, and a table up to so many lines and characters, is not divided between pages.
WHOLE_LIST, WHOLE_TABLE, WHOLE_CELLS = 600, 14, 1200
SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/svg+xml": "svg"}


def paper(document: Document, size: str = "a4") -> bytes:
    """Compile a document for a4 or us-letter; the same document gives the same bytes."""
    writer = _Writer(document, paper_size(size))
    day = writer.day
    moment = dt.datetime(*day, tzinfo=dt.UTC) if day else NO_DAY
    try:
        return _compiled(_template(), writer.files(), pdf_standards=STANDARDS, timestamp=moment)
    except typst.TypstError as error:
        raise BriefError(
            f"{document.name or 'notebook'}.ipynb",
            f"Typst refuses the paper ({error})",
            "a document that meets PDF/UA-1 and PDF/A-3a",
            "Look for the text or drawing that it names, and report this as a fault of briefkit.",
        ) from None


def paper_size(size: str) -> str:
    """Give a size back if there is such a paper.

    >>> paper_size("us-letter")
    'us-letter'
    """
    if size not in PAPERS:
        raise BriefError("paper", f"“{size}” is no size of it", " or ".join(PAPERS), "Name one of the two.")
    return size


@functools.cache
def _template() -> bytes:
    return (files("briefkit.export") / "template" / "brief.typ").read_bytes()


def _compiled(main: bytes, beside: dict[str, bytes], **options: Any) -> bytes:
    # A private folder is the root: it holds these files and nothing else, whatever a template might ask for. What is
    # handed over in memory the compiler would read as markup first, whether it is or not: an eighth of its time.
    with tempfile.TemporaryDirectory(prefix="brief-") as root:
        for name, content in beside.items():
            Path(root, name).write_bytes(content)
        return typst.compile({"main": main}, root=root, font_paths=faces(), **options)


def _readable(name: str, content: bytes) -> bool:
    """Try a picture by itself: a broken one must not stop the paper."""
    try:
        _compiled(f'#image("{name}")'.encode(), {name: content}, timestamp=NO_DAY)
    except typst.TypstError:
        return False
    return True


@functools.lru_cache(64)
def _cleaned(text: str) -> bytes:
    """Clean a drawing once: after an edited sentence all the charts are as they were."""
    return Drawings().clean(text).encode("utf-8")


def _share(drawing: str) -> float:
    """Give the part of the measure at which a drawing still fits on a page: 1, unless it is very tall."""
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', drawing)
    width, height = map(float, box.groups()) if box else (1.0, 1.0)
    return min(1.0, TALLEST * width / height) if height else 1.0


class _Writer:
    """Turn a document into JSON for the template, and its drawings and tables into files beside it."""

    def __init__(self, document: Document, size: str = "a4") -> None:
        self.document, self.size = document, size
        self.floats, self.written = False, 0
        self.made: dict[str, bytes] = {}
        try:
            self.day = list(dt.date.fromisoformat(document.as_of).timetuple()[:3])
        except ValueError:
            self.day = None

    def files(self) -> dict[str, bytes]:
        """Give what the template reads: data, drawings and other pictures, attachments."""
        data = json.dumps(self._data(), ensure_ascii=False)
        self.made["brief.json"] = data.encode("utf-8")
        # Where all can be set in the house faces, not even naming the compiler's own saves a tenth of the time.
        self.made["carried.json"] = json.dumps(not house().issuperset(_LETTERS.findall(data))).encode()
        return self.made

    def _data(self) -> dict[str, Any]:
        made = self.document
        attached = []
        for name, about, text in made.attached:
            self.made[name] = text.encode("utf-8")
            attached.append({"name": name, "about": shown(about)})
        self.written = len(made.answer_text)
        return {
            "paper": self.size,
            "house": HOUSE if made.is_brief else "",
            "title": shown(made.title),
            "subject": shown(made.subject),
            "as_of": shown(made.day),
            "day": self.day,
            "about": shown(made.answer_text),
            "answer": self._nodes(made.answer),
            "blocks": [self._placed(block) for block in made.blocks],
            "notes": [self._note(note) for note in made.notes],
            "sources": [self._source(source) for source in made.sources],
            "attached": attached,
        }

    # --- prose -------------------------------------------------------------------------------------------------------

    def _nodes(self, nodes: list[Node]) -> list[dict[str, Any]]:
        return [self._node(node) for node in nodes]

    def _node(self, node: Node) -> dict[str, Any]:
        made: dict[str, Any] = {"kind": node.kind}
        if node.text:
            made["text"] = shown(node.text)
        if node.children:
            made["children"] = self._nodes(node.children)
        meta = node.meta
        if node.kind in ("value", "mark"):
            made |= {"note": meta["note"], "joined": meta.get("joined", False)}
        elif node.kind == "heading":
            made |= {"level": meta["level"] - 1, "id": meta["id"]}
        elif node.kind == "list":
            made |= {"ordered": meta["ordered"], "start": meta.get("start", 1)}
            made["brief"] = len(plain(node.children)) <= WHOLE_LIST
        elif node.kind == "table":
            made["widths"] = widths([[plain(cell.children) for cell in row.children] for row in node.children])
        elif node.kind == "link":
            made["href"] = meta["href"] if meta["href"].startswith(("http://", "https://", "mailto:")) else ""
        elif node.kind == "cell":
            made |= {"head": meta["head"], "align": meta["align"]}
        elif node.kind == "image":
            made |= {"alt": shown(meta["alt"]), "file": self._picture(meta["mime"], meta["content"])}
        return made

    def _picture(self, mime: str, content: bytes) -> str:
        """Store a picture under a name of our own; give no name for one that must be told in words."""
        if mime == "image/svg+xml":
            return self._drawing(content.decode("utf-8", "replace"))
        name = f"picture-{len(self.made)}.{SUFFIX[mime]}"
        if not _readable(name, content):
            return ""
        self.made[name] = content
        return name

    def _drawing(self, text: str) -> str:
        try:
            drawing = _cleaned(text)
        except Unreadable:
            return ""
        name = f"drawing-{len(self.made)}.svg"
        if not is_house(text) and not _readable(name, drawing):
            return ""
        self.made[name] = drawing
        return name

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _placed(self, block: Any) -> dict[str, Any]:
        """Lay a block out, and tell whether a chart after it may move on the page: not to another section."""
        made = self._block(block)
        if isinstance(block, Prose | Summary):
            self.written += len(plain(block.nodes))
            self.floats = self.written > NEAR_TITLE and bool(block.nodes) and block.nodes[-1].kind != "heading"
        return made

    def _block(self, block: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"kind": type(block).__name__.lower(), "id": block.cell}
        match block:
            case Prose():
                made["nodes"] = self._nodes(block.nodes)
            case Summary():
                made |= {"title": shown(block.title.strip()), "nodes": self._nodes(block.nodes)}
            case Figure():
                made |= {name: shown(getattr(block, name)) for name in ("title", "subtitle", "alt", "source_line")}
                made |= {"number": block.number, "file": self._drawing(block.svg), "sources": block.sources}
                made |= {"floats": self.floats, "breakable": False, "share": _share(block.svg)}
            case Table():
                filled = sum(len(cell) for line in block.lines for cell in line)
                long = len(block.lines) > WHOLE_TABLE or filled > WHOLE_CELLS
                made |= {
                    "floats": self.floats and not long,
                    "breakable": long,
                    "widths": widths([block.heads, *block.lines]),
                    "number": block.number,
                    "caption": shown(block.caption),
                    "heads": [shown(head) for head in block.heads],
                    "lines": [[shown(cell) for cell in line] for line in block.lines],
                    "align": block.align,
                    "sources": block.sources,
                }
            case Claim():
                made |= {name: shown(getattr(block, name)) for name in ("told", "sign", "verdict", "evidence")}
                made |= {"number": block.number, "holds": block.holds, "sources": block.sources}
            case Picture():
                made |= {"alt": shown(block.alt), "file": self._picture(block.mime, block.content)}
            case Listing():
                made |= {"text": shown(block.text), "look": block.kind}
        return made

    def _note(self, note: Note) -> dict[str, Any]:
        alone = len(note.content) == 1 and note.content[0].kind == "paragraph"
        content = self._nodes(note.content[0].children if alone else note.content)
        return {
            "number": note.number,
            "anchor": f"note-{note.number}",
            "content": content,
            "value": shown(note.value_words),
            "made": shown(f"{note.made_words}. " if note.made else "") + shown("; ".join(note.rows_words)),
            "as_of": shown(note.as_of),
            "support": note.support_words,
            "sources": note.sources,
            "differ": [shown(sentence) for sentence in note.disagreements],
        }

    def _source(self, source: Source) -> dict[str, Any]:
        return {
            "number": source.number,
            "anchor": f"source-{source.number}",
            "title": shown(source.title),
            "publisher": shown(source.publisher),
            "day": shown(source.day),
            "url": source.url if web(source.url) else "",
            "notes": source.notes[:SHOWN_USES],
            "more": max(0, len(source.notes) - SHOWN_USES),
            "shown_in": source.shown_in,
        }


# What a line of a table holds: characters of 8.6 pt across the measure, and what the gap between two columns takes.
LINE, GAP = 97, 2.4
# A cell this short is not divided; a word this long is not reckoned with.
SHORT, WORD = 18, 30


def widths(lines: list[list[str]]) -> list[int]:
    """Share a line between columns by what stands in them; 0, for each, where all fit with much room to spare.

    >>> widths([["Day", "Lamps"], ["1 March 2001", "1,550"]])
    [0, 0]
    >>> widths([["Claim", "Verdict"], ["They stayed under the cap until it ran out, but for one " * 2, "holds"]])
    [59, 7]
    """
    columns = list(zip(*lines, strict=True))
    words = [min(WORD, max(map(len, " ".join(column).split()), default=1)) for column in columns]
    # A head may take two lines.
    longest = [max(word, len(head) // 2, *map(len, cells)) for word, (head, *cells) in zip(words, columns, strict=True)]
    room = LINE - GAP * len(columns)
    if sum(max(map(len, column)) for column in columns) * 1.5 <= room:
        return [0] * len(columns)
    needed = longest
    for many in range(2, max(longest) + 1):
        if sum(needed) <= room:
            break
        # More lines for each cell, until every one finds room; short cells are kept in one.
        needed = [
            size if size <= SHORT else max(word, round(size / many + word / 2))
            for size, word in zip(longest, words, strict=True)
        ]
    return needed
