"""One open WebSocket connection without I/O: bytes and commands in, events and bytes out.

After the opening handshake everything that RFC 6455 asks of a client is decided here and in the
modules that this one joins: :mod:`incoming` parses, :mod:`outgoing` builds frames, :mod:`control`
keeps pings, pongs and the closing handshake.

Rule 1: time only comes in as an argument; what happens at a command's moment, which has none, is
stamped by the next :meth:`WebSocketProtocol.tick`, and the deadline says that this is now. Rule 2:
an event of something sent gets its time in :meth:`WebSocketProtocol.written`, not before. Rule 3:
nothing that a peer sends raises.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from websockets.extensions import Extension

from wstui.events import (
    MESSAGE_KINDS,
    Close,
    CommandRefused,
    ErrorCode,
    Event,
    Kind,
    Ping,
    Pong,
    Send,
    SendFrame,
    SetHeartbeat,
    why_not_sendable,
)
from wstui.events.details import CloseDetail
from wstui.wire.closing import Closing, Ending, Side
from wstui.wire.control import LOCAL, ControlFrames
from wstui.wire.frames import CLOSE, PING, Header, close_body, close_detail
from wstui.wire.heartbeat import NS_PER_S, SHORTEST_INTERVAL_S, Heartbeat, HeartbeatSettings, RttSource
from wstui.wire.incoming import Incoming
from wstui.wire.outgoing import FrameBuilder, Outgoing
from wstui.wire.pongs import Pongs

__all__ = ["HeartbeatSettings", "Outgoing", "WebSocketProtocol"]


class WebSocketProtocol:
    """The client's side of one connection, from the end of the opening handshake.

    Args:
        connection: the number that events carry.
        extensions: as negotiated, in the order of the handshake.
        max_message_bytes: above this a message fails the connection with 1009; 0: no limit.
        heartbeat: how to ping.
        close_timeout_s: how long our Close may stay unanswered, and how long the server may take
            to end TCP after the closing handshake.
        tcp_rtt_ns: the kernel's TCP round trip, or None where it does not say.
    """

    def __init__(
        self,
        *,
        connection: int,
        extensions: Sequence[Extension],
        max_message_bytes: int,
        heartbeat: HeartbeatSettings,
        close_timeout_s: float,
        tcp_rtt_ns: RttSource,
    ) -> None:
        self.messages_sent = 0
        self.bytes_received = 0
        self.bytes_sent = 0
        self.last_received_ns = 0
        self.last_sent_ns = 0
        self._connection = connection
        self._started = False
        self._events: list[Event] = []
        self._unstamped: list[Event] = []
        self._output: list[Outgoing] = []
        self._builder = FrameBuilder(connection=connection, extensions=extensions)
        self._heartbeat = Heartbeat(heartbeat)
        self._pongs = Pongs()
        self._closing = Closing(max(0, round(close_timeout_s * NS_PER_S)))
        self._control = ControlFrames(
            connection=connection,
            builder=self._builder,
            heartbeat=self._heartbeat,
            pongs=self._pongs,
            closing=self._closing,
            events=self._events,
            output=self._output,
            tcp_rtt_ns=tcp_rtt_ns,
        )
        self._incoming = Incoming(
            connection=connection,
            extensions=extensions,
            max_message_bytes=max_message_bytes,
            events=self._events,
            on_control=self._take_control,
            on_violation=self._control.fail,
        )

    # what is known

    @property
    def close_sent(self) -> CloseDetail | None:
        """Our Close frame, from the moment it was queued."""
        return self._closing.sent

    @property
    def close_received(self) -> CloseDetail | None:
        """The server's Close frame."""
        return self._closing.received

    @property
    def who_first(self) -> Side | None:
        """Whose Close frame came first: ours when it was written, the server's when it arrived."""
        return self._closing.first

    @property
    def closing(self) -> bool:
        """Whether a Close frame was queued or received, or the connection failed."""
        return self._closing.started

    @property
    def failed(self) -> ErrorCode | None:
        """Which kind of rule the server broke."""
        return self._closing.failed

    @property
    def end_wanted(self) -> Ending | None:
        """Why TCP is to be ended now, if it is."""
        return self._closing.end_wanted

    @property
    def messages_received(self) -> int:
        """Data messages received whole."""
        return self._incoming.messages

    @property
    def ignored_bytes(self) -> int:
        """Received after the server's Close or after the connection failed."""
        return self._incoming.ignored_bytes

    @property
    def last_rtt_ns(self) -> int | None:
        """The newest round trip of a ping."""
        return self._heartbeat.last_rtt_ns

    def partial_frame(self) -> tuple[int, int] | None:
        """Bytes of an unfinished frame that arrived, and bytes still missing."""
        return self._incoming.partial_frame()

    # what the transport does

    def start(self, now_ns: int) -> None:
        """The connection is open: the heartbeat's clock starts."""
        self._started = True
        self._heartbeat.start(now_ns)

    def receive(self, data: bytes | bytearray | memoryview, t_ns: int) -> None:
        """Bytes arrived at ``t_ns``."""
        self.bytes_received += len(data)
        self.last_received_ns = t_ns
        self._incoming.receive(bytes(data), t_ns)
        if self._incoming.ignored_bytes:
            self._control.report_data_after_close(t_ns)

    def take_events(self) -> list[Event]:
        """Events since the last call, in the order in which they were handled."""
        events = self._events.copy()
        self._events.clear()
        return events

    def take_output(self) -> list[Outgoing]:
        """What is to be written since the last call, in this order."""
        output = self._output.copy()
        self._output.clear()
        return output

    def written(self, outgoing: Outgoing, t_ns: int) -> None:
        """The kernel took the last byte of ``outgoing``, at ``t_ns``."""
        self.bytes_sent += len(outgoing.data)
        self.last_sent_ns = t_ns
        event = outgoing.event
        if event is not None:
            self._events.append(event._replace(t_ns=t_ns))
            if event.kind in MESSAGE_KINDS and (event.detail is None or event.detail.get("fin", True)):
                self.messages_sent += 1
        if outgoing.then is not None:
            outgoing.then(t_ns)

    def next_deadline_ns(self) -> int | None:
        """When :meth:`tick` is to be called, and output to be taken; a time in the past means now."""
        return 0 if self._unstamped or self._output else self._control.next_deadline_ns()

    def tick(self, now_ns: int) -> None:
        """Let time pass: pings due and missed, delayed answers, the end of waiting for a Close."""
        self._events += [event._replace(t_ns=now_ns) for event in self._unstamped]
        self._unstamped.clear()
        self._control.tick(now_ns)

    # commands

    def send(self, command: Send) -> None:
        """Send a message.

        Raises:
            CommandRefused: it cannot be sent now, or is not what it claims to be.
        """
        self._refuse_unless_sending()
        self._output += self._builder.message(command)

    def frame(self, command: SendFrame) -> None:
        """Put a raw frame on the wire, legal or not, also after our Close.

        Raises:
            CommandRefused: the connection is not open, or no frame has such an opcode.
        """
        self._refuse_unless_open()
        raw = self._builder.raw(command, after_close=self._closing.sent is not None)
        if raw.header.opcode == CLOSE and self._closing.sent is None:
            self._control.close_queued(close_detail(command.payload))
            outgoing = Outgoing(raw.data, raw.event, self._closing.written)
        elif raw.header.opcode == PING and raw.violation is None:
            outgoing = self._control.tracked_ping(raw.data, raw.event)
        else:
            outgoing = Outgoing(raw.data, raw.event)
        self._output.append(outgoing)

    def ping(self, command: Ping) -> None:
        """Send a ping.

        Raises:
            CommandRefused: nothing may be sent now, or the payload is too large.
        """
        self._refuse_unless_sending()
        payload = command.payload if command.payload is not None else self._heartbeat.unique_payload()
        self._control.queue_ping(payload, command.source)

    def pong(self, command: Pong) -> None:
        """Send an unsolicited pong.

        Raises:
            CommandRefused: nothing may be sent now, or the payload is too large.
        """
        self._refuse_unless_sending()
        detail = {"source": command.source}
        self._output.append(self._builder.control(Kind.PONG.value, command.payload, detail))

    def close(self, command: Close) -> None:
        """Start the closing handshake.

        Raises:
            CommandRefused: a Close was sent before, or this one may not be sent.
        """
        self._refuse_unless_sending()
        refusal = _why_not_close(command)
        if refusal is not None:
            raise CommandRefused(refusal)
        self._control.queue_close(close_body(command.code, command.reason), forced=command.force)

    def set_heartbeat(self, command: SetHeartbeat) -> None:
        """Change interval and timeout; a new interval counts from now.

        Raises:
            CommandRefused: the connection is closing, or these are not durations.
        """
        self._refuse_unless_sending()
        _refuse_unless_duration(command.interval_s, "The ping interval")
        _refuse_unless_duration(command.timeout_s, "The ping timeout")
        if 0 < command.interval_s < SHORTEST_INTERVAL_S:
            raise CommandRefused(f"The ping interval is 0 (no pings) or at least {SHORTEST_INTERVAL_S} s.")
        self._heartbeat.change(
            replace(self._heartbeat.settings, interval_s=command.interval_s, timeout_s=command.timeout_s)
        )

    def withhold_pongs(self) -> None:
        """Do not answer the server's pings from now on.

        Raises:
            CommandRefused: the connection is not open.
        """
        self._refuse_unless_open()
        self._pongs.withhold()
        self._note_fault({"injected": "withhold_pongs"})

    def delay_pongs(self, delay_s: float) -> None:
        """Answer the server's pings this much too late.

        Raises:
            CommandRefused: the connection is not open, or this is not a duration.
        """
        self._refuse_unless_open()
        _refuse_unless_duration(delay_s, "The delay")
        delay_ns = round(delay_s * NS_PER_S)
        self._pongs.delay(delay_ns)
        self._note_fault({"injected": "delay_pongs", "delay_ns": delay_ns})

    def answer_pings(self) -> None:
        """Answer pings at once again.

        Raises:
            CommandRefused: the connection is not open.
        """
        self._refuse_unless_open()
        self._pongs.answer_at_once()
        self._note_fault({"injected": "answer_pings"})

    def _refuse_unless_open(self) -> None:
        if not self._started:
            raise CommandRefused("The connection is not open.")
        if self._closing.failed is not None:
            raise CommandRefused(
                f"The connection has failed ({self._closing.failed}): nothing more can be sent on it."
            )

    def _refuse_unless_sending(self) -> None:
        self._refuse_unless_open()
        if self._closing.sent is not None:
            raise CommandRefused("Our Close frame is sent: nothing may follow it (RFC 6455 §5.5.1).")

    def _note_fault(self, detail: dict[str, Any]) -> None:
        self._unstamped.append(Event(0, self._connection, Kind.FAULT.value, LOCAL, detail=detail))

    def _take_control(self, header: Header, payload: bytes, t_ns: int) -> None:
        self._control.take(header, payload, t_ns)
        if header.opcode == CLOSE:
            self._incoming.ignore()


def _why_not_close(command: Close) -> str | None:
    if command.code is None:
        return "A reason needs a code before it (RFC 6455 §5.5.1)." if command.reason else None
    if command.force:
        return None if 0 <= command.code <= 0xFFFF else "A close code is a number from 0 to 65535."
    return why_not_sendable(command.code, command.reason)


def _refuse_unless_duration(value_s: float, what: str) -> None:
    if not math.isfinite(value_s) or value_s < 0:
        raise CommandRefused(f"{what} is a number of seconds, 0 or more.")
