"""Run a notebook from top to bottom, then its inline roles, and keep only what belongs in a committed brief."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import tempfile
from ast import literal_eval
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.paths import jupyter_path
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from briefkit.corrections import corrections
from briefkit.errors import BriefError
from briefkit.facts import FIGURE
from briefkit.files import write
from briefkit.kernels import available
from briefkit.kernels.client import PromptClient
from briefkit.kernels.provisioner import WARM_START
from briefkit.ledger import entries
from briefkit.package import find_data
from briefkit.prose import check_roles, roles
from briefkit.stamps import joined

TIME_LIMIT = 120
# Asked of a kernel that may never have opened any data.
TABLES_READ = "sorted(getattr(__import__('sys').modules.get('briefkit.data'), 'READ', ()))"
KEPT_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_CELL_METADATA = ("tags", "user_expressions")
# In a template's opening heading: what each row fills with its own words.
BLANK = re.compile(r"\{(\w+)\}")
NO_PARAMETERS: Mapping[str, str | bool] = {}
HINDSIGHT = "hindsight"  # the parameter that keeps or leaves out what became public after the edition's day


def read(path: Path, results: bool = True) -> NotebookNode:
    """Read a notebook; say in words when it is missing or not a notebook. Without `results` it is as if never run."""
    try:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(text if results else without_results(text), as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise BriefError(str(path), "no such notebook", "", "Name a file under notebooks/.") from None
    except Exception as error:  # nbformat raises several kinds for broken JSON and broken structure
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BriefError(
            str(path),
            f"not a valid notebook ({first[:160]})",
            "JSON in notebook format 4.5",
            "Restore it from version control, or open and save it in JupyterLab.",
        ) from None
    return notebook


def without_results(text: str) -> str:
    """Leave out what a run makes anew: most of a notebook's length, and of the time of reading it."""
    try:
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
            cell["metadata"].pop("user_expressions", None)
    except (ValueError, KeyError, TypeError, AttributeError):  # no notebook: whoever reads it will say so
        return text
    return json.dumps(notebook, ensure_ascii=False)


def run(path: Path, as_of: str = "", time_limit: int = TIME_LIMIT, cold: bool = False) -> NotebookNode:
    """Run a brief and return it with fresh outputs and inline values; nothing is written.

    `as_of` replaces the day in the parameters cell. The time limit is in seconds for each cell. The kernel is forked
    from a warm process where that can be done, unless `cold` asks for a process of its own.
    """
    return execute(path, as_of, time_limit, cold)[0]


def execute(
    path: Path,
    as_of: str = "",
    time_limit: int = TIME_LIMIT,
    cold: bool = False,
    parameters: Mapping[str, str | bool] = NO_PARAMETERS,
) -> tuple[NotebookNode, list[str]]:
    """Run a brief as `run` does; give the names of the tables that it read beside it."""
    notebook = prepared(path, as_of, parameters)
    with tempfile.TemporaryDirectory(prefix="brief-") as sockets:
        tables = asyncio.run(_execute(notebook, path, time_limit, sockets, cold))
    tidy(notebook)
    list_corrections(notebook, path)
    return notebook, tables


def list_corrections(notebook: NotebookNode, path: Path) -> None:
    """Put the corrections of rows that a brief rests on into its metadata: exporters read nothing but the notebook."""
    brief = notebook.metadata.get("brief")
    if not isinstance(brief, dict):
        return
    brief.pop("corrections", None)
    try:
        root = find_data(path.resolve().parent).parent
    except BriefError:  # a notebook outside a project has no list of changes
        return
    if listed := corrections(root):
        rows = {row for entry in entries(notebook) for row in entry.rows}
        if touched := [each.as_json() for each in listed if (each.table, each.key) in rows]:
            brief["corrections"] = touched


def prepared(path: Path, as_of: str = "", parameters: Mapping[str, str | bool] = NO_PARAMETERS) -> NotebookNode:
    """Read a brief that is to be run: its roles can be evaluated, its parameters are those of the edition.

    Of further `parameters` it takes those that its parameters cell names; its title those that stand in braces.
    """
    notebook = read(path, results=False)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            check_roles(cell.source, place(path, cell))
    if as_of:
        _set_parameter(notebook, path, "as_of", as_of)
    named = {HINDSIGHT, *parameters_of(notebook)}  # a notebook that cannot leave hindsight out must not seem to
    for name in parameters.keys() & named:
        _set_parameter(notebook, path, name, parameters[name])
    _fill_title(notebook, parameters)
    return notebook


