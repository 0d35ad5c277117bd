"""Jupyter's own hook for starting kernels, with the template's forks in place of new processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from briefkit.kernels.template import LAUNCH, warm_up

# What a kernel's specification says to be started here; the name is that of the entry point in pyproject.toml.
WARM_START = {"kernel_provisioner": {"provisioner_name": "briefkit-warm"}}

GLANCE, GLANCES = 0.005, 200  # seconds between two looks whether a kernel has ended, and how often


class WarmProvisioner(LocalProvisioner):
    """Fork Python kernels of this environment from the template; start all others, and where that fails, plain."""

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and see it end, in milliseconds: Jupyter would look again after a tenth of a second."""
        await super().kill(restart)
        for _ in range(GLANCES):
            if not self.process or self.process.poll() is not None:
                return
            await asyncio.sleep(GLANCE)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel; interrupts, signals and shutdown are Jupyter's, for either kind of process."""
        template = warm_up() if _is_own(cmd) else None
        if template is None:
            return await super().launch_kernel(cmd, **kwargs)
        streams = [_opened(kwargs.get(name), number) for number, name in enumerate(("stdin", "stdout", "stderr"))]
        self.cwd = kwargs.get("cwd") or os.getcwd()
        try:
            self.process = template.fork(cmd[3:], kwargs["env"], str(self.cwd), streams)
        except OSError as error:
            self.log.warning("%s; starting a plain one", error)
            return await super().launch_kernel(cmd, **kwargs)
        finally:
            for stream in streams:
                os.close(stream)
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def _is_own(cmd: list[str]) -> bool:
    return [sys.executable, *LAUNCH] == cmd[:3]


def _opened(stream: Any, number: int) -> int:
    """Give a file descriptor of its own for what `subprocess` would take as a stream."""
    if stream == subprocess.DEVNULL or (number == 0 and stream is None):
        return os.open(os.devnull, os.O_RDWR)
    if stream is None:
        return os.dup(number)
    return os.dup(stream if isinstance(stream, int) else stream.fileno())
