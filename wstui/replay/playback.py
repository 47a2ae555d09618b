"""The playback clock: from wall time to the last event of a recording that has "happened".

It does no I/O and reads no clock: whoever draws passes the wall time in, and asks an
:class:`EventTimes` for the times of events. Rule 1: the position never goes back but by ``seek`` and
``step_back``. Rule 2: no event is passed over: the id only grows while it plays, and at the end it
is the last one. An advance costs a few lookups, however long the recording is.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from wstui.timeline import TimelineReader

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0)
"""What :meth:`PlaybackClock.faster` and :meth:`PlaybackClock.slower` step through."""

IDLE_S = 1.0
"""Of an idle stretch this much is shown, in wall time, where idle stretches are skipped."""


class EventTimes(Protocol):
    """When each event of a recording happened; ids run from 1 to ``last_id``."""

    @property
    def last_id(self) -> int:
        """The newest event; 0: there is none."""

    def t_ns(self, event_id: int) -> int:
        """Session time of an event from 1 to ``last_id``."""


class ReaderTimes:
    """The times of a session file, looked up when asked for. Of a view's own thread, as its reader is."""

    def __init__(self, reader: TimelineReader) -> None:
        self._reader = reader
        self.last_id = reader.last_id()

    def t_ns(self, event_id: int) -> int:
        """Session time of an event."""
        return self._reader.time_of(event_id)


class ListedTimes:
    """Times that are at hand, the first event's first."""

    def __init__(self, times_ns: Sequence[int]) -> None:
        self._times_ns = times_ns
        self.last_id = len(times_ns)

    def t_ns(self, event_id: int) -> int:
        """Session time of an event."""
        return self._times_ns[event_id - 1]


class Playback(NamedTuple):
    """Where playback is."""

    t_ns: int
    """Session time that a view shows as "now"."""
    event_id: int
    """The last event that has happened; 0: none yet."""
    playing: bool
    ended: bool
    """Everything has happened."""
    skipped_ns: int = 0
    """How much of an idle stretch the newest advance left out."""


