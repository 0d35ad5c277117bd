"""Exports: what a reader gets, what a broken brief is told, and what a hostile notebook cannot do."""

from __future__ import annotations

import base64
import copy
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pikepdf
import pytest

from briefkit import export
from briefkit.errors import BriefError
from briefkit.export import citation, fonts
from briefkit.export.document import Claim
from briefkit.export.svg import Drawings, Unreadable
from briefkit.facts import CLAIM, FACT, FIGURE

FILES = Path(__file__).parent / "files"


def sample(name):
    return nbformat.read(FILES / f"export-{name}.ipynb", as_version=4)


def cell(notebook, cell_id):
    return next(cell for cell in notebook.cells if cell.id == cell_id)


@pytest.fixture(scope="module")
def page():
    return export.html_page(sample("brief"), "export-brief")


@pytest.fixture(scope="module")
def paper():
    with pikepdf.open(io.BytesIO(export.pdf_paper(sample("brief"), "export-brief"))) as opened:
        yield opened


def tags(element):
    """Walk the structure of a tagged PDF in reading order."""
    if isinstance(element, pikepdf.Array):
        for child in element:
            yield from tags(child)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            yield element
        if "/K" in element:
            yield from tags(element.K)


# --- the document ----------------------------------------------------------------------------------------------------


def test_the_first_cell_gives_title_and_answer_and_the_outputs_give_the_day():
    made = export.document(sample("brief"), "export-brief")
    assert made.title == "Ruritania kept its lamps under the cap, and the cap ran out"
    assert made.answer_text == (
        "In March Ruritania stood 94 lamps under the limit of 1,550. "
        "The treaty runs until 5 February 2006; nothing stands behind it."
    )
    assert (made.subject, made.as_of, made.day) == ("Lamp control", "2003-01-01", "1 January 2003")


def test_a_brief_ends_with_its_claims_their_verdicts_and_what_decided_them():
    made = export.document(sample("brief"))
    claims = [block for block in made.blocks if isinstance(block, Claim)]
    table = made.blocks[-1]
    assert table.heads == ["Claim", "Verdict", "Evidence", "Sources"]
    assert [line[:3] for line in table.lines] == [[made.sentence, made.verdict, made.evidence] for made in claims]
    assert table.sources == sorted({number for made in claims for number in made.sources})


def test_a_value_in_a_heading_is_text_without_a_note():
    notebook = sample("brief")
    heading = cell(notebook, "headroom")
    expression = heading.metadata.user_expressions[0].expression
    before = len(export.document(notebook).notes)
    heading.source = heading.source.replace("## ", f"## It is {{eval}}`{expression}`: ", 1)
    made = export.document(notebook)
    node = next(block for block in made.blocks if block.cell == "headroom").nodes[0]
    value = heading.metadata.user_expressions[0].result.data[FACT]["text"]
    assert {child.kind for child in node.children} == {"text"}
    assert f"It is {value}: " in "".join(child.text for child in node.children)
    assert len(made.notes) == before


def test_hindsight_is_marked_in_its_note_and_counted_for_the_edition():
    notebook = sample("brief")
    fact = cell(notebook, "headroom").metadata.user_expressions[0].result.data[FACT]
    fact["hindsight"] = [[*fact["rows"][0], "2005-10-05"]]
    made = export.document(notebook)
    assert "public on 5 October 2005, after this edition’s day: hindsight." in " ".join(
        note.support_words for note in made.notes
    )
    assert made.blocks[-1].cell == "hindsight"
    told = made.blocks[-1].nodes[1].children[0].text
    assert told.startswith("1 of the ") and "became public only after 1 January 2003" in told


def test_blocks_stand_in_the_order_of_the_notebook():
    made = export.document(sample("brief"))
    kinds = [(type(block).__name__, block.cell) for block in made.blocks]
    assert kinds == [
        ("Summary", "summary"),
        ("Prose", "headroom"),
        ("Figure", "fig-holdings"),
        ("Claim", "claim-caps"),
        ("Prose", "table-intro"),
        ("Table", "table-caps"),
        ("Claim", "claim-end"),
        ("Figure", "fig-later"),
        ("Prose", "limits"),
        ("Prose", "claims"),
        ("Table", "claims-table"),
    ]


