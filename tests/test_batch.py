import datetime as dt
import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from conftest import code, markdown, write_notebook
from hypothesis import given
from hypothesis import strategies as st

from briefkit.batch import batch, days
from briefkit.build import build
from briefkit.check import check
from briefkit.cli import main
from briefkit.errors import BriefError
from briefkit.run import blanks_of, parameters_of, prepared, read, run
from briefkit.wording import slips

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "notebooks" / "templates" / "country-dossier.ipynb"
CELLS = [
    markdown("title", "# {name}: what is known\n\nIt is {eval}`data['lands'].pick('size', land=land)` large."),
    code("parameters", 'as_of = "latest"\nland = "RUR"', "parameters"),
    code("setup", "from briefkit import open_data\ndata = open_data(as_of)", "remove-cell"),
]
LANDS = """land,name,size,source_id,support
RUR,Rurland,5,S1,single
GRA,Grania *& Sons*,3,S1,single
NUL,Nulland,,S1,single
"""


@pytest.fixture
def template(project):
    """Add a table of lands, at which the holdings point, and a template over it."""
    data = project / "data"
    package = json.loads((data / "datapackage.json").read_text())
    lands = json.loads(json.dumps(next(each for each in package["resources"] if each["name"] == "quotes")))
    lands |= {"name": "lands", "path": "lands.csv"}
    lands.pop("as_of")
    kinds = dict.fromkeys(["land", "name", "source_id", "support"], "string") | {"size": "integer"}
    names = LANDS.split("\n", 1)[0].split(",")
    lands["schema"] |= {"fields": [{"name": name, "type": kinds[name]} for name in names], "primaryKey": "land"}
    holdings = next(each for each in package["resources"] if each["name"] == "holdings")
    holdings["schema"]["foreignKeys"].append(
        {"fields": "country", "reference": {"resource": "lands", "fields": "land"}}
    )
    package["resources"].append(lands)
    (data / "datapackage.json").write_text(json.dumps(package))
    (data / "lands.csv").write_text(LANDS)
    (project / "notebooks" / "templates").mkdir()
    return write_notebook(project / "notebooks" / "templates" / "land.ipynb", CELLS)


@pytest.fixture
def quiet():
    return lambda line: None


def names(folder):
    return sorted(file.name for file in folder.iterdir() if file.is_file())


def title(page):
    return re.search(r"<h1>(.*?)</h1>", page.read_text(), re.DOTALL)[1]


def test_a_batch_builds_a_page_and_a_paper_for_each_row_that_meets_the_condition(template, capsys):
    assert main(["batch", str(template), "--over", "lands", "--where", "size > 1"]) == 0
    folder = template.parents[2] / "build" / "dossiers"
    assert names(folder) == ["GRA.html", "GRA.pdf", "RUR.html", "RUR.pdf"]
    said = capsys.readouterr().out
    assert re.search(r"\[1/2\] (RUR|GRA) +ran ", said)
    assert f"Written to {folder}" in said


def test_parameters_and_the_title_come_from_the_row(template, quiet):
    folder = batch(template, "lands", "size > 1", report=quiet)
    assert title(folder / "RUR.html") == "Rurland: what is known"
    assert title(folder / "GRA.html") == "Grania *&amp; Sons*: what is known"
    assert '"5"' not in (folder / "GRA.html").read_text()
    assert ">3</button>" in (folder / "GRA.html").read_text()
    with pikepdf.open(folder / "RUR.pdf") as paper:
        assert str(paper.docinfo["/Title"]) == "Rurland: what is known"


def test_a_template_opened_by_itself_shows_its_blanks_and_its_own_parameters(template):
    alone = run(template)
    assert alone.cells[0].source.startswith("# {name}: what is known")
    assert alone.cells[1].source.endswith('land = "RUR"')
    assert (parameters_of(alone), blanks_of(alone)) == (["as_of", "land"], ["name"])


def test_a_value_with_quotes_and_backslashes_is_set_as_it_is(template):
    odd = 'Ru"r\\land\\1'
    made = prepared(template, "", {"land": odd})
    scope = {}
    exec(made.cells[1].source, scope)
    assert scope["land"] == odd


def test_a_condition_may_ask_how_many_facts_point_at_a_row(template, quiet):
    folder = batch(template, "lands", "facts == 3", report=quiet)
    assert names(folder) == ["RUR.html", "RUR.pdf"]


def test_another_edition_has_its_own_folder_and_counts_its_own_facts(template, quiet):
    folder = batch(template, "lands", "facts == 1", "2001-12-31", report=quiet)
    assert folder == template.parents[2] / "build" / "2001-12-31" / "dossiers"
    assert names(folder) == ["GRA.html", "GRA.pdf", "RUR.html", "RUR.pdf"]


