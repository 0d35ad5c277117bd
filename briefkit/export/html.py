"""Write a document as one HTML file that needs no network and no script."""

from __future__ import annotations

import base64
import functools
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup as Safe

from briefkit.export.citation import AUTHOR, bibtex, csl
from briefkit.export.document import HOUSE, Document, Figure, Note, Picture, Prose, Source, Summary, in_words
from briefkit.export.fonts import face_rules
from briefkit.export.markup import Markup, Node, plain
from briefkit.export.svg import Drawings, Unreadable, is_house
from briefkit.facts import SHOWN_SOURCES

# A source behind many numbers leads back to the first of them.
SHOWN_USES = 3

# Values and marks are set between private characters until their line is known. What opens or closes a phrase stays on
# the line of the value that it touches; a mark stays with the word before it.
_SENTINELS = re.compile("[\ue000-\ue002]")
_KEPT = re.compile(
    "(?:(?P<before>[(\\[“‘\"'$€£≈~−–-]*)(?=\ue000)|(?P<word>[^\\s<>\ue001]*)(?=\ue002))"
    "(?P<points>(?:[\ue000\ue002][^\ue001]*\ue001)+)"
    "(?P<after>[-–—/]\\w+|[^\\s\\w(\\[“‘<&\ue000-\ue002]*)"
)
SHOWN_USES = 8
TAGS = {"paragraph": "p", "emphasis": "em", "strong": "strong", "struck": "s", "quote": "blockquote", "item": "li"}


# Fewer headings than these need no list of contents.
LISTED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Say where in a site a page stands.

    ``home`` leads to the pages of its edition, ``root`` to what all editions share; each ends with a slash or is empty.
    """

    home: str = ""
    root: str = ""
    glossary: bool = False

    @property
    def ways(self) -> list[tuple[str, str]]:
        """List the pages that every page leads to: name and address."""
        return [
            ("Briefs", f"{self.home}index.html"),
            ("Claims", f"{self.home}claims.html"),
            ("Sources", f"{self.home}sources.html"),
            *([("Terms", f"{self.home}terms.html")] if self.glossary else []),
            ("Tables", f"{self.root}data/index.html"),
            ("Editions", f"{self.root}editions.html"),
        ]


@functools.cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("briefkit.export", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (address, anchor, backlinks, cited, credit, csv_address, file_stem, in_ranges, in_words, markdown)
    filters += (metadata, prose, readable, records, rows_said, web)
    environment.filters |= {work.__name__: work for work in filters}
    environment.globals |= {"AUTHOR": AUTHOR, "HOUSE": HOUSE, "SHOWN_SOURCES": SHOWN_SOURCES, "alone": True}
    return environment


def page(document: Document, site: Place | None = None) -> str:
    """Write a brief's page; within a built site it leads to its neighbours, its paper and the rows it rests on."""
    drawings = Drawings()
    charts = {block.cell: _drawn(block, drawings) for block in document.blocks if isinstance(block, (Figure, Picture))}
    body = _render(
        "page.html.j2",
        document=document,
        charts=charts,
        site=site,
        contents=_contents(document),
        kind_of=lambda block: type(block).__name__,
    )
    return _dressed(body, " ".join(re.findall(r"<em>(.*?)</em>", body, re.DOTALL)))


def site_page(template: str, site: Place, figures: Mapping[str, Figure] | None = None, **values: object) -> str:
    """Write a page of the site; `figures` become ``charts``."""
    drawings = Drawings()
    charts = {key: _drawn(figure, drawings) for key, figure in (figures or {}).items()}
    body = _render(f"{template}.html.j2", site=site, charts=charts, **values)
    return _dressed(body, "", "site.css")


def comparison_page(**parts: object) -> str:
    """Write the page that shows what changed between two editions."""
    return _dressed(_render("compare.html.j2", **parts), "")


def _render(template: str, **values: object) -> str:
    return _templates().get_template(template).render(values)


