"""What stands is left alone, and nothing else is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CELLS, code, markdown, write_notebook

from briefkit import build as building
from briefkit import cache, run, stamps
from briefkit.build import TABLES
from briefkit.cli import main
from briefkit.stamps import Stamps, order

HEAVY = "pandas matplotlib numpy nbconvert nbformat nbclient jsonschema typst markdown_it jinja2 IPython frictionless"
EVENTS = [
    markdown("title", "# Rurland signed\n\nIn all {eval}`signed` events stand."),
    code("parameters", 'as_of = "latest"', "parameters"),
    code("setup", 'from briefkit import open_data\ndata = open_data(as_of)\nsigned = data["events"].count()'),
]
LENDING = 'from briefkit import borrow, open_data\ndata = open_data(as_of)\ntaken = borrow(data, "rurland", "last")'
BORROWER = [
    markdown("title", "# Grania borrowed\n\nIt took {eval}`taken`."),
    code("parameters", 'as_of = "latest"', "parameters"),
    code("setup", LENDING),
]


def build(report=lambda line: None, **asked):
    """Build in this process, where the next one finds all warm."""
    return building.build(report=report, in_process=9, **asked)


@pytest.fixture
def lines():
    """Collect what a build says."""
    return []


@pytest.fixture
def three(project):
    """Make a project of three briefs: one that reads `holdings`, one that borrows from it, one that reads `events`."""
    write_notebook(project / "notebooks" / "grania.ipynb", BORROWER)
    write_notebook(project / "notebooks" / "treaty.ipynb", EVENTS)
    return project


def stands(**asked):
    """Tell whether a build would find nothing to do."""
    return Stamps(order(**asked)).all_stand()


def written(folder: Path) -> dict[str, bytes]:
    """Read all that a build wrote for readers."""
    files = [file for file in folder.rglob("*") if file.is_file() and not {".runs", ".checked"} & {*file.parts}]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def like_fresh(project, tmp_path_factory):
    """Tell whether the build is what a fresh one is elsewhere, the notebooks and figures included."""
    kept = {name: written(project / name) for name in ("build", "notebooks", "figures")}
    out = tmp_path_factory.mktemp("fresh")
    build(out=out, fresh=True)
    return kept == {"build": written(out)} | {name: written(project / name) for name in ("notebooks", "figures")}


def edit(path: Path, old: str, new: str) -> None:
    """Change a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("asked", [["build"], ["--help"]])
def test_a_build_with_nothing_to_do_and_help_load_no_heavy_package(project, asked):
    build()
    script = f"import sys\nfrom briefkit.cli import main\ntry:\n    main({asked})\nfinally:\n    print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    *said, loaded = done.stdout.splitlines()
    assert not {*HEAVY.split()} & {*loaded.split()}
    if asked == ["build"]:
        assert said == ["[1/1] rurland        up to date", f"Written to {project / 'build'}"]


def test_a_touched_file_is_as_it_was(project):
    build()
    for file in [*project.rglob("*")]:
        os.utime(file, (1, 1))
    assert stands()


