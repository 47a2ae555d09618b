"""The recorder's side of the session file: events go in, a thread of its own puts them on disk.

Rule 1: nothing here blocks the caller; back-pressure is the caller's, who watches
:attr:`TimelineWriter.backlog_bytes`. Rule 2: what cannot be written now waits and is tried again; if
ever something must be left out, it is counted, reported and recorded as a gap.
"""

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wstui.events import Event
from wstui.timeline.gaps import LeftOut
from wstui.timeline.recording import (
    EndRow,
    Item,
    MarkRow,
    NoteRow,
    Recording,
)
from wstui.timeline.rows import Note, encode_json
from wstui.timeline.session import SessionInfo

BACKLOG_LIMIT_BYTES = 256 << 20
"""Beyond this backlog new events are left out. A caller that stops reading in time never gets here."""

_EVENT_OVERHEAD_BYTES = 300
"""What an event occupies in memory beside its payload, roughly."""

_PAUSE_S = 0.01
"""Between two commits, so that a busy wire makes 100 transactions a second and not thousands."""

_ROWS_PER_COMMIT = 2000
_BYTES_PER_COMMIT = 8 << 20
"""Both keep a transaction under about 20 ms when there is much to catch up with."""

_RETRY_S = 1.0

_LOOK_EVERY_S = 1.0
"""How often the writer looks whether its file was deleted."""

_Queued = tuple[Item | threading.Event, int]
"""An item and its share of the backlog in bytes; an event to be set when all before is committed."""


