"""One connection of a session: its wire, its application heartbeat, and back-pressure from the disk."""

import asyncio
from collections.abc import Callable
from typing import Any

from wstui.dialects import Mark
from wstui.engine.application_heartbeat import DIALECT, ApplicationBeat
from wstui.engine.marking import Marker
from wstui.engine.notices import NoticeBoard
from wstui.engine.open_session import OpenSession
from wstui.engine.recorder import PAUSE_BACKLOG_BYTES, RESUME_BACKLOG_BYTES
from wstui.engine.session import MODES
from wstui.events import (
    Abort,
    AnswerPings,
    Close,
    Command,
    CommandRefused,
    DelayPongs,
    Event,
    Ping,
    Pong,
    ResumeReading,
    Send,
    SendFrame,
    SetHeartbeat,
    StopReading,
    Trigger,
    WithholdPongs,
)
from wstui.wire import Advice, Wire, WireEnd

WireFactory = Callable[..., Wire]

_ON_WIRE: dict[type[Command], Callable[[Wire, Any], None]] = {
    Abort: lambda wire, command: wire.abort(command),
    AnswerPings: lambda wire, _: wire.answer_pings(),
    Close: lambda wire, command: wire.close(command),
    DelayPongs: lambda wire, command: wire.delay_pongs(command.delay_s),
    Ping: lambda wire, command: wire.ping(command),
    Pong: lambda wire, command: wire.pong(command),
    ResumeReading: lambda wire, _: wire.resume_reading(),
    Send: lambda wire, command: wire.send(command),
    SendFrame: lambda wire, command: wire.frame(command),
    SetHeartbeat: lambda wire, command: wire.set_heartbeat(command),
    StopReading: lambda wire, _: wire.stop_reading(),
    WithholdPongs: lambda wire, _: wire.withhold_pongs(),
}


class LiveConnection:
    """Stands between the wire and the session file; is the wire's observer and sink."""

    def __init__(self, session: OpenSession, board: NoticeBoard, wire_factory: WireFactory) -> None:
        self._session = session
        self._board = board
        self._paused = False
        self._at_open: list[Command] = []
        self.opened_ns = 0
        """Session time of the open; 0 if it never came to that."""
        application = session.settings.resolved.profile.heartbeat.application
        self._beat = ApplicationBeat(application, self.do) if application is not None else None
        dialect = session.settings.resolved.profile.dialect
        self._marker = Marker(dialect, self._write_mark, board.tell_problem)
        self._wire = wire_factory(
            session.settings.resolved,
            connection=session.connection,
            clock=session.clock,
            sink=self._take,
            observer=self,
        )

    async def run(self) -> WireEnd:
        """Dial and talk until TCP has ended."""
        self._session.on_drained = self._read_on_if_drained
        try:
            return await self._wire.run()
        finally:
            self._session.on_drained = lambda: None
            self._stop_beat()

    def do(self, command: Command) -> None:
        """Carry out a command that is about this connection.

        Raises:
            CommandRefused: impossible now.
        """
        if isinstance(command, MODES) and not self.opened_ns:
            self._at_open.append(command)
        else:
            _ON_WIRE[type(command)](self._wire, command)

    def open_s(self) -> float:
        """How long it has been open, until the session's newest ending."""
        return (self._session.ended_ns - self.opened_ns) / 1e9 if self.opened_ns else 0.0

    def retry_advice(self, end: WireEnd) -> Advice | None:
        """What the dialect says about dialling again after this ending."""
        return self._marker.retry_advice(end)

    # ---- the wire's observer ----

    def on_phase(self, kind: str) -> None:
        """The wire begins a phase of dialling."""
        self._board.tell_phase(kind, self._session.clock.now())

    def on_open(self) -> None:
        """The opening handshake is done."""
        self.opened_ns = self._session.clock.now()
        for command in self._at_open:
            self._try(command)
        self._board.fire(Trigger.OPENED, self.opened_ns)
        if self._beat is not None:
            self._beat.start()
        if self._session.connection > 0:
            asyncio.get_running_loop().call_soon(self._resend)

    def on_closing(self) -> None:
        """A Close frame went one of the ways."""
        self._stop_beat()
        if self._board.can(Trigger.CLOSE_STARTED):
            self._board.fire(Trigger.CLOSE_STARTED, self._session.clock.now())

    # ---- the wire's sink ----

    def _take(self, events: list[Event]) -> None:
        first_id = self._session.record(events)
        if first_id:
            self._marker.look(first_id, events)
        if self._beat is not None and first_id:
            for place, mark in self._beat.recognise(events):
                self._session.recorder.mark(first_id + place, mark, DIALECT)
        if not self._paused and self._session.recorder.backlog_bytes > PAUSE_BACKLOG_BYTES:
            self._paused = True
            self._wire.pause_reading()

    def _write_mark(self, event_id: int, mark: Mark) -> None:
        self._session.recorder.mark(event_id, mark.mark, mark.dialect, mark.data)

    def _read_on_if_drained(self) -> None:
        if self._paused and self._session.recorder.backlog_bytes < RESUME_BACKLOG_BYTES:
            self._paused = False
            self._wire.unpause_reading()

    # ---- what the profile wants sent ----

    def _stop_beat(self) -> None:
        if self._beat is not None:
            self._beat.stop()

    def _resend(self) -> None:
        """After a reconnect the saved messages that the profile names, in its order."""
        profile = self._session.settings.resolved.profile
        for name in profile.reconnect.resend:
            message = profile.saved_message(name)
            if message is None:
                self._board.tell_problem(f"The profile has no saved message “{name}” to send again.")
                continue
            self._try(Send(message.payload, binary=message.is_binary))

    def _try(self, command: Command) -> None:
        try:
            self.do(command)
        except CommandRefused as refusal:
            self._board.tell_problem(str(refusal))
