import json
import re

import pytest
from conftest import write_notebook

from briefkit import redline
from briefkit.cli import main
from briefkit.compare import Claim, Comparison, Corrected, Exhibit, Moved, Reach, Sentence, Value, Verdict
from briefkit.corrections import Correction
from briefkit.series import Point, Series

ROWS = [Moved("holdings", f"200{at}-01-01|RUR", "entered", (Reach("rise", "value", "12"),)) for at in range(6)]
FOUND = Comparison(
    "Rurland <armed> itself",
    "as of 1 June 2002",
    "as of 1 March 2003",
    (
        Sentence(
            "title", "Rurland", "answer", "It held 9.", "It held 12.", (Value("9", "n", ""),), (Value("12", "n", ""),)
        ),
        Claim("claim-rise", "Arms", Verdict("It grew", "holds", "9 > 2"), Verdict("It grew", "does not", "1 ≤ 2")),
        Exhibit(
            "fig-rise",
            "Arms",
            "figure",
            "It rose",
            "It fell",
            (
                Series("Rurland", (Point({"day": "2002-03-01"}, {"value": 9}, {"value": 1550}),)),
                Series("Graustark", tuple(Point({"year": 2000 + at}, None, {"value": at}) for at in range(1, 7))),
            ),
            {"value": "Value"},
            {"value": "%"},
        ),
    ),
    (
        *ROWS,
        Moved("events", "V9", "left", (), (("event_id", "V9"), ("date", "2001-06-01"), ("date_precision", "month"))),
    ),
    (
        Corrected(
            "holdings",
            "2001-03-01|RUR",
            (("value", "12", ""),),
            Correction("2004-05-06", "holdings", "2001-03-01|RUR", "It was not 12."),
            (Reach("rise", "figure", "It fell"),),
        ),
        Corrected("holdings", "2001-03-01|GRA", (("note", "", "new"),), None, ()),
    ),
    ("The results of then are shown.",),
)


def test_a_listing_stands_in_columns_and_marks_changes_with_signs():
    assert redline.listing(FOUND, 80).splitlines() == [
        "Rurland <armed> itself",
        "as of 1 June 2002 → as of 1 March 2003",
        "1 sentence changed, 1 claim changed, 1 figure changed, 6 rows entered, 1 row",
        "left, 2 rows with other content.",
        "The results of then are shown.",
        "",
        "The opening answer",
        "─" * 80,
        "title             It held [-9-] {+12+}.",
        "                    n: [-9-] {+12+}",
        "",
        "Arms",
        "─" * 80,
        "claim-rise        It grew",
        "                    verdict: [-holds-] {+does not+}",
        "                    evidence: [-9 > 2-] {+1 ≤ 2+}",
        "fig-rise          Figure: It [-rose-] {+fell+}",
        "                    Rurland: 1 March 2002: [-9%-] {+1,550%+}",
        "                    Graustark: {+6 points, from 2001: 1% to 2006: 6%+}",
        "",
        "Rows that the brief now rests on",
        "─" * 80,
        "holdings          {+6 rows, from 2000-01-01 · RUR to 2005-01-01 · RUR+}",
        "                    reaches rise “12”",
        "",
        "Rows that the brief no longer rests on",
        "─" * 80,
        "events            [-V9 (June 2001)-]",
        "                    reaches nothing shown",
        "",
        "Rows that were changed",
        "─" * 80,
        "holdings          2001-03-01 · RUR",
        "                  value: [-12-] {+blank+}",
        "                    CHANGELOG.md, 6 May 2004: It was not 12.",
        "                    reaches rise",
        "                  2001-03-01 · GRA",
        "                  note: [-blank-] {+new+}",
        "                    CHANGELOG.md, not marked as a correction",
        "                    reaches nothing shown",
    ]