def test_notes_and_sources_are_numbered_as_they_first_appear():
    made = export.document(sample("brief"))
    assert [note.number for note in made.notes] == list(range(1, len(made.notes) + 1))
    assert made.notes[0].value_words == "94 lamps"
    assert made.notes[0].rows_words == ["Table caps, row lamps", "Table holdings, row 2001-03-01 · RUR"]
    assert [source.title for source in made.sources][:3] == [
        "Ruritania reports its lamps",
        "A count of lamps",
        "Yearbook of Graustark",
    ]
    assert 1 in made.sources[0].notes


def test_a_chosen_sentence_leads_to_its_values_and_to_what_decided_it():
    made = export.document(sample("brief"))
    words, value, mark = made.answer[0].children[-4:-1]
    assert (words.text, value.text, value.kind, mark.kind) == ("runs until ", "5 February 2006", "value", "mark")
    assert value.meta["note"] != mark.meta["note"]


def test_a_notebook_without_a_heading_is_called_by_its_name():
    notebook = sample("foreign")
    del notebook.cells[0]
    assert export.document(notebook, "from-elsewhere").title == "From elsewhere"


def test_headings_never_skip_a_level():
    page = export.html_page(sample("foreign"), "x")
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert levels.count(1) == 1


# --- what a broken brief is told -------------------------------------------------------------------------------------


def never_run(notebook):
    del cell(notebook, "summary").metadata["user_expressions"]


def failed(notebook):
    item = cell(notebook, "summary").metadata["user_expressions"][1]
    item["result"] = {"status": "error", "ename": "NameError", "evalue": "name 'total' is not defined", "traceback": []}


def other_edition(notebook):
    cell(notebook, "fig-later").outputs[0].data[FIGURE]["as_of"] = "2001-04-30"


def in_heading(notebook):
    cell(notebook, "title").source = "# All {eval}`cap` lamps"


def in_html(notebook):
    cell(notebook, "limits").source += "\n\n<p>{eval}`cap`</p>"


def without_alt(notebook):
    cell(notebook, "fig-later").outputs[0].data[FIGURE]["alt"] = " "


def without_title(notebook):
    cell(notebook, "fig-later").outputs[0].data[FIGURE]["title"] = ""


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            never_run,
            r'lamps\.ipynb, cell "summary": the role \{eval\}`end` was never evaluated; expected a stored value\. '
            r"Run the notebook: briefkit run lamps\.ipynb",
        ),
        (failed, r'cell "summary": the role \{eval\}`total` failed with NameError: name \'total\' is not defined'),
        (other_edition, r'cell "fig-later": outputs of two editions, 2003-01-01 and 2001-04-30; .* briefkit run'),
        (in_heading, r'cell "title": a role in the opening heading'),
        (in_html, r'cell "limits": a literal \{eval\} that is no role'),
        (without_alt, r'cell "fig-later": a figure without an alternative text'),
        (without_title, r'cell "fig-later": a figure without a title'),
    ],
)
@pytest.mark.parametrize("write", [export.html_page, export.pdf_paper])
def test_a_brief_that_a_reader_could_not_follow_is_refused(damage, message, write):
    notebook = sample("brief")
    damage(notebook)
    with pytest.raises(BriefError, match=message):
        write(notebook, "lamps")


def test_a_notebook_from_elsewhere_shows_a_role_that_nothing_evaluated():
    assert "<code>never_run</code>" in export.html_page(sample("foreign"), "x")


# --- the page --------------------------------------------------------------------------------------------------------


def test_every_value_is_a_button_that_opens_an_existing_panel(page):
    values = re.findall(r"<button class=fact popovertarget=n\d+ data-note=\d+>([^<]*)</button>", page)
    assert {"94", "5 February 2006", "forty-six", "10.9%", "in force"} <= set(values)
    for target in re.findall(r"popovertarget=(\w+)", page):
        assert f"popover role=dialog id={target} " in page


