"""Read an executed notebook into a document: title, answer, blocks in order, numbered notes and sources."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
from collections.abc import Callable, Iterable
from typing import Any

from briefkit.errors import BriefError
from briefkit.export.document import (
    SUPPORT_WORDS,
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
    in_words,
)
from briefkit.export.markup import Markup, Node, plain
from briefkit.facts import CLAIM, FACT, FIGURE, SHOWN_SOURCES, TABLE
from briefkit.ledger import headlines, rows_of
from briefkit.prose import check_roles, replace_roles

PICTURES = ("image/png", "image/jpeg", "image/gif")
HIDDEN = {"remove-cell", "hide-cell"}
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def role_values(notebook: Any, cell: Any, index: int, name: str = "") -> str:
    """Give a cell's Markdown with values in place of roles; a brief refuses roles that have none."""
    if not is_brief(notebook) and not cell.get("metadata", {}).get("user_expressions"):
        return cell["source"]
    reader = _Reader(notebook, name, show_code=False)
    place = reader.place(cell, index)
    results = reader.results(cell)

    def value(expression: str) -> str:
        nodes = reader.role(expression, results, place)
        return f"{{eval}}`{expression}`" if nodes[0].kind == "literal" else plain(nodes)

    return replace_roles(_joined(cell["source"]), value)


def document(notebook: Any, name: str = "", show_code: bool = False, is_listed: bool = True) -> Document:
    """Read a notebook; in a brief refuse whatever a reader could not follow, elsewhere show it as it stands.

    Of one `is_listed` its headlines are counted too, for the pages around it.
    """
    made = _Reader(notebook, name, show_code).read()
    if is_listed and made.is_brief:
        made.headlines = headlines(notebook)
    return made


def is_brief(notebook: Any) -> bool:
    """Tell a brief, which must keep its promises, from a notebook from elsewhere."""
    return "brief" in notebook.get("metadata", {})


