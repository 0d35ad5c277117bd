import datetime as dt
import tempfile
from pathlib import Path

import pytest
from conftest import EVENTS, write_package
from hypothesis import given, settings
from hypothesis import strategies as st

from briefkit.data import open_data
from briefkit.errors import BriefError


@pytest.fixture
def data(data_folder):
    return open_data(folder=data_folder)


@pytest.fixture
def holdings(data):
    return data["holdings"]


def test_a_cell_becomes_a_fact_with_its_unit_row_and_sources(holdings):
    fact = holdings.pick("value", country="RUR", date="2001-03-01")
    assert (fact.value, fact.unit, fact.rows[0].key) == (12, "warheads", "2001-03-01|RUR")
    assert [source.id for source in fact.rows[0].sources] == ["S1", "S2"]


def test_picking_needs_exactly_one_row_with_a_known_value(holdings):
    with pytest.raises(BriefError, match=r"3 rows where “value” is picked \(country=RUR\); expected exactly one row"):
        holdings.pick("value", country="RUR")
    with pytest.raises(BriefError, match="row 2002-03-01|GRA: “value” is blank, so unknown"):
        holdings.pick("value", country="GRA", date="2002-03-01")


def test_ends_and_extremes_name_their_own_row(holdings):
    rurland = holdings.where(country="RUR")
    assert (rurland.first("value").value, rurland.last("value").value) == (12, 1550)
    assert rurland.max("value").rows[0].key == "2003-03-01|RUR"
    assert rurland.lowest("value").pick("date").text == "1 March 2002"


def test_a_sum_refuses_unknown_values(holdings):
    with pytest.raises(BriefError, match=r"1 of 5 rows have no known “value”.*where\('value.notna\(\)'\)"):
        holdings.sum("value")
    total = holdings.where("value.notna()").sum("value")
    assert (total.value, total.about) == (1578, "sum of value over 4 rows")


def test_asking_for_rows_that_are_not_there_is_an_error_with_the_day(holdings):
    with pytest.raises(BriefError, match="no row left as of 2003-03-01 for an extreme of “value”"):
        holdings.where(country="XXX").max("value")


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda table: table.where(nation="RUR"), "table holdings: no field “nation”; expected one of: date, country"),
        (lambda table: table.where("nation > 1"), "the condition “nation > 1” fails"),
        (lambda table: table.sum("nation"), "no field “nation”"),
    ],
)
def test_a_field_that_does_not_exist_is_named(holdings, work, message):
    with pytest.raises(BriefError, match=message):
        work(holdings)


def test_a_table_that_does_not_exist_is_named(data):
    with pytest.raises(BriefError, match="no table “holding”; expected one of: sources, support, holdings"):
        data["holding"]


def test_groups_rest_on_the_rows_of_each_group(holdings):
    totals = holdings.where("value.notna()").total("value", by="country")
    assert dict(zip(totals.frame["country"], totals.frame["value"], strict=True)) == {"RUR": 1571, "GRA": 7}
    assert [len(rows) for rows in totals.frame["_rows"]] == [3, 1]
    assert holdings.counts("country").pick("rows", country="GRA").value == 2


def test_a_join_rests_on_both_rows_and_never_matches_blanks(data):
    events = data["events"]
    pairs = events.join(events, "reply_to", "event_id")
    assert list(pairs.frame["event_id"]) == ["V2", "V3"]
    assert pairs.pick("kind_of", event_id="V2").rows[0].key == "V2"
    assert {row.key for row in pairs.rows} == {"V1", "V2", "V3"}
    assert len(events.join(events, "reply_to", "event_id", how="left")) == 3


def test_a_pivot_spreads_values_and_keeps_gaps(holdings):
    wide = holdings.pivot("date", "country", "value")
    assert wide.frame["GRA"].isna().tolist() == [False, True, True]
    assert len(wide.rows) == 5


def test_a_condition_over_rows_is_tallied(holdings):
    truth = holdings.every("value > 8")
    assert (truth.value, truth.comparison) == (False, "value > 8: 3 of 5 rows")
    assert holdings.some("value > 8").value
    assert not holdings.where(country="XXX").every("value > 8").value


def test_a_condition_can_be_put_into_words(holdings):
    assert holdings.some("value > 1000", says="more than a thousand").comparison == "more than a thousand: 1 of 5 rows"


def test_a_joined_date_keeps_its_precision(data):
    events = data["events"]
    assert events.join(events, "reply_to", "event_id").pick("date_of", event_id="V3").text == "June 2001"


def test_verified_words_are_quoted_and_others_refused(data):
    assert data.quote("Q1").text == "“words, exactly so”"
    with pytest.raises(BriefError, match="row Q2: the quotation is not verified word for word.*Paraphrase it"):
        data.quote("Q2")


def test_the_latest_day_is_the_last_that_any_row_reports(data):
    assert data.latest == data.as_of == dt.date(2003, 3, 1)


@pytest.mark.parametrize(
    ("as_of", "message"),
    [
        ("2004-01-01", "later than the last day that any row reports, 2003-03-01"),
        ("April 2001", "not a day; expected “latest” or a date like 2021-04-30"),
    ],
)
def test_a_day_that_no_edition_can_have_is_refused(data_folder, as_of, message):
    with pytest.raises(BriefError, match=message):
        open_data(as_of, data_folder)


def test_a_month_counts_from_its_last_day(data_folder):
    assert "V2" not in open_data("2001-06-29", data_folder)["events"].values("event_id")
    assert "V2" in open_data("2001-06-30", data_folder)["events"].values("event_id")
    assert open_data(folder=data_folder)["events"].pick("date", event_id="V2").text == "June 2001"


days = st.dates(dt.date(2001, 1, 1), dt.date(2003, 3, 1))


@settings(max_examples=25, deadline=None)
@given(days, days)
def test_moving_the_day_forward_never_removes_a_row(first, second):
    with tempfile.TemporaryDirectory() as folder:
        package = write_package(Path(folder))
        early, late = sorted([first, second])
        before, after = (set(open_data(day.isoformat(), package)["events"].values("event_id")) for day in (early, late))
        assert before <= after


@settings(max_examples=25, deadline=None)
@given(days, st.integers(min_value=1, max_value=500))
def test_rows_later_than_the_day_never_change_an_edition(day, later):
    with tempfile.TemporaryDirectory() as folder:
        package = write_package(Path(folder))
        before = open_data(day.isoformat(), package)["events"].frame.to_csv()
        new = day + dt.timedelta(days=later)
        (package / "events.csv").write_text(EVENTS + f"V9,{new},day,ended,,,S1,single\n")
        assert open_data(day.isoformat(), package)["events"].frame.to_csv() == before


def test_what_was_read_once_serves_again_until_a_file_changes(data_folder):
    first = open_data(folder=data_folder)["holdings"]
    assert open_data(folder=data_folder)["holdings"].rows[0] is first.rows[0]
    path = data_folder / "holdings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("RUR,12", "RUR,13"), encoding="utf-8")
    assert open_data(folder=data_folder)["holdings"].pick("value", date="2001-03-01", country="RUR").value == 13


def test_a_frame_that_a_notebook_changes_is_its_own(data_folder):
    frame = open_data(folder=data_folder)["holdings"].frame
    frame["value"] = 0
    assert open_data(folder=data_folder)["holdings"].pick("value", date="2001-03-01", country="RUR").value == 12
