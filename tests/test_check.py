import datetime as dt
import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import code, markdown, write_notebook

from briefkit.check import check, evidence
from briefkit.cli import main
from briefkit.run import read, run, save, save_figures

ROOT = Path(__file__).parent.parent
TODAY = dt.date(2003, 6, 1)
SAID = "# Rurland armed itself\n\nBy {eval}`day.month()` it held {eval}`last` warheads, by one source."


@pytest.fixture
def desk(project):
    """Run the made-up brief with some cells replaced, and check the project."""

    def checked(cells=None, **replaced):
        path = project / "notebooks" / "rurland.ipynb"
        if not cells:
            replaced = {"title": SAID} | replaced
        write_notebook(path, *([cells] if cells else []), **replaced)
        made = run(path)
        save(path, made)
        save_figures(path, made)
        return [
            (finding.kind, finding.place.rpartition("cell ")[2].strip('"'), finding.what)
            for finding in check(today=TODAY)
        ]

    return checked


def test_a_clean_brief_gives_no_finding(desk):
    assert desk() == []


@pytest.mark.parametrize(
    ("replaced", "kind", "cell", "what"),
    [
        ({"rise": "## The arsenal grew\n\nIt held 1,550."}, "number", "rise", "the number “1,550” is typed by hand"),
        ({"rise": "## Growth in 2003\n\nSo it was."}, "date", "rise", "the date “2003” is typed by hand"),
        ({"rise": "## The arsenal doubled\n\nSo it was."}, "number word", "rise", "the number word “doubled” is typed"),
        (
            {"rise": "## It grew\n\nA minister called it “quite enough for all of us”."},
            "quotation",
            "rise",
            "quite enough for all of us” is typed by hand",
        ),
        (
            {"fig_rise": 'charts.line(rurland, x="date", y="value", title="It grew by 1,538", subtitle="Warheads")'},
            "number",
            "fig-rise",
            "the number “1,538” is typed by hand",
        ),
        (
            {"fig_rise": 'charts.line(rurland, x="date", y="value", title="It grew", subtitle="Warheads in two lots")'},
            "number word",
            "fig-rise",
            "the number word “two” is typed by hand",
        ),
        (
            {"claim_rise": '(last > 2).choose("It has {n}, six times as many.", "It has few.", n=last)'},
            "number word",
            "claim-rise",
            "the number word “six” is typed by hand",
        ),
        (
            {"fig_rise": 'day = rurland.last("date")\n' + 'charts.line(rurland, x="date", y="value", title="It grew")'},
            "role",
            "title",
            "a role uses “day”, which 2 places in the notebook bind",
        ),
        (
            {"rise": "## It grew\n\nSee [there](elsewhere.ipynb)."},
            "link",
            "rise",
            "“elsewhere.ipynb” leads to no brief",
        ),
        (
            {"rise": "## It grew\n\nSee [there](#nowhere)."},
            "link",
            "rise",
            "“#nowhere” leads to no cell of rurland.ipynb",
        ),
        (
            {"table_rise": "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')"},
            "figure",
            "table-rise",
            "a picture without source and alternative text",
        ),
    ],
)
def test_each_fault_is_found_in_its_cell(desk, replaced, kind, cell, what):
    found = desk(**replaced)
    assert [(kind_, cell_) for kind_, cell_, _ in found] == [(kind, cell)], found
    assert what in found[0][2]


def test_a_link_to_a_cell_of_another_brief_is_no_finding(desk, project):
    write_notebook(project / "notebooks" / "second.ipynb", [markdown("title", "# Second"), markdown("part", "Words.")])
    save(project / "notebooks" / "second.ipynb", read(project / "notebooks" / "second.ipynb"))
    assert (
        desk(rise="## It grew\n\nSee [there](second.ipynb#part), [here](#title) and [the page](second.html#notes).")
        == []
    )


def test_a_name_that_one_of_two_branches_binds_is_bound_once(desk):
    assert (
        desk(
            setup=re.sub("day = .*", "", SETUP) + 'if len(rurland):\n    day = rurland.last("date")\nelse:\n    day = 0'
        )
        == []
    )


