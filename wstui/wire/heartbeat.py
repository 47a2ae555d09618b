"""The heartbeat: when a ping is due, which pong answers which ping, which ping was missed.

Pure: time comes in as session time, pings go out as values. Several pings may be in flight; each
is matched by its payload (RFC 6455 §5.5.3), and a payload used twice by its oldest ping. A peer may
answer only the newest of several pings, so an older one that stays unanswered after a newer one was
answered is not called missed.
"""

import heapq
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from wstui.wire.frames import CONTROL_PAYLOAD_LIMIT_BYTES

NS_PER_S: Final = 1_000_000_000
SHORTEST_INTERVAL_S: Final = 0.01
"""Between two pings of the heartbeat."""
REMEMBERED_PINGS: Final = 1024
"""So many missed pings are kept, so that their late pongs can still be told."""

_RESTART_NS: Final = 0
"""The next beat's time when the interval was changed at a moment that we do not know yet."""

PingSource = Literal["heartbeat", "manual", "step"]
RttSource = Callable[[], int | None]
"""The kernel's TCP round trip in ns, or None where it does not say."""


@dataclass(frozen=True, slots=True)
class HeartbeatSettings:
    """How to ping."""

    interval_s: float = 20.0
    """0: no pings of our own."""
    timeout_s: float = 20.0
    """After this a ping counts as missed; 0: never."""
    payload: str = ""
    """What payloads begin with; empty: something random for each connection."""
    on_missed: Literal["note", "close"] = "note"


@dataclass(slots=True, eq=False)
class SentPing:
    """A ping from the moment it was queued until its pong, or until it is forgotten."""

    serial: int
    payload: bytes
    source: PingSource
    timeout_ns: int
    sent_ns: int | None = None
    """None until the kernel took it."""
    deadline_ns: int | None = None
    waiting: bool = True
    """Neither answered nor missed."""
    missed: bool = False


class PongMatch(NamedTuple):
    """What a received pong means: the ping that it answers, if any."""

    ping: SentPing | None
    rtt_ns: int = 0

    @property
    def late(self) -> bool:
        """Whether its ping had already counted as missed."""
        return self.ping is not None and self.ping.missed


