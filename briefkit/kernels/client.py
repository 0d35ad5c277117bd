"""Talk to a kernel as soon as it answers: Jupyter's own client waits a while for more messages, in every run."""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

RETRY = 1.0  # seconds after which a silent kernel is asked again
HEARD = 0.03  # seconds in which a note follows its reply, unless the channel was not open yet: then ask again
RECONNECT = 5  # milliseconds after which a socket that the kernel has not opened yet is tried again


class PromptChannel(AsyncZMQSocketChannel):
    """Take what is there, where there is no time limit: Jupyter's first asks whether there is anything."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait for a message; `Empty` after `timeout` seconds."""
        return await (self._recv() if timeout is None else super().get_msg(timeout))


class PromptClient(AsyncKernelClient):
    """Find a kernel ready when it has said on both channels that it has answered; nothing else is on its way then."""

    iopub_channel_class = Type(PromptChannel)

    def start_channels(self, **_: bool) -> None:
        """Open the two channels that a run needs, each again and again until the kernel has opened its end."""
        self.context.reconnect_ivl = RECONNECT
        super().start_channels(stdin=False, hb=False, control=False)

    def stop_channels(self) -> None:
        """Close them."""
        for channel in (self.shell_channel, self.iopub_channel):
            channel.stop()

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers; RuntimeError when it has died, or not answered in `timeout` seconds."""
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        patience = HEARD
        while not await self._answers(patience):
            patience = min(2 * patience, RETRY)  # on a busy machine the note may be late, time and again
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answers(self, patience: float) -> bool:
        """Ask the kernel who it is; wait for the reply, and for the note that it is idle after it."""
        asked = self.kernel_info()
        try:
            while (await self.get_shell_msg(timeout=RETRY))["parent_header"].get("msg_id") != asked:
                pass
            while True:
                heard = await self.get_iopub_msg(timeout=patience)
                if heard["parent_header"].get("msg_id") == asked and heard["content"].get("execution_state") == "idle":
                    return True
        except Empty:
            return False