SETUP = """from briefkit import charts, claim, compose, open_data, show
data = open_data(as_of)
rurland = data["holdings"].where(country="RUR")
last = rurland.last("value")
day = rurland.last("date")
"""
CLOSED = [
    markdown("title", "# Rurland armed itself\n\nIt held {eval}`last` warheads, by one source."),
    code("parameters", 'as_of = "latest"', "parameters"),
    code("setup", SETUP, "remove-cell"),
    markdown("rise", "## The arsenal grew\n\nBy much."),
    code("claim-rise", 'grown = claim("Rurland held many", last > 2)\ngrown'),
]


def test_a_section_that_ends_in_a_claim_takes_its_heading_from_it(desk):
    found = desk(CLOSED)
    assert [(kind, cell) for kind, cell, _ in found] == [("heading", "rise")]
    assert (
        "the section ends in the claim of cell “claim-rise”, and its heading is typed: The arsenal grew" in found[0][2]
    )
    assert desk(CLOSED, rise="## {eval}`grown.heading`\n\nBy much.") == []


def test_a_headline_on_one_source_is_said_to_be(desk):
    thin = [dict(cell, source=cell["source"].replace(", by one source", "")) for cell in CLOSED[:3]]
    found = desk(thin)
    assert [(kind, cell) for kind, cell, _ in found] == [("support", "title")]
    assert "1 headline values rest on a single source (“1,550”), and the brief does not say so" in found[0][2]


def dispute(project, field="value"):
    package = json.loads((project / "data" / "datapackage.json").read_text())
    names = "disagreement_id topic table key field value_a source_a value_b source_b preferred comment".split()
    package["resources"].append(
        {
            "name": "disagreements",
            "type": "table",
            "path": "disagreements.csv",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {"fields": [{"name": name, "type": "string"} for name in names], "primaryKey": "disagreement_id"},
        }
    )
    (project / "data" / "datapackage.json").write_text(json.dumps(package))
    line = f"D1,Holdings of Rurland,holdings,2003-03-01|RUR,{field},1550,S1,1600,S2,1550,made up"
    (project / "data" / "disagreements.csv").write_text(",".join(names) + "\n" + line + "\n")


def test_a_disputed_headline_is_told_with_the_disagreement(desk, project):
    dispute(project)
    found = desk(CLOSED[:3])
    assert [(kind, cell) for kind, cell, _ in found] == [("disagreement", "title")]
    assert "of which sources disagree (Holdings of Rurland: 1550 or 1600); the brief is silent" in found[0][2]
    told = "# Rurland armed itself\n\nIt held {eval}`last` warheads, by one source; sources differ."
    assert desk(CLOSED[:3], title=told) == []


def test_a_dispute_about_another_field_is_no_finding(desk, project):
    dispute(project, field="note")
    assert desk(CLOSED[:3]) == []


def test_words_verified_in_translation_are_shown_as_a_translation(desk, project):
    quotes = project / "data" / "quotes.csv"
    quotes.write_text(quotes.read_text().replace(",verified,", ",verified in translation,"))
    cells = [*CLOSED[:3], markdown("said", "## It was said\n\nThe minister spoke: {eval}`data.quote('Q1')`.")]
    found = desk(cells)
    assert [(kind, cell) for kind, cell, _ in found] == [("quotation", "said")]
    assert "is verified in translation and not shown as one" in found[0][2]
    assert desk(cells, said="## It was said\n\nThe minister said, in translation: {eval}`data.quote('Q1')`.") == []


def test_an_alternative_text_names_last_and_extreme_values(desk):
    told = 'charts.line(rurland, x="date", y="value", title="It grew", subtitle="Warheads")'
    assert desk(fig_rise=told) == []
    silent = f"chart = {told}\nfrom dataclasses import replace\nreplace(chart, alt='A line that ends at 1,550.')"
    found = desk(fig_rise=silent)
    assert found == [("figure", "fig-rise", "the alternative text leaves out the lowest value 9")]


@pytest.mark.parametrize(
    ("kind", "panels", "told"),
    [("line", 1, ["last value of A0", "highest value of A0", "lowest value of A0"]),
     ("multiples", 2, ["last value of A0", "last value of A1", "highest value of A0", "lowest value of A0",
                       "highest value of A1", "lowest value of A1"]),
     ("multiples", 4, [*(f"last value of A{at}" for at in range(4)), "highest value", "lowest value"]),
     ("bars", 2, ["highest value", "lowest value"]),
     ("spans", 2, [])],
)  # fmt: skip
def test_what_an_alternative_text_must_name_depends_on_what_is_drawn(kind, panels, told):
    fields = [{"name": name, "type": of} for name, of in (("x", "year"), ("y", "integer"), ("of", "string"))]
    data = [{"x": 2000 + at, "y": at * panel, "of": f"A{panel}"} for panel in range(panels) for at in range(3)]
    figure = {"kind": kind, "data": {"schema": {"fields": fields}, "data": data}}
    assert [what for what, _ in evidence._ends(figure)] == told