def _dressed(body: str, italics: str, *further: str) -> str:
    """Put style and faces into a page; the faces hold the characters that the page shows."""
    faces = face_rules(_letters(body), _letters(italics))
    return body.replace("/* style */", "\n".join([faces, *map(_style, ("page.css", *further))]), 1)


@functools.cache
def _style(name: str) -> str:
    return _small(_templates().loader.get_source(_templates(), name)[0])  # type: ignore[union-attr]


def _letters(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def _small(style: str) -> str:
    bare = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", bare)).replace(": ", ":").replace(";}", "}").strip()


@dataclass(frozen=True, slots=True)
class _Contents:
    """List a page's headings, and say before which block the list stands."""

    at: int
    lines: list[tuple[str, str]]


def _contents(document: Document) -> _Contents:
    lines = [
        (node.meta["id"], plain([node]).strip())
        for block in document.blocks
        if isinstance(block, Prose)
        for node in block.nodes
        if node.kind == "heading" and node.meta["level"] == 2
    ]
    first = next((at for at, block in enumerate(document.blocks) if not isinstance(block, Summary)), -1)
    return _Contents(first if len(lines) >= LISTED else -1, lines)


def metadata(document: Document) -> Iterator[tuple[str, str]]:
    """Name what a catalogue or a preview wants to know: Dublin Core, Open Graph, and citation managers' own."""
    about, brief = document.answer_text, document.is_brief
    known = [
        ("description", about),
        ("dcterms.title", document.title),
        ("dcterms.description", about),
        ("dcterms.date", document.as_of),
        ("dcterms.subject", document.subject),
        ("dcterms.creator", AUTHOR if brief else ""),
        ("dcterms.publisher", HOUSE if brief else ""),
        ("dcterms.type", document.kind_opening if brief else ""),
        ("dcterms.language", "en-GB"),
        ("citation_title", document.title if brief else ""),
        ("citation_author", AUTHOR if brief else ""),
        ("citation_publication_date", document.as_of.replace("-", "/") if brief else ""),
        ("og:type", "article"),
        ("og:title", document.title),
        ("og:description", about),
        ("og:site_name", HOUSE if brief else ""),
        ("og:locale", "en_GB"),
    ]
    yield from ((name, content) for name, content in known if content)


def records(document: Document) -> list[tuple[str, str, str, str]]:
    """List the forms in which a citation can be taken along: label, suffix, media type, text."""
    return [
        ("BibTeX", "bib", "application/x-bibtex", bibtex(document)),
        ("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", csl(document)),
    ]


def markdown(text: str) -> Safe:
    """Write a text in Markdown, such as a table's description, as HTML; a single paragraph stays a run of text."""
    nodes = Markup().read(text)
    return prose(nodes[0].children if len(nodes) == 1 and nodes[0].kind == "paragraph" else nodes)


def prose(nodes: Iterable[Node], linked: bool = False) -> Safe:
    """Write nodes as HTML; all text is escaped, and a number never parts from its punctuation."""
    return Safe(_KEPT.sub(_kept, "".join(_written(node, linked) for node in nodes)))


def _written(node: Node, linked: bool) -> str:
    if node.kind == "text":
        return html.escape(_SENTINELS.sub("", node.text), quote=False)
    if node.kind == "group":
        return "".join(_written(child, linked) for child in node.children)
    if node.kind in ("value", "mark"):
        if linked:  # a button cannot stand in a link
            return html.escape(node.text, quote=False)
        return ("\ue000" if node.kind == "value" else "\ue002") + _button(node) + "\ue001"
    return _element(node, linked)


def _kept(found: re.Match[str]) -> str:
    before, points, after = found["before"] or found["word"] or "", found["points"], found["after"]
    alone = not before and not after and points.count("\ue001") == 1
    points = _SENTINELS.sub("", points)
    return points if alone else f'<span class="keep">{before}{points}{after}</span>'


