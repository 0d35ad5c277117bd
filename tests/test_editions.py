"""What an edition may know: rows by the day of what they report, hindsight marked or left out."""

import csv
import datetime as dt
import json
import tempfile
from pathlib import Path

import pytest
from conftest import write_package
from hypothesis import given, settings
from hypothesis import strategies as st

from briefkit.data import Data, open_data
from briefkit.facts import evidence

ROOT = Path(__file__).parent.parent
DAYS = st.dates(dt.date(2001, 6, 1), dt.date(2003, 3, 1))


@pytest.fixture
def told(data_folder):
    """Say of one made-up holding, of 2001, that it became public in 2002."""
    package = json.loads((data_folder / "datapackage.json").read_text())
    table = next(resource for resource in package["resources"] if resource["name"] == "holdings")
    table["schema"]["fields"].append({"name": "known_on", "type": "date"})
    (data_folder / "datapackage.json").write_text(json.dumps(package))
    with (data_folder / "holdings.csv").open(newline="") as file:
        head, *lines = list(csv.reader(file))
    lines = [[*line, "2002-09-01" if line[:2] == ["2001-03-01", "RUR"] else ""] for line in lines]
    with (data_folder / "holdings.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[*head, "known_on"], *lines])
    return data_folder


def keys(table):
    return [row.key for row in table.rows]


def test_a_row_that_became_public_later_is_kept_and_marked_as_hindsight(told):
    held = open_data("2002-06-01", told)["holdings"]
    assert keys(held) == ["2001-03-01|RUR", "2001-03-01|GRA", "2002-03-01|RUR", "2002-03-01|GRA"]
    assert [row.known_on for row in held.rows] == ["2002-09-01", "", "", ""]
    shown = evidence(held.rows, held.as_of)
    assert shown["hindsight"] == [["holdings", "2001-03-01|RUR", "2002-09-01"]]


def test_hindsight_may_be_left_out(told):
    assert keys(open_data("2002-06-01", told, hindsight=False)["holdings"])[0] == "2001-03-01|GRA"
    assert "2001-03-01|RUR" in keys(open_data("2002-09-01", told, hindsight=False)["holdings"])


def test_once_public_a_row_is_no_hindsight(told):
    held = open_data("2002-09-01", told)["holdings"]
    assert not [row for row in held.rows if row.known_on]
    assert "hindsight" not in evidence(held.rows, held.as_of)


def snapshot(data):
    """Give all that an edition shows of every dated table."""
    return {
        name: (data[name].lines(*(field.name for field in data[name].fields)), data[name].rows)
        for name in ("holdings", "events", "quotes")
    }


@settings(max_examples=25, deadline=None)
@given(as_of=DAYS, later=st.integers(1, 700), value=st.integers(0, 9999))
def test_rows_later_than_the_day_never_change_an_edition(as_of, later, value):
    with tempfile.TemporaryDirectory() as root:
        folder = write_package(Path(root))
        day = as_of + dt.timedelta(later)
        before = snapshot(Data(folder, as_of.isoformat()))
        with (folder / "holdings.csv").open("a") as file:
            file.write(f"{day},XXX,{value},,S1,single\n")
        with (folder / "events.csv").open("a") as file:
            file.write(f"V9,{day},day,ended,,,S1,single\n")
        assert snapshot(Data(folder, as_of.isoformat())) == before


@settings(max_examples=25, deadline=None)
@given(days=st.tuples(DAYS, DAYS).map(sorted))
@pytest.mark.parametrize("table", ["treaty_events", "expulsions", "sanctions", "contacts"])
def test_moving_the_day_forward_never_removes_an_event(table, days):
    early, late = (Data(ROOT / "data", (day + dt.timedelta(6600)).isoformat()) for day in days)
    assert set(keys(early[table])) <= set(keys(late[table]))
