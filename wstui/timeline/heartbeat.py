"""The heartbeat series: each ping sent, with the pong that echoes its payload.

Pure: events in, beats out, no file and no clock. It is fed little by little, so that a live view
never scans twice.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from wstui.events import END_KINDS, Direction, Kind, RecordedEvent

DEFAULT_TIMEOUT_NS = 20_000_000_000
"""After which a ping counts as missed, where neither the ping nor the session says."""

Status = Literal["answered", "late", "missed", "outstanding"]


class Beat(NamedTuple):
    """A ping that we sent and what became of it."""

    ping_id: int
    pong_id: int | None
    t_ns: int
    """When the ping was sent, session time."""
    rtt_ns: int | None
    """The round trip; None for a ping that a pong to a later one answered too (RFC 6455 §5.5.3)."""
    tcp_rtt_ns: int | None
    """The kernel's own round trip of the TCP connection at that time."""
    status: Status
    source: str
    """heartbeat, manual or step."""
    payload: bytes
    connection: int
    timeout_ns: int


class ServerPing(NamedTuple):
    """A ping that the server sent and our answer."""

    ping_id: int
    t_ns: int
    """When it arrived, session time."""
    payload: bytes
    pong_id: int | None
    """None: not answered (yet)."""
    answered_after_ns: int | None
    connection: int


class HeartbeatSeries:
    """Both sides' pings, brought up to date by :meth:`extend` and :meth:`advance`."""

    def __init__(self, timeout_ns: int = DEFAULT_TIMEOUT_NS) -> None:
        self._timeout_ns = timeout_ns
        self._beats: list[Beat] = []
        self._waiting: list[int] = []
        """Indices of beats without a pong, oldest first; missed ones too: their pong may be late."""
        self._server_pings: list[ServerPing] = []
        self._unanswered: list[int] = []
        self.last_id = 0
        """The newest event taken in."""

    def extend(self, events: Iterable[RecordedEvent]) -> None:
        """Take in newer events, in order; those that say nothing of heartbeats are passed over."""
        for event in events:
            self.last_id = max(self.last_id, event.id)
            if event.kind == Kind.PING:
                self._take_ping(event)
            elif event.kind == Kind.PONG:
                self._take_pong(event)
            elif event.kind in END_KINDS:
                self._end(event)

    def advance(self, now_ns: int) -> None:
        """Let session time pass: what is not answered by ``now_ns`` and its timeout is missed."""
        for index in self._waiting:
            beat = self._beats[index]
            if beat.status == "outstanding" and now_ns - beat.t_ns >= beat.timeout_ns:
                self._beats[index] = beat._replace(status="missed")

    def beats(self) -> list[Beat]:
        """Every ping sent so far, oldest first."""
        return list(self._beats)

    def server_pings(self) -> list[ServerPing]:
        """Every ping received so far, oldest first."""
        return list(self._server_pings)

    def _take_ping(self, event: RecordedEvent) -> None:
        if event.direction == Direction.SENT:
            self._waiting.append(len(self._beats))
            self._beats.append(
                Beat(
                    event.id,
                    None,
                    event.t_ns,
                    None,
                    _duration(event, "tcp_rtt_ns"),
                    "outstanding",
                    str(event.detail.get("source", "")),
                    event.payload or b"",
                    event.connection,
                    _duration(event, "timeout_ns") or self._timeout_ns,
                )
            )
        else:
            self._unanswered.append(len(self._server_pings))
            self._server_pings.append(
                ServerPing(event.id, event.t_ns, event.payload or b"", None, None, event.connection)
            )

    def _take_pong(self, event: RecordedEvent) -> None:
        if event.direction == Direction.SENT:
            self._answer_server(event)
        elif not event.detail.get("unsolicited"):
            position = self._position_of_ping(event)
            if position is not None:
                self._answer(position, event)

    def _position_of_ping(self, pong: RecordedEvent) -> int | None:
        """Where in the waiting list the ping is: the newest one that fits."""
        sent_ns, payload = pong.detail.get("ping_t_ns"), pong.payload or b""
        for position in range(len(self._waiting) - 1, -1, -1):
            beat = self._beats[self._waiting[position]]
            fits = beat.t_ns == sent_ns if sent_ns is not None else beat.payload == payload
            if fits and beat.connection == pong.connection:
                return position
        return None

    def _answer(self, position: int, pong: RecordedEvent) -> None:
        self.advance(pong.t_ns)  # a ping that was given up before is not answered by the pong to a later one
        for index in self._waiting[:position]:
            beat = self._beats[index]
            if beat.connection == pong.connection and beat.status == "outstanding":
                self._beats[index] = beat._replace(status="answered", pong_id=pong.id)
        index = self._waiting[position]
        beat = self._beats[index]
        rtt_ns = _duration(pong, "rtt_ns")
        if rtt_ns is None:
            rtt_ns = max(pong.t_ns - beat.t_ns, 0)
        is_late = bool(pong.detail.get("late")) or rtt_ns >= beat.timeout_ns
        self._beats[index] = beat._replace(
            pong_id=pong.id,
            rtt_ns=rtt_ns,
            tcp_rtt_ns=_duration(pong, "tcp_rtt_ns") or beat.tcp_rtt_ns,
            status="late" if is_late else "answered",
        )
        del self._waiting[position]
        self._waiting = [i for i in self._waiting if self._beats[i].pong_id is None]

    def _answer_server(self, pong: RecordedEvent) -> None:
        payload = pong.payload or b""
        for position, index in enumerate(self._unanswered):
            ping = self._server_pings[index]
            if ping.payload == payload and ping.connection == pong.connection:
                after_ns = max(pong.t_ns - ping.t_ns, 0)
                self._server_pings[index] = ping._replace(pong_id=pong.id, answered_after_ns=after_ns)
                del self._unanswered[position]
                return

    def _end(self, event: RecordedEvent) -> None:
        """After TCP has ended nothing more arrives: what is outstanding then stays so."""
        self.advance(event.t_ns)
        beats, pings = self._beats, self._server_pings
        self._waiting = [i for i in self._waiting if beats[i].connection > event.connection]
        self._unanswered = [i for i in self._unanswered if pings[i].connection > event.connection]


