"""What is stale: stored results, inline values included, and drawings on disk that differ from a fresh run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from briefkit.check.finding import Brief, Finding
from briefkit.facts import FACT
from briefkit.prose import roles
from briefkit.run import figures

REMEDY = "Run the notebook: briefkit run notebooks/{}."


def findings(brief: Brief) -> Iterator[Finding]:
    """Report each stored result of a brief that a fresh run does not give."""
    if brief.fresh is None:
        return
    remedy = REMEDY.format(brief.path.name)
    for stored, fresh in zip(brief.stored.cells, brief.fresh.cells, strict=True):
        for what in _inline(stored, fresh) if stored.cell_type == "markdown" else _outputs(stored, fresh):
            yield brief.finding(stored.id, "stale", what, remedy)
    folder = brief.root / "figures"
    for cell, svg in figures(brief.fresh):
        file = folder / f"{brief.name}-{cell}.svg"
        if not file.is_file() or file.read_text(encoding="utf-8") != svg:
            state = "differs from the chart" if file.is_file() else "is missing"
            yield brief.finding(cell, "stale", f"figures/{file.name} {state}", remedy)


def _inline(stored: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    kept = {item["expression"]: item.get("result", {}) for item in stored.metadata.get("user_expressions", ())}
    made = {item["expression"]: item.get("result", {}) for item in fresh.metadata.get("user_expressions", ())}
    for expression in dict.fromkeys(roles(stored.source)):
        if expression not in kept:
            yield f"no value is stored for {{eval}}`{expression}`"
        elif kept[expression] != made.get(expression):
            old, new = _words(kept[expression]), _words(made.get(expression, {}))
            changed = f"“{old}”; a fresh run gives “{new}”" if old != new else f"“{old}” on other rows or sources"
            yield f"the stored value of {{eval}}`{expression}` is {changed}"


def _outputs(stored: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    if stored.outputs == fresh.outputs:
        return
    old, new = (" ".join(_text(output) for output in cell.outputs) for cell in (stored, fresh))
    at = next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    start = max(0, at - 30)
    if old == new:
        yield "the stored output differs from a fresh run in its picture or its evidence"
    else:
        yield f"the stored output reads “…{old[start : at + 30]}…”; a fresh run gives “…{new[start : at + 30]}…”"


def _words(result: dict[str, Any]) -> str:
    data = result.get("data", {})
    return str((data.get(FACT) or {}).get("text") or data.get("text/plain", "nothing"))[:80]


def _text(output: dict[str, Any]) -> str:
    return str(output.get("data", {}).get("text/plain", output.get("text", output.get("ename", ""))))
