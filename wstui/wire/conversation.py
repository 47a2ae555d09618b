"""An open connection at work: bytes to the protocol, its events to the sink, its output to the stream.

Everything happens in callbacks of the loop: one wakeup reads, lets the protocol parse, writes the
answers, and hands all events on in one batch. There is one timer for the protocol and one watch for
what nobody announces: TCP statistics, which must be sampled before a socket dies, and jumps of the
wall clock.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from wstui.events import CommandRefused, Direction, ErrorCode, Event, Kind, TcpStatistics
from wstui.wire.clock import SessionClock
from wstui.wire.dial import Opened
from wstui.wire.end import EndedBy
from wstui.wire.phases import EventSink, Observer
from wstui.wire.protocol import WebSocketProtocol
from wstui.wire.stream import Broken, Eof, Reset, StreamEnd, errno_name
from wstui.wire.tcp_info import tcp_statistics

_log = logging.getLogger(__name__)

_WATCH_S: Final = 2.0
_NS_PER_S: Final = 1_000_000_000
_QUEUE_LIMIT_BYTES: Final = 64 * 1024 * 1024
_WHY: Final = {
    "close handshake done": "the closing handshake was complete and the server left TCP open",
    "close timeout": "the server did not answer our Close frame in time",
    "failed": "the server broke the protocol",
}


class TcpEnd(NamedTuple):
    """Who ended TCP, and which error there was besides."""

    by: EndedBy
    error: ErrorCode | None = None


class Conversation:
    """One open connection, from the 101 to the end of TCP; the receiver of its stream."""

    def __init__(
        self,
        opened: Opened,
        protocol: WebSocketProtocol,
        *,
        connection: int,
        clock: SessionClock,
        sink: EventSink,
        observer: Observer | None,
    ) -> None:
        self.protocol = protocol
        self._stream = opened.stream
        self._reader = opened.reader
        self._socket = opened.socket.socket
        self._connection = connection
        self._clock = clock
        self._sink = sink
        self._observer = observer
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[TcpEnd] = self._loop.create_future()
        self._error: ErrorCode | None = None
        self._closing_told = False
        self._deadline_ns: int | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watch_timer: asyncio.TimerHandle | None = None
        self._statistics: TcpStatistics | None = None

    async def run(self) -> TcpEnd:
        """Talk until TCP has ended."""
        self._guarded(self._begin)
        return await asyncio.shield(self._end)  # a cancelled wait must not pass for an end

    @property
    def is_over(self) -> bool:
        """Whether TCP has ended."""
        return self._end.done()

    def _begin(self) -> None:
        self.protocol.start(self._clock.now())
        self._watch()
        if self._observer is not None:
            self._observer.on_open()
        self._reader.hand_over(self)

    # what the stream delivers

    def received(self, data: bytes, t_ns: int) -> None:
        """Bytes arrived."""
        if not self._end.done():
            self._guarded(self.protocol.receive, data, t_ns)

    def settle(self) -> None:
        """Act on what arrived: answer, report, plan."""
        if not self._end.done():
            self._guarded(self._settle)

    def ended(self, end: StreamEnd, t_ns: int) -> None:
        """The other side, or the network, ended the stream."""
        if self._end.done():
            return
        if isinstance(end, Broken):
            self._broken(end, t_ns)
            return
        if isinstance(end, Eof):
            tls = {} if end.tls is None else {"tls": end.tls}
            self._finish(Kind.EOF, Direction.RECEIVED, tls, t_ns, "server")
            return
        detail = {"during": end.during, "errno": end.errno, "errno_name": errno_name(end.errno)}
        if isinstance(end, Reset):
            self._finish(Kind.RESET, Direction.RECEIVED, detail, t_ns, "server")
        else:
            self._finish(Kind.LOST, Direction.LOCAL, detail, t_ns, "network")

    # commands

    def command(self, action: Callable[[], None], *, sends: bool = False) -> None:
        """Carry out a command of the protocol, and write what it gave.

        Raises:
            CommandRefused: the protocol refused, or too much is waiting to be sent.
        """
        if sends and self._stream.queued_bytes > _QUEUE_LIMIT_BYTES:
            raise CommandRefused(
                f"{self._stream.queued_bytes:,} bytes are still waiting to be sent: the server does not read"
                " them; wait, or abort."
            )
        action()
        self.settle()

    def note_fault(self, injected: str) -> None:
        """Write down what a person injected into the transport."""
        self._report_now(Kind.FAULT, Direction.LOCAL, {"injected": injected})

    def pause(self, reason: str) -> None:
        """Leave what arrives in the kernel's buffer."""
        self._stream.pause(reason)

    def resume(self, reason: str) -> None:
        """Take one reason back."""
        self._stream.resume(reason)

    def end_tcp(self, why: str, *, reset: bool = False) -> None:
        """End TCP ourselves."""
        if not self._end.done():
            kind = Kind.RESET if reset else Kind.EOF
            self._finish(kind, Direction.SENT, {"why": why}, self._clock.now(), "client")

    # inside

    def _guarded(self, action: Callable[..., None], *arguments: Any) -> None:
        """A bug must not leave a connection that nobody reads: it ends, and says so."""
        try:
            action(*arguments)
        except Exception as error:  # noqa: BLE001  (whatever it is: it is logged and told)
            _log.exception("the conversation failed")
            message = (
                f"wstui itself failed ({type(error).__name__}); the connection was ended. Please report it."
            )
            self._error = ErrorCode.INTERNAL
            detail = {"code": ErrorCode.INTERNAL.value, "message": message}
            try:
                self._report_now(Kind.ERROR, Direction.LOCAL, detail)
            finally:
                self.end_tcp("an internal error")

    def _settle(self) -> None:
        protocol = self.protocol
        deadline_ns = protocol.next_deadline_ns()
        if deadline_ns is not None and deadline_ns <= (now_ns := self._clock.now()):
            protocol.tick(now_ns)
        for outgoing in protocol.take_output():
            self._stream.write(outgoing.data, partial(protocol.written, outgoing))
        self._stream.flush()
        events = protocol.take_events()
        if events:
            self._sink(events)
        if protocol.closing and not self._closing_told:
            self._closing_told = True
            if self._observer is not None:
                self._observer.on_closing()
        if protocol.end_wanted is not None:
            self.end_tcp(_WHY[protocol.end_wanted])
        else:
            self._plan(protocol.next_deadline_ns())

    def _plan(self, deadline_ns: int | None) -> None:
        if deadline_ns == self._deadline_ns or self._end.done():
            return
        self._deadline_ns = deadline_ns
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline_ns is not None:
            delay_s = max(0.0, (deadline_ns - self._clock.now()) / _NS_PER_S)
            self._timer = self._loop.call_later(delay_s, self._tick)

    def _tick(self) -> None:
        self._deadline_ns = None
        self.settle()

    def _look(self) -> None:
        self._guarded(self._watch)

    def _watch(self) -> None:
        statistics = tcp_statistics(self._socket)
        if statistics is not None:
            self._statistics = statistics
        jump_ns = self._clock.jump_ns()
        if jump_ns:
            self._report_now(Kind.ERROR, Direction.LOCAL, clock_jump(jump_ns))
        self._watch_timer = self._loop.call_later(_WATCH_S, self._look)

    def _report_now(self, kind: Kind, direction: Direction, detail: dict[str, Any]) -> None:
        event = Event(self._clock.now(), self._connection, kind.value, direction.value, detail=detail)
        self._sink([event])

    def _broken(self, end: Broken, t_ns: int) -> None:
        self._error = ErrorCode.TLS_FAILURE
        message = f"The TLS connection broke ({end.reason.replace('_', ' ').lower()}); it cannot go on."
        detail = {"code": ErrorCode.TLS_FAILURE.value, "message": message, "reason": end.reason}
        self._sink([Event(t_ns, self._connection, Kind.ERROR.value, Direction.LOCAL.value, detail=detail)])
        self.end_tcp("TLS cannot go on")

    def _finish(
        self,
        kind: Kind,
        direction: Direction,
        detail: dict[str, Any],
        t_ns: int,
        by: EndedBy,
    ) -> None:
        """Write the end down and let go of everything."""
        statistics = self._last_statistics()
        if statistics is not None:
            detail["tcp"] = dict(statistics)
        partial_frame = self.protocol.partial_frame()
        if partial_frame is not None:
            detail["partial_bytes"], detail["missing_bytes"] = partial_frame
        for timer in (self._timer, self._watch_timer):
            if timer is not None:
                timer.cancel()
        self._end.set_result(TcpEnd(by, self._error))
        if kind is Kind.RESET and direction is Direction.SENT:
            self._stream.abort()
        else:
            self._stream.close()
        events = self.protocol.take_events()
        events.append(Event(t_ns, self._connection, kind.value, direction.value, detail=detail))
        self._sink(events)

    def _last_statistics(self) -> TcpStatistics | None:
        """Now, unless the kernel has already let go of the connection: then the last sample before."""
        now = tcp_statistics(self._socket)
        if now is None or (now.get("state") == "closed" and self._statistics is not None):
            return self._statistics
        return now


def clock_jump(jump_ns: int) -> dict[str, Any]:
    """The detail of an error event for a jump of the wall clock."""
    ahead = "ahead" if jump_ns > 0 else "back"
    seconds = abs(jump_ns) / _NS_PER_S
    return {
        "code": ErrorCode.CLOCK_JUMP.value,
        "message": f"The wall clock went {ahead} by {seconds:.1f} s: it was set, or the machine slept.",
        "jump_ns": jump_ns,
    }
