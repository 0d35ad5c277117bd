"""Share a small, visibly made-up project between the tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SOURCES = """source_id,title,publisher,published,url,kind,licence
S1,First made-up report,Example Gazette,2001-02-03,https://example.org/1,news,facts only
S2,Second made-up report,Example Herald,2001-03,https://example.org/2,news,facts only
"""
SUPPORT = """table,key,source_id,field,value,relation,note
holdings,2001-03-01|RUR,S2,value,12,confirms,
"""
HOLDINGS = """date,country,value,note,source_id,support
2001-03-01,RUR,12,,S1,corroborated
2001-03-01,GRA,7,,S1,single
2002-03-01,RUR,9,,S1,single
2002-03-01,GRA,,not published,S1,single
2003-03-01,RUR,1550,,S2,single
"""
EVENTS = """event_id,date,date_precision,kind,until,reply_to,source_id,support
V1,2001-01-10,day,signed,,,S1,single
V2,2001-06-01,month,in force,2003-01-01,V1,S1,single
V3,2003-01-01,day,ended,,V2,S2,single
"""
QUOTES = """quote_id,speaker,date,text,verification,source_id,support
Q1,A Minister,2001-01-02,"words, exactly so",verified,S1,single
Q2,A Minister,2001-01-02,words more or less,not verified word for word,S1,single
"""
NOTED = [("source_id", "string"), ("support", "string")]
SCHEMAS = {
    "sources": (SOURCES, "source_id", "", [("source_id", "string"), ("title", "string"), ("publisher", "string"),
                ("published", "string"), ("url", "string"), ("kind", "string"), ("licence", "string")]),
    "support": (SUPPORT, ["table", "key", "source_id"], "", [("table", "string"), ("key", "string"),
                ("source_id", "string"), ("field", "string"), ("value", "string"), ("relation", "string"),
                ("note", "string")]),
    "holdings": (HOLDINGS, ["date", "country"], "date", [("date", "date"), ("country", "string"), ("value", "integer"),
                 ("note", "string"), *NOTED]),
    "events": (EVENTS, "event_id", "date", [("event_id", "string"), ("date", "date"), ("date_precision", "string"),
               ("kind", "string"), ("until", "date"), ("reply_to", "string"), *NOTED]),
    "quotes": (QUOTES, "quote_id", "date", [("quote_id", "string"), ("speaker", "string"), ("date", "date"),
               ("text", "string"), ("verification", "string"), *NOTED]),
}


def write_package(folder: Path) -> Path:
    """Write the made-up data package and give its data folder."""
    data = folder / "data"
    data.mkdir(parents=True)
    resources = []
    for name, (text, key, as_of, fields) in SCHEMAS.items():
        (data / f"{name}.csv").write_text(text, encoding="utf-8")
        required = {"source_id", "support"}
        schema = {
            "fields": [{"name": field, "type": kind} | ({"constraints": {"required": True}} if field in required else {})
                       | ({"unit": "warheads"} if field == "value" and kind == "integer" else {})
                       for field, kind in fields],
            "primaryKey": key, "missingValues": [""],
            "foreignKeys": [{"fields": "source_id", "reference": {"resource": "sources", "fields": "source_id"}}]
            if name != "sources" else [],
        }
        resource = {"name": name, "type": "table", "path": f"{name}.csv", "format": "csv", "mediatype": "text/csv",
                    "encoding": "utf-8", "schema": schema}
        resources.append(resource | ({"as_of": as_of} if as_of else {}))
    package = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": "made-up",
               "resources": resources}
    (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return data


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """Make a project with the made-up tables and give its data folder."""
    return write_package(tmp_path)
