"""Write what lies on a sheet as SVG. matplotlib's own writer would take most of a chart's time, and more bytes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.markers import MarkerStyle
from matplotlib.path import Path

from briefkit.charts.house import INKS, OUTLINES, face
from briefkit.charts.sheet import Bar, Marks, Sheet, Stroke, Words
from briefkit.charts.svg import DEFAULTS, FACES, Drawing, short, steps

UNITS = 10  # in which a letter's outline is written: a tenth of its hundred points
MOVES = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "z"}
_OUTLINES: dict[str, str] = {}


def drawing(sheet: Sheet) -> Drawing:
    """Draw a sheet, the same bytes in every process."""
    pen = _Pen(sheet)
    marks = "".join(pen.drawn(item) for item in sorted(sheet.items, key=lambda item: item.order))
    return Drawing(sheet.width, sheet.height, dict(sorted(pen.letters.items())), marks)


class _Pen:
    """Write one item after the other, and remember letters and the forms of markers."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.letters, self._forms = sheet, {}, {}

    def drawn(self, item: Words | Bar | Stroke | Marks) -> str:
        if isinstance(item, Words):
            return self._words(item)
        if isinstance(item, Marks):
            return self._marks(item)
        return self._bar(item) if isinstance(item, Bar) else self._stroke(item)

    def _words(self, item: Words) -> str:
        letters = []
        for name, x, y, outline in OUTLINES.line(item.text, face(item.weight, item.italic)):
            letter, d = _letter(name), _outline(name, *outline)
            if d:  # a space has none
                self.letters[letter] = d
                letters.append(f'<use href="#{letter}"{_along(x, y)}/>')
        if not letters:
            return ""
        place = f"translate({short(item.x, 2)} {short(self.sheet.height - item.y, 2)})"
        size = short(item.size / 100, 5)
        return f'<g transform="{place} scale({size} -{size})"{_paint(item.job)}>{"".join(letters)}</g>'

    def _bar(self, item: Bar) -> str:
        left, right = item.left, item.left + item.width
        bottom, top = self.sheet.height - item.bottom, self.sheet.height - item.bottom - item.height
        corners = [("M", (left, bottom)), ("L", (right, bottom)), ("L", (right, top)), ("L", (left, top)), ("z", ())]
        return f'<path d="{steps(corners)}"{_paint(item.job)}/>'

    def _stroke(self, item: Stroke) -> str:
        if not item.xs:
            return ""
        line = Path([(x, self.sheet.height - y) for x, y in zip(item.xs, item.ys, strict=True)])
        d = steps(_moves(line, (0, 0, self.sheet.width, self.sheet.height)))
        if not d:
            return ""
        dash = f' stroke-dasharray="{_dashes(item)}"' if item.dash else ""
        return f'<path d="{d}" fill="none"{dash}{_paint("", item.job, item.width)}/>'

    def _marks(self, item: Marks) -> str:
        key = (item.marker, item.size, item.fill, item.edge, item.edge_width)
        known = key in self._forms
        name = self._forms.setdefault(key, f"id:{len(self._forms) + 1}")
        d, join = _form(item.marker, item.size)
        form = "" if known else f'<defs><path id="{name}" d="{d}"/></defs>'
        uses = "".join(
            f'<use href="#{name}" x="{short(x)}" y="{short(self.sheet.height - y)}"/>'
            for x, y in zip(item.xs, item.ys, strict=True)
        )
        return f"{form}<g{_paint(item.fill, item.edge, item.edge_width, join)}>{uses}</g>"


def _paint(fill: str, stroke: str = "", width: float = 0, join: str = "round") -> str:
    """Paint in the colours of jobs: attributes stand alone, classes let a page recolour."""
    written = f' fill="{INKS[fill]}"' if fill else ""
    written += f' stroke="{INKS[stroke]}"' if stroke else ""
    written += f' stroke-width="{short(width, 2)}"' if stroke and short(width, 2) != DEFAULTS["stroke-width"] else ""
    written += f' stroke-linejoin="{join}"' if join != DEFAULTS["stroke-linejoin"] else ""
    jobs = [f"{kind}-{job}" for kind, job in (("fill", fill), ("stroke", stroke)) if job]
    return f'{written} class="{" ".join(jobs)}"'


def _along(x: float, y: float) -> str:
    """Say where a letter stands in its line."""
    return f' transform="translate({short(x, 2)} {short(y, 2)})"' if y else f' x="{short(x, 0)}"' if x else ""


def _dashes(item: Stroke) -> str:
    """Give the lengths of dashes and gaps, which a look names in widths of the line."""
    return ",".join(short(length * item.width, 2) for length in item.dash)


def _outline(name: str, vertices: Any, codes: Any) -> str:
    """Write a letter's outline, once for all charts."""
    if name not in _OUTLINES:
        _OUTLINES[name] = steps(_moves(Path(vertices, codes)), 0, UNITS)
    return _OUTLINES[name]


@functools.cache
def _letter(name: str) -> str:
    """Shorten the name that matplotlib gives a letter."""
    font, _, glyph = name.rpartition("-")
    return FACES[font] + glyph


@functools.cache
def _form(marker: str, size: float) -> tuple[str, str]:
    """Give a marker's outline around its own middle, and how its corners are joined."""
    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform().scale(size, -size))
    return steps(_moves(path)), str(style.get_joinstyle())


def _moves(path: Path, clip: tuple[float, float, float, float] | None = None) -> Iterator[tuple[str, Sequence[float]]]:
    """Give a path's moves, without what lies outside of `clip`, or is too close on a long line to be seen."""
    for vertices, code in path.iter_segments(clip=clip):
        yield MOVES[code], () if code == Path.CLOSEPOLY else vertices.tolist()
