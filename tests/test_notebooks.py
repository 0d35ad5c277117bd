"""What every shipped brief keeps to; that its outputs are fresh is nbval's part."""

import re
from pathlib import Path

import nbformat
import pytest

from briefkit.facts import CLAIM, FACT, FIGURE, TABLE
from briefkit.prose import check_roles, roles
from briefkit.run import figures, read, run

ROOT = Path(__file__).parent.parent
BRIEFS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EARLY = "2021-04-30"

every_brief = pytest.mark.parametrize("path", BRIEFS, ids=lambda path: path.stem)


def outputs(notebook, kind):
    return [output.data for cell in notebook.cells for output in cell.get("outputs", ()) if kind in output.get("data", {})]


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
    assert (cells[1].source, cells[1].metadata.tags) == ('as_of = "latest"', ["parameters"])
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
    assert 800 <= len(prose(read(path)).split()) <= 1700


@every_brief
def test_inline_values_are_facts_with_sources(path):
    for cell in read(path).cells:
        for item in cell.metadata.get("user_expressions", ()):
            assert item.result.data[FACT]["sources"], f"{cell.id}: {item.expression}"


@every_brief
def test_no_digit_is_typed_in_prose(path):
    names = r"New START|START I{1,2}\b|SALT I{1,2}\b|E\.O\. \d+|Executive Order \d+|Nord Stream 2"
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            bare = re.sub(names, "", re.sub(r"\{eval\}`[^`]*`", "", cell.source))
            assert not re.search(r"\d", bare), f"{cell.id}: {bare}"


@every_brief
def test_figures_on_disk_are_those_of_the_notebook(path):
    made = {f"{path.stem}-{cell_id}.svg": svg for cell_id, svg in figures(read(path))}
    for name, svg in made.items():
        assert (ROOT / "figures" / name).read_text(encoding="utf-8") == svg


def test_no_figure_on_disk_is_an_orphan():
    made = {f"{path.stem}-{cell_id}.svg" for path in BRIEFS for cell_id, _ in figures(read(path))}
    assert {file.name for file in (ROOT / "figures").iterdir()} == made


@every_brief
def test_the_readme_names_each_brief(path):
    assert f"[{path.stem}](notebooks/{path.name})" in (ROOT / "README.md").read_text(encoding="utf-8")


@every_brief
def test_the_early_edition_runs_and_knows_nothing_later(path):
    notebook = run(path, EARLY)
    text = prose(notebook) + "".join(data["text/plain"] for kind in (FIGURE, CLAIM, TABLE) for data in outputs(notebook, kind))
    # Dates after the edition's day may stand only where a treaty or order of that day names them.
    years = {int(year) for year in re.findall(r"\b(20[2-9]\d)\b", text) if int(year) > 2021}
    assert years <= {2026}, years
    evidence = [item.result.data[FACT] for cell in notebook.cells for item in cell.metadata.get("user_expressions", ())]
    assert {fact["as_of"] for fact in evidence} == {EARLY}
