import datetime as dt

import pytest

from briefkit.claims import claim, judge
from briefkit.errors import BriefError
from briefkit.facts import CLAIM, Fact, Row, Source

ROW = Row("holdings", "k", "single", (Source("S1", "Made-up report"),))


def truth(value, as_of="2003-03-01"):
    return Fact(1, rows=(ROW,), as_of=dt.date.fromisoformat(as_of)) < (2 if value else 0)


def test_a_claim_that_holds_shows_its_evidence():
    made = claim("One is below two", truth(True))
    assert repr(made) == "✓ One is below two [holds: 1 < 2]"
    assert made._repr_mimebundle_()[CLAIM]["rows"] == [["holdings", "k"]]


def test_a_claim_that_fails_stops_the_run():
    with pytest.raises(BriefError, match=r"claim “One is negative”: does not hold as of 2003-03-01 \(1 ≥ 0\)"):
        claim("One is negative", truth(False))


def test_a_claim_bound_to_dates_is_reported_outside_them_and_fails_inside():
    assert claim("It was so", truth(False), until="2002-12-31").verdict == "held then, does not hold now"
    assert claim("It will be so", truth(False, "2000-01-01"), since="2001-01-01").verdict == "does not hold yet"
    with pytest.raises(BriefError, match="does not hold as of 2003-03-01"):
        claim("It is so", truth(False), since="2001-01-01", until="2004-01-01")


def test_a_claim_that_depends_on_no_data_is_an_error():
    with pytest.raises(BriefError, match="it depends on no row of any table"):
        claim("One is below two", Fact(1) < 2)
    with pytest.raises(BriefError, match="True is no comparison of facts"):
        claim("So it is", True)


def test_a_claim_heads_its_section_with_the_sentence_that_is_true():
    assert claim("One is below two", truth(True), otherwise="One is not").heading.text == "One is below two"
    lapsed = claim("It was so", truth(False), until="2002-12-31", otherwise="It is so no more")
    assert (lapsed.heading.text, lapsed.heading.rows) == ("It is so no more", (ROW,))
    with pytest.raises(BriefError, match="claim “It was so”: it heads a section, and its verdict is “held then, does"):
        assert claim("It was so", truth(False), until="2002-12-31").heading


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [((True, True), "supported"), ((True, False), "partly"), ((False,), "contradicted"), ((), "cannot be told")],
)
def test_what_others_claimed_is_judged_by_its_parts_and_stops_no_build(parts, verdict):
    made = judge("All is well", "The Example Gazette", [truth(part) for part in parts])
    assert made.verdict == verdict
    assert made.as_json()["whose"] == "The Example Gazette"
    assert made.holds == (verdict == "supported")
    assert repr(made)[2:].startswith(f"The Example Gazette: All is well [{verdict}: ")


def test_a_verdict_from_a_table_needs_to_be_one_and_to_have_a_reason():
    verdict = Fact("partly", rows=(ROW,), as_of=dt.date(2003, 3, 1))
    made = judge(
        Fact("All is well", rows=(ROW,)), "The Example Gazette", verdict, because="Half of it is."
    )  # whoever prints it ends the sentence
    assert (made.verdict, made.evidence, made.rows) == ("partly", "Half of it is", (ROW,))
    with pytest.raises(BriefError, match="claim “All is well”: the verdict “partly” without a reason"):
        judge("All is well", "The Example Gazette", verdict)
    with pytest.raises(BriefError, match="the verdict “true, mostly”; expected one of supported, partly"):
        judge("All is well", "The Example Gazette", Fact("true, mostly", rows=(ROW,)), because="so")