def _element(node: Node, linked: bool) -> str:
    """Write one node that is not plain text."""
    inside, meta = node.children, node.meta
    if node.kind in TAGS:
        return f"<{TAGS[node.kind]}>{prose(inside, linked)}</{TAGS[node.kind]}>"
    if node.kind == "heading":
        level, name, words = meta["level"], meta["id"], prose(inside)
        if not _holds(inside, {"value", "mark", "link"}):  # none of these can stand in a link
            words = Safe(f'<a class="self" href="#{name}">{words}</a>')
        return f'<h{level} id="{name}">{words}</h{level}>'
    if node.kind == "list":
        start = f' start="{meta["start"]}"' if meta.get("start", 1) != 1 else ""
        tag = "ol" if meta["ordered"] else "ul"
        return f"<{tag}{start}>{prose(inside)}</{tag}>"
    if node.kind == "link":
        return f'<a href="{html.escape(_address(meta["href"]))}">{prose(inside, linked=True)}</a>'
    if node.kind == "image":
        return f'<img src="{_data_address(meta["mime"], meta["content"])}" alt="{html.escape(meta["alt"])}">'
    if node.kind == "code":
        return f'<pre tabindex="0"><code>{html.escape(node.text, quote=False)}</code></pre>'
    if node.kind == "literal":
        return f"<code>{html.escape(node.text, quote=False)}</code>"
    if node.kind == "table":
        return _markdown_table(node)
    return {"break": "<br>", "rule": "<hr>"}.get(node.kind) or str(prose(inside))


def _holds(nodes: Iterable[Node], kinds: set[str]) -> bool:
    return any(node.kind in kinds or _holds(node.children, kinds) for node in nodes)


def _button(node: Node) -> str:
    number, text = node.meta["note"], html.escape(node.text, quote=False)
    look = "class=fact" if text else 'class=mark aria-label="Source of this statement"'
    return f"<button {look} popovertarget=n{number} data-note={number}>{text}</button>"


def _markdown_table(node: Node) -> str:
    rows = [f"<tr>{''.join(map(_cell, row.children))}</tr>" for row in node.children]
    head, body = rows[0], "".join(rows[1:])
    table = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" role="region" aria-label="Table" tabindex="0">{table}</div>'


def _cell(cell: Node) -> str:
    tag, scope = ("th", ' scope="col"') if cell.meta["head"] else ("td", "")
    return f'<{tag}{scope} class="{cell.meta["align"]}">{prose(cell.children)}</{tag}>'


def _drawn(block: Figure | Picture, drawings: Drawings) -> Safe:
    """Write a drawing, and beside it the one for a phone, where there is one."""
    if isinstance(block, Picture) and block.mime != "image/svg+xml":
        return Safe(f'<img src="{_data_address(block.mime, block.content)}" alt="{html.escape(block.alt)}">')
    if isinstance(block, Picture):
        return _chart(block.content.decode("utf-8", "replace"), "Drawing", block.alt, drawings)
    shapes = {"broad": block.svg, "slim": block.narrow} if block.narrow else {"": block.svg}
    return Safe("".join(_chart(text, block.title, block.alt, drawings, shape) for shape, text in shapes.items()))


def _chart(text: str, title: str, alt: str, drawings: Drawings, shape: str = "") -> Safe:
    try:
        drawing = drawings.clean(text, title, alt)
    except Unreadable:
        return Safe(f"<p>{html.escape(alt)}</p>")
    # In a page an attribute needs quotes only around spaces and signs: a tenth less of each chart.
    drawing = re.sub(r'="([\w.#-]+)"(/?)(?=[ >])', lambda kept: f"={kept[1]}{' /' if kept[2] else ''}", drawing)
    look = " ".join(filter(None, ("chart", "" if is_house(text) else "card", shape)))
    # A drawing without a fellow for phones may be wider than the window: the keyboard must be able to move it.
    moved = "" if shape else ' role="group" aria-label="Chart" tabindex="0"'
    return Safe(f'<div class="{look}"{moved}>{drawing}</div>')


def anchor(key: str) -> str:
    """Name the place of a row in its table's page, from its key as stored or as shown.

    >>> anchor("2001-03-01|RUR"), anchor("2001-03-01 · RUR")
    ('r-2001-03-01-RUR', 'r-2001-03-01-RUR')
    """
    return "r-" + re.sub(r"[^\w.-]+", "-", key)


