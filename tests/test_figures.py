"""What the figures of the collection are to each other: none repeats another, and thumbnails can be told apart."""

import io
import itertools

import nbformat
import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from briefkit import export
from briefkit.ledger import entries

SIZE = 64
ALIKE = 0.5  # how far two thumbnails may go together, pixel by pixel; 1 is the same picture


@pytest.fixture(scope="module")
def notebooks():
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


def key_chart(notebook, name):
    """Give the chart on a brief's card on the front page: its first."""
    return next(block for block in export.document(notebook, name).blocks if isinstance(block, export.Figure))


def thumbnail(svg, name="chart"):
    """Render a drawing in grey, 64 pixels square."""
    picture = Image.open(io.BytesIO(export.png(svg, name))).convert("L")
    return np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS), dtype=float)


def likeness(one, other):
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def points(figure):
    """List what a figure draws, each point by its values in whatever order."""
    lines = figure.made["data"]["data"]
    return {tuple(sorted(str(value) for value in line.values() if value is not None)) for line in lines}


def repeats(one, other):
    """Tell whether half of what one figure draws stands in another, from rows that both rest on."""
    shared = len(points(one) & points(other)) / min(len(points(one)), len(points(other)))
    return shared >= 0.5 and bool(one.rows & other.rows)


def test_the_front_page_shows_the_first_chart_of_each_brief(collection, notebooks):
    front = (collection / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{name}.html#{key_chart(each, name).cell}"' in front for name, each in notebooks.items())


def test_the_key_charts_can_be_told_apart_as_thumbnails(notebooks):
    small = {name: thumbnail(key_chart(each, name).svg, name) for name, each in notebooks.items()}
    assert len(small) >= 7
    for one, other in itertools.combinations(small, 2):
        assert likeness(small[one], small[other]) < ALIKE, f"{one} and {other}"


def test_thumbnails_of_one_drawing_in_other_colours_are_alike(notebooks):
    svg = key_chart(notebooks["expulsions"], "expulsions").svg
    assert likeness(thumbnail(svg), thumbnail(svg.replace("#0", "#3").replace("#b", "#8"))) > 0.9


def test_no_figure_of_the_collection_repeats_another(notebooks):
    figures = [(name, entry) for name, each in notebooks.items() for entry in entries(each) if entry.kind == "figure"]
    assert len(figures) >= 21
    for (one, first), (other, second) in itertools.combinations(figures, 2):
        assert not repeats(first, second), f"{one} {first.cell} and {other} {second.cell}"


def test_a_figure_that_draws_part_of_another_is_noticed(notebooks):
    figure = next(entry for entry in entries(notebooks["sanctions"]) if entry.kind == "figure")
    part = figure.made["data"] | {"data": figure.made["data"]["data"][:2]}
    assert repeats(figure, figure)
    assert repeats(figure, type(figure)(*["x"] * 6, figure.rows, {"data": part}))
