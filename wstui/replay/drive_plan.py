"""What a recorded client did, as steps that can be done again, and what each of them waits for. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from wstui.events import (
    Abort,
    Close,
    Command,
    Kind,
    Ping,
    Pong,
    Send,
    SendFrame,
    safe_bytes,
    why_not_sendable,
)
from wstui.replay.links import Capture, Link, find_links
from wstui.replay.recording import Moment, RecordedConnection, RecordingError, client_steps

_SHOWN_CHARACTERS = 60
_RSV = (0x40, 0x20, 0x10)
_OPCODES = {Kind.TEXT.value: 1, Kind.BINARY.value: 2}


@dataclass(frozen=True, slots=True)
class DriveStep:
    """One thing that the client did."""

    index: int
    """Of its moment; what was received before it is what it waits for."""
    moment: Moment
    after_ns: int
    """Since the open."""

    @property
    def words(self) -> str:
        """Short, safe to show: ``send {"op":1} (event 12)``."""
        return f"{moment_words(self.moment)} (event {self.moment.event})"


@dataclass(frozen=True, slots=True)
class ConnectionPlan:
    """How one connection is driven again."""

    connection: RecordedConnection
    steps: tuple[DriveStep, ...]
    links: dict[int, list[Link]]
    """What the client took from the server's messages."""
    echoes: dict[int, list[Link]]
    """What the server took from the client's: the ids of its answers."""
    pongs_before: tuple[int, ...]
    """For each index how many pongs had come before it; one more at the end."""
    aborts: Abort | None = None
    """The client ended TCP without a Close frame."""

    @property
    def moments(self) -> Sequence[Moment]:
        """What the two sides did."""
        return self.connection.moments

    @property
    def end_index(self) -> int:
        """After everything."""
        return len(self.connection.moments)

    @property
    def end_after_ns(self) -> int:
        """When the recorded connection ended, since its open."""
        return self.connection.ended_ns - self.connection.opened_ns

    @property
    def server_ends(self) -> bool:
        """Whether the server, or the network, ended the recorded connection."""
        closes = [moment for moment in self.moments if moment.kind == Kind.CLOSE]
        if closes:
            return not closes[0].is_sent
        end = self.connection.end
        return end is not None and not end.is_sent

    @property
    def answers(self) -> int:
        """How many messages of the server there are."""
        return sum(moment.is_message and not moment.is_sent for moment in self.moments)


def plan_connection(connection: RecordedConnection, captures: Iterable[Capture] = ()) -> ConnectionPlan:
    """The plan for one recorded connection.

    Raises:
        RecordingError: something that the client sent was recorded only in part.
    """
    moments = connection.moments
    wanted = {moment.event for moment in client_steps(moments)}
    steps = []
    for index, moment in enumerate(moments):
        if moment.event in wanted:
            _refuse_cut(moment)
            steps.append(DriveStep(index, moment, max(moment.t_ns - connection.opened_ns, 0)))
    pongs = [moment.kind == Kind.PONG and not moment.is_sent for moment in moments]
    return ConnectionPlan(
        connection,
        tuple(steps),
        find_links(moments, by_client=True, captures=captures),
        find_links(moments, by_client=False),
        tuple(accumulate(pongs, initial=0)),
        _abort(connection),
    )


def commands_of(moment: Moment, payload: bytes) -> list[Command]:
    """What to ask the engine for, to do the same again with this payload."""
    if moment.kind == Kind.FAULT:
        return [_raw_frame(moment, payload)]
    if moment.kind == Kind.PING:
        return [Ping(payload, source="step")]
    if moment.kind == Kind.PONG:
        return [Pong(payload, source="step")]
    if moment.kind == Kind.CLOSE:
        return [_close(moment, payload)]
    binary = moment.kind == Kind.BINARY
    sizes = moment.fragments
    if not sizes or len(payload) != sum(sizes):
        return [Send(payload, binary)]
    if sizes[0] and all(size == sizes[0] for size in sizes[:-1]) and 0 < sizes[-1] <= sizes[0]:
        return [Send(payload, binary, fragment_size=sizes[0])]
    return _fragments(moment.kind, payload, sizes)


def moment_words(moment: Moment) -> str:
    """What was done, in a few words that are safe to show."""
    if moment.kind == Kind.CLOSE:
        reason = safe_bytes(moment.payload[2:]).strip()
        return f"close {moment.detail.get('code') or ''} {reason}".strip()
    verb = {Kind.FAULT.value: "a raw frame"}.get(moment.kind, "send" if moment.is_message else moment.kind)
    if moment.kind in (Kind.BINARY, Kind.FAULT):
        return f"{verb}, {moment.size} bytes"
    text = safe_bytes(moment.payload[: _SHOWN_CHARACTERS * 4])
    cut = len(text) > _SHOWN_CHARACTERS
    return f"{verb} {text[:_SHOWN_CHARACTERS]}{'…' if cut else ''}".strip()


def _refuse_cut(moment: Moment) -> None:
    if moment.is_cut:
        raise RecordingError(
            f"Event {moment.event} was recorded only in part ({len(moment.payload)} of {moment.size} bytes)"
            " and cannot be sent again; record with a higher limits.record."
        )


def _abort(connection: RecordedConnection) -> Abort | None:
    end = connection.end
    if end is None or not end.is_sent or any(moment.kind == Kind.CLOSE for moment in connection.moments):
        return None
    return Abort(reset=end.kind == Kind.RESET)


def _close(moment: Moment, payload: bytes) -> Command:
    code = moment.detail.get("code")
    reason = moment.detail.get("reason", "")
    if moment.detail.get("raw") or len(payload) == 1:
        return SendFrame(8, payload)
    if not isinstance(code, int):
        return Close(None)
    return Close(code, str(reason), force=why_not_sendable(code) is not None)


def _raw_frame(moment: Moment, payload: bytes) -> SendFrame:
    opcode = int(moment.detail.get("opcode", 0)) & 0xF
    try:
        first, second = bytes.fromhex(str(moment.detail.get("header", "")))[:2]
    except ValueError:
        return SendFrame(opcode, payload)
    rsv1, rsv2, rsv3 = (bool(first & bit) for bit in _RSV)
    return SendFrame(opcode, payload, bool(first & 0x80), rsv1, rsv2, rsv3, masked=bool(second & 0x80))


def _fragments(kind: str, payload: bytes, sizes: Sequence[int]) -> list[Command]:
    frames: list[Command] = []
    start = 0
    for number, size in enumerate(sizes):
        fin = number == len(sizes) - 1
        piece = payload[start : start + size]
        frames.append(SendFrame(0 if number else _OPCODES[kind], piece, fin=fin))
        start += size
    return frames
