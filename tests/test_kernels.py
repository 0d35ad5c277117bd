import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from conftest import code, write_notebook
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client import AsyncKernelManager

from briefkit import files
from briefkit.charts import house
from briefkit.charts.letters import Face
from briefkit.errors import BriefError
from briefkit.kernels import available, provisioner, template, warm_up, warmth
from briefkit.kernels.client import PromptClient
from briefkit.kernels.kernel import is_plain
from briefkit.run import read, run, save

ROOT = Path(__file__).parent.parent
BRIEFS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytestmark = pytest.mark.skipif(not available(), reason="kernels cannot be forked on this system")


def told(path, expression, **options):
    """Run one cell in a notebook of its own and give what it shows."""
    write_notebook(path, [code("parameters", 'as_of = "latest"', "parameters"), code("told", expression)])
    return run(path, **options).cells[1].outputs[0].data["text/plain"].strip("'")


def gone(pid, seconds=10):
    """Tell whether a process ends in time; one that has ended but is not yet collected counts as ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_a_kernel_is_a_fork_of_the_template_unless_a_cold_one_is_asked_for(tmp_path):
    path = tmp_path / "notebooks" / "told.ipynb"
    asked = "import os; os.getppid()"
    assert int(told(path, asked)) == warm_up().process.pid
    assert int(told(path, asked, cold=True)) == os.getpid()


def test_a_kernel_finds_the_tables_of_its_project_read_as_they_are(project, tmp_path):
    path = project / "notebooks" / "told.ipynb"
    asked = "from briefkit import data; data.open_data(); data._files.cache_info().misses"
    read_before = int(told(path, "from briefkit import data; data._files.cache_info().misses"))
    assert int(told(path, asked)) == read_before
    assert int(told(path, asked, cold=True)) == 1
    table = project / "data" / "holdings.csv"
    table.write_text(table.read_text().replace(",1550,", ",1551,"))
    assert int(told(path, asked)) == read_before + 1


def test_the_template_has_one_thread_after_it_has_forked():
    forked_from = warm_up()
    connection = forked_from.fork(["--help"], dict(os.environ), "/", [os.open(os.devnull, os.O_RDWR) for _ in range(3)])
    assert connection.wait(30) == 0
    assert psutil.Process(forked_from.process.pid).num_threads() == 1


SEEN = "(os.getcwd(), sys.path, sys.argv[0], sys.flags, __name__, sys.stdin.closed, os.getsid(0) == os.getpid())"


def test_warm_and_cold_kernels_agree_on_what_a_notebook_can_see(tmp_path):
    path = tmp_path / "notebooks" / "told.ipynb"
    warm = told(path, f"import os, sys; str({SEEN})")
    assert told(path, f"import os, sys; str({SEEN})", cold=True) == warm
    assert str(path.parent) in warm


WAIT = """import os, signal, threading, time
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    time.sleep(30)
except KeyboardInterrupt:
    heard = "interrupted"
