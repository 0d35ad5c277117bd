"""What every shipped brief keeps to; that its outputs are fresh is nbval's part."""

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pikepdf
import pytest

from briefkit import export
from briefkit.facts import CLAIM, FACT, FIGURE, TABLE
from briefkit.ledger import passages
from briefkit.prose import check_roles, roles
from briefkit.run import read, run, save

ROOT = Path(__file__).parent.parent
BRIEFS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EARLY = "2021-04-30"
ONE_SOURCE = re.compile(r"\b(?:on|by) (?:one|a single) source\b|\bone source each\b", re.IGNORECASE)
LEAD = "rebalance"  # it draws on all others and may be longer

every_brief = pytest.mark.parametrize("path", BRIEFS, ids=lambda path: path.stem)


def outputs(notebook, kind):
    return [
        output.data for cell in notebook.cells for output in cell.get("outputs", ()) if kind in output.get("data", {})
    ]


def prose(notebook):
    """Give a brief's text with values in place, headings included."""
    text = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            values = iter(cell.metadata.get("user_expressions", ()))
            text.append(re.sub(r"\{eval\}`[^`]*`", lambda _, v=values: next(v).result.data["text/plain"], cell.source))
    return "\n\n".join(text)


def test_there_are_briefs():
    assert BRIEFS


@every_brief
def test_cells_are_in_order_and_named_by_words(path):
    cells = read(path).cells
    assert [cell.id for cell in cells[:3]] == ["title", "parameters", "setup"]
    assert cells[0].source.startswith("# ")
    assert cells[1].source == 'as_of = "latest"\nhindsight = True'
    assert cells[1].metadata.tags == ["parameters"]
    assert cells[2].metadata.tags == ["remove-cell"]
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", cell.id) for cell in cells)
    assert sum("summary" in cell.metadata.get("tags", ()) for cell in cells) == 1