def test_a_panel_tells_value_rows_day_support_and_sources(page):
    panel = re.search(r"<div class=panel[^>]*id=n1 .*?Close", page, re.DOTALL).group()
    for words in (
        "94 lamps",
        "as of 1 January 2003",
        "1,550 − 1,456",
        "Table holdings, row 2001-03-01 · RUR",
        "Each row has two sources.",
        '<a href="https://example.org/1">Example Gazette, 3 February 2001</a>',
    ):
        assert words in panel


def test_a_panel_of_many_rows_gives_their_number_three_sources_and_the_disagreement(page):
    panel = next(part for part in page.split("<div class=panel")[1:] if "forty-six" in part)
    assert "Table lamps, 29 rows" in panel
    assert panel.count("<li>") == 4
    assert "and 1 more in the" in panel
    assert "The first part of the survey counts 45 lamps, the second 46." in panel


def test_a_long_statement_stays_text_with_a_mark_behind_it(page):
    assert re.search(r'not one <span class="keep">more”<button class=mark aria-label="Source of this statement"', page)


def test_a_number_never_parts_from_its_punctuation(page):
    assert re.search(r'<span class="keep"><button class=fact [^>]*>1,550</button>\.</span>', page)
    assert re.search(r'<span class="keep">\(<button class=fact [^>]*>1,456</button></span>', page)


def test_ids_are_unique_and_every_link_in_the_page_leads_somewhere(page):
    ids = re.findall(r'\sid="?([^"\s>]+)', page)
    assert len(ids) == len(set(ids))
    targets = set(re.findall(r'(?:href="?#|popovertarget=)([^"\s>]+)', page))
    assert targets <= set(ids)


def test_the_page_needs_neither_script_nor_network(page):
    assert "<script" not in page
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:" in page
    assert not [address for address in re.findall(r"url\(([^)]*)\)", page) if not address.startswith(("data:", "#"))]
    assert not re.findall(r"<(?:link|iframe|object|embed|img(?! src=\"data:))", page)


def test_letters_are_defined_once_for_all_charts(page):
    outlines = re.findall(r'<path id=[A-Z]+ d="([^"]+)"', page)
    assert len(outlines) > 10
    assert len(outlines) == len(set(outlines))


def test_the_page_carries_its_faces_under_names_of_its_own(page):
    families = set(re.findall(r"font-family:'([^']+)';", page))
    assert families == {"Brief Serif", "Brief Sans"}
    assert page.count("data:font/woff2;base64,") == 4


def test_the_data_of_a_figure_can_be_taken_along(page):
    link = r'download="export-brief-figure-1\.csv" href="data:text/csv;charset=utf-8,([^"]+)"'
    address = re.search(link, page).group(1)
    assert address.startswith("date,country,value%0A1999-03-01,Ruritania,1537")


def test_a_table_has_caption_scopes_and_numbers_to_the_right(page):
    assert '<th scope="col" class="right">Ruritania</th>' in page
    assert '<th scope="row" class="left">Lit lamps</th><td class="right">1,550</td>' in page
    assert "Lamps on 1 March 2001, and the room left under each cap</span></caption>" in page


def test_a_lapsed_claim_differs_in_words_and_sign_not_in_colour_alone(page):
    said = re.findall(r'<span class="sign" aria-hidden="true">(.)</span> <a [^>]*>(Claim \d)</a>: ([^<]*)<', page)
    assert said == [("✓", "Claim 1", "holds"), ("×", "Claim 2", "held then, does not hold now")]


def test_dark_charts_use_the_colours_that_the_charts_name():
    house = pytest.importorskip("briefkit.charts.house")
    style = (Path(export.__file__).parent / "template" / "page.css").read_text()
    dark = {job: colour for job, colour in house.DARK.items() if job != "ground"}
    assert dict(re.findall(r"\.fill-([\w-]+) \{ fill: (#\w+); \}", style)) == dark
    assert dict(re.findall(r"\.stroke-([\w-]+) \{ stroke: (#\w+); \}", style)) == dark
    assert f"--paper: {house.DARK['ground']}" in style