class TimelineWriter:
    """Records one session. One producer thread; all SQL happens in a thread of its own."""

    def __init__(
        self,
        path: Path,
        info: SessionInfo,
        record_limit: int = 1 << 20,
        on_commit: Callable[[int], None] | None = None,
        on_problem: Callable[[str, bool], None] | None = None,
    ) -> None:
        """Make the file and start the thread.

        Args:
            path: of the new file; its folder is made if need be.
            info: the session's one row.
            record_limit: bytes of a payload that are kept; of a longer one the start, with
                ``cut`` and the ``sha256`` of the whole in its detail.
            on_commit: called with the newest committed id, in the writer's thread.
            on_problem: called with a sentence and whether it is final, in the writer's thread (what
                :meth:`write` has to leave out: in its caller's).

        Raises:
            TimelineError: the file exists or cannot be made.
        """
        self.path = path
        self._recording = Recording(path, info, record_limit)
        self._on_commit = on_commit
        self._on_problem = on_problem
        self._queue: deque[_Queued] = deque()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._next_id = 1
        self._queued_bytes = 0
        self._committed_bytes = 0
        self._left_out = LeftOut()
        self._problem = ""
        self._look_at_s = 0.0
        self._is_displaced = False
        self._thread = threading.Thread(target=self._run, name="timeline-writer", daemon=True)
        self._thread.start()

    @property
    def last_id(self) -> int:
        """The newest committed event."""
        return self._recording.last_id

    @property
    def in_place(self) -> bool:
        """Whether the file is still where it was made; asks the file system."""
        return self._recording.in_place

    @property
    def backlog_bytes(self) -> int:
        """Memory held by what is queued and not yet committed, roughly."""
        return self._queued_bytes - self._committed_bytes

    def write(self, events: list[Event]) -> int:
        """Queue a batch of events, in order. Cheap, and never blocks.

        Returns:
            The id of the batch's first event; the others follow without a gap. 0 when the batch had
            to be left out, because the backlog is at its limit or the writer closed.
        """
        if self._closing.is_set():
            self._tell(f"{len(events)} events came after {self.path.name} was closed and are not recorded.")
            return 0
        weight = len(events) * _EVENT_OVERHEAD_BYTES
        for event in events:
            if event[6] is not None:
                weight += len(event[6])
        if self.backlog_bytes + weight > BACKLOG_LIMIT_BYTES:
            self._leave_out(len(events), weight)
            return 0
        if self._left_out.events:
            self._record_gap(events[0] if events else None)
        first_id = self._next_id
        self._next_id += len(events)
        self._enqueue(events, weight)
        return first_id

    def add_mark(self, event_id: int, mark: str, dialect: str, data: dict[str, Any] | None = None) -> None:
        """Queue a mark on an event already given to :meth:`write`."""
        self._enqueue(
            MarkRow(event_id, mark, dialect, encode_json(data) if data else None), _EVENT_OVERHEAD_BYTES
        )

    def add_note(self, event_id: int | None, t_ns: int, text: str, colour: str = "") -> None:
        """Queue a person's note on an event, or with ``event_id`` None on the moment ``t_ns``."""
        self._enqueue(
            NoteRow(event_id, t_ns, text, colour, time.time_ns()), _EVENT_OVERHEAD_BYTES + len(text)
        )

    def restore_note(self, note: Note) -> None:
        """Queue a note as it was in another file, with its number and its times."""
        row = NoteRow(
            note.event_id, note.t_ns, note.text, note.colour, note.created_ns, note.edited_ns, note.id
        )
        self._enqueue(row, _EVENT_OVERHEAD_BYTES + len(note.text))

    def finish(self, ended_ns: int) -> None:
        """Queue the session's end, in session time. Writing may go on: a later end replaces it."""
        self._enqueue(EndRow(ended_ns), 0)

    def flush(self, timeout_s: float | None = None) -> bool:
        """Block until everything queued so far is committed.

        Returns:
            False if ``timeout_s`` passed first.
        """
        done = threading.Event()
        if not self._thread.is_alive():
            return not self._queue
        self._enqueue(done, 0)
        return done.wait(timeout_s)

    def close(self) -> None:
        """Commit what is queued, make the file single and whole, end the thread.

        What still cannot be written then is lost; a fatal problem says how much.
        """
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _enqueue(self, item: Item | threading.Event, weight: int) -> None:
        self._queued_bytes += weight
        self._queue.append((item, weight))
        if not self._wake.is_set():
            self._wake.set()

    def _leave_out(self, events: int, weight: int) -> None:
        if not self._left_out.events:
            self._tell(
                f"{self.path} cannot be written fast enough: from here on events are not recorded,"
                " until the backlog is smaller."
            )
        self._left_out.add(events, weight)

    def _record_gap(self, before: Event | None) -> None:
        gap = self._left_out.gap(before)
        self._left_out = LeftOut()
        self._tell(f"Recording goes on. {gap.detail['message'] if gap.detail else ''}")
        self._next_id += 1
        self._enqueue([gap], _EVENT_OVERHEAD_BYTES)

    # ---- the writer's thread ----

    def _run(self) -> None:
        try:
            self._record_until_closed()
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it to tell
            self._tell(f"Recording to {self.path} ended: {error!r}.", fatal=True)
        finally:
            self._release_waiting()
            self._recording.close()

    def _record_until_closed(self) -> None:
        while self._wait_for_work():
            part, is_full = self._next_part()
            if not self._commit(part):
                if self._closing.is_set():
                    self._give_up()
                    return
                self._closing.wait(_RETRY_S)
            elif not is_full:
                self._closing.wait(_PAUSE_S)

    def _wait_for_work(self) -> bool:
        while not self._queue:
            if self._closing.is_set():
                return False
            self._wake.wait()
            self._wake.clear()
        return True

    def _next_part(self) -> tuple[list[_Queued], bool]:
        """As much of the queue's head as one transaction takes, and whether it is a full one.

        It stays queued until it is committed.
        """
        part: list[_Queued] = []
        rows = weight = 0
        for index in range(len(self._queue)):
            item, item_weight = self._queue[index]
            part.append((item, item_weight))
            rows += len(item) if isinstance(item, list) else 1
            weight += item_weight
            if rows >= _ROWS_PER_COMMIT or weight >= _BYTES_PER_COMMIT:
                return part, True
        return part, False

    def _commit(self, part: list[_Queued]) -> bool:
        try:
            self._recording.record(
                [item for item, _ in part if not isinstance(item, threading.Event)],
                sum(weight for _, weight in part),
            )
        except sqlite3.Error as error:
            self._report(error)
            return False
        for _, weight in part:
            self._queue.popleft()
            self._committed_bytes += weight
        if self._problem:
            self._problem = ""
            self._tell(f"{self.path} can be written again; nothing that waited is lost.")
        if self._on_commit is not None:
            # Whoever listens may be gone already; recording goes on without them.
            with contextlib.suppress(Exception):
                self._on_commit(self._recording.last_id)
        for item, _ in part:
            if isinstance(item, threading.Event):
                item.set()
        self._look_for_file()
        return True

    def _look_for_file(self) -> None:
        """A deleted file takes all that is written into it, and is gone when it is closed: say so."""
        now_s = time.monotonic()
        if self._is_displaced or now_s < self._look_at_s:
            return
        self._look_at_s = now_s + _LOOK_EVERY_S
        if not self._recording.in_place:
            self._is_displaced = True
            self._tell(
                f"{self.path.name} was deleted or moved while it is recorded. The connection goes on, but a"
                " deleted recording is gone once you leave. The next connection gets a file of its own."
            )

    def _tell(self, message: str, *, fatal: bool = False) -> None:
        if self._on_problem is not None:
            with contextlib.suppress(Exception):
                self._on_problem(message, fatal)

    def _report(self, error: sqlite3.Error) -> None:
        problem = str(error)
        if problem != self._problem:
            self._problem = problem
            self._tell(
                f"{self.path} cannot be written ({problem}): {_advice(error)}"
                " What was recorded before is safe; what comes now is kept in memory and tried again."
            )

    def _give_up(self) -> None:
        events = sum(len(item) for item, _ in self._queue if isinstance(item, list))
        events += self._left_out.events
        self._tell(
            f"{events} events could not be written to {self.path} ({self._problem}) and are lost.", fatal=True
        )

    def _release_waiting(self) -> None:
        for item, _ in list(self._queue):
            if isinstance(item, threading.Event):
                item.set()


def _advice(error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorname", "") in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}:
        return "free some space on its disk."
    return "check its disk and folder."
