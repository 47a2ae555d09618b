"""The engine within the caller's own process, for headless commands: the same interface as the handle's."""

from pathlib import Path
from typing import Any

from wstui.engine.engine import Engine
from wstui.engine.open_session import EventTap
from wstui.engine.session import NoticeListener
from wstui.events import Command, Notice, ProgressNotice, StateNotice


class LocalEngine:
    """Satisfies ``SessionEngine``. Needs a running event loop; nothing in it may block."""

    def __init__(
        self,
        on_notice: NoticeListener | None = None,
        *,
        tap: EventTap | None = None,
        folder: Path | None = None,
    ) -> None:
        """An idle engine.

        Args:
            on_notice: gets every notice.
            tap: sees every event at once, before it is on disk.
            folder: of the session files; the person's own by default.
        """
        self._engine = Engine(on_notice or _ignore, tap=tap, folder=folder)

    @property
    def state(self) -> StateNotice:
        """The newest state; ``idle`` before the first Connect."""
        return self._engine.state

    @property
    def progress(self) -> ProgressNotice:
        """How far the recording is."""
        return self._engine.progress

    async def do(self, command: Command) -> dict[str, Any]:
        """Carry a command out.

        Raises:
            CommandRefused: it is impossible now.
        """
        return await self._engine.execute(command)

    async def shutdown(self) -> None:
        """Close with 1001 if open, commit, end."""
        await self._engine.shutdown()


def _ignore(notice: Notice) -> None:
    del notice
