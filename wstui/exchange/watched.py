"""A session read for one export: its end stands still, it says how far it is, and can be told to stop."""

from collections.abc import Callable, Iterator
from pathlib import Path

from wstui.timeline import TimelineReader

Watch = Callable[[float], bool]
"""Takes the share that is done, 0 to 1; False ends the export."""


class ExportCancelled(Exception):
    """The one who watched wanted no more of it."""


class WatchedReader(TimelineReader):
    """Reads the events that there are when it is opened, however the session grows meanwhile."""

    def __init__(self, path: Path, watch: Watch, *, passes: int = 1, limit: int | None = None) -> None:
        """Open a session.

        Args:
            path: of the session file.
            watch: told after each batch.
            passes: how often the events are going to be read.
            limit: so many events a pass, from where it begins.

        Raises:
            TimelineError: it cannot be read.
        """
        super().__init__(path)
        self._watch = watch
        self._passes = passes
        self._limit = limit
        self._done = 0
        self._last = super().last_id()

    def last_id(self) -> int:
        """The newest event of those that there were."""
        return self._last

    def spans(self, first_id: int = 1, *, batch: int = 1000) -> Iterator[tuple[int, int]]:
        """One pass."""
        self._done += 1
        last = self._last if self._limit is None else min(self._last, first_id + self._limit - 1)
        for first, until in super().spans(first_id, batch=batch):
            if first > last:
                return
            yield first, min(until, last)
            self._say(until / max(last, 1))
            if until >= last:
                return

    def _say(self, share: float) -> None:
        done = (self._done - 1 + min(share, 1)) / self._passes
        if not self._watch(min(done, 1)):
            raise ExportCancelled

    def id_at(self, t_ns: int) -> int:
        """An event before which nothing happened at ``t_ns`` or later; a few looks, whatever the size."""
        low, high = 1, self._last + 1
        while low < high:
            middle = (low + high) // 2
            if self.time_of(middle) < t_ns:
                low = middle + 1
            else:
                high = middle
        return max(1, low - _STEP_BACK)


_STEP_BACK = 500
"""Times may step back a little between neighbours of different directions."""
