"""How a drawing is written: few digits, each letter once, and the name of a job wherever a colour stands."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from briefkit.charts.house import INKS

SVG = "{http://www.w3.org/2000/svg}"
FACES = {
    "SourceSansPro-Regular": "gr",
    "SourceSansPro-Semibold": "gs",
    "SourceSansPro-Bold": "gb",
    "SourceSansPro-It": "gi",
}
JOBS = {colour: job for job, colour in INKS.items()}
# What an SVG means when an attribute is missing; the drawing's own <g> sets round joins for all.
DEFAULTS = {
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "stroke": "none",
    "opacity": "1",
    "stroke-width": "1",
    "stroke-dashoffset": "0",
}


class Drawing(NamedTuple):
    """Hold a slimmed drawing: the letters it uses, by id, and its marks."""

    width: float
    height: float
    letters: dict[str, str]
    marks: str

    @property
    def id(self) -> str:
        """Name the drawing by its content: the same in every process, another for every other drawing."""
        return "f" + hashlib.sha256(self.marks.encode()).hexdigest()[:6]

    def document(self, title: str, description: str, prefix: str = "") -> str:
        """Write the drawing as an SVG that a screen reader can name; a prefix sets its ids apart in one page."""
        name = prefix + self.id
        letters = "".join(f'<path id="{key}" d="{d}" transform="scale(.1)"/>' for key, d in self.letters.items())
        marks = self.marks.replace("id:", name + "-")
        if prefix:
            letters, marks = letters.replace('id="g', f'id="g{prefix}'), marks.replace('href="#g', f'href="#g{prefix}')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {short(self.width)} {short(self.height)}" '
            f'width="{short(self.width)}pt" height="{short(self.height)}pt" role="img" '
            f'aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
            f'<defs class="letters">{letters}</defs><g stroke-linejoin="round">'
            f"{marks}</g></svg>"
        )


def parts_of(document: str) -> tuple[dict[str, str], str]:
    """Take the letters and the marks out of a document that `Drawing.document` wrote."""
    head, marks = document.split('</defs><g stroke-linejoin="round">', 1)
    letters = dict(re.findall(r'<path id="([^"]+)" d="([^"]*)" transform="scale\(\.1\)"/>', head))
    return letters, marks.removesuffix("</g></svg>")


def short(number: float, digits: int = 1) -> str:
    """Write a number with few digits: 12.30 as 12.3, 0.5 as .5.

    >>> short(12.30), short(-0.04), short(0.5), short(300.0)
    ('12.3', '0', '.5', '300')
    """
    text = f"{number:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = "0" if text in ("-0", "") else text
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


@functools.lru_cache(maxsize=2048)  # letters come again in every chart
def path(d: str, digits: int = 1, scale: float = 1.0) -> str:
    """Rewrite a path in relative steps from rounded points, so that rounding never adds up.

    >>> path("M 10 10 L 20 10 L 20 15.04 z")
    'M10 10h10v5z'
    """
    found = re.findall(r"([MLCQZz])([^MLCQZz]*)", d)
    return steps(((command, [float(number) for number in body.split()]) for command, body in found), digits, scale)


def steps(moves: Iterable[tuple[str, Sequence[float]]], digits: int = 1, scale: float = 1.0) -> str:
    """Write moves, each a command of SVG and its coordinates, as `path` does.

    >>> steps([("M", [1.5, 2]), ("L", [1.5, 4])])
    'M1.5 2v2'
    """
    out: list[str] = []
    at, start = (0.0, 0.0), (0.0, 0.0)
    last = ""
    for command, coordinates in moves:
        numbers = [round(number * scale, digits) for number in coordinates]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command in "Zz":
            out.append("z")
            at, last = start, "z"
            continue
        if command == "M":
            at = start = points[0]
            word, values = "M", list(points[0])
        else:
            word, values = _step(command.lower(), points, at)
            at = points[-1]
        if word != "M" and not any(values):
            continue  # rounded away
        out.append(_joined(values, digits) if word == last and word != "M" else word + _joined(values, digits))
        last = word
    return _packed(out)


def _step(command: str, points: list[tuple[float, float]], at: tuple[float, float]) -> tuple[str, list[float]]:
    values = [coordinate for x, y in points for coordinate in (x - at[0], y - at[1])]
    if command == "l" and abs(values[1]) < 1e-9:
        return "h", values[:1]
    if command == "l" and abs(values[0]) < 1e-9:
        return "v", values[1:]
    return command, values


def _joined(values: list[float], digits: int) -> str:
    text = ""
    for value in values:
        number = short(value, digits)
        text += number if not text or number.startswith("-") else f" {number}"
    return text


def _packed(parts: list[str]) -> str:
    text = ""
    for part in parts:
        text += f" {part}" if text and text[-1].isdigit() and (part[0].isdigit() or part[0] == ".") else part
    return text
