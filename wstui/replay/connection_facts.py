"""The facts of a connection beside its messages: opening, heartbeat, ending; and where two differ. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from wstui.events import Direction, Kind, RecordedEvent
from wstui.replay.comparison import FactDifference, HeartbeatSide
from wstui.replay.recording import RecordedConnection
from wstui.timeline import TimelineReader, heartbeat_numbers


def opening_differences(old: RecordedConnection, new: RecordedConnection) -> Iterator[FactDifference]:
    """What the servers chose differently."""
    before, after = _opening(old), _opening(new)
    events = (_id(old.opened), _id(new.opened))
    for what, value in before.items():
        if value != after[what]:
            yield FactDifference(what, value, after[what], events)


def _id(event: RecordedEvent | None) -> int | None:
    return None if event is None else event.id


def _opening(connection: RecordedConnection) -> dict[str, Any]:
    detail = _detail(connection.opened)
    # An extension's parameters change how much crosses the wire, not what is said.
    extensions = [str(name).partition(";")[0].strip() for name in detail.get("extensions") or ()]
    return {"subprotocol": detail.get("subprotocol"), "extensions": extensions}


def _detail(event: RecordedEvent | None) -> Mapping[str, Any]:
    return {} if event is None else event.detail


def heartbeat_side(reader: TimelineReader, connection: RecordedConnection) -> HeartbeatSide:
    """One connection's heartbeat."""
    beats = [beat for beat in reader.heartbeat() if beat.connection == connection.number]
    pings = sum(moment.kind == Kind.PING for moment in connection.received)
    trips = tuple(beat.rtt_ns for beat in beats if beat.rtt_ns is not None)
    return HeartbeatSide(heartbeat_numbers(beats), len(beats), pings, trips)


def heartbeat_differences(before: HeartbeatSide, after: HeartbeatSide) -> Iterator[FactDifference]:
    """Round trips are the network's; but whether pings are answered at all is the server's."""
    answers = [side.numbers.answered > 0 for side in (before, after)]
    if before.sent and after.sent and answers[0] != answers[1]:
        yield FactDifference("pings answered", before.numbers.answered, after.numbers.answered)


def ending_differences(old: RecordedConnection, new: RecordedConnection) -> Iterator[FactDifference]:
    """Where the endings differ; nothing where one of the recordings stops before."""
    before, after = ending(old), ending(new)
    if before is None or after is None:
        return
    events = (_end_event(old), _end_event(new))
    for what, value in before.items():
        if value != after[what]:
            yield FactDifference(what, value, after[what], events)


def _end_event(connection: RecordedConnection) -> int | None:
    """The Close frame that tells most, else the end of TCP."""
    closes = [moment for moment in connection.moments if moment.kind == Kind.CLOSE]
    telling = next(
        (moment for moment in closes if not moment.is_sent), closes[0] if closes else connection.end
    )
    return None if telling is None else telling.event


def ending(connection: RecordedConnection) -> dict[str, Any] | None:
    """How it ended, in facts; None where the recording stops before."""
    closes = [moment for moment in connection.moments if moment.kind == Kind.CLOSE]
    if not closes and connection.end is None:
        return None
    received = next((moment for moment in closes if not moment.is_sent), None)
    end = connection.end
    first = closes[0].direction if closes else None if end is None else end.direction
    return {
        "ended by": {Direction.SENT.value: "client", Direction.RECEIVED.value: "server"}.get(first or "", ""),
        "close code": None if received is None else received.detail.get("code"),
        "close reason": "" if received is None else str(received.detail.get("reason", "")),
        "Close frame of the server": received is not None,
        # After a closing handshake FIN and RST race, and both sides may end TCP.
        "end of TCP": "" if received is not None or end is None else end.kind,
    }
