"""Tables that a reader can use: stable as text, headed and captioned as HTML, complete for the exporters."""

from __future__ import annotations

import datetime as dt
import html
from dataclasses import dataclass
from typing import Any

from briefkit.errors import BriefError
from briefkit.facts import TABLE, Fact, evidence
from briefkit.tables import Table, precision_field

UNKNOWN = "not known"


@dataclass(frozen=True)
class Display:
    """Hold a table as a brief shows it: headings, raw values and the text of each cell."""

    caption: str
    fields: list[dict[str, str]]
    values: list[list[Any]]
    cells: list[list[str]]
    evidence: dict[str, Any]

    @property
    def align(self) -> list[str]:
        """Tell the side on which each column stands: numbers right, all else left."""
        return ["right" if field["type"] in ("integer", "number") else "left" for field in self.fields]

    def __repr__(self) -> str:
        heads = [field["title"] for field in self.fields]
        lines = [heads, *self.cells]
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
        shown = [
            "  ".join(
                cell.rjust(width) if side == "right" else cell.ljust(width)
                for cell, width, side in zip(line, widths, self.align, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.caption, *shown])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        names = [field["name"] for field in self.fields]
        resource = {
            "title": self.caption,
            "schema": {"fields": self.fields},
            "data": [dict(zip(names, line, strict=True)) for line in self.values],
            "briefkit": self.evidence | {"cells": self.cells, "align": self.align, "header_column": True},
        }
        return {"text/plain": repr(self), "text/html": self._html(), TABLE: resource}

    def _html(self) -> str:
        head = "".join(f'<th scope="col">{html.escape(field["title"])}</th>' for field in self.fields)
        body = "".join(
            f'<tr><th scope="row">{html.escape(line[0])}</th>'
            + "".join(
                f'<td style="text-align: {side}">{html.escape(cell)}</td>'
                for cell, side in zip(line[1:], self.align[1:], strict=True)
            )
            + "</tr>"
            for line in self.cells
        )
        caption = html.escape(self.caption)
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def show(table: Table, columns: dict[str, str], caption: str) -> Display:
    """Set rows as a table: `columns` maps each field to its heading; unknown values are said to be unknown.

    The first column heads its row. A caption is needed, and every row must have a source.
    """
    if not caption.strip():
        raise BriefError(
            f"table {table.name}",
            "shown without a caption",
            "a caption that says what the rows are",
            "Pass caption='…'.",
        )
    if not any(row.sources for row in table.rows):
        raise BriefError(
            f"table “{caption}”", "no row with a source", "rows that rest on a source", "Show rows of a table in data/."
        )
    fields = [{"name": name, "type": table.field(name).type, "title": title} for name, title in columns.items()]
    lines = table.lines(*columns)
    values = [[value.isoformat() if isinstance(value, dt.date) else value for value in line] for line in lines]
    texts = [_texts(table, name) for name in columns]
    cells = [list(line) for line in zip(*texts, strict=True)]
    return Display(caption, fields, values, cells, evidence(table.rows, table.as_of))


def _texts(table: Table, name: str) -> list[str]:
    """Write a column as text, a date no finer than its row states."""
    values = [value for (value,) in table.lines(name)]
    stated = precision_field(name)
    if stated in table.frame.columns:
        styles = ["" if precision == "day" else precision for (precision,) in table.lines(stated)]
        return [_text(value, style) for value, style in zip(values, styles, strict=True)]
    return [_text(value) for value in values]


def _text(value: Any, style: str = "") -> str:
    if value is None:
        return UNKNOWN
    return ("yes" if value else "no") if isinstance(value, bool) else Fact(value, style=style or "").text
