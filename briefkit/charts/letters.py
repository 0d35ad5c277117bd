"""Set lines of text out of letters and pairs that were met before: loading each letter anew takes most of a chart."""

from __future__ import annotations

import functools
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.textpath import TextToPath

# Letters whose place depends on the next one alone. A line with any other is for matplotlib to set: a stroke can make
# fractions, and brackets and quotation marks can part a line into runs that do not touch.
PLAIN = frozenset(map(chr, range(0x20, 0x7F))) - set("/@()[]{}<>") | frozenset("\u00a0£§°·×÷é–—…€−≠≤≥")


class Letter(NamedTuple):
    """Hold a letter of a face: its name, its outline, how far it moves the pen, and the foot and the top of its ink."""

    name: str
    outline: tuple[Any, Any]
    advance: float
    low: float
    high: float


class Face:
    """Know the letters of a font and the steps between the pairs that were met.

    The open font is no part of it: forked kernels would share its place in the file, and read each other's bytes.
    """

    def __init__(self) -> None:
        self.letters: dict[str, Letter] = {}
        # Apart for lines with and without a letter of the alphabet; nothing for a pair that joins into one letter.
        self.steps: dict[bool, dict[tuple[str, str], float | None]] = {True: {}, False: {}}

    def places(self, text: str, font: FT2Font) -> list[float] | None:
        """Say where each letter of a line stands, or nothing where that is for matplotlib to say."""
        if not text or not PLAIN.issuperset(text):
            return None
        pairs, known = list(pairwise(text)), self.steps[any(map(str.isalpha, text))]
        if text[0] not in self.letters or not known.keys() >= set(pairs):
            self._learn(text, font, known)
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
                ends = (glyph.horiAdvance / 64, glyph.bbox[1] / 64, glyph.bbox[3] / 64)
                self.letters[item.char] = Letter(name, font.get_path(), *ends)
            known.update(dict.fromkeys(pairwise(item.char)))
        for item, following in pairwise(items):
            if len(item.char) == len(following.char) == 1:
                known.setdefault((item.char, following.char), following.x - item.x)


class Setter(TextToPath):
    """Measure and set lines as matplotlib does, to the last digit."""

    def __init__(self) -> None:
        super().__init__()
        self._faces: dict[str, Face] = {}
        self._others = functools.lru_cache(maxsize=1024)(super().get_glyphs_with_font)
        self.get_text_width_height_descent = functools.lru_cache(maxsize=8192)(self._measured)
        self.get_glyphs_with_font = self._letters

    def _letters(
        self, font: FT2Font, s: str, glyph_map: Any = None, return_new_glyphs_only: bool = False, **options: Any
    ) -> tuple[list[tuple[str, float, float, float]], dict[str, Any], list[Any]]:
        """Give the letters of a line with their places, and the outlines of those that `glyph_map` lacks."""
        letters, outlines, boxes = self._set(font, s, **options)
        known = {} if glyph_map is None else glyph_map
        new = {name: outline for name, outline in outlines.items() if name not in known}
        return letters, new if return_new_glyphs_only else known | new, boxes

    def _face(self, font: FT2Font) -> Face:
        if font.fname not in self._faces:
            self._faces[font.fname] = Face()
        return self._faces[font.fname]

    def _set(self, font: FT2Font, text: str, **options: Any) -> tuple[list[Any], dict[str, Any], list[Any]]:
        face = self._face(font)
        places = None if any(options.values()) else face.places(text, font)
        if places is None:
            return self._others(font, text, **options)
        letters = [face.letters[letter] for letter in text]
        line = [(letter.name, x, 0.0, 1.0) for letter, x in zip(letters, places, strict=True)]
        return line, {letter.name: letter.outline for letter in letters}, []

    def _measured(self, text: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        font = self._get_font(prop)
        face = self._face(font)
        places = None if ismath else face.places(text, font)
        if places is None:
            return super().get_text_width_height_descent(text, prop, ismath)
        letters = [face.letters[letter] for letter in text]
        low, high = min(letter.low for letter in letters), max(letter.high for letter in letters)
        scale = prop.get_size_in_points() / self.FONT_SCALE
        return (places[-1] + letters[-1].advance) * scale, (high - low) * scale, (0.0 - low) * scale