def test_rows_changed_alike_are_told_together():
    rows = [Corrected("holdings", f"200{at}-01-01|RUR", (("note", "", "seen"),), None, ()) for at in range(6)]
    (item,) = redline.items(Comparison("Rurland", "then", "today", (), (), tuple(rows)))
    assert item.lines[0] == [("kept", "6 rows, from 2000-01-01 · RUR to 2005-01-01 · RUR")]


@pytest.mark.parametrize("width", [20, 48, 80, 300])
def test_a_listing_keeps_to_the_width_of_the_terminal(width):
    assert max(map(len, redline.listing(FOUND, width).splitlines())) <= max(48, min(width, 120))


def test_a_page_marks_changes_in_elements_and_in_signs():
    page = redline.page(FOUND)
    text = re.sub(r"<[^>]+>", "", page)
    assert "It held [-9-] {+12+}." in text
    assert '<del><span class="sign">[-</span><span class="words">9</span><span class="sign">-]</span></del>' in page
    assert '<ins><span class="sign">{+</span><span class="words">12</span><span class="sign">+}</span></ins>' in page
    assert '<html lang="en-GB">' in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "Rurland &lt;armed&gt; itself" in page
    assert [int(level) for level in re.findall(r"<h(\d)", page)] == [1, 2, 3, 2, 3, 3, 2, 3, 2, 3, 2, 3]
    assert len(re.findall(r'id="([^"]+)"', page)) == len(set(re.findall(r'id="([^"]+)"', page)))


def test_the_json_says_everything_under_stable_names():
    made = json.loads(redline.as_json(FOUND))
    assert list(made) == ["title", "before", "after", "changes", "rows", "corrected", "remarks", "counts"]
    assert [change["kind"] for change in made["changes"]] == ["sentence", "claim", "figure"]
    assert made["changes"][0]["values_after"] == [{"text": "12", "expression": "n", "about": ""}]
    assert made["changes"][2]["series"][0]["points"] == [
        {"at": {"day": "2002-03-01"}, "before": {"value": 9}, "after": {"value": 1550}}
    ]
    assert made["corrected"][0]["correction"]["day"] == "2004-05-06"
    assert made["counts"] == {
        "sentences": 1,
        "claims": 1,
        "figures": 1,
        "tables": 0,
        "rows_entered": 6,
        "rows_left": 1,
        "rows_corrected": 2,
    }


def test_where_nothing_changed_that_is_said():
    same = Comparison("Rurland", "as of 1 June 2002", "as of 1 June 2002", (), ())
    assert redline.listing(same).endswith("\nNothing changed.")
    assert "Nothing changed." in redline.page(same)
    assert "Marked as" not in redline.page(same)


def test_the_command_lists_writes_a_page_or_prints_json(project, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    command = ["compare", "notebooks/rurland.ipynb", "--from", "2002-06-01"]
    assert main(command) == 0
    assert "By March [-2002-] {+2003+} it held [-9-] {+1,550+} warheads." in capsys.readouterr().out
    assert main([*command, "--to", "latest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["sentences"] == 2
    assert main([*command, "--html", "build/changes.html"]) == 0
    assert capsys.readouterr().out.endswith("Written to build/changes.html\n")
    assert "<del>" in (project / "build" / "changes.html").read_text()


def test_a_fault_is_told_in_words(project, capsys):
    assert main(["compare", "notebooks/rurland.ipynb", "--from", "2003-01-01", "--to", "2002-01-01"]) == 1
    assert "--from 2003-01-01: later than --to 2002-01-01" in capsys.readouterr().err
    write_notebook(project / "notebooks" / "rurland.ipynb")
    assert main(["compare", "notebooks/rurland.ipynb", "--from", "2002-01-01", "--html", "data/holdings.csv/x"]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of the arguments --from --git is required"),
        (["--from", "2002-01-01", "--git", "HEAD"], "not allowed with"),
        (["--git", "HEAD", "--to", "latest"], "--to goes with --from; --git compares with today's edition"),
    ],
)
def test_wrong_usage_is_told(arguments, message, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["compare", "notebooks/rurland.ipynb", *arguments])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