def test_within_a_site_a_page_links_to_its_paper_and_to_the_front_page():
    page = export.html_page(sample("brief"), "lamps", export.Place())
    assert 'href="lamps.pdf"' in page
    assert 'href="index.html"' in page
    assert 'href="lamps.pdf"' not in export.html_page(sample("brief"), "lamps")


def test_briefs_link_to_each_other_as_pages(page):
    assert 'href="other-brief.html"' in page


def test_code_is_shown_only_where_asked_and_never_the_setup():
    assert "charts.line(" not in export.html_page(sample("brief"), "x")
    shown = export.html_page(sample("brief"), "x", show_code=True)
    assert "charts.line(" in shown
    assert "open_data" not in shown


def test_a_page_lists_its_headings_behind_the_summary(page):
    contents = re.search(r'</section>\n<nav class="contents".*?</nav>', page, re.DOTALL).group()
    listed = re.findall(r'<li><a href="#([\w-]+)">', contents)
    assert listed == ["headroom", "table-intro", "limits", "claims"]
    assert all(f'<h2 id="{name}">' in page for name in listed)


def test_a_page_of_few_headings_has_no_list_of_them():
    notebook = sample("brief")
    for name in ("table-intro", "limits"):
        notebook.cells.remove(cell(notebook, name))
    assert '<nav class="contents"' not in export.html_page(notebook, "x")


def test_headings_figures_tables_and_claims_are_addresses_that_stay(page):
    for cell_id in ("headroom", "fig-holdings", "table-caps", "claim-caps"):
        assert f'id="{cell_id}"' in page
        assert f'href="#{cell_id}"' in page


def test_a_heading_that_holds_a_link_is_none_itself():
    notebook = sample("brief")
    cell(notebook, "headroom").source = "## See [the rest](https://example.org/rest)"
    link = '<h2 id="headroom">See <a href="https://example.org/rest">the rest</a></h2>'
    assert link in export.html_page(notebook, "x")


def test_a_claim_that_somebody_else_made_names_them_and_wears_its_own_sign():
    notebook = sample("brief")
    told = cell(notebook, "claim-caps").outputs[0].data[CLAIM]
    signs = {}
    for verdict, holds in (("supported", True), ("partly", False), ("contradicted", False), ("cannot be told", False)):
        told.update(verdict=verdict, holds=holds, whose="The Ruritanian minister")
        page = export.html_page(notebook, "x")
        found = re.search(r'hidden="true">(.)</span> <a [^>]*>Claim 1</a>: [^<]*</span> ([^<]*)', page)
        sign, words = found.groups()
        assert words.startswith("The Ruritanian minister: ")
        signs[verdict] = sign
    assert len(set(signs.values())) == 4


def test_a_page_says_what_it_is_to_catalogues_and_previews(page):
    told = dict(re.findall(r'<meta (?:name|property)="([\w:.]+)" content="([^"]*)">', page))
    assert told["dcterms.title"] == told["og:title"] == "Ruritania kept its lamps under the cap, and the cap ran out"
    assert told["dcterms.date"] == "2003-01-01"
    assert told["citation_publication_date"] == "2003/01/01"
    assert told["dcterms.creator"] == told["citation_author"] == "The Rebalance authors"
    assert told["description"].startswith("In March Ruritania stood 94 lamps")


def saved(page, name):
    mime, content = re.search(rf'download="{re.escape(name)}" href="data:([^;]+);charset=utf-8([^"]+)"', page).groups()
    text = unquote(content[1:]) if content[0] == "," else base64.b64decode(content[8:]).decode()
    return mime, text