# --- stored results --------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(desk, project):
    desk()
    path = project / "notebooks" / "rurland.ipynb"

    def changed(old, new):
        path.write_text(path.read_text().replace(old, new))
        return [(finding.kind, finding.place, finding.what) for finding in check([path], today=TODAY)]

    return changed


def test_a_stored_inline_value_that_a_fresh_run_does_not_give_is_stale(stored):
    ((kind, place, what),) = stored('"text": "12"', '"text": "13"')[:1]
    assert (kind, place) == ("stale", 'notebooks/rurland.ipynb, cell "summary"')
    assert what == "the stored value of {eval}`rurland.first('value')` is “13”; a fresh run gives “12”"


def test_a_stored_output_that_a_fresh_run_does_not_give_is_stale(stored):
    ((kind, place, what),) = stored("held more than two [holds: 1,550", "held more than two [holds: 1,551")
    assert (kind, place) == ("stale", 'notebooks/rurland.ipynb, cell "claim-rise"')
    assert "two [holds: 1,551 > 2]…”; a fresh run gives “…" in what


def test_a_value_that_was_never_stored_is_named(stored):
    found = stored(
        "It began with {eval}`rurland.first('value')`", "It began with {eval}`rurland.lowest('value').pick('value')`"
    )
    assert found[0][2] == "no value is stored for {eval}`rurland.lowest('value').pick('value')`"


def test_drawings_on_disk_are_those_of_the_notebooks(desk, project):
    desk()
    (project / "figures" / "rurland-fig-rise.svg").write_text("<svg/>")
    (project / "figures" / "orphan-fig.svg").write_text("<svg/>")
    found = [(finding.brief, finding.place, finding.what) for finding in check(today=TODAY)]
    assert found == [
        ("rurland", 'notebooks/rurland.ipynb, cell "fig-rise"', "figures/rurland-fig-rise.svg differs from the chart"),
        ("collection", "figures/orphan-fig.svg", "no notebook makes this figure"),
    ]


# --- the collection --------------------------------------------------------------------------------------------------


def test_names_on_the_list_are_no_findings_and_unused_ones_are(desk, project):
    (project / "pyproject.toml").write_text('[tool.briefkit]\nnames = ["Pact #", "Treaty #"]\n')
    found = desk(rise="## The arsenal grew\n\nPact 7 allowed it.")
    assert [(kind, what) for kind, _, what in found] == [("name", "no brief uses “Treaty #”")]


def test_sources_are_used_and_can_be_cited(desk, project):
    sources = project / "data" / "sources.csv"
    sources.write_text(
        sources.read_text().replace("Example Herald", "") + "S3,Third made-up report,Example Post,2001,,news,none\n"
    )
    found = desk()
    assert [what for _, _, what in found] == [
        "cited, and it has no publisher",
        "no row of any table rests on this source",
    ]


def test_a_table_past_its_review_is_a_warning_and_no_failure(desk, project, capsys, monkeypatch):
    package = json.loads((project / "data" / "datapackage.json").read_text())
    package["resources"][2]["review_after"] = "2003-05-31"
    (project / "data" / "datapackage.json").write_text(json.dumps(package))
    found = desk()
    assert [what for _, _, what in found] == ["was to be looked at again after 2003-05-31"]
    assert check(today=dt.date(2003, 5, 31)) == []
    assert main(["check"]) == 0
    assert capsys.readouterr().out.endswith("0 findings, 1 warning\n")


def test_faults_of_tables_and_failing_claims_are_findings(desk, project, capsys):
    desk()
    write_notebook(project / "notebooks" / "rurland.ipynb", claim_rise='claim("Less than two", last < 2)')
    assert main(["check"]) == 1
    shown = capsys.readouterr().out
    assert re.search(r'cell "claim-rise" · claim “Less than two”: does not hold as of 2003-03-01 \(1,550 ≥ 2\)', shown)
    (project / "data" / "holdings.csv").write_text("date,country\n")
    assert main(["check"]) == 1
    assert "data/holdings.csv · no rows" in capsys.readouterr().out


