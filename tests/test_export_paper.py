"""The paper: what is in its structure, for a reader who cannot see it, and how it is set."""

from __future__ import annotations

import io
import re
from pathlib import Path

import nbformat
import outloud
import pdfua
import pikepdf
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as some
from outloud.model import Document as Opened
from traitlets.config import Config

from briefkit import export
from briefkit.build import build
from briefkit.errors import BriefError
from briefkit.export import fonts
from briefkit.export.document import Claim, Document, Figure, Prose, Summary, Table
from briefkit.export.fonts import shown
from briefkit.export.markup import Node, plain
from briefkit.export.typst import GAP, LINE, PAPERS, STANDARDS, WORD, _template, _Writer, widths

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "tests" / "files" / "export-brief.ipynb"
FOREIGN = ROOT / "tests" / "files" / "export-foreign.ipynb"
BRIEFS = [SAMPLE, *sorted((ROOT / "notebooks").glob("*.ipynb"))]


class Paper:
    """Hold a paper as a reader's software meets it, beside the document that it was made from."""

    def __init__(self, notebook: Path, folder: Path) -> None:
        self.document = export.document(nbformat.read(notebook, as_version=4), notebook.stem)
        self.path = folder / f"{notebook.stem}.pdf"
        self.path.write_bytes(export.paper(self.document))
        self.opened = Opened(str(self.path))
        self.pdf = self.opened.pdf
        self.pages = {page.objgen: number for number, page in enumerate(self.pdf.pages)}
        tree = self.pdf.Root.StructTreeRoot
        self.elements = [found for _, found in self.walk(tree) if isinstance(found, pikepdf.Dictionary)]

    def walk(self, node, page=None, told="text"):
        """Go through the structure in reading order: elements, and the text that stands in them."""
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from self.walk(child, page, told)
        elif isinstance(node, pikepdf.Dictionary):
            page = self.pages[node.Pg.objgen] if "/Pg" in node else page
            if "/MCID" in node:
                yield from self.walk(int(node.MCID), page, told)
            elif "/S" in node:
                yield str(node.S)[1:], node
                # Raised numbers of notes, and the marks of a list, are no part of a sentence.
                told = "raised" if "/BaselineShift" in str(node.get("/A", "")) else told
                told = "mark" if node.S == "/Lbl" else told
            yield from self.walk(node.get("/K"), page, told)
        elif node is not None:
            yield told, self.opened.content(page).mcid_text.get((None, int(node)), "")

    def page(self, element) -> int | None:
        """Find the page on which an element begins."""
        return next((self.pages[part.Pg.objgen] for part in parts(element) if "/Pg" in part), None)

    def text(self, element, *wanted: str) -> str:
        """Read what stands in an element: running text, unless something else is wanted."""
        return " ".join(
            found for told, found in self.walk(element, self.page(element)) if told in (wanted or ("text",))
        )

    def of(self, *kinds: str) -> list:
        """List the elements of some kinds in reading order."""
        return [element for element in self.elements if str(element.S)[1:] in kinds]

    @property
    def links(self) -> list:
        """List all link annotations."""
        return [link for page in self.pdf.pages for link in page.get("/Annots", [])]


def parts(element):
    """Walk an element and what it holds."""
    yield element
    for child in element.get("/K", []) if isinstance(element.get("/K"), pikepdf.Array) else [element.get("/K")]:
        if isinstance(child, pikepdf.Dictionary):
            yield from parts(child)


