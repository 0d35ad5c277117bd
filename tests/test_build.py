import shutil

import pytest
from conftest import write_notebook

from briefkit.build import build
from briefkit.cli import main
from briefkit.errors import BriefError


@pytest.fixture
def quiet():
    return lambda line: None


def test_a_build_writes_a_page_a_paper_and_the_site_around_them(project, capsys):
    assert main(["build"]) == 0
    assert sorted(file.name for file in (project / "build").glob("*.*")) == [
        ".checked",
        ".runs",
        "claims.html",
        "editions.html",
        "index.html",
        "rurland.html",
        "rurland.pdf",
        "sources.html",
    ]
    assert sorted(file.name for file in (project / "build" / "figures").iterdir()) == [
        "rurland-fig-rise.png",
        "rurland-fig-rise.svg",
    ]
    said = capsys.readouterr().out
    assert "/2] rurland " in said and "/2] data/ " in said
    assert "Rurland armed itself" in (project / "build" / "index.html").read_text()
    assert (project / "figures" / "rurland-fig-rise.svg").is_file()


def test_two_builds_are_byte_identical(project, quiet):
    def built():
        files = build(report=quiet).rglob("*.*")
        return {file: file.read_bytes() for file in files if file.is_file() and ".runs" not in file.parts}

    first = built()
    shutil.rmtree(project / "build")
    assert built() == first


def test_a_brief_built_by_itself_leads_to_a_site_only_where_there_is_one(project, quiet):
    path = project / "notebooks" / "rurland.ipynb"
    write_notebook(project / "notebooks" / "second.ipynb")
    build([path], report=quiet)
    assert "index.html" not in (project / "build" / "rurland.html").read_text()
    assert not (project / "build" / "index.html").exists()
    build(report=quiet)
    build([path], report=quiet)
    assert 'href="index.html"' in (project / "build" / "rurland.html").read_text()


def test_another_edition_has_its_own_folder_and_leaves_notebooks_and_figures_alone(project, quiet):
    notebook = (project / "notebooks" / "rurland.ipynb").read_bytes()
    folder = build(as_of="2002-06-01", report=quiet)
    assert folder == project / "build" / "2002-06-01"
    assert "1 March 2002" in (folder / "rurland.html").read_text()
    assert "1,550" not in (folder / "rurland.html").read_text()
    assert (project / "notebooks" / "rurland.ipynb").read_bytes() == notebook
    assert not (project / "figures").exists()


def test_a_brief_that_fails_is_named_stops_no_other_and_overwrites_nothing(project, quiet):
    build(report=quiet)
    good = (project / "build" / "rurland.html").read_bytes()
    write_notebook(project / "notebooks" / "rurland.ipynb", claim_rise="1 / 0")
    write_notebook(project / "notebooks" / "second.ipynb")
    with pytest.raises(BriefError, match='notebooks/rurland.ipynb, cell "claim-rise": raises ZeroDivisionError'):
        build(report=quiet)
    assert (project / "build" / "rurland.html").read_bytes() == good
    assert (project / "build" / "second.pdf").is_file()


def test_the_pages_of_tables_change_with_the_briefs_that_cite_them_or_not_at_all(project, quiet):
    build(report=quiet)
    page, table = project / "build" / "data" / "holdings.html", project / "data" / "holdings.csv"
    good = page.read_bytes()
    table.write_text(table.read_text().replace(",1550,", ",1,"))
    with pytest.raises(BriefError, match="does not hold"):
        build(report=quiet)
    assert page.read_bytes() == good
