import subprocess
from pathlib import Path

import pytest
from conftest import CELLS, markdown, write_notebook, write_package

from briefkit import editions
from briefkit.compare import Claim, Exhibit, Sentence
from briefkit.corrections import Correction
from briefkit.editions import between, since
from briefkit.errors import BriefError
from briefkit.run import run, save

TREATIES = Path(__file__).resolve().parents[1] / "notebooks" / "treaty-caps.ipynb"


def git(root, *arguments):
    who = ["-c", "user.name=A Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def brief(project):
    return project / "notebooks" / "rurland.ipynb"


@pytest.fixture
def committed(project, brief):
    """Keep the made-up project under version control, with one commit called then."""
    git(project, "init", "--quiet")
    (project / ".gitignore").write_text("/build/\n")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "First edition")
    git(project, "tag", "then")
    return project


def change(project, table, old, new):
    file = project / "data" / f"{table}.csv"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_two_days_are_run_and_named_in_words(brief):
    found = between(brief, "2002-06-01", "latest")
    assert (found.title, found.before, found.after) == (
        "Rurland armed itself",
        "as of 1 June 2002",
        "as of 1 March 2003",
    )
    assert [each.after for each in found.listed(Sentence)] == [
        "By March 2003 it held 1,550 warheads.",
        "From 12 to 1,550.",
    ]
    (row,) = found.rows
    assert dict(row.fields)["value"] == "1550"


def test_the_last_day_is_the_latest_one_unless_named(brief):
    assert between(brief, "2002-06-01") == between(brief, "2002-06-01", "latest")
    assert between(brief, "latest", "latest").is_empty
    assert between(brief, "2002-06-01", "2002-06-01").is_empty


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (
            ("2003-01-01", "2002-01-01"),
            "--from 2003-01-01: later than --to 2002-01-01; expected the earlier day first.",
        ),
        (("latest", "2002-01-01"), "--from latest: later than --to 2002-01-01; expected the earlier day first."),
        (("soon", "latest"), "as_of 'soon': not a day; expected “latest” or a date like 2021-04-30."),
        (("2002-01-01", "2030-01-01"), "as_of 2030-01-01: later than the last day that any row reports, 2003-03-01"),
    ],
)
def test_days_that_cannot_be_compared_are_named(brief, days, message):
    with pytest.raises(BriefError) as caught:
        between(brief, *days)
    assert str(caught.value).startswith(message)


def test_a_missing_notebook_is_named(brief):
    with pytest.raises(BriefError, match=r"none\.ipynb: no such notebook\. Name a file under notebooks/"):
        between(brief.with_name("none.ipynb"), "2002-01-01")


def test_a_notebook_without_the_parameter_has_no_editions(brief):
    write_notebook(brief, [markdown("title", "# Rurland")])
    with pytest.raises(
        BriefError, match="no cell tagged “parameters” sets as_of; expected a line there that begins with as_of ="
    ):
        between(brief, "2002-01-01")


def test_a_row_put_right_since_a_commit_is_found_with_its_correction(committed, brief):
    change(committed, "holdings", "2001-03-01,RUR,12,", "2001-03-01,RUR,13,")
    change(committed, "holdings", "2002-03-01,GRA,,not published", "2002-03-01,GRA,,withheld")
    change(
        committed,
        "holdings",
        "2003-03-01,RUR,1550,,S2,single\n",
        "2003-03-01,RUR,1550,,S2,single\n2003-03-01,GRA,4,,S2,single\n",
    )
    item = "- **Correction**, 2004-05-06, `holdings` `2001-03-01|RUR`: 12 had been typed for 13.\n"
    (committed / "CHANGELOG.md").write_text(item)
    found = since(brief, "then")
    assert found.before.startswith("in then (")
    assert found.after == "today"
    assert [each.after for each in found.listed(Sentence)] == ["It began with 13.", "From 13 to 1,550."]
    noted, unmarked = found.corrected
    assert (noted.table, noted.key, noted.fields) == ("holdings", "2001-03-01|RUR", (("value", "12", "13"),))
    assert noted.correction == Correction("2004-05-06", "holdings", "2001-03-01|RUR", "12 had been typed for 13.")
    assert "summary" in [reach.cell for reach in noted.reaches]
    assert (unmarked.key, unmarked.fields) == ("2002-03-01|GRA", (("note", "not published", "withheld"),))
    assert (unmarked.correction, unmarked.reaches) == (None, ())
    assert not found.remarks


def test_an_edited_notebook_is_compared_with_the_committed_one(committed, brief):
    write_notebook(brief, rise="## The arsenal swelled\n\nFrom {eval}`rurland.first('value')` to {eval}`last`.")
    found = since(brief, "HEAD")
    assert [(each.before, each.after) for each in found.listed(Sentence)] == [
        ("The arsenal grew", "The arsenal swelled")
    ]
    assert not found.rows
    assert not found.corrected


