"""Keep the house plan: which module may import which, where each third-party package lives, what the rooms are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "briefkit"

FLOORS = {
    "errors": 0,
    "files": 0,
    "facts": 1,
    "package": 1,
    "dictionary": 1,
    "stamps": 1,
    "tables": 1,
    "data": 1,
    "prose": 1,
    "alignment": 1,
    "series": 1,
    "corrections": 1,
    "wording": 1,
    "displays": 2,
    "charts": 2,
    "claims": 2,
    "loans": 2,
    "kernels": 3,
    "run": 3,
    "cache": 3,
    "ledger": 3,
    "export": 3,
    "site": 4,
    "workers": 4,
    "cluster": 4,
    "batch": 4,
    "build": 4,
    "watch": 4,
    "check": 4,
    "trace": 4,
    "compare": 4,
    "editions": 4,
    "redline": 4,
    "cli": 5,
}
# Within a floor: who may import whom.
ARROWS = {
    ("files", "errors"),
    ("tables", "facts"),
    ("tables", "package"),
    ("data", "facts"),
    ("data", "package"),
    ("data", "tables"),
    ("dictionary", "package"),
    ("stamps", "package"),
    ("corrections", "prose"),
    ("series", "alignment"),
    ("wording", "prose"),
    ("charts", "displays"),
    ("run", "kernels"),
    ("run", "ledger"),
    ("export", "ledger"),
    ("cache", "run"),
    ("build", "site"),
    ("build", "workers"),
    ("build", "cluster"),
    ("cluster", "workers"),
    ("editions", "compare"),
    ("redline", "compare"),
    ("batch", "build"),
    ("batch", "site"),
}

HOMES = {
    "babel": {"facts"},
    "frictionless": {"package"},
    "pandas": {"data", "tables"},
    "matplotlib": {"charts", "kernels"},
    "markdown_it": {"prose"},
    "mdit_py_plugins": {"prose"},
    "jupyter_client": {"kernels"},
    "jupyter_core": {"run"},
    "ipykernel": {"kernels"},
    "zmq": {"kernels"},
    "IPython": {"kernels"},
    "nbclient": {"run"},
    "nbformat": {"run", "cache", "ledger", "check", "compare", "editions", "export"},
    "nbconvert": {"export"},
    "traitlets": {"export", "kernels"},
    "jinja2": {"export"},
    "platformdirs": {"files"},
    "markupsafe": {"export"},
    "typst": {"export"},
    "watchfiles": {"watch"},
    "rich": {"workers"},
    "distributed": {"cluster"},
    "fontTools": {"export"},
    "font_source_sans_pro": {"charts", "export"},
    "font_source_serif_pro": {"charts", "export"},
}

ROOMS = {
    "README.md",
    "preview.png",
    "preview-paper.png",
    "preview-phone.png",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
    "CITATION.cff",
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "environment.yml",
    "postBuild",
    ".gitignore",
    ".gitattributes",
    ".ci",
    ".github",
    "notebooks",
    "data",
    "figures",
    "briefkit",
    "tests",
    "benchmarks",
}
EMPTY_WORDS = {"get", "process", "handle", "handler", "manager", "util", "utils", "helper", "helpers", "misc", "common"}
LIBRARIES_NAMES = {"get_msg", "post_handler_hook"}  # of Jupyter, which calls what is put in their place
MACHINE_PATH = re.compile(r"(?<![\w.])(/work/|/home/\w|/root/|/Users/\w|/tmp/\w|[A-Z]:\\Users\\)")


def _modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _module(path: Path) -> str:
    """Name the module that a file belongs to: every file of a sub-package belongs to the sub-package."""
    part = path.relative_to(PACKAGE).parts[0]
    return part.removesuffix(".py")


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: a relative import; write it in full"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in _modules():
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _kept_files() -> list[Path]:
    """List the files that version control keeps or would keep; without git, those outside the ignored rooms."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for room in ROOMS for path in [ROOT / room, *(ROOT / room).rglob("*")] if path.is_file()]


