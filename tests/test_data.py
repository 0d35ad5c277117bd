"""What must be true of the project's own tables beyond their schema."""

import csv
import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest
from babel import Locale
from babel.core import get_global
from frictionless import Package

from briefkit.data import open_data
from briefkit.dictionary import dictionary
from briefkit.package import descriptor, key_fields, resources

DATA = Path(__file__).parent.parent / "data"
UNSOURCED = {"sources", "countries"}
UNDATED = {"terms"}  # a definition holds in every edition
APRIL = "2021-04-15"


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
        assert name in UNDATED or table["as_of"] in fields
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


def tally(table):
    """Count the rows of a Security Council table on which Washington and Moscow voted alike, and all rows."""
    return table.where("usa == rus").count().value, len(table)


def test_countries_have_the_names_of_the_unicode_cldr():
    aliases, names = get_global("territory_aliases"), Locale("en").territories
    listed = {row["code"]: row["name"] for row in read("countries") if row["kind"] == "ISO 3166"}
    assert listed == {code: names[aliases[code][0]] for code in listed}


def test_the_newest_day_is_not_moved_by_a_period_that_has_not_ended(data):
    assert data.latest == dt.date(2026, 8, 31)


def test_a_figure_became_public_after_the_day_that_it_reports():
    known = [
        (row["known_on"], row.get(table["as_of"], ""))
        for name, table in resources(DATA).items()
        for row in read(name)
        if row.get("known_on")
    ]
    assert known
    assert all(public > day for public, day in known)


def test_washington_and_moscow_voted_alike_on_20_of_21_texts_before_april_2021_and_on_one_of_six_since(data):
    votes = data["council_votes"]
    assert tally(votes.where(f"date < '{APRIL}'")) == (20, 21)
    since = votes.where(f"date > '{APRIL}'")
    assert tally(since) == (1, 6)
    assert since.where("usa == rus").values("topic") == ["Syria aid"]
    assert tally(since.where("topic != 'Syria aid'")) == (0, 5)


def test_the_tally_of_a_council_vote_holds_the_five_permanent_members_and_adds_up_to_fifteen():
    for row in read("council_votes"):
        tallies = {"yes": int(row["in_favour"]), "no": int(row["against"]), "abstain": int(row["abstained"])}
        five = [row[code] for code in ("usa", "rus", "chn", "gbr", "fra")]
        assert sum(tallies.values()) == 15
        assert all(five.count(vote) <= count for vote, count in tallies.items())
        if row["outcome"] == "adopted":
            assert tallies["yes"] >= 9 and "no" not in five
        assert (row["outcome"] == "vetoed") == (tallies["yes"] >= 9 and "no" in five)


def test_gold_enters_the_reserves_at_the_end_of_2016(data):
    bank = data["reserves"].where(holder="Bank of Russia")
    assert str(bank.where(currency="gold").first("date").value) == "2016-12-31"
    assert min(bank.where(basis="with gold").values("date")) == dt.date(2016, 12, 31)
    assert max(bank.where(basis="without gold").values("date")) == dt.date(2016, 6, 30)


def test_shares_of_one_whole_do_not_exceed_it():
    wholes = {}
    for row in read("reserves"):
        wholes.setdefault((row["holder"], row["date"]), []).append(float(row["share"]))
    for row in read("settlement"):
        if len(row["currency"]) == 3:  # groups of currencies overlap with them
            wholes.setdefault((row["flow"], row["date"], row["period"]), []).append(float(row["share"]))
    assert all(sum(shares) < 100.2 for shares in wholes.values())  # rounded to a tenth in the source


def test_a_gap_of_half_a_year_keeps_the_reserves_of_march_2021_from_the_edition_of_april_2021(data):
    assert set(data["reserves"].where(date="2021-03-31").values("known_on")) == {dt.date(2021, 10, 1)}


def test_the_line_of_trade_with_china_has_every_year_from_2013_in_one_counters_dollars(data):
    line = data["trade"].where("basis != 'converted from yuan'", reporter="Chinese customs", span="year", flow="total")
    line = line.where("period_end > '2013-01-01'").sort("period_end")
    years = [day.year for day in line.values("period_end")]
    assert years == list(range(2013, 2026))
    value = {day.year: value for day, value in line.lines("period_end", "value")}
    growth = {day.year: change for day, change in line.lines("period_end", "growth")}
    for before, year in pairwise(years):
        assert growth[year] == pytest.approx(100 * (value[year] / value[before] - 1), abs=0.6)
    assert max(years[1:], key=growth.get) == 2021
    assert max(years[1:], key=lambda year: value[year] - value[year - 1]) == 2023
    assert round(100 * (value[2021] - value[2020]) / (value[2024] - value[2020])) == 29


def test_the_two_directions_of_trade_add_up_to_the_total():
    rows = {
        (row["period_end"], row["reporter"], row["basis"], row["flow"]): float(row["value"]) for row in read("trade")
    }
    for (*where, flow), value in rows.items():
        parts = [rows.get((*where, f"Russian {way} China")) for way in ("exports to", "imports from")]
        if flow == "total" and all(parts):
            assert sum(parts) == pytest.approx(value, abs=0.11)