def parameters_of(notebook: NotebookNode) -> list[str]:
    """Name what the parameters cell sets."""
    sources = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    return [name for source in sources for name in re.findall(r"(?m)^(\w+) = ", source)]


def blanks_of(notebook: NotebookNode) -> list[str]:
    """Name what stands in braces in the opening heading, such as ``# {name}: what the tables know``."""
    return BLANK.findall(_title(notebook))


def _title(notebook: NotebookNode) -> str:
    first = notebook.cells[0] if notebook.cells else None
    opening = first.source.split("\n", 1)[0] if first and first.cell_type == "markdown" else ""
    return opening if opening.startswith("# ") else ""


def _fill_title(notebook: NotebookNode, words: Mapping[str, str]) -> None:
    """Put words in place of the blanks in the title; JupyterLab evaluates no role there."""
    if title := _title(notebook):
        filled = BLANK.sub(lambda found: _literal(words[found[1]]) if found[1] in words else found[0], title)
        notebook.cells[0].source = filled + notebook.cells[0].source[len(title) :]


def _literal(text: str) -> str:
    """Keep Markdown from reading signs of its own in a text.

    >>> _literal("Rurland *and* Grania")
    'Rurland \\\\*and\\\\* Grania'
    """
    return re.sub(r"([\\`*_{}\[\]<>#|&~])", r"\\\1", text)


def place(path: Path, cell: NotebookNode) -> str:
    """Name a cell in a message."""
    folder = f"{path.parent.name}/" if path.parent.name else ""
    return f'{folder}{path.name}, cell "{cell.get("id", "?")}"'


