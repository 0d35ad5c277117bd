"""Look at a drawing as a reader does: which texts touch, what stands in which colour."""

from __future__ import annotations

import itertools

from matplotlib.textpath import TextToPath

from briefkit import charts
from briefkit.charts import house
from briefkit.charts.sheet import Bar, Sheet, Stroke, Words

PLAIN = TextToPath()


def text_boxes(drawn: Sheet) -> list[tuple[str, float, float, float, float]]:
    """Measure each text as matplotlib would set it: left, bottom, right, top in points."""
    boxes = []
    for item in drawn.items:
        if isinstance(item, Words) and item.text.strip():
            face, scale = house.face(item.weight, item.italic), item.size / 100
            width, height, below = PLAIN.get_text_width_height_descent(item.text, face, False)
            _, line_height, line_below = PLAIN.get_text_width_height_descent("lp", face, False)
            foot = item.y - max(below, line_below) * scale
            top = foot + max(height, line_height) * scale
            boxes.append((item.text, item.x, foot, item.x + width * scale, top))
    return boxes


def overlaps(drawn: Sheet) -> list[tuple[str, str]]:
    """List the pairs of texts that touch, and texts that leave the sheet."""
    found = []
    boxes = text_boxes(drawn)
    for (one, *a), (two, *b) in itertools.combinations(boxes, 2):
        wide, tall = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        if wide > 0.5 and tall > 2.2:  # a line's box holds room for accents that are rarely there
            found.append((one, two))
    return found + [
        (text, "edge")
        for text, x, y, right, top in boxes
        if x < -0.1 or right > drawn.width + 0.1 or y < -2 or top > drawn.height + 2.2
    ]


def strokes(figure: charts.Figure, job: str) -> list[Stroke]:
    """List the lines that are drawn in one job's colour."""
    return [item for item in figure.drawn.items if isinstance(item, Stroke) and item.job == job]


def boxes(figure: charts.Figure, job: str) -> list[Bar]:
    """List the rectangles that are filled in one job's colour."""
    return [item for item in figure.drawn.items if isinstance(item, Bar) and item.job == job]


def words_of(figure: charts.Figure) -> set[str]:
    """Give all texts that are drawn."""
    return {item.text for item in figure.drawn.items if isinstance(item, Words)}
