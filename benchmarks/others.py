"""Build one brief, or the nearest thing, with what else people use: each tool in an environment of its own."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from project import ROOT, Bench
from timing import Measured, NotMeasuredError, Row, execute, expect, peak_memory, seconds, spread, take_turns

# Thrown away by hand; never in the lock.
HOME = ROOT / "build" / "others"
INSTALLING = 900  # seconds
HTML_ONLY = "The PDFs of Jupyter Book and marimo were not made: they want LaTeX, or to download a browser of their own."


def one_brief(bench: Bench) -> Measured:
    """Let each tool build the same brief, in turn with ours; say which could not, and why."""
    brief, sides, told = bench.brief, {}, {}
    ours = "`briefkit build --fresh`"
    sides[ours] = lambda: _ours(bench)
    told[ours] = "HTML + PDF"
    rows, missing = [], []
    for name, tool in TOOLS.items():
        try:
            action, told[name] = tool(bench, bench.fresh(f"other-{name}"))
            action()  # once beforehand: what fails, fails here
            sides[name] = action
        except NotMeasuredError as error:
            rows.append(Row(f"one brief ({brief.stem}) with {name}", "—", "not run"))
            missing.append(f"- {name} was not run: {error}")
    peaks = {name: peak_memory(action) for name, action in sides.items()}
    times = take_turns(sides, bench.rounds)
    here = statistics.median(times[ours])
    for name in [side for side in sides if side != ours]:
        there = statistics.median(times[name])
        case = f"one brief ({brief.stem}) with {name}: {told[name]}"
        rows.append(Row(case, seconds(here), seconds(there), f"{there / here:.1f}"))
    lines = [
        "### One brief with other tools",
        "",
        *spread(times, peaks),
        "",
        HTML_ONLY,
        *([""] if missing else []),
        *missing,
    ]
    return Measured(rows, lines)


def _ours(bench: Bench) -> None:
    folder = bench.fresh("other-ours")
    bench.build("--fresh", "--out", folder, bench.brief)
    bench.expect_outputs(folder, [bench.brief])


def environment(name: str, requirements: list[str]) -> Path:
    """Make an environment that adds a tool to the project's packages; give the folder of its commands."""
    home = HOME / name
    commands = home / ("Scripts" if sys.platform == "win32" else "bin")
    if (home / "ready").is_file():
        return commands
    execute([sys.executable, "-m", "venv", "--clear", home], ROOT)
    place = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    ours = sysconfig.get_path("purelib")
    Path(place, "project.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
    command = [str(commands / "python"), "-m", "pip", "--quiet", "--no-input", "install", "--only-binary", ":all:"]
    try:
        done = subprocess.run(
            [*command, *requirements], cwd=ROOT, capture_output=True, text=True, timeout=INSTALLING, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotMeasuredError(f"{name} was not installed within {INSTALLING} s") from None
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise NotMeasuredError(f"{' '.join(requirements)} does not install ({' '.join(words[-1:])[:300]})")
    (home / "ready").touch()
    return commands


def version(commands: Path, package: str) -> str:
    """Tell a tool's name and version."""
    asked = f"import importlib.metadata as m; print(m.version({package!r}))"
    return f"{package} {execute([commands / 'python', '-c', asked], ROOT).strip()}"


# Each tool gives what is to be timed, and says what it makes and by which version.


def papermill(bench: Bench, folder: Path) -> tuple[Callable[[], None], str]:
    """Run with papermill, which keeps no inline values, then make both files with nbconvert."""
    tools = environment("papermill", ["papermill"])
    made = folder / bench.brief.name

    def action() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        where = ["--no-progress-bar", "--cwd", bench.brief.parent]
        execute([tools / "papermill", bench.brief, made, *where], bench.project)
        bench.nbconvert([made], folder)
        bench.expect_outputs(folder, [made])

    return action, f"HTML + PDF by nbconvert ({version(tools, 'papermill')})"


def jupyter_book(bench: Bench, folder: Path) -> tuple[Callable[[], None], str]:
    """Run and set with Jupyter Book 1, that is Sphinx with myst-nb; its PDFs need LaTeX or another browser."""
    tools = environment("jupyter-book", ["jupyter-book<2"])

    def action() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "notebooks").mkdir(parents=True)
        shutil.copytree(bench.project / "data", folder / "data")
        shutil.copy2(bench.brief, folder / "notebooks")
        (folder / "_config.yml").write_text("execute:\n  execute_notebooks: force\n", encoding="utf-8")
        (folder / "_toc.yml").write_text(f"format: jb-book\nroot: notebooks/{bench.brief.stem}\n", encoding="utf-8")
        execute([tools / "jupyter-book", "build", folder], folder)
        pages = folder / "_build" / "html"
        expect([pages / "notebooks" / f"{bench.brief.stem}.html"])
        if failed := list(pages.glob("reports/**/*.log")):  # it builds a book all the same
            raise NotMeasuredError(failed[0].read_text(encoding="utf-8")[-500:])

    return action, f"HTML only ({version(tools, 'jupyter-book')})"


def marimo(bench: Bench, folder: Path) -> tuple[Callable[[], None], str]:
    """Run and export with marimo, converted beforehand; it knows no inline values."""
    tools = environment("marimo", ["marimo"])
    folder.mkdir(parents=True)
    made = bench.brief.with_name(f"{bench.brief.stem}_marimo.py")  # beside the brief: it looks for data/ from there
    execute([tools / "marimo", "convert", bench.brief, "-o", made], folder)
    page = folder / f"{bench.brief.stem}.html"

    def action() -> None:
        page.unlink(missing_ok=True)
        execute([tools / "marimo", "--yes", "export", "html", made, "-o", page], made.parent)
        expect([page])

    return action, f"HTML only, drawn by a script in the browser ({version(tools, 'marimo')})"


def weasyprint(bench: Bench, folder: Path) -> tuple[Callable[[], None], str]:
    """Run and set with nbconvert; WeasyPrint sets that page as a PDF."""
    tools = environment("weasyprint", ["weasyprint"])

    def action() -> None:
        bench.nbconvert([bench.brief], folder, executing=True, webpdf=False)
        page = folder / f"{bench.brief.stem}.html"
        execute([tools / "weasyprint", "--quiet", page, page.with_suffix(".pdf")], folder)
        bench.expect_outputs(folder, [bench.brief])

    return action, f"PDF of nbconvert's HTML ({version(tools, 'weasyprint')})"


def xelatex(bench: Bench, folder: Path) -> tuple[Callable[[], None], str]:
    """Run, and set as nbconvert's `pdf`, by pandoc and XeLaTeX, beside its page."""
    lacking = [name for name in ("xelatex", "pandoc", "inkscape") if shutil.which(name) is None]
    if lacking:
        raise NotMeasuredError(
            f"{' and '.join(lacking)} not found; on Debian: apt-get install pandoc inkscape texlive-xetex "
            "texlive-fonts-recommended texlive-plain-generic"
        )

    def action() -> None:
        bench.nbconvert([bench.brief], folder, executing=True, webpdf=False)
        command = [sys.executable, "-m", "nbconvert", "--log-level=ERROR", "--output-dir", folder, "--to", "pdf"]
        execute([*command, bench.brief], bench.project)
        bench.expect_outputs(folder, [bench.brief])

    return action, "HTML + PDF by nbconvert"


TOOLS = {
    "papermill": papermill,
    "Jupyter Book 1": jupyter_book,
    "marimo": marimo,
    "WeasyPrint": weasyprint,
    "xelatex": xelatex,
}
