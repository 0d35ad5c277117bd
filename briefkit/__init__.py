"""Make Jupyter notebooks into policy briefs whose every number answers for itself.

A notebook needs five names: ``open_data``, ``charts``, ``claim``, ``show`` and, for composed sentences, ``compose``;
a brief that tests what others said needs ``judge``, and one that quotes another brief ``borrow``.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = ["borrow", "charts", "claim", "compose", "judge", "open_data", "show"]

_HOMES = {
    "borrow": "loans",
    "claim": "claims",
    "compose": "facts",
    "judge": "claims",
    "open_data": "data",
    "show": "displays",
}


def __getattr__(name: str) -> Any:
    # On first use, so that the command can answer --help without waiting for pandas and matplotlib.
    if name == "charts":
        return importlib.import_module("briefkit.charts")
    if name in _HOMES:
        return getattr(importlib.import_module(f"briefkit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'briefkit' has no attribute {name!r}")