def test_findings_are_given_for_machines(desk, project, capsys):
    desk(rise="## The arsenal grew\n\nIt held 1,550.")
    assert main(["check", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding["place"] == 'notebooks/rurland.ipynb, cell "rise"'
    assert finding["kind"] == "number"
    assert finding["remedy"].startswith("Compute it: bind a fact")


def test_a_notebook_that_is_no_notebook_is_a_finding_and_stops_no_other(desk, project):
    desk()
    (project / "notebooks" / "broken.ipynb").write_text("{")
    found = check(today=TODAY)
    assert [finding.brief for finding in found] == ["broken"]
    assert "not a valid notebook" in found[0].what


# --- the shipped briefs ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Copy the shipped collection, with the runs that are kept of it."""
    root = tmp_path_factory.mktemp("copy")
    for room in ("notebooks", "data", "figures"):
        shutil.copytree(ROOT / room, root / room)
    for file in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / file, root)
    if (ROOT / "build" / ".runs").is_dir():
        # Without what another process is writing just now.
        half = shutil.ignore_patterns(".*")
        shutil.copytree(ROOT / "build" / ".runs", root / "build" / ".runs", ignore=half)
    return root


@pytest.mark.slow
def test_the_shipped_collection_gives_no_finding(copy):
    assert [
        str(finding) for finding in check(sorted((copy / "notebooks").glob("*.ipynb")), today=dt.date(2026, 9, 1))
    ] == []


def edited(cell_id, old, new):
    def edit(root, notebook):
        cell = next(cell for cell in notebook.cells if cell.id == cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new, 1)

    return edit


def stale(root, notebook):
    cell = next(cell for cell in notebook.cells if cell.id == "held-text")
    cell.metadata.user_expressions[0].result.data["text/plain"] = "6 February 2011"


def unknown_source(root, notebook):
    table = root / "data" / "treaty_holdings.csv"
    head, first, *rest = table.read_text().splitlines(keepends=True)
    table.write_text("".join([head, re.sub(r"[^,]+,(\w+)\n$", r"NOBODY,\1\n", first), *rest]))


def orphan(root, notebook):
    (root / "figures" / "treaty-caps-fig-nothing.svg").write_text("<svg/>")


PLANTED = {
    "a typed number": (edited("held-text", "{eval}`first_launchers`", "1,124"), "number", "held-text"),
    "a typed date": (edited("held-text", "{eval}`binding`", "5 February 2018"), "date", "held-text"),
    "a number word": (edited("held", "{eval}`caps.count().words()`", "three"), "number word", "held"),
    "an altered quotation": (
        edited("change", "Word from either", "“No longer bound by any obligations whatever.” Word from either"),
        "quotation",
        "change",
    ),
    "a failing claim": (
        edited("claim-soviet", "soviet_end > soviet_start", "soviet_end < soviet_start"),
        "fault",
        "claim-soviet",
    ),
    "a figure without source": (
        edited(
            "fig-stockpiles",
            "charts.line(",
            "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\ncharts.line(",
        ),
        "figure",
        "fig-stockpiles",
    ),
    "a stale stored value": (stale, "stale", "held-text"),
    "a dead link": (edited("change", "Word from either", "[Word](nowhere.ipynb) from either"), "link", "change"),
    "an unknown source": (unknown_source, "fault", "data/treaty_holdings.csv"),
    "a name bound twice": (edited("stock-facts", "us_now,", "term = us_stock\nus_now,"), "role", "end-text"),
    "an orphan figure": (orphan, "figure", "figures/treaty-caps-fig-nothing.svg"),
    "an unmentioned disagreement": (
        edited("method-text", "Sources differ on the last day", "Of the last day"),
        "disagreement",
        "title",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_planted_in_a_shipped_brief_is_found_where_it_is(copy, tmp_path, fault):
    plant, kind, place = PLANTED[fault]
    shutil.copytree(copy, tmp_path / "project")
    path = tmp_path / "project" / "notebooks" / "treaty-caps.ipynb"
    notebook = read(path)
    plant(tmp_path / "project", notebook)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    every = sorted(path.parent.glob("*.ipynb")) if "orphan" in fault else [path]
    found = check(every, today=dt.date(2026, 9, 1))
    assert any(finding.kind == kind and place in finding.place for finding in found), [
        str(finding) for finding in found
    ]
