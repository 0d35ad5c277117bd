"""Say how a brief is cited: in words, as BibTeX, and as CSL-JSON, which Zotero and its kin read."""

from __future__ import annotations

import json
import re
from typing import Any

from briefkit.export.document import HOUSE, Document

AUTHOR = f"The {HOUSE} authors"
_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def bibtex(document: Document) -> str:
    """Write the entry for a BibTeX file; the edition is part of its key, since editions differ."""
    day = _day(document)
    fields = {
        "author": f"{{{AUTHOR}}}",
        "title": f"{{{_escaped(document.title)}}}",
        "howpublished": _escaped(document.kind_opening),
        "year": str(day[0]) if day else "",
        "month": str(day[1]) if len(day) > 1 else "",
        "note": f"Edition as of {document.day}" if day else "",
        "language": "en-GB",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(document)},", *lines, "}", ""])


def csl(document: Document) -> str:
    """Write the record for a citation manager as CSL-JSON."""
    day = _day(document)
    record: dict[str, Any] = {
        "id": _key(document),
        "type": "report",
        "genre": document.kind_opening,
        "title": document.title,
        "author": [{"literal": AUTHOR}],
        "publisher": HOUSE,
        "abstract": document.answer_text,
        "language": "en-GB",
    }
    if day:
        record |= {"issued": {"date-parts": [day]}, "edition": f"as of {document.day}"}
    return json.dumps([record], ensure_ascii=False, indent=1) + "\n"


def _key(document: Document) -> str:
    parts = (HOUSE.lower(), document.name, document.as_of)
    return re.sub(r"[^A-Za-z0-9-]+", "-", "-".join(filter(None, parts))).strip("-")


def _day(document: Document) -> list[int]:
    whole = re.fullmatch(r"\d{4}(-\d\d){0,2}", document.as_of)
    return [int(part) for part in document.as_of.split("-")] if whole else []


def _escaped(text: str) -> str:
    # One pass, so that what an escape brings in is not escaped again.
    return re.sub(r"[\\~^&%$#_{}]", lambda found: _SPECIAL.get(found[0], "\\" + found[0]), text)
