"""Do once in the template what every kernel would do for its first time: read the tables, draw, and write a number."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from briefkit import charts
from briefkit.charts import house
from briefkit.data import LATEST, READ, Data
from briefkit.package import find_data

# Made up, and thrown away: what is drawn is of no interest, only that it was.
_ROWS = "date,land,value,source_id\n" + "".join(
    f"20{year:02}-03-01,{land},{year * factor}.5,S1\n"
    for land, factor in (("Rurland", 7), ("Grania", 9))
    for year in range(1, 9)
)
_SOURCES = (
    "source_id,title,publisher,published,url,kind,licence\nS1,Made up,Example,2001,https://example.org,news,none\n"
)
_FACES = ((house.TEXT, 400), (house.TEXT, house.BOLD), (14.0, 700))
_DIGITS = " ".join(f"{number:02}" for number in range(100))
_WORDS = 2000  # letters of the descriptor's own words from which each face learns the pairs that are usual


def warm() -> None:
    """Read the project's tables and draw a figure; a project that cannot be read is for the kernel to complain of."""
    with contextlib.suppress(Exception), tempfile.TemporaryDirectory(prefix="warm-") as folder:
        _draw(Path(folder))
    with contextlib.suppress(Exception):
        _read()
    READ.clear()


def _read() -> None:
    data = Data(find_data(), LATEST)
    for name in data.package:
        data[name]
    said = " ".join(field.title for name in data.package for field in data[name].fields)
    for size, weight in _FACES:
        for text in (_DIGITS, said[:_WORDS], said[:_WORDS].lower()):
            house.width_of(text, size, weight)


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
