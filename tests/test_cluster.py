"""Build on a real scheduler with two real workers, each a process of its own, and compare with a build here."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from conftest import code, markdown, write_notebook

from briefkit import cluster
from briefkit.build import build
from briefkit.cli import main
from briefkit.cluster import difference, pack, versions
from briefkit.errors import BriefError
from briefkit.package import validate

pytest.importorskip("distributed", reason="the extra cluster is not installed")
ROOT = Path(__file__).parents[1]


class Cluster:
    """A scheduler and workers on this machine."""

    def __init__(self, folder):
        self.folder, self.file, self.processes = folder, folder / "scheduler.json", []
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0")
        while not self.file.exists() or not self.file.read_text().strip().endswith("}"):
            assert self.processes[0].poll() is None
            time.sleep(0.05)

    def start(self, kind, *options):
        """Start a part of the cluster, which writes its complaints into the folder."""
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(self.file)]
        with (self.folder / f"{kind}-{len(self.processes)}.txt").open("w") as said:
            process = subprocess.Popen(
                [*command, "--no-dashboard", *options],
                stdout=said,
                stderr=said,
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        self.processes.append(process)
        return process

    def worker(self):
        """Start a worker of one thread that is not started again when it is lost."""
        return self.start("worker", "--no-nanny", "--nthreads", "1", "--local-directory", str(self.folder))

    @property
    def address(self):
        """Say where the scheduler listens."""
        return json.loads(self.file.read_text())["address"]

    def close(self):
        """End every part."""
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Run a scheduler with two workers for all tests of this file."""
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    started.worker(), started.worker()
    yield started.address
    started.close()


@pytest.fixture
def empty(tmp_path_factory):
    """Run a scheduler that has no worker yet."""
    started = Cluster(tmp_path_factory.mktemp("empty"))
    yield started
    started.close()


def contents(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and ".runs" not in file.parts and ".checked" not in file.parts
    }


def test_a_cluster_gives_the_same_bytes_as_this_machine(project, scheduler, capsys):
    write_notebook(project / "notebooks" / "second.ipynb")
    original = contents(project / "notebooks")
    here = contents(build(report=str, out=project / "here")), contents(project / "notebooks")
    figures = contents(project / "figures")
    for name, content in original.items():
        (project / "notebooks" / name).write_bytes(content)
    assert main(["build", "--scheduler", scheduler, "--out", "there"]) == 0
    assert (contents(project / "there"), contents(project / "notebooks")) == here
    assert contents(project / "figures") == figures
    said = capsys.readouterr().out.splitlines()
    assert [line[:6] for line in said] == ["[1/2] ", "[2/2] ", "Writte"]


def test_a_range_of_dossiers_goes_to_the_cluster_too(project, scheduler):
    title = markdown("title", "# What is known of {event_id}")
    parameters = code("parameters", 'as_of = "latest"\nevent_id = ""', "parameters")
    (project / "notebooks" / "templates").mkdir()
    template = write_notebook(project / "notebooks" / "templates" / "event.ipynb", [title, parameters])
    arguments = ["batch", str(template), "--over", "events", "--as-of", "2001-12-31:2002-12-31:12"]
    assert main([*arguments, "--out", "here"]) == 0
    assert main([*arguments, "--out", "there", "--scheduler", scheduler]) == 0
    assert len(contents(project / "there")) == 8
    assert contents(project / "there") == contents(project / "here")


def test_a_brief_that_fails_on_the_cluster_is_named_and_stops_no_other(project, scheduler, capsys):
    write_notebook(project / "notebooks" / "broken.ipynb", claim_rise="1 / 0")
    assert main(["build", "--scheduler", scheduler]) == 1
    said = capsys.readouterr()
    assert said.err == 'notebooks/broken.ipynb, cell "claim-rise": raises ZeroDivisionError: division by zero.\n'
    assert (project / "build" / "rurland.pdf").is_file()


