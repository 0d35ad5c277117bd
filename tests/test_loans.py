import json
import sys
import types

import pytest
from conftest import CELLS, SETUP, code, markdown, write_notebook

from briefkit import borrow, cache
from briefkit.data import READ, open_data
from briefkit.errors import BriefError
from briefkit.run import execute, run

LENDER = [
    *CELLS,
    code("peak-facts", 'peak = rurland.max("value")\ndaily = [1, 2]\nif len(rurland) > 2:\n    end = day'),
    code("claim-peak", 'peak_claim = claim("Rurland held more than two", peak > 2)'),
]
BORROWER = [
    markdown("title", "# Grauland watched\n\nRurland held {eval}`theirs` warheads."),
    code("parameters", 'as_of = "latest"', "parameters"),
    code("setup", "from briefkit import borrow, open_data\ndata = open_data(as_of)", "remove-cell"),
    code("their-facts", 'theirs = borrow(data, "rurland", "last")'),
]


@pytest.fixture
def lender(project):
    return write_notebook(project / "notebooks" / "rurland.ipynb", LENDER)


@pytest.fixture
def borrower(project, lender):
    return write_notebook(project / "notebooks" / "grauland.ipynb", BORROWER)


def change(path, cell_id, source):
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["id"] == cell_id:
            cell["source"] = source
    path.write_text(json.dumps(notebook))


def test_a_borrowed_fact_is_the_one_that_the_other_brief_binds_with_its_rows(lender):
    data = open_data()
    peak, day = borrow(data, "rurland", "peak", "day")
    own = data["holdings"].where(country="RUR")
    assert (peak.value, peak.rows) == (1550, own.max("value").rows)
    assert day.text == own.last("date").text


def test_the_edition_and_its_hindsight_are_those_of_the_borrower(lender):
    data = open_data("2001-12-31", hindsight=False)
    assert borrow(data, "rurland", "last").value == 12
    change(lender, "setup", "from briefkit import open_data\nlent = open_data(as_of)\nlent.rows = ()")
    assert borrow(data, "rurland", "lent") is data


def test_a_lender_may_open_another_edition_of_the_same_tables(lender, tmp_path_factory, monkeypatch):
    data = open_data()
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))  # where no data would be found
    change(lender, "setup", 'from briefkit import open_data\nthen = open_data("2001-12-31")["holdings"].max("value")')
    assert borrow(data, "rurland", "then").value == 12


def test_cells_that_only_show_are_run_only_for_a_name_that_they_bind(lender):
    data = open_data()
    change(lender, "fig-rise", "1 / 0")
    change(lender, "claim-rise", "1 / 0")
    assert borrow(data, "rurland", "peak").value == 1550
    assert borrow(data, "rurland", "peak_claim").heading.text == "Rurland held more than two"


def test_a_second_loan_goes_on_where_the_first_stopped(lender, monkeypatch):
    data, sizes = open_data(), []
    change(lender, "peak-facts", "peak = last\nseen.append(len(seen))")
    change(lender, "setup", SETUP + "\nimport tests_seen as _\nseen = _.seen")
    monkeypatch.setitem(sys.modules, "tests_seen", types.SimpleNamespace(seen=sizes))
    assert borrow(data, "rurland", "peak").value == borrow(data, "rurland", "last").value == 1550
    assert borrow(data, "rurland", "peak_claim").holds
    assert sizes == [0]
    change(lender, "peak-facts", "peak = last - 1")
    assert borrow(data, "rurland", "peak").value == 1549  # an edited notebook is run anew


def test_nothing_below_the_last_wanted_name_is_run(lender):
    change(lender, "peak-facts", "peak = 1 / 0")
    assert borrow(open_data(), "rurland", "last").value == 1550


def test_a_brief_runs_with_what_it_borrows_in_each_edition(borrower):
    def told(notebook):
        return notebook.cells[0].metadata.user_expressions[0].result.data["text/plain"]

    assert told(run(borrower)) == "1,550"
    assert told(run(borrower, "2001-12-31")) == "12"


