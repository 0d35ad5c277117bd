"""Colours that every eye can tell apart, on both grounds."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

import pytest
from coloraide import Color
from hypothesis import given
from hypothesis import strategies as st

from briefkit.charts import house

ROOT = Path(__file__).resolve().parents[1]
SCHEMES = pytest.mark.parametrize("scheme", [house.INKS, house.DARK], ids=["light", "dark"])
EYES = (None, "deutan", "protan", "tritan")
MARKS = ("usa", "rus", "gold", "slate", "teal", "brown", "pale", "axis", "ink")
TEXTS = ("ink", "label", "muted", "usa", "rus", "gold-text", "slate", "teal", "brown")
NAMES = ("United States", "Russia", "Rurland", "Grauland", "Blauland", "Russia programme", "Washington", "Moscow")


@functools.cache
def seen(colour: str, eye: str | None) -> Color:
    return Color(colour).filter(eye) if eye else Color(colour)


@functools.cache
def difference(one: str, two: str) -> float:
    """Measure how far apart two colours are (CIEDE2000) to the eye that tells them apart worst."""
    return min(seen(one, eye).delta_e(seen(two, eye), method="2000") for eye in EYES)


def contrast(one: str, two: str) -> float:
    return Color(one).contrast(two)


def test_the_measures_know_what_eyes_know():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert difference("#b3312c", "#3d7a3d") < 12  # red and green of one lightness
    assert difference("#000000", "#ffffff") > 90


@SCHEMES
@given(names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
def test_the_series_of_a_chart_tell_apart_for_every_eye(scheme, names):
    jobs = [look.job for look in house.looks(names).values()]
    close = {
        (one, two): difference(scheme[one], scheme[two])
        for one, two in itertools.combinations(jobs, 2)
        if difference(scheme[one], scheme[two]) < 12
    }
    assert close == {}


@SCHEMES
def test_what_is_pointed_out_tells_apart_from_the_rest(scheme):
    for job in ("teal", "usa", "rus"):
        assert difference(scheme[job], scheme["pale"]) >= 12


@SCHEMES
def test_marks_and_texts_stand_out_from_their_ground(scheme):
    ground = scheme["ground"]
    assert {job for job in MARKS if contrast(scheme[job], ground) < 3} == set()
    assert {job for job in TEXTS if contrast(scheme[job], ground) < 4.5} == set()


@SCHEMES
def test_a_text_inside_a_mark_stands_out_from_it(scheme):
    looks = (house.USA, house.RUS, house.GOLD, house.SLATE, house.TEAL, house.BROWN, house.PALE)
    assert {look.job for look in looks if contrast(scheme[look.inside], scheme[look.job]) < 4.5} == set()


@given(names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
def test_series_tell_apart_without_colour(names):
    looks = house.looks(names).values()
    assert len({(look.marker, str(look.dash)) for look in looks}) == len(looks)


def test_each_job_has_a_colour_of_its_own():
    assert len(set(house.INKS.values())) == len(house.INKS)
    assert set(house.DARK) == set(house.INKS)


def test_a_country_keeps_its_colour_marker_and_dash():
    for names in (
        ["USA", "RUS"],
        ["Russia", "United States"],
        ["Russia’s answer", "Washington"],
        ["Germany", "Russia"],
    ):
        looks = house.looks(names)
        for name, look in looks.items():
            if (country := house.country_look(name)) is not None:
                assert look == country
    looks = house.looks(["United States", "Russia", "China", "India"])
    assert len({look.marker for look in looks.values()}) == 4
    assert len({str(look.dash) for look in looks.values()}) == 4


def test_several_names_of_one_country_do_not_share_its_colour():
    looks = house.looks(["Russia programme: people", "Russia programme: entities"])
    assert len({look.job for look in looks.values()} - {"rus"}) == 2


def test_the_pages_dark_scheme_has_the_charts_dark_colours():
    css = (ROOT / "briefkit" / "export" / "template" / "page.css").read_text(encoding="utf-8")
    for job, colour in house.DARK.items():
        if colour != house.INKS[job] and job != "ground":  # the ground is the page's own
            assert f".fill-{job} {{ fill: {colour}; }}" in css
            assert f".stroke-{job} {{ stroke: {colour}; }}" in css