def floor_faults(module: str, imported: str) -> str:
    """Say how an import breaks the floors; empty when it keeps them."""
    parts = imported.split(".")
    if parts[0] != "briefkit" or len(parts) < 2 or parts[1] == module or not {module, parts[1]} <= set(FLOORS):
        return ""
    here, there = FLOORS[module], FLOORS[parts[1]]
    if there > here:
        return f"{module} (floor {here}) imports {parts[1]} (floor {there})"
    if there == here and (module, parts[1]) not in ARROWS:
        return f"{module} imports its neighbour {parts[1]} against the arrow"
    return ""


def test_every_module_stands_on_a_floor() -> None:
    found = {_module(path) for path in _modules()} - {"__init__"}
    assert found == set(FLOORS), "briefkit/ and FLOORS differ: give a new module its floor here and in the design"


def test_a_kept_run_depends_on_every_module_that_a_kernel_loads() -> None:
    from briefkit.cache import KERNEL_SIDE
    from briefkit.kernels.template import WARM

    loaded = "{name.split('.')[1] for name in sys.modules if name[:9] == 'briefkit.'}"
    asked = f"import {', '.join(WARM)}, sys; print({loaded})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert eval(done.stdout) <= set(KERNEL_SIDE)


def test_the_grammar_of_addresses_is_built_only_when_an_address_is_judged() -> None:
    code = """
import sys, briefkit.run, jsonschema
before = "lark" in sys.modules
judge = jsonschema.FormatChecker()
print(before, judge.conforms("https://ex.example/é", "iri"), judge.conforms("https:// ex", "iri"))
print("lark" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False", "True"]


def test_a_module_imports_only_from_lower_floors() -> None:
    faults = {
        fault
        for path, tree in _trees()
        if _module(path) != "__init__"
        for imported in _imports(tree)
        if (fault := floor_faults(_module(path), imported))
    }
    assert not faults, "\n".join(sorted(faults))


@pytest.mark.parametrize(
    ("module", "imported", "fault"),
    [
        ("facts", "briefkit.charts.line", "facts (floor 1) imports charts (floor 2)"),
        ("run", "briefkit.export", "run imports its neighbour export against the arrow"),
        ("facts", "briefkit.tables.Table", "facts imports its neighbour tables against the arrow"),
        ("tables", "briefkit.facts.Fact", ""),
        ("export", "briefkit.export.document", ""),
        ("errors", "briefkit.__version__", ""),
    ],
)
def test_an_import_from_above_or_beside_is_named(module: str, imported: str, fault: str) -> None:
    assert floor_faults(module, imported) == fault


def test_each_third_party_package_is_imported_in_its_one_place() -> None:
    faults = []
    for path, tree in _trees():
        for imported in _imports(tree):
            top = imported.split(".")[0]
            if top in sys.stdlib_module_names or top == "briefkit":
                continue
            if _module(path) not in HOMES.get(top, set()):
                faults.append(
                    f"{path.relative_to(ROOT)} imports {top}; its place is {sorted(HOMES.get(top, ['none']))}"
                )
    assert not faults, "\n".join(sorted(set(faults)))


def test_opening_a_notebook_loads_no_exporter_and_no_runner() -> None:
    code = "import sys, briefkit\nfrom briefkit import *\nprint(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(answer.stdout.split())
    assert {"dask", "nbclient", "nbconvert", "typst"} & loaded == set()
    assert {name for name, floor in FLOORS.items() if floor > 2 and f"briefkit.{name}" in loaded} == set()
    assert {"briefkit.charts", "briefkit.tables"} <= loaded


def test_nothing_happens_at_import_time() -> None:
    faults = []
    for path, tree in _trees():
        for node in tree.body:
            # A bare call at the top of a module does something; a docstring or an assignment only names something.
            if isinstance(node, (ast.Expr, ast.For, ast.While, ast.With)) and any(
                isinstance(part, ast.Call) for part in ast.walk(node)
            ):
                faults.append(f"{path.relative_to(ROOT)}, line {node.lineno}")
    assert not faults, f"work done at import time: {faults}"


def test_the_top_of_the_tree_holds_only_the_rooms_of_the_design() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in _kept_files()}
    assert found <= ROOMS, f"not in the design: {sorted(found - ROOMS)}"


def test_notebooks_data_and_figures_are_flat() -> None:
    deep = [
        str(path.relative_to(ROOT))
        for path in _kept_files()
        if path.relative_to(ROOT).parts[0] in {"notebooks", "data", "figures"}
        and len(path.relative_to(ROOT).parts) > 2
        and path.relative_to(ROOT).parts[:2] != ("notebooks", "templates")  # no briefs: `batch` builds from them
    ]
    assert not deep


def test_every_test_file_is_named_for_what_it_tests() -> None:
    known = {f"test_{name}" for name in FLOORS} | {
        "test_data",
        "test_notebooks",
        "test_figures",
        "test_questions",
        "test_layout",
        "test_environment",
        "test_jupyter",
        "conftest",
        "drawn",
    }
    found = {path.stem for path in (ROOT / "tests").glob("*.py")} - {"__init__"}
    strange = {name for name in found if not any(name == each or name.startswith(f"{each}_") for each in known)}
    assert not strange, f"neither a module nor a known subject: {sorted(strange)}"


def test_no_name_in_the_toolkit_is_an_empty_word() -> None:
    faults = []
    for path, tree in _trees():
        names = [
            path.stem,
            *(
                node.name
                for node in ast.walk(tree)
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            ),
        ]
        for name in names:
            words = set(re.findall(r"[A-Z]?[a-z]+", name))
            if {word.lower() for word in words} & EMPTY_WORDS and name not in LIBRARIES_NAMES:
                faults.append(f"{path.relative_to(ROOT)}: {name}")
    assert not faults, f"say what it does: {faults}"


def _public(tree: ast.Module, classes: dict[str, ast.ClassDef]) -> Iterator[tuple[str, ast.AST]]:
    """Yield what a reader of the module may use: itself, functions, classes and methods that no base class explains."""
    yield "module", tree
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        yield node.name, node
        bases = [classes[base.id] for base in getattr(node, "bases", []) if getattr(base, "id", "") in classes]
        explained = {inner.name for base in bases for inner in base.body if isinstance(inner, ast.FunctionDef)}
        for inner in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_") and inner.name not in explained:
                yield f"{node.name}.{inner.name}", inner


def test_every_public_name_has_a_docstring_with_one_opening_sentence() -> None:
    faults = []
    classes = {node.name: node for _, tree in _trees() for node in tree.body if isinstance(node, ast.ClassDef)}
    for path, tree in _trees():
        for name, node in _public(tree, classes):
            opening = (ast.get_docstring(node) or "").split("\n\n")[0].strip()
            if not opening.endswith((".", "?", ":")):
                faults.append(f"{path.relative_to(ROOT)}: {name}")
    assert not faults, "without a docstring, or its first sentence has no end:\n" + "\n".join(faults)


def test_functions_fit_on_a_screen() -> None:
    faults = []
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                # A docstring explains; it does not count as length.
                has_words = ast.get_docstring(node) is not None
                start = node.body[0].end_lineno if has_words and len(node.body) > 1 else node.lineno
                if node.end_lineno - start > 40:
                    faults.append(f"{path.relative_to(ROOT)}, line {node.lineno}: {node.name}")
    assert not faults, f"longer than forty lines: {faults}"


def test_no_kept_file_names_a_machine() -> None:
    faults = []
    for path in _kept_files():
        if path == Path(__file__).resolve():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            # Inside a picture or a font every run of letters can occur; only short lines were written by a person.
            if len(line) < 2000 and (found := MACHINE_PATH.search(line)):
                faults.append(f"{path.relative_to(ROOT)}, line {number}: {found.group()}…")
    assert not faults, "\n".join(faults)
