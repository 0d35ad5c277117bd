from hypothesis import given
from hypothesis import strategies as st

from briefkit.alignment import marked, merged, paired

WORDS = st.lists(st.sampled_from("It held 12 1,550 warheads, and so on. No more (than one).".split()), max_size=12)
TEXTS = WORDS.map(" ".join)
LISTS = st.lists(TEXTS, max_size=6)


def side(pairs, kind):
    return "".join(text for each, text in pairs if each in ("kept", kind))


@given(TEXTS, TEXTS)
def test_the_marks_give_both_versions_back(before, after):
    pairs = marked(before, after)
    assert (side(pairs, "removed"), side(pairs, "added")) == (before, after)


@given(TEXTS, TEXTS)
def test_marks_are_the_same_in_both_directions(before, after):
    turned = {"kept": "kept", "removed": "added", "added": "removed"}
    mirrored = [(turned[kind], text) for kind, text in marked(after, before)]
    assert sorted(mirrored) == sorted(marked(before, after))
    assert marked(before, before) == ([("kept", before)] if before else [])


@given(LISTS, LISTS)
def test_every_place_is_paired_once_and_pairs_never_cross(before, after):
    pairs = paired(before, after)
    olds, news = [old for old, _ in pairs if old is not None], [new for _, new in pairs if new is not None]
    assert olds == list(range(len(before)))
    assert news == list(range(len(after)))
    assert [(new, old) for old, new in paired(after, before)] == pairs or before == after


def test_a_swapped_number_is_marked_alone_and_a_turned_phrase_as_one():
    assert marked("Rurland held 12 tanks and 7 ships.", "Rurland held 13 tanks and 9 ships.") == [
        ("kept", "Rurland held "),
        ("removed", "12"),
        ("added", "13"),
        ("kept", " tanks and "),
        ("removed", "7"),
        ("added", "9"),
        ("kept", " ships."),
    ]
    before, after = (
        "It lapsed once, and has been in force since 1994.",
        "It has lapsed twice, first in 1977, and is out.",
    )
    assert sum(kind != "kept" for kind, _ in marked(before, after)) == 2


def test_sentences_with_little_in_common_are_marked_whole():
    assert marked("It is in force.", "Nobody knows why they left.") == [
        ("removed", "It is in force."),
        ("added", "Nobody knows why they left."),
    ]


def test_the_most_alike_sentences_answer_to_each_other():
    before = ["It grew to 12 warheads.", "Nobody counted."]
    after = ["A treaty came.", "It grew to 1,550 warheads.", "Then it ended.", "Nobody counted."]
    assert paired(before, after) == [(None, 0), (0, 1), (None, 2), (1, 3)]


@given(st.lists(st.integers(0, 9), unique=True), st.lists(st.integers(0, 9), unique=True))
def test_merging_keeps_the_second_order_and_loses_nothing(before, after):
    whole = merged(before, after)
    assert [item for item in whole if item in after] == after
    assert sorted(whole) == sorted({*before, *after})
