import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefkit.errors import BriefError
from briefkit.facts import FACT, Fact, Row, Source, Truth, compose, in_words, united

ONE = Source("S1", "First made-up report", "Example Gazette", "2001-02-03", "https://example.org/1")
TWO = Source("S2", "Second made-up report", "Example Herald")
STRONG = Row("holdings", "2001|RUR", "corroborated", (ONE, TWO))
WEAK = Row("holdings", "2002|RUR", "single", (TWO,))
DAY = dt.date(2003, 3, 1)


def fact(value, *rows, **more):
    return Fact(value, rows=rows or (STRONG,), as_of=DAY, **more)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (fact(1550), "1,550"),
        (fact(0.1094).percent(1), "10.9%"),
        (fact(0.29).percent(), "29%"),
        (fact(12).words(), "twelve"),
        (fact(46).words(capital=True), "Forty-six"),
        (fact(1550).words(), "1,550"),
        (fact(2.5), "2.5"),
        (fact(2.456).rounded(1), "2.5"),
        (fact(-12), "-12"),
        (fact(5.003).rounded().words(), "five"),
        (fact(1967, style="year number"), "1967"),
        (fact(dt.date(2021, 4, 15)), "15 April 2021"),
        (fact(dt.date(2021, 4, 15)).month(), "April 2021"),
        (fact(dt.date(2021, 4, 15)).year(), "2021"),
        (fact(dt.date(2021, 4, 15)).day(), "15 April"),
        (fact("exactly so", style="quote"), "“exactly so”"),
    ],
)
def test_a_fact_stands_in_prose_in_house_style(made, text):
    assert made.text == text


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_a_whole_number_can_be_read_back_from_its_text(number):
    assert int(Fact(number).text.replace(",", "")) == number


@given(st.integers(min_value=0, max_value=99))
def test_each_number_below_a_hundred_has_words_of_its_own(number):
    words = in_words(number)
    assert words.replace("-", "").isalpha()
    assert [in_words(other) for other in range(100)].count(words) == 1


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 1, 1)))
def test_a_date_can_be_read_back_from_its_text(day):
    assert dt.datetime.strptime(Fact(day).text, "%d %B %Y").date() == day


def test_a_date_is_shown_no_finer_than_its_row_states():
    month = fact(dt.date(2021, 4, 1), style="month")
    assert month.text == "April 2021"
    assert month.year().text == "2021"
    with pytest.raises(BriefError, match="its row states the month only; expected no finer date"):
        month.day()
    with pytest.raises(BriefError, match="not a date"):
        fact(3).month()


def test_arithmetic_unites_sources_and_takes_the_weakest_support():
    difference = fact(12, STRONG) - fact(9, WEAK)
    assert difference.value == 3
    assert difference.about == "12 − 9"
    assert difference.as_json()["support"] == "single"
    assert [source["id"] for source in difference.as_json()["sources"]] == ["S1", "S2"]


def test_arithmetic_with_plain_numbers_works_on_both_sides():
    assert (fact(12) + 1).value == (1 + fact(12)).value == 13
    assert (20 - fact(12)).value == 8
    assert (fact(12) / 24).value == (6 / fact(12)).value == 0.5
    assert (2 * fact(12)).value == 24
    assert abs(9 - fact(12)).value == 3


def test_the_difference_of_two_dates_is_a_number_of_days():
    days = fact(dt.date(2001, 3, 1)) - fact(dt.date(2001, 2, 1))
    assert (days.value, days.unit) == (28, "days")


def test_a_comparison_is_true_or_false_and_keeps_its_sources():
    truth = fact(12, STRONG) < fact(1550, WEAK)
    assert truth.value
    assert truth.comparison == "12 < 1,550"
    assert truth.rows == (STRONG, WEAK)


@pytest.mark.parametrize(("truth", "text"), [
    (fact(3) < 2, "3 ≥ 2"), (fact(3) <= 2, "3 > 2"), (fact(2) > 3, "2 ≤ 3"), (fact(2) >= 3, "2 < 3"),
    (fact(2) == 3, "2 ≠ 3"), (fact(2) != 2, "2 = 2"), (~(fact(3) < 2), "3 ≥ 2"),
])  # fmt: skip
def test_the_evidence_of_a_comparison_says_what_is_the_case(truth, text):
    assert truth.comparison == text


def test_truths_are_joined_without_losing_rows():
    true, false = fact(1, STRONG) < 2, fact(3, WEAK) < 2
    assert not (true & false).value
    assert (true | false).value
    assert (true & ~false).value
    assert (true & false).rows == (STRONG, WEAK)
    with pytest.raises(BriefError, match="joined with True; expected another comparison"):
        true & True


def test_plain_truth_values_are_refused_since_they_would_drop_the_sources():
    with pytest.raises(BriefError, match=r"“1 < 2”: used as a plain truth value.*Write a & b"):
        bool(fact(1) < 2)
    with pytest.raises(BriefError, match="used as a plain truth value"):
        bool(fact(1))


def test_a_sentence_is_chosen_by_the_facts_and_its_numbers_stay_followable():
    end = fact(dt.date(2003, 1, 1), WEAK)
    chosen = (fact(1, STRONG) < 2).choose("it runs to {end}", "it ended", end=end)
    assert chosen.text == "it runs to 1 January 2003"
    assert chosen.rows == (STRONG, WEAK)
    assert chosen.as_json()["parts"][1]["text"] == "1 January 2003"


def test_a_text_that_names_a_fact_not_given_is_an_error():
    with pytest.raises(BriefError, match=r"\{b\} is not given; expected one of: a\. Pass b=…"):
        compose("{a} and {b}", a=fact(1))


def test_a_fact_displays_as_text_as_html_and_as_evidence():
    bundle = fact(1550, STRONG, unit="warheads")._repr_mimebundle_()
    assert bundle["text/plain"] == "1,550"
    assert bundle["text/html"].startswith(
        '<span class="fact" title="holdings 2001 · RUR (1 row, corroborated support): Example'
    )
    assert bundle[FACT]["unit"] == "warheads"
    assert bundle[FACT]["rows"] == [["holdings", "2001|RUR"]]


def test_html_in_a_value_is_shown_not_obeyed():
    assert "&lt;b&gt;" in fact("<b>")._repr_mimebundle_()["text/html"]


@given(st.lists(st.sampled_from([STRONG, WEAK])), st.lists(st.sampled_from([STRONG, WEAK])))
def test_rows_are_united_once_each_in_order_of_first_appearance(first, second):
    both = united(first, second)
    assert set(both) == {*first, *second}
    assert len(set(both)) == len(both)
    assert both[: len(set(first))] == tuple(dict.fromkeys(first))


def test_a_truth_has_its_own_form_for_exporters():
    assert Truth(True, (WEAK,), "1 < 2").as_json()["kind"] == "truth"
