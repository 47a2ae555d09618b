"""Evidence: what the events of one connection say, before anybody draws conclusions.

Pure: events in, facts out. The events may be thinned (a flood's middle left out, see
:mod:`wstui.diagnosis.gather`); what decides an ending is at its edges.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wstui.diagnosis.heartbeats import ApplicationHeartbeat, application_heartbeat, median_period_s
from wstui.dialects import Intermediary, knowledge
from wstui.events import (
    CONTROL_FRAME_KINDS,
    END_KINDS,
    MESSAGE_KINDS,
    Direction,
    ErrorCode,
    Kind,
    RecordedEvent,
)

SENT, RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
NS = 1_000_000_000


@dataclass(frozen=True)
class Evidence:
    """One connection's events, and the questions that rules ask of them.

    Times are session time in ns, spans in ns; a span is None where one of its ends did not happen.
    """

    connection: int
    events: tuple[RecordedEvent, ...]
    still_running: bool = False
    """The recording still grows."""

    # -- what there is ---------------------------------------------------------------------------

    def first(self, kind: Kind, direction: str | None = None) -> RecordedEvent | None:
        """The first event of a kind."""
        return next(self._of(kind, direction), None)

    def _of(self, kind: Kind, direction: str | None = None) -> Iterator[RecordedEvent]:
        return (e for e in self.events if e.kind == kind.value and direction in (None, e.direction))

    def all(self, kind: Kind, direction: str | None = None) -> list[RecordedEvent]:
        """Every event of a kind, in order."""
        return list(self._of(kind, direction))

    @cached_property
    def opened(self) -> RecordedEvent | None:
        """The ``open`` event."""
        return self.first(Kind.OPEN)

    @cached_property
    def upgrade(self) -> RecordedEvent | None:
        """The last ``upgrade`` event: after redirects, the one that counts."""
        found = self.all(Kind.UPGRADE)
        return found[-1] if found else None

    @cached_property
    def errors(self) -> list[RecordedEvent]:
        """Every ``error`` event."""
        return self.all(Kind.ERROR)

    def error(self, *codes: ErrorCode) -> RecordedEvent | None:
        """The first error with one of these codes."""
        wanted = {code.value for code in codes}
        return next((e for e in self.errors if e.detail.get("code") in wanted), None)

    @cached_property
    def close_sent(self) -> RecordedEvent | None:
        """Our first Close frame."""
        return self.first(Kind.CLOSE, SENT)

    @cached_property
    def close_received(self) -> RecordedEvent | None:
        """The server's first Close frame."""
        return self.first(Kind.CLOSE, RECEIVED)

    @cached_property
    def end(self) -> RecordedEvent | None:
        """How TCP ended (``eof``, ``reset``, ``lost``); the other side's doing before our own."""
        found = [e for e in self.events if e.kind in END_KINDS]
        theirs = [e for e in found if e.direction != SENT]
        return next(iter(theirs or found), None)

    @cached_property
    def end_is_ours(self) -> bool:
        """We ended TCP."""
        return self.end is not None and self.end.direction == SENT

    # -- time ------------------------------------------------------------------------------------

    @cached_property
    def ended_ns(self) -> int | None:
        """When the ending began: the first Close frame, else the end of TCP."""
        moments = [e.t_ns for e in (self.close_sent, self.close_received, self.end) if e is not None]
        return min(moments) if moments else None

    @cached_property
    def age_ns(self) -> int | None:
        """From open to the beginning of the end."""
        if self.opened is None or self.ended_ns is None:
            return None
        return max(0, self.ended_ns - self.opened.t_ns)

    def _last_before_end(self, kinds: Iterable[str], direction: str | None = None) -> RecordedEvent | None:
        wanted, end = set(kinds), self.ended_ns
        return next(
            (
                e
                for e in reversed(self.events)
                if e.kind in wanted and direction in (None, e.direction) and (end is None or e.t_ns <= end)
            ),
            None,
        )

    def _silence(self, kinds: Iterable[str], direction: str | None = None) -> int | None:
        if self.ended_ns is None or self.opened is None:
            return None
        last = self._last_before_end(kinds, direction)
        since = max(self.opened.t_ns, last.t_ns if last else 0)
        return max(0, self.ended_ns - since)

    _FRAMES = MESSAGE_KINDS | (CONTROL_FRAME_KINDS - {Kind.CLOSE.value})

    @cached_property
    def silence_ns(self) -> int | None:
        """Nothing in either direction before the end, pings and pongs counted as something."""
        return self._silence(self._FRAMES)

    @cached_property
    def silence_received_ns(self) -> int | None:
        """Nothing received before the end."""
        return self._silence(self._FRAMES, RECEIVED)

    @cached_property
    def silence_sent_ns(self) -> int | None:
        """Nothing sent before the end."""
        return self._silence(self._FRAMES, SENT)

    @cached_property
    def data_silence_ns(self) -> int | None:
        """No message in either direction before the end, pings and pongs not counted."""
        return self._silence(MESSAGE_KINDS)

    @cached_property
    def data_silence_sent_ns(self) -> int | None:
        """No message of ours before the end."""
        return self._silence(MESSAGE_KINDS, SENT)

    # -- traffic ---------------------------------------------------------------------------------

    @cached_property
    def messages_received(self) -> list[RecordedEvent]:
        """Data frames received (perhaps thinned)."""
        return [e for e in self.events if e.kind in MESSAGE_KINDS and e.direction == RECEIVED]

    @cached_property
    def messages_sent(self) -> list[RecordedEvent]:
        """Data frames sent (perhaps thinned)."""
        return [e for e in self.events if e.kind in MESSAGE_KINDS and e.direction == SENT]

    @cached_property
    def pings_sent(self) -> list[RecordedEvent]:
        """Our pings."""
        return self.all(Kind.PING, SENT)

    @cached_property
    def pongs_received(self) -> list[RecordedEvent]:
        """Pongs that answered one of our pings."""
        return [e for e in self.all(Kind.PONG, RECEIVED) if "rtt_ns" in e.detail]

    @cached_property
    def server_pings(self) -> list[RecordedEvent]:
        """Pings from the server."""
        return self.all(Kind.PING, RECEIVED)

    @cached_property
    def unanswered_server_pings(self) -> list[RecordedEvent]:
        """Server pings without a pong of ours before the end."""
        answers = [e.payload for e in self.all(Kind.PONG, SENT) if self._before_end(e)]
        unanswered = []
        for ping in self.server_pings:
            if ping.payload in answers:
                answers.remove(ping.payload)
            else:
                unanswered.append(ping)
        return unanswered

    @cached_property
    def slowest_answer_ns(self) -> int:
        """How long the slowest of our pongs took."""
        return max((e.detail.get("delayed_ns", 0) for e in self.all(Kind.PONG, SENT)), default=0)

    def _before_end(self, event: RecordedEvent) -> bool:
        return self.ended_ns is None or event.t_ns <= self.ended_ns

    @cached_property
    def server_ping_period_s(self) -> float | None:
        """The period of the server's pings, from three on."""
        return median_period_s([e.t_ns for e in self.server_pings])

    @cached_property
    def application_heartbeat(self) -> ApplicationHeartbeat | None:
        """The heartbeat in the messages, if there is one."""
        return application_heartbeat([e for e in self.events if e.kind in MESSAGE_KINDS])

    # -- who stood between -----------------------------------------------------------------------

    @cached_property
    def response(self) -> dict[str, Any]:
        """The answer to the upgrade request: status, headers, body."""
        return dict(self.upgrade.detail.get("response") or {}) if self.upgrade else {}

    @cached_property
    def headers(self) -> dict[str, str]:
        """The answer's headers by lower-case name; repeated ones joined by commas."""
        merged: dict[str, str] = {}
        for name, value in self.response.get("headers", []):
            key = name.lower()
            merged[key] = f"{merged[key]}, {value}" if key in merged else value
        return merged

    @cached_property
    def proxy(self) -> Intermediary | None:
        """The proxy that gave itself away by a header."""
        return self._intermediary("proxy")

    @cached_property
    def server(self) -> Intermediary | None:
        """The server software that gave itself away by a header."""
        return self._intermediary("server")

    def _intermediary(self, role: str) -> Intermediary | None:
        rows = (row for row in knowledge().intermediary if row.role == role)
        return next((row for row in rows if row.regex.search(self.headers.get(row.header, ""))), None)


def connection_evidence(
    events: Sequence[RecordedEvent], connection: int, *, still_running: bool = False
) -> Evidence:
    """The evidence of one connection out of a session's events."""
    own = tuple(e for e in events if e.connection == connection)
    return Evidence(connection, own, still_running)