def test_a_range_of_days_is_built_in_one_run_each_day_with_the_rows_that_it_knows(template, capsys):
    asked = ["--as-of", "2001-03-31:2002-03-31:6", "--where", "facts == 1 or land == 'GRA'"]
    assert main(["batch", str(template), "--over", "lands", *asked]) == 0
    out = template.parents[2] / "build"
    assert sorted(file.name for file in out.iterdir() if file.name[0] != ".") == [
        "2001-03-31",
        "2001-09-30",
        "2002-03-31",
    ]
    assert names(out / "2001-09-30" / "dossiers") == ["GRA.html", "GRA.pdf", "RUR.html", "RUR.pdf"]
    assert names(out / "2002-03-31" / "dossiers") == ["GRA.html", "GRA.pdf"]
    said = capsys.readouterr().out.splitlines()
    assert sorted(line.split("] ")[1].split(" ran")[0].rstrip() for line in said[:-1]) == [
        "2001-03-31 GRA",
        "2001-03-31 RUR",
        "2001-09-30 GRA",
        "2001-09-30 RUR",
        "2002-03-31 GRA",
    ]
    assert said[-2].startswith("[5/5] ")
    assert said[-1] == f"Written to {out}"


def test_a_dossier_of_a_range_is_what_it_is_by_itself(template, quiet):
    folder = batch(template, "lands", "land == 'RUR'", "2001-12-31", report=quiet)
    alone = [(folder / name).read_bytes() for name in names(folder)]
    shutil.rmtree(template.parents[2] / "build")
    batch(template, "lands", "land == 'RUR'", "2001-11-30:2002-01-31:1", report=quiet)
    assert [(folder / name).read_bytes() for name in names(folder)] == alone


def test_a_day_without_such_a_row_is_not_built(template, quiet):
    out = batch(template, "lands", "facts == 2 and land == 'RUR'", "2001-12-31:2002-12-31:12", report=quiet)
    assert [folder.parent.name for folder in out.glob("*/dossiers")] == ["2002-12-31"]
    with pytest.raises(BriefError, match="no row meets the condition “facts == 9”; expected at least one row"):
        batch(template, "lands", "facts == 9", "2001-12-31:2002-12-31:12", report=quiet)


def test_a_dossier_that_fails_in_a_range_is_named_with_its_day(template, quiet):
    write_notebook(template, [*CELLS, code("half", "1 / (len(data['holdings']) - 2)")])
    with pytest.raises(BriefError, match=r"^2001-12-31 RUR: templates/land.ipynb, cell \"half\": raises Zero"):
        batch(template, "lands", "land == 'RUR'", "2001-12-31:2002-12-31:12", report=quiet)
    assert [folder.parent.name for folder in (template.parents[2] / "build").glob("*/dossiers")] == ["2002-12-31"]


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2001-01-01:2002-01-01", "no range of days; expected START:END:MONTHS, as 2021-04-30:2022-04-30:1."),
        ("2001-01-01:2002-01-01:1:1", "no range of days"),
        ("2001-01-01:soon:1", "no range of days"),
        ("2001-02-30:2002-01-01:1", "no range of days"),
        ("2002-01-01:2001-01-01:1", "it ends before it begins"),
        ("2001-01-01:2002-01-01:0", "'0' is no number of months; expected 1 or more. Write START:END:MONTHS"),
        ("2001-01-01:2002-01-01:-1", "'-1' is no number of months"),
        ("2001-01-01:2002-01-01:1.5", "'1.5' is no number of months"),
        ("2001-01-01:2002-01-01:", "'' is no number of months"),
    ],
)
def test_a_range_that_is_none_is_said(template, as_of, words, capsys):
    assert main(["batch", str(template), "--over", "lands", "--as-of", as_of]) == 1
    assert f"--as-of {as_of}: {words}" in capsys.readouterr().err


def test_a_range_may_not_reach_beyond_the_tables(template, quiet):
    with pytest.raises(BriefError, match="as_of 2003-12-31: later than the last day that any row reports, 2003-03-01"):
        batch(template, "lands", "", "2001-12-31:2003-12-31:12", report=quiet)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 2000), st.integers(1, 30))
def test_days_of_a_range_rise_by_whole_months_and_stay_within_it(start, length, months):
    end = start + dt.timedelta(length)
    found = [dt.date.fromisoformat(day) for day in days(f"{start}:{end}:{months}")]
    assert found[0] == start
    assert start <= found[-1] <= end
    counted = [12 * day.year + day.month for day in found]
    assert {later - earlier for earlier, later in itertools.pairwise(counted)} <= {months}
    assert {day.day for day in found} <= {start.day, 28, 29, 30, 31}


