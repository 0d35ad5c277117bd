"""Slim a matplotlib SVG: short numbers, shared letters, and the name of a job wherever a colour stands."""

from __future__ import annotations

import functools
import hashlib
import re
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from briefkit.charts.house import INKS

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
FACES = {
    "SourceSansPro-Regular": "gr",
    "SourceSansPro-Semibold": "gs",
    "SourceSansPro-Bold": "gb",
    "SourceSansPro-It": "gi",
}
JOBS = {colour: job for job, colour in INKS.items()}
KEPT = ("clip-path", "x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "patternUnits", "preserveAspectRatio")
# What an SVG means when an attribute is missing; the drawing's own <g> sets round joins for all.
DEFAULTS = {
    "stroke-linejoin": "round",
    "stroke-linecap": "butt",
    "stroke": "none",
    "opacity": "1",
    "stroke-width": "1",
    "stroke-dashoffset": "0",
}
LEVEL = re.compile(r"translate\(([-\d.e]+) 0\)")
NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")


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


def slim(svg: str) -> Drawing:
    """Rewrite a matplotlib SVG; it looks the same at a third of the size and holds no name of time or machine."""
    root = ElementTree.fromstring(svg)
    width, height = (float(number) for number in root.get("viewBox").split()[2:])
    slimmer = _Slimmer()
    marks = "".join(slimmer.element(child) for child in root)
    return Drawing(width, height, dict(sorted(slimmer.letters.items())), marks)


class _Slimmer:
    def __init__(self) -> None:
        self.letters: dict[str, str] = {}
        self._blank: set[str] = set()  # spaces
        self._names: dict[str, str] = {}

    def element(self, node: ElementTree.Element) -> str:
        tag = node.tag.removeprefix(SVG)
        if tag in ("metadata", "style"):
            return ""
        name = node.get("id", "")
        if tag == "path" and node.get("transform") == "scale(0.015625)":
            self._keep(self._letter(name), path(node.get("d", ""), digits=0, scale=10 / 64))
            return ""
        if tag == "use" and (letter := self._letter(node.get(LINK, "")[1:])) in self._blank:
            return ""
        if tag == "use" and letter in self.letters:
            moved = _moved(node.get("transform", ""), tag)
            place = "".join(f' {key}="{value}"' for key, value in moved.items())
            return f'<use href="#{letter}"{place}/>'
        attributes = self._attributes(node) | self._shared_paint(node)
        inside = "".join(self.element(child) for child in node)
        if tag == "path" and node.get("id") is None and attributes.get("fill") == "none" and "stroke" not in attributes:
            return ""
        if tag == "defs":
            return f"<defs>{inside}</defs>" if inside else ""
        if tag == "g" and (not attributes or not inside):
            return inside
        text = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        return f"<{tag}{text}>{inside}</{tag}>" if inside else f"<{tag}{text}/>"

    def _attributes(self, node: ElementTree.Element) -> dict[str, str]:
        found: dict[str, str] = {}
        tag = node.tag.removeprefix(SVG)
        if node.get("id") and tag != "g":
            found["id"] = self._own(node.get("id"))
        if node.get(LINK):
            target = node.get(LINK)
            found["href"] = f"#{self._target(target[1:])}" if target.startswith("#") else target
        if node.get("d"):
            found["d"] = path(node.get("d"))
            if node.get("id", "").startswith("m"):  # a marker's form: its uses hold the paint
                return found
        for key in (key for key in KEPT if node.get(key)):
            value = node.get(key)
            found[key] = self._reference(value) if key == "clip-path" else _shortened(value)
        found |= _moved(node.get("transform", ""), tag)
        return found | self._painted(node)

    def _shared_paint(self, node: ElementTree.Element) -> dict[str, str]:
        """Paint the markers of a series once, on their group; each then says only where it stands."""
        uses = [child for child in node if child.tag == SVG + "use"]
        styles = {child.get("style") for child in uses}
        if len(uses) != len(node) or len(styles) != 1 or None in styles:
            return {}
        painted = self._painted(uses[0])
        for use in uses:
            del use.attrib["style"]
        return painted

    def _painted(self, node: ElementTree.Element) -> dict[str, str]:
        """Turn a style into attributes and classes: attributes stand alone, classes let a page recolour."""
        given = dict(part.split(": ", 1) for part in (node.get("style") or "").split("; ") if ": " in part)
        given |= {key: node.get(key) for key in ("fill", "stroke", "fill-opacity") if node.get(key)}
        found, classes = {}, []
        for key, value in given.items():
            value = self._reference(value)
            if key in ("fill", "stroke") and value in JOBS:
                classes.append(f"{key}-{JOBS[value]}")
            if key in ("stroke-width", "stroke-dasharray", "stroke-dashoffset", "opacity", "fill-opacity"):
                value = _shortened(value, 2).replace(", ", " ")
            if DEFAULTS.get(key) != value and key not in ("image-rendering", "stroke-miterlimit"):
                found[key] = value
        return found | ({"class": " ".join(classes)} if classes else {})

    def _keep(self, letter: str, form: str) -> None:
        if form:
            self.letters[letter] = form
        else:
            self._blank.add(letter)

    def _letter(self, name: str) -> str:
        face, _, glyph = name.rpartition("-")
        return FACES.get(face, face + "-") + glyph

    def _target(self, name: str) -> str:
        return self._letter(name) if "-" in name else self._own(name)  # matplotlib's other ids have no hyphen

    def _own(self, name: str) -> str:
        return "id:" + self._names.setdefault(name, f"{len(self._names) + 1}")

    def _reference(self, value: str) -> str:
        return re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{self._own(found[1])})", value)


def _moved(transform: str, tag: str) -> dict[str, str]:
    """Shorten a transform; a letter that is only set further along its line keeps just an x."""
    if not transform:
        return {}
    only = LEVEL.fullmatch(transform)
    if tag == "use" and only:
        return {"x": short(float(only[1]), 0)}
    digits = 4 if "matrix" in transform else 2
    text = re.sub(
        r"scale\(([^)]*)\)|" + NUMBER.pattern,
        lambda found: _shortened(found[0], 5 if found[0].startswith("scale") else digits),
        transform,
    )
    return {"transform": text}


def _shortened(text: str, digits: int = 1) -> str:
    return NUMBER.sub(lambda number: short(float(number[0]), digits), text)


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
    out: list[str] = []
    at, start = (0.0, 0.0), (0.0, 0.0)
    last = ""
    for command, body in re.findall(r"([MLCQZz])([^MLCQZz]*)", d):
        numbers = [round(float(number) * scale, digits) for number in body.split()]
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
