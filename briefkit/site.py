"""The pages around the briefs: front page, claims, sources, terms, tables with their data, and the editions."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from briefkit import export
from briefkit.data import Data
from briefkit.export import Claim, Document, Figure, Place, anchor
from briefkit.files import write
from briefkit.ledger import Headlines
from briefkit.package import descriptor, key_fields, listed
from briefkit.prose import sentences

# The brief that carries the collection's argument stands first.
LEAD = "rebalance"
PAGES = ("index", "claims", "sources", "terms")
DOSSIERS = "dossiers"  # the folder of what a template makes for each row of a table
Uses = dict[str, dict[str, list[str]]]
_DAY = re.compile(r'<meta name="dcterms.date" content="([\d-]+)">')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_DOSSIERS = re.compile(r"<!-- dossiers -->.*?<!-- /dossiers -->", re.DOTALL)
_EDITIONS = re.compile(r"<!-- editions -->.*?<!-- /editions -->", re.DOTALL)


def place(edition: str, data: Data) -> Place:
    """Say where the pages of an edition stand: the latest at the root, any other in a folder of its day."""
    return Place("", "../" if edition else "", "terms" in data.package)


def publish(
    out: Path,
    edition: str,
    documents: Mapping[str, Document],
    data: Data,
    standing: Collection[str] = (),
    shared: Mapping[str, str | bytes] | None = None,
    uses: Uses | None = None,
) -> None:
    """Write the pages of an edition around its briefs, and what all editions share: tables and the archive.

    The pages of briefs must stand already. Everything works from a folder: links are relative, nothing is loaded.
    Parts that are named as `standing` (sources, tables) are left as they are; tables may have been made before, and
    are handed over as `shared`, the `uses` of sources too.
    """
    folder, site = out / edition, place(edition, data)
    ordered = dict(sorted(documents.items(), key=lambda item: (item[0] != LEAD, item[0])))
    uses = uses_of_sources(data) if uses is None else uses
    write(folder / "index.html", _front(site, ordered, data, len(uses)))
    write(folder / "claims.html", _claims(site, ordered, data))
    if "sources" not in standing:
        write(folder / "sources.html", _sources(site, ordered, data, uses))
    if site.glossary:
        write(folder / "terms.html", _terms(site, data))
    link_dossiers(folder)
    home = _home(out, edition)
    if "tables" not in standing:
        for name, content in (shared or tables(tables_place(out, edition, data), data.folder)).items():
            write(out / "data" / name, content)
    write(
        out / "editions.html", export.site_page("editions", replace(site, home=home, root=""), editions=editions(out))
    )
    link_editions(out)


def _home(out: Path, edition: str) -> str:
    """Say where the front page is to which all editions lead: the latest one's, where there is one."""
    return "" if not edition or (out / "index.html").is_file() else f"{edition}/"


def _of(document: Document, kind: type) -> list[Any]:
    return [block for block in document.blocks if isinstance(block, kind)]


# --- the pages of an edition -----------------------------------------------------------------------------------------


def _front(site: Place, documents: Mapping[str, Document], data: Data, sources: int) -> str:
    key_figures = {name: next(iter(_of(document, Figure)), None) for name, document in documents.items()}
    shown = {name: figure for name, figure in key_figures.items() if figure}
    return export.site_page(
        "front",
        site,
        figures=shown,
        key_figures=shown,
        documents=documents,
        short={name: (sentences(document.answer_text) or [""])[0] for name, document in documents.items()},
        as_of=data.as_of.isoformat(),
        counts={
            "claims": sum(len(_of(document, Claim)) for document in documents.values()),
            "sources": sources,
            "tables": len(data.package),
        },
        headlines=Headlines(*(sum(each) for each in zip(*(one.headlines for one in documents.values()), strict=True))),
    )


def _claims(site: Place, documents: Mapping[str, Document], data: Data) -> str:
    made = {name: (document, _of(document, Claim)) for name, document in documents.items()}
    claims = [claim for _, found in made.values() for claim in found]
    own = [claim for claim in claims if not claim.whose]
    return export.site_page(
        "claims",
        site,
        briefs={name: pair for name, pair in made.items() if pair[1]},
        as_of=data.as_of.isoformat(),
        holding=sum(claim.holds for claim in own),
        count=len(own),
        judged=len(claims) - len(own),
    )


