"""The kernel that a fork of the template becomes: Jupyter's own, without work that has no effect on a brief.

A cell of a brief is small, so what a kernel does around it weighs as much as the cell. Results are those of the plain
kernel; what cannot be told to be so goes Jupyter's way.
"""

from __future__ import annotations

import re
import sys
import threading
from functools import partial
from typing import Any

import zmq
from ipykernel.iostream import BackgroundSocket, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.inputtransformer2 import TransformerManager
from traitlets import Type
from traitlets.config import Config

# Whatever IPython may read as something else than Python: magics, commands, help, prompts, quoting, an indented start;
# blanks alone in a line, and ends of lines that are not "\n".
SPECIAL = re.compile(
    r"[%!?]|\bIn ?\[|^\s*(?:[/,;]|>>>|\.\.\.)|\A\s|^[ \t]+$|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", re.MULTILINE
)

NO_HISTORY = "--HistoryManager.hist_file=:memory:"  # nbclient asks for it; here there is none whoever asks


def is_plain(cell: str) -> bool:
    """Tell whether IPython would leave a cell as it is. A single line, which may be a command's name, it looks up."""
    return "\n" in cell.rstrip("\n") and not SPECIAL.search(cell)


class Stream(OutStream):
    """Send at once only what was printed: Jupyter's sends six times for each cell, and waits each time.

    What comes from outside of Python is read by a thread, which gets its turn when the `request_ended`.
    """

    _ended = False

    def request_ended(self) -> None:
        """Wait at the next flush, whether or not anything was printed."""
        self._ended = True

    def flush(self) -> None:
        """Hand on what was printed, if anything was."""
        if self._ended or self._flush_pending:
            self._ended = False
            super().flush()


class Shell(ZMQInteractiveShell):
    """Leave plain Python as it is written: IPython takes it apart into tokens and compiles it, twice each."""

    def transform_cell(self, raw_cell: str) -> str:
        """Give a cell as Python, with an end to its last line."""
        if is_plain(raw_cell) and self._transforms_as_usual():
            return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        return super().transform_cell(raw_cell)

    def should_run_async(self, raw_cell: str, *, transformed_cell: str | None = None, **options: Any) -> bool:
        """Tell whether a cell awaits anything outside of functions."""
        code = transformed_cell or raw_cell
        may = "await" in code or "async" in code
        return may and super().should_run_async(raw_cell, transformed_cell=transformed_cell, **options)

    def _transforms_as_usual(self) -> bool:
        """Tell whether no cell has given the shell transforms of its own."""
        return not self.input_transformers_post and vars(self.input_transformer_manager) == vars(TransformerManager())


class Outbox(BackgroundSocket):
    """Keep what a request says until it has been met: Jupyter wakes a thread for each message."""

    held = False

    def __setattr__(self, name: str, value: object) -> None:
        """Set what is this class's own; all else is the socket's."""
        object.__setattr__(self, name, value) if name == "held" else super().__setattr__(name, value)

    def send_multipart(self, *message: Any, **options: Any) -> None:
        """Send a message, if need be later; what other threads send goes at once, after what was kept."""
        sends = self.io_thread.thread.is_alive()  # not in a process that a cell has forked
        if self.held and sends and threading.current_thread() is threading.main_thread():
            self.io_thread._events.append(partial(self.io_thread._really_send, *message, **options))
        else:
            super().send_multipart(*message, **options)

    def release(self) -> None:
        """Send what was kept."""
        self.held = False
        if self.io_thread._events:
            self.io_thread.schedule(bool)


class InMainThread:
    """Stand for the thread that other kernels read requests in, where there is none."""

    parent_thread = property(lambda _: threading.main_thread())

    def __bool__(self) -> bool:
        return False


class Kernel(IPythonKernel):
    """Run cells in this module's shell, and print to its streams."""

    shell_class = Type(Shell)
    _execute_sleep = 0.0
    _supports_kernel_subshells = False

    def start(self) -> None:
        """Start, and make no record of what the application's level keeps from being logged."""
        self.log.setLevel(self.parent.log_level)
        super().start()
        self.shell_channel_thread = InMainThread()  # asked for by cells that await

    async def dispatch_shell(self, *message: Any, **options: Any) -> None:
        """Meet a request."""
        self.iopub_socket.held = True
        try:
            await super().dispatch_shell(*message, **options)
        finally:
            self.iopub_socket.release()

    def post_handler_hook(self) -> None:
        """Let the standard output send what came in during the request; a brief keeps nothing of the other stream."""
        super().post_handler_hook()
        if isinstance(sys.stdout, Stream):
            sys.stdout.request_ended()


class App(IPKernelApp):
    """Start such a kernel: one client asks it, one request after the other, so that its main thread takes them."""

    kernel_class = Type(Kernel)
    outstream_class = f"{__name__}.Stream"

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the one argument that Jupyter starts a kernel with: to make a parser would take a tenth of the start."""
        given = [each for each in (sys.argv[1:] if argv is None else argv) if each != NO_HISTORY]
        if given[:1] == ["-f"] and len(given) == 2:
            self.update_config(Config({"IPKernelApp": {"connection_file": given[1]}}))
        else:
            super().parse_command_line(argv)
        self.update_config(Config({"HistoryManager": {"enabled": False}}))  # it is a person's, and no person types here

    def init_iopub(self, context: zmq.Context) -> None:
        """Open the channel of results."""
        super().init_iopub(context)
        self.iopub_socket = Outbox(self.iopub_thread)

    def init_kernel(self) -> None:
        """Make the kernel."""
        self.shell_channel_thread = None
        super().init_kernel()
