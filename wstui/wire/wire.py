"""One connection attempt: dial, talk, and say how it ended.

Rule 1: every event goes to the sink, in order. Rule 2: nothing that a peer or a network does
raises; a command that is impossible now raises ``CommandRefused`` with a sentence.
"""

import asyncio
import logging
import os
from collections.abc import Mapping

from wstui.events import (
    Abort,
    Close,
    CommandRefused,
    ErrorCode,
    Kind,
    Ping,
    Pong,
    Send,
    SendFrame,
    SetHeartbeat,
)
from wstui.profiles import ResolvedProfile
from wstui.wire.clock import SessionClock
from wstui.wire.conversation import Conversation, TcpEnd
from wstui.wire.dial import Opened, dial
from wstui.wire.end import WireEnd, dial_ended_by
from wstui.wire.phases import DialError, DialLog, EventSink, Observer
from wstui.wire.protocol import HeartbeatSettings, WebSocketProtocol
from wstui.wire.tcp_info import tcp_rtt_ns

_log = logging.getLogger(__name__)


class Wire:
    """A connection from dialling to the end of TCP."""

    def __init__(
        self,
        profile: ResolvedProfile,
        *,
        connection: int,
        clock: SessionClock,
        sink: EventSink,
        observer: Observer | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing happens before :meth:`run`.

        Args:
            profile: whom to dial, with ``${ENV}`` resolved.
            connection: the number that events carry.
            clock: the session's.
            sink: takes the events.
            observer: is told the state.
            environ: where proxies are looked up; the process's own by default.
        """
        self._resolved = profile
        self._connection = connection
        self._clock = clock
        self._sink = sink
        self._observer = observer
        self._environ = os.environ if environ is None else environ
        self._dialling: asyncio.Task[Opened] | None = None
        self._given_up = False
        self._asked_to_end = False
        self._talk: Conversation | None = None

    async def run(self) -> WireEnd:
        """Dial and talk until TCP has ended. Cancelling it ends TCP."""
        started_ns = self._clock.now()
        log = DialLog(self._connection, self._clock, self._sink, self._resolved, self._observer)
        try:
            opened = await self._dial(log)
        except DialError as error:
            log.failed(error)
            return self._never_opened(error)
        opened_ns = opened.reader.last_ns or self._clock.now()  # what comes behind the 101 is not earlier
        self._talk = talk = self._conversation(opened)
        log.event(Kind.OPEN, {**opened.detail, "duration_ns": opened_ns - started_ns}, opened_ns)
        try:
            return self._ended(talk, await talk.run())
        finally:
            talk.end_tcp("wstui stopped")

    async def _dial(self, log: DialLog) -> Opened:
        loop = asyncio.get_running_loop()
        log.deadline = loop.time() + self._resolved.profile.timeouts.open
        if self._given_up:
            raise _cancelled()
        self._dialling = loop.create_task(dial(log, self._environ))
        try:
            opened = await self._dialling
        except asyncio.CancelledError:
            _close_if_opened(self._dialling)
            if self._given_up:
                raise _cancelled() from None
            raise
        except DialError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is: it is logged and told)
            _log.exception("dialling failed")
            raise DialError(
                ErrorCode.INTERNAL,
                f"wstui itself failed while dialling ({type(error).__name__}). Please report it.",
            ) from None
        finally:
            self._dialling = None
        if self._given_up:
            opened.stream.close()
            raise _cancelled()
        return opened

    def _conversation(self, opened: Opened) -> Conversation:
        profile = self._resolved.profile
        heartbeat = profile.heartbeat
        sock = opened.socket.socket
        protocol = WebSocketProtocol(
            connection=self._connection,
            extensions=opened.extensions,
            max_message_bytes=profile.limits.message,
            heartbeat=HeartbeatSettings(
                interval_s=heartbeat.interval,
                timeout_s=heartbeat.timeout,
                payload=heartbeat.payload,
                on_missed=heartbeat.on_missed,
            ),
            close_timeout_s=profile.timeouts.close,
            tcp_rtt_ns=lambda: tcp_rtt_ns(sock),
        )
        return Conversation(
            opened,
            protocol,
            connection=self._connection,
            clock=self._clock,
            sink=self._sink,
            observer=self._observer,
        )

    def _never_opened(self, error: DialError) -> WireEnd:
        return WireEnd(
            error=error.code,
            http_status=error.facts.get("status"),
            retry_after=error.facts.get("retry_after", ""),
            asked_by_client=self._asked_to_end,
            ended_by=dial_ended_by(error.code),
        )

    def _ended(self, talk: Conversation, end: TcpEnd) -> WireEnd:
        protocol = talk.protocol
        error = end.error or protocol.failed
        if error is None and protocol.end_wanted == "close timeout":
            error = ErrorCode.CLOSE_TIMEOUT
        exchanged = protocol.close_sent is not None and protocol.close_received is not None
        return WireEnd(
            opened=True,
            error=error,
            close_sent=protocol.close_sent,
            close_received=protocol.close_received,
            who_first=protocol.who_first,
            asked_by_client=self._asked_to_end,
            clean=exchanged and error is None,
            ended_by=protocol.who_first or end.by,
        )

    # commands: all raise CommandRefused when they are impossible now

    def send(self, command: Send) -> None:
        """Send a message."""
        talk = self._open()
        talk.command(lambda: talk.protocol.send(command), sends=True)

    def frame(self, command: SendFrame) -> None:
        """Send a raw frame, legal or not."""
        talk = self._open()
        talk.command(lambda: talk.protocol.frame(command), sends=True)

    def ping(self, command: Ping) -> None:
        """Send a ping."""
        talk = self._open()
        talk.command(lambda: talk.protocol.ping(command), sends=True)

    def pong(self, command: Pong) -> None:
        """Send an unsolicited pong."""
        talk = self._open()
        talk.command(lambda: talk.protocol.pong(command), sends=True)

    def close(self, command: Close) -> None:
        """Start the closing handshake; while dialling, give up."""
        if self._talk is None:
            self._give_up()
            return
        talk = self._open()
        talk.command(lambda: talk.protocol.close(command))
        self._asked_to_end = True

    def abort(self, command: Abort) -> None:
        """End TCP at once; while dialling, give up."""
        if self._talk is None:
            self._give_up()
            return
        talk = self._open()
        self._asked_to_end = True
        talk.command(lambda: talk.end_tcp("aborted by command", reset=command.reset))

    def set_heartbeat(self, command: SetHeartbeat) -> None:
        """Change our pings; not before the connection is open."""
        talk = self._open()
        talk.command(lambda: talk.protocol.set_heartbeat(command))

    def withhold_pongs(self) -> None:
        """Do not answer pings."""
        talk = self._open()
        talk.command(talk.protocol.withhold_pongs)

    def delay_pongs(self, delay_s: float) -> None:
        """Answer pings too late."""
        talk = self._open()
        talk.command(lambda: talk.protocol.delay_pongs(delay_s))

    def answer_pings(self) -> None:
        """Answer pings at once again."""
        talk = self._open()
        talk.command(talk.protocol.answer_pings)

    def stop_reading(self) -> None:
        """Leave what arrives in the kernel's buffer, as a slow consumer does."""
        talk = self._open()
        talk.pause("command")
        talk.note_fault("stop_reading")

    def resume_reading(self) -> None:
        """Read again."""
        talk = self._open()
        talk.resume("command")
        talk.note_fault("resume_reading")

    # back-pressure: not a command, and independent of the two before

    def pause_reading(self) -> None:
        """The recording cannot keep up: let TCP slow the server down."""
        if self._talk is not None:
            self._talk.pause("recording")

    def unpause_reading(self) -> None:
        """The recording has caught up."""
        if self._talk is not None:
            self._talk.resume("recording")

    def _open(self) -> Conversation:
        if self._talk is None:
            raise CommandRefused("The connection is not open yet.")
        if self._talk.is_over:
            raise CommandRefused("The connection has ended.")
        return self._talk

    def _give_up(self) -> None:
        self._given_up = self._asked_to_end = True
        if self._dialling is not None:
            self._dialling.cancel()


def _close_if_opened(dialling: asyncio.Task[Opened]) -> None:
    """Being cancelled can cross with success."""
    if dialling.done() and not dialling.cancelled() and dialling.exception() is None:
        dialling.result().stream.close()


def _cancelled() -> DialError:
    return DialError(ErrorCode.CANCELLED, "Dialling was given up, as asked.")