def test_a_project_below_the_top_of_its_repository_is_found(tmp_path):
    write_package(tmp_path / "below")
    path = write_notebook(tmp_path / "below" / "notebooks" / "rurland.ipynb")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "below/data", "below/notebooks")
    git(tmp_path, "commit", "--quiet", "--message", "First edition")
    assert since(path, "HEAD").is_empty


def test_results_that_were_committed_stand_in_for_a_notebook_that_no_longer_runs(committed, brief, monkeypatch):
    save(brief, run(brief))
    git(committed, "commit", "--all", "--quiet", "--message", "With results")
    whole = editions.executed

    def refusing(path, *rest):
        if path != brief:
            raise BriefError("old.ipynb", "a verb that is gone")
        return whole(path, *rest)

    monkeypatch.setattr(editions, "executed", refusing)
    found = since(brief, "HEAD")
    assert found.is_empty
    assert found.remarks == (
        "The notebook of HEAD does not run with today's toolkit; the results committed with it are shown. "
        "(old.ipynb: a verb that is gone.)",
    )
    with pytest.raises(BriefError) as caught:
        since(brief, "then")
    assert str(caught.value) == (
        "rurland.ipynb in then: does not run with today's toolkit (old.ipynb: a verb that is gone), and no results "
        "were committed with it; expected a notebook that runs, or one with its outputs. Compare with a later commit."
    )


@pytest.mark.parametrize("revision", ["nothing", "--output=x", ""])
def test_an_unknown_revision_is_named(committed, brief, revision):
    with pytest.raises(BriefError) as caught:
        since(brief, revision)
    message = f"--git {revision}: no such revision; expected a commit, branch or tag. git log --oneline lists them."
    assert str(caught.value) == message


def test_a_notebook_that_the_commit_does_not_hold_is_named(committed, brief):
    other = write_notebook(brief.with_name("other.ipynb"), CELLS)
    with pytest.raises(BriefError) as caught:
        since(other, "then")
    assert str(caught.value) == (
        "notebooks/other.ipynb: no such notebook in then; expected a commit that holds it. "
        "git log --oneline -- notebooks/other.ipynb lists them."
    )


def test_a_folder_without_version_control_is_named(project, brief, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    with pytest.raises(BriefError, match="no git work tree; expected a folder under version control. Compare two days"):
        since(brief, "HEAD")


def test_a_missing_git_is_named(committed, brief, monkeypatch):
    def absent(*arguments, **options):
        raise FileNotFoundError("git")

    monkeypatch.setattr(editions.subprocess, "run", absent)
    with pytest.raises(
        BriefError, match="git: no such program; expected git, which keeps the earlier editions. Install"
    ):
        editions._commit(committed, "HEAD")


def test_a_notebook_outside_the_project_has_no_earlier_edition(committed, tmp_path_factory):
    with pytest.raises(BriefError, match="outside the project; expected a notebook of the project in the commit"):
        editions._inside(tmp_path_factory.mktemp("elsewhere") / "x.ipynb", committed)


def test_the_treaty_brief_tells_the_expiry_the_suspension_the_new_counts_and_its_one_flipped_claim():
    found = between(TREATIES, "2021-04-30", "2026-03-31")
    answer = next(each for each in found.listed(Sentence) if each.part == "answer" and "term" in each.before)
    assert answer.before == "The term was extended in February 2021; the treaty is in force until 5 February 2026."
    assert "suspended its part in February 2023" in answer.after
    assert "expired on 5 February 2026" in answer.after
    (claim,) = found.listed(Claim)
    assert (claim.before.sentence, claim.before.verdict) == ("New START is in force", "holds")
    assert claim.after.verdict == "held then, does not hold now"
    holdings = next(each for each in found.listed(Exhibit) if each.cell == "fig-holdings")
    added = {(series.name, point.at["date"]): point.after for series in holdings.series for point in series.points}
    assert added["Russia · Deployed warheads", "2022-09-01"] == {"value": 1549}
    assert {day for _, day in added} == {"2021-09-01", "2022-03-01", "2022-09-01", "2023-03-01"}
    kinds = {dict(row.fields).get("kind") for row in found.rows if row.table == "treaty_events"}
    assert {"suspended", "ended"} <= kinds
    assert all(row.way == "entered" for row in found.rows)
    days = [dict(row.fields).get("date") for row in found.rows if row.table in ("treaty_events", "treaty_holdings")]
    assert min(days) > "2021-04-30"
    for each in found.listed(Sentence):
        assert each.before != each.after


def test_an_edition_of_the_treaty_brief_compared_with_itself_has_no_change():
    assert between(TREATIES, "2021-04-30", "2021-04-30").is_empty