def test_a_brief_can_be_cited_from_its_page(page):
    mime, entry = saved(page, "export-brief.bib")
    assert mime == "application/x-bibtex"
    assert entry.startswith("@misc{rebalance-export-brief-2003-01-01,\n  author = {{The Rebalance authors}},\n")
    assert "  title = {{Ruritania kept its lamps under the cap, and the cap ran out}},\n" in entry
    mime, record = saved(page, "export-brief.json")
    assert mime == "application/vnd.citationstyles.csl+json"
    (record,) = json.loads(record)
    assert (record["issued"], record["edition"]) == ({"date-parts": [[2003, 1, 1]]}, "as of 1 January 2003")


def test_signs_in_a_title_do_not_break_a_bibtex_file():
    made = export.Document("x", r"10% of R&D_{a} \ ~", as_of="spring", is_brief=True)
    entry = citation.bibtex(made)
    assert r"title = {{10\% of R\&D\_\{a\} \textbackslash{} \textasciitilde{}}}," in entry
    assert "year" not in entry


def test_a_brief_is_cited_as_a_policy_brief_and_another_kind_by_its_own_name():
    notebook = sample("brief")
    assert "policy brief, edition" in (page := export.html_page(notebook))
    assert "Cite this brief" in page
    notebook.metadata.brief["kind"] = "lamp ledger"
    page = export.html_page(notebook)
    assert "Cite this ledger" in page
    assert "lamp ledger, edition" in page
    assert "howpublished = {Lamp ledger}" in page


def test_a_claim_on_one_source_says_so_beside_its_evidence():
    notebook = sample("brief")
    claims = [
        output.data[CLAIM] for cell in notebook.cells for output in cell.get("outputs", ()) if CLAIM in output.data
    ]
    claims[0]["support"] = "corroborated"
    first = next(block for block in export.document(notebook).blocks if isinstance(block, export.Claim))
    assert "source" not in first.evidence
    claims[0]["support"], claims[0]["rows"] = "single", [["lamps", "1"]]
    first = next(block for block in export.document(notebook).blocks if isinstance(block, export.Claim))
    assert first.evidence.endswith(". One source")
    claims[0]["rows"] = [["lamps", "1"], ["lamps", "2"]]
    first = next(block for block in export.document(notebook).blocks if isinstance(block, export.Claim))
    assert first.evidence.endswith(". Some rows have one source only")


def test_a_notebook_from_elsewhere_is_not_offered_for_citation():
    page = export.html_page(sample("foreign"), "x")
    assert 'id="cite"' not in page
    assert "dcterms.creator" not in page


NARROW = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 9"><text id="a" class="fill-ink">Ruritania</text></svg>'
)


def test_a_narrow_drawing_stands_beside_the_wide_one_each_with_its_own_words():
    notebook = sample("brief")
    cell(notebook, "fig-holdings").outputs[0].data[FIGURE]["narrow"] = NARROW
    page = export.html_page(notebook, "x")
    figure = re.search(r'<figure class="wide" id="fig-holdings">.*?</figure>', page, re.DOTALL).group()
    assert re.findall(r'<div class="chart ([^"]+)">', figure) == ["broad", "slim"]
    assert figure.count("role=img") == 2
    assert "<text class=fill-ink>Ruritania</text>" in figure
    later = re.search(r'<figure class="wide" id="fig-later">.*?</figure>', page, re.DOTALL).group()
    assert "slim" not in later


def test_within_a_site_a_panel_leads_to_its_rows():
    page = export.html_page(sample("brief"), "lamps", export.Place("", "../"))
    assert "row <a href=../data/holdings.html#r-2001-03-01-RUR>2001-03-01 · RUR</a>" in page
    assert "<a href=../data/lamps.html>Table lamps, 29 rows</a>" in page


def test_within_a_site_a_figure_is_offered_as_svg_and_png():
    page = export.html_page(sample("brief"), "lamps", export.Place())
    assert 'href="figures/lamps-fig-holdings.svg" aria-label="Figure 1 as SVG"' in page
    assert 'href="figures/lamps-fig-holdings.png" aria-label="Figure 1 as PNG"' in page
    assert "figures/" not in export.html_page(sample("brief"), "lamps")


