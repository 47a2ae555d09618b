"""What a session screen shows: a session file, and perhaps the engine that makes it grow.

Recorded or live, the screen reads the same things here: a reader, the newest connection's facts, the
state. It knows no widget, and no widget knows the engine.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wstui.events import (
    Command,
    CommandRefused,
    Connect,
    ConnectionState,
    Notice,
    ProblemNotice,
    ProgressNotice,
    StateNotice,
)
from wstui.profiles import Profile, profile_to_mapping
from wstui.timeline import TimelineError, TimelineReader
from wstui.tui.clock import Clock
from wstui.tui.connection_facts import ConnectionFacts, take_facts
from wstui.tui.played_reader import PlayedReader

if TYPE_CHECKING:
    from wstui.engine import SessionEngine

StartEngine = Callable[[Callable[[Notice], None]], Awaitable["SessionEngine"]]


async def _start_process(listener: Callable[[Notice], None]) -> "SessionEngine":
    from wstui.engine import EngineHandle

    return await EngineHandle.start(listener)


_SIDE_EVENTS_AT_ONCE = 2000
_BUSY_STATES = frozenset(
    {
        ConnectionState.DIALLING,
        ConnectionState.OPEN,
        ConnectionState.CLOSING,
        ConnectionState.WAITING_TO_RETRY,
    }
)


class SessionSource:
    """A session, live or recorded. All methods belong to the screen's event loop."""

    def __init__(
        self,
        clock: Clock,
        on_change: Callable[[], None],
        start_engine: StartEngine | None = None,
    ) -> None:
        self._clock = clock
        self._on_change = on_change
        self._start_engine = start_engine or _start_process
        self._engine: SessionEngine | None = None
        self._generation = 0
        self._progress_at_ns = 0
        self._last_side_id = 0
        self._recorded_id = 0
        self._missing: Path | None = None
        self.reader: TimelineReader | None = None
        self.facts = ConnectionFacts()
        self.state: StateNotice | None = None
        self.progress: ProgressNotice | None = None
        self.problem = ""
        """A sentence about what is wrong with the engine or the recording; empty while all is well."""

    @property
    def live(self) -> bool:
        """Whether an engine stands behind it: else it is a recording."""
        return self._engine is not None

    @property
    def recorded(self) -> bool:
        """Whether it is a recording that was opened: it never had an engine."""
        return not self._generation

    @property
    def played(self) -> bool:
        """Whether a recording is played back: :attr:`reader` shows what has happened so far."""
        return isinstance(self.reader, PlayedReader)

    @property
    def played_id(self) -> int:
        """The last event that has happened."""
        return self.reader.until_id if isinstance(self.reader, PlayedReader) else 0

    @property
    def recorded_id(self) -> int:
        """The last event of the file, whether it has happened or not."""
        return self._recorded_id

    def play(self) -> None:
        """Read the file from its beginning, as far as :meth:`play_to` says.

        Raises:
            TimelineError: it cannot be read.
        """
        assert self.reader is not None
        if not self.played:
            self._recorded_id = self.reader.last_id()
        self._adopt(PlayedReader(self.reader.path))

    def play_to(self, event_id: int, t_ns: int) -> None:
        """Let time pass: what has happened, and what time it is."""
        if isinstance(self.reader, PlayedReader):
            self.reader.until_id, self.reader.until_ns = event_id, t_ns

    @property
    def busy(self) -> bool:
        """Whether leaving would end something."""
        return self.live and self.state is not None and self.state.state in _BUSY_STATES

    @property
    def path(self) -> Path | None:
        """The session file, once there is one."""
        return None if self.reader is None else self.reader.path

    def now_ns(self) -> int:
        """The session's time now; for a recording, the time of its end."""
        if self.progress is not None and self.live:
            return self.progress.now_ns + self._clock.monotonic_ns() - self._progress_at_ns
        if self.live or self.reader is None:
            return self._clock.wall_ns()
        if isinstance(self.reader, PlayedReader):
            return self.reader.until_ns
        return self.reader.info.ended_ns or self.facts.ended_ns or self._last_event_ns()

    def _last_event_ns(self) -> int:
        assert self.reader is not None
        last = self.reader.event(self.reader.last_id())
        return self.reader.info.started_ns if last is None else last.t_ns

    # -- opening and connecting ------------------------------------------------------------------

    def open_recording(self, path: Path) -> None:
        """Show a session file.

        Raises:
            TimelineError: it is none, or cannot be read.
        """
        self._adopt(TimelineReader(path))

    async def connect(self, profile: Profile, name: str) -> None:
        """Begin a new session: an engine of its own, a file of its own.

        Raises:
            CommandRefused: the engine or the profile cannot do it; the message is a sentence.
        """
        await self.end_engine()
        self.problem, self.state, self.progress = "", None, None
        self._generation += 1
        generation = self._generation
        engine = await self._start_engine(lambda notice: self._notice(notice, generation))
        if generation != self._generation:  # closed while it started
            await engine.shutdown()
            return
        self._engine = engine
        await engine.do(Connect(profile=profile_to_mapping(profile), name=name))

    async def do(self, command: Command) -> dict[str, Any]:
        """Ask the engine.

        Raises:
            CommandRefused: there is none, or it cannot do that now.
        """
        if self._engine is None:
            raise CommandRefused("This is a recording: F5 connects to its endpoint again.")
        return await self._engine.do(command)

    async def end_engine(self) -> None:
        """End the engine, politely; its session file stays open for reading."""
        engine, self._engine = self._engine, None
        self._generation += 1
        if engine is not None:
            await engine.shutdown()

    async def close(self) -> None:
        """End everything."""
        await self.end_engine()
        if self.reader is not None:
            self.reader.close()
            self.reader = None

    # -- what comes in ---------------------------------------------------------------------------

    def look_for_file(self) -> None:
        """Say once that the file of a session that is over was deleted; the lists read on all the same."""
        path = self.path
        if path is None or path == self._missing or self.busy or path.exists():
            return
        self._missing = path
        self.problem = (
            f"{path.name} was deleted or moved. Messages, timeline and graph stay until you leave;"
            " detail, filter, notes and exports need the file."
        )
        self._on_change()

    def _notice(self, notice: Notice, generation: int) -> None:
        if generation != self._generation:
            return
        if isinstance(notice, ProgressNotice):
            self.progress = notice
            self._progress_at_ns = self._clock.monotonic_ns()
        elif isinstance(notice, StateNotice):
            self.state = notice
        elif isinstance(notice, ProblemNotice):
            self.problem = notice.message
            if notice.fatal:
                self._engine = None
        self._on_change()

    def refresh(self) -> bool:
        """Take over what the file holds by now.

        Returns:
            Whether the reader is another one than before: everything shown is out of date.
        """
        adopted = self._adopt_session_of_engine()
        if self.reader is not None:
            self._read_facts(self.reader)
        return adopted

    def _read_facts(self, reader: TimelineReader) -> None:
        last_id = reader.last_id()
        if last_id <= self._last_side_id:
            return
        at_once = _SIDE_EVENTS_AT_ONCE
        events = reader.side_events(self._last_side_id, at_once, until_id=last_id, pings=False)
        self._last_side_id = last_id if len(events) < at_once else events[-1].id
        self.facts = take_facts(self.facts, events)

    def _adopt_session_of_engine(self) -> bool:
        path = self.state.session if self.state is not None else ""
        if not path or (self.reader is not None and str(self.reader.path) == path):
            return False
        try:
            self._adopt(TimelineReader(Path(path)))
        except TimelineError:
            return False  # not yet committed; the next refresh looks again
        return True

    def _adopt(self, reader: TimelineReader) -> None:
        if self.reader is not None:
            self.reader.close()
        self.reader = reader
        self.facts = ConnectionFacts()
        self._last_side_id = 0