def _set_parameter(notebook: NotebookNode, path: Path, name: str, value: str | bool) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", ()):
            written = repr(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
            line = f"{name} = {written}"
            source, found = re.subn(rf"(?m)^{name} = .*$", lambda _, line=line: line, cell.source)
            if found:
                cell.source = source
                return
    raise BriefError(
        f"{path.parent.name}/{path.name}",
        f"no cell tagged “parameters” sets {name}",
        f"a line there that begins with {name} =",
        "Add it below the title.",
    )


async def _execute(notebook: NotebookNode, path: Path, time_limit: int, sockets: str, cold: bool) -> list[str]:
    client = _client(notebook, path, time_limit, sockets)
    if available() and not cold:
        client.km.kernel_spec.metadata |= WARM_START
    # What a stopped kernel complains of is no news: the cell is named below.
    async with client.async_setup_kernel(stderr=subprocess.DEVNULL):
        count = 0
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, count = [], count + 1
            try:
                await client.async_execute_cell(cell, index, execution_count=count)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                raise _cell_error(error, place(path, cell), time_limit) from None
        await _evaluate_roles(client, notebook, path)
        read_tables = await _evaluated(client, {"read": TABLES_READ})
        return literal_eval(read_tables["read"]["data"]["text/plain"])


class _Client(NotebookClient):
    """Clean up once: after Ctrl-C the library does so twice at a time, and the second finds nothing left."""

    _cleaning: asyncio.Future | None = None

    async def _async_cleanup_kernel(self) -> None:
        self._cleaning = self._cleaning or asyncio.ensure_future(super()._async_cleanup_kernel())
        await asyncio.shield(self._cleaning)


def _client(notebook: NotebookNode, path: Path, time_limit: int, sockets: str) -> NotebookClient:
    client = _Client(
        notebook,
        timeout=time_limit,
        kernel_name="python3",
        record_timing=False,
        shutdown_kernel="immediate",  # all results are here: nothing is left to wait for
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    client.create_kernel_manager()
    client.km.client_factory = PromptClient
    client.km.kernel_spec_manager.kernel_dirs = jupyter_path("kernels")  # by default IPython is loaded for one more
    if os.name == "posix":  # kernels warn of unencrypted TCP; a socket in a private folder needs no network
        client.km.transport, client.km.ip = "ipc", os.path.join(sockets, "k")
    return client


def _cell_error(error: Exception, where: str, time_limit: int) -> BriefError:
    if isinstance(error, CellTimeoutError):
        return BriefError(
            where,
            f"still running after its time limit of {time_limit} s",
            "a cell that ends",
            "Make it do less, or raise --time-limit.",
        )
    if isinstance(error, CellExecutionError):
        return BriefError(
            where, error.evalue.rstrip(".") if error.ename == "BriefError" else f"raises {error.ename}: {error.evalue}"
        )
    return BriefError(where, "the kernel died", "", "Look for a crash in a compiled library or for missing memory.")


async def _evaluate_roles(client: NotebookClient, notebook: NotebookNode, path: Path) -> None:
    """Evaluate every role after all code, as JupyterLab does on Run All, and store the results in its form."""
    faults = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        cell.metadata.pop("user_expressions", None)
        expressions = roles(cell.source)
        if not expressions:
            continue
        asked = {str(number): expression for number, expression in enumerate(expressions)}
        results = await _evaluated(client, asked)
        cell.metadata["user_expressions"] = [
            {"expression": expression, "result": results[number]} for number, expression in asked.items()
        ]
        faults += [
            _role_error(item, place(path, cell))
            for item in cell.metadata["user_expressions"]
            if item["result"]["status"] != "ok"
        ]
    if faults:
        raise BriefError.together(faults)


async def _evaluated(client: NotebookClient, asked: dict[str, str]) -> dict[str, Any]:
    message = client.kc.execute("", silent=True, store_history=False, user_expressions=asked)
    reply = await client.async_wait_for_reply(message)
    if reply is None:
        raise BriefError("the kernel", "it gave no inline values", "an answer", "Run the notebook again.")
    return reply["content"]["user_expressions"]


def _role_error(item: dict[str, Any], where: str) -> BriefError:
    result = item["result"]
    return BriefError(
        where,
        f"the role {{eval}}`{item['expression']}` fails with {result['ename']}: {result['evalue']}",
        "an expression over names that the notebook binds",
        "Mend the expression or bind the name.",
    )


def tidy(notebook: NotebookNode) -> None:
    """Drop all that differs between two equal runs: timestamps, warnings, and settings of one editor or machine."""
    brief = notebook.metadata.get("brief")
    notebook.metadata = nbformat.from_dict(KEPT_METADATA | ({"brief": brief} if brief else {}))
    for cell in notebook.cells:
        kept = {name: cell.metadata[name] for name in KEPT_CELL_METADATA if name in cell.metadata}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                if "metadata" in output:
                    output.metadata = NotebookNode()


def figures(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Give the cell id and the SVG of each figure that a notebook shows."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if FIGURE in output.get("data", {}):
                yield cell.id, output.data["image/svg+xml"]


def save(path: Path, notebook: NotebookNode) -> bool:
    """Write a notebook as JupyterLab would; tell whether it changed."""
    return not _holds(path, notebook) and write(path, nbformat.writes(notebook).rstrip("\n") + "\n")


def _holds(path: Path, notebook: NotebookNode) -> bool:
    """Tell whether a file holds a notebook already, which takes a tenth of the time of writing it."""
    try:
        stored = json.loads(path.read_bytes())
        for cell in stored["cells"]:
            cell["source"] = joined(cell["source"])
            for output in cell.get("outputs", ()):
                bundle = output.get("data", {})
                bundle |= {kind: joined(content) for kind, content in bundle.items() if not kind.endswith("json")}
                if "text" in output:
                    output["text"] = joined(output["text"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return stored == notebook


def save_figures(path: Path, notebook: NotebookNode) -> None:
    """Write `figures/<brief>-<cell>.svg` beside the notebooks folder and remove those that no cell makes now.

    What is no brief, a template for one, has none to keep.
    """
    if path.resolve().parent.name != "notebooks":
        return
    folder = path.resolve().parent.parent / "figures"
    made = {f"{path.stem}-{cell_id}.svg": svg for cell_id, svg in figures(notebook)}
    for name, svg in made.items():
        write(folder / name, svg)
    longer = [other.stem + "-" for other in path.parent.glob("*.ipynb") if other.stem.startswith(path.stem + "-")]
    for old in folder.glob(f"{path.stem}-*.svg"):
        if old.name not in made and not old.name.startswith(tuple(longer)):
            old.unlink()