class _Reader:
    def __init__(self, notebook: Any, name: str, show_code: bool) -> None:
        brief = notebook.get("metadata", {}).get("brief")
        self.notebook, self.show_code = notebook, show_code
        self.where = f"{name}.ipynb" if name else "notebook"
        named = name.replace("-", " ").replace("_", " ").strip()
        self.made = Document(name, named[:1].upper() + named[1:] or "Untitled notebook", is_brief=is_brief(notebook))
        if isinstance(brief, dict):
            self.made.subject = str(brief.get("subject", ""))
            self.made.kind = str(brief.get("kind", "")).strip() or self.made.kind
        self.level = 1
        self.ids = {"notes", "sources", "main", "cite", "contents"}
        self.note_keys: dict[Any, Note] = {}
        self.source_keys: dict[Any, Source] = {}
        self.counts = {Figure: 0, Table: 0, Claim: 0}
        self.rows: set[tuple[str, str]] = set()
        self.late: set[tuple[str, str]] = set()

    def read(self) -> Document:
        for index, cell in enumerate(self.notebook.get("cells", [])):
            tags = set(cell.get("metadata", {}).get("tags", ()))
            if tags & HIDDEN and cell.get("cell_type") != "markdown":
                continue
            cell_id = self._unique(str(cell.get("id") or f"cell-{index + 1}"))
            place = self.place(cell, index)
            if cell.get("cell_type") == "markdown":
                if "remove-cell" not in tags:
                    self._markdown(cell, cell_id, place, index == 0, "summary" in tags)
            elif cell.get("cell_type") == "code":
                self._code(cell, cell_id, place, "remove-output" in tags)
        if self.made.is_brief:
            self._close()
            self._corrections()
        self._link_back()
        return self.made

    def _close(self) -> None:
        """End a brief with its claims in one table, and with what the edition knows by hindsight."""
        claims = [block for block in self.made.blocks if isinstance(block, Claim)]
        if claims:
            self._section("claims", "Claims of this brief, tested")
            self.made.blocks.append(self._claims(claims))
        if self.late:
            many = f"{len(self.late)} of the {len(self.rows)} rows behind this edition"
            words = (
                f"{many} report an earlier day and became public only after {self.made.day}. They are hindsight: "
                "kept, and marked in their notes."
            )
            self._section("hindsight", "What this edition knows by hindsight", words)

    def _section(self, wanted: str, heading: str, words: str = "") -> None:
        self.level, name = 2, self._unique(wanted)
        nodes = [Node("heading", [Node("text", text=heading)], meta={"level": 2, "id": name})]
        nodes += [Node("paragraph", [Node("text", text=words)])] if words else []
        self.made.blocks.append(Prose(name, nodes))

    def _claims(self, claims: list[Claim]) -> Table:
        lines = [[claim.told, claim.verdict, claim.evidence] for claim in claims]
        cited = [", ".join(map(str, claim.sources)) for claim in claims]
        raw = [
            {"sentence": line[0], "verdict": line[1], "evidence": line[2], "sources": number}
            for line, number in zip(lines, cited, strict=True)
        ]
        return Table(
            cell=self._unique("claims-table"),
            number=self._next(Table),
            caption=f"Claims as of {self.made.day}",
            heads=["Claim", "Verdict", "Evidence", "Sources"],
            lines=[[*line, _runs(claim.sources)] for line, claim in zip(lines, claims, strict=True)],
            align=["left"] * 4,
            header_column=True,
            csv=_csv(["sentence", "verdict", "evidence", "sources"], raw),
            sources=sorted({number for claim in claims for number in claim.sources}),
        )

    def _corrections(self) -> None:
        """End with a box that says which rows under the brief were put right, when, and what had been wrong."""
        brief = self.notebook.get("metadata", {}).get("brief")
        listed = brief.get("corrections") if isinstance(brief, dict) else None
        items = [
            {name: str(each.get(name) or "") for name in ("day", "table", "key", "text")}
            for each in (listed if isinstance(listed, (list, tuple)) else ())
            if isinstance(each, dict) and each.get("text")
        ]
        if items:
            nodes = [
                Node(
                    "item", [Node("strong", [Node("text", text=in_words(each["day"]))]), Node("text", text=_told(each))]
                )
                for each in items
            ]
            box = [Node("list", nodes, meta={"ordered": False})]
            self.made.blocks.append(Summary(self._unique("corrections"), "Corrections", box))

    def _link_back(self) -> None:
        """Lead from a source that stands behind many values only, and is named by none, to the first of them."""
        for note in self.made.notes:
            for number in note.sources:
                source = self.made.sources[number - 1]
                if not source.notes and not source.places:
                    source.notes.append(note.number)

    def place(self, cell: Any, index: int) -> str:
        """Name a cell in a message."""
        return f'{self.where}, cell "{cell.get("id") or index + 1}"'

    def results(self, cell: Any) -> dict[str, Any]:
        """Find what was stored for each expression of a cell."""
        stored = cell.get("metadata", {}).get("user_expressions") or []
        return {item.get("expression", ""): item.get("result", {}) for item in stored}

    def _unique(self, wanted: str) -> str:
        slug = re.sub(r"[^a-z0-9-]+", "-", wanted.lower()).strip("-") or "part"
        # A panel, a source or a heading of the page itself must never share a name with a cell.
        if re.fullmatch(r"[ns]\d+|(chart|note|source|use)-.*", slug):
            slug = f"cell-{slug}"
        name, count = slug, 2
        while name in self.ids or f"{name}-title" in self.ids:
            name, count = f"{slug}-{count}", count + 1
        self.ids |= {name, f"{name}-title"}
        return name

    # --- prose -------------------------------------------------------------------------------------------------------

    def _markdown(self, cell: Any, cell_id: str, place: str, first: bool, summary: bool) -> None:
        source = _joined(cell.get("source", ""))
        if self.made.is_brief:
            check_roles(source, place)
        results = self.results(cell)
        markup = Markup(
            value=lambda expression: self.role(expression, results, place, markup.in_heading),
            footnote=lambda number, content: self._footnote((place, number), content),
            attachments=cell.get("attachments", {}),
        )
        nodes = markup.read(source)
        if first and nodes and nodes[0].kind == "heading" and nodes[0].meta["level"] == 1:
            self.made.title = " ".join(plain([nodes.pop(0)]).split())
            end = next((at for at, node in enumerate(nodes) if node.kind == "heading"), len(nodes))
            self.made.answer, nodes = nodes[:end], nodes[end:]
        if summary and nodes:
            title, nodes = _summary_title(nodes)
            self.level = max(self.level, 2)
            self._headings(nodes, "")
            self.made.blocks.append(Summary(cell_id, title, nodes))
        elif nodes:
            self._headings(nodes, cell_id)
            self.made.blocks.append(Prose(cell_id, nodes))

    def _headings(self, nodes: list[Node], cell_id: str) -> None:
        """Give each heading an anchor and a level that never jumps: screen readers and PDF/UA ask for both."""
        for node in nodes:
            if node.kind == "heading":
                node.meta["level"] = self.level = min(max(node.meta["level"], 2), self.level + 1, 6)
                node.meta["id"] = cell_id or self._unique(plain([node])[:40])
                cell_id = ""
            elif node.children:
                self._headings(node.children, "")

    def role(self, expression: str, results: dict[str, Any], place: str, bare: bool = False) -> list[Node]:
        """Give what stands for a role; `bare` without a note, as in a heading, which its section bears out."""
        result = results.get(expression)
        written = f"{{eval}}`{expression}`"
        if result is None or result.get("status") not in ("ok", "error"):
            if not self.made.is_brief:
                return [Node("literal", text=expression)]
            remedy = f"Run the notebook: briefkit run {self.where}"
            raise BriefError(place, f"the role {written} was never evaluated", "a stored value", remedy)
        if result["status"] == "error":
            if not self.made.is_brief:
                return [Node("literal", text=expression)]
            fault = f"{result.get('ename', 'error')}: {result.get('evalue', '')}"
            raise BriefError(
                place,
                f"the role {written} failed with {fault}",
                "an expression over names that the notebook binds",
                "Mend the expression or bind the name, and run the notebook again.",
            )
        data = result.get("data", {})
        if FACT in data:
            return [Node("text", text=str(data[FACT]["text"]))] if bare else self._value(data[FACT], place)
        text = _joined(data.get("text/plain", ""))
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            text = text[1:-1]
        return [Node("text", text=text)]

    def _value(self, fact: dict[str, Any], place: str) -> list[Node]:
        self._edition(fact, place)
        parts = fact.get("parts")
        if not parts:
            return [self._point(fact, str(fact["text"]))]
        nodes, covered = [], set()
        for part in parts:
            if isinstance(part, str):
                nodes.append(Node("text", text=part))
            else:
                nodes += self._value(part, place)
                covered |= _keys(part)
        # What made us choose this sentence may rest on rows that no value in it shows.
        if _keys(fact) - covered:
            mark = self._point(fact, "")
            mark.meta["joined"] = bool(nodes) and nodes[-1].kind in ("value", "mark")
            nodes.append(mark)
        return nodes

    def _point(self, fact: dict[str, Any], shown: str) -> Node:
        if not fact.get("rows"):
            return Node("text", text=shown)
        note = self._note(fact)
        short = len(shown) <= 24
        if shown and not short:
            return Node("group", [Node("text", text=shown), _mark(note)])
        return Node("value", text=shown, meta={"note": note.number}) if shown else _mark(note)

    def _footnote(self, key: tuple[str, int], content: Callable[[], list[Node]]) -> Node:
        note = self.note_keys.get(key)
        if note is None:
            note = self.note_keys[key] = Note(len(self.made.notes) + 1, kind="footnote")
            self.made.notes.append(note)
            note.content = content()
        return _mark(note)

    # --- evidence ----------------------------------------------------------------------------------------------------

    def _edition(self, evidence: dict[str, Any], place: str) -> None:
        day = str(evidence.get("as_of") or "")
        if day and self.made.as_of and day != self.made.as_of:
            raise BriefError(
                place,
                f"outputs of two editions, {self.made.as_of} and {day}",
                "one day for the whole notebook",
                f"Run the notebook again: briefkit run {self.where}",
            )
        self.made.as_of = self.made.as_of or day
        self.rows |= _keys(evidence)
        self.late |= {(table, key) for table, key, _ in evidence.get("hindsight", ())}

    def _note(self, fact: dict[str, Any]) -> Note:
        key = frozenset(_keys(fact))
        if key not in self.note_keys:
            grouped: dict[str, list[str]] = {}
            for table, row in fact["rows"]:
                grouped.setdefault(str(table), []).append(str(row).replace("|", " · "))
            note = Note(
                number=len(self.made.notes) + 1,
                as_of=str(fact.get("as_of") or ""),
                support=str(fact.get("support") or ""),
                rows=grouped,
                sources=self._cite(fact.get("sources", ())),
                disagreements=_few([str(text) for text in fact.get("disagreements", ())]),
                hindsight=[str(day) for _, _, day in fact.get("hindsight", ())],
            )
            self.made.notes.append(note)
            self.note_keys[key] = note
            for number in note.sources[:SHOWN_SOURCES]:
                self.made.sources[number - 1].notes.append(note.number)
        self.note_keys[key].tell(fact)
        return self.note_keys[key]

    def _cite(self, sources: Iterable[dict[str, Any]], place: tuple[str, int] | None = None) -> list[int]:
        numbers = []
        for source in sources:
            key = source.get("id") or (source.get("title"), source.get("url"))
            cited = self.source_keys.get(key)
            if cited is None:
                texts = {name: str(source.get(name) or "") for name in ("title", "publisher", "published", "url", "id")}
                cited = self.source_keys[key] = Source(len(self.made.sources) + 1, **texts)
                self.made.sources.append(cited)
            if place:
                cited.places.append(place)
            numbers.append(cited.number)
        return sorted(set(numbers))

    # --- outputs -----------------------------------------------------------------------------------------------------

    def _code(self, cell: Any, cell_id: str, place: str, silent: bool) -> None:
        source = _joined(cell.get("source", ""))
        if self.show_code and source.strip():
            self.made.blocks.append(Listing(cell_id, "code", source))
            cell_id = self._unique(f"{cell_id}-output")
        first = cell_id
        for number, output in enumerate([] if silent else cell.get("outputs", ()), 2):
            count = len(self.made.blocks)
            self._output(output, cell_id, place)
            if len(self.made.blocks) > count:
                cell_id = self._unique(f"{first}-{number}")

    def _output(self, output: Any, cell_id: str, place: str) -> None:
        add = self.made.blocks.append
        if output.get("output_type") == "stream":
            add(Listing(cell_id, "output", _clean(output.get("text", ""))))
            return
        if output.get("output_type") == "error":
            trace = _clean("\n".join(output.get("traceback", ()))) or f"{output.get('ename')}: {output.get('evalue')}"
            add(Listing(cell_id, "error", trace))
            return
        data = output.get("data", {})
        if FIGURE in data:
            add(self._figure(data, cell_id, place))
        elif TABLE in data and data[TABLE].get("data") is not None:
            add(self._table(data[TABLE], cell_id, place))
        elif CLAIM in data:
            add(self._claim(data[CLAIM], cell_id, place))
        elif FACT in data:
            add(Prose(cell_id, [Node("paragraph", self._value(data[FACT], place))]))
        else:
            self._foreign(output, data, cell_id)

    def _figure(self, data: dict[str, Any], cell_id: str, place: str) -> Figure:
        figure = data[FIGURE]
        for part, words in (("title", "a title"), ("alt", "an alternative text")):
            if not str(figure.get(part) or "").strip():
                remedy = "Draw it with a verb of briefkit.charts, or finish it there."
                raise BriefError(place, f"a figure without {words}", "both a title and an alternative text", remedy)
        self._edition(figure, place)
        number = self._next(Figure)
        series = figure.get("data") or {}
        fields = [str(item["name"]) for item in series.get("schema", {}).get("fields", ())]
        return Figure(
            cell=cell_id,
            number=number,
            title=str(figure["title"]),
            subtitle=str(figure.get("subtitle") or ""),
            alt=str(figure["alt"]),
            source_line=str(figure.get("source_line") or ""),
            svg=_joined(figure.get("plot") or data.get("image/svg+xml", "")),
            csv=_csv(fields, series.get("data", ())),
            sources=self._cite(figure.get("sources", ()), ("figure", number)),
            level=min(self.level + 1, 6),
            narrow=_joined(figure.get("narrow") or ""),
            whole=_joined(data.get("image/svg+xml", "")),
        )

    def _table(self, resource: dict[str, Any], cell_id: str, place: str) -> Table:
        extra = resource.get("briefkit") or {}
        self._edition(extra, place)
        fields = resource.get("schema", {}).get("fields", [])
        names = [str(item["name"]) for item in fields]
        raw = [["" if line.get(name) is None else str(line[name]) for name in names] for line in resource["data"]]
        number = self._next(Table)
        numeric = ["right" if item.get("type") in ("integer", "number") else "left" for item in fields]
        return Table(
            cell=cell_id,
            number=number,
            caption=str(resource.get("title") or ""),
            heads=[str(item.get("title") or item["name"]) for item in fields],
            lines=[[str(cell) for cell in line] for line in extra.get("cells", raw)],
            align=[str(side) for side in extra.get("align", numeric)],
            header_column=bool(extra.get("header_column")),
            csv=_csv(names, resource["data"]),
            sources=self._cite(extra.get("sources", ()), ("table", number)),
        )

    def _claim(self, claim: dict[str, Any], cell_id: str, place: str) -> Claim:
        self._edition(claim, place)
        number = self._next(Claim)
        thin = claim.get("support") == "single" and SUPPORT_WORDS["single", len(rows_of(claim)) > 1]
        return Claim(
            cell=cell_id,
            number=number,
            sentence=str(claim.get("sentence", "")),
            verdict=str(claim.get("verdict", "")),
            holds=bool(claim.get("holds")),
            evidence=". ".join(filter(None, (str(claim.get("evidence") or ""), thin and thin.rstrip(".")))),
            whose=str(claim.get("whose") or ""),
            sources=self._cite(claim.get("sources", ()), ("claim", number)),
        )

    def _next(self, kind: type) -> int:
        self.counts[kind] += 1
        return self.counts[kind]

    def _foreign(self, output: Any, data: dict[str, Any], cell_id: str) -> None:
        """Show what another tool left, in the safest of the forms that it offers."""
        add = self.made.blocks.append
        for mime in PICTURES:
            content = _decoded(data.get(mime))
            if content:
                alt = (output.get("metadata", {}).get(mime) or {}).get("alt")
                add(Picture(cell_id, mime, content, str(alt or f"Image without description, output {cell_id}")))
                return
        if "image/svg+xml" in data:
            svg = _joined(data["image/svg+xml"]).encode()
            add(Picture(cell_id, "image/svg+xml", svg, f"Image without description, output {cell_id}"))
        elif "text/markdown" in data:
            nodes = Markup().read(_joined(data["text/markdown"]))
            self._headings(nodes, "")
            add(Prose(cell_id, nodes))
        else:
            text = data.get("text/plain") or data.get("text/latex")
            if text is None and "text/html" in data:
                text = plain(Markup().read(_joined(data["text/html"])))
            if text:
                add(Listing(cell_id, "output", _clean(text)))


