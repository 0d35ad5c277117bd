"""What is typed: numbers and quotations in prose and in composed words, roles, links, and headings that could rot."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from briefkit.check.finding import Brief, Finding
from briefkit.errors import BriefError
from briefkit.facts import CLAIM
from briefkit.prose import check_roles, inline_tokens, parse, roles
from briefkit.run import read
from briefkit.wording import Slip, slips

# Where words that a reader sees are written in code: the function, which arguments by place, which by name.
WORDED = {"compose": (1, ()), "choose": (2, ()), "claim": (0, ("otherwise",)), "show": (0, ("caption",))}
HEADED = ("title", "subtitle")
REMEDIES = {
    "quotation": 'Keep the words in data/quotes.csv and write {eval}`quote("…")`, or paraphrase them.',
    "literal role": "Bind the expression to a name and use the name in plain Markdown.",
}


def findings(brief: Brief) -> Iterator[Finding]:
    """Report what is typed in one brief."""
    for cell in brief.stored.cells:
        if cell.cell_type == "markdown":
            for slip in slips(cell.source, brief.names):
                yield _typed(brief, cell.id, slip)
            yield from _loose_roles(brief, cell)
            yield from _links(brief, cell)
        else:
            yield from _words_in_code(brief, cell)
    yield from _bound_twice(brief)
    yield from _headings(brief)


def _typed(brief: Brief, cell: str, slip: Slip) -> Finding:
    remedy = REMEDIES.get(slip.kind, "Compute it: bind a fact and write {eval}`name`, or list it among the names.")
    words = slip.text.strip('“”"')
    return brief.finding(
        cell, slip.kind, f"the {slip.kind} “{words}” is typed by hand: {_short(slip.sentence)}", remedy
    )


def _short(text: str, length: int = 90) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _loose_roles(brief: Brief, cell: NotebookNode) -> Iterator[Finding]:
    try:
        check_roles(cell.source, cell.id)
    except BriefError as error:
        if brief.fresh is not None:  # else the failed run has said so
            yield brief.finding(cell.id, "role", error.found, error.remedy)


# --- words in code ---------------------------------------------------------------------------------------------------


def _words_in_code(brief: Brief, cell: NotebookNode) -> Iterator[Finding]:
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # a run names it
        return
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            for text in _worded(call):
                for slip in slips("# " + re.sub(r"\{\w*\}", "{eval}`value`", text), brief.names):
                    yield _typed(brief, cell.id, slip)


def _worded(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    places, named = WORDED.get(name, (0, ()))
    drawn = getattr(getattr(call.func, "value", None), "id", "") == "charts"
    wanted = call.args[:places] + [
        word.value for word in call.keywords if word.arg in named or drawn and word.arg in HEADED
    ]
    for node in wanted:
        pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
        for piece in pieces:
            if isinstance(piece, ast.Constant) and isinstance(piece.value, str):
                yield " ".join(piece.value.split())


# --- names -----------------------------------------------------------------------------------------------------------


def _bound_twice(brief: Brief) -> Iterator[Finding]:
    bound = Counter(name for cell in brief.stored.cells if cell.cell_type == "code" for name in _bindings(cell.source))
    for cell in brief.stored.cells:
        if cell.cell_type != "markdown":
            continue
        used = {name for role in roles(cell.source) for name in _names(role)}
        for name in sorted(used):
            if bound[name] > 1:
                yield brief.finding(
                    cell.id,
                    "role",
                    f"a role uses “{name}”, which {bound[name]} places in the notebook bind",
                    "Bind it once: roles are evaluated after all code, so the last one would stand everywhere.",
                )


def _bindings(source: str) -> Iterator[str]:
    """Give each name that code binds, once for each place; names inside functions and comprehensions are their own."""
    try:
        nodes: list[ast.AST] = list(ast.parse(source).body)
    except SyntaxError:
        return
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            continue
        elif isinstance(node, ast.If):
            # Of two branches one is taken: a name that each binds is bound once.
            branches = [set(_bindings(ast.unparse(part))) for part in (node.body, node.orelse) if part]
            yield from set().union(*branches)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        else:
            nodes += ast.iter_child_nodes(node)


def _names(expression: str) -> set[str]:
    try:
        return {node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)}
    except SyntaxError:
        return set()


# --- links -----------------------------------------------------------------------------------------------------------


def _links(brief: Brief, cell: NotebookNode) -> Iterator[Finding]:
    for _, token in inline_tokens(parse(cell.source)):
        address = unquote(str(token.attrs.get("href", ""))) if token.type == "link_open" else ""
        if not address or re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
            continue
        file, _, anchor = address.partition("#")
        target = brief.path if not file else brief.path.parent / Path(file).with_suffix(".ipynb").name
        if not target.is_file():
            yield brief.finding(
                cell.id, "link", f"the link to “{address}” leads to no brief", "Name a file of notebooks/."
            )
        elif anchor and anchor not in _anchors(brief if target == brief.path else target):
            yield brief.finding(
                cell.id,
                "link",
                f"the link to “{address}” leads to no cell of {target.name}",
                "Use a cell's id as the anchor.",
            )


def _anchors(target: Brief | Path) -> set[str]:
    cells = (target.stored if isinstance(target, Brief) else read(target)).cells
    return {cell.id for cell in cells} | {"notes", "sources", "claims"}


# --- headings --------------------------------------------------------------------------------------------------------


def _headings(brief: Brief) -> Iterator[Finding]:
    """A section that ends in a claim takes its heading from the claim, so that no heading outlives its truth."""
    heading, last = None, None
    for cell in [*brief.notebook.cells, None]:
        opened = _heading(brief, cell) if cell is not None and cell.cell_type == "markdown" else None
        if cell is None or opened:
            if heading and last is not None and heading[1] != "\ufffc":
                yield brief.finding(
                    heading[0],
                    "heading",
                    f"the section ends in the claim of cell “{last}”, and its heading is typed: {_short(heading[2])}",
                    "Bind the claim, and write the heading as ## {eval}`name.heading`.",
                )
            heading, last = opened, None
        elif cell.cell_type == "markdown":
            last = None
        elif any(output.get("data") for output in cell.outputs) and "remove-cell" not in cell.metadata.get("tags", ()):
            last = cell.id if any(CLAIM in output.get("data", {}) for output in cell.outputs) else None


def _heading(brief: Brief, cell: NotebookNode) -> tuple[str, str, str] | None:
    found = [block for block in brief.passages if block.cell == cell.id and re.fullmatch("h[2-6]", block.tag)]
    return (cell.id, found[-1].written.strip(), found[-1].text) if found else None
