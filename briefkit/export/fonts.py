"""Supply the house faces: files for the compiler of papers, subsets for pages, and what can be printed at all."""

from __future__ import annotations

import base64
import functools
import io
import unicodedata
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import typst

from briefkit.files import digest_of, once_for_a_user

FACES = {
    # (family, weight, style): (package, file)
    ("Brief Serif", 400, "normal"): ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    ("Brief Serif", 400, "italic"): ("font_source_serif_pro", "SourceSerifPro-It.ttf"),
    ("Brief Sans", 400, "normal"): ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    ("Brief Sans", 600, "normal"): ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
}
# Text has old-style figures, furniture and tables have lining ones.
FEATURES = {
    "Brief Serif": ("ccmp", "kern", "liga", "mark", "onum", "pnum"),
    "Brief Sans": ("ccmp", "kern", "liga", "mark", "tnum"),
}
FIGURES = ("onum", "pnum")
# What every page needs; most briefs need nothing else, so that one subset serves a whole build.
BASE = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\u00a0£§°·×÷é–—‘’“”…€−≠≤≥✓→")
SUBSTITUTE = "□"
# The compiler carries DejaVu Sans Mono, which has these beyond the house faces.
CARRIED = frozenset(
    map(chr, [*range(0x2190, 0x219A), *range(0x2500, 0x2580), 0x2588, 0x25A0, 0x25A1, 0x25CB, 0x25CF, 0x25D0])
)


def folders() -> list[str]:
    """Name the folders of the two font packages."""
    return [str(files(package) / "files") for package in ("font_source_serif_pro", "font_source_sans_pro")]


@functools.cache
def faces() -> typst.Fonts:
    """Read the faces for the compiler, once in a process: it would take a fifth of each later compilation."""
    return typst.Fonts(include_system_fonts=False, font_paths=folders())


def has_compiled() -> bool:
    """Tell whether this process has used the compiler, whose threads a fork of it would miss."""
    return faces.cache_info().currsize > 0


@functools.cache
def printable() -> frozenset[str]:
    """List the characters that a paper can show."""
    return house() | CARRIED | {"\n", "\t", "\u00a0", "\u00ad"}


@functools.cache
def house() -> frozenset[str]:
    """List the characters that the house faces hold."""
    return frozenset.union(*(characters(package, name) for package, name in FACES.values()))


@functools.cache
def characters(package: str, name: str) -> frozenset[str]:
    """List the characters that one font file holds."""
    file = _file(package, name)
    made_from = [*_made_by(), digest_of(file)]
    return frozenset(once_for_a_user("faces", made_from, lambda: _letters(file)).decode("utf-8"))


def _letters(file: Path) -> bytes:
    from fontTools.ttLib import TTFont  # here: what was read and cut before needs no library for it

    with TTFont(str(file), lazy=True) as font:
        return "".join(map(chr, sorted(font.getBestCmap()))).encode("utf-8")


def _file(package: str, name: str) -> Path:
    return Path(str(files(package))) / "files" / name


def shown(text: str) -> str:
    """Replace what no face can print by something visible: a symbol by its name, a letter by a box.

    >>> shown("on time 😀, 中文")
    'on time [grinning face], □□'
    """
    if printable().issuperset(text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(letter if letter in printable() else _stand_in(letter) for letter in composed)


def _stand_in(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind[0] in "CMZ":  # controls, joiners, lone accents and odd spaces
        return " " if kind[0] == "Z" or letter in "\v\f\r" else ""
    name = unicodedata.name(letter, "")
    return f"[{name.lower()}]" if kind in ("So", "Sm", "Sk") and name else SUBSTITUTE


def face_rules(text: str, italic: str = "") -> str:
    """Write the ``@font-face`` rules of a page: upright faces hold the characters of `text`, the italic its own.

    What goes beyond the base, and the italic, stand in faces without kerning, which takes most of the time to cut.
    """
    rules = []
    for (family, weight, style), (package, name) in FACES.items():
        beyond = (frozenset(text) - BASE) & characters(package, name)
        wanted = [(BASE, FEATURES[family]), (beyond, ())] if style == "normal" else [(frozenset(italic), FIGURES)]
        for letters, features in wanted:
            held = letters & characters(package, name)
            if held:
                face = _cut(package, name, held, features)
                span = ",".join(f"U+{ord(letter):X}" for letter in sorted(held)) if letters is not BASE else ""
                rules.append(
                    f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:{style};font-display:block;"
                    f"src:url(data:font/woff2;base64,{face}) format('woff2'){span and ';unicode-range:' + span}}}"
                )
    return "\n".join(rules)


@functools.lru_cache(256)  # a worker sets thousands of pages, each with letters of its own
def _cut(package: str, name: str, wanted: frozenset[str], features: tuple[str, ...]) -> str:
    """Give a face of these letters as WOFF2 in base 64."""
    file = _file(package, name)
    made_from = [*_made_by(), digest_of(file), sorted(wanted), features]
    return base64.b64encode(once_for_a_user("faces", made_from, lambda: _woff2(file, wanted, features))).decode("ascii")


def _woff2(file: Path, wanted: frozenset[str], features: tuple[str, ...]) -> bytes:
    """Cut a face, which takes up to a tenth of a second."""
    from fontTools import subset  # here, as above
    from fontTools.ttLib import newTable

    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = list(features)
    # To read through the tables of kerning and of forms takes most of the time, even where nothing of them is kept.
    if {*FIGURES}.issuperset(features):
        options.drop_tables += ["GPOS", "GDEF"] if features else ["GPOS", "GDEF", "GSUB"]
    options.hinting = False
    options.notdef_outline = True
    font = subset.load_font(str(file), options)
    # Looking through the font for the names that it uses takes a third of the time; a page needs owner and licence.
    kept = [record for record in font["name"].names if record.nameID in (0, 13, 14)]
    del font["name"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(map(ord, wanted)))
    cutter.subset(font)
    font["name"] = newTable("name")
    font["name"].names = kept
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return made.getvalue()


@functools.cache
def _made_by() -> list[str]:
    return [digest_of(Path(__file__)), version("fonttools"), version("brotli")]
