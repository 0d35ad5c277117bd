import pytest
from conftest import code, markdown, write_notebook

from briefkit.errors import BriefError
from briefkit.facts import CLAIM, FACT, FIGURE
from briefkit.run import read, run, save, save_figures


def outputs(notebook):
    return {cell.id: cell.outputs[0].data for cell in notebook.cells if cell.get("outputs")}


def values(notebook):
    return [
        item.result.data["text/plain"] for cell in notebook.cells for item in cell.metadata.get("user_expressions", ())
    ]


def test_a_run_fills_outputs_and_inline_values(project):
    notebook = run(project / "notebooks" / "rurland.ipynb")
    assert values(notebook) == ["March 2003", "1,550", "12", "12", "1,550"]
    assert notebook.cells[0].metadata.user_expressions[1].result.data[FACT]["rows"] == [["holdings", "2003-03-01|RUR"]]
    assert set(outputs(notebook)) == {"fig-rise", "claim-rise", "table-rise"}


def test_two_runs_give_the_same_file(project):
    path = project / "notebooks" / "rurland.ipynb"
    assert save(path, run(path))
    assert not save(path, run(path))


def test_a_changed_cell_changes_prose_chart_alternative_text_and_claim(project):
    path = project / "notebooks" / "rurland.ipynb"
    before = run(path)
    table = project / "data" / "holdings.csv"
    table.write_text(table.read_text().replace("1550", "1660"))
    after = run(path)
    assert values(after) == [value.replace("1,550", "1,660") for value in values(before)]
    old, new = outputs(before), outputs(after)
    assert "1,660" in new["fig-rise"]["text/plain"] and "1,550" not in new["fig-rise"]["text/plain"]
    assert old["fig-rise"]["image/svg+xml"] != new["fig-rise"]["image/svg+xml"]
    assert new["claim-rise"][CLAIM]["evidence"] == "1,660 > 2"


def test_another_edition_sees_only_what_was_reported_by_its_day(project):
    assert values(run(project / "notebooks" / "rurland.ipynb", "2002-06-01"))[:2] == ["March 2002", "9"]


def test_an_edition_needs_a_parameters_cell(project):
    path = write_notebook(project / "notebooks" / "rurland.ipynb", parameters='day = "latest"')
    with pytest.raises(BriefError, match="notebooks/rurland.ipynb: no cell tagged “parameters” sets as_of"):
        run(path, "2002-06-01")


@pytest.mark.parametrize(
    ("cell", "source", "message"),
    [
        ("claim_rise", "1 / 0", 'rurland.ipynb, cell "claim-rise": raises ZeroDivisionError: division by zero'),
        ("claim_rise", "import os; os._exit(3)", 'cell "claim-rise": the kernel died'),
        (
            "claim_rise",
            'data["treaties"]',
            'cell "claim-rise": data/datapackage.json: no table “treaties”; expected one of',
        ),
        (
            "claim_rise",
            'claim("Less than two", last < 2)',
            r"claim “Less than two”: does not hold as of 2003-03-01 \(1,550 ≥ 2\)",
        ),
        (
            "fig_rise",
            'charts.line(rurland, x="date", y="value", title=" ", subtitle="W")',
            'cell "fig-rise": .*no title',
        ),
        ("rise", "{eval}`nothing.here`", r'cell "rise": the role \{eval\}`nothing.here` fails with NameError'),
        ("rise", "<p>{eval}`last`</p>", r'cell "rise": a literal \{eval\} that is no role'),
        ("title", "# {eval}`last`", 'cell "title": a role in the opening heading'),
    ],
)
def test_each_fault_of_a_run_names_its_cell_and_nothing_is_written(project, cell, source, message):
    path = write_notebook(project / "notebooks" / "rurland.ipynb", **{cell: source})
    before = path.read_bytes()
    with pytest.raises(BriefError, match=message):
        run(path)
    assert path.read_bytes() == before


def test_a_cell_that_runs_past_its_time_limit_is_stopped_and_named(project):
    cells = [markdown("title", "# T"), code("endless", "import time; time.sleep(600)")]
    path = write_notebook(project / "notebooks" / "endless.ipynb", cells)
    with pytest.raises(BriefError, match='cell "endless": still running after its time limit of 1 s; .*--time-limit'):
        run(path, time_limit=1)


def test_all_failing_roles_are_reported_together(project):
    path = write_notebook(project / "notebooks" / "rurland.ipynb", rise="{eval}`a` {eval}`b`", summary="{eval}`c`")
    with pytest.raises(BriefError) as caught:
        run(path)
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "rurland.ipynb: not a valid notebook .* Restore it from version control"),
        ("{}", "rurland.ipynb: not a valid notebook"),
        (None, "rurland.ipynb: no such notebook"),
    ],
)
def test_a_file_that_is_no_notebook_is_named(project, text, message):
    path = project / "notebooks" / "rurland.ipynb"
    path.write_text(text) if text is not None else path.unlink()
    with pytest.raises(BriefError, match=message):
        read(path)


def test_what_differs_between_equal_runs_is_dropped(project):
    cells = [markdown("title", "# T"), code("noise", "import warnings; warnings.warn('x'); 3")]
    path = write_notebook(project / "notebooks" / "noise.ipynb", cells)
    notebook = run(path)
    assert [output.output_type for output in notebook.cells[1].outputs] == ["execute_result"]
    assert notebook.metadata.language_info == {"name": "python"}
    assert "execution" not in notebook.cells[1].metadata


def test_a_template_keeps_no_figures(project):
    path = project / "notebooks" / "templates" / "lamps.ipynb"
    save_figures(path, run(write_notebook(path)))
    assert not list(project.rglob("*.svg"))


def test_figures_on_disk_are_those_that_the_notebook_makes(project):
    path = project / "notebooks" / "rurland.ipynb"
    folder = project / "figures"
    folder.mkdir()
    (folder / "rurland-old.svg").write_text("<svg/>")
    (folder / "rurland-more-fig-a.svg").write_text("<svg/>")
    write_notebook(project / "notebooks" / "rurland-more.ipynb")
    notebook = run(path)
    save_figures(path, notebook)
    assert sorted(file.name for file in folder.iterdir()) == ["rurland-fig-rise.svg", "rurland-more-fig-a.svg"]
    assert FIGURE in outputs(notebook)["fig-rise"]


def test_a_notebook_that_holds_the_same_is_not_written_again(project, monkeypatch):
    path = project / "notebooks" / "rurland.ipynb"
    notebook = run(path)
    assert save(path, notebook)
    stored = path.read_bytes()
    monkeypatch.setattr("nbformat.writes", lambda *_: pytest.fail("written out once more"))
    assert not save(path, notebook)
    monkeypatch.undo()
    notebook.cells[-1].source += " And more."
    assert save(path, notebook)
    assert read(path) == notebook
    assert path.read_bytes() != stored


def test_a_notebook_read_without_results_is_the_same_but_for_them(project):
    path = project / "notebooks" / "rurland.ipynb"
    fresh = read(path)
    save(path, run(path))
    bare = read(path, results=False)
    assert [cell.source for cell in bare.cells] == [cell.source for cell in fresh.cells]
    assert not any(cell.get("outputs") or "user_expressions" in cell.metadata for cell in bare.cells)
    assert any(cell.get("outputs") for cell in read(path).cells)
