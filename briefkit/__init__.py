"""Make Jupyter notebooks into policy briefs whose every number answers for itself.

A notebook needs five names: ``open_data``, ``charts``, ``claim``, ``show`` and, for composed sentences, ``compose``;
a brief that tests what others said needs ``judge``, and one that quotes another brief ``borrow``.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
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


class _Later(ModuleType):
    """Stand in for a module until something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *given, **named: getattr(_real(self.__name__), name)(*given, **named)


def _real(name: str) -> ModuleType:
    if isinstance(sys.modules.get(name), _Later):
        del sys.modules[name]
    return importlib.import_module(name)


# jsonschema, which nbformat loads, would spend seconds on a grammar of addresses that no notebook asks for.
if "rfc3987_syntax" not in sys.modules and importlib.util.find_spec("rfc3987_syntax"):
    sys.modules["rfc3987_syntax"] = _Later("rfc3987_syntax")
