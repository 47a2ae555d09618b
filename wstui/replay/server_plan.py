"""What a recorded server did: which of it follows from a request, and after how long. Pure.

Every act hangs on the client's newest message before it, but for three kinds: an answer that carries a
request's id hangs on that request; a stream (:func:`~wstui.replay.alignment.streams`) goes on as it
began, whatever the client says meanwhile; pings of the server hang on the open.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from wstui.events import REASON_LIMIT_BYTES, Direction, Kind
from wstui.lab.frames import close_payload
from wstui.replay.alignment import server_messages, streams
from wstui.replay.links import Link, find_links
from wstui.replay.recording import Moment, RecordedConnection, Recording, RecordingError
from wstui.replay.shapes import Shape, is_id_place
from wstui.timeline import Beat

OPEN = -1
"""The trigger of what follows from the open itself."""

_OWN_HEADERS = frozenset(
    {"upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions"}
    | {"content-length", "transfer-encoding", "content-encoding"}
)
_AT_ONCE_NS = 5_000_000
"""A pong that took no longer is given at once: the network of today has a delay of its own."""

EndingKind = Literal["close", "fin", "rst", "silence", "client"]


@dataclass(frozen=True, slots=True)
class ServerAct:
    """One thing that the server did."""

    index: int
    """Of its moment."""
    moment: Moment
    trigger: int
    """The index of the client's message that it follows, or :data:`OPEN`."""
    delay_ns: int
    """After the trigger."""


@dataclass(frozen=True, slots=True)
class ServerEnding:
    """How the server ended the connection. ``client``: it did not; the client does, or nobody."""

    kind: EndingKind
    body: bytes = b""
    """Of the server's Close frame."""
    gap_ns: int = 0
    """After everything before it."""
    partial_bytes: int = 0
    missing_bytes: int = 0
    """What there was, and what was missing, of a frame that was cut off by the end."""


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """How a recorded server is played."""

    connection: RecordedConnection
    acts: dict[int, tuple[ServerAct, ...]]
    """By trigger, in order."""
    requests: tuple[int, ...]
    """The indices of the client's messages."""
    links: dict[int, list[Link]]
    """What the server took from the client's messages."""
    asked: dict[int, list[Link]]
    """What the client took from the server's."""
    ending: ServerEnding
    pong_delays_ns: tuple[int | None, ...] = ()
    """For each ping of the client; None: it was never answered."""
    close_reply: bytes | None = None
    """The body of the Close that answered the client's; None: there was none, or the client sent none."""
    answers_close: bool = True
    headers: tuple[tuple[str, str], ...] = ()
    """Of the answer to the upgrade, without those that every connection has its own of."""
    remarks: tuple[str, ...] = field(default=())

    @property
    def moments(self) -> Sequence[Moment]:
        """What the two sides did."""
        return self.connection.moments

    @property
    def total(self) -> int:
        """How many acts there are."""
        return sum(len(acts) for acts in self.acts.values())

    @property
    def deflates(self) -> bool:
        """Whether permessage-deflate was agreed on."""
        opened = self.connection.opened
        extensions = opened.detail.get("extensions") if opened is not None else None
        return any("permessage-deflate" in str(name) for name in extensions or ())


