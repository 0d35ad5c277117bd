import pytest

from briefkit.data import open_data
from briefkit.displays import show
from briefkit.errors import BriefError
from briefkit.facts import TABLE


def test_a_table_shows_numbers_dates_and_gaps_in_words(holdings):
    shown = show(holdings.where("value.isna() or value > 1000"), {"date": "Day", "value": "Warheads"}, "Holdings")
    assert repr(shown) == "Holdings\nDay            Warheads\n1 March 2002  not known\n1 March 2003      1,550"


def test_a_table_carries_its_data_and_evidence_to_the_exporters(holdings):
    resource = show(holdings, {"country": "Country", "value": "Warheads"}, "Holdings")._repr_mimebundle_()[TABLE]
    assert resource["data"][0] == {"country": "RUR", "value": 12}
    assert resource["data"][3]["value"] is None
    assert resource["briefkit"]["align"] == ["left", "right"]
    assert len(resource["briefkit"]["rows"]) == 5


def test_html_has_a_caption_scopes_and_no_markup_of_the_data(holdings):
    text = show(holdings.assign(country=["<b>"] * 5), {"country": "Country", "value": "Warheads"}, "A & B")._html()
    assert "<caption>A &amp; B</caption>" in text
    assert '<th scope="row">&lt;b&gt;</th>' in text


def test_a_table_needs_a_caption_and_a_source(holdings):
    with pytest.raises(BriefError, match="table holdings: shown without a caption.*Pass caption="):
        show(holdings, {"value": "Warheads"}, " ")
    with pytest.raises(BriefError, match="table “None”: no row with a source"):
        show(holdings.where(country="XXX"), {"value": "Warheads"}, "None")


def test_a_date_is_shown_no_finer_than_its_row_states(data_folder):
    events = open_data(folder=data_folder)["events"]
    assert [line[0] for line in show(events, {"date": "Day"}, "Events").cells] == [
        "10 January 2001",
        "June 2001",
        "1 January 2003",
    ]
