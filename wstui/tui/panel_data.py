"""What the side panel shows, taken from a session file little by little.

Live and recorded are the same: the model reads what is newer than what it has seen, in slices, and
gives a frozen snapshot. No widget and no clock in here: the time comes in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wstui.events import (
    ConnectionState,
    Kind,
    ProgressNotice,
    RecordedEvent,
    StateNotice,
)
from wstui.profiles import Heartbeat, Reconnect
from wstui.timeline import HeartbeatSeries, Note, TimelineReader
from wstui.tui.app_beats import AppBeats
from wstui.tui.beats import BeatBook, Numbers
from wstui.tui.connection_record import ConnectionRecord, Quiet
from wstui.tui.ending import Ending, ending
from wstui.tui.foresight import Foresee, Foresight, Foresights, foresee
from wstui.tui.graph_parts import AppBeat, Marker
from wstui.tui.moments import marker_of, note_marker, note_row
from wstui.tui.side_rows import SideRows
from wstui.tui.traffic import Silence, Traffic
from wstui.tui.verdicts import Diagnose, VerdictTask, verdict_of

SLICE_EVENTS = 500
"""Events taken in by one refresh, so that a long recording never holds up the screen."""
_SLICES_RECORDED = 10
"""A recording is soon shown whole: after a first slice for the first frame, so many in one go."""


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
    foresight: str = ""
    """What will end the open connection, as far as is known; empty: nothing is."""
    ending: Ending | None = None
    loading: bool = False
    """There is more to read: refresh again soon."""
    pending: bool = False
    """Something is still being worked out: refresh again soon."""


class PanelModel:
    """Follows one session file for the side panel."""

    def __init__(
        self,
        reader: TimelineReader,
        diagnose: Diagnose = verdict_of,
        how: Foresee | None = foresee,
    ) -> None:
        """Follow a session.

        Args:
            reader: the session file, live or recorded.
            diagnose: gives the verdict's mapping.
            how: tells what will end an open connection; None: nothing does.
        """
        self._foresights = Foresights(reader.path, how)
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
        self._app = AppBeats(reader)
        self._marks_shown = 0
        self._after_id = 0
        self._last_id = 0
        self._traffic = Traffic(reader)
        self._limit: tuple[float, str] | None = None
        """The silence after which somebody is known to hang up."""
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
        if last_id != self._last_id:
            self._traffic.follow(last_id)
        self._last_id = last_id
        if progress is not None:
            self._traffic.take(progress)
        until_ns = max(now_ns if live else 0, self._traffic.last_ns)
        slices = 1 if live or not self._after_id else _SLICES_RECORDED
        loading = self._read(until_ns)
        for _ in range(slices - 1):
            loading = loading and self._read(until_ns)
        loading = self._app.read(last_id) or loading
        self._follow_notes()
        loading = self._conclude(state, loading) or loading
        return self._snapshot(now_ns, state, live, loading)

    # -- reading ---------------------------------------------------------------------------------

    def _read(self, until_ns: int) -> bool:
        """Read a slice; True: there may be more. Time passes only as far as everything is known."""
        events = self._reader.side_events(self._after_id, SLICE_EVENTS)
        is_full = len(events) == SLICE_EVENTS
        self._side_events += len(events)
        self._after_id = events[-1].id if events else self._after_id
        changes = self._book.extend(events, events[-1].t_ns if is_full else until_ns)
        self._rows.extend(events, changes)
        for event in events:
            self._remember(event)
        if changes.beats or changes.server_pings:
            self._numbers = self._book.numbers()
        return is_full

    def _remember(self, event: RecordedEvent) -> None:
        if event.connection != self._record.connection:
            self._record = ConnectionRecord(event.connection)
            self._quiet = None
            self._forget_ending()
        self._record.feed(event)
        if event.kind == Kind.OPEN:
            self._limit = _silence_limit(self._record)
        marker = marker_of(event)
        if marker is not None:
            self._markers.append(marker)

    def _follow_notes(self) -> None:
        notes = self._reader.notes()
        if notes != self._notes or self._app.rows_version != self._marks_shown:
            self._notes, self._marks_shown = notes, self._app.rows_version
            self._rows.set_notes([*(note_row(note) for note in notes), *self._app.rows])
            self._version += 1

    # -- the ending ------------------------------------------------------------------------------

    def _conclude(self, state: StateNotice | None, loading: bool) -> bool:
        """Make up the ending from everything that is known of it; True: the verdict is still to come."""
        record = self._record
        if self._quiet is None and record.turning_point is not None:
            self._quiet = self._traffic.quiet_before(record.turning_point, record.opened)
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

    @property
    def verdict(self) -> Mapping[str, Any] | None:
        """What the ending rests on; None while there is none."""
        return self._verdict.mapping if self._verdict is not None else None

    def _forget_ending(self) -> None:
        self._ending, self._verdict = None, None

    # -- the snapshot ----------------------------------------------------------------------------

    def _foresee(self, now_ns: int, *, running: bool, loading: bool) -> Foresight:
        """What will end the newest connection; worked out again now and then while it lasts."""
        record = self._record
        if record.opened is None or loading:
            return Foresight(self._limit)
        lasts = running and record.turning_point is None
        beginning = [*record.phases, record.opened]
        found = self._foresights.look(beginning, self._last_id, now_ns, lasts=lasts)
        return found if found.limit is not None else replace(found, limit=self._limit)

    def _snapshot(self, now_ns: int, state: StateNotice | None, live: bool, loading: bool) -> PanelData:
        shown = state.state if state is not None else _recorded_state(self._record)
        running = live and shown in _RUNNING
        edge_ns = now_ns if running else self._edge_ns()
        foresight = self._foresee(edge_ns, running=running, loading=loading)
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
            markers=(*self._markers, *(note_marker(note) for note in self._notes)),
            rows=self._rows,
            silence=self._traffic.silence(self._record, self._quiet, edge_ns, foresight.limit),
            foresight=foresight.words,
            ending=self._ending,
            loading=loading,
            pending=self._foresights.is_pending,
        )

    def _edge_ns(self) -> int:
        return max(self._traffic.newest_ns, self._reader.info.started_ns)


_OVER = (ConnectionState.CLOSED.value, ConnectionState.WAITING_TO_RETRY.value)
_RUNNING = (
    ConnectionState.DIALLING.value,
    ConnectionState.OPEN.value,
    ConnectionState.CLOSING.value,
)


def _silence_limit(record: ConnectionRecord) -> tuple[float, str] | None:
    """What the handshake tells about who stands between."""
    from wstui.diagnosis import silence_limit

    return silence_limit(record.phases)


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
