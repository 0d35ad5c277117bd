"""What one brief takes from another: by value, so that a number which stands in two has one definition."""

from __future__ import annotations

import contextlib
import difflib
import json
import symtable
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from briefkit.data import LENT, READ, Data
from briefkit.errors import BriefError

SHOWING = ("fig-", "claim-", "table-")  # cells whose purpose is what they show
_ASKED: ContextVar[tuple[str, ...]] = ContextVar("asked", default=())


def borrow(data: Data, brief: str, *names: str) -> Any:
    """Give what another brief of the project binds to these names, as of the day of `data`, with all its rows.

    The other notebook's code runs once, up to the last cell that binds one of them, in a namespace of its own and over
    the same edition; cells that only show (`fig-…`, `claim-…`, `table-…`) are left out unless they bind such a name.
    Facts, truths, claims and tables can be borrowed; one name gives one of them, several give a tuple.
    """
    place = f"notebooks/{brief}.ipynb"
    cells = _cells(data, place, brief)
    bound = {cell_id: _bound(source, place, cell_id) for cell_id, source in cells.items()}
    _must_be_bound(place, names, set().union(*bound.values()))
    READ.add(place)
    last = max(number for number, found in enumerate(bound.values()) if found & {*names})
    lender = _lender(data, brief, cells)
    with _lent(data, brief):
        for cell_id, source in list(cells.items())[: last + 1]:
            if cell_id not in lender.run and (not cell_id.startswith(SHOWING) or bound[cell_id] & {*names}):
                _run(source, lender.space, f'{place}, cell "{cell_id}"')
                lender.run.add(cell_id)
    found = tuple(_sourced(lender.space, name, place, data) for name in names)
    return found if len(found) > 1 else found[0]


@dataclass
class Lender:
    """Hold a brief that is being borrowed from: its code, the names it has bound and the cells that have run."""

    cells: dict[str, str]
    space: dict[str, Any]
    run: set[str] = field(default_factory=set)


def _lender(data: Data, brief: str, cells: dict[str, str]) -> Lender:
    """Go on where the last loan stopped, unless the notebook has been edited since."""
    lender = data.lenders.get(brief)
    if lender is None or lender.cells != cells:
        lender = Lender(cells, {"__name__": "__main__", "as_of": data.as_of.isoformat(), "hindsight": data.hindsight})
        data.lenders[brief] = lender
    return lender


def _cells(data: Data, place: str, brief: str) -> dict[str, str]:
    """Read a notebook's code by cell; the edition's day is given, so the parameters are no part of it."""
    path = data.folder.parent / place
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return {
            cell["id"]: "".join(cell["source"])
            for cell in notebook["cells"]
            if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", ())
        }
    except FileNotFoundError:
        known = sorted(other.stem for other in path.parent.glob("*.ipynb"))
        raise BriefError(
            place,
            f"no brief “{brief}” to borrow from",
            f"one of: {', '.join(known) or 'none'}",
            "Name a notebook of the project, without its ending.",
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise BriefError(place, f"not a valid notebook ({error})", "JSON in notebook format 4.5") from None


def _bound(source: str, place: str, cell_id: str) -> set[str]:
    """Name what a cell assigns."""
    try:
        symbols = symtable.symtable(source, cell_id, "exec").get_symbols()
    except SyntaxError as error:
        raise BriefError(f'{place}, cell "{cell_id}"', f"not Python ({error.msg})", "code that runs") from None
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned()}


def _must_be_bound(place: str, names: tuple[str, ...], known: set[str]) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
            raise BriefError(
                place,
                f"no cell binds “{name}”",
                f"perhaps {' or '.join(near)}" if near else "a name that the notebook binds",
                "Borrow a name that stands left of = in one of its cells.",
            )
    if not names:
        raise BriefError(place, "nothing was asked for", "at least one name", "Write borrow(data, 'brief', 'name').")


@contextlib.contextmanager
def _lent(data: Data, brief: str) -> Iterator[None]:
    """Give the borrowed brief this edition when it opens its data; refuse a circle."""
    asked = _ASKED.get()
    if brief in asked:
        raise BriefError(
            f"notebooks/{brief}.ipynb",
            f"borrows from itself: {' → '.join([*asked[asked.index(brief) :], brief])}",
            "briefs that borrow one way",
            "Let the one that asks last compute the value itself.",
        )
    tokens = _ASKED.set((*asked, brief)), LENT.set(data)
    try:
        yield
    finally:
        _ASKED.reset(tokens[0])
        LENT.reset(tokens[1])


def _run(source: str, space: dict[str, Any], place: str) -> None:
    try:
        exec(compile(source, place, "exec"), space)  # the project's own code, as a run executes it
    except BriefError as error:
        raise BriefError(place, str(error).rstrip(".")) from None
    except Exception as error:
        raise BriefError(
            place,
            f"raises {type(error).__name__}: {error}",
            "a cell that runs up to the borrowed name",
            "Run that notebook and mend it; if the cell needs a name that a claim or figure binds, borrow that too.",
        ) from None


def _sourced(space: dict[str, Any], name: str, place: str, data: Data) -> Any:
    if name not in space:
        raise BriefError(
            place,
            f"“{name}” is not bound as of {data.as_of.isoformat()}",
            "a name that this edition has",
            "Borrow it only where the rows are there: if len(table).",
        )
    if not hasattr(space[name], "rows"):
        raise BriefError(
            place,
            f"“{name}” is {space[name]!r}, which has no sources",
            "a fact, a truth, a claim or a table",
            "Bind the fact itself to a name there.",
        )
    return space[name]
