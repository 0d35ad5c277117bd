"""What must be true of the project's own tables beyond their schema."""

import csv
import re
from pathlib import Path

import pytest
from frictionless import Package

from briefkit.data import open_data
from briefkit.dictionary import dictionary
from briefkit.package import descriptor, key_fields, resources

DATA = Path(__file__).parent.parent / "data"
UNSOURCED = {"sources", "countries"}


@pytest.fixture(scope="module")
def data():
    return open_data(folder=DATA)


def read(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_package_is_valid_by_frictionless_itself():
    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])


def test_the_dictionary_is_the_one_that_the_descriptor_gives():
    assert (DATA / "README.md").read_text(encoding="utf-8") == dictionary(descriptor(DATA)), "run: briefkit dictionary"


@pytest.mark.parametrize("name", sorted(resources(DATA)))
def test_each_table_describes_itself_and_every_field(name):
    table = resources(DATA)[name]
    assert table["title"] and table["description"] and table["licenses"]
    assert all(field["title"] and field["description"] for field in table["schema"]["fields"])
    fields = {field["name"] for field in table["schema"]["fields"]}
    if name not in UNSOURCED | {"support", "disagreements"}:
        assert {"source_id", "support"} <= fields
        assert table["as_of"] in fields
        assert table["review_after"] > "2026"


def test_further_sources_and_disagreements_point_at_rows_that_exist():
    keys = {
        name: {"|".join(row[field] for field in key_fields(table)) for row in read(name)}
        for name, table in resources(DATA).items()
    }
    for name in ("support", "disagreements"):
        loose = [row for row in read(name) if row["table"] and row["key"] not in keys[row["table"]]]
        assert not loose


def test_a_corroborated_row_names_a_second_source():
    further = {(row["table"], row["key"]) for row in read("support")}
    weak = [
        (name, key)
        for name, table in resources(DATA).items()
        if "support" in (field["name"] for field in table["schema"]["fields"])
        for row in read(name)
        if row["support"] == "corroborated"
        and (name, key := "|".join(row[field] for field in key_fields(table))) not in further
    ]
    assert not weak


def test_every_source_is_used():
    # Notes name a few pages that were looked at without supporting the row.
    used = {word for name in resources(DATA) if name != "sources" for row in read(name) for cell in row.values()
            for word in re.findall(r"[\w-]+", cell)}  # fmt: skip
    assert not {row["source_id"] for row in read("sources")} - used


def test_the_package_of_april_2021_is_forty_six_designations_and_eight_americans_barred(data):
    targets = data["sanction_targets"]
    package = targets.where(date="2021-04-15")
    assert package.count().value == 46
    sizes = {
        (group, kind): rows for group, kind, rows in package.counts(["group", "type"]).lines("group", "type", "rows")
    }
    assert sorted(sizes.values()) == [3, 5, 6, 16, 16]
    assert targets.where(date="2021-04-16", imposer="RUS").count().value == 8
    assert package.where("status != 'new'").count().value == 2


def test_the_wave_of_2018_sums_to_146_by_29_countries(data):
    wave = data["expulsions"].where("trigger.str.contains('Skripal')", expelled="RUS").where("kind != 'staff cut'")
    assert wave.sum("count").value == 146
    assert len(wave.values("expeller")) == 29


def test_the_union_series_of_the_list_has_the_published_steps(data):
    counts = data["sdn_counts"].where(programme="any Russia programme")
    picked = [
        counts.pick("entries", date=day).value for day in ("2015-01-17", "2019-01-04", "2021-04-25", "2024-07-02")
    ]
    assert picked == [151, 446, 549, 5341]
