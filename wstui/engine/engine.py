"""The engine: owns one session, from the first Connect to the committed end of its file.

Commands go to the wire, the state goes to whoever listens; events go their own way, from the wire to
the recorder (:mod:`wstui.engine.connection`). Rule 1: everything here happens in one event loop, and
nothing in it waits for a screen. Rule 2: the state changes only through the transition table
(``NoticeBoard.fire``).
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

from wstui.engine import retrying
from wstui.engine.connection import LiveConnection, WireFactory
from wstui.engine.notices import NoticeBoard
from wstui.engine.open_session import EventTap, OpenSession, Settings, read_settings, remove_old_sessions
from wstui.engine.session import NoticeListener
from wstui.events import (
    Abort,
    Close,
    Command,
    CommandRefused,
    Connect,
    ConnectionState,
    Direction,
    ErrorCode,
    Event,
    Kind,
    ProgressNotice,
    RetryNow,
    Shutdown,
    StateNotice,
    StopRetrying,
    Trigger,
)
from wstui.wire import RetryDecision, Wire, WireEnd

SHUTDOWN_CLOSE_S = 2.0
"""How long the closing handshake may take when the client is gone."""

_GIVE_UP_S = 0.5
"""After that: how long the wire has to notice that TCP was ended."""

SWITCH_INTERVAL_S = 0.0005
"""For the process of an engine: no thread keeps the loop from a pong for Python's usual 5 ms."""

GOING_AWAY = 1001
"""RFC 6455 §7.4.1: an endpoint goes away."""

_log = logging.getLogger(__name__)


