"""Have two editions of a brief to compare: of two days, or of an earlier commit and of today."""

from __future__ import annotations

import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

from nbformat import NotebookNode

from briefkit.cache import executed
from briefkit.compare import Comparison, Content, compare, with_content
from briefkit.corrections import corrections
from briefkit.data import LATEST, open_data
from briefkit.errors import BriefError
from briefkit.facts import Fact
from briefkit.package import find_data, resources, rows
from briefkit.run import TIME_LIMIT, read

NEEDED = ("notebooks", "data", "requirements.lock", "CHANGELOG.md")


def between(path: Path, first: str, last: str = LATEST, time_limit: int = TIME_LIMIT, cold: bool = False) -> Comparison:
    """Run a brief as of two days, each "latest" or as 2021-04-30, and compare."""
    read(path)  # a missing notebook is named before anything else
    folder = find_data(path.resolve().parent)
    days = [open_data(day, folder).as_of for day in (first, last)]
    if days[0] > days[1]:
        raise BriefError(
            f"--from {first}",
            f"later than --to {last}" + f", {days[1].isoformat()}" * (last == LATEST),
            "the earlier day first",
            "Exchange the two.",
        )
    then, now = (executed(path, "" if day == LATEST else day, time_limit, cold) for day in (first, last))
    found = compare(then, now, (f"as of {Fact(days[0]).text}", f"as of {Fact(days[1]).text}"))
    return with_content(found, then, now, lambda name: _both((folder, folder), name), ())


def since(path: Path, revision: str, time_limit: int = TIME_LIMIT, cold: bool = False) -> Comparison:
    """Run a brief as a commit holds it, with that commit's tables and today's toolkit, and compare with today's."""
    now = executed(path, "", time_limit, cold)
    root = find_data(path.resolve().parent).parent
    place = _inside(path, root)
    commit = _commit(root, revision)
    with tempfile.TemporaryDirectory(prefix="brief-") as scratch:
        folder = Path(scratch).resolve()
        _take(root, commit, folder)
        if not (folder / place).is_file():
            raise BriefError(
                str(place),
                f"no such notebook in {revision}",
                "a commit that holds it",
                f"git log --oneline -- {place.as_posix()} lists them.",
            )
        then, remarks = _executed_then(folder / place, revision, time_limit, cold)
        found = compare(then, now, (f"in {revision} ({commit[:7]})", "today"), remarks)
        packages = (folder / "data", root / "data")
        return with_content(found, then, now, lambda name: _both(packages, name), corrections(root))


def _inside(path: Path, root: Path) -> Path:
    try:
        return path.resolve().relative_to(root)
    except ValueError:
        raise BriefError(str(path), "outside the project", "a notebook of the project in the commit") from None


def _executed_then(path: Path, revision: str, time_limit: int, cold: bool) -> tuple[NotebookNode, tuple[str, ...]]:
    """Run the old notebook; where today's toolkit cannot, take the results that were committed with it, and say so."""
    try:
        return executed(path, "", time_limit, cold), ()
    except BriefError as error:
        stored = read(path)
        if not any(cell.get("outputs") or cell.metadata.get("user_expressions") for cell in stored.cells):
            raise BriefError(
                f"{path.name} in {revision}",
                f"does not run with today's toolkit ({str(error).rstrip('.')}), and no results were committed with it",
                "a notebook that runs, or one with its outputs",
                "Compare with a later commit.",
            ) from None
        remark = (
            f"The notebook of {revision} does not run with today's toolkit; the results committed with it are shown."
        )
        return stored, (f"{remark} ({str(error).splitlines()[0]})",)


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise BriefError("git", "no such program", "git, which keeps the earlier editions", "Install it.") from None


def _commit(root: Path, revision: str) -> str:
    if _git(root, "rev-parse", "--is-inside-work-tree").stdout.strip() != b"true":
        raise BriefError(
            str(root), "no git work tree", "a folder under version control", "Compare two days: --from DATE --to DATE."
        )
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        raise BriefError(
            f"--git {revision}", "no such revision", "a commit, branch or tag", "git log --oneline lists them."
        )
    return found.stdout.decode().strip()


def _take(root: Path, commit: str, folder: Path) -> None:
    """Write what a brief needs to run, as the commit holds it, into a folder."""
    listed = _git(root, "ls-tree", "--name-only", "-z", commit).stdout.decode("utf-8", "replace").split("\0")
    wanted = [name for name in NEEDED if name in listed]
    if wanted:
        archive = _git(root, "archive", "--format=zip", commit, "--", *wanted)
        with zipfile.ZipFile(io.BytesIO(archive.stdout)) as packed:
            packed.extractall(folder)


def _both(packages: tuple[Path, Path], name: str) -> tuple[Content, Content]:
    then, now = (_content(folder, name) for folder in packages)
    return then, now


def _content(folder: Path, name: str) -> Content:
    """Read a table as text: the fields of each row by its key. A package without the table has no rows of it."""
    resource = resources(folder).get(name) if (folder / "datapackage.json").is_file() else None
    if resource is None or not (folder / resource["path"]).is_file():
        return {}
    return rows(folder, resource)