def test_a_drawing_becomes_a_picture_and_what_is_none_is_named():
    assert export.png(NARROW).startswith(b"\x89PNG")
    with pytest.raises(BriefError, match=r'cell "fig-x": its drawing cannot be made into a picture .* expected an SVG'):
        export.png("no drawing", 'x.ipynb, cell "fig-x"')


# --- the paper -------------------------------------------------------------------------------------------------------


def test_the_paper_says_what_it_is(paper):
    assert paper.Root.MarkInfo.Marked
    assert str(paper.Root.Lang) == "en-GB"
    assert str(paper.docinfo["/Title"]) == "Ruritania kept its lamps under the cap, and the cap ran out"
    assert str(paper.docinfo["/CreationDate"]) == "D:20030101000000Z"
    with paper.open_metadata() as metadata:
        assert (metadata["pdfuaid:part"], metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("1", "3", "A")


def test_the_paper_is_structured_as_the_notebook_is(paper):
    found = list(tags(paper.Root.StructTreeRoot))
    kinds = [str(element.S) for element in found]
    assert [str(element.Alt) for element in found if element.S == "/Figure"] == [
        "Line chart from 1999 to 2002. Ruritania ends at 1,549, Graustark at 1,357. The cap is 1,550.",
        "Line chart from 1999 to 2002. Graustark falls from 1,800 to 1,357.",
    ]
    assert {"/Title", "/H1", "/H2", "/Table", "/TH", "/L", "/LI", "/Link", "/Caption"} <= set(kinds)
    last_table = len(kinds) - kinds[::-1].index("/Table")
    assert kinds.index("/Title") < kinds.index("/H1") < kinds.index("/Figure") < last_table


def test_the_paper_carries_the_data_that_it_shows(paper):
    assert sorted(paper.attachments) == ["figure-1.csv", "figure-2.csv", "table-1.csv", "table-2.csv"]
    table = paper.attachments["table-1.csv"]
    assert table.get_file().mime_type == "text/csv"
    assert table.description == "Data of table 1: Lamps on 1 March 2001, and the room left under each cap"
    assert table.get_file().read_bytes().decode().splitlines()[3] == '"All lamps, lit or not",800,767,33,,'


def test_the_same_notebook_gives_the_same_bytes():
    assert export.pdf_paper(sample("brief"), "x") == export.pdf_paper(sample("brief"), "x")
    assert export.html_page(sample("brief"), "x") == export.html_page(sample("brief"), "x")


def test_what_no_face_holds_is_replaced_by_something_visible():
    assert fonts.shown("lit 😀 中文\u200d\x00") == "lit [grinning face] □□"
    assert fonts.shown("Größe ✓ – “fine”") == "Größe ✓ – “fine”"


def test_every_character_that_is_called_printable_is_printed():
    notebook = sample("foreign")
    notebook.cells = notebook.cells[:1]
    letters = sorted(letter for letter in fonts.printable() if letter.isprintable() and letter not in "`\\")
    notebook.cells[0].source = (
        "# All\n\n```\n" + " ".join(letters) + "\n```\n\n" + "".join(f"&#{ord(letter)};" for letter in letters)
    )
    assert export.pdf_paper(notebook, "x").startswith(b"%PDF")


# --- notebooks from elsewhere ----------------------------------------------------------------------------------------


def test_a_hostile_notebook_leaves_no_live_markup_in_the_page():
    page = export.html_page(sample("foreign"), "x")
    for poison in ("<script", "onclick", "onload", "javascript:alert(5)", "file:///", "evil.example", "foreignObject"):
        assert poison not in page
    assert "Inside a block &amp; more" in page
    assert not re.findall(r'<a href="(?!https?://|#)', page)


def test_pictures_texts_and_tracebacks_from_elsewhere_stay_visible():
    page = export.html_page(sample("foreign"), "x")
    assert 'alt="Image without description, output e"' in page
    assert "plain &lt;b&gt;text&lt;/b&gt;\nred │ box ✓ → 😀" in page
    assert '<pre class="error"' in page
    assert "[Image: a cat]" in page
    assert "only html" in page


def test_a_notebook_from_elsewhere_becomes_a_paper_with_broken_pictures_told_in_words():
    with pikepdf.open(io.BytesIO(export.pdf_paper(sample("foreign"), "x"))) as paper:
        alternatives = [str(element.Alt) for element in tags(paper.Root.StructTreeRoot) if "/Alt" in element]
        assert "Image without description, output e" in alternatives
        assert "/etc/passwd" not in b"".join(bytes(page.Contents.read_bytes()) for page in paper.pages).decode("latin1")


def test_a_cell_cannot_take_the_name_of_a_note():
    assert 'id="cell-n1"' in export.html_page(renamed("n1"), "x")
    assert 'id="cell-note-1"' in export.html_page(sample("foreign"), "x")


def renamed(name):
    notebook = sample("foreign")
    notebook.cells[-1].id = name
    return notebook


@pytest.mark.parametrize("text", ["no drawing", "<p>markup</p>", "<!DOCTYPE x [<!ENTITY a 'b'>]><svg>&a;</svg>"])
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(Unreadable):
        Drawings().clean(text)


# --- Jupyter ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "extension", "start"), [("BriefHTML", ".html", "<!doctype html>"), ("BriefPDF", ".pdf", b"%PDF")]
)
def test_the_exporters_are_nbconverts_own(name, extension, start):
    exporter = getattr(export, name)()
    output, resources = exporter.from_notebook_node(sample("brief"), {"metadata": {"name": "lamps"}})
    assert output.startswith(start)
    assert resources["output_extension"] == extension
    assert exporter.export_from_notebook