def _summary_title(nodes: list[Node]) -> tuple[str, list[Node]]:
    """Take the opening line of the summary, a heading or words in bold, as its title."""
    head = nodes[0]
    alone = head.kind == "paragraph" and [child.kind for child in head.children] == ["strong"]
    return (plain([head]), nodes[1:]) if alone or head.kind == "heading" else ("Summary", nodes)


def _told(correction: dict[str, str]) -> str:
    row = correction["key"].replace("|", " · ")
    return f": {correction['text']} (Table {correction['table']}, row {row}.)"


def _few(disagreements: list[str]) -> list[str]:
    """Spell out one or two disagreements; of a value made from many rows say how many there are."""
    if len(disagreements) < 3:
        return disagreements
    words = "of the figures behind this value; each is named where it stands alone"
    return [f"This is so for {len(disagreements)} {words}."]


def _runs(numbers: list[int]) -> str:
    """Write numbers of sources short: 3, 5–9.

    >>> _runs([3, 5, 6, 7, 9, 10])
    '3, 5–7, 9, 10'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _mark(note: Note) -> Node:
    return Node("mark", meta={"note": note.number})


def _keys(fact: dict[str, Any]) -> set[tuple]:
    return set(map(tuple, fact.get("rows", ())))


def _joined(text: Any) -> str:
    """Undo the list of lines in which a notebook file may keep a text."""
    return "".join(text) if isinstance(text, (list, tuple)) else str(text)


def _clean(text: Any) -> str:
    return _ANSI.sub("", _joined(text)).rstrip()


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(_joined(text), validate=False) if text else b""
    except (binascii.Error, ValueError):
        return b""


def _csv(names: list[str], lines: Iterable[dict[str, Any]]) -> str:
    if not names:
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([["" if line.get(name) is None else line[name] for name in names] for line in lines])
    return text.getvalue()