class Engine:
    """One session at a time. Needs a running event loop."""

    def __init__(
        self,
        notify: NoticeListener,
        *,
        tap: EventTap | None = None,
        folder: Path | None = None,
        wire_factory: WireFactory = Wire,
    ) -> None:
        """An idle engine.

        Args:
            notify: gets every notice, in the event loop.
            tap: sees every event, for steps that wait for a message.
            folder: of the session files; the person's own by default.
            wire_factory: what makes a connection; tests put their own here.
        """
        self._board = NoticeBoard(notify)
        self._tap = tap
        self._folder = folder
        self._wire_factory = wire_factory
        self._session: OpenSession | None = None
        self._retrying = retrying.Retrying()
        self._connection: LiveConnection | None = None
        self._asked_to_end = False
        self._running: asyncio.Task[None] | None = None
        self._housekeeping: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def state(self) -> StateNotice:
        """The newest state."""
        return self._board.state

    @property
    def progress(self) -> ProgressNotice:
        """How far the recording is, as last told."""
        return self._board.progress

    async def execute(self, command: Command) -> dict[str, Any]:
        """Carry one command out and give its reply.

        Raises:
            CommandRefused: impossible now; one sentence says why.
        """
        if self._ending is not None and not isinstance(command, Shutdown):
            raise CommandRefused("The session is being ended.")
        match command:
            case Connect():
                return await self._connect(command)
            case Close() | Abort():
                self._end(command)
            case RetryNow():
                self._retry_now()
            case StopRetrying():
                self._stop_retrying()
            case Shutdown():
                await self.shutdown()
            case _:
                self._need_connection().do(command)
        return {}

    async def shutdown(self) -> None:
        """Close with 1001 if open, commit, finish the file. Bounded; harmless when repeated."""
        if self._ending is None:
            self._ending = asyncio.get_running_loop().create_task(self._shut_down())
        await asyncio.shield(self._ending)

    # ---- connecting ----

    async def _connect(self, command: Connect) -> dict[str, Any]:
        if self._busy and not self._retrying.waiting:
            raise CommandRefused("There is a connection already: close it before connecting again.")
        session = await self._session_for(command)
        self._retrying.use(session.settings.resolved.profile)
        if self._retrying.waiting:
            number = session.connection + 1
            self._retrying.now()
        else:
            self._retrying.begin()
            first = self._dial(session)
            number = session.connection
            self._running = asyncio.get_running_loop().create_task(self._run(session, first))
        return {"session": str(session.recorder.path), "connection": number}

    async def _session_for(self, command: Connect) -> OpenSession:
        """The session that goes on, or a new one where there is none or another endpoint is meant."""
        session = self._session
        if command.profile is None:
            if session is None:
                raise CommandRefused("There is nothing to connect to yet: the first connect needs a profile.")
            if session.recorder.in_place:
                return session
            return await self._new_session(session.settings)
        settings = read_settings(command)
        if session is not None and session.settings.same_place(settings) and session.recorder.in_place:
            session.use(settings)
            return session
        return await self._new_session(settings)

    async def _new_session(self, settings: Settings) -> OpenSession:
        await self._end_session()
        self._session = OpenSession(settings, self._board, tap=self._tap, folder=self._folder)
        self._session.on_fatal = self._give_up_recording
        self._housekeeping = asyncio.get_running_loop().create_task(self._keep_house(settings))
        return self._session

    async def _keep_house(self, settings: Settings) -> None:
        try:
            await remove_old_sessions(self._folder, settings)
        except Exception as error:  # noqa: BLE001 - the session goes on with old files beside it
            _log.warning("old sessions of %s stay: %s", settings.name, error)

    # ---- the life of a session's connections ----

    def _dial(self, session: OpenSession) -> LiveConnection:
        """The next connection of the session, about to dial."""
        session.connection += 1
        self._asked_to_end = False
        self._board.fire(Trigger.CONNECT, session.clock.now(), connection=session.connection)
        self._connection = LiveConnection(session, self._board, self._wire_factory)
        return self._connection

    async def _run(self, session: OpenSession, connection: LiveConnection) -> None:
        try:
            while await self._live(session, connection):
                connection = self._dial(session)
        except Exception as error:  # noqa: BLE001 - whatever it is, the session ends in a sentence
            _log.debug("the connection's task failed", exc_info=True)
            self._fail(session, error)

    async def _live(self, session: OpenSession, connection: LiveConnection) -> bool:
        """Dial, talk until the end, wait if need be. True: dial again."""
        try:
            end = await connection.run()
        finally:
            self._connection = None
            session.ended_ns = session.clock.now()
        decision = self._decide(session, connection, end)
        await session.recorder.settle()
        self._board.tell_progress()
        self._board.fire(Trigger.ENDED, session.ended_ns)
        if decision is None or not decision.retry:
            return False
        return await self._wait_to_retry(session, decision.delay_s)

    def _decide(self, session: OpenSession, connection: LiveConnection, end: WireEnd) -> RetryDecision | None:
        """Whether to dial again; recorded before the file settles, so that a reader finds it there."""
        if self._asked_to_end:
            return None
        decision = self._retrying.decide(end, connection.open_s(), connection.retry_advice(end))
        if decision is not None:
            event = retrying.decided(
                session.clock.now(), session.connection, self._retrying.attempt, decision
            )
            session.record([event])
        return decision

    async def _wait_to_retry(self, session: OpenSession, delay_s: float) -> bool:
        attempt, t_ns = self._retrying.attempt, session.clock.now()
        retry_at_ns = t_ns + round(delay_s * 1e9)
        self._board.fire(Trigger.RETRY_SCHEDULED, t_ns, retry_at_ns=retry_at_ns, attempt=attempt)
        if await self._retrying.wait(delay_s) == "dial":
            return True
        t_ns = session.clock.now()
        session.record([retrying.stopped(t_ns, session.connection, attempt, "asked to stop")])
        await session.recorder.settle()
        self._board.fire(Trigger.RETRYING_STOPPED, t_ns, attempt=0)
        return False

    def _fail(self, session: OpenSession, error: Exception) -> None:
        """Our own mistake: say so, record it, and leave a state that one can go on from."""
        sentence = (
            f"The engine made a mistake ({type(error).__name__}: {error}); the connection was given up."
        )
        detail = {"code": ErrorCode.INTERNAL.value, "message": sentence}
        t_ns = session.ended_ns = session.clock.now()
        session.record(
            [Event(t_ns, session.connection, Kind.ERROR.value, Direction.LOCAL.value, detail=detail)]
        )
        session.recorder.note_end(t_ns)
        self._board.tell_problem(sentence)
        for trigger in (Trigger.ENDED, Trigger.RETRYING_STOPPED):
            if self._board.can(trigger):
                self._board.fire(trigger, t_ns)

    # ---- ending ----

    def _end(self, command: Close | Abort) -> None:
        if self._retrying.waiting:
            self._retrying.stop()
            return
        self._need_connection().do(command)
        self._asked_to_end = True

    def _retry_now(self) -> None:
        if not self._retrying.waiting:
            raise CommandRefused("Nothing waits to be retried.")
        self._retrying.now()

    def _stop_retrying(self) -> None:
        over = self.state.state in (ConnectionState.IDLE, ConnectionState.CLOSED)
        if over or not self._retrying.enabled:
            raise CommandRefused("There is no retrying to stop.")
        self._retrying.stop()

    def _give_up_recording(self) -> None:
        """Nothing can be recorded any more; without a recording there is no session."""
        self._retrying.stop()
        self._close_going_away()

    async def _shut_down(self) -> None:
        self._retrying.stop()
        self._close_going_away()
        await self._settled(SHUTDOWN_CLOSE_S)
        if self._connection is not None:
            self._end(Abort())
            await self._settled(_GIVE_UP_S)
        await self._end_session()
        if self._housekeeping is not None:
            await self._housekeeping

    def _close_going_away(self) -> None:
        if self._connection is None:
            return
        try:
            self._end(Close(GOING_AWAY))
        except CommandRefused as refusal:
            _log.debug("no Close frame was sent: %s", refusal)

    async def _settled(self, timeout_s: float | None = None) -> None:
        """Wait until the connection and its retries are over."""
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=timeout_s)

    async def _end_session(self) -> None:
        """Commit and close the session file, if there is one."""
        session, self._session = self._session, None
        if session is None:
            return
        self._retrying.stop()
        await self._settled(_GIVE_UP_S)
        if self._running is not None and self._busy:
            self._running.cancel()
            await self._settled(_GIVE_UP_S)
        await session.finish()
        self._board.tell_progress()

    @property
    def _busy(self) -> bool:
        """Whether a connection, or the waiting for the next one, is at work."""
        return self._running is not None and not self._running.done()

    def _need_connection(self) -> LiveConnection:
        if self._connection is None:
            raise CommandRefused("There is no connection: connect first.")
        return self._connection
