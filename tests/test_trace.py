import json

import pytest

from briefkit.cli import main
from briefkit.errors import BriefError
from briefkit.trace import trace_row, trace_value


@pytest.fixture
def brief(project):
    return project / "notebooks" / "rurland.ipynb"


def test_a_value_is_traced_to_each_place_its_rows_and_where_else_they_are_used(brief):
    first, second = trace_value(brief, "1,550")
    assert (first.entry.cell, second.entry.cell) == ("title", "rise")
    assert first.entry.expression == "last"
    assert first.as_json()["rows"] == [["holdings", "2003-03-01|RUR"]]
    assert first.as_json()["sources"][0]["publisher"] == "Example Herald"
    assert {other.cell for other in first.elsewhere} == {"title", "rise", "fig-rise", "claim-rise", "table-rise"}


def test_a_value_inside_a_title_or_claim_is_found_there(brief):
    assert [trace.entry.cell for trace in trace_value(brief, "two")] == ["claim-rise"]


def test_a_part_of_a_number_is_no_value(brief):
    with pytest.raises(
        BriefError, match="notebooks/rurland.ipynb: no value “550” in the brief; expected a value as it"
    ):
        trace_value(brief, "550")


def test_a_row_is_traced_to_all_that_rests_on_it(brief):
    found = trace_row([brief], "holdings", "2001-03-01|RUR")
    assert [(trace.entry.cell, trace.entry.text) for trace in found] == [
        ("summary", "12"),
        ("rise", "12"),
        ("fig-rise", "Rurland grew"),
        ("table-rise", "Holdings of Rurland"),
    ]
    assert trace_row([brief], "holdings", "2001-03-01|GRA") == []


@pytest.mark.parametrize(
    ("table", "key", "message"),
    [
        ("treaties", "x", "data/datapackage.json: no table “treaties”; expected one of: sources"),
        ("holdings", "2001", "data/holdings.csv: no row “2001”; expected a key as date|country"),
    ],
)
def test_an_unknown_table_or_row_is_named(brief, table, key, message):
    with pytest.raises(BriefError, match=message.replace("|", r"\|")):
        trace_row([brief], table, key)


def test_the_command_lists_expression_rows_support_and_sources(brief, capsys):
    assert main(["trace", str(brief), "1,550"]) == 0
    shown = capsys.readouterr().out
    for line in (
        'rurland, cell "title" · value “1,550” = {eval}`last`',
        "  sentence   By March 2003 it held 1,550 warheads.",
        "  made as    value (warheads)",
        "  row        holdings · 2003-03-01|RUR; value 1550",
        "  support    single, as of 2003-03-01",
        "  source     Example Herald, Second made-up report, https://example.org/2",
        '  also in    cell "claim-rise": claim “Rurland held more than two”',
    ):
        assert line in shown.splitlines()


def test_the_command_goes_the_other_way_and_speaks_to_machines(brief, capsys):
    assert main(["trace", "--table", "holdings", "--row", "2001-03-01|RUR", "--json"]) == 0
    assert [trace["cell"] for trace in json.loads(capsys.readouterr().out)] == [
        "summary",
        "rise",
        "fig-rise",
        "table-rise",
    ]
    assert main(["trace", "--table", "holdings", "--row", "2001-03-01|GRA"]) == 0
    assert capsys.readouterr().out == "No brief rests on this row.\n"


@pytest.mark.parametrize("wrong", [[], ["notebooks/rurland.ipynb"], ["--table", "holdings"]])
def test_the_command_says_what_it_needs(brief, capsys, wrong):
    assert main(["trace", *wrong]) == 1
    assert "neither a value nor a row; expected NOTEBOOK VALUE, or --table TABLE --row KEY" in capsys.readouterr().err