def rows_said(note: Note, site: Place | None) -> Safe:
    """Name a note's rows; within a site each leads to its line in the table's page."""
    if site is None:
        return Safe(html.escape("; ".join(note.rows_words), quote=False))
    said = []
    for (table, keys), words in zip(note.rows.items(), note.rows_words, strict=True):
        page_of = f"{site.root}data/{quote(table)}.html"
        if len(keys) > SHOWN_SOURCES:
            said.append(f"<a href={page_of}>{html.escape(words)}</a>")
        else:
            links = "; ".join(f"<a href={page_of}#{quote(anchor(key))}>{html.escape(key)}</a>" for key in keys)
            said.append(f"Table {html.escape(table)}, row{'s' * (len(keys) > 1)} {links}")
    return Safe("; ".join(said))


def cited(numbers: list[int]) -> Safe:
    """Write source numbers as links, neighbours as a range.

    >>> print(cited([1, 4, 5, 6]))
    <a href=#s1>1</a>, <a href=#s4>4</a>–<a href=#s6>6</a>
    """
    return _in_runs(numbers, "<a href=#s{0}>{0}</a>")


def in_ranges(numbers: list[int]) -> Safe:
    """Write numbers without links, neighbours as a range."""
    return _in_runs(numbers, "{0}")


def _in_runs(numbers: list[int], link: str) -> Safe:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    ends = [[run[0], run[-1]] if len(run) > 2 else run for run in runs]
    marks = ["–" if len(run) > 2 else ", " for run in runs]
    return Safe(", ".join(mark.join(map(link.format, run)) for mark, run in zip(marks, ends, strict=True)))


def csv_address(text: str) -> str:
    """Put a CSV text into an address."""
    return address(text, "text/csv")


def address(text: str, mime: str) -> str:
    """Put a text into an address, in the shorter of the two ways to write it."""
    spelt = f"data:{mime};charset=utf-8," + quote(text, safe="!$&'()*+,-./:;=?@_~")
    coded = f"data:{mime};charset=utf-8;base64," + base64.b64encode(text.encode()).decode("ascii")
    return min(spelt, coded, key=len)


def credit(source: Source) -> str:
    """Name a source in a panel; the source list has its title."""
    return ", ".join(filter(None, (source.publisher or f"“{source.title}”", source.day)))


def backlinks(source: Source) -> Safe:
    """Say where a source is used (the style sheet puts the words before it); a note's number opens the note."""
    links = [f"<button popovertarget=n{number}>{number}</button>" for number in source.notes]
    more = f" and {len(links) - SHOWN_USES} more" if len(links) > SHOWN_USES else ""
    notes = f"note{'s' * (len(links) > 1)} {', '.join(links[:SHOWN_USES])}{more}" if links else ""
    return Safe("; ".join(filter(None, (notes, source.shown_in))))


def file_stem(document: Document) -> str:
    """Make a file name from a notebook's name, out of letters that every system takes."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", document.name).strip("-") or "brief"


def readable(address: str) -> str:
    """Show letters of an address that were coded as %D0%BF…; a browser codes them again."""
    return re.sub(r"(?:%[C-F][0-9A-F]%[89AB][0-9A-F]|%E[0-9A-F](?:%[89AB][0-9A-F]){2})+", _decoded, address, flags=re.I)


def _decoded(found: re.Match[str]) -> str:
    letters = unquote(found.group(), errors="replace")
    return letters if letters.isalpha() else found.group()


def web(address: str) -> bool:
    """Tell whether an address may be linked."""
    return address.startswith(("https://", "http://"))


def _address(href: str) -> str:
    # Briefs link to each other as notebooks; as pages they stand side by side under the same names.
    path, mark, part = href.partition("#")
    local = path.endswith(".ipynb") and "://" not in path
    return (path.removesuffix(".ipynb") + ".html" if local else path) + mark + part


def _data_address(mime: str, content: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"