def test_the_exporters_resolve_roles_themselves_whatever_is_configured():
    from traitlets.config import Config

    config = Config({"Exporter": {"preprocessors": ["briefkit.export.RoleValues"]}})
    output, _ = export.BriefHTML(config=config).from_notebook_node(sample("brief"))
    assert "<button class=fact" in output


def test_execution_on_export_is_refused_since_inline_values_would_stay_behind():
    from traitlets.config import Config

    exporter = export.BriefHTML(config=Config({"ExecutePreprocessor": {"enabled": True}}))
    with pytest.raises(BriefError, match=r"lamps\.ipynb: asked to be executed on export.* briefkit run"):
        exporter.from_notebook_node(sample("brief"), {"metadata": {"name": "lamps"}})


def test_other_exporters_get_values_in_place_of_roles():
    notebook, _ = export.RoleValues()(sample("brief"), {"metadata": {"name": "lamps"}})
    assert "stood 94 lamps under the limit of 1,550. The treaty runs until 5 February 2006;" in notebook.cells[0].source
    assert "| first | 1,456 |" in cell(notebook, "headroom").source


def test_other_exporters_get_no_half_evaluated_brief():
    notebook = sample("brief")
    never_run(notebook)
    with pytest.raises(BriefError, match=r'lamps\.ipynb, cell "summary": the role \{eval\}`end` was never evaluated'):
        export.RoleValues()(notebook, {"metadata": {"name": "lamps"}})


def test_other_exporters_get_a_notebook_from_elsewhere_as_it_is():
    before = sample("foreign")
    after, _ = export.RoleValues()(copy.deepcopy(before), {})
    assert after == before


@pytest.mark.slow
def test_the_command_names_the_fault_in_one_line_exits_with_1_and_writes_nothing(tmp_path):
    notebook = sample("brief")
    never_run(notebook)
    (tmp_path / "lamps.ipynb").write_text(json.dumps(notebook))
    command = [sys.executable, "-m", "nbconvert", "--to", "brief_html", "lamps.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'lamps.ipynb, cell "summary": the role {eval}`end` was never evaluated' in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["lamps.ipynb"]


def test_a_build_does_not_wait_for_nbconvert():
    script = "import sys, briefkit.export\nprint('nbconvert' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