@every_brief
def test_code_cells_are_short_and_free_of_plumbing(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert not re.search(r"(?m)^\s*def |\.csv|datetime|today\(|;\s*$", cell.source), cell.id


@every_brief
def test_outputs_are_committed_and_tidy(path):
    notebook = read(path)
    assert nbformat.writes(notebook).rstrip("\n") + "\n" == path.read_text(encoding="utf-8"), "run: briefkit run"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.execution_count
            assert not [output for output in cell.outputs if output.output_type in ("stream", "error")]
        else:
            check_roles(cell.source, cell.id)
            stored = [item["expression"] for item in cell.metadata.get("user_expressions", ())]
            assert stored == roles(cell.source), cell.id


@every_brief
def test_a_brief_has_charts_of_different_kinds_claims_and_a_table(path):
    notebook = read(path)
    drawn = [data[FIGURE] for data in outputs(notebook, FIGURE)]
    assert len(drawn) >= 3
    assert len({figure["kind"] for figure in drawn}) >= 2
    assert len(outputs(notebook, CLAIM)) >= 2
    assert outputs(notebook, TABLE)


@every_brief
def test_a_brief_has_the_length_of_a_brief(path):
    low, high = (1800, 2400) if path.stem == LEAD else (900, 1600)
    told = [block.text for block in passages(read(path))]
    assert low <= len(" ".join(told).split()) <= high


@every_brief
def test_inline_values_are_facts_with_sources(path):
    for cell in read(path).cells:
        for item in cell.metadata.get("user_expressions", ()):
            assert item.result.data[FACT]["sources"], f"{cell.id}: {item.expression}"


@every_brief
def test_a_paragraph_that_speaks_of_one_source_holds_a_value_that_rests_on_one(path):
    notebook = read(path)
    for block in passages(notebook):
        if ONE_SOURCE.search(block.text) and block.values:
            supports = {part.get("support") for _, fact in block.values for part in whole_and_parts(fact)}
            assert "single" in supports, f"{block.cell}: {block.text}"


def whole_and_parts(fact):
    yield fact
    for part in fact.get("parts", ()):
        if isinstance(part, dict):
            yield from whole_and_parts(part)


@every_brief
def test_the_readme_names_each_brief(path):
    assert f"[{path.stem}](notebooks/{path.name})" in (ROOT / "README.md").read_text(encoding="utf-8")


@every_brief
def test_the_early_edition_runs_and_knows_nothing_later(path):
    notebook = run(path, EARLY)
    text = prose(notebook) + "".join(
        data["text/plain"] for kind in (FIGURE, CLAIM, TABLE) for data in outputs(notebook, kind)
    )
    # The one later date that was known by then is the last day that New START had been given.
    years = {int(year) for year in re.findall(r"\b(20[2-9]\d)\b", text) if int(year) > 2021}
    assert years == ({2026} if path.stem in ("treaty-caps", LEAD) else set())
    evidence = [item.result.data[FACT] for cell in notebook.cells for item in cell.metadata.get("user_expressions", ())]
    assert {fact["as_of"] for fact in evidence if fact["rows"]} == {EARLY}


@every_brief
def test_the_page_is_small_and_needs_neither_script_nor_network(path):
    page = export.html_page(read(path), path.stem)
    assert len(page.encode()) <= 400_000
    assert "<script" not in page
    assert "default-src 'none'" in page
    loaded = re.findall(r"""(?:src|srcset|xlink:href|data|poster)=["']?([^"'> ]+)|url\(([^)]+)\)|@import""", page)
    assert not [found for pair in loaded for found in pair if found and not found.startswith(("data:", "#"))]
    assert "{eval}" not in page


@every_brief
def test_the_paper_is_tagged_titled_and_carries_its_data(path):
    notebook = read(path)
    with pikepdf.open(io.BytesIO(export.pdf_paper(notebook, path.stem))) as paper:
        assert paper.Root.MarkInfo.Marked
        assert str(paper.Root.Lang).startswith("en")
        assert str(paper.docinfo["/Title"]) == notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        with paper.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        shown = len(outputs(notebook, FIGURE)) + len(outputs(notebook, TABLE)) + 1  # the table of claims
        assert len([name for name in paper.attachments if name.endswith(".csv")]) == shown
        tags = list(structure(paper.Root.StructTreeRoot))
        alternatives = [str(element.Alt) for element in tags if element.get("/S") == "/Figure"]
        assert alternatives == [data[FIGURE]["alt"] for data in outputs(notebook, FIGURE)]
        assert [element for element in tags if element.get("/S") == "/TH"]


def structure(element):
    """Walk the structure elements of a tagged PDF in reading order."""
    if isinstance(element, pikepdf.Array):
        for child in element:
            yield from structure(child)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            yield element
        if "/K" in element:
            yield from structure(element.K)


@pytest.mark.slow
def test_a_changed_cell_makes_nbval_fail_until_the_notebook_is_run_again(tmp_path):
    for room in ("notebooks", "data"):
        shutil.copytree(ROOT / room, tmp_path / room)
    table = tmp_path / "data" / "treaty_holdings.csv"
    path = tmp_path / "notebooks" / "treaty-caps.ipynb"

    def nbval():
        command = [sys.executable, "-m", "pytest", "-q", "--nbval", str(path), "--rootdir", str(tmp_path)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).returncode

    before = read(path)
    # Above the cap before the caps bound: one number more in the prose, on the chart and behind a claim.
    written = table.read_text()
    assert "2011-02-05,RUS,deployed_warheads,1537," in written
    table.write_text(
        written.replace("2011-02-05,RUS,deployed_warheads,1537,", "2011-02-05,RUS,deployed_warheads,1567,")
    )
    assert nbval() == 1
    after = run(path)
    save(path, after)
    assert nbval() == 0
    assert prose(after) != prose(before)
    for kind in (FIGURE, CLAIM):
        assert [data["text/plain"] for data in outputs(after, kind)] != [
            data["text/plain"] for data in outputs(before, kind)
        ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["brief_html", "brief_pdf", "html", "markdown"])
def test_nbconvert_exports_a_brief_from_any_folder_with_values_in_place_of_roles(kind, tmp_path):
    brief = ROOT / "notebooks" / "sanctions.ipynb"
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", kind, str(brief), "--output-dir", str(tmp_path)]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (made,) = [file for file in tmp_path.iterdir() if file.is_file()]
    if kind == "brief_pdf":
        assert made.read_bytes().startswith(b"%PDF-")
    else:
        text = made.read_text(encoding="utf-8")
        assert "{eval}" not in text
        first = read(brief).cells[0].metadata.user_expressions[0].result.data["text/plain"]
        assert first in text
