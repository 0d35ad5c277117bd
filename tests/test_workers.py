import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from conftest import code, write_notebook

from briefkit import workers
from briefkit.cli import main
from briefkit.errors import BriefError
from briefkit.workers import cores, side_by_side

# What stands for the building of a brief: it is sent to worker processes by name.


def double(number):
    return 2 * number, f"{number} doubled"


def process_id(number):
    return os.getpid(), f"{number} done"


def refuse(number):
    if number == 1:
        raise BriefError("one", "is odd")
    if number == 3:
        raise KeyError("three")
    return number, f"{number} done"


def die(number, folder):
    """End the process, as a crash or a lack of memory does: at 1 once, at 2 each time it is tried, but 1 goes first."""
    tried = Path(folder, str(number))
    while number == 2 and not Path(folder, "1").exists():
        time.sleep(0.01)
    if number == 2 or number == 1 and not tried.exists():
        tried.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number, f"{number} done"


def orders(*numbers, **more):
    return {f"n{number}": (number, *more.values()) for number in numbers}


def test_results_come_back_by_name_and_every_order_is_told(capsys):
    assert side_by_side(double, orders(1, 2, 3)) == ({"n1": 2, "n2": 4, "n3": 6}, {})
    said = capsys.readouterr().out.splitlines()
    assert [line[:5] for line in said] == ["[1/3]", "[2/3]", "[3/3]"]
    assert {line[6:] for line in said} == {"1 doubled", "2 doubled", "3 doubled"}


def test_no_more_workers_are_started_than_are_asked_for_or_have_orders():
    made, _ = side_by_side(process_id, orders(*range(6)), str, 1)
    assert len(set(made.values())) == 1
    assert os.getpid() not in made.values()
    assert 1 <= cores() <= os.cpu_count()


def test_a_worker_is_replaced_after_a_number_of_orders(monkeypatch):
    monkeypatch.setattr(workers, "RENEWED", 2)
    made, _ = side_by_side(process_id, orders(*range(6)), str, 1)
    assert len(set(made.values())) == 3


def test_faults_are_collected_and_stop_no_other_order():
    said = []
    made, faults = side_by_side(refuse, orders(1, 2, 3, 4), said.append, 1)
    assert made == {"n2": 2, "n4": 4}
    assert str(faults["n1"]) == "one: is odd."
    assert str(faults["n3"]) == "n3: raises KeyError: 'three'. The toolkit did not foresee this: report it."
    assert [line.split() for line in said if "failed" in line] == [["[1/4]", "n1", "failed"], ["[3/4]", "n3", "failed"]]


def test_fail_fast_begins_nothing_after_a_fault():
    said = []
    made, faults = side_by_side(refuse, orders(0, 1, 2, 4, 6), said.append, 1, fail_fast=True)
    assert (made, list(faults)) == ({"n0": 0}, ["n1"])
    assert said[-1] == "Stopped at the first fault, 3 not begun"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_worker_that_dies_is_named_and_loses_no_other_order(tmp_path):
    said = []
    made, faults = side_by_side(die, orders(0, 1, 3, 4, 2, folder=tmp_path), said.append, 2)
    assert made == {"n0": 0, "n1": 1, "n3": 3, "n4": 4}
    assert str(faults["n2"]) == (
        "n2: the worker process that built it died, and so did a second one. "
        "Look for a crash in a compiled library or for missing memory."
    )
    assert len(said) == 5


# --- progress --------------------------------------------------------------------------------------------------------


def test_a_terminal_gets_a_bar_with_rate_and_time_left_and_sees_what_failed(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    side_by_side(refuse, orders(1, 2, 4, 6))
    said = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", capsys.readouterr().out)
    assert re.search(r"━.* 4/4 +\d+(\.\d)? a (second|minute) +0:00:00", said)
    assert "\nn1             failed\n" in said.replace("\r", "\n")
    assert "[4/4]" not in said


def test_a_dumb_terminal_gets_lines(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    side_by_side(double, orders(1, 2), workers=1)
    assert capsys.readouterr().out == "[1/2] 1 doubled\n[2/2] 2 doubled\n"


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0", "-1", "many", "1.5"])
def test_a_number_of_workers_that_is_none_is_wrong_usage(number, capsys):
    with pytest.raises(SystemExit):
        main(["build", "--workers", number])
    assert f"{number!r} is not a number above zero" in capsys.readouterr().err


def test_the_command_stops_at_the_first_fault_when_asked_to(project, capsys):
    write_notebook(project / "notebooks" / "broken.ipynb", claim_rise="1 / 0  # " + 99 * "the longest comes first ")
    assert main(["build", "--workers", "1", "--fail-fast"]) == 1
    said = capsys.readouterr()
    tables, *told = said.out.splitlines()
    assert tables.startswith("[1/3] data/          made 17 files of tables")
    assert told == ["[2/3] broken         failed", "Stopped at the first fault, 1 not begun"]
    assert "broken.ipynb, cell" in said.err
    assert not (project / "build" / "rurland.html").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("cold", [False, True])
def test_ctrl_c_ends_everything_within_seconds_and_leaves_only_whole_files(project, cold):
    began = project / "began"
    slow = code("slow", f"import time\nopen({str(began)!r}, 'w').close()\ntime.sleep(90)")
    write_notebook(project / "notebooks" / "asleep.ipynb", [code("parameters", 'as_of = "latest"', "parameters"), slow])
    command = [sys.executable, "-m", "briefkit.cli", "build", "--workers", "2", *(["--cold"] if cold else [])]
    build = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        while not (began.exists() and (project / "build" / "rurland.pdf").exists()):
            assert build.poll() is None, build.stderr.read()
            time.sleep(0.05)
        family = psutil.Process(build.pid).children(recursive=True)
        os.killpg(build.pid, signal.SIGINT)  # as a terminal does: to the whole group
        start = time.monotonic()
        _, told = build.communicate(timeout=30)
    finally:
        build.kill()
    assert time.monotonic() - start < 15
    assert (build.returncode, told) == (130, "Stopped. What was written is whole.\n")
    _, alive = psutil.wait_procs(family, 10)
    assert len(family) > 2 and not alive
    assert sorted(file.name for file in (project / "build").iterdir() if file.is_file()) == [
        "rurland.html",
        "rurland.pdf",
    ]
