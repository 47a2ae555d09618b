"""Marks in the session file: what the dialect's matcher recognises in one connection's messages."""

from collections.abc import Callable, Sequence
from typing import Any

from wstui.dialects import DialectError, Mark, Matcher
from wstui.engine.dialect_retry import advice_of
from wstui.events import MESSAGE_KINDS, Event, Kind
from wstui.wire import Advice, WireEnd

WriteMark = Callable[[int, Mark], None]
"""Gets an event's id and what it was recognised as."""

_OPEN = Kind.OPEN.value
_ERROR_BYTES = 1024
"""So much of a complaint is searched for a time to come back."""


class Marker:
    """Sees each recorded batch of a connection; costs nothing once there is nothing to recognise."""

    def __init__(self, dialect: str, write: WriteMark, on_problem: Callable[[str], None]) -> None:
        """Ready for a connection's first event.

        Args:
            dialect: as the profile has it: ``auto``, ``none`` or a name.
            write: where marks go.
            on_problem: gets a sentence when the profile names a dialect that does not exist.
        """
        self._dialect = dialect
        self._write = write
        self._on_problem = on_problem
        self._matcher: Matcher | None = None
        self._looking = dialect != "none"
        self._announced: Mark | None = None
        self._last_error = b""

    def look(self, first_id: int, events: Sequence[Event]) -> None:
        """Mark what is recognised in events whose ids begin with ``first_id``."""
        if not self._looking:
            return
        for place, event in enumerate(events):
            if event.kind == _OPEN:
                self._begin(event.detail or {})
            elif self._matcher is not None and event.kind in MESSAGE_KINDS:
                self._look_at(first_id + place, event, self._matcher)
        self._looking = self._matcher is None or self._matcher.active

    def retry_advice(self, end: WireEnd) -> Advice | None:
        """What the dialect says about dialling again after this ending."""
        dialect = self._matcher.dialect if self._matcher is not None else None
        return advice_of(dialect, self._announced, end, self._last_error)

    def _begin(self, detail: dict[str, Any]) -> None:
        try:
            self._matcher = Matcher(self._dialect, detail.get("subprotocol"), detail.get("url", ""))
        except DialectError as error:
            self._on_problem(str(error))
            self._matcher = Matcher("none")

    def _look_at(self, event_id: int, event: Event, matcher: Matcher) -> None:
        if event.detail is not None and "fragment" in event.detail:
            return  # a fragment is no message; whole ones of this size are no heartbeats either
        mark = matcher.feed(event.direction, event.kind, event.payload or b"")
        if mark is None:
            return
        self._write(event_id, mark)
        if mark.mark == "error":
            self._last_error = (event.payload or b"")[:_ERROR_BYTES]
            self._announced = mark if "retry" in mark.data else self._announced
