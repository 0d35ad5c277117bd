"""The template: one process that imports what briefs need, once, and forks itself for each kernel that is asked for.

It is started by the first process that wants a kernel (the owner) and listens on a socket in a private folder, so that
workers forked from the owner share it. It has one thread and no ZMQ context, as forking needs. Whoever asks for a
kernel keeps the connection: the template reports the kernel's end on it, and kills the kernel when it closes. A kernel
whose template is gone ends by ipykernel's own watch on its parent; a template whose owner is gone ends at once.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import random
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

KERNEL = "briefkit.kernels.kernel"
# Not the inline backend of matplotlib: on import it ties itself to the shell, and here there is none yet.
WARM = (
    KERNEL,
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.utils.wildcard",
    "IPython.extensions.storemagic",
    "faulthandler",
    "sqlite3",
    "tornado.platform.asyncio",
    "briefkit.charts",
    "briefkit.claims",
    "briefkit.data",
    "briefkit.displays",
)
LAUNCH = ["-m", "ipykernel_launcher"]
PATIENCE = 60  # seconds in which a template must have imported all and answered

_templates: list[Template] = []


def available() -> bool:
    """Tell whether kernels can be forked here. Not on macOS, where system libraries start threads on their own."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def warm_up() -> Template | None:
    """Start the template unless it runs, without waiting for it; give nothing where kernels cannot be forked."""
    if not available():
        return None
    if not _templates or not _templates[-1].alive():
        _templates[:] = [Template()]
    return _templates[-1]


def is_warming() -> bool:
    """Tell whether a template has been started, and may be getting ready still."""
    return bool(_templates)


