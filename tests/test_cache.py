import json

import nbformat
import pytest
from conftest import markdown, write_notebook

from briefkit import cache
from briefkit.errors import BriefError
from briefkit.run import execute


@pytest.fixture
def runs(monkeypatch):
    """Count the runs that the cache could not spare, by the name of the notebook."""
    made = []
    monkeypatch.setattr(cache, "execute", lambda path, *rest: made.append(path.stem) or execute(path, *rest))
    return made


@pytest.fixture
def brief(project):
    return project / "notebooks" / "rurland.ipynb"


def copies(brief):
    return sorted((brief.parent.parent / "build" / ".runs").glob("*.json"))


def test_a_kept_copy_is_what_a_run_gives(brief, runs):
    first, second = cache.executed(brief), cache.executed(brief)
    assert nbformat.writes(first) == nbformat.writes(second) == nbformat.writes(execute(brief)[0])
    assert runs == ["rurland"]


def test_a_touched_file_runs_nothing(brief, runs):
    cache.executed(brief)
    brief.touch()
    (brief.parent.parent / "data" / "holdings.csv").touch()
    cache.executed(brief)
    assert runs == ["rurland"]


def test_an_edited_sentence_is_shown_with_the_results_that_are_there(brief, runs):
    cache.executed(brief)
    write_notebook(brief, rise="## The arsenal swelled\n\nTo {eval}`last` from {eval}`rurland.first('value')`.")
    edited = cache.executed(brief)
    assert runs == ["rurland"]
    assert [item.result.data["text/plain"] for item in edited.cells[4].metadata.user_expressions] == ["1,550", "12"]


@pytest.mark.parametrize(
    "changed",
    [
        {"claim_rise": 'claim("Rurland held more than one", last > 1)'},
        {"rise": "## The arsenal grew\n\nTo {eval}`last + 1`."},
    ],
)
def test_changed_code_or_a_new_role_is_run(brief, runs, changed):
    cache.executed(brief)
    write_notebook(brief, **changed)
    cache.executed(brief)
    assert runs == ["rurland", "rurland"]


@pytest.mark.parametrize(("table", "again"), [("holdings", True), ("sources", True), ("quotes", False)])
def test_only_a_change_in_a_table_that_the_brief_reads_is_run(brief, runs, table, again):
    cache.executed(brief)
    file = brief.parent.parent / "data" / f"{table}.csv"
    file.write_text(
        file.read_text()
        .replace("A Minister", "Another Minister")
        .replace("1550", "1551")
        .replace("made-up", "invented")
    )
    cache.executed(brief)
    assert len(runs) == 1 + again


def test_a_later_row_in_any_table_moves_the_latest_edition_and_is_run(brief, runs):
    cache.executed(brief)
    cache.executed(brief, "2002-06-01")
    quotes = brief.parent.parent / "data" / "quotes.csv"
    quotes.write_text(quotes.read_text() + 'Q3,A Minister,2004-01-02,"later words",verified,S1,single\n')
    cache.executed(brief, "2002-06-01")
    assert len(runs) == 2
    cache.executed(brief)
    assert len(runs) == 3


def test_each_edition_has_a_copy_of_its_own(brief, runs):
    cache.executed(brief), cache.executed(brief, "2002-06-01"), cache.executed(brief)
    assert len(runs) == len(copies(brief)) == 2


@pytest.mark.parametrize("damage", ["", "half", "other"])
def test_a_damaged_copy_is_run_anew(brief, runs, damage):
    cache.executed(brief)
    text = copies(brief)[0].read_text()
    copies(brief)[0].write_text(
        {"": "", "half": text[: len(text) // 2], "other": text.replace("1,550", "1,551")}[damage]
    )
    cache.executed(brief)
    assert len(runs) == 2
    assert json.loads(copies(brief)[0].read_text().split("\n", 1)[1])["tables"] == ["holdings"]


def test_a_fresh_run_may_be_asked_for(brief, runs):
    cache.executed(brief), cache.executed(brief, fresh=True)
    assert len(runs) == 2


def test_the_copies_keep_within_their_bound(brief, monkeypatch):
    cache.executed(brief)
    monkeypatch.setattr(cache, "BOUND", copies(brief)[0].stat().st_size * 1.5)
    cache.executed(brief, "2002-06-01")
    assert len(copies(brief)) == 1


def test_a_brief_that_fails_is_not_kept(brief, runs):
    write_notebook(brief, claim_rise='claim("Less", last < 2)')
    for _ in range(2):
        with pytest.raises(BriefError, match="does not hold"):
            cache.executed(brief)
    assert len(runs) == 2
    assert not copies(brief)


def test_a_notebook_outside_a_project_is_run_each_time(tmp_path, runs):
    path = write_notebook(tmp_path / "notebooks" / "alone.ipynb", [markdown("title", "# Alone")])
    cache.executed(path), cache.executed(path)
    assert runs == ["alone", "alone"]
