"""Export a notebook: one page of HTML, one paper as PDF; lay out the pages of a site around them.

The exporters are nbconvert's own kind (``brief_html``, ``brief_pdf``), so that ``jupyter nbconvert --to`` and
JupyterLab's menu offer them. They read the notebook alone, never ``data/``.
"""

from __future__ import annotations

import importlib
from typing import Any

from briefkit.export.document import Claim, Document, Figure, in_words
from briefkit.export.fonts import face_rules, has_compiled
from briefkit.export.html import Place, anchor, comparison_page, page, site_page
from briefkit.export.picture import png
from briefkit.export.reading import document
from briefkit.export.typst import paper, paper_size

__all__ = [
    "BriefHTML",
    "BriefPDF",
    "Claim",
    "Document",
    "Figure",
    "Place",
    "RoleValues",
    "anchor",
    "comparison_page",
    "document",
    "has_compiled",
    "html_page",
    "in_words",
    "page",
    "paper",
    "paper_size",
    "pdf_paper",
    "png",
    "prepare",
    "site_page",
]


def html_page(notebook: Any, name: str = "", site: Place | None = None, show_code: bool = False) -> str:
    """Write a notebook as one HTML page; with its `site` it leads to its neighbours there."""
    return page(document(notebook, name, show_code), site)


def pdf_paper(notebook: Any, name: str = "", show_code: bool = False, size: str = "a4") -> bytes:
    """Write a notebook as a tagged PDF on a4 or us-letter."""
    return paper(document(notebook, name, show_code), size)


def prepare() -> None:
    """Cut the house faces once, which takes most of the time of a first page in a process."""
    face_rules("")


def __getattr__(name: str) -> Any:
    # On first use: nbconvert takes longer to load than a brief to export, and a build does not need it.
    if name in ("BriefHTML", "BriefPDF", "RoleValues"):
        return getattr(importlib.import_module("briefkit.export.exporters"), name)
    raise AttributeError(f"module 'briefkit.export' has no attribute {name!r}")
