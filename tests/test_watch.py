"""A watched project is built again when it is saved, and only then."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import write_notebook

from briefkit.stamps import Stamps, order
from briefkit.watch import Glance

PATIENCE = 120


class Watched:
    """Hold a watching build and what it has said."""

    def __init__(self, *options):
        command = [sys.executable, "-u", "-m", "briefkit.cli", "build", "--watch", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True).start()

    def says(self, words, since=0):
        """Wait until it says these words; give the number of lines until then."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            for number, line in enumerate(self.lines[since:], since + 1):
                if words in line:
                    return number
            time.sleep(0.02)
        raise AssertionError(f"“{words}” was not said in: {''.join(self.lines)}")


@pytest.fixture
def watched(project):
    """Watch the made-up project, with a second brief in it."""
    write_notebook(project / "notebooks" / "second.ipynb")
    watched = Watched()
    yield watched
    with contextlib.suppress(ProcessLookupError):
        watched.process.kill()
    watched.process.wait()


def replace(path, old, new):
    """Save a change as editors do: whole, under the same name."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    scratch = path.with_name(f".{path.name}~")
    scratch.write_text(text.replace(old, new, 1), encoding="utf-8")
    os.replace(scratch, path)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_a_saved_notebook_or_table_builds_what_rests_on_it_until_ctrl_c(project, watched):
    brief, page = project / "notebooks" / "rurland.ipynb", project / "build" / "rurland.html"
    heard = watched.says("Watching notebooks/ and data/. Ctrl-C ends it.")
    assert any("[3/3]" in line for line in watched.lines[:heard])

    replace(brief, "The arsenal grew", "The arsenal swelled")
    told = watched.says("Written to", watched.says("notebooks/rurland.ipynb changed", heard))
    assert [line.split()[1] for line in watched.lines[heard + 1 : told - 1]] == ["rurland"]
    assert "The arsenal swelled" in page.read_text() and Stamps(order()).all_stand()

    replace(project / "data" / "holdings.csv", ",1550,", ",1551,")
    told = watched.says("Written to", watched.says("data/holdings.csv changed", told))
    assert "1,551" in page.read_text() and "1,551" in brief.read_text()

    replace(brief, "last > 2", "last > 2000")
    told = watched.says("does not hold", watched.says("notebooks/rurland.ipynb changed", told))
    replace(brief, "last > 2000", "last > 3")
    told = watched.says("Written to", watched.says("notebooks/rurland.ipynb changed", told))

    (project / "data" / "holdings.csv").touch()
    replace(project / "data" / "quotes.csv", "S1,single", "S9,single")
    told = watched.says("“S9” is not in sources", told)
    replace(project / "data" / "quotes.csv", "S9,single", "S1,single")
    told = watched.says("Written to", told)
    time.sleep(1)
    assert len(watched.lines) == told, "what it wrote itself, and what was only touched, is no change"

    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(30) == 130
    assert "Stopped. What was written is whole." in watched.lines[-1]
    assert Stamps(order()).all_stand()


def test_a_glance_sees_what_a_person_wrote_and_no_results(project):
    brief, glance = project / "notebooks" / "rurland.ipynb", Glance(project)
    before = glance()
    assert {"notebooks/rurland.ipynb", "data/holdings.csv", "data/datapackage.json"} <= {*before}
    replace(brief, '"outputs": []', '"outputs": [{"output_type": "stream", "name": "stdout", "text": "3"}]')
    (project / "data" / "holdings.csv").touch()
    (project / "notebooks" / ".ipynb_checkpoints").mkdir()
    write_notebook(project / "notebooks" / ".ipynb_checkpoints" / "rurland-checkpoint.ipynb")
    assert glance() == before
    replace(brief, "The arsenal grew", "The arsenal swelled")
    brief.with_name("new.ipynb").write_text("not a notebook yet")
    changed = {name for name, _ in glance().items() ^ before.items()}
    assert changed == {"notebooks/rurland.ipynb", "notebooks/new.ipynb"}
