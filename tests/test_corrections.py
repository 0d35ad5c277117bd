import re

import nbformat
import pytest
from conftest import write_notebook

from briefkit import cache
from briefkit.corrections import Correction, corrections
from briefkit.errors import BriefError
from briefkit.export import document, html_page, pdf_paper
from briefkit.package import find_data, key_fields, resources
from briefkit.run import run

FORM = "expected **Correction**, 2026-11-24, `table` `key`: what was wrong"
ITEM = "- **Correction**, 2004-05-06, `holdings` `2003-03-01|RUR`: 1,505 had been typed for 1,550.\n"
LISTED = Correction("2004-05-06", "holdings", "2003-03-01|RUR", "1,505 had been typed for 1,550.")


@pytest.fixture
def changes(project):
    """Write the made-up project's list of changes."""
    return (project / "CHANGELOG.md").write_text


def test_corrections_are_list_items_that_open_with_the_bold_word(project, changes):
    changes(
        "# Changes\n\nA corrected fact is marked **Correction**.\n\n- A new table, not a **Correction**.\n"
        "- **Correction**, 2005-01-01,\n  `events` `V1`: the day of `signed` had been\n  that of another treaty.\n"
        + ITEM
    )
    told = "the day of signed had been that of another treaty."
    assert corrections(project) == [LISTED, Correction("2005-01-01", "events", "V1", told)]


def test_a_project_without_a_list_of_changes_has_none(project):
    assert corrections(project) == []


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ("**Correction**: `holdings` `2003-03-01|RUR`: typed wrongly.", "a correction that names no day"),
        ("**Correction**, 2004-02-31, `holdings` `k`: typed wrongly.", "2004-02-31 is no day"),
        ("**Correction**, 2004-05-06, `holdings`: typed wrongly.", "does not name a table and the key of a row"),
        ("**Correction**, 2004-05-06, `holdings` `2003-03-01|RUR`.", "a correction that does not say what was wrong"),
    ],
)
def test_a_malformed_item_is_named_by_its_line(project, changes, item, found):
    changes(f"# Changes\n\n{ITEM}- {item}\n")
    with pytest.raises(BriefError) as caught:
        corrections(project)
    assert str(caught.value).startswith("CHANGELOG.md, line 4: ")
    assert found in str(caught.value)
    assert FORM in str(caught.value)
    assert "Write the item in that form, or drop the bold word." in str(caught.value)


def test_all_malformed_items_are_named_together(project, changes):
    changes("- **Correction**: a\n- **Correction**: b\n")
    with pytest.raises(BriefError, match="line 1: [^\n]*\n.*line 2"):
        corrections(project)


def test_a_run_lists_the_corrections_of_rows_that_the_brief_rests_on(project, changes):
    changes(ITEM + ITEM.replace("2003-03-01|RUR", "2001-03-01|GRA") + ITEM.replace("holdings", "events"))
    brief = run(project / "notebooks" / "rurland.ipynb")
    assert brief.metadata.brief.corrections == [LISTED.as_json()]


def test_without_a_correction_of_its_rows_a_brief_says_nothing(project, changes):
    changes(ITEM.replace("2003-03-01|RUR", "2001-03-01|GRA"))
    brief = run(project / "notebooks" / "rurland.ipynb")
    assert "corrections" not in brief.metadata.brief
    assert "Corrections" not in html_page(brief)


def test_a_kept_run_shows_the_list_as_it_stands_now(project, changes, monkeypatch):
    path = project / "notebooks" / "rurland.ipynb"
    assert "corrections" not in cache.executed(path).metadata.brief
    monkeypatch.setattr(cache, "execute", None)  # from here on nothing is run
    changes(ITEM)
    assert cache.executed(path).metadata.brief.corrections == [LISTED.as_json()]
    changes("# Changes\n")
    assert "corrections" not in cache.executed(path).metadata.brief


def test_a_correction_withdrawn_leaves_the_stored_notebook_too(project, changes):
    path = project / "notebooks" / "rurland.ipynb"
    changes(ITEM)
    nbformat.write(run(path), path)
    changes("# Changes\n")
    assert "corrections" not in run(path).metadata.brief


def test_the_box_ends_the_page_and_the_paper(project, changes):
    changes(ITEM)
    brief = run(project / "notebooks" / "rurland.ipynb")
    box = document(brief, "rurland").blocks[-1]
    assert (box.title, box.cell) == ("Corrections", "corrections")
    page = html_page(brief, "rurland")
    assert re.search(r'<h2 id="corrections-title">Corrections</h2>\s*<ul><li><strong>6 May 2004</strong>: 1,505', page)
    assert "1,505 had been typed for 1,550. (Table holdings, row 2003-03-01 · RUR.)" in page
    assert page.index("corrections-title") > page.index("Holdings of Rurland")
    assert pdf_paper(brief, "rurland").startswith(b"%PDF")


@pytest.mark.parametrize("left", ["none", [1, "a"], [{"day": "2004-05-06"}], {"text": "a"}, [{"text": ""}]])
def test_whatever_else_stands_in_the_metadata_makes_no_box(project, left):
    brief = run(write_notebook(project / "notebooks" / "rurland.ipynb"))
    brief.metadata.brief["corrections"] = left
    assert "Corrections" not in html_page(brief)


def test_each_correction_of_the_project_names_a_row_that_there_is():
    import csv
    from pathlib import Path

    root = find_data(Path(__file__).parent).parent
    tables = resources(root / "data")
    for each in corrections(root):
        with (root / "data" / tables[each.table]["path"]).open(encoding="utf-8", newline="") as file:
            keys = {"|".join(line[name] for name in key_fields(tables[each.table])) for line in csv.DictReader(file)}
        assert each.key in keys, f"{each.table} has no row {each.key}"