def test_the_distance_of_two_countries_is_the_difference_of_their_ideal_points():
    points = {(row["year"], row["country"]): float(row["ideal_point"]) for row in read("un_points")}
    for row in read("un_distance"):
        apart = abs(points[row["year"], row["country"]] - points[row["year"], row["other"]])
        assert float(row["distance"]) == pytest.approx(apart, abs=2e-4)
    assert ("2024", "TUR") not in points
    assert all(float(row["lower"]) <= float(row["ideal_point"]) <= float(row["upper"]) for row in read("un_points"))


def test_a_tie_has_one_value_in_one_unit():
    for row in read("ties"):
        assert sum(row[name] != "" for name in ("share", "volume", "usd_value", "eur_value")) == 1


def test_india_bought_fewer_of_its_arms_from_russia_and_each_edition_says_which_it_is(data):
    arms = data["ties"].where(country="IND", measure="arms imports")
    assert [arms.pick("share", period=period).value for period in ("2011-2015", "2020-2024", "2021-2025")] == [
        70,
        36,
        40,
    ]
    twice = arms.where(period="2015-2019").sort("edition")
    assert twice.lines("edition", "share") == [[2020, 56], [2025, 55]]
    assert all(row["edition"] for row in read("ties") if row["measure"] == "arms imports")


def test_shares_of_gas_that_one_country_has_for_one_period_differ_in_who_counts():
    seen = [
        (row["country"], row["measure"], row["period"], row["span"], row["counted_by"], row["edition"])
        for row in read("ties")
        if row["share"]
    ]
    twice = {line for line in seen if seen.count(line) > 1}
    # Two newspapers on Austria in 2022, neither of which says who counts: a disagreement names both.
    assert {line[:3] for line in twice} == {("AUT", "gas imports", "2022")}
    assert any(row["key"] == "AUT-gas-2022" for row in read("disagreements"))


def test_a_step_that_is_a_measure_points_at_it_and_no_event_has_two_homes():
    sanctions = {row["sanction_id"]: row for row in read("sanctions")}
    steps = read("ally_steps")
    linked = {row["sanction_id"]: row for row in steps if row["sanction_id"]}
    assert len(linked) == sum(1 for row in steps if row["sanction_id"])
    assert all(sanctions[name]["date"] == row["date"] for name, row in linked.items())
    buyers = {
        name for name, row in sanctions.items()
        if row["category"] == "secondary sanctions" and row["target"] in ("CHN", "TUR", "IND")
    }  # fmt: skip
    assert buyers <= set(linked)
    measures = {(row["date"], row["target"]) for row in sanctions.values()}
    assert not [row for row in steps if not row["sanction_id"] and (row["date"], row["country"]) in measures]


def test_talks_about_a_treaty_that_are_a_contact_are_tied_to_it():
    tied = {row["treaty_event"] for row in read("contacts")} - {""}
    days = {row["date"] for row in read("contacts") if (row["side_a"], row["side_b"]) == ("USA", "RUS")}
    loose = [
        row["event_id"] for row in read("treaty_events")
        if row["kind"] == "talks" and row["date"] in days and row["event_id"] not in tied
    ]  # fmt: skip
    assert tied and not loose


def test_no_contact_of_the_leaders_of_both_stands_between_february_2022_and_february_2025(data):
    calls = data["contacts"].where(side_a="USA", side_b="RUS", level="leader").sort("date").values("date")
    gap = max((after - before, before, after) for before, after in pairwise(calls))
    assert gap[1:] == (dt.date(2022, 2, 12), dt.date(2025, 2, 12))


def test_the_extra_tariff_on_india_was_lifted_a_month_before_a_licence_for_the_same_oil(data):
    tariff = data["ally_steps"].where("extra_tariff.notna()").sort("date")
    assert tariff.lines("date", "extra_tariff") == [[dt.date(2025, 8, 6), 25], [dt.date(2026, 2, 7), 0]]
    licence = data["sanctions"].pick("date", sanction_id="A2026-0305-GL133").value
    assert 20 < (licence - dt.date(2026, 2, 7)).days < 32


def test_the_slips_of_the_article_are_not_called_supported(data):
    claims = data["article_claims"]
    verdict = {name: {then, now} for name, then, now in claims.lines("claim_id", "verdict_then", "verdict_now")}
    assert verdict["C18"] == {"contradicted"}
    for slip in ("C09", "C19", "C21", "C24", "C26", "C31", "C32"):
        assert verdict[slip] == {"partly"}
    changed = [row["claim_id"] for row in read("article_claims") if row["verdict_then"] != row["verdict_now"]]
    assert changed == ["C28", "C36", "C38"]


def test_what_was_found_in_april_2021_and_what_a_term_means_know_nothing_later():
    words = [row["finding_then"] for row in read("article_claims")] + [row["definition"] for row in read("terms")]
    years = {int(year) for text in words for year in re.findall(r"\b(?:19|20)\d\d\b", text)} - {2026}
    assert max(years) == 2021
    # The treaty's extended last day was known by then.
    assert [text for text in words if "2026" in text] == [
        next(row["finding_then"] for row in read("article_claims") if row["claim_id"] == "C13")
    ]


def test_six_measures_of_emissions_are_never_spliced(data):
    assert len(set(data["emissions"].values("measure"))) == 6
    assert data["emissions"].where(measure="fossil CO2").max("year").value == 2018