def test_the_lender_is_among_what_a_run_read(borrower):
    READ.clear()
    borrow(open_data(), "rurland", "last")
    assert {"holdings", "notebooks/rurland.ipynb"} <= READ


@pytest.mark.parametrize(
    ("cell_id", "source", "again"),
    [("peak-facts", "peak = rurland.min('value')", True), ("rise", "## The arsenal swelled", False)],
)
def test_a_kept_run_is_good_while_the_code_of_the_lender_is_the_same(
    borrower, lender, monkeypatch, cell_id, source, again
):
    made = []
    monkeypatch.setattr(cache, "execute", lambda path, *rest: made.append(path.stem) or execute(path, *rest))
    cache.executed(borrower)
    cache.executed(borrower)
    assert made == ["grauland"]
    change(lender, cell_id, source)
    cache.executed(borrower)
    assert len(made) == 1 + again


def test_a_lender_that_is_gone_fails_the_next_build(borrower, lender):
    cache.executed(borrower)
    lender.unlink()
    with pytest.raises(BriefError, match="no brief “rurland” to borrow from"):
        cache.executed(borrower)


@pytest.mark.parametrize(
    ("brief", "names", "message"),
    [
        (
            "rurlan",
            ["last"],
            r"notebooks/rurlan\.ipynb: no brief “rurlan” to borrow from; expected one of: rurland\. Name",
        ),
        ("rurland", ["peek"], r"rurland\.ipynb: no cell binds “peek”; expected perhaps peak\. Borrow a name"),
        ("rurland", ["zzzzzz"], r"no cell binds “zzzzzz”; expected a name that the notebook binds"),
        ("rurland", [], r"nothing was asked for; expected at least one name\. Write borrow\("),
        (
            "rurland",
            ["daily"],
            r"“daily” is \[1, 2\], which has no sources; expected a fact, a truth, a claim or a table",
        ),
    ],
)
def test_what_cannot_be_borrowed_is_named(lender, brief, names, message):
    with pytest.raises(BriefError, match=message):
        borrow(open_data(), brief, *names)


def test_a_name_that_this_edition_does_not_bind_is_named(lender):
    assert borrow(open_data(), "rurland", "end").text == "1 March 2003"
    with pytest.raises(BriefError, match="“end” is not bound as of 2001-12-31; expected a name that this edition has"):
        borrow(open_data("2001-12-31"), "rurland", "end")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "peak = 1 / 0",
            r'rurland\.ipynb, cell "peak-facts": raises ZeroDivisionError: division by zero; expected a cell',
        ),
        ("peak = rurland.max('size')", r'cell "peak-facts": table holdings: no field “size”; expected one of: date'),
        ("peak = = 1", r'cell "peak-facts": not Python \(invalid syntax\); expected code that runs'),
    ],
)
def test_a_cell_that_fails_is_named_with_its_notebook(lender, source, message):
    change(lender, "peak-facts", source)
    with pytest.raises(BriefError, match=message):
        borrow(open_data(), "rurland", "peak")


def test_a_file_that_is_no_notebook_is_named(lender):
    lender.write_text("{}")
    with pytest.raises(
        BriefError, match=r"rurland\.ipynb: not a valid notebook \('cells'\); expected JSON in notebook"
    ):
        borrow(open_data(), "rurland", "last")


def test_briefs_that_borrow_from_each_other_in_a_circle_are_refused(borrower, lender):
    change(lender, "peak-facts", 'from briefkit import borrow\npeak = borrow(data, "grauland", "theirs")')
    change(borrower, "their-facts", 'theirs = borrow(data, "rurland", "peak")')
    with pytest.raises(
        BriefError, match="borrows from itself: rurland → grauland → rurland; expected briefs that borrow one"
    ):
        borrow(open_data(), "rurland", "peak")
    # A refused circle leaves nothing behind.
    change(lender, "peak-facts", "peak = last")
    assert borrow(open_data(), "grauland", "theirs").value == 1550