class PlaybackClock:
    """Plays one recording. Every method that lets time pass takes the wall time in ns."""

    def __init__(self, times: EventTimes, *, speed: float = 1.0, skip_idle: bool = False) -> None:
        """Paused before the first event.

        Args:
            times: of the recording.
            speed: session time per wall time, from 0.25 to 100.
            skip_idle: shorten stretches in which nothing happens to :data:`IDLE_S` of wall time.
        """
        self._times = times
        self.skip_idle = skip_idle
        self._speed = _bounded(speed)
        self._playing = False
        self._wall_ns = 0
        self.start_ns = times.t_ns(1) if times.last_id else 0
        self.end_ns = _end_ns(times)
        self._t_ns = self.start_ns
        self._id = 0

    @property
    def speed(self) -> float:
        """Session time per wall time."""
        return self._speed

    @property
    def now(self) -> Playback:
        """Where playback is, as of the newest call."""
        return Playback(self._t_ns, self._id, self._playing, self._ended)

    # ---- what a person does ----

    def play(self, wall_ns: int) -> Playback:
        """Go on from here; from the beginning if everything has happened."""
        if self._ended:
            self._t_ns, self._id = self.start_ns, 0
        self._playing = self._times.last_id > 0
        self._wall_ns = wall_ns
        return self.now

    def pause(self, wall_ns: int) -> Playback:
        """Stand still at ``wall_ns``."""
        self.advance(wall_ns)
        self._playing = False
        return self.now

    def toggle(self, wall_ns: int) -> Playback:
        """Play if paused, pause if playing."""
        return self.pause(wall_ns) if self._playing else self.play(wall_ns)

    def set_speed(self, speed: float, wall_ns: int) -> Playback:
        """Change the speed from ``wall_ns`` on; it is bounded to 0.25 and 100."""
        now = self.advance(wall_ns)
        self._speed = _bounded(speed)
        return now

    def faster(self, wall_ns: int) -> Playback:
        """The next higher speed of :data:`SPEEDS`."""
        return self.set_speed(next((s for s in SPEEDS if s > self._speed), SPEEDS[-1]), wall_ns)

    def slower(self, wall_ns: int) -> Playback:
        """The next lower speed of :data:`SPEEDS`."""
        return self.set_speed(next((s for s in reversed(SPEEDS) if s < self._speed), SPEEDS[0]), wall_ns)

    def step(self, wall_ns: int) -> Playback:
        """Pause, and let exactly the next event happen."""
        self.pause(wall_ns)
        return self._stand_at(min(self._id + 1, self._times.last_id))

    def step_back(self, wall_ns: int) -> Playback:
        """Pause, and let the last event not have happened."""
        self.pause(wall_ns)
        return self._stand_at(max(self._id - 1, 0))

    def seek(self, t_ns: int, wall_ns: int) -> Playback:
        """Go to a session time, bounded by the recording, playing on if it plays."""
        self._wall_ns = wall_ns
        self._t_ns = min(max(t_ns, self.start_ns), self.end_ns)
        at_start = t_ns < self.start_ns
        self._id = 0 if at_start else last_id_at(self._times, self._t_ns)
        return self._settled()

    def seek_event(self, event_id: int, wall_ns: int) -> Playback:
        """Go to where exactly the events up to ``event_id`` have happened."""
        self._wall_ns = wall_ns
        self._stand_at(min(max(event_id, 0), self._times.last_id))
        return self._settled()

    # ---- what time does ----

    def advance(self, wall_ns: int) -> Playback:
        """Let wall time pass up to ``wall_ns``; an earlier time than before changes nothing."""
        elapsed_ns = max(wall_ns - self._wall_ns, 0)
        self._wall_ns = max(wall_ns, self._wall_ns)
        if not self._playing:
            return self.now
        self._t_ns = min(self._t_ns + round(elapsed_ns * self._speed), self.end_ns)
        self._id = max(self._id, last_id_at(self._times, self._t_ns))
        skipped_ns = self._skip() if self.skip_idle else 0
        return self._settled()._replace(skipped_ns=skipped_ns)

    def _skip(self) -> int:
        """Leave out the rest of an idle stretch of which enough was shown; how much that was."""
        if self._id == self._times.last_id:
            return 0
        before_ns = self._times.t_ns(self._id) if self._id else self.start_ns
        next_ns = self._times.t_ns(self._id + 1)
        if self._t_ns - before_ns < IDLE_S * 1e9 * self._speed or next_ns <= self._t_ns:
            return 0
        skipped_ns = next_ns - self._t_ns
        self._t_ns = next_ns
        self._id = max(self._id, last_id_at(self._times, next_ns))
        return skipped_ns

    def _stand_at(self, event_id: int) -> Playback:
        self._id = event_id
        self._t_ns = self._times.t_ns(event_id) if event_id else self.start_ns
        return self.now

    def _settled(self) -> Playback:
        if self._ended:
            self._playing = False
        return self.now

    @property
    def _ended(self) -> bool:
        return self._id == self._times.last_id


def last_id_at(times: EventTimes, t_ns: int) -> int:
    """The last event that has happened by ``t_ns``; 0: none.

    Times of different directions may step back a little between neighbours (``docs/format.md``); the
    answer still only grows with ``t_ns``, for every probe of the search does.
    """
    low, high = 0, times.last_id
    while low < high:
        middle = (low + high + 1) // 2
        if times.t_ns(middle) <= t_ns:
            low = middle
        else:
            high = middle - 1
    return low


_LAST_ONES = 64
"""Events at the end among which the latest time is looked for."""


def _end_ns(times: EventTimes) -> int:
    first = max(times.last_id - _LAST_ONES, 0) + 1
    return max((times.t_ns(event_id) for event_id in range(first, times.last_id + 1)), default=0)


def _bounded(speed: float) -> float:
    return min(max(speed, SPEEDS[0]), SPEEDS[-1])