class Template:
    """Hold the template process as its owner and its owner's forks see it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.folder = Path(tempfile.mkdtemp(prefix="kernels-"))
        self.address = str(self.folder / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(128)
            # Threads of a linear algebra library would not survive the fork, and no brief multiplies matrices.
            settings = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            inline = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}  # what ipykernel sets before imports
            self.process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import main; main()", str(listener.fileno())],
                stdin=subprocess.PIPE,  # closes with the owner, whatever ends it
                env=inline | os.environ | settings,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        atexit.register(self.close)

    def alive(self) -> bool:
        """Tell whether it runs; a fork of the owner, which cannot know, trusts that it does."""
        return os.getpid() != self.owner or self.process.poll() is None

    def fork(self, arguments: list[str], env: dict[str, str], folder: str, streams: list[int]) -> Fork:
        """Ask for a kernel with the arguments of `ipykernel_launcher`; OSError when there is none to be had."""
        link = socket.socket(socket.AF_UNIX)
        try:
            link.settimeout(PATIENCE)
            link.connect(self.address)
            asked = json.dumps({"arguments": arguments, "env": env, "folder": folder}).encode() + b"\n"
            sent = socket.send_fds(link, [asked], streams)
            link.sendall(asked[sent:])
            return Fork(link, int(_line(link)))
        except (OSError, ValueError) as error:
            link.close()
            raise OSError(f"the template process gave no kernel ({error})") from error

    def close(self) -> None:
        """End the template and with it every kernel that it forked."""
        if os.getpid() != self.owner:
            return
        atexit.unregister(self.close)
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Fork:
    """A forked kernel with the face of a `subprocess.Popen`, which is what Jupyter's provisioner works with."""

    stdin = stdout = stderr = None

    def __init__(self, link: socket.socket, pid: int) -> None:
        self._link, self.pid, self.returncode = link, pid, None

    def poll(self) -> int | None:
        """Give the exit status, negative for a signal, or None while the kernel runs."""
        return self._heard(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; `subprocess.TimeoutExpired` when it does not come in time."""
        if self._heard(timeout) is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal the kernel unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _heard(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            self._link.settimeout(timeout)
            with contextlib.suppress(BlockingIOError, TimeoutError):
                # Silence means that the template is gone; its kernels follow it.
                self.returncode = int(_line(self._link) or -signal.SIGKILL)
                self._link.close()
        return self.returncode


def _line(link: socket.socket) -> bytes:
    """Read up to a line's end or the connection's."""
    heard = b""
    try:
        while not heard.endswith(b"\n") and (piece := link.recv(65536)):
            heard += piece
    except ConnectionResetError:
        return b""
    return heard.strip()


# What follows runs in the template process.


def main() -> None:
    """Import what is needed, then serve until the owner is gone."""
    del sys.path[0]  # as ipykernel_launcher does: no module of the current folder shadows a real one
    listener = socket.socket(fileno=int(sys.argv[1]))
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads on import whose end is to be its own
    gc.disable()  # a fifth of the time, and what is imported is not garbage
    sys.modules["debugpy"] = None  # nobody debugs a fork, and its debugger takes a tenth of the time
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    for name in WARM:
        importlib.import_module(name)
    warmth = importlib.import_module("briefkit.kernels.warmth")
    warmth.warm()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)  # in the kernels too: at Python's own pace it takes a twentieth of their time
    asked = Server(listener, warmth.read).serve()
    if not asked:
        os._exit(0)  # to take down what was imported takes longer than the owner should wait
    _become_kernel(*asked)


class Server:
    """Fork kernels, report their ends, and end those that nobody waits for."""

    def __init__(self, listener: socket.socket, ready: Callable[[Path], None]) -> None:
        self.listener, self.ready = listener, ready
        self.kernels: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.deaths, wakes = socket.socketpair()
        self.wakes = wakes
        wakes.setblocking(False)
        self.deaths.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(0, selectors.EVENT_READ, self._owner_left)
        self.selector.register(listener, selectors.EVENT_READ, self._asked)
        self.selector.register(self.deaths, selectors.EVENT_READ, self._ended)
        self.done = False

    def serve(self) -> tuple[dict[str, Any], list[int]] | None:
        """Serve until the owner leaves (then give nothing); in a fork, give what its kernel is to do."""
        while not self.done:
            for key, _ in self.selector.select():
                asked = key.data(key.fileobj)
                if asked:
                    return asked
        for pid in list(self.kernels):
            _kill_group(pid)
        return None

    def _owner_left(self, _: Any) -> None:
        self.done = not os.read(0, 1)

    def _asked(self, listener: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
        link, _ = listener.accept()
        link.settimeout(5)
        streams: list[int] = []
        try:
            heard, streams, _, _ = socket.recv_fds(link, 65536, 3)
            if not heard.endswith(b"\n"):
                heard += _line(link)
            order = json.loads(heard)
        except (OSError, ValueError):  # whoever asked has gone
            link.close()
            order = None
        if order:
            self.ready(Path(order["folder"]))
            gc.freeze()  # the child's collector leaves these pages shared
        pid = os.fork() if order else -1
        if pid == 0:
            self._leave(link)
            return order, streams
        for stream in streams:
            os.close(stream)
        if order:
            self.kernels[pid] = link
            self.selector.register(link, selectors.EVENT_READ, self._unwanted)
        return None

    def _leave(self, link: socket.socket) -> None:
        """In the child: drop all that is the template's, and say that the kernel is here, in a group of its own."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        link.sendall(b"%d\n" % os.getpid())
        self.selector.close()
        for held in (link, self.listener, self.deaths, self.wakes, *self.kernels.values()):
            held.close()

    def _unwanted(self, link: socket.socket) -> None:
        """End a kernel whose asker closed the connection or was killed."""
        self.selector.unregister(link)
        for pid, held in self.kernels.items():
            if held is link:
                _kill_group(pid)

    def _ended(self, deaths: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while deaths.recv(4096):
                pass
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                link = self.kernels.pop(pid)
                with contextlib.suppress(KeyError):
                    self.selector.unregister(link)
                with contextlib.suppress(OSError):
                    link.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
                link.close()


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _become_kernel(order: dict[str, Any], streams: list[int]) -> None:
    """Take on the folder, environment, streams and random state of a process of its own, and run ipykernel."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["env"])
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    random.seed()
    sys.modules["numpy"].random.seed()
    sys.argv = [importlib.util.find_spec("ipykernel_launcher").origin, *order["arguments"]]
    sys.modules[KERNEL].App.launch_instance()


if __name__ == "__main__":
    main()
