"""What the terminal UI and headless commands hold: one interface, in a process of its own or not."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from wstui.events import (
    AnswerPings,
    Command,
    DelayPongs,
    Notice,
    ProgressNotice,
    StateNotice,
    StopReading,
    WithholdPongs,
)

MODES = (WithholdPongs, DelayPongs, AnswerPings, StopReading)
"""Commands that say how a connection is handled. While dialling they are kept, and hold from the open on."""

NoticeListener = Callable[[Notice], None]
"""Called in the event loop of whoever started the engine; must be quick."""


class SessionEngine(Protocol):
    """One session: commands go in, notices come out, everything else stands in the session file."""

    @property
    def state(self) -> StateNotice:
        """The newest state; ``idle`` before the first Connect."""

    @property
    def progress(self) -> ProgressNotice:
        """How far the recording is."""

    async def do(self, command: Command) -> dict[str, Any]:
        """Carry a command out.

        Returns:
            What the command has to say: ``{"session": path, "connection": n}`` for Connect, else ``{}``.

        Raises:
            CommandRefused: it is impossible now, or the engine is gone; the message is one sentence.
        """

    async def shutdown(self) -> None:
        """Close with 1001 if open, commit, end. Bounded in time; harmless when repeated."""


def call_listener(listener: NoticeListener, notice: Notice) -> None:
    """Call ``listener``; a mistake in it goes to the loop's exception handler, not into the engine."""
    try:
        listener(notice)
    except Exception as error:  # noqa: BLE001 - whatever it is, the session must go on
        asyncio.get_running_loop().call_exception_handler(
            {"message": "a notice listener failed", "exception": error}
        )
