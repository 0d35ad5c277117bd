"""Make a drawing safe to stand in a page: known elements only, names unique in the page, shared glyphs once."""

from __future__ import annotations

import functools
import html
import re
import xml.etree.ElementTree as ET

DRAWN = set(
    "svg g path rect circle ellipse line polyline polygon text tspan use defs clipPath mask pattern symbol marker "
    "linearGradient radialGradient stop".split()
)
ALLOWED = set(
    "d x y x1 x2 y1 y2 cx cy r rx ry dx dy fx fy width height viewBox points transform class id style href clip-path "
    "clip-rule mask fill fill-opacity fill-rule opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap "
    "stroke-linejoin stroke-miterlimit stroke-opacity stroke-width offset stop-color stop-opacity gradientUnits "
    "gradientTransform patternUnits patternTransform clipPathUnits font-family font-size font-weight font-style "
    "text-anchor dominant-baseline preserveAspectRatio orient markerWidth markerHeight refX refY".split()
)
GLYPH = re.compile(r"g[A-Za-z0-9_.-]*")
HOUSE = re.compile(r'class="(?:fill|stroke)-(?:ink|label|muted|axis|grid)"')
PLAIN = re.compile(r"[A-Za-z0-9.,# ()%+-]+").fullmatch
_REFERENCE = re.compile(r"url\(\s*['\"]?(.*?)['\"]?\s*\)")


class Unreadable(Exception):
    """Say that a text is no drawing."""


class Drawings:
    """Clean the drawings of one page in order, so that later ones can use the glyphs of earlier ones."""

    def __init__(self) -> None:
        self.glyphs: dict[str, str] = {}
        self.written: set[str] = set()
        self.count = 0

    def clean(self, text: str, title: str = "", description: str = "") -> str:
        """Give an ``svg`` element for inline use, named by a title and a description; refuse what is no drawing."""
        root = _parsed(text)
        self.count += 1
        prefix = f"chart-{self.count}"
        self.names = self._names(root, prefix)
        box = root.get("viewBox") or f"0 0 {_length(root.get('width'), 400)} {_length(root.get('height'), 300)}"
        _, _, width, height = (re.split(r"[\s,]+", box.strip()) + ["300"] * 4)[:4]
        body = "".join(self._element(child) for child in root)
        named = (
            f'<title id="{prefix}-title">{html.escape(title)}</title>'
            f'<desc id="{prefix}-desc">{html.escape(description)}</desc>'
        )
        look = "".join(f' {name}="{html.escape(root.get(name, ""))}"' for name in ("fill", "stroke") if root.get(name))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{html.escape(box)}" width="{html.escape(width)}" '
            f'height="{html.escape(height)}"{look} role="img" aria-labelledby="{prefix}-title {prefix}-desc">'
            f"{named}{body}</svg>"
        )

    def _names(self, root: ET.Element, prefix: str) -> dict[str, str]:
        """Map the drawing's ids to ids of the page; a glyph keeps its name while its outline agrees."""
        elements = list(root.iter())
        used = {target[1:] for element in elements for target in _targets(element) if target.startswith("#")}
        names = {}
        for element in elements:
            name = element.get("id")
            if not name or name not in used:
                continue
            if _local(element) == "path" and not element.get("d"):
                continue  # a space: nothing is drawn, so nothing needs to point here
            if _local(element) == "path" and GLYPH.fullmatch(name):
                # Short, since a chart points to its letters a thousand times; capital, as no cell's name is.
                outline = f"{element.get('d')} {element.get('transform')}"
                names[name] = self.glyphs.setdefault(outline, _capitals(len(self.glyphs)))
            else:
                names[name] = f"{prefix}-{len(names)}"
        return names

    def _element(self, element: ET.Element) -> str:
        tag = _local(element)
        if tag not in DRAWN:
            return ""
        if tag == "use" and not any(target[1:] in self.names for target in _targets(element)):
            return ""
        name = self.names.get(element.get("id", ""), "")
        if name and name in self.written:
            return ""
        if name and tag == "path" and name.isupper():
            self.written.add(name)
        attributes = "".join([self._attribute(_local_name(key), value) for key, value in element.attrib.items()])
        inside = "".join(self._element(child) for child in element)
        if tag in ("text", "tspan"):
            inside = html.escape(element.text or "", quote=False) + "".join(
                self._element(child) + html.escape(child.tail or "", quote=False) for child in element
            )
        if tag in ("g", "defs") and not inside:
            return ""
        if tag == "g" and not attributes:
            return inside
        return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"

    def _attribute(self, name: str, value: str) -> str:
        if name not in ALLOWED:
            return ""
        if name not in ("id", "href") and PLAIN(value) and "url(" not in value:
            return f' {name}="{value}"'  # as nearly all are
        if name == "id":
            value = self.names.get(value, "")
        elif name == "href":
            value = "#" + self.names[value[1:]] if value[:1] == "#" and value[1:] in self.names else ""
        elif "url(" in value:
            value = _REFERENCE.sub(lambda found: f"url(#{self.names.get(found[1].lstrip('#'), 'none')})", value)
        value = " ".join(value.split())
        return f' {name}="{html.escape(value)}"' if value and "\\" not in value else ""


def is_house(svg: str) -> bool:
    """Tell whether a drawing marks its parts with the house's classes, so that a dark page can recolour it."""
    return bool(HOUSE.search(svg))


def _capitals(number: int) -> str:
    """Count in capital letters: A, B, … Z, AA, AB."""
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _parsed(text: str) -> ET.Element:
    # Entities could unfold without end: a drawing has no need of a document type.
    text = re.sub(r"<!DOCTYPE[^>\[]*(\[.*?\]\s*)?>", "", text, flags=re.DOTALL)
    try:
        root = ET.fromstring(re.sub(r"^\s*<\?xml.*?\?>", "", text, flags=re.DOTALL))
    except ET.ParseError as error:
        raise Unreadable(str(error)) from None
    if _local(root) != "svg":
        raise Unreadable(f"the outermost element is {_local(root)}")
    return root


def _targets(element: ET.Element) -> list[str]:
    found = []
    for key, value in element.attrib.items():
        if _local_name(key) == "href":
            found.append(value)
        if "url(" in value:
            found += _REFERENCE.findall(value)
    return found


def _local(element: ET.Element) -> str:
    return _local_name(element.tag) if isinstance(element.tag, str) else ""


@functools.lru_cache(256)
def _local_name(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _length(text: str | None, otherwise: float) -> str:
    found = re.match(r"[0-9.]+", text or "")
    return found.group() if found else str(otherwise)
