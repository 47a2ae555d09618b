"""The verdict on a session for views: at once where that is cheap, else from a thread beside them."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Thread
from typing import Any

from wstui.timeline import TimelineError, TimelineReader

Diagnose = Callable[[TimelineReader], Mapping[str, Any]]

AT_ONCE_EVENTS = 3000
"""Up to so many events beside messages a verdict takes a few milliseconds. Source: measured."""


def verdict_of(reader: TimelineReader) -> Mapping[str, Any]:
    """The verdict's mapping, as ``wstui run --json`` prints it."""
    from wstui.diagnosis import diagnose, history_before

    return diagnose(reader, history=history_before(reader)).to_mapping()


class VerdictTask:
    """Asks for one verdict; :attr:`mapping` holds it once it is there."""

    def __init__(self, reader: TimelineReader, side_events: int, diagnose: Diagnose = verdict_of) -> None:
        """Ask.

        Args:
            reader: the session file.
            side_events: how many events beside messages it holds.
            diagnose: what gives the verdict.
        """
        self._future: Future[Mapping[str, Any]] = Future()
        self._diagnose = diagnose
        if side_events <= AT_ONCE_EVENTS:
            self._future.set_result(diagnose(reader))
        else:
            Thread(target=self._run, args=(reader,), name="verdict", daemon=True).start()

    def _run(self, reader: TimelineReader) -> None:
        """In the thread: with a reader of its own, for a reader belongs to one thread."""
        try:
            with TimelineReader(reader.path) as own:
                self._future.set_result(self._diagnose(own))
        except TimelineError:
            self._future.set_result({})  # the view's own reader says what is wrong with the file

    @property
    def is_done(self) -> bool:
        """Whether the verdict is there."""
        return self._future.done()

    @property
    def mapping(self) -> Mapping[str, Any] | None:
        """The verdict, None while it is being made."""
        return self._future.result() if self._future.done() else None