def test_a_dossier_that_fails_is_named_and_stops_no_other(template, capsys):
    write_notebook(template, [*CELLS, code("half", "1 / (data['lands'].pick('size', land=land).value - 3)")])
    assert main(["batch", str(template), "--over", "lands", "--where", "size > 1"]) == 1
    said = capsys.readouterr()
    assert 'GRA: templates/land.ipynb, cell "half": raises ZeroDivisionError: division by zero.' in said.err
    assert re.search(r"GRA +failed", said.out)
    assert names(template.parents[2] / "build" / "dossiers") == ["RUR.html", "RUR.pdf"]


def test_a_dossier_is_run_again_only_when_something_changed(template, quiet, monkeypatch):
    batch(template, "lands", "size > 1", report=quiet)
    runs = template.parents[2] / "build" / ".runs"
    kept = {file: file.stat().st_ino for file in runs.glob("*.json")}
    assert len(kept) == 2
    batch(template, "lands", "size > 1", report=quiet)
    assert {file: file.stat().st_ino for file in runs.glob("*.json")} == kept
    (template.parents[2] / "data" / "lands.csv").write_text(LANDS.replace(",5,", ",6,"))
    assert ">6</button>" in (batch(template, "lands", "size > 1", report=quiet) / "RUR.html").read_text()


@pytest.mark.parametrize(
    ("changed", "over", "where", "words"),
    [
        ({}, "seas", "", "no table “seas”; expected one of: sources, support, holdings, events, quotes, lands"),
        ({}, "lands", "size > 9", "table lands: no row meets the condition “size > 9”; expected at least one row"),
        ({}, "lands", "weight > 9", "the condition “weight > 9” fails: name 'weight' is not defined"),
        ({}, "lands", "size >", "the condition “size >” fails"),
        ({}, "events", "", "templates/land.ipynb: “land” is no field of the table events; expected one of: event_id"),
        (
            {"title": "# {nam}: x"},
            "lands",
            "",
            "“nam” is no field of the table lands; expected one of: land, name, size",
        ),
    ],
)
def test_what_cannot_be_built_is_said(template, quiet, changed, over, where, words):
    write_notebook(template, CELLS, **changed)
    with pytest.raises(BriefError, match=re.escape(words)):
        batch(template, over, where, report=quiet)
    assert not (template.parents[2] / "build" / "dossiers").exists()


def test_a_missing_template_is_said(project, capsys):
    assert main(["batch", "notebooks/templates/none.ipynb", "--over", "holdings"]) == 1
    assert "none.ipynb: no such notebook. Name a file under notebooks/." in capsys.readouterr().err


def test_a_template_is_no_brief(template, quiet):
    build(report=quiet)
    assert not (template.parents[2] / "build" / "land.html").exists()
    assert not [finding for finding in check() if finding.brief == "land" or "templates" in finding.place]


def test_the_front_page_leads_to_dossiers_only_where_they_were_built(template, quiet):
    out = template.parents[2] / "build"
    batch(template, "lands", "size > 1", report=quiet)
    assert not (out / "dossiers" / "index.html").exists()
    assert "index.html" not in (out / "dossiers" / "RUR.html").read_text()
    build(report=quiet)
    assert "dossiers/index.html" not in (out / "index.html").read_text()
    batch(template, "lands", "size > 1", report=quiet)
    first = (out / "index.html").read_bytes()
    assert b'<a href="dossiers/index.html"><b>2</b> dossiers</a>' in first
    build(report=quiet)
    assert (out / "index.html").read_bytes() == first


def test_the_page_of_dossiers_lists_them_by_name_with_their_facts(template, quiet):
    build(report=quiet)
    folder = batch(template, "lands", "facts > 0", report=quiet)
    lines = re.findall(r'<tr id="r-(\w+)">.*?class="right">(\d+)</td>', (folder / "index.html").read_text())
    assert lines == [("GRA", "2"), ("RUR", "3")]
    batch(template, "lands", "land == 'RUR'", report=quiet)
    assert lines == re.findall(r'<tr id="r-(\w+)">.*?class="right">(\d+)</td>', (folder / "index.html").read_text())


def test_every_link_of_a_dossier_leads_somewhere(template, quiet):
    build(report=quiet)
    folder = batch(template, "lands", "size > 1", report=quiet)
    for page in (folder / "RUR.html", folder / "index.html"):
        for address in re.findall(r'href="?([^"#> ]+)', page.read_text()):
            if not address.startswith(("http", "data:")):
                assert (folder / address).is_file(), f"{page.name}: {address}"


# --- the shipped template --------------------------------------------------------------------------------------------


def shipped(tmp_path, where, as_of="latest"):
    """Build dossiers with the shipped template and tables, somewhere else."""
    return batch(SHIPPED, "countries", where, as_of, tmp_path, report=lambda line: None)


