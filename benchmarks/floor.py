"""Show the least that dossiers can take: their cells' own code in one plain process, and Typst's compiler.

`python floor.py TEMPLATE '[["2026-02-28", "USA"], …]'` prints the seconds for each dossier as JSON.
"""

from __future__ import annotations

import time

START = time.perf_counter()

import ast  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import typst  # noqa: E402
from nbformat import NotebookNode  # noqa: E402

from briefkit import charts, compose, open_data, show  # noqa: E402, F401  # what every dossier imports
from briefkit.cache import executed  # noqa: E402
from briefkit.export import document, paper  # noqa: E402
from briefkit.prose import roles  # noqa: E402
from briefkit.run import prepared  # noqa: E402

IMPORTS = time.perf_counter() - START


def main() -> None:
    """Time the code of each dossier, then the compiler on its paper."""
    template, dossiers = Path(sys.argv[1]), json.loads(sys.argv[2])
    taken = {"cells": 0.0, "typst": 0.0}
    for day, code in dossiers:
        notebook = prepared(template, day, {"code": code, "name": code})
        start = time.perf_counter()
        run(notebook)
        taken["cells"] += time.perf_counter() - start
    compiler = typst.compile

    def timed(*arguments: Any, **options: Any) -> bytes:
        start = time.perf_counter()
        try:
            return compiler(*arguments, **options)
        finally:
            taken["typst"] += time.perf_counter() - start

    typst.compile = timed
    for day, code in dossiers:  # all else that a paper needs is made outside of the clock
        paper(document(executed(template, day, parameters={"code": code, "name": code}), code))
    each = {name: total / len(dossiers) for name, total in taken.items()}
    print(json.dumps({"each": sum(each.values()), **each, "imports": IMPORTS, "dossiers": len(dossiers)}))


def run(notebook: NotebookNode) -> None:
    """Run the code cells, then the roles, and make what each of them shows, as a kernel would."""
    names: dict[str, Any] = {"__name__": "__main__"}
    asked = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asked += roles(cell.source)
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, cell.id, "exec"), names)
        if last:
            shown(eval(compile(ast.Expression(last.value), cell.id, "eval"), names))
    for expression in asked:
        shown(eval(expression, names))


def shown(value: Any) -> None:
    """Make all forms in which a value is displayed."""
    if bundle := getattr(value, "_repr_mimebundle_", None):
        bundle()


if __name__ == "__main__":
    main()
