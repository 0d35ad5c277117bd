"""Seed faults in prose and count what is found: a fault missed and a false alarm are defects alike."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefkit.errors import BriefError
from briefkit.wording import Slip, slips, used_names

FILES = Path(__file__).parent / "files"
# The names that the corpus takes as listed in a project's configuration.
NAMES = "New START|START I|SALT II|E.O. #|S-400|Nord Stream #|Resolution #|section #|footnote #|Group of Seven".split(
    "|"
)
KINDS = {"number", "date", "number word", "quotation", "literal role"}


def corpus(name):
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def planted(row):
    pairs = zip(row["kind"].split(" | "), row["faults"].split(" | "), strict=True) if row["faults"] else ()
    return Counter(pairs)


@pytest.mark.parametrize(("name", "least"), [("wording.csv", 120), ("wording-held-out.csv", 60)])
def test_planted_faults_are_found_and_nothing_else(name, least, report):
    rows = corpus(name)
    assert len(rows) >= least
    right = wrong = missed = 0
    faults = []
    for row in rows:
        expected = planted(row)
        found = Counter((slip.kind, slip.text) for slip in slips(row["sentence"], NAMES))
        right += (found & expected).total()
        wrong += (found - expected).total()
        missed += (expected - found).total()
        if found != expected:
            faults.append(f"{row['sentence']}\n   found {list(found - expected)}, missed {list(expected - found)}")
    recall, precision = right / (right + missed), right / (right + wrong)
    report(f"{name}: {len(rows)} sentences, recall {recall:.3f}, precision {precision:.3f}")
    assert recall >= 0.95 and precision >= 0.95, "\n".join(faults)


def test_the_corpora_plant_every_kind_and_leave_half_their_sentences_clean():
    for name in ("wording.csv", "wording-held-out.csv"):
        rows = corpus(name)
        assert {kind for row in rows for kind, _ in planted(row)} == KINDS
        assert 0.4 <= sum(not row["faults"] for row in rows) / len(rows) <= 0.6
        assert len({row["sentence"] for row in rows}) == len(rows)
        assert all(row["why"] for row in rows)


def texts(markdown, names=()):
    return [slip.text for slip in slips(markdown, names)]


def test_slips_come_in_reading_order_with_the_sentence_around_each():
    text = "# Vosk\n\nIt is *cold* there. Dr. Ola of the U.S. sent {eval}`n` or\nsix `x` notes. Then 7 more."
    assert slips(text) == [
        Slip("number word", "six", "Dr. Ola of the U.S. sent {eval}`n` or six `x` notes."),
        Slip("number", "7", "Then 7 more."),
    ]


def test_the_sentence_of_a_long_quotation_reaches_from_its_opening_to_its_close():
    text = "It rained. He said: “It is over. We shall go home now.” Nobody left. The rest stayed."
    assert slips(text) == [
        Slip("quotation", "“It is over. We shall go home now.”", "He said: “It is over. We shall go home now.”")
    ]


def test_a_number_within_a_typed_quotation_is_part_of_that_finding():
    assert texts("He said “we will expel six of them” and left.") == ["“we will expel six of them”"]
    assert texts("He said “expel six”.") == ["six"]


def test_a_quotation_that_is_not_closed_runs_to_the_end_of_its_paragraph():
    assert texts("“We will answer each step.\n\nNobody spoke of it again there.") == ["“We will answer each step."]


def test_a_quotation_with_a_role_in_it_is_not_typed_but_its_numbers_are():
    assert texts("He said “we will expel {eval}`n` of them by 2030”.") == ["2030"]


def test_a_block_quote_is_one_quotation_over_its_paragraphs_and_lists():
    assert texts("> We shall\n>\n> - answer each\n> - step\n\nSix words.") == ["We shall answer each step", "Six"]


def test_a_heading_gives_a_chart_title_its_opening_number():
    assert texts("# 1990. A year") == ["1990"]


def test_html_is_read_without_its_tags_and_comments():
    assert texts('<div class="w-5"><!-- 6 --> a < 7 <b>eight</b></div>') == ["7", "eight"]
    assert texts('Vosk <span title="5">left</span> early<br>6 stayed') == ["6"]


def test_a_name_is_covered_as_whole_words_in_its_own_case():
    names = ["S-400", "E.O. #", "Nord Stream 2"]
    assert texts("S-400, S‑400's, E.O. 14,024; Nord\nStream *2*.", names) == []
    assert texts("S-4000, US-400, s-400, E.O. none, Nord Stream 2.5, 3 E.O. 7", names) == [
        "S-4000",
        "US-400",
        "s-400",
        "2.5",
        "3",
    ]


def test_the_names_in_use_are_told_from_those_that_are_not():
    names = ["New START", "START I", "E.O. #", "S-400", "K-77"]
    text = "## After START II\n\nE.O. 5 and *New* START; `S-400`; {eval}`x`.[^a]\n\n[^a]: On the K-77s."
    assert used_names(text, names) == {"New START", "E.O. #"}


@pytest.mark.parametrize("name", ["", "#", " 7 "])
def test_a_name_that_would_cover_any_number_is_refused(name):
    message = (
        f'the list of names: "{name}" holds no letter; expected a proper name that holds a number. Write the words'
    )
    with pytest.raises(BriefError, match=message):
        slips("It has none.", [name])


WORDS = "Rurland sent its envoys home after the talks and Vosk answered in kind over winter".split()
# Neither a decade nor a turn of phrase, which hold digits and are clean.
NUMBERS = st.from_regex(r"[0-9]{1,4}([.,/:–-][0-9]{1,3})?[a-rt-z%]?", fullmatch=True).filter(
    lambda number: number not in {"24/7", "20/20", "50/50", "50-50"}
)
HIDDEN = NUMBERS.flatmap(
    lambda number: st.sampled_from([f"`{number}`", f"{{eval}}`a[{number}]`", f"[page](x/{number})", "E.O. 14", "S-400"])
)


@given(st.lists(st.one_of(st.sampled_from(WORDS), NUMBERS, HIDDEN), min_size=1, max_size=12))
def test_each_digit_in_prose_is_found_and_none_in_code_roles_addresses_and_names(pieces):
    def digits(pieces):
        return [sign for piece in pieces for sign in piece if sign.isdigit()]

    typed = [piece for piece in pieces if not piece.startswith(("`", "{", "[", "E.O.", "S-"))]
    found = texts("So " + " ".join(pieces) + " it was", ["E.O. #", "S-400"])
    assert digits(found) == digits(typed)


@given(st.lists(st.sampled_from([*WORDS, "often,", "weight.", "no one", "both", "*None*", "{eval}`n`"]), max_size=20))
def test_words_without_a_number_give_nothing(words):
    assert slips(" ".join(words)) == []


@given(st.one_of(st.text(), st.text(alphabet="a1 .\n>-*_|`<>!&[]()^:\"'“”‘’{}evalsix#~\\")))
def test_any_text_can_be_read(text):
    for slip in slips(text, ["E.O. #"]):
        assert slip.kind in KINDS
        assert slip.text and slip.text in slip.sentence