heard"""


@pytest.mark.parametrize("cold", [False, True])
def test_an_interrupt_reaches_the_cell(tmp_path, cold):
    assert told(tmp_path / "notebooks" / "told.ipynb", WAIT, cold=cold) == "interrupted"


def test_each_kernel_has_its_own_random_state(tmp_path):
    path = tmp_path / "notebooks" / "told.ipynb"
    asked = "import random, numpy; str((random.random(), numpy.random.random()))"
    one, two = eval(told(path, asked)), eval(told(path, asked))
    assert one[0] != two[0]
    assert one[1] != two[1]


def test_a_kernel_takes_the_environment_of_whoever_asks_and_leaves_the_template_its_own(tmp_path, monkeypatch):
    path = tmp_path / "notebooks" / "told.ipynb"
    warm_up()
    monkeypatch.setenv("RURLAND", "free")
    assert told(path, 'import os; os.environ["RURLAND"]') == "free"
    monkeypatch.delenv("RURLAND")
    assert told(path, 'import os; str("RURLAND" in os.environ)') == "False"


def test_what_one_kernel_changes_another_does_not_see(tmp_path):
    path = tmp_path / "notebooks" / "told.ipynb"
    assert told(path, "import briefkit.facts as f; f.SHOWN_SOURCES = 'spoilt'; f.SHOWN_SOURCES") == "spoilt"
    assert told(path, "import briefkit.facts as f; f.SHOWN_SOURCES") == "3"


@pytest.mark.slow
@pytest.mark.parametrize("path", BRIEFS, ids=lambda path: path.stem)
def test_warm_and_cold_kernels_give_the_same_bytes(path, tmp_path):
    save(tmp_path / "warm.ipynb", run(path))
    save(tmp_path / "cold.ipynb", run(path, cold=True))
    assert (tmp_path / "warm.ipynb").read_bytes() == (tmp_path / "cold.ipynb").read_bytes()


PRINTED = {
    "python": "print('one'); print('two', end='')",
    "display": "print('one')\ndisplay(1)\nprint('two')\n3",
    "flushed": "import sys\nprint('one', flush=True)\nsys.stdout.write('two')",
    "thread": "import threading\nt = threading.Thread(target=print, args=('one',))\nt.start()\nt.join()\nprint('two')",
    "process": "import subprocess\n_ = subprocess.run(['echo', 'two'])",
    "descriptor": "import os\nos.write(1, b'one\\n')\n2",
    "shell": "!echo one\n2",
    "fork": "import os\nif not (child := os.fork()):\n  print('one', flush=True)\n  display(2)\n  os._exit(0)\n"
    "_ = os.waitpid(child, 0)\nprint('three')",
    "silent": "%%capture\nprint('one')",
    "error": "print('one')\n1 / 0",
    "magic": "%pdoc len\nx = !echo one\nx",
    "async": "import asyncio\nawait asyncio.sleep(0)\nprint('one')\n2",
    "assigned": "value = 5 % 3\n_ = [value\n  , 4]\n'!', '?', value",
}


@pytest.mark.parametrize("cell", PRINTED.values(), ids=PRINTED)
def test_whatever_a_cell_prints_and_however_it_is_shown_by_warm_and_cold_kernels(tmp_path, cell):
    cells = [
        code("parameters", 'as_of = "latest"', "parameters"),
        code("cell", cell, "raises-exception"),
        code("n", "1"),
    ]
    path = write_notebook(tmp_path / "notebooks" / "told.ipynb", cells)
    warm, cold = ([cell.outputs for cell in run(path, cold=cold).cells] for cold in (False, True))
    for output in (*warm[1], *cold[1]):  # the file's name in a traceback tells the process
        output.pop("traceback", None)
    assert warm == cold
    assert len(warm[2]) == 1


@pytest.mark.parametrize("kind", ["cleanup", "post"])
def test_a_shell_that_was_given_transforms_uses_them(tmp_path, kind):
    given = "shout = lambda lines: [line.replace('low', 'HIGH') for line in lines]\n"
    given += f"get_ipython().input_transformers_{kind}.append(shout)"
    cells = [code("parameters", 'as_of = "latest"', "parameters"), code("given", given), code("told", "x = 1\n'low'")]
    path = write_notebook(tmp_path / "notebooks" / "told.ipynb", cells)
    assert run(path).cells[2].outputs[0].data["text/plain"] == "'HIGH'"


LINES = ["x = 1", "  y = 2", "if x:", "    ", "", "%time", "!ls", "x?", "?x", "/f 1", ",f a", ";f", ">>> x", "... y"]
LINES += ["In [1]: x", "[ins] In [2]: y", "a = !ls", "b = %who", "'" * 3, "f(", ")", "x\\", "\r/f", "\x0c%x", "# !"]
LINE = st.sampled_from([*LINES, "\u2028;f"]) | st.text(" \n\t%!?/;,xi=()'\"", max_size=8)


@given(st.lists(LINE, max_size=5), st.sampled_from(["\n", ""]))
def test_a_cell_that_counts_as_plain_is_one_that_ipython_leaves_alone(lines, end):
    cell = "\n".join(lines) + end
    if is_plain(cell):
        try:
            left = TransformerManager().transform_cell(cell)
        except SyntaxError:  # broken: Python says so as well
            return
        assert left == (cell if cell.endswith("\n") else cell + "\n")


def test_most_cells_of_the_briefs_count_as_plain():
    cells = [cell.source for path in BRIEFS for cell in read(path).cells if cell.cell_type == "code"]
    assert sum(map(is_plain, cells)) > len(cells) / 2


def test_a_kernel_of_another_language_or_environment_is_started_plain():
    assert provisioner._is_own([sys.executable, "-m", "ipykernel_launcher", "-f", "x"])
    assert not provisioner._is_own(["/elsewhere/python", "-m", "ipykernel_launcher", "-f", "x"])
    assert not provisioner._is_own(["R", "--slave", "-e", "IRkernel::main()"])


def test_a_template_that_cannot_answer_is_replaced_by_a_plain_start(tmp_path, monkeypatch, caplog):
    class Broken:
        def fork(self, *_):
            raise OSError("the template process gave no kernel (made up)")

    monkeypatch.setattr(provisioner, "warm_up", Broken)
    assert told(tmp_path / "notebooks" / "told.ipynb", "import os; os.getppid()") == str(os.getpid())
    assert "gave no kernel (made up); starting a plain one" in caplog.text


def test_a_template_that_was_killed_is_started_anew(tmp_path):
    path = tmp_path / "notebooks" / "told.ipynb"
    killed = warm_up().process
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert int(told(path, "import os; os.getppid()")) == warm_up().process.pid != killed.pid


def started(template_process):
    """Start one idle kernel and give its handle."""
    null = os.open(os.devnull, os.O_RDWR)
    return template_process.fork(["--IPKernelApp.transport=tcp"], dict(os.environ), "/", [null, null, null])


def test_a_kernel_ends_with_whoever_asked_for_it():
    kernel = started(warm_up())
    kernel._link.close()  # as when its process is killed
    assert gone(kernel.pid)


def test_kernels_end_with_their_template():
    alone = template.Template()
    kernel = started(alone)
    os.kill(alone.process.pid, signal.SIGKILL)
    assert gone(kernel.pid)
    assert kernel.wait(5) == -signal.SIGKILL
    alone.close()


def test_the_template_and_its_kernels_end_with_the_owner_whatever_ends_it(tmp_path):
    owner = textwrap.dedent("""
        import os, sys, time
        sys.path.insert(0, sys.argv[1])
        from test_kernels import started, warm_up
        kernel = started(warm_up())
        print(warm_up().process.pid, kernel.pid, flush=True)
        time.sleep(60)
    """)
    command = [sys.executable, "-c", owner, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        pids = [int(pid) for pid in process.stdout.readline().split()]
        process.kill()
    assert [gone(pid) for pid in pids] == [True, True]


def test_a_kernel_reports_how_it_ended():
    kernel = started(warm_up())
    assert kernel.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        kernel.wait(0.05)
    kernel.send_signal(signal.SIGKILL)
    assert kernel.wait(10) == -signal.SIGKILL
    kernel.terminate()  # a second end is no error


def test_a_run_leaves_no_process_behind(tmp_path):
    path = tmp_path / "notebooks" / "told.ipynb"
    pid = int(told(path, "import os; os.getpid()"))
    assert gone(pid)
    note = tmp_path / "pid"
    endless = f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(60)"
    with pytest.raises(BriefError, match="still running after its time limit of 1 s"):
        told(path, endless, time_limit=1)
    assert gone(int(note.read_text()))


PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"


@pytest.mark.parametrize("cold", [False, True])
def test_a_plot_of_somebody_elses_is_shown_as_a_picture(tmp_path, cold):
    path = write_notebook(tmp_path / "notebooks" / "plot.ipynb", [code("plot", PLOT)])
    assert "image/png" in run(path, cold=cold).cells[0].outputs[0].data


# --- a kernel that is slow, or gone -----------------------------------------------------------------------------------


def test_what_faces_have_learnt_is_kept_for_a_user(tmp_path, monkeypatch):
    learnt = []
    monkeypatch.setattr(files, "own_folder", lambda: tmp_path)
    monkeypatch.setattr(Face, "_learn", lambda *asked, learn=Face._learn: learnt.append(asked) or learn(*asked))

    def measured():
        """Let faces that know nothing know the usual; give what they know."""
        monkeypatch.setattr(house.OUTLINES, "faces", {})
        house.width_of.cache_clear()
        warmth._measure()
        return {weight: house.OUTLINES.faces[house.face(weight)].steps for weight in (400, 600, 700)}

    known = measured()
    assert learnt
    learnt.clear()
    assert measured() == known
    assert not learnt
    (kept,) = (tmp_path / "letters").iterdir()
    kept.write_bytes(kept.read_bytes()[:-9])
    assert measured() == known
    assert learnt


@pytest.mark.parametrize("extra", [[], ["--InteractiveShell.ast_node_interactivity=all"]])
def test_a_kernel_takes_the_arguments_that_it_is_started_with(extra):
    async def started():
        manager = AsyncKernelManager(kernel_name="python3", client_factory=PromptClient)
        manager.kernel_spec.metadata |= provisioner.WARM_START
        await manager.start_kernel(extra_arguments=extra)
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            asked = {"shown": "get_ipython().ast_node_interactivity", "is_warm": "type(get_ipython()).__module__"}
            asked["remembers"] = "get_ipython().history_manager.enabled"
            reply = await client.execute("", silent=True, user_expressions=asked, reply=True, timeout=60)
            return [each["data"]["text/plain"] for each in reply["content"]["user_expressions"].values()]
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    shown = "'all'" if extra else "'last_expr'"
    assert asyncio.run(started()) == [shown, "'briefkit.kernels.kernel'", "False"]


async def _asked_of_a_kernel(trouble, **options):
    manager = AsyncKernelManager(kernel_name="python3", client_factory=PromptClient)
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        trouble(manager.provisioner.process)
        await client.wait_for_ready(**options)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def test_a_kernel_that_does_not_answer_in_time_is_given_up():
    with pytest.raises(RuntimeError, match="Kernel didn't respond in 0.1 seconds"):
        asyncio.run(_asked_of_a_kernel(lambda process: process.send_signal(signal.SIGSTOP), timeout=0.1))


def test_a_kernel_that_has_died_is_not_waited_for():
    with pytest.raises(RuntimeError, match="Kernel died before replying"):
        asyncio.run(_asked_of_a_kernel(lambda process: process.kill()))
