"""The house look: colours by job and by country, the type family, and the measures of text."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import font_source_sans_pro
import matplotlib as mpl
from matplotlib import font_manager

from briefkit.charts.letters import Setter
from briefkit.errors import BriefError

FAMILY = "Source Sans Pro"
WIDTH = 460.8  # points: on the 148 mm between the margins of A4 no text falls below eight of them
SLIM = 400.0  # points: on a sheet less wide than this, names make room for marks
NARROW = 270.0  # points, 360 pixels: on a phone's 320 pixels, less its margins, no text falls below nine of them
TEXT = 9.0
LEADING = 1.22
LINE_HEIGHT = TEXT * LEADING
BOLD = 600
MOST_SERIES = 4

# Each colour stands for one job, and each job has a colour of its own: the SVG turns the colour back into the job's
# name, so that a page can recolour the job for its dark scheme. Marks and lines have 3:1 against the ground in both
# schemes, texts 4.5:1; the four series of a chart stay apart under the three kinds of colour blindness.
INKS = {
    "ink": "#1c2329",
    "label": "#3f484f",
    "muted": "#5b6770",
    "axis": "#87929a",
    "grid": "#dce0e3",
    "shade": "#e9ecef",
    "pale": "#8c969d",
    "ground": "#ffffff",
    "accent": "#b3312c",
    "usa": "#1d5fa8",
    "rus": "#b5332e",
    "gold": "#b98617",
    "gold-text": "#7d5a00",
    "slate": "#3f464d",
    "teal": "#0f7c74",
    "brown": "#813503",
    "on-gold": "#1c2328",
    "on-pale": "#1c2327",
}
DARK = {
    "ink": "#e8ecef",
    "label": "#c7ced4",
    "muted": "#a4afb8",
    "axis": "#7b868f",
    "grid": "#333b42",
    "shade": "#262d33",
    "pale": "#69737b",
    "ground": "#15191d",
    "accent": "#f0847b",
    "usa": "#6fa8ea",
    "rus": "#f07f74",
    "gold": "#f2dc8c",
    "gold-text": "#f2dc8d",
    "slate": "#d5dbe1",
    "teal": "#3fb5a8",
    "brown": "#b8743f",
    "on-gold": "#1c2328",
    "on-pale": "#ffffff",
}
TEXTS = {"gold": "gold-text", "pale": "muted"}  # marks too light for text
INSIDE = {"gold": "on-gold", "pale": "on-pale"}  # marks too light for a text in the colour of the ground


class Look(NamedTuple):
    """Tell how a series is drawn: its colour's job and the carriers that do without colour."""

    job: str
    marker: str
    dash: tuple[float, ...]  # lengths of dashes and gaps, in widths of the line

    @property
    def text(self) -> str:
        """Name the colour's job where the series is named in words."""
        return TEXTS.get(self.job, self.job)

    @property
    def inside(self) -> str:
        """Name the colour's job of a text that stands in the mark itself."""
        return INSIDE.get(self.job, "ground")


USA = Look("usa", "o", (4.2, 1.3))
RUS = Look("rus", "s", ())
GOLD = Look("gold", "^", (1.2, 1.0))
SLATE = Look("slate", "D", (4.5, 1.2, 1.2, 1.2))
TEAL = Look("teal", "o", ())
BROWN = Look("brown", "s", (4.2, 1.3))
PALE = Look("pale", "o", ())
OTHERS = (TEAL, GOLD, SLATE, BROWN)
COUNTRIES = {
    USA: {"usa", "us", "united states", "the united states", "american", "americans", "washington"},
    RUS: {"rus", "russia", "russian", "russians", "moscow", "sun", "soviet union", "the soviet union", "ussr"},
}


