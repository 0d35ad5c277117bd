import subprocess
import sys

import pytest

from briefkit.cli import main


@pytest.mark.parametrize(
    "arguments", [[], ["publish"], ["build", "--time-limit", "soon"], ["build", "--time-limit", "0"]]
)
def test_wrong_usage_exits_with_2_and_says_how(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: briefkit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["build", "--as-of", "2030-01-01"],
            "as_of 2030-01-01: later than the last day that any row reports, 2003-03-01",
        ),
        (["build", "--as-of", "soon"], "as_of 'soon': not a day; expected “latest” or a date like 2021-04-30"),
        (["run", "notebooks/none.ipynb"], "none.ipynb: no such notebook"),
        (["build", "notebooks/none.ipynb"], "none.ipynb: no such notebook"),
        (["build", "--out", "data/holdings.csv/x"], "cannot be written"),
    ],
)
def test_a_fault_is_one_line_without_a_traceback_and_exits_with_1(project, arguments, message, capsys):
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_run_writes_the_notebook_in_place_and_says_whether_it_changed(project, capsys):
    assert main(["run"]) == 0
    assert "rurland.ipynb: changed" in capsys.readouterr().out
    assert main(["run", "notebooks/rurland.ipynb"]) == 0
    assert "rurland.ipynb: as it was" in capsys.readouterr().out


def test_validate_says_what_it_found(project, capsys):
    assert main(["validate"]) == 0
    assert "5 tables keep to their schema" in capsys.readouterr().out
    (project / "data" / "events.csv").write_text("")
    assert main(["validate"]) == 1
    assert "data/events.csv: no rows" in capsys.readouterr().err


def test_help_and_version_load_no_heavy_library():
    script = (
        "import sys, briefkit.cli\ntry: briefkit.cli.main(['--version'])\nexcept SystemExit: pass\n"
        "print([name for name in ('pandas', 'matplotlib', 'nbconvert', 'typst', 'nbclient') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["briefkit 0.1.0", "[]"]
