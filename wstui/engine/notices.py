"""What the engine tells its client: the state at each change, progress at most 20 times a second."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from wstui.engine.session import NoticeListener, call_listener
from wstui.events import (
    ConnectionState,
    ProblemNotice,
    ProgressNotice,
    StateNotice,
    Trigger,
    can,
    next_state,
)

PROGRESS_INTERVAL_S = 0.055
"""Less than 20 a second, however busy the wire, with room for the one that goes before a new state."""


class NoticeBoard:
    """The state, and the timer that gathers progress.

    Rule: every change of state goes through :meth:`fire`, hence through the transition table.
    """

    def __init__(self, listener: NoticeListener) -> None:
        self._listener = listener
        self.state = StateNotice(state=ConnectionState.IDLE.value)
        self.progress = ProgressNotice(last_id=0, now_ns=0)
        self._take_progress: Callable[[], ProgressNotice] = lambda: self.progress
        self._timer: asyncio.TimerHandle | None = None
        self._told_at_s = float("-inf")

    @property
    def connection_state(self) -> ConnectionState:
        """Where the connection is."""
        return ConnectionState(self.state.state)

    def begin(self, state: StateNotice, take_progress: Callable[[], ProgressNotice]) -> None:
        """A session begins: its URL and file stand in every notice from now on. Tells nothing yet."""
        self.state = replace(state, state=self.state.state)
        self._take_progress = take_progress

    def fire(self, trigger: Trigger, t_ns: int, **facts: object) -> None:
        """Change the state, and say so.

        Raises:
            IllegalTransition: the table has no such row; nothing changed.
        """
        after = next_state(self.connection_state, trigger)
        changed = {"phase": "", "retry_at_ns": 0, **facts}
        self._tell_state(replace(self.state, state=after.value, t_ns=t_ns, **changed))  # type: ignore[arg-type]

    def can(self, trigger: Trigger) -> bool:
        """Whether the table has a row for ``trigger`` now."""
        return can(self.connection_state, trigger)

    def tell_phase(self, phase: str, t_ns: int) -> None:
        """Dialling has come to its next phase."""
        self._tell_state(replace(self.state, phase=phase, t_ns=t_ns))

    def tell_problem(self, sentence: str, *, fatal: bool = False) -> None:
        """Something a person should know."""
        call_listener(self._listener, ProblemNotice(sentence, fatal))

    def progress_made(self) -> None:
        """Tell progress now, or when the interval since the last time is over."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        due_s = self._told_at_s + PROGRESS_INTERVAL_S
        if loop.time() >= due_s:
            self.tell_progress()
        else:
            self._timer = loop.call_at(due_s, self.tell_progress)

    def tell_progress(self) -> None:
        """Tell progress now, whatever the interval: before a state that people act upon."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._told_at_s = asyncio.get_running_loop().time()
        self.progress = self._take_progress()
        call_listener(self._listener, self.progress)

    def _tell_state(self, state: StateNotice) -> None:
        self.state = state
        call_listener(self._listener, state)