def letters(text: str) -> str:
    """Leave out what the setting of lines changes: space and hyphens."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


@pytest.fixture(scope="module", params=BRIEFS, ids=lambda path: path.stem)
def paper(request, tmp_path_factory):
    """Set each shipped brief, and the sample, once."""
    return Paper(request.param, tmp_path_factory.mktemp("papers"))


# --- structure -------------------------------------------------------------------------------------------------------


def test_a_paper_tells_title_language_and_that_it_is_tagged(paper):
    root = paper.pdf.Root
    assert root.MarkInfo.Marked
    assert not root.MarkInfo.Suspects
    assert str(root.Lang) == "en-GB"
    assert root.ViewerPreferences.DisplayDocTitle
    assert str(paper.pdf.docinfo["/Title"]) == paper.document.title
    assert letters(paper.text(paper.of("Title")[0])) == letters(paper.document.title)


def test_every_figure_has_the_alternative_text_of_its_chart(paper):
    expected = [block.alt for block in paper.document.blocks if isinstance(block, Figure)]
    assert expected, "a brief without a figure would prove nothing"
    assert [str(figure.Alt) for figure in paper.of("Figure")] == expected


def test_every_table_has_heads_that_tell_which_cells_they_are_of(paper):
    heads = paper.of("TH")
    tables = [block for block in paper.document.blocks if isinstance(block, Table)]
    assert len(heads) >= sum(len(table.heads) for table in tables) > 0
    assert {str(attribute.Scope) for head in heads for attribute in head.A if "/Scope" in attribute} == {"/Column"}
    assert all(any("/Scope" in attribute for attribute in head.A) for head in heads)
    for cell in paper.of("TD"):
        assert any(len(attribute.get("/Headers", ())) for attribute in cell.A), "a cell without a head"


def test_every_link_says_where_it_leads(paper):
    assert paper.links
    assert all(str(link.get("/Contents", "")).strip() for link in paper.links)
    assert {str(link.Subtype) for link in paper.links} == {"/Link"}


def expected_order(document):
    """Give the texts of a document in the order in which the notebook has them."""
    yield document.title
    yield from pieces(document.answer)
    for block in document.blocks:
        match block:
            case Prose():
                yield from pieces(block.nodes)
            case Summary():
                yield from (block.title, *pieces(block.nodes))
            case Figure():
                yield from (block.title, block.subtitle, block.source_line)
            case Table():
                yield from (block.caption, *block.heads, *(cell for line in block.lines for cell in line))
            case Claim():
                yield from (block.sentence, block.evidence)
    yield from ("Notes", *(note.value_words for note in document.notes))
    yield from ("Sources", *(source.title for source in document.sources))


def pieces(nodes):
    """Cut prose at its blocks and marks."""
    for node in nodes:
        yield from re.split(r"\n", plain([node]))


def test_the_structure_reads_in_the_order_of_the_notebook(paper):
    read = letters(paper.text(paper.pdf.Root.StructTreeRoot))
    place = 0
    for text in expected_order(paper.document):
        found = read.find(letters(shown(text)), place)
        assert found >= 0, f"{text!r} is missing, or stands before {read[max(0, place - 60) : place]!r}"
        place = found + len(letters(shown(text)))


def test_lists_are_lists(paper):
    assert len(paper.of("L")) >= 2
    for whole in paper.of("L"):
        # A list within a list stands beside the item that it belongs to, which is how Typst writes it.
        assert {str(item.S) for item in whole.K} <= {"/LI", "/L"}
        assert whole.K[0].S == "/LI"
    for item in paper.of("LI"):
        assert [str(part.S) for part in item.K] == ["/Lbl", "/LBody"]


def test_headings_never_jump_and_are_the_bookmarks(paper):
    headings = [(int(str(heading.S)[2]), letters(paper.text(heading))) for heading in paper.of("H1", "H2", "H3", "H4")]
    levels = [level for level, _ in headings]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))

    def bookmarks(items, level=1):
        for item in items:
            yield level, letters(item.title)
            yield from bookmarks(item.children, level + 1)

    with paper.pdf.open_outline() as outline:
        assert list(bookmarks(outline.root)) == headings


def test_notes_are_numbered_and_lead_there_and_back(paper):
    notes, sources = paper.of("L")[-2:]
    assert [paper.text(item.K[0], "mark") for item in notes.K] == [str(note.number) for note in paper.document.notes]
    assert [paper.text(item.K[0], "mark") for item in sources.K] == [
        str(source.number) for source in paper.document.sources
    ]
    cited = citations(paper)
    assert sorted(cited) == [note.number for note in paper.document.notes]
    for item, note in zip(notes.K, paper.document.notes, strict=True):
        from_pages, to = zip(*cited[note.number], strict=True)
        assert len(set(to)) == 1, f"note {note.number} is two places"
        assert to[0][0] == paper.page(item), f"the links of note {note.number} lead to another page"
        back = {place[0] for place in targets(paper, item)}
        assert set(from_pages) <= back, f"note {note.number} does not lead back"


def citations(paper):
    """Find, for each number raised in the text, the pages on which it stands and the places that it leads to."""
    found = {}
    for link in paper.of("Link"):
        number = paper.text(link, "raised").strip(" ,")
        if number:
            raised = next(part for part in parts(link) if "/BaselineShift" in str(part.get("/A", "")))
            found.setdefault(int(number), []).append((paper.page(raised), targets(paper, link)[0]))
    return found


def targets(paper, element):
    """List where the links in an element lead: page and point."""
    held = [part.Obj for part in parts(element) if "/Obj" in part]
    return [(paper.pages[link.Dest[0].objgen], *map(float, link.Dest[2:4])) for link in held if "/Dest" in link]


def test_every_page_has_its_number_outside_the_structure(paper):
    for page in range(len(paper.pdf.pages)):
        content = paper.opened.content(page)
        number = f"{page + 1} / {len(paper.pdf.pages)}"
        assert content.lines[-1].text.strip() == number
        assert number not in content.mcid_text.values()


def test_every_page_but_the_first_tells_at_its_head_which_paper_it_is_of(paper):
    for page in range(1, len(paper.pdf.pages)):
        head = paper.opened.content(page).lines[0]
        assert all(run.artifact for run in head.runs), "a running head is no part of the text"
        assert letters(shown(paper.document.title))[:60] in letters(head.text)


def test_a_figure_stands_on_one_page_with_its_heading_and_its_source_line(paper):
    kinds = [str(element.S) for element in paper.elements]
    figures = [at for at, kind in enumerate(kinds) if kind == "/Figure"]
    for at in figures:
        heading = max(before for before in range(at) if kinds[before] == "/Caption")
        source = next(after for after in range(at, len(kinds)) if kinds[after] == "/P")
        assert len({paper.page(paper.elements[part]) for part in (heading, at, source)}) == 1
    assert figures


def test_charts_are_vectors_and_letters_are_of_the_projects_own_faces_carried_along(paper):
    for number, page in enumerate(paper.pdf.pages):
        for run in [run for line in paper.opened.content(number).lines for run in line.runs]:
            assert run.font.embedded, run.font.base_font
            if not re.match(r"[A-Z]{6}\+Source(Sans|Serif)Pro-", run.font.base_font):  # signs that these faces lack
                assert not any(sign.isalnum() for sign in run.text), (run.text, run.font.base_font)
        assert "/Image" not in [str(each.Subtype) for each in page.Resources.get("/XObject", {}).values()]


# --- setting ---------------------------------------------------------------------------------------------------------


def made_up(*blocks):
    """Make a document of blocks about nothing."""
    return Document("made-up", "Rurland counts its lamps", blocks=list(blocks))


def words(count):
    return Prose("words", [Node("paragraph", [Node("text", text="lamp " * count)])])


def chart(height=200):
    size = f'viewBox="0 0 400 {height}" width="400" height="{height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="9" height="9"/></svg>'
    return Figure("fig", 1, "Lamps", "", "A made-up chart.", "Source: none", svg, "a\n1\n", [], 2)


def opened(document, size="a4"):
    return pikepdf.open(io.BytesIO(export.paper(document, size)))


def figure_boxes(paper):
    """Find page and box of each figure, by the structure."""
    pages = {page.objgen: number for number, page in enumerate(paper.pages)}
    found = [part for part in parts(paper.Root.StructTreeRoot) if part.get("/S") == "/Figure"]
    boxes = [next(attribute.BBox for attribute in figure.A if "/BBox" in attribute) for figure in found]
    return [(pages[figure.Pg.objgen], *map(float, box)) for figure, box in zip(found, boxes, strict=True)]


@pytest.mark.parametrize(("size", "wide", "high"), [("a4", 595.276, 841.89), ("us-letter", 612, 792)])
def test_a_paper_is_a4_or_us_letter_and_its_lines_are_as_long_on_either(size, wide, high):
    with opened(made_up(words(400), chart()), size) as paper:
        assert [float(length) for length in paper.pages[0].MediaBox] == pytest.approx([0, 0, wide, high], abs=0.1)
        _, left, _, right, _ = figure_boxes(paper)[0]
    assert right - left == pytest.approx(148 / 25.4 * 72, abs=1)
    assert left == pytest.approx(wide - right, abs=1)


def test_no_other_paper_is_known():
    with pytest.raises(
        BriefError, match=r"^paper: “a5” is no size of it; expected a4 or us-letter\. Name one of the two"
    ):
        export.paper(made_up(), "a5")


def test_a_build_refuses_an_unknown_paper_before_it_runs_anything(project):
    with pytest.raises(BriefError, match=r"paper: “letter” is no size of it; expected a4 or us-letter"):
        build(paper="letter", report=lambda line: pytest.fail("a brief was run"))
    assert not (project / "build").exists()


def test_the_exporter_takes_the_paper_as_an_option():
    notebook = nbformat.read(SAMPLE, as_version=4)
    exporter = export.BriefPDF(config=Config({"BriefPDF": {"paper": "us-letter"}}))
    with pikepdf.open(io.BytesIO(exporter.from_notebook_node(notebook)[0])) as paper:
        assert float(paper.pages[0].MediaBox[2]) == 612
    exporter = export.BriefPDF(config=Config({"BriefPDF": {"paper": "a5"}}))
    with pytest.raises(BriefError, match=r"“a5” is no size of it; expected a4 or us-letter"):
        exporter.from_notebook_node(notebook)


def test_the_text_closes_up_around_a_chart_that_does_not_fit_and_the_structure_keeps_its_place():
    paper = opened(made_up(words(480), chart(), words(300)))
    [(page, *_, top)] = figure_boxes(paper)
    assert (page, top > 700) == (1, True), "it stands at the head of the second page"
    kinds = [part for part in parts(paper.Root.StructTreeRoot) if part.get("/S") in ("/P", "/Figure")]
    assert [str(part.S) for part in kinds] == ["/P", "/Figure", "/P", "/P"], "text, chart, source line, text"
    assert kinds[-1].Pg == paper.pages[0].obj, "what follows begins on the first page"


def test_a_chart_near_the_title_stays_under_it():
    paper = opened(made_up(chart(), words(30)))
    [(page, *_, top)] = figure_boxes(paper)
    assert page == 0
    assert top < 760


def test_a_chart_taller_than_a_page_is_drawn_smaller_with_its_source_line():
    [(_, left, low, right, top)] = figure_boxes(opened(made_up(words(300), chart(height=2000))))
    assert low > 23 / 25.4 * 72
    assert (top - low) / (right - left) == pytest.approx(5, rel=0.02)


def test_a_heading_never_ends_a_page():
    heading = Prose("heading", [Node("heading", [Node("text", text="Rurland")], meta={"level": 2, "id": "h"})])
    found = []
    for before in range(672, 768, 16):
        paper = opened(made_up(words(before), heading, words(60)))
        kinds = [part for part in parts(paper.Root.StructTreeRoot) if part.get("/S") in ("/P", "/H1")]
        (at,) = [number for number, part in enumerate(kinds) if part.S == "/H1"]
        assert kinds[at].Pg == kinds[at + 1].Pg
        found.append([page.objgen for page in paper.pages].index(kinds[at].Pg.objgen))
    assert set(found) == {0, 1}, "the heading comes to stand at the foot of a page, and goes over to the next"


def test_a_long_table_is_divided_between_pages_but_not_from_its_caption():
    lines = [["Rurland", str(number)] for number in range(40)]
    long = Table("table", 1, "Lamps", ["Land", "Lamps"], lines, ["left", "right"], False, "", [])
    found = []
    for before in range(608, 768, 16):
        paper = opened(made_up(words(before), long))
        tree = list(parts(paper.Root.StructTreeRoot))
        caption, head = (
            next(
                inner.Pg for part in tree if part.get("/S") == kind for inner in [part, *parts(part)] if "/Pg" in inner
            )
            for kind in ("/Caption", "/TH")
        )
        assert caption == head
        found.append([page.objgen for page in paper.pages].index(caption.objgen))
    assert set(found) == {0, 1}, "the caption comes to stand at the foot of a page, and goes over to the next"


@given(some.lists(some.lists(some.text("ab ", max_size=120), min_size=3, max_size=3), min_size=1, max_size=8))
def test_columns_share_a_line_by_what_stands_in_them(lines):
    found, columns = widths(lines), list(zip(*lines, strict=True))
    if sum(max(map(len, column)) for column in columns) * 1.5 <= LINE - 3 * GAP:
        assert found == [0, 0, 0], "with room to spare each column is as wide as its longest cell"
    else:
        assert sum(found) <= LINE
        for share, column in zip(found, columns, strict=True):
            assert share >= max((min(WORD, len(word)) for cell in column for word in cell.split()), default=1)


def test_a_column_of_yes_and_no_is_narrow_beside_a_column_of_sentences():
    wide, narrow = widths([["Text", "Vote"], ["lamps were counted and counted again " * 6, "yes"], ["a", "no"]])
    assert narrow == len("Vote")
    assert wide >= 10 * narrow


@pytest.mark.parametrize("size", PAPERS)
def test_the_numbers_of_pages_settle(paper, size):
    sources = {**_Writer(paper.document, size).files(), "main": _template()}
    _, warnings = typst.compile_with_warnings(sources, font_paths=fonts.faces(), pdf_standards=STANDARDS)
    assert [warning.message for warning in warnings] == []


# --- independent checkers --------------------------------------------------------------------------------------------

# pdfua 0.1.3 raises in this rule with the pikepdf of today: its own fault, reported as not evaluated. The order of
# headings, which it is about, is asserted above.
NOT_EVALUATED = {"UA-14-001"}


# outloud 0.2.1 knows a running head by three pages that bear it, and takes that of a paper shorter than this for prose.
RUNNING_HEAD = {"TAG-002"}


@pytest.mark.slow
def test_pdfua_finds_no_error(paper, report):
    found = pdfua.validate(str(paper.path))
    skipped = {outcome.rule_id for outcome in found.outcomes if outcome.skipped_reason}
    report(
        f"{paper.path.name}: pdfua {pdfua.__version__} checked {pdfua.coverage().summary()}, "
        f"{len(skipped)} of them not evaluated; {len(list(found.findings))} findings"
    )
    assert [finding.message for finding in found.findings] == []
    assert skipped <= NOT_EVALUATED


@pytest.mark.slow
def test_outloud_finds_no_error(paper, report):
    short = len(paper.pdf.pages) < 6
    result = outloud.check(str(paper.path), skip=RUNNING_HEAD if short else None)
    assert result.error is None
    counts = {
        name: {status: sum(row["status"] == status for row in rows) for status in {row["status"] for row in rows}}
        for name, rows in result.criteria.items()
    }
    ran = sum(run.status == "ran" for run in result.runs)
    report(
        "\n  ".join(
            [
                f"{paper.path.name}: outloud {outloud.__version__} ran {ran} of {len(result.runs)} rules",
                *(
                    f"{name}: " + ", ".join(f"{found[status]} {status}" for status in sorted(found))
                    for name, found in counts.items()
                ),
                *(f"{each.severity} {each.rule}: {each.message}" for each in result.sorted_findings()),
            ]
        )
    )
    assert [finding.message for finding in result.findings if finding.severity == "error"] == []
    assert {run.rule for run in result.runs if run.status == "crashed"} == set()
