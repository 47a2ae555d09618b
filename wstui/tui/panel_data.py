"""What the side panel shows, taken from a session file little by little.

Live and recorded are the same: the model reads what is newer than what it has seen, in slices, and
gives a frozen snapshot. No widget and no clock in here: the time comes in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wstui.events import (
    END_KINDS,
    PHASE_KINDS,
    ConnectionState,
    Direction,
    Kind,
    ProgressNotice,
    RecordedEvent,
    StateNotice,
    safe_text,
)
from wstui.profiles import Heartbeat, Reconnect
from wstui.timeline import HeartbeatSeries, Note, TimelineReader
from wstui.tui.beats import BeatBook, Numbers
from wstui.tui.ending import ConnectionRecord, Ending, Quiet, ending
from wstui.tui.graph_picture import AppBeat, Marker
from wstui.tui.side_rows import SideRows
from wstui.tui.side_words import SideRow
from wstui.tui.verdicts import Diagnose, VerdictTask, verdict_of

SLICE_EVENTS = 500
"""Events taken in by one refresh, so that a long recording never holds up the screen."""
_TAIL_EVENTS = 64
_TAIL_REACH = 4096
_SLICES_RECORDED = 10
"""A recording is shown at once: up to so many slices are read in one go."""
_MARK_SLICE_IDS = 50_000
_MANY_MARKS = 1000
_SENT, _RECEIVED = Direction.SENT.value, Direction.RECEIVED.value


@dataclass(frozen=True, slots=True)
class Silence:
    """When something last came and went on the newest connection, session time in ns."""

    until_ns: int = 0
    """Now, or the end of the connection."""
    received_ns: int | None = None
    sent_ns: int | None = None
    opened_ns: int | None = None
    """Silence is counted from here at the earliest; None: there is no open connection to be silent."""
    limit_s: float | None = None
    """A timeout that is known to apply, and whose it is."""
    limit_name: str = ""

    @property
    def silent_ns(self) -> int:
        """How long neither side has said anything."""
        latest = max(self.received_ns or 0, self.sent_ns or 0, self.opened_ns or 0)
        return max(0, self.until_ns - latest) if latest else 0


@dataclass(frozen=True, slots=True)
class PanelData:
    """A snapshot for the side panel. Times are session time in ns.

    ``book`` and ``rows`` are shared with the model and grow in place; ``version`` is another number
    whenever anything but the time has changed.
    """

    version: int = 0
    now_ns: int = 0
    """The right edge of the graph: the time, or the end of what was recorded."""
    clock_ns: int = 0
    """The time, also while the graph stands still."""
    running: bool = False
    """Time passes: live, and the connection is being opened, open or closing."""
    state: str = ConnectionState.IDLE.value
    phase: str = ""
    connection: int = 0
    started_ns: int = 0
    opened_ns: int | None = None
    retry_at_ns: int = 0
    attempt: int = 0
    interval_s: float | None = None
    """Of the heartbeat; 0: none of our own; None: there is no session yet."""
    book: BeatBook = field(default_factory=lambda: BeatBook(HeartbeatSeries()))
    app_beats: Sequence[AppBeat] = ()
    numbers: Numbers = field(default_factory=Numbers)
    markers: Sequence[Marker] = ()
    rows: SideRows = field(default_factory=lambda: SideRows(BeatBook(HeartbeatSeries())))
    silence: Silence = field(default_factory=Silence)
    ending: Ending | None = None
    loading: bool = False
    """There is more to read: refresh again soon."""


class PanelModel:
    """Follows one session file for the side panel."""

    def __init__(self, reader: TimelineReader, diagnose: Diagnose = verdict_of) -> None:
        """Follow a session.

        Args:
            reader: the session file, live or recorded.
            diagnose: gives the verdict's mapping.
        """
        self._reader = reader
        self._diagnose = diagnose
        self._book = BeatBook(reader.heartbeat_series())
        settings = reader.info.settings
        self._rows = SideRows(
            self._book, int(_number(settings, "reconnect", "attempts", Reconnect().attempts))
        )
        self._interval_s = _number(settings, "heartbeat", "interval", Heartbeat().interval)
        self._record = ConnectionRecord()
        self._markers: list[Marker] = []
        self._notes: list[Note] = []
        self._app = _AppBeats(reader)
        self._after_id = 0
        self._last_id = 0
        self._last_event_ns = 0
        self._traffic: dict[str, int] = {}
        self._quiet: Quiet | None = None
        """The silence before the ending, once that has begun."""
        self._ending: Ending | None = None
        self._verdict: VerdictTask | None = None
        self._verdict_of = 0
        self._side_events = 0
        self._numbers = Numbers()
        self._version = 0
        self._seen: tuple[object, ...] = ()

    def refresh(
        self,
        now_ns: int,
        state: StateNotice | None,
        live: bool,
        progress: ProgressNotice | None = None,
    ) -> PanelData:
        """Read what is new and say how things stand.

        Args:
            now_ns: session time; not used for a recorded session.
            state: the engine's last word on the connection; None for a recorded session.
            live: the session is still being recorded.
            progress: the engine's last count; spares a look for the newest message of each side.
        """
        last_id = self._reader.last_id()
        loading = self._read(now_ns if live else 0)
        for _ in range(0 if live else _SLICES_RECORDED - 1):
            loading = loading and self._read(0)
        if last_id != self._last_id:
            self._follow_traffic(last_id)
        self._last_id = last_id
        if progress is not None:
            self._take_progress(progress)
        self._follow_notes()
        loading = self._app.read(last_id) or loading
        loading = self._conclude(state, loading) or loading
        return self._snapshot(now_ns, state, live, loading)

    # -- reading ---------------------------------------------------------------------------------

    def _read(self, now_ns: int) -> bool:
        events = self._reader.side_events(self._after_id, SLICE_EVENTS)
        self._side_events += len(events)
        if events:
            self._after_id = events[-1].id
            self._last_event_ns = max(self._last_event_ns, events[-1].t_ns)
        changes = self._book.extend(events, max(now_ns, self._last_event_ns))
        self._rows.extend(events, changes)
        for event in events:
            self._remember(event)
        if changes.beats or changes.server_pings:
            self._numbers = self._book.numbers()
        return len(events) == SLICE_EVENTS

    def _remember(self, event: RecordedEvent) -> None:
        if event.connection != self._record.connection:
            self._record = ConnectionRecord(event.connection)
            self._quiet = None
            self._forget_ending()
        self._record.feed(event)
        marker = _marker(event)
        if marker is not None:
            self._markers.append(marker)

    def _follow_traffic(self, last_id: int) -> None:
        """When each side last sent something; a flood is looked at near its end only."""
        first_id = max(1, self._last_id + 1, last_id - _TAIL_REACH)
        wanted = {_SENT, _RECEIVED}
        end_id = last_id
        while wanted and end_id >= first_id:
            start_id = max(first_id, end_id - _TAIL_EVENTS + 1)
            for event in reversed(self._reader.events(start_id, end_id, payload_limit=0)):
                self._last_event_ns = max(self._last_event_ns, event.t_ns)
                if event.direction in wanted and event.kind not in PHASE_KINDS:
                    wanted.discard(event.direction)
                    self._traffic[event.direction] = event.t_ns
            end_id = start_id - 1

    def _take_progress(self, progress: ProgressNotice) -> None:
        for direction, t_ns in (
            (_RECEIVED, progress.last_received_ns),
            (_SENT, progress.last_sent_ns),
        ):
            self._traffic[direction] = max(t_ns, self._traffic.get(direction, 0))

    def _follow_notes(self) -> None:
        notes = self._reader.notes()
        if notes != self._notes:
            self._notes = notes
            self._rows.set_notes([_note_row(note) for note in notes])
            self._version += 1

    # -- the ending ------------------------------------------------------------------------------

    def _conclude(self, state: StateNotice | None, loading: bool) -> bool:
        """Make up the ending from everything that is known of it; True: the verdict is still to come."""
        record = self._record
        if self._quiet is None and record.turning_point is not None:
            self._quiet = self._quiet_before(record.turning_point)
        if state is not None and state.state not in _OVER:
            self._forget_ending()
            return False
        if loading or not record.is_over:
            return False
        if self._verdict is None or self._verdict_of != self._after_id:
            self._verdict_of = self._after_id
            self._verdict = VerdictTask(self._reader, self._side_events, self._diagnose)
        found = ending(record, self._quiet or Quiet(), self._verdict.mapping)
        if found != self._ending:
            self._ending = found
            self._version += 1
        return not self._verdict.is_done

    def _forget_ending(self) -> None:
        self._ending, self._verdict = None, None

    def _quiet_before(self, turn: RecordedEvent) -> Quiet:
        opened = self._record.opened
        if opened is None:
            return Quiet()
        found: dict[str, int] = {}
        end_id, stop_id = turn.id - 1, max(opened.id, turn.id - _TAIL_REACH)
        while end_id > stop_id and len(found) < 2:
            start_id = max(stop_id + 1, end_id - _TAIL_EVENTS + 1)
            for event in reversed(self._reader.events(start_id, end_id, payload_limit=0)):
                if event.direction != Direction.LOCAL.value:
                    found.setdefault(event.direction, event.t_ns)
            end_id = start_id - 1
        if stop_id == opened.id:
            found = {_RECEIVED: opened.t_ns, _SENT: opened.t_ns} | found
        spans = {direction: max(0, turn.t_ns - t_ns) for direction, t_ns in found.items()}
        return Quiet(spans.get(_RECEIVED), spans.get(_SENT))

    # -- the snapshot ----------------------------------------------------------------------------

    def _snapshot(self, now_ns: int, state: StateNotice | None, live: bool, loading: bool) -> PanelData:
        shown = state.state if state is not None else _recorded_state(self._record)
        running = live and shown in _RUNNING
        edge_ns = now_ns if running else self._edge_ns()
        seen = (self._book.version, self._rows.version, len(self._markers), self._app.count, shown)
        if seen != self._seen:
            self._seen = seen
            self._version += 1
        opened = self._record.opened
        return PanelData(
            version=self._version,
            now_ns=edge_ns,
            clock_ns=now_ns if live else edge_ns,
            running=running,
            state=shown,
            phase=state.phase if state is not None else "",
            connection=state.connection if state is not None else self._record.connection,
            started_ns=self._reader.info.started_ns,
            opened_ns=opened.t_ns if opened else None,
            retry_at_ns=state.retry_at_ns if state is not None else 0,
            attempt=state.attempt if state is not None else 0,
            interval_s=self._interval_s,
            book=self._book,
            app_beats=self._app.beats,
            numbers=self._numbers,
            markers=(*self._markers, *(_note_marker(note) for note in self._notes)),
            rows=self._rows,
            silence=self._silence(edge_ns),
            ending=self._ending,
            loading=loading,
        )

    def _edge_ns(self) -> int:
        return max(self._last_event_ns, self._reader.info.started_ns, *self._traffic.values(), 0)

    def _silence(self, edge_ns: int) -> Silence:
        opened, turn, quiet = self._record.opened, self._record.turning_point, self._quiet
        received_ns, sent_ns = self._traffic.get(_RECEIVED) or None, self._traffic.get(_SENT) or None
        if turn is not None and quiet is not None:
            edge_ns = turn.t_ns
            received_ns = None if quiet.received_ns is None else turn.t_ns - quiet.received_ns
            sent_ns = None if quiet.sent_ns is None else turn.t_ns - quiet.sent_ns
        return Silence(edge_ns, received_ns, sent_ns, opened.t_ns if opened else None)


_OVER = (ConnectionState.CLOSED.value, ConnectionState.WAITING_TO_RETRY.value)
_RUNNING = (
    ConnectionState.DIALLING.value,
    ConnectionState.OPEN.value,
    ConnectionState.CLOSING.value,
)


def _recorded_state(record: ConnectionRecord) -> str:
    if record.is_over:
        return ConnectionState.CLOSED.value
    if record.opened is not None:
        return ConnectionState.OPEN.value
    return ConnectionState.DIALLING.value if record.phases else ConnectionState.IDLE.value


def _number(settings: Mapping[str, Any], table: str, key: str, default: float) -> float:
    """A setting of the snapshot, which leaves out what is as always."""
    values = settings.get(table)
    value = values.get(key, default) if isinstance(values, dict) else default
    return float(value) if isinstance(value, int | float) else default


def _marker(event: RecordedEvent) -> Marker | None:
    if event.kind == Kind.CLOSE:
        code = event.detail.get("code")
        return Marker(event.t_ns, "close", str(1005 if code is None else code), event.id)
    if event.kind in END_KINDS:
        return Marker(event.t_ns, "end", _END_LABELS[event.kind], event.id)
    if event.kind == Kind.OPEN and event.connection:
        return Marker(event.t_ns, "boundary", f"#{event.connection + 1}", event.id)
    return None


_END_LABELS = {Kind.EOF.value: "FIN", Kind.RESET.value: "RST", Kind.LOST.value: "lost"}


def _note_marker(note: Note) -> Marker:
    return Marker(note.t_ns, "note", "", note.event_id or 0)


def _note_row(note: Note) -> SideRow:
    return SideRow(note.event_id or 0, note.t_ns, "note", safe_text(note.text), "note", note_id=note.id)


class _AppBeats:
    """Heartbeats in messages, as the marks say; an answer belongs to the newest request before it."""

    def __init__(self, reader: TimelineReader) -> None:
        self.beats: list[AppBeat] = []
        self.count = 0
        self._reader = reader
        self._after_id = 0

    def read(self, last_id: int) -> bool:
        """Read the marks of newer events, until there were many; True: there are more."""
        found = 0
        while self._after_id < last_id and found < _MANY_MARKS:
            until_id = min(last_id, self._after_id + _MARK_SLICE_IDS)
            marks = self._reader.marks_between(self._after_id + 1, until_id)
            self._after_id = until_id
            found += len(marks)
            for event_id in sorted(marks):
                names = {mark.mark for mark in marks[event_id]}
                if names & {"app_ping", "app_pong"}:
                    self._take(event_id, "app_ping" in names)
        return self._after_id < last_id

    def _take(self, event_id: int, asks: bool) -> None:
        for event in self._reader.events(event_id, event_id, payload_limit=0):
            self.count += 1
            if asks:
                self.beats.append(AppBeat(event.id, event.t_ns, event.direction))
            elif self.beats and self.beats[-1].rtt_ns is None and self.beats[-1].direction != event.direction:
                self.beats[-1] = self.beats[-1].answered(event.t_ns)
