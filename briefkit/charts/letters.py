"""Set lines of text out of letters and pairs that were met before: loading each letter anew takes most of a chart."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.textpath import TextToPath

# Letters whose place depends on the next one alone. A line with any other is for matplotlib to set, and so are
# fractions. Brackets and quotation marks part a line into runs that do not touch, unless a letter of the alphabet has
# said before in which script it is written.
FRACTION = re.compile(r"\d/|/\d")
PAIRED = frozenset("()[]{}<>“”‘’")
PLAIN = frozenset(map(chr, range(0x20, 0x7F))) - {"@"} | frozenset("\u00a0£§°·×÷é–—…€−≠≤≥") | PAIRED
Outline = tuple[Any, Any]  # vertices and matplotlib's codes of a path


class Letter(NamedTuple):
    """Hold a letter of a face: its name, its outline, and how far it moves the pen."""

    name: str
    outline: Outline
    advance: float


class Face:
    """Know the letters of a font and the steps between the pairs that were met.

    The open font is no part of it: forked kernels would share its place in the file, and read each other's bytes.
    """

    def __init__(self) -> None:
        self.letters: dict[str, Letter] = {}
        # Apart for lines with and without a letter of the alphabet; nothing for a pair that joins into one letter.
        self.steps: dict[bool, dict[tuple[str, str], float | None]] = {True: {}, False: {}}

    def places(self, text: str, font: Callable[[], FT2Font]) -> list[float] | None:
        """Say where each letter of a line stands, or nothing where that is for matplotlib to say."""
        if not text or not PLAIN.issuperset(text) or FRACTION.search(text):
            return None
        if not PAIRED.isdisjoint(text):
            at = next(place for place, letter in enumerate(text) if letter in PAIRED)
            if not any(map(str.isalpha, text[:at])):
                return None
        pairs, known = list(pairwise(text)), self.steps[any(map(str.isalpha, text))]
        if text[0] not in self.letters or not known.keys() >= set(pairs):
            self._learn(text, font(), known)
        steps = [known.get(pair) for pair in pairs]
        if None in steps or not self.letters.keys() >= set(text):
            return None
        return list(accumulate(steps, initial=0.0))

    def _learn(self, text: str, font: FT2Font, known: dict[tuple[str, str], float | None]) -> None:
        """Let the font set a line, and keep each letter and the step from each to its next."""
        items = font._layout(text, LoadFlags.NO_HINTING)
        for item in items:
            if item.char not in self.letters and len(item.char) == 1:
                glyph = font.load_glyph(item.glyph_index, flags=LoadFlags.NO_HINTING)
                name = TextToPath._get_glyph_repr(None, font, item.glyph_index)
                self.letters[item.char] = Letter(name, font.get_path(), glyph.horiAdvance / 64)
            known.update(dict.fromkeys(pairwise(item.char)))
        for item, following in pairwise(items):
            if len(item.char) == len(following.char) == 1:
                known.setdefault((item.char, following.char), following.x - item.x)


class Setter:
    """Set and measure lines as matplotlib does, to the last digit, in the hundred points to which it sets outlines."""

    def __init__(self) -> None:
        self.faces: dict[FontProperties, Face] = {}
        self._plain = TextToPath()
        self._others = functools.lru_cache(maxsize=1024)(self._set)

    def line(self, text: str, prop: FontProperties) -> list[tuple[str, float, float, Outline]]:
        """Give each letter's name, its place along the line and above it, and its outline."""
        face, places = self._known(text, prop)
        if places is None:
            return self._others(text, prop)
        letters = [face.letters[letter] for letter in text]
        return [(letter.name, x, 0.0, letter.outline) for letter, x in zip(letters, places, strict=True)]

    def width(self, text: str, prop: FontProperties) -> float:
        """Measure a line from its start to the end of its last letter."""
        if not text:
            return 0.0
        face, places = self._known(text, prop)
        if places is None:
            return self._plain.get_text_width_height_descent(text, prop, False)[0]
        return places[-1] + face.letters[text[-1]].advance

    def _known(self, text: str, prop: FontProperties) -> tuple[Face, list[float] | None]:
        face = self.faces.get(prop) or self.faces.setdefault(prop, Face())
        return face, face.places(text, lambda: self._plain._get_font(prop))

    def _set(self, text: str, prop: FontProperties) -> list[tuple[str, float, float, Outline]]:
        letters, outlines, _ = self._plain.get_glyphs_with_font(self._plain._get_font(prop), text)
        return [(name, x, y, outlines[name]) for name, x, y, _ in letters]