def _sources(site: Place, documents: Mapping[str, Document], data: Data, uses: Uses) -> str:
    fields = ("source_id", "title", "publisher", "published", "url", "kind", "licence")
    cited = citations(documents)
    used = [
        dict(zip(fields, ("" if cell is None else str(cell) for cell in line), strict=True))
        for line in data["sources"].lines(*fields)
        if line[0] in uses or line[0] in cited
    ]
    used.sort(key=lambda line: ((line["publisher"] or line["title"]).casefold(), line["published"], line["title"]))
    groups: dict[str, list[dict[str, str]]] = {}
    for line in used:
        first = (line["publisher"] or line["title"])[:1].upper()
        groups.setdefault(first if first.isalpha() else "0–9", []).append(line)
    return export.site_page(
        "sources",
        site,
        groups=groups,
        uses=uses,
        cited=cited,
        documents=documents,
        count=len(used),
        as_of=data.as_of.isoformat(),
    )


def uses_of_sources(data: Data) -> Uses:
    """Map each source to the rows that rest on it: table, then keys; only rows that state a support hold facts."""
    found: Uses = {}
    for name, resource in data.package.items():
        supported = any(field["name"] == "support" for field in resource["schema"]["fields"])
        for row in data[name].rows if supported else ():
            for source in row.sources:
                found.setdefault(source.id, {}).setdefault(name, []).append(row.key)
    return found


def citations(documents: Mapping[str, Document]) -> dict[str, list[tuple[str, int]]]:
    """Map each source to the briefs that name it, with its number in their lists."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name, document in documents.items():
        for source in document.sources:
            found.setdefault(source.id, []).append((name, source.number))
    return found


def _terms(site: Place, data: Data) -> str:
    lines = data["terms"].lines("term", "definition", "source_id")
    known = {line[0]: line for line in data["sources"].lines("source_id", "publisher", "title")}
    terms = [
        (term, definition, source, (known[source][1] or known[source][2]) if source in known else "")
        for term, definition, source in sorted(lines, key=lambda line: str(line[0]).casefold())
    ]
    return export.site_page("terms", site, terms=terms, as_of=data.as_of.isoformat())


# --- dossiers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dossier:
    """Name a dossier as its file and as a reader calls it; say in which tables how many facts about it stand."""

    name: str
    called: str
    facts: list[tuple[str, int]]

    @property
    def count(self) -> int:
        """Give the number of facts."""
        return sum(number for _, number in self.facts)


def dossier_place(edition: str, data: Data) -> Place:
    """Say where dossiers stand: in a folder of their own beside the pages of their edition."""
    beside = place(edition, data)
    return replace(beside, home="../", root=f"../{beside.root}")


def publish_dossiers(
    folder: Path, site: Place, dossiers: Sequence[Dossier], overview: Mapping[str, Figure], data: Data
) -> None:
    """Write the page that lists an edition's dossiers under an overview, and lead to it from the front page."""
    titles = {name: resource.get("title") or name for name, resource in data.package.items()}
    page = export.site_page(
        "dossiers",
        site,
        figures=overview,
        overview=overview,
        dossiers=dossiers,
        titles=titles,
        as_of=data.as_of.isoformat(),
    )
    write(folder / DOSSIERS / "index.html", page)
    link_dossiers(folder)


def link_dossiers(folder: Path) -> None:
    """Lead from an edition's front page to its dossiers, where there are any."""
    front, built = folder / "index.html", len(list((folder / DOSSIERS).glob("*.pdf")))
    if not front.is_file() or not (folder / DOSSIERS / "index.html").is_file():
        return
    words = f'<li><a href="{DOSSIERS}/index.html"><b>{built}</b> dossiers</a>: what the tables know of one country</li>'
    shown = f"<!-- dossiers -->{words}<!-- /dossiers -->"
    write(front, _DOSSIERS.sub(lambda _: shown, front.read_text(encoding="utf-8")))


# --- tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold the text of one cell of a table's page, and where it leads."""

    text: str
    address: str = ""


def tables_place(out: Path, edition: str, data: Data) -> Place:
    """Say where tables stand: in a folder of their own beside the editions."""
    return replace(place(edition, data), home=f"../{_home(out, edition)}", root="../")