def test_what_is_missing_edited_or_half_written_is_built_again(project):
    build()
    whole = {name: written(project / name) for name in ("build", "notebooks", "figures")}
    assert {"rurland.html", "rurland.pdf", "index.html", "data/holdings.html", "figures/rurland-fig-rise.png"} <= {
        *whole["build"]
    }
    for room, files in whole.items():
        for name, content in files.items():
            file = project / room / name
            for damage in (content + b" ", content[: len(content) // 2], content.swapcase()):
                file.write_bytes(damage)
                assert not stands(), f"{file} was damaged"
            if room != "notebooks":
                file.unlink()
                assert not stands(), f"{file} was deleted"
            file.write_bytes(content)
    assert stands()
    for file in [project / room / name for room in ("build", "figures") for name in whole[room]]:
        file.write_bytes(b"damaged")
    build()
    assert {name: written(project / name) for name in whole} == whole
    assert stands()


@pytest.mark.parametrize(
    ("file", "old", "new", "due"),
    [
        ("data/holdings.csv", ",12,", ",13,", "grania rurland"),
        ("data/events.csv", "signed", "initialled", "treaty"),
        ("data/quotes.csv", "exactly so", "exactly", ""),
        ("data/quotes.csv", "2001-01-02", "2004-01-02", "grania rurland treaty"),  # moves what “latest” means
        ("data/sources.csv", "First", "1st", "grania rurland treaty"),
        ("data/datapackage.json", '"made-up"', '"invented"', "grania rurland treaty"),
        ("notebooks/rurland.ipynb", "The arsenal grew", "The arsenal swelled", "rurland"),
        ("notebooks/rurland.ipynb", "last > 2", "last > 3", "grania rurland"),
        ("CHANGELOG.md", "Nothing", "Something", "grania rurland treaty"),
        ("requirements.lock", "1.0", "1.1", "grania rurland treaty"),
    ],
)
def test_only_the_briefs_that_rest_on_what_changed_are_built_again(three, lines, file, old, new, due):
    (three / "CHANGELOG.md").write_text("Nothing\n")
    (three / "requirements.lock").write_text("invented==1.0\n")
    build()
    stamps.workshop.cache_clear()
    edit(three / file, old, new)
    assert not stands()
    build(report=lines.append)
    tables = [TABLES] if due and not file.startswith(("notebooks/", "CHANGELOG")) else []
    assert sorted(line.split()[1] for line in lines if "up to date" not in line) == tables + due.split()
    assert [line.split()[0] for line in lines] == [f"[{at + 1}/{len(lines)}]" for at in range(3 + len(tables))]
    stamps.workshop.cache_clear()
    assert stands()


def test_one_edited_cell_of_a_table_runs_its_readers_alone(three, monkeypatch):
    build()
    ran = []
    monkeypatch.setattr(cache, "execute", lambda path, *rest: ran.append(path.stem) or run.execute(path, *rest))
    edit(three / "data" / "events.csv", "V2,2001-06-01", "V2,2001-07-01")
    build()
    assert ran == ["treaty"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("notebooks/rurland.ipynb", "Rurland armed itself", "Rurland rearmed"),
        ("notebooks/rurland.ipynb", "From {eval}`rurland.first('value')` to", "In the end"),
        ("data/holdings.csv", "RUR,12,", "RUR,13,"),
        ("data/events.csv", "2003-01-01,day,ended", "2003-06-01,day,ended"),
    ],
)
def test_a_build_of_what_changed_is_a_fresh_build_byte_for_byte(three, tmp_path_factory, file, old, new):
    build()
    edit(three / file, old, new)
    build()
    assert like_fresh(three, tmp_path_factory)


def test_an_edition_built_beside_it_leaves_the_latest_standing_once_it_leads_there(project, tmp_path_factory, lines):
    build()
    build(as_of="2002-06-01")
    assert stands(as_of="2002-06-01")
    assert not stands(), "its pages lead to another edition now, and a build would see whether rightly"
    build(report=lines.append)
    assert lines == ["[1/1] rurland        up to date"]
    assert stands() and stands(as_of="2002-06-01")
    (project / "build" / "2002-06-01" / "index.html").unlink()
    assert not stands()
    build()
    assert "2002-06-01" not in (project / "build" / "rurland.html").read_text()


def test_each_form_of_an_edition_stands_for_itself(project):
    build()
    assert stands()
    for asked in ({"paper": "us-letter"}, {"as_of": "2002-06-01"}, {"hindsight": False}, {"out": project / "other"}):
        assert not stands(**asked)
    build(out=project / "other")
    assert stands() and stands(out=project / "other")
    build(paper="us-letter")
    assert stands(paper="us-letter") and not stands()


@pytest.mark.parametrize("damage", [lambda text: b"", lambda text: text[:-9], lambda text: text.swapcase()])
def test_a_damaged_stamp_or_document_is_as_good_as_none(project, damage):
    build()
    good, kept = written(project / "build"), project / "build" / ".runs" / "stamps"
    for file in sorted(kept.rglob("*.*")):
        content = file.read_bytes()
        file.write_bytes(damage(content))
        (project / "build" / "index.html").unlink()  # what asks for the document
        assert not stands()
        build()
        assert written(project / "build") == good and stands()


def test_fresh_builds_what_stands(project, lines, capsys):
    assert main(["build"]) == 0 and main(["build", "--fresh"]) == 0
    assert "up to date" not in capsys.readouterr().out
    assert stands()


def test_a_brief_that_fails_does_not_stand(project):
    write_notebook(project / "notebooks" / "rurland.ipynb", claim_rise="1 / 0")
    for _ in range(2):
        assert main(["build"]) == 1
        assert not stands()


def test_a_changed_table_is_checked_before_anything_else(project, capsys):
    assert main(["build"]) == 0
    edit(project / "data" / "quotes.csv", "S1,single", "S9,single")
    assert main(["build"]) == 1
    assert 'data/quotes.csv, row 2, field "source_id": “S9” is not in sources' in capsys.readouterr().err


def test_a_notebook_that_is_edited_while_it_is_built_keeps_the_edit_and_is_due_again(project, monkeypatch):
    brief = project / "notebooks" / "rurland.ipynb"
    make = building.make

    def slowly(task):
        made = make(task)
        edit(brief, "The arsenal grew", "The arsenal swelled")
        return made

    monkeypatch.setattr(building, "make", slowly)
    build()
    assert "The arsenal swelled" in brief.read_text()
    assert not stands()
    monkeypatch.setattr(building, "make", make)
    build()
    assert "The arsenal swelled" in (project / "build" / "rurland.html").read_text() and stands()


def test_results_alone_are_no_writing(project):
    brief = project / "notebooks" / "rurland.ipynb"
    before = stamps.of_text(brief)
    build()
    after = stamps.of_text(brief)
    assert before.whole != after.whole and before[1:] == after[1:]
    notebook = json.loads(brief.read_text())
    notebook["cells"][3]["metadata"]["tags"] = []
    brief.write_text(json.dumps(notebook))
    assert stamps.of_text(brief).writing != after.writing and stamps.of_text(brief).code == after.code
    assert CELLS[0]["source"] in "".join(notebook["cells"][0]["source"])
