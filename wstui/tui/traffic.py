"""When each side last said something, and for how long nobody has: read near the end of what there is."""

from dataclasses import dataclass

from wstui.events import PHASE_KINDS, Direction, ProgressNotice, RecordedEvent
from wstui.timeline import TimelineReader
from wstui.tui.connection_record import ConnectionRecord, Quiet

_BLOCK_EVENTS = 64
_REACH_EVENTS = 4096
"""Further back nobody looks: in a flood both sides speak often enough."""
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


class Traffic:
    """Follows the newest message of each side, control frames included."""

    def __init__(self, reader: TimelineReader) -> None:
        self.last_ns = 0
        """The newest event's time."""
        self._reader = reader
        self._last_id = 0
        self._moments: dict[str, int] = {}

    def follow(self, last_id: int) -> None:
        """Look at what is newer, from its end."""
        first_id = max(1, self._last_id + 1, last_id - _REACH_EVENTS)
        self._last_id = last_id
        found = self._newest(first_id, last_id)
        self._moments |= found

    def take(self, progress: ProgressNotice) -> None:
        """The engine knows what is not in the file yet."""
        for direction, t_ns in ((_RECEIVED, progress.last_received_ns), (_SENT, progress.last_sent_ns)):
            self._moments[direction] = max(t_ns, self._moments.get(direction, 0))

    def _newest(self, first_id: int, last_id: int) -> dict[str, int]:
        """The time of each side's newest event in a range of events."""
        found: dict[str, int] = {}
        while len(found) < 2 and last_id >= first_id:
            start_id = max(first_id, last_id - _BLOCK_EVENTS + 1)
            for event in reversed(self._reader.events(start_id, last_id, payload_limit=0)):
                self.last_ns = max(self.last_ns, event.t_ns)
                if event.direction in (_SENT, _RECEIVED) and event.kind not in PHASE_KINDS:
                    found.setdefault(event.direction, event.t_ns)
            last_id = start_id - 1
        return found

    @property
    def newest_ns(self) -> int:
        """The time of the newest thing that is known of."""
        return max(self.last_ns, *self._moments.values(), 0)

    def quiet_before(self, turn: RecordedEvent, opened: RecordedEvent | None) -> Quiet:
        """The silence before an ending that began with ``turn``."""
        if opened is None:
            return Quiet()
        first_id = max(opened.id + 1, turn.id - _REACH_EVENTS)
        found = self._newest(first_id, turn.id - 1)
        if first_id == opened.id + 1:
            found = {_RECEIVED: opened.t_ns, _SENT: opened.t_ns} | found
        spans = {direction: max(0, turn.t_ns - t_ns) for direction, t_ns in found.items()}
        return Quiet(spans.get(_RECEIVED), spans.get(_SENT))

    def silence(
        self,
        record: ConnectionRecord,
        quiet: Quiet | None,
        now_ns: int,
        limit: tuple[float, str] | None = None,
    ) -> Silence:
        """How silent the connection is now, or was before its ending began; ``limit``: seconds, and whose."""
        received_ns, sent_ns = self._moments.get(_RECEIVED) or None, self._moments.get(_SENT) or None
        turn = record.turning_point
        if turn is not None and quiet is not None:
            now_ns = turn.t_ns
            received_ns = None if quiet.received_ns is None else now_ns - quiet.received_ns
            sent_ns = None if quiet.sent_ns is None else now_ns - quiet.sent_ns
        opened_ns = record.opened.t_ns if record.opened else None
        return Silence(now_ns, received_ns, sent_ns, opened_ns, *(limit or (None, "")))