def told(page):
    """Give a dossier's prose and tables as text, without notes."""
    body = re.search(r'<main.*?<section class="cite"', page.read_text(), re.DOTALL)[0]
    text = re.sub(r"<[^>]*>", "", re.sub(r"<svg.*?</svg>|</?span[^>]*>|</?button[^>]*>", "", body, flags=re.DOTALL))
    return " ".join(text.split())


def test_the_shipped_template_is_stripped_and_types_no_number():
    notebook = read(SHIPPED)
    assert [cell.id for cell in notebook.cells[:3]] == ["title", "parameters", "setup"]
    assert parameters_of(notebook) == ["as_of", "code", "hindsight"]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None), cell.id
            assert not re.search(r"(?m)^\s*def |\.csv|datetime|today\(|;\s*$", cell.source), cell.id
        else:
            assert "user_expressions" not in cell.metadata
            assert not list(slips(re.sub(r"\{eval\}`[^`]*`", "", cell.source), [])), cell.id


def test_the_comparison_of_notebooks_leaves_templates_out():
    command = [sys.executable, "-m", "pytest", "--nbval", "notebooks", "--collect-only", "-q"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "notebooks/sanctions.ipynb" in listed
    assert "templates" not in listed


def test_dossiers_of_a_rich_a_thin_and_a_great_power_say_what_the_tables_know(tmp_path):
    folder = shipped(tmp_path, "code in ['DEU', 'MNE', 'USA']")
    assert names(folder) == ["DEU.html", "DEU.pdf", "MNE.html", "MNE.pdf", "USA.html", "USA.pdf"]
    rich, thin, power = (told(folder / f"{code}.html") for code in ("DEU", "MNE", "USA"))
    assert "Germany expelled fifty people sent by Russia in six steps, the last in January 2026." in rich
    assert "Montenegro expelled thirteen people sent by Russia in five steps" in thin
    assert "the last in September 2022, two of the steps on one source. Russia expelled one person" in thin
    assert "No vote of Montenegro on Ukraine is in the tables." in thin
    assert "The tables have no row about Montenegro on votes on Ukraine" in thin
    assert "expelled 177 people sent by Russia and the Soviet Union in nine steps" in power
    assert [page.read_text().count("<figure") for page in sorted(folder.glob("*.html"))] == [2, 1, 2]


def test_a_dossier_is_called_and_cited_as_one(tmp_path):
    page = (shipped(tmp_path, "code == 'ISR'") / "ISR.html").read_text()
    assert "Cite this dossier" in page
    assert "”, country dossier, edition as of" in re.sub(r"<[^>]+>", "", page)
    assert "howpublished = {Country dossier}" in page
    assert not re.search("policy brief,|Cite this brief", page, re.IGNORECASE)


def test_a_dossier_of_votes_alone_shows_no_empty_table_and_one_chart(tmp_path):
    folder = shipped(tmp_path, "code == 'ISR'")
    votes = told(folder / "ISR.html")
    assert "The tables hold thirty-seven rows about Israel, and no expulsion." in votes
    assert "No expulsion by Israel, or of people it sent, is in the tables." in votes
    assert "The tables hold three of its votes on Ukraine: like Washington in" in votes
    assert "The tables have no figure on what Israel buys from Russia" in votes
    assert (folder / "ISR.html").read_text().count("<figure") == 1


def test_a_dossier_of_which_no_section_has_a_row_names_the_tables_that_have(tmp_path):
    page = shipped(tmp_path, "code == 'PAK'") / "PAK.html"
    assert "Tables that have no section here hold rows about it too: Targets of" in told(page)
    assert "<figure" not in page.read_text()
    assert "<table" not in page.read_text()


def test_an_early_edition_of_a_dossier_knows_nothing_later(tmp_path):
    early = told(shipped(tmp_path, "code in ['DEU', 'USA']", "2021-04-30") / "DEU.html")
    assert "Germany expelled seven people sent by Russia in three steps, the last in February 2021." in early
    assert not re.search(r"202[2-9]", early)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_of", "where", "least"), [("latest", "facts >= 2", 40), ("2021-04-30", "facts >= 2 and code < 'E'", 8)]
)
def test_every_country_with_two_facts_has_a_dossier_in_whole_sentences(tmp_path, as_of, where, least):
    folder = shipped(tmp_path, where, as_of)
    pages = sorted(folder.glob("*.html"))
    assert len(pages) >= least
    for page in pages:
        text = told(page)
        assert "{" not in text, page.name
        assert not re.search(r"(?<!-)\bone (people|steps|texts|rows)\b|\bzero\b|\bnan\b|None(?! of)", text), page.name
        assert " ." not in text and ".." not in text, page.name
