"""Share a small, visibly made-up project between the tests."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, settings

from briefkit import export, site
from briefkit.data import open_data
from briefkit.tables import Table

ROOT = Path(__file__).parents[1]

# A busy machine is no fault: several tests run at a time.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

SOURCES = """source_id,title,publisher,published,url,kind,licence
S1,First made-up report,Example Gazette,2001-02-03,https://example.org/1,news,facts only
S2,Second made-up report,Example Herald,2001-03,https://example.org/2,news,facts only
"""
SUPPORT = """table,key,source_id,field,value,relation,note
holdings,2001-03-01|RUR,S2,value,12,confirms,
"""
HOLDINGS = """date,country,value,note,source_id,support
2001-03-01,RUR,12,,S1,corroborated
2001-03-01,GRA,7,,S1,single
2002-03-01,RUR,9,,S1,single
2002-03-01,GRA,,not published,S1,single
2003-03-01,RUR,1550,,S2,single
"""
EVENTS = """event_id,date,date_precision,kind,until,reply_to,source_id,support
V1,2001-01-10,day,signed,,,S1,single
V2,2001-06-01,month,in force,2003-01-01,V1,S1,single
V3,2003-01-01,day,ended,,V2,S2,single
"""
QUOTES = """quote_id,speaker,date,text,verification,source_id,support
Q1,A Minister,2001-01-02,"words, exactly so",verified,S1,single
Q2,A Minister,2001-01-02,words more or less,not verified word for word,S1,single
"""
NOTED = [("source_id", "string"), ("support", "string")]
SCHEMAS = {
    "sources": (
        SOURCES,
        "source_id",
        "",
        [
            ("source_id", "string"),
            ("title", "string"),
            ("publisher", "string"),
            ("published", "string"),
            ("url", "string"),
            ("kind", "string"),
            ("licence", "string"),
        ],
    ),
    "support": (
        SUPPORT,
        ["table", "key", "source_id"],
        "",
        [
            ("table", "string"),
            ("key", "string"),
            ("source_id", "string"),
            ("field", "string"),
            ("value", "string"),
            ("relation", "string"),
            ("note", "string"),
        ],
    ),
    "holdings": (
        HOLDINGS,
        ["date", "country"],
        "date",
        [("date", "date"), ("country", "string"), ("value", "integer"), ("note", "string"), *NOTED],
    ),
    "events": (
        EVENTS,
        "event_id",
        "date",
        [
            ("event_id", "string"),
            ("date", "date"),
            ("date_precision", "string"),
            ("kind", "string"),
            ("until", "date"),
            ("reply_to", "string"),
            *NOTED,
        ],
    ),
    "quotes": (
        QUOTES,
        "quote_id",
        "date",
        [
            ("quote_id", "string"),
            ("speaker", "string"),
            ("date", "date"),
            ("text", "string"),
            ("verification", "string"),
            *NOTED,
        ],
    ),
}


def write_package(folder: Path) -> Path:
    """Write the made-up data package and give its data folder."""
    data = folder / "data"
    data.mkdir(parents=True)
    resources = []
    for name, (text, key, as_of, fields) in SCHEMAS.items():
        (data / f"{name}.csv").write_text(text, encoding="utf-8")
        required = {"source_id", "support"}
        schema = {
            "fields": [
                {"name": field, "type": kind}
                | ({"constraints": {"required": True}} if field in required else {})
                | ({"unit": "warheads"} if field == "value" and kind == "integer" else {})
                for field, kind in fields
            ],
            "primaryKey": key,
            "missingValues": [""],
            "foreignKeys": [{"fields": "source_id", "reference": {"resource": "sources", "fields": "source_id"}}]
            if name != "sources"
            else [],
        }
        resource = {
            "name": name,
            "type": "table",
            "path": f"{name}.csv",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": schema,
        }
        resources.append(resource | ({"as_of": as_of} if as_of else {}))
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "made-up",
        "resources": resources,
    }
    (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return data


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Let a test say what it measured; the end of the run shows it, also when another process ran the test."""
    return lambda text: record_property("said", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests said."""
    called = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, ())]
    said = [text for each in called if each.when == "call" for name, text in each.user_properties if name == "said"]
    if said:
        terminalreporter.section("what was measured")
        for text in sorted(said):
            terminalreporter.line(text)


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """Make a project with the made-up tables and give its data folder."""
    return write_package(tmp_path)


def markdown(cell_id: str, source: str, *tags: str) -> dict:
    """Make a Markdown cell."""
    return {"cell_type": "markdown", "id": cell_id, "source": source, "metadata": {"tags": list(tags)} if tags else {}}


def code(cell_id: str, source: str, *tags: str) -> dict:
    """Make a code cell."""
    return {
        "cell_type": "code",
        "id": cell_id,
        "source": source,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "execution_count": None,
    }


SETUP = """from briefkit import charts, claim, open_data, show
data = open_data(as_of)
rurland = data["holdings"].where(country="RUR")
last = rurland.last("value")
day = rurland.last("date")"""
FIGURE_CELL = 'charts.line(rurland, x="date", y="value", title="Rurland grew", subtitle="Warheads")'
CELLS = [
    markdown("title", "# Rurland armed itself\n\nBy {eval}`day.month()` it held {eval}`last` warheads."),
    code("parameters", 'as_of = "latest"', "parameters"),
    code("setup", SETUP, "remove-cell"),
    markdown("summary", "**Key findings**\n\n- It began with {eval}`rurland.first('value')`.", "summary"),
    markdown("rise", "## The arsenal grew\n\nFrom {eval}`rurland.first('value')` to {eval}`last`."),
    code("fig-rise", FIGURE_CELL),
    code("claim-rise", 'claim("Rurland held more than two", last > 2)'),
    code("table-rise", 'show(rurland, {"date": "Day", "value": "Warheads"}, "Holdings of Rurland")'),
]


def write_notebook(path: Path, cells: list[dict] = CELLS, **replaced: str) -> Path:
    """Write a made-up brief; a keyword replaces the source of the cell with that id (fig_rise for fig-rise)."""
    cells = [dict(cell, source=replaced.get(cell["id"].replace("-", "_"), cell["source"])) for cell in cells]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"brief": {"subject": "Made up"}, "kernelspec": kernel}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


@pytest.fixture
def holdings(data_folder: Path) -> Table:
    """Open the made-up table of warheads."""
    return open_data(folder=data_folder)["holdings"]


@pytest.fixture
def project(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with tables and one brief, and work in its folder."""
    root = data_folder.parent
    write_notebook(root / "notebooks" / "rurland.ipynb")
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out every kind of page of the project's own site once, also where several workers want it."""
    own = tmp_path_factory.mktemp("collection") / "site"
    shared = tmp_path_factory.getbasetemp().parent / "collection" if "PYTEST_XDIST_WORKER" in os.environ else own
    if not shared.is_dir():
        lay_out(own)
        with contextlib.suppress(OSError):  # another worker was quicker
            own.rename(shared)
    return shared


# A country of many tables, one of a single chart, and one that is in no chart.
DOSSIERS = ["DEU", "ISR", "PAK"]


def lay_out(out: Path) -> None:
    """Write the site of the committed notebooks with stand-ins for papers, and a few dossiers."""
    data = open_data(folder=ROOT / "data")
    place, documents = site.place("", data), {}
    out.mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        documents[path.stem] = export.document(notebook, path.stem)
        (out / f"{path.stem}.html").write_text(export.html_page(notebook, path.stem, place), encoding="utf-8")
        (out / f"{path.stem}.pdf").write_bytes(b"a stand-in")
    site.publish(out, "", documents, data)
    # In a process of its own: a test that drives a browser holds the event loop of this one.
    command = [sys.executable, "-m", "briefkit.cli", "batch", "notebooks/templates/country-dossier.ipynb"]
    chosen = ["--over", "countries", "--where", f"code in {DOSSIERS}", "--out", str(out)]
    subprocess.run([*command, *chosen], cwd=ROOT, check=True, capture_output=True)