class Heartbeat:
    """One connection's pings."""

    def __init__(self, settings: HeartbeatSettings) -> None:
        self.settings = settings
        self.last_rtt_ns: int | None = None
        self._prefix = settings.payload or f"{secrets.token_hex(4)}-"
        self._counter = 0
        self._serial = 0
        self._next_ns: int | None = None
        self._queued: deque[SentPing] = deque()
        self._by_payload: dict[bytes, deque[SentPing]] = {}
        self._deadlines: list[tuple[int, int, SentPing]] = []
        self._remembered: OrderedDict[int, SentPing] = OrderedDict()
        self._newest_answered = -1

    @property
    def timeout_ns(self) -> int:
        """After this a ping that is sent now counts as missed; 0: never."""
        return max(0, round(self.settings.timeout_s * NS_PER_S))

    def start(self, now_ns: int) -> None:
        """The connection is open: count from now."""
        interval_ns = self._interval_ns()
        self._next_ns = now_ns + interval_ns if interval_ns else None

    def stop(self) -> None:
        """No more pings of our own; pongs are still matched."""
        self._next_ns = None

    def change(self, settings: HeartbeatSettings) -> None:
        """Other settings from now on; pings already sent keep their timeout."""
        if settings.interval_s != self.settings.interval_s:
            self._next_ns = _RESTART_NS
        self.settings = settings

    def due(self, now_ns: int) -> bool:
        """Whether a ping is to be sent now; then the next one is scheduled.

        Beats that nobody could send in time, as after a suspended machine, are not made up for; nor
        does a ping join another one that still waits for the kernel to take it.
        """
        if self._next_ns == _RESTART_NS:
            self.start(now_ns)
        if self._next_ns is None or now_ns < self._next_ns:
            return False
        interval_ns = self._interval_ns()
        beats = (now_ns - self._next_ns) // interval_ns + 1
        self._next_ns += beats * interval_ns
        return not any(ping.source == "heartbeat" for ping in self._queued)

    def unique_payload(self) -> bytes:
        """A payload that no other ping of this connection has, readable as text."""
        self._counter += 1
        suffix = f"{self._counter & 0xFFFFFFFF:08x}".encode()
        return self._prefix.encode("utf-8", "replace")[: CONTROL_PAYLOAD_LIMIT_BYTES - len(suffix)] + suffix

    def queued(self, payload: bytes, source: PingSource, now_ns: int | None = None) -> SentPing:
        """A ping was handed over for sending.

        With ``now_ns`` its time begins here, so that a ping which a blocked peer does not even let
        out is missed too; otherwise, and anew, when it is written.
        """
        ping = SentPing(self._serial, payload, source, self.timeout_ns)
        self._serial += 1
        self._queued.append(ping)
        self._by_payload.setdefault(payload, deque()).append(ping)
        if now_ns is not None:
            self._watch(ping, now_ns)
        return ping

    def written(self, t_ns: int) -> None:
        """The oldest queued ping was handed to the kernel: its round trip counts from here."""
        ping = self._queued.popleft()
        ping.sent_ns = t_ns
        if ping.waiting:
            self._watch(ping, t_ns)

    def pong(self, payload: bytes, t_ns: int) -> PongMatch:
        """A pong arrived."""
        pings = self._by_payload.get(payload)
        if not pings or pings[0].sent_ns is None:
            return PongMatch(None)
        ping = pings[0]
        self._forget(ping)
        self._newest_answered = max(self._newest_answered, ping.serial)
        rtt_ns = max(0, t_ns - (ping.sent_ns or 0))
        self.last_rtt_ns = rtt_ns
        return PongMatch(ping, rtt_ns)

    def missed(self, now_ns: int) -> list[SentPing]:
        """Pings whose time is over; each is named once."""
        found = []
        while self._deadlines and self._deadlines[0][0] <= now_ns:
            ping = self._pop_deadline()
            if ping is None:
                continue
            ping.waiting = False
            ping.missed = True
            self._remember(ping)
            if ping.serial > self._newest_answered:
                found.append(ping)
        return found

    def next_deadline_ns(self) -> int | None:
        """When :meth:`due` or :meth:`missed` have something to say, at the earliest."""
        while self._deadlines and not _is_current(*self._deadlines[0]):
            heapq.heappop(self._deadlines)
        times = [deadline for deadline, _, _ in self._deadlines[:1]]
        if self._next_ns is not None:
            times.append(self._next_ns)
        return min(times, default=None)

    def _interval_ns(self) -> int:
        interval_s = self.settings.interval_s
        return round(max(interval_s, SHORTEST_INTERVAL_S) * NS_PER_S) if interval_s > 0 else 0

    def _watch(self, ping: SentPing, since_ns: int) -> None:
        if not ping.timeout_ns:
            self._remember(ping)
            return
        ping.deadline_ns = since_ns + ping.timeout_ns
        heapq.heappush(self._deadlines, (ping.deadline_ns, ping.serial, ping))

    def _pop_deadline(self) -> SentPing | None:
        entry = heapq.heappop(self._deadlines)
        return entry[2] if _is_current(*entry) else None

    def _remember(self, ping: SentPing) -> None:
        """Keep a ping that no deadline will remove, among a bounded number of such."""
        self._remembered[ping.serial] = ping
        if len(self._remembered) > REMEMBERED_PINGS:
            self._forget(next(iter(self._remembered.values())))

    def _forget(self, ping: SentPing) -> None:
        ping.waiting = False
        self._remembered.pop(ping.serial, None)
        pings = self._by_payload[ping.payload]
        pings.remove(ping)
        if not pings:
            del self._by_payload[ping.payload]


def _is_current(deadline_ns: int, _serial: int, ping: SentPing) -> bool:
    """Whether a deadline still means something: its ping waits, and was not given a later one."""
    return ping.waiting and ping.deadline_ns == deadline_ns