def test_what_is_not_in_the_project_cannot_be_sent(project, tmp_path_factory, capsys):
    elsewhere = write_notebook(tmp_path_factory.mktemp("elsewhere") / "else.ipynb")
    assert main(["build", str(elsewhere), "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert f"{elsewhere}: outside the project; expected a notebook under" in capsys.readouterr().err
    assert main(["build", "notebooks/none.ipynb", "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "notebooks/none.ipynb: no such notebook" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "carrier-pigeon://nowhere"])
def test_an_address_where_no_scheduler_answers_is_said(project, address, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(BriefError, match=f"--scheduler {address}: no scheduler answers there; .* dask scheduler"):
        build(scheduler=address)


def test_a_scheduler_without_workers_is_said(project, empty, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(BriefError, match="the scheduler has no workers; expected at least one. Start one: dask worker"):
        build(scheduler=empty.address)


def test_a_missing_extra_is_said(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BriefError, match=r"Dask is not installed; .* Install it: pip install 'briefkit\[cluster\]'"):
        build(scheduler="tcp://127.0.0.1:9")


def test_other_versions_on_a_worker_are_named(project, scheduler, monkeypatch):
    assert difference("a", versions()) is None
    odd = versions() | {"typst": "0.0.1", "Python": "2.7.18"}
    assert str(difference("tcp://far:1", odd)) == (
        f"worker tcp://far:1: it has Python 2.7.18, typst 0.0.1; expected Python {versions()['Python']}, typst "
        f"{versions()['typst']} as here. Install the same commit there, from its requirements.lock."
    )
    monkeypatch.setattr(cluster, "COMPARED", (*cluster.COMPARED, "no-such-package"))
    monkeypatch.setattr(cluster, "_version", lambda name: "9.9")
    with pytest.raises(BriefError, match="it has .*typst .*; expected .*typst 9.9"):
        build(scheduler=scheduler)


def test_workers_need_not_check_again_what_has_passed_here(project, tmp_path, monkeypatch):
    with zipfile.ZipFile(io.BytesIO(pack(project))) as packed:
        packed.extractall(tmp_path / "unchecked")
    validate(project / "data")
    with zipfile.ZipFile(io.BytesIO(pack(project))) as packed:
        packed.extractall(tmp_path / "checked")
    monkeypatch.setattr("briefkit.package._faults", lambda _: pytest.fail("checked once more"))
    validate(tmp_path / "checked" / "data")
    with pytest.raises(pytest.fail.Exception, match="checked once more"):
        validate(tmp_path / "unchecked" / "data")
    with (tmp_path / "checked" / "data" / "holdings.csv").open("a") as table:
        table.write("one more row\n")
    with pytest.raises(pytest.fail.Exception, match="checked once more"):
        validate(tmp_path / "checked" / "data")


def test_a_project_is_packed_by_its_content_without_results(project):
    brief = project / "notebooks" / "rurland.ipynb"
    build(report=str)
    notebook, first = json.loads(brief.read_text()), pack(project)
    for cell in notebook["cells"]:
        cell["metadata"].pop("user_expressions", None)
        if cell["cell_type"] == "code":
            assert cell["execution_count"]
            cell["outputs"], cell["execution_count"] = [], None
    brief.write_text(json.dumps(notebook))
    (project / "data" / "holdings.csv").touch()
    (project / "data" / "notes.txt").write_text("of no table")
    assert pack(project) == first
    brief.write_text("no notebook")
    assert pack(project) != first


@pytest.mark.slow
@pytest.mark.skipif("CI" not in os.environ, reason="takes long; runs where CI is set")
def test_a_lost_worker_loses_no_brief(project, empty):
    empty.worker()
    doomed = empty.worker()
    parameters = code("parameters", 'as_of = "latest"', "parameters")
    for number in range(6):
        cells = [markdown("title", f"# Brief {number}"), parameters, code("sleep", "import time\ntime.sleep(2)")]
        write_notebook(project / "notebooks" / f"slow-{number}.ipynb", cells)
    said = []

    def report(line):
        said.append(line)
        if len(said) == 2:
            doomed.send_signal(signal.SIGKILL)

    folder = build(report=report, scheduler=empty.address)
    assert doomed.wait(5) == -signal.SIGKILL
    assert len(said) == 7
    assert len(list(folder.glob("slow-*.pdf"))) == 6