class Numbers(NamedTuple):
    """A series in a few numbers. Times in ns; None where there is no round trip yet."""

    last_ns: int | None
    median_ns: int | None
    p95_ns: int | None
    p99_ns: int | None
    jitter_ns: int | None
    """The mean absolute difference of consecutive round trips: RFC 3550 §6.4.1's idea, without its
    smoothing, so that it says the same however long the series is."""
    answered: int
    """With the late ones."""
    missed: int
    """Never answered within the timeout; without the late ones."""


def heartbeat_numbers(beats: Iterable[Beat]) -> Numbers:
    """The numbers of some beats, oldest first."""
    trips: list[int] = []
    answered = missed = 0
    for beat in beats:
        answered += beat.pong_id is not None
        missed += beat.status == "missed"
        if beat.rtt_ns is not None:
            trips.append(beat.rtt_ns)
    if not trips:
        return Numbers(None, None, None, None, None, answered, missed)
    ordered = sorted(trips)
    differences = [abs(later - earlier) for earlier, later in pairwise(trips)]
    return Numbers(
        trips[-1],
        percentile(ordered, 50),
        percentile(ordered, 95),
        percentile(ordered, 99),
        sum(differences) // len(differences) if differences else None,
        answered,
        missed,
    )


def percentile(ordered: Sequence[int], per_cent: int) -> int:
    """The nearest-rank percentile of values in ascending order: always one that was measured."""
    return ordered[max(-(-len(ordered) * per_cent // 100), 1) - 1]


def _duration(event: RecordedEvent, key: str) -> int | None:
    value = event.detail.get(key)
    return value if isinstance(value, int) and value >= 0 else None
