"""What is likely to end an open connection, by the limits that are known: worked out beside the screen.

A proxy or server that gave itself away, a heartbeat agreed on, and how earlier sessions to the same place
ended. Reading those takes longer than a frame, so a thread does it, and again now and then.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from wstui.events import RecordedEvent
from wstui.timeline import TimelineError, TimelineReader

if TYPE_CHECKING:
    from wstui.diagnosis import PastEnding

ASK_EVERY_NS = 15_000_000_000
_TAIL_EVENTS = 400
_PAYLOAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Question:
    """Of which connection, and when."""

    path: Path
    beginning: Sequence[RecordedEvent]
    """Its phases, and ``open``."""
    last_id: int
    until_ns: int
    history: "tuple[PastEnding, ...] | None" = None
    """How earlier sessions ended, where that was read before."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What will end the connection, as far as is known."""

    limit: tuple[float, str] | None = None
    """The silence that ends it, in seconds, and by whom: what the bar of silence is held against."""
    words: str = ""
    """Who ends it and after what; empty where nothing is known, or it is over."""
    history: "tuple[PastEnding, ...] | None" = field(default=None, compare=False)
    """How earlier sessions ended: it is read once."""


Foresee = Callable[[Question], Foresight]


def foresee(question: Question) -> Foresight:
    """Look at the connection and at the endings of earlier sessions to its endpoint."""
    from wstui.diagnosis import connection_evidence, history_before, outlook, silence_limit

    beginning = list(question.beginning)
    with TimelineReader(question.path) as reader:
        history = question.history
        if history is None:
            history = history_before(reader)
        dialect = str(reader.info.settings.get("dialect", "auto"))
        first_id = max(beginning[-1].id + 1, question.last_id - _TAIL_EVENTS)
        tail = reader.events(first_id, question.last_id, payload_limit=_PAYLOAD_BYTES)
    number = beginning[-1].connection
    evidence = connection_evidence(
        [*beginning, *tail], number, dialect=dialect, history=history, until_ns=question.until_ns
    )
    found = outlook(evidence)
    words = found.sentence.partition("; ")[2] if found.limit_s is not None else ""
    return Foresight(silence_limit(beginning, history), words, history)


class ForesightTask:
    """Asks one question; :attr:`answer` holds the answer once it is there."""

    def __init__(self, question: Question, how: Foresee) -> None:
        self._future: Future[Foresight | None] = Future()
        self._question, self._how = question, how
        Thread(target=self._run, name="foresight", daemon=True).start()

    def _run(self) -> None:
        try:
            self._future.set_result(self._how(self._question))
        except (TimelineError, OSError):
            self._future.set_result(None)  # the view's own reader says what is wrong with the file
        except Exception as error:  # noqa: BLE001 - a guess must not end the thread without an answer
            self._future.set_exception(error)

    @property
    def is_done(self) -> bool:
        """Whether there is an answer."""
        return self._future.done()

    @property
    def answer(self) -> Foresight | None:
        """What was found; None while it is looked for, or where it could not be looked for."""
        if not self._future.done() or self._future.exception() is not None:
            return None
        return self._future.result()


class Foresights:
    """Asks about the newest connection when it opens, and again while it lasts."""

    def __init__(self, path: Path, how: Foresee | None = foresee) -> None:
        """Ask about one session.

        Args:
            path: its file.
            how: gives the answers; None: nobody is asked.
        """
        self._path, self._how = path, how
        self._task: ForesightTask | None = None
        self._opened_id = 0
        self._due_ns = 0
        self._history: tuple[PastEnding, ...] | None = None
        self.now = Foresight()

    @property
    def is_pending(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def look(
        self, beginning: Sequence[RecordedEvent], last_id: int, now_ns: int, *, lasts: bool
    ) -> Foresight:
        """What is known by now.

        Args:
            beginning: the newest connection's phases and ``open``; empty: it is not open yet.
            last_id: the newest event.
            now_ns: session time.
            lasts: the connection is open still.
        """
        if not beginning or self._how is None:
            return Foresight()
        if beginning[-1].id != self._opened_id:
            self._opened_id, self._due_ns, self._task, self.now = beginning[-1].id, 0, None, Foresight()
        if self._task is not None and self._task.is_done:
            self.now = self._task.answer or self.now
            self._history = self.now.history
            self._task = None
        if self._task is None and (now_ns >= self._due_ns if lasts else not self._due_ns):
            self._due_ns = now_ns + ASK_EVERY_NS
            question = Question(self._path, tuple(beginning), last_id, now_ns, self._history)
            self._task = ForesightTask(question, self._how)
        return self.now if lasts else Foresight(self.now.limit)
