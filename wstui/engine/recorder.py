"""The session file of a running session, and the counts that progress notices carry.

The writer works in a thread of its own; its callbacks are carried into the event loop here, many
commits in one wake-up.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from wstui.events import MESSAGE_KINDS, Direction, Event, Kind, ProgressNotice
from wstui.timeline import SessionInfo, TimelineWriter

PAUSE_BACKLOG_BYTES = 2 * 1024 * 1024
"""Received but not yet committed: beyond this the wire stops reading, and TCP slows the peer down.

About 5,000 small messages, which SQLite takes in 35 ms. The wire reads three times as fast as the disk
takes: with more room what was read would be on disk later than promised. Source: measured.
"""

RESUME_BACKLOG_BYTES = PAUSE_BACKLOG_BYTES * 7 // 8
"""Soon enough to keep the writer busy: a transaction takes more than the difference."""

SETTLE_S = 2.0
"""How long the end of a connection may wait for the disk before it is told all the same."""

_RECEIVED, _SENT = Direction.RECEIVED.value, Direction.SENT.value
_PONG = Kind.PONG.value


class Recorder:
    """Writes one session file. Everything but the writer's callbacks happens in the event loop."""

    def __init__(
        self,
        path: Path,
        info: SessionInfo,
        *,
        record_limit_bytes: int,
        on_commit: Callable[[], None],
        on_problem: Callable[[str, bool], None],
    ) -> None:
        """Create the file.

        Args:
            path: where; its folder is made when missing.
            info: what the file says about its session.
            record_limit_bytes: of a longer payload only this much is kept.
            on_commit: called in the loop after one or many commits.
            on_problem: called in the loop with a sentence, and whether recording is over.

        Raises:
            TimelineError: the file cannot be made.
            OSError: the same.
        """
        self.path = path
        self._loop = asyncio.get_running_loop()
        self._on_commit = on_commit
        self._on_problem = on_problem
        self._committed_id = 0
        self._waking = False
        self._messages = {_RECEIVED: 0, _SENT: 0}
        self._bytes = {_RECEIVED: 0, _SENT: 0}
        self._last_ns = {_RECEIVED: 0, _SENT: 0}
        self._last_rtt_ns = 0
        self._writer = TimelineWriter(
            path,
            info,
            record_limit=record_limit_bytes,
            on_commit=self._committed,
            on_problem=self._failed,
        )

    @property
    def backlog_bytes(self) -> int:
        """Handed over but not yet committed."""
        return self._writer.backlog_bytes

    @property
    def in_place(self) -> bool:
        """Whether the file is still where it was made: not deleted or moved."""
        return self._writer.in_place

    def record(self, events: list[Event]) -> int:
        """Hand events over to the writer; they are numbered in this order.

        Returns:
            The first one's id; 0 where the writer's backlog is at its limit and they were left out.
        """
        for event in events:
            if event.direction in self._last_ns:
                self._count(event)
        return self._writer.write(events)

    def mark(self, event_id: int, mark: str, dialect: str, data: dict[str, Any] | None = None) -> None:
        """Say what was recognised in an event that was handed over."""
        self._writer.add_mark(event_id, mark, dialect, data)

    def progress(self, now_ns: int) -> ProgressNotice:
        """How far the recording is."""
        return ProgressNotice(
            last_id=self._committed_id,
            now_ns=now_ns,
            messages_received=self._messages[_RECEIVED],
            messages_sent=self._messages[_SENT],
            bytes_received=self._bytes[_RECEIVED],
            bytes_sent=self._bytes[_SENT],
            last_rtt_ns=self._last_rtt_ns,
            last_received_ns=self._last_ns[_RECEIVED],
            last_sent_ns=self._last_ns[_SENT],
            backlog_bytes=self.backlog_bytes,
        )

    def note_end(self, ended_ns: int) -> None:
        """Note the session's end already now; recording may go on, and a later end replaces it."""
        self._writer.finish(ended_ns)

    async def settle(self) -> None:
        """Wait until everything handed over is committed; not for ever, as a full disk stays full."""
        await asyncio.to_thread(self._writer.flush, SETTLE_S)

    async def finish(self, ended_ns: int) -> None:
        """Commit the rest, note the session's end and close the file."""
        await asyncio.to_thread(self._finish, ended_ns)

    def _finish(self, ended_ns: int) -> None:
        try:
            self._writer.finish(ended_ns)
        finally:
            self._writer.close()

    def _count(self, event: Event) -> None:
        direction = event.direction
        self._last_ns[direction] = event.t_ns
        if event.kind in MESSAGE_KINDS:
            self._bytes[direction] += event.size
            if event.detail is None or event.detail.get("fin", True):
                self._messages[direction] += 1
        elif event.kind == _PONG and event.detail and "rtt_ns" in event.detail:
            self._last_rtt_ns = event.detail["rtt_ns"]

    def _committed(self, last_id: int) -> None:
        """In the writer's thread. The id is stored before the flag is read, so none is lost."""
        self._committed_id = last_id
        if not self._waking:
            self._waking = True
            self._in_loop(self._tell_commit)

    def _tell_commit(self) -> None:
        self._waking = False
        self._on_commit()

    def _failed(self, sentence: str, fatal: bool) -> None:
        self._in_loop(self._on_problem, sentence, fatal)

    def _in_loop(self, callback: Callable[..., None], *args: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            self._loop.call_soon_threadsafe(callback, *args)