@dataclass(frozen=True, slots=True)
class Refusal:
    """An upgrade that the recorded server refused."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: str


def plan_server(connection: RecordedConnection, beats: Iterable[Beat] = ()) -> ServerPlan:
    """The plan for one recorded connection that was open.

    Args:
        connection: the recording.
        beats: of the whole session; those of this connection say how its pings were answered.
    """
    moments = connection.moments
    links = find_links(moments, by_client=False)
    acts: dict[int, list[ServerAct]] = defaultdict(list)
    for act in _acts(connection, links):
        acts[act.trigger].append(act)
    closes = [moment for moment in moments if moment.kind == Kind.CLOSE]
    client_closed = bool(closes) and closes[0].is_sent
    reply = next((moment for moment in closes if not moment.is_sent), None) if client_closed else None
    return ServerPlan(
        connection,
        {trigger: tuple(rows) for trigger, rows in acts.items()},
        tuple(index for index, moment in enumerate(moments) if moment.is_message and moment.is_sent),
        links,
        find_links(moments, by_client=True),
        _ending(connection, closes),
        tuple(_pong_delay(beat) for beat in beats if beat.connection == connection.number),
        None if reply is None else _close_body(reply),
        not client_closed or reply is not None,
        tuple(_headers(connection)),
        tuple(_remarks(connection)),
    )


def served_connection(recording: Recording, number: int | None) -> RecordedConnection:
    """The connection that is played: the first that was open, unless told otherwise.

    Raises:
        RecordingError: there is none.
    """
    return recording.chosen(number)[0]


def recorded_refusal(recording: Recording) -> Refusal | None:
    """The newest refused upgrade of a session that was never open; None where there is none."""
    for connection in reversed(recording.connections):
        response = _response(connection)
        status = response.get("status")
        if isinstance(status, int) and status != 101 and 100 <= status <= 999:
            return Refusal(
                status,
                str(response.get("reason", "")),
                tuple(_headers(connection)),
                str(response.get("body", "")),
            )
    return None


def plan_or_refusal(recording: Recording, number: int | None, beats: Iterable[Beat]) -> ServerPlan | Refusal:
    """What there is to serve.

    Raises:
        RecordingError: no connection was open, and no upgrade was refused.
    """
    try:
        return plan_server(served_connection(recording, number), beats)
    except RecordingError:
        refusal = recorded_refusal(recording) if number is None and not recording.opened else None
        if refusal is None:
            raise
        return refusal


def _acts(connection: RecordedConnection, links: dict[int, list[Link]]) -> Iterable[ServerAct]:
    moments = connection.moments
    items = server_messages(moments)
    flowing = streams(moments, items)
    shapes = iter(items)
    stream_triggers: dict[Shape, int] = {}
    newest = OPEN
    for index, moment in enumerate(moments):
        if moment.is_sent:
            newest = index if moment.is_message else newest
        elif moment.kind != Kind.CLOSE and not _is_reflex(moment):
            trigger = newest
            if moment.kind == Kind.PING:
                trigger = OPEN
            elif moment.is_message:
                shape = next(shapes).shape
                trigger = _answered(links.get(index, ()), newest)
                if shape in flowing:
                    trigger = stream_triggers.setdefault(shape, trigger)
            begun_ns = connection.opened_ns if trigger == OPEN else moments[trigger].t_ns
            yield ServerAct(index, moment, trigger, max(moment.t_ns - begun_ns, 0))


def _answered(links: Iterable[Link], newest: int) -> int:
    """The request whose id an answer carries."""
    sources = [
        link.source.moment for link in links if is_id_place(link.place) and is_id_place(link.source.place)
    ]
    return max(sources, default=newest)


def _is_reflex(moment: Moment) -> bool:
    """A pong that answers the client's ping: given when today's client pings."""
    return moment.kind == Kind.PONG and not moment.detail.get("unsolicited")


def _ending(connection: RecordedConnection, closes: Sequence[Moment]) -> ServerEnding:
    first, end = (closes[0] if closes else None), connection.end
    if first is not None and first.is_sent:
        return ServerEnding("client")
    if first is not None:
        return ServerEnding("close", _close_body(first), _gap_ns(connection, first))
    if end is None or end.direction == Direction.SENT:
        return ServerEnding("client")
    kinds: dict[str, EndingKind] = {Kind.EOF.value: "fin", Kind.RESET.value: "rst"}
    partial, missing = (_count(end.detail.get(name)) for name in ("partial_bytes", "missing_bytes"))
    return ServerEnding(kinds.get(end.kind, "silence"), b"", _gap_ns(connection, end), partial, missing)


def _close_body(moment: Moment) -> bytes:
    """The body of a Close frame; an imported session may know only what it said."""
    code = moment.detail.get("code")
    if moment.payload or not isinstance(code, int) or not 0 <= code <= 0xFFFF:
        return moment.payload
    reason = str(moment.detail.get("reason", "")).encode("utf-8", "replace")[:REASON_LIMIT_BYTES]
    return close_payload(code, reason)


def _gap_ns(connection: RecordedConnection, ending: Moment) -> int:
    before = [moment.t_ns for moment in connection.moments if moment.event < ending.event]
    return max(ending.t_ns - max(before, default=connection.opened_ns), 0)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value <= 125 else 0


def _pong_delay(beat: Beat) -> int | None:
    if beat.rtt_ns is None:
        return None if beat.pong_id is None else 0
    delay_ns = max(beat.rtt_ns - (beat.tcp_rtt_ns or 0), 0)
    return delay_ns if delay_ns > _AT_ONCE_NS else 0


def _response(connection: RecordedConnection) -> dict[str, Any]:
    response = connection.upgrade.detail.get("response") if connection.upgrade is not None else None
    return response if isinstance(response, dict) else {}


def _headers(connection: RecordedConnection) -> Iterable[tuple[str, str]]:
    for row in _response(connection).get("headers", ()):
        if isinstance(row, list) and len(row) == 2 and str(row[0]).lower() not in _OWN_HEADERS:
            yield str(row[0]), str(row[1])


def _remarks(connection: RecordedConnection) -> Iterable[str]:
    if connection.end is None:
        yield "The recording stops before its connection ended; the connection is left open."
    if not connection.messages:
        yield "The recording has no messages; only its opening and its ending are played."
    cut = [moment for moment in connection.received if moment.is_cut]
    if cut:
        events = ", ".join(str(moment.event) for moment in cut[:5]) + (", …" if len(cut) > 5 else "")
        yield f"Recorded only in part, and played so: {len(cut)} messages (event {events})."
