"""Seed faults in prose and count what is found: a fault missed and a false alarm are defects alike."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefkit.errors import BriefError
from briefkit.wording import Slip, slips, used_names

FILES = Path(__file__).parent / "files"
# The names that the corpus takes as listed in a project's configuration.
NAMES = "New START|START I|SALT II|E.O. #|S-400|Nord Stream #|Resolution #|section #|footnote #|Group of Seven".split("|")
KINDS = {"number", "date", "number word", "quotation", "literal role"}


def corpus(name):
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def planted(row):
    pairs = zip(row["kind"].split(" | "), row["faults"].split(" | "), strict=True) if row["faults"] else ()
    return Counter(pairs)


@pytest.mark.parametrize(("name", "least"), [("wording.csv", 120), ("wording-held-out.csv", 60)])
def test_planted_faults_are_found_and_nothing_else(name, least, capsys):
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
    with capsys.disabled():
        print(f"\n{name}: {len(rows)} sentences, recall {recall:.3f}, precision {precision:.3f}")
    assert recall >= 0.95 and precision >= 0.95, "\n".join(faults)
