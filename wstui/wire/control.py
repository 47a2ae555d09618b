"""Control frames in both directions: pings, pongs, Close, and failing the connection.

What :mod:`heartbeat`, :mod:`pongs` and :mod:`closing` decide becomes frames and events here.
"""

from typing import Any, Final, cast

from wstui.events import REASON_LIMIT_BYTES, Direction, ErrorCode, Event, Kind
from wstui.events.details import CloseDetail
from wstui.wire.closing import Closing
from wstui.wire.data_frames import RECEIVED
from wstui.wire.frames import CLOSE, PING, Header, close_body, close_detail
from wstui.wire.heartbeat import NS_PER_S, Heartbeat, PingSource, RttSource, SentPing
from wstui.wire.incoming import KIND_OF_OPCODE
from wstui.wire.outgoing import FrameBuilder, Outgoing
from wstui.wire.pongs import Answer, Pongs
from wstui.wire.rules import Violation, close_violation

LOCAL: Final = Direction.LOCAL.value
_PING, _PONG, _CLOSE = Kind.PING.value, Kind.PONG.value, Kind.CLOSE.value


class ControlFrames:
    """One connection's control frames.

    Args:
        connection: the number that events carry.
        builder: makes the frames.
        heartbeat: our pings.
        pongs: our answers.
        closing: the closing handshake.
        events: where events are appended.
        output: where frames are appended.
        tcp_rtt_ns: the kernel's TCP round trip, or None where it does not say.
    """

    def __init__(
        self,
        *,
        connection: int,
        builder: FrameBuilder,
        heartbeat: Heartbeat,
        pongs: Pongs,
        closing: Closing,
        events: list[Event],
        output: list[Outgoing],
        tcp_rtt_ns: RttSource,
    ) -> None:
        self._connection = connection
        self._builder = builder
        self._heartbeat = heartbeat
        self._pongs = pongs
        self._closing = closing
        self._events = events
        self._output = output
        self._tcp_rtt_ns = tcp_rtt_ns
        self._reported_data_after_close = False

    # received

    def take(self, header: Header, payload: bytes, t_ns: int) -> None:
        """A whole, legal control frame arrived."""
        if header.opcode == CLOSE:
            self._take_close(header, payload, t_ns)
        elif header.opcode == PING:
            self._record(header, payload, None, t_ns)
            self._queue_answer(self._pongs.ping(payload, t_ns))
        else:
            self._record(header, payload, self._pong_detail(payload, t_ns), t_ns)

    def _pong_detail(self, payload: bytes, t_ns: int) -> dict[str, Any]:
        match = self._heartbeat.pong(payload, t_ns)
        if match.ping is None:
            return {"unsolicited": True}
        detail: dict[str, Any] = {"rtt_ns": match.rtt_ns, "ping_t_ns": match.ping.sent_ns}
        tcp_rtt_ns = self._tcp_rtt_ns()
        if tcp_rtt_ns is not None:
            detail["tcp_rtt_ns"] = tcp_rtt_ns
        if match.late:
            detail["late"] = True
        return detail

    def _take_close(self, header: Header, body: bytes, t_ns: int) -> None:
        violation = close_violation(body)
        detail = close_detail(body)
        if self._closing.first == "client":
            detail["reply"] = True
        if violation is not None:
            detail["invalid"] = violation.what
        self._record(header, body, detail, t_ns)
        self._closing.receive(cast("CloseDetail", detail), t_ns)
        self._pongs.stop()
        if violation is not None:
            self.fail(violation, t_ns)
        elif self._closing.sent is None:
            # The code only: a reason is for the side that did not choose it (RFC 6455 §5.5.1).
            self.queue_close(body[:2])

    def _record(self, header: Header, payload: bytes, detail: dict[str, Any] | None, t_ns: int) -> None:
        kind, wire_size = KIND_OF_OPCODE[header.opcode], header.size + len(payload)
        self._events.append(
            Event(t_ns, self._connection, kind, RECEIVED, len(payload), wire_size, payload, detail)
        )

    def fail(self, violation: Violation, t_ns: int) -> None:
        """The server broke a rule: say which, close with why, end TCP soon (RFC 6455 §7.1.7)."""
        self._events.append(
            Event(t_ns, self._connection, Kind.ERROR.value, RECEIVED, detail=violation.detail())
        )
        if self._closing.sent is None:
            reason = violation.what.encode()[:REASON_LIMIT_BYTES].decode("utf-8", "ignore")
            self.queue_close(close_body(violation.close_code, reason))
        self._closing.fail(violation.code, t_ns)
        self._pongs.stop()

    def report_data_after_close(self, t_ns: int) -> None:
        """More came after the server's Close: said once, and not after the connection failed."""
        if self._reported_data_after_close or self._closing.failed is not None:
            return
        self._reported_data_after_close = True
        detail = {
            "code": ErrorCode.DATA_AFTER_CLOSE.value,
            "message": "The server sent more data after its Close frame.",
            "rule": "RFC 6455 §5.5.1",
        }
        self._events.append(Event(t_ns, self._connection, Kind.ERROR.value, RECEIVED, detail=detail))

    # sent

    def queue_ping(self, payload: bytes, source: PingSource, now_ns: int | None = None) -> None:
        """Send a ping; raises CommandRefused for a payload that is too large."""
        detail = {"source": source, "timeout_ns": self._heartbeat.timeout_ns}
        outgoing = self._builder.control(_PING, payload, detail, self._heartbeat.written)
        self._heartbeat.queued(payload, source, now_ns)
        self._output.append(outgoing)

    def tracked_ping(self, data: bytes, event: Event) -> Outgoing:
        """A ping that was built as a raw frame: its pong is matched like any other's."""
        detail = {"source": "manual", "timeout_ns": self._heartbeat.timeout_ns, **(event.detail or {})}
        self._heartbeat.queued(event.payload or b"", "manual")
        return Outgoing(data, event._replace(detail=detail), self._heartbeat.written)

    def queue_close(self, body: bytes, *, forced: bool = False) -> None:
        """Send our Close frame; raises CommandRefused for a body that is too large."""
        detail = close_detail(body)
        if self._closing.received is not None:
            detail["reply"] = True
        if forced:
            detail["forced"] = True
        outgoing = self._builder.control(_CLOSE, body, detail, self._closing.written)
        self.close_queued(detail)
        self._output.append(outgoing)

    def close_queued(self, detail: dict[str, Any]) -> None:
        """Our Close frame is on its way, perhaps as a raw frame: no pings after it."""
        self._closing.queue(cast("CloseDetail", detail))
        self._heartbeat.stop()

    def _queue_answer(self, answer: Answer | None) -> None:
        if answer is None:
            return
        detail: dict[str, Any] = {"source": "answer", "ping_t_ns": answer.ping_t_ns}
        if answer.delayed_ns:
            detail["delayed_ns"] = answer.delayed_ns
        self._output.append(self._builder.control(_PONG, answer.payload, detail, self._answer_written))

    def _answer_written(self, _t_ns: int) -> None:
        self._queue_answer(self._pongs.written())

    # time

    def next_deadline_ns(self) -> int | None:
        """When :meth:`tick` is to be called next."""
        deadlines = [self._closing.next_deadline_ns()]
        if self._peer_talks():
            deadlines += [self._heartbeat.next_deadline_ns(), self._pongs.next_deadline_ns()]
        return min((time for time in deadlines if time is not None), default=None)

    def tick(self, now_ns: int) -> None:
        """Pings due and missed, delayed answers, the end of waiting for a Close."""
        if self._peer_talks():
            for ping in self._heartbeat.missed(now_ns):
                self._miss(ping, now_ns)
            if self._heartbeat.due(now_ns):
                self.queue_ping(self._heartbeat.unique_payload(), "heartbeat", now_ns)
            for answer in self._pongs.due(now_ns):
                self._queue_answer(answer)
        if self._closing.tick(now_ns):
            message = "The server did not answer our Close frame in time."
            facts = {"rule": "RFC 6455 §5.5.1", "timeout_ns": self._closing.timeout_ns}
            self._report(now_ns, ErrorCode.CLOSE_TIMEOUT, message, facts)

    def _peer_talks(self) -> bool:
        """Whether pings and pongs still mean anything (RFC 6455 §5.5.2)."""
        return self._closing.received is None and self._closing.failed is None

    def _miss(self, ping: SentPing, now_ns: int) -> None:
        timeout_s = ping.timeout_ns / NS_PER_S
        facts: dict[str, Any] = {"timeout_ns": ping.timeout_ns}
        if ping.sent_ns is None:
            message = f"A ping could not even be sent within {timeout_s:g} s: the server does not read."
        else:
            message = f"No pong came within {timeout_s:g} s after a ping."
            facts["ping_t_ns"] = ping.sent_ns
        self._report(now_ns, ErrorCode.MISSED_PONG, message, facts, ping.payload)
        if self._heartbeat.settings.on_missed == "close" and self._closing.sent is None:
            self.queue_close(close_body(1011, "keepalive ping timeout"))

    def _report(
        self, now_ns: int, code: ErrorCode, message: str, facts: dict[str, Any], payload: bytes | None = None
    ) -> None:
        detail = {"code": code.value, "message": message, **facts}
        size = len(payload or b"")
        self._events.append(
            Event(now_ns, self._connection, Kind.ERROR.value, LOCAL, size, 0, payload, detail)
        )
