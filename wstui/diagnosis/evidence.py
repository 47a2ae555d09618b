"""Evidence: what the events of one connection say, before anybody draws conclusions.

Pure: events in, facts out. The events may be thinned (a flood's middle left out, see
:mod:`wstui.diagnosis.gather`); what decides an ending is at its edges.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wstui.diagnosis.connection_events import NS, RECEIVED, SENT
from wstui.diagnosis.past import Fate, PastEnding, fate_of, past_ending
from wstui.diagnosis.silence import TimedEvents
from wstui.dialects import (
    DialectError,
    FoundHeartbeat,
    Intermediary,
    Mark,
    Reading,
    knowledge,
    median_period_s,
    read_messages,
)
from wstui.events import MESSAGE_KINDS, Kind, RecordedEvent

__all__ = ["NS", "RECEIVED", "SENT", "Evidence", "connection_evidence"]


@dataclass(frozen=True)
class Evidence(TimedEvents):
    """One connection's events, and the questions that rules ask of them."""

    dialect: str = "auto"
    """What the profile says about the dialect."""
    past: tuple[PastEnding, ...] = ()
    """How earlier connections to the same place ended, of this session and of earlier ones."""
    next_fate: Fate = ""
    """What became of the next attempt."""

    # -- messages --------------------------------------------------------------------------------

    @cached_property
    def messages(self) -> list[RecordedEvent]:
        """Data frames in both directions (perhaps thinned)."""
        return [e for e in self.events if e.kind in MESSAGE_KINDS]

    @cached_property
    def messages_received(self) -> list[RecordedEvent]:
        """Data frames received."""
        return [e for e in self.messages if e.direction == RECEIVED]

    @cached_property
    def messages_sent(self) -> list[RecordedEvent]:
        """Data frames sent."""
        return [e for e in self.messages if e.direction == SENT]

    @cached_property
    def invalid_frame(self) -> RecordedEvent | None:
        """The first frame from the server that broke a rule."""
        return next((e for e in self.events if e.direction == RECEIVED and e.detail.get("invalid")), None)

    @cached_property
    def reading(self) -> Reading:
        """What the messages say in their dialect."""
        detail = self.opened.detail if self.opened is not None else {}
        url, subprotocol = str(detail.get("url", "")), detail.get("subprotocol")
        try:
            return read_messages(self.messages, url=url, subprotocol=subprotocol, dialect=self.dialect)
        except DialectError:  # the profile of a recording may name a dialect that is not here
            return read_messages(self.messages, url=url, subprotocol=subprotocol)

    @cached_property
    def dialect_name(self) -> str:
        """The recognised dialect; empty without one."""
        return self.reading.dialect.name if self.reading.dialect is not None else ""

    @cached_property
    def application_heartbeat(self) -> FoundHeartbeat | None:
        """The heartbeat in the messages, if there is one."""
        return self.reading.heartbeat

    @cached_property
    def error_messages(self) -> list[tuple[RecordedEvent, Mark]]:
        """Messages in which the server complains, or announces the end, as its dialect has it."""
        marks = self.reading.marks
        return [
            (e, marks[e.id]) for e in self.messages_received if e.id in marks and marks[e.id].mark == "error"
        ]

    # -- pings and pongs -------------------------------------------------------------------------

    @cached_property
    def pings_sent(self) -> list[RecordedEvent]:
        """Our pings."""
        return self.all(Kind.PING, SENT)

    @cached_property
    def pongs_received(self) -> list[RecordedEvent]:
        """Pongs that answered one of our pings."""
        return [e for e in self.all(Kind.PONG, RECEIVED) if "rtt_ns" in e.detail]

    @cached_property
    def late_pongs(self) -> list[RecordedEvent]:
        """Pongs that came after their ping had counted as missed."""
        return [e for e in self.pongs_received if e.detail.get("late")]

    @cached_property
    def server_pings(self) -> list[RecordedEvent]:
        """Pings from the server."""
        return self.all(Kind.PING, RECEIVED)

    @cached_property
    def unanswered_server_pings(self) -> list[RecordedEvent]:
        """Server pings without a pong of ours before the end.

        A pong may answer only the newest of several pings (RFC 6455 §5.5.3).
        """
        answered = Counter(e.payload for e in self.all(Kind.PONG, SENT) if self.before_end(e))
        newest, unanswered = 0, []
        for ping in self.server_pings:
            if answered[ping.payload] > 0:
                answered[ping.payload] -= 1
                newest = ping.id
            else:
                unanswered.append(ping)
        return [ping for ping in unanswered if ping.id > newest]

    @cached_property
    def slowest_answer_ns(self) -> int:
        """How long the slowest of our pongs took."""
        return max((e.detail.get("delayed_ns", 0) for e in self.all(Kind.PONG, SENT)), default=0)

    @cached_property
    def server_ping_period_s(self) -> float | None:
        """The period of the server's pings, from three on."""
        return median_period_s([e.t_ns for e in self.server_pings])

    # -- TCP -------------------------------------------------------------------------------------

    @cached_property
    def tcp(self) -> dict[str, Any]:
        """The kernel's last word on the connection."""
        return dict(self.end.detail.get("tcp") or {}) if self.end is not None else {}

    @cached_property
    def path_is_dead(self) -> bool:
        """What we sent is not acknowledged, though it was sent again: the path or the machine is gone."""
        again = self.tcp.get("retransmits", 0) or self.tcp.get("backoff", 0)
        return bool(self.tcp.get("unacked_segments", 0) and again)

    @cached_property
    def round_trip_ns(self) -> int:
        """The quickest known round trip; 0 where none is known."""
        known = [e.detail["rtt_ns"] for e in self.pongs_received]
        known += [ns for ns in (self.tcp.get("min_rtt_ns"), self.tcp.get("rtt_ns")) if ns]
        return int(min(known, default=0))

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
    events: Sequence[RecordedEvent],
    connection: int,
    *,
    dialect: str = "auto",
    history: Sequence[PastEnding] = (),
    until_ns: int | None = None,
) -> Evidence:
    """The evidence of one connection out of a session's events.

    Args:
        events: of all connections of the session.
        connection: which one.
        dialect: ``auto``, ``none`` or a name, as the profile has it.
        history: endings of earlier sessions at the same place.
        until_ns: session time up to which silence counts, for a connection that goes on.
    """
    by_connection: dict[int, list[RecordedEvent]] = {}
    for event in events:
        by_connection.setdefault(event.connection, []).append(event)
    earlier = [
        past_ending(TimedEvents(number, tuple(rows)))
        for number, rows in sorted(by_connection.items())
        if number < connection
    ]
    return Evidence(
        connection,
        tuple(by_connection.get(connection, ())),
        until_ns,
        dialect,
        (*history, *(row for row in earlier if row is not None)),
        fate_of(by_connection.get(connection + 1, ())),
    )
