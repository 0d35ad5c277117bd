"""Do once in the template what every kernel would do for its first time: read the tables, draw, and write a number."""

from __future__ import annotations

import contextlib
import json
import pickle
import string
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from briefkit import charts
from briefkit.charts import house, letters
from briefkit.charts.drawing import drawing
from briefkit.charts.sheet import Sheet
from briefkit.data import LATEST, READ, Data
from briefkit.files import digest_of, once_for_a_user
from briefkit.package import digests, find_data

# Made up, and thrown away: what is drawn is of no interest, only that it was.
_ROWS = "date,land,value,source_id\n" + "".join(
    f"20{year:02}-03-01,{land},{year * factor}.5,S1\n"
    for land, factor in (("Rurland", 7), ("Grania", 9))
    for year in range(1, 9)
)
_SOURCES = (
    "source_id,title,publisher,published,url,kind,licence\nS1,Made up,Example,2001,https://example.org,news,none\n"
)
_known: dict[Path, dict[str, str]] = {}  # the projects whose tables were read, as they were
_WEIGHTS = (400, house.BOLD, 700)
_SIGNS = string.digits + " .,-–%"
_LETTERS = string.ascii_letters + _SIGNS + "’();:"


def warm() -> None:
    """Read the project's tables and draw a figure; a project that cannot be read is for the kernel to complain of."""
    with contextlib.suppress(Exception), tempfile.TemporaryDirectory(prefix="warm-") as folder:
        _draw(Path(folder))
    read(Path.cwd())
    _measure()


def read(folder: Path) -> None:
    """Read the tables of the project around a folder, unless they were read as they are."""
    with contextlib.suppress(Exception):
        source = find_data(folder)
        state = digests(source)
        if _known.get(source) != state:
            data = Data(source, LATEST)
            for name in data.package:
                data[name]
            _known[source] = state
    READ.clear()  # whatever came of it: a kernel has read nothing yet


def _measure() -> None:
    """Let each face know its usual letters, how far it is from any of them to any other, and from digit to digit."""
    rests_on = [Path(__file__), Path(letters.__file__), *house.font_files()]
    made_from = [sys.version, version("matplotlib"), *map(digest_of, rests_on)]
    house.OUTLINES.faces.update(pickle.loads(once_for_a_user("letters", made_from, _learnt)))
    _draw_letters()


def _learnt() -> bytes:
    """Let the faces learn it, which takes half a second."""
    for weight in _WEIGHTS:
        for usual in (_SIGNS, _LETTERS):
            house.width_of(pairs(usual), weight=weight)
    _draw_letters()
    return pickle.dumps({house.face(weight): house.OUTLINES.faces[house.face(weight)] for weight in _WEIGHTS})


def _draw_letters() -> None:
    sheet = Sheet(house.TEXT)
    for weight in _WEIGHTS:
        sheet.text(0, 0, _LETTERS, weight=weight)
    drawing(sheet)


def pairs(letters: str) -> str:
    """Write a text in which every pair of these letters stands next to each other once.

    >>> pairs("ab")
    'aabba'
    """
    following, trail, text = {letter: list(letters) for letter in letters}, [letters[0]], []
    while trail:  # as one walks each street of a town once
        if following[trail[-1]]:
            trail.append(following[trail[-1]].pop(0))
        else:
            text.append(trail.pop())
    return "".join(reversed(text))


def _draw(folder: Path) -> None:
    (folder / "lands.csv").write_text(_ROWS, encoding="utf-8")
    (folder / "sources.csv").write_text(_SOURCES, encoding="utf-8")
    kinds = {"date": "date", "value": "number"}
    tables = [
        {
            "name": name,
            "path": f"{name}.csv",
            "schema": {
                "fields": [{"name": word, "type": kinds.get(word, "string")} for word in head],
                "primaryKey": key,
            },
        }
        for name, head, key in (
            ("lands", ["date", "land", "value", "source_id"], ["date", "land"]),
            ("sources", _SOURCES.split("\n", 1)[0].split(","), "source_id"),
        )
    ]
    tables[0]["as_of"] = "date"
    (folder / "datapackage.json").write_text(json.dumps({"resources": tables}), encoding="utf-8")
    lands = Data(folder, LATEST)["lands"].where("value > 1")
    value = lands.where(land="Grania").last("value")
    value._repr_mimebundle_()
    charts.line(lands, x="date", y="value", by="land", title=f"Grania reached {value}")._repr_mimebundle_()
    charts.bars(lands.where(date="2008-03-01"), x="land", y="value", title="Grania was ahead")._repr_mimebundle_()