def tables(site: Place, source: Path) -> dict[str, str | bytes]:
    """Make each table whole as a page, CSV and JSON, with the descriptor that makes the folder a data package."""
    package, counts, made = descriptor(source), {}, {}
    for resource in package["resources"]:
        name, content = resource["name"], (source / resource["path"]).read_bytes()
        lines = list(csv.DictReader(content.decode("utf-8").splitlines(keepends=True)))
        counts[name] = len(lines)
        made |= {resource["path"]: content, f"{name}.json": as_json(resource, lines)}
        values = {"table": resource, "fields": resource["schema"]["fields"], "links": _links(resource)}
        page = export.site_page("table", site, lines=list(_lines(resource, lines)), package=package, **values)
        made[f"{name}.html"] = page
    made["datapackage.json"] = (source / "datapackage.json").read_bytes()
    return made | {"index.html": export.site_page("tables", site, package=package, counts=counts)}


def as_json(resource: Mapping[str, Any], lines: Sequence[Mapping[str, str]]) -> str:
    """Write a table's rows as JSON, one a line; numbers and truth values are such, a blank is null."""
    read = {"integer": int, "year": int, "number": float, "boolean": lambda text: text == "true"}
    types = {field["name"]: read.get(field["type"], str) for field in resource["schema"]["fields"]}
    rows = [{name: types[name](text) if text else None for name, text in line.items()} for line in lines]
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def _links(resource: Mapping[str, Any]) -> dict[str, str]:
    """Map a field that points to one other table's key to that table."""
    keys = resource["schema"].get("foreignKeys", [])
    single = [(listed(key["fields"]), key["reference"].get("resource") or resource["name"]) for key in keys]
    return {fields[0]: table for fields, table in single if len(fields) == 1}


def _lines(resource: Mapping[str, Any], lines: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, list[Cell]]]:
    """Give each row's anchor and cells."""
    links, keys = _links(resource), key_fields(dict(resource))
    seen: set[str] = set()
    for line in lines:
        name = anchor("|".join(line[key] for key in keys))
        yield "" if name in seen else name, [Cell(text, _leads(field, line, links)) for field, text in line.items()]
        seen.add(name)


def _leads(field: str, line: Mapping[str, str], links: Mapping[str, str]) -> str:
    text = line[field]
    if text and field in links:
        return f"{links[field]}.html#{anchor(text)}"
    if field == "key" and line.get("table"):
        return f"{line['table']}.html#{anchor(text)}"
    return text if text.startswith(("https://", "http://")) else ""


# --- editions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edition:
    """Name a built edition: its folder (empty for the latest), its day, and the briefs in it by name and title."""

    folder: str
    as_of: str
    briefs: dict[str, str]


def editions(out: Path) -> list[Edition]:
    """Find the editions that are built, the latest first and then from new to old."""
    days = [path.name for path in out.glob("????-??-??") if re.fullmatch(r"\d{4}-\d\d-\d\d", path.name)]
    found = []
    for folder in ["", *sorted(days, reverse=True)]:
        front = out / folder / "index.html"
        if front.is_file():
            day = _DAY.search(front.read_text(encoding="utf-8"))
            papers = sorted((out / folder).glob("*.pdf"))
            pages = {path.stem: path.with_suffix(".html") for path in papers}
            briefs = {name: _title(page) for name, page in pages.items() if page.is_file()}
            found.append(Edition(folder, day[1] if day else folder, briefs))
    return found


def _title(page: Path) -> str:
    found = _TITLE.search(page.read_text(encoding="utf-8"))
    return html.unescape(found[1]) if found else page.stem


def link_editions(out: Path) -> None:
    """Lead from each page of an edition to the same page of the others; a new edition reaches the old ones too."""
    found = editions(out)
    pages = {edition.folder: [*PAGES, *edition.briefs] for edition in found}
    for edition in found:
        up = "../" if edition.folder else ""
        for name in pages[edition.folder]:
            page = out / edition.folder / f"{name}.html"
            if page.is_file():
                others = [other for other in found if other != edition and (out / other.folder / page.name).is_file()]
                words = _other_editions(others, up, page.name)
                write(page, _EDITIONS.sub(lambda _, words=words: words, page.read_text(encoding="utf-8")))


def _other_editions(others: Sequence[Edition], up: str, page: str) -> str:
    links = [
        f'<a href="{up}{other.folder}{"/" if other.folder else ""}{page}">{_called(other)}</a>' for other in others
    ]
    words = f'<span class="ways"> · Other editions: {", ".join(links)}</span>' if links else ""
    return f"<!-- editions -->{words}<!-- /editions -->"


def _called(edition: Edition) -> str:
    day = export.in_words(edition.as_of)
    return day if edition.folder else f"latest ({day})"
