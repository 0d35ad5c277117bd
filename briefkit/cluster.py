"""Do the same tasks on the workers of a Dask cluster: inputs are sent by content, results are written here."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import platform
import tempfile
import threading
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from briefkit.errors import BriefError
from briefkit.files import digest
from briefkit.package import checked
from briefkit.run import read, without_results
from briefkit.workers import Course, Report, progress, tell_standing

PATIENCE = 5  # seconds in which a scheduler must answer
RETRIES = 3  # of a task whose worker was lost
# What a run and its exports read of a project.
NEEDED = (
    "notebooks/**/*.ipynb",
    "data/*.csv",
    "data/datapackage.json",
    "pyproject.toml",
    "requirements.lock",
    "CHANGELOG.md",
)
# Packages of which another version could give other bytes, or not understand what it is sent.
COMPARED = (
    *("babel", "brotli", "dask", "distributed", "fonttools", "ipykernel", "jinja2", "markdown-it-py", "matplotlib"),
    *("mdit-py-plugins", "nbclient", "nbformat", "numpy", "pandas", "typst"),
)
_unpacked: dict[str, tempfile.TemporaryDirectory] = {}
_unpacking = threading.Lock()


def spread(
    make: Callable[[Any], Any],
    keep: Callable[[Any, Any], tuple[Any, str]],
    tasks: Mapping[str, Any],
    root: Path,
    address: str,
    report: Report | None = None,
    fail_fast: bool = False,
    standing: Collection[str] = (),
) -> tuple[dict[str, Any], dict[str, BriefError]]:
    """Make each task's files on the cluster and keep them here; give results and faults by name.

    A task is a dataclass with the `path` of its notebook inside the project `root`, which travels along.
    """
    orders = {name: (_within(root, task),) for name, task in tasks.items()}
    content = pack(root)
    sent = digest(content)
    with _connected(address) as client, progress(len(standing) + len(tasks), report) as tell:
        tell_standing(standing, tell)
        # A task of its own: whoever lacks the project gets it from a worker that has it, or from the scheduler.
        project = client.submit(bytes, content, key=f"project-{sent}")
        pool = client.get_executor(pure=False, retries=RETRIES)
        course = _Spread(functools.partial(_made, make, sent), orders, tell, fail_fast)
        course.project, course.keep = project, lambda name, made: keep(tasks[name], made)
        try:
            course.through(pool, 2 * sum(client.nthreads().values()), len(tasks))
        except CancelledError:
            raise BriefError(address, "the scheduler was lost", "", "Start it again, and then this.") from None
    return course.made, course.faults


class _Spread(Course):
    """Take orders through a cluster: what comes back is written here."""

    project: Any
    keep: Callable[[str, Any], tuple[Any, str]]

    def submit(self, pool: Any, name: str) -> Any:
        """Send the order together with the project that it is about."""
        return pool.submit(self.work, self.project, *self.orders[name])

    def settle(self, name: str, outcome: Any) -> None:
        """Write what came back; a brief whose workers are lost again and again is a fault of its own."""
        from distributed import KilledWorker

        if isinstance(outcome, KilledWorker):
            found = "the workers that built it were lost, one after another"
            outcome = BriefError(name, found, "", "Look for a crash in a compiled library or for missing memory.")
        if not isinstance(outcome, BaseException):
            try:
                outcome = self.keep(name, outcome)
            except BriefError as error:
                outcome = error
        super().settle(name, outcome)


def _within(root: Path, task: Any) -> Any:
    """Name a task's notebook by its place in the project: elsewhere the project stands in another folder."""
    path = task.path.resolve()
    if not path.is_relative_to(root.resolve() / "notebooks"):
        raise BriefError(str(task.path), "outside the project", f"a notebook under {root / 'notebooks'}")
    if not path.is_file():
        read(path)  # says what is missing
    return replace(task, path=path.relative_to(root.resolve()))


def pack(root: Path) -> bytes:
    """Pack what a run reads of a project; the same content gives the same bytes. Stored results are left out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        paths = {path for pattern in NEEDED for path in root.glob(pattern) if path.is_file()}
        # Workers need not check the tables again, which takes each of them two seconds.
        paths |= {stamp for stamp in [checked(root / "data")] if stamp.is_file()}
        for path in sorted(paths):
            content = path.read_bytes()
            if path.suffix == ".ipynb":
                content = without_results(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
            archive.writestr(zipfile.ZipInfo(path.relative_to(root).as_posix()), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


# --- the connection --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Connect to a scheduler whose workers have what this process has."""
    try:
        from distributed import Client
    except ImportError:
        raise BriefError(
            f"--scheduler {address}",
            "Dask is not installed",
            "the extra cluster",
            "Install it: pip install 'briefkit[cluster]'.",
        ) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError):
        raise BriefError(
            f"--scheduler {address}",
            "no scheduler answers there",
            "an address like tcp://host:8786",
            "Start one: dask scheduler.",
        ) from None
    with client:
        _compare(client, address)
        yield client


def _compare(client: Any, address: str) -> None:
    """Refuse a cluster without workers, or one whose versions differ from those here."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise BriefError(
            address, "the scheduler has no workers", "at least one", f"Start one: dask worker {address}."
        ) from None
    try:
        found = client.run(versions)
    except Exception as error:  # the worker's own, whatever it met
        raise BriefError(
            address,
            f"its workers cannot load briefkit ({type(error).__name__}: {error})",
            "workers in the same environment",
            "Install the project there from the same requirements.lock.",
        ) from None
    if faults := [fault for worker, theirs in sorted(found.items()) if (fault := difference(worker, theirs))]:
        raise BriefError.together(faults)


def versions() -> dict[str, str]:
    """Say which Python, packages and toolkit this process has, the toolkit by its content."""
    whole, home = hashlib.sha256(), Path(__file__).parent
    for file in sorted(home.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            whole.update(file.relative_to(home).as_posix().encode() + b"\0" + file.read_bytes())
    return {
        "Python": platform.python_version(),
        "briefkit": whole.hexdigest()[:12],
        **{name: _version(name) for name in COMPARED},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def difference(worker: str, theirs: Mapping[str, str]) -> BriefError | None:
    """Name what differs between a worker's versions and those here."""
    here = versions()
    other = [name for name in here if theirs.get(name, "missing") != here[name]]
    if not other:
        return None
    return BriefError(
        f"worker {worker}",
        "it has " + ", ".join(f"{name} {theirs.get(name, 'missing')}" for name in other),
        ", ".join(f"{name} {here[name]}" for name in other) + " as here",
        "Install the same commit there, from its requirements.lock.",
    )


# --- what follows runs on a worker ------------------------------------------------------------------------------------


def _made(make: Callable[[Any], Any], sent: str, project: bytes, task: Any) -> Any:
    """Make a task's files from the project as it was sent."""
    return make(replace(task, path=_home(sent, project) / task.path))


def _home(sent: str, project: bytes) -> Path:
    """Unpack a project once in this process, in a folder that goes with it."""
    with _unpacking:
        if sent not in _unpacked:
            from distributed import get_worker

            folder = tempfile.TemporaryDirectory(prefix="project-", dir=get_worker().local_directory)
            with zipfile.ZipFile(io.BytesIO(project)) as archive:
                archive.extractall(folder.name)
            _unpacked[sent] = folder
        return Path(_unpacked[sent].name)
