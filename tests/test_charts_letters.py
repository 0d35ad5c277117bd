"""Test that lines set out of known letters are exactly those that matplotlib sets."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.textpath import TextToPath

from briefkit.charts import house
from briefkit.charts.letters import PLAIN, Setter

FACES = [(400, False), (600, False), (700, False), (400, True)]
LINES = (
    st.text(st.sampled_from(sorted(PLAIN)), max_size=12)
    | st.text(st.sampled_from("AVTofitl 12,.-’(/)“”й"), max_size=9)
    | st.text(st.sampled_from("AVTy 1(“)”’[]"), max_size=9)
)


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("face", FACES)
@given(texts=st.lists(LINES, max_size=8))
def test_a_line_is_measured_and_set_as_matplotlib_does(face, texts):
    known, plain, font = Setter(), TextToPath(), house.face(*face)
    for text in texts:
        assert known.width(text, font) == plain.get_text_width_height_descent(text, font, False)[0]
        letters, outlines, _ = plain.get_glyphs_with_font(plain._get_font(font), text)
        line = known.line(text, font)
        assert [each[:3] for each in line] == [each[:3] for each in letters]
        for name, _, _, outline in line:
            assert all((mine == theirs).all() for mine, theirs in zip(outline, outlines[name], strict=True))


def test_a_line_is_wide_in_proportion_to_its_size():
    assert house.width_of("Rurland", 18) == pytest.approx(2 * house.width_of("Rurland", 9))


def test_a_face_loads_no_letter_twice():
    known, font = Setter(), house.face()
    known.width("Rurland, Rurland", font)
    assert known.faces[font].places("land, Rur", None)[0] == 0.0  # no font to ask


@pytest.mark.parametrize("text", ["1/2", "(Rurland)", "“Rur” (land)"])
def test_what_depends_on_more_than_the_next_letter_is_left_to_the_font(text):
    known, font = Setter(), house.face()
    known.width("Rurland", font)
    assert known.faces[font].places(text, None) is None


def test_a_setter_holds_no_open_font_that_a_fork_would_share():
    known, font = Setter(), house.face()
    known.width("Rurland", font)
    held = gc.get_referrers(known._plain._get_font(font))
    assert not [each for each in held if each in ([known.__dict__, *map(vars, known.faces.values())])]
