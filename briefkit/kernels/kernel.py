"""The kernel that a fork of the template becomes: Jupyter's own, without work that has no effect on a brief.

A cell of a brief is small, so what a kernel does around it weighs as much as the cell. Results are those of the plain
kernel; what cannot be told to be so goes Jupyter's way.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.inputtransformer2 import TransformerManager
from traitlets import Type

# Whatever IPython may read as something else than Python: magics, commands, help, prompts, quoting, an indented start;
# blanks alone in a line, and ends of lines that are not "\n".
SPECIAL = re.compile(
    r"[%!?]|\bIn ?\[|^\s*(?:[/,;]|>>>|\.\.\.)|\A\s|^[ \t]+$|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", re.MULTILINE
)


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


class Kernel(IPythonKernel):
    """Run cells in this module's shell, and print to its streams."""

    shell_class = Type(Shell)
    _execute_sleep = 0.0

    def post_handler_hook(self) -> None:
        """Let each stream send what came in during the request."""
        super().post_handler_hook()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, Stream):
                stream.request_ended()
