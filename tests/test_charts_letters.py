"""Test that lines set out of known letters are exactly those that matplotlib sets."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.textpath import TextToPath

from briefkit.charts import house
from briefkit.charts.letters import PLAIN, Setter

FACES = [(9.0, 400, False), (9.0, 600, False), (14.0, 700, False), (9.0, 400, True)]
LINES = st.text(st.sampled_from(sorted(PLAIN)), max_size=12) | st.text(
    st.sampled_from("AVTofitl 12,.-’(/)“”й"), max_size=9
)


def _same(mine: tuple, theirs: tuple) -> bool:
    outlines = zip(mine[1].values(), theirs[1].values(), strict=True)
    drawn = all((a == b).all() for one, other in outlines for a, b in zip(one, other, strict=True))
    return mine[0] == theirs[0] and list(mine[1]) == list(theirs[1]) and drawn and mine[2] == theirs[2]


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("face", FACES)
@given(texts=st.lists(LINES, max_size=8))
def test_a_line_is_measured_and_set_as_matplotlib_does(face, texts):
    known, plain, font = Setter(), TextToPath(), house.font(*face)
    for text in texts:
        assert known.get_text_width_height_descent(text, font, False) == plain.get_text_width_height_descent(
            text, font, False
        )
        own = plain._get_font(font)
        assert _same(known.get_glyphs_with_font(own, text), plain.get_glyphs_with_font(own, text))


def test_a_face_loads_no_letter_twice():
    known, font = Setter(), house.font(9.0, 400)
    known.get_text_width_height_descent("Rurland, Rurland", font, False)
    assert known._face(known._get_font(font)).places("land, Rur", None)[0] == 0.0  # no font to ask


def test_a_fraction_is_left_to_the_font():
    known = Setter()
    font = known._get_font(house.font(9.0, 400))
    assert known._face(font).places("1/2", font) is None


def test_a_setter_holds_no_open_font_that_a_fork_would_share():
    known, font = Setter(), house.font(9.0, 400)
    known.get_text_width_height_descent("Rurland", font, False)
    held = gc.get_referrers(known._get_font(font))
    assert not [each for each in held if each in ([known.__dict__, *map(vars, known._faces.values())])]