def country_look(name: str) -> Look | None:
    """Find the look of the United States or Russia where a name means exactly one of them.

    >>> country_look("Russia's answer").job, country_look("Germany")
    ('rus', None)
    """
    words = name.lower().replace("’", "'")
    for look, known in COUNTRIES.items():
        if words in known:
            return look
    within = set(re.findall(r"[a-z]+", words)) | ({"united states"} if "united states" in words else set())
    found = [look for look, known in COUNTRIES.items() if within & known]
    return found[0] if len(found) == 1 else None


def looks(names: Iterable[str]) -> dict[str, Look]:
    """Give each series its look; Russia and the United States keep theirs in every chart."""
    names = list(dict.fromkeys(names))
    if len(names) > MOST_SERIES:
        raise BriefError(
            "chart",
            f"{len(names)} series ({', '.join(names)})",
            f"at most {MOST_SERIES}",
            "Choose some with where(…), or spread them over panels.",
        )
    found = {name: country_look(name) for name in names}
    claims = {look: [name for name in names if found[name] is look] for look in COUNTRIES}
    for look, of in claims.items():
        # Where several names speak of one country, only its own name may claim its colour.
        own = next((name for name in of if len(of) == 1 or name.lower() in COUNTRIES[look]), None)
        found |= {name: None for name in of if name != own}
    # To some eyes teal is the colour of the United States, and brown that of Russia.
    free = iter([GOLD, SLATE, BROWN if USA in found.values() else TEAL] if any(found.values()) else OTHERS)
    return {name: look or next(free) for name, look in found.items()}


def style() -> AbstractContextManager[None]:
    """Draw a matplotlib figure of your own in the house style: ``with charts.style(): …``."""
    _register_fonts()
    return mpl.rc_context(_house_rules())


@functools.cache
def _house_rules() -> mpl.RcParams:
    return mpl.rc_params_from_file(Path(__file__).with_name("house.mplstyle"), use_default_template=False)


def font_files() -> list[Path]:
    """Name the files of the type family."""
    folder = Path(font_source_sans_pro.__file__).parent / "files"
    return [folder / f"SourceSansPro-{face}.otf" for face in ("Regular", "Semibold", "Bold", "It")]


@functools.cache
def _register_fonts() -> None:
    for path in font_files():
        if not path.is_file():
            raise BriefError(
                f"font {path.stem}",
                f"{path.name} is not in the package font-source-sans-pro",
                "the type family of every chart",
                "Install the packages of requirements.lock again.",
            )
        font_manager.fontManager.addfont(path)


@functools.cache
def face(weight: int = 400, italic: bool = False) -> font_manager.FontProperties:
    """Give a face of the house's type family, at the hundred points in which outlines are set."""
    _register_fonts()
    return font_manager.FontProperties(family=FAMILY, size=100, weight=weight, style="italic" if italic else "normal")


OUTLINES = Setter()


@functools.lru_cache(maxsize=8192)
def width_of(text: str, size: float = TEXT, weight: int = 400, italic: bool = False) -> float:
    """Measure a line of text in points, exactly as the SVG will set it."""
    return OUTLINES.width(text, face(weight, italic)) * size / 100


def balanced(text: str, width: float, size: float = TEXT, weight: int = 400) -> list[str]:
    """Break a text into lines of about equal length, as many as `width` asks for."""
    lines = best = wrapped(text, width, size, weight)
    while len(lines) == len(best) and len(best) > 1:
        best = lines
        lines = wrapped(text, max(width_of(line, size, weight) for line in lines) - 0.1, size, weight)
        if any(line.endswith("-") for line in lines):
            break
    return best


def wrapped(text: str, width: float, size: float = TEXT, weight: int = 400) -> list[str]:
    """Break a text into lines no wider than `width` points; a word that is wider is cut."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width_of(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
            continue
        while width_of(word, size, weight) > width and len(word) > 1:
            keep = next((n for n in range(len(word) - 1, 1, -1) if width_of(word[:n] + "-", size, weight) <= width), 1)
            lines.append(word[:keep].removesuffix("-") + "-")
            word = word[keep:]
        lines.append(word)
    return lines
