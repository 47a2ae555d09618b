"""The heartbeat graph's two axes: what a cell stands for, and which numbers stand beside it. Pure."""

from dataclasses import dataclass
from functools import cached_property

from wstui.words.measures import duration_text

NS_PER_S = 1_000_000_000
_UNITS = ((NS_PER_S, "s"), (1_000_000, "ms"), (1_000, "µs"))

_NICE = (1, 2, 3, 5)
_SPANS = ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))

WINDOWS_S: tuple[int, ...] = (15, 30, 60, 120, 300, 600, 1800, 3600)
"""The windows that a person zooms through, in seconds; beyond them lies the whole session."""
DEFAULT_WINDOW_S = 60
WHOLE_SESSION = 0
"""The window that holds everything."""

_LONG_WINDOWS_S = (7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 31536000)
_TICKS_S = {
    15: 5,
    30: 10,
    60: 20,
    120: 40,
    300: 60,
    600: 120,
    1800: 600,
    3600: 1200,
    7200: 2400,
    10800: 3600,
    21600: 7200,
    43200: 14400,
    86400: 28800,
}


def unit_of(value_ns: float) -> tuple[int, str]:
    """The unit for values up to this one: nanoseconds in it, and its sign."""
    return next((row for row in _UNITS if value_ns >= row[0]), _UNITS[-1])


def table_unit_of(value_ns: float) -> tuple[int, str]:
    """The unit for numbers that are read beside :func:`round_trip_text`: milliseconds in most cases."""
    return _UNITS[1] if 10_000 <= value_ns < NS_PER_S else unit_of(value_ns)


def number_text(value: float) -> str:
    """Three digits that count, without a unit: ``0.04``, ``3.1``, ``21.4``, ``214``."""
    if value == 0 or value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 0.995 else f"{value:.2f}"


def round_trip_text(value_ns: float) -> str:
    """A round trip with its unit, also where it is far below a millisecond."""
    if value_ns < 10_000:
        return f"{value_ns / 1000:.0f} µs"
    return duration_text(round(value_ns))


def span_text(span_ns: float) -> str:
    """How long something lasts, in whole units: ``12 s``, ``3 min 20 s``, ``2 h 5 min``, ``61 d``."""
    seconds = max(0, int(span_ns // NS_PER_S))
    for size, sign, small, small_sign in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            return f"{whole} {sign}" + (f" {rest // small} {small_sign}" if rest >= small else "")
    return f"{seconds} s"


def nice_ceiling(value_ns: float) -> int:
    """The smallest 1, 2, 3 or 5 times a power of ten that is not below the value; at least 1 µs."""
    step = 1_000
    while True:
        for factor in _NICE:
            if value_ns <= factor * step:
                return factor * step
        step *= 10


class RoundTripScale:
    """The upper end of the vertical axis, in steps of 1-2-3-5.

    It grows as soon as a value needs it and shrinks only when there is room to spare, so that a value
    near a step does not make the picture jump to and fro.
    """

    SPARE = 1.25

    def __init__(self) -> None:
        self.top_ns = 0

    def fit(self, peak_ns: float) -> int:
        """The top for a window whose largest value is ``peak_ns`` (0: nothing there, keep the scale)."""
        if peak_ns > self.top_ns:
            self.top_ns = nice_ceiling(peak_ns)
        elif peak_ns:
            self.top_ns = min(self.top_ns, nice_ceiling(peak_ns * self.SPARE))
        return self.top_ns


@dataclass(frozen=True)
class TimeAxis:
    """Session time on dot columns that stand still.

    Time is cut into columns once and for all, so that the picture moves by whole dots and a point
    never changes its shape while it moves.
    """

    end_ns: int
    window_s: int
    dots: int

    @cached_property
    def dot_ns(self) -> int:
        """Time in one dot column."""
        return max(1, self.window_s * NS_PER_S // max(1, self.dots))

    @cached_property
    def last_column(self) -> int:
        """The number of the column at the right edge."""
        return self.end_ns // self.dot_ns

    @property
    def start_ns(self) -> int:
        """Session time at the left edge."""
        return (self.last_column - self.dots + 1) * self.dot_ns

    def x(self, t_ns: int) -> int:
        """The dot column of a moment; outside the window negative or beyond the last."""
        return t_ns // self.dot_ns - self._before_first

    @cached_property
    def _before_first(self) -> int:
        return self.last_column - self.dots + 1

    def ticks(self) -> list[tuple[int, str]]:
        """Dot columns of the labelled times and their labels, the oldest first; not the end itself."""
        tick_s = tick_seconds(self.window_s)
        unit_s, sign = time_unit(self.window_s)
        found = []
        for back_s in range(self.window_s, 0, -tick_s):
            text = f"{back_s / unit_s:.1f}".removesuffix(".0")
            found.append((round((1 - back_s / self.window_s) * (self.dots - 1)), f"{text} {sign}"))
        return found


def time_unit(window_s: int) -> tuple[int, str]:
    """The unit of the time axis: seconds in it, and its sign."""
    if window_s <= 120:
        return 1, "s"
    if window_s <= 3600:
        return 60, "min"
    return (3600, "h") if window_s <= 86400 else (86400, "d")


def tick_seconds(window_s: int) -> int:
    """The distance of labelled times, in seconds."""
    return _TICKS_S.get(window_s, max(1, window_s // 2))


def window_seconds(window_s: int, session_ns: int) -> int:
    """The window to draw; for the whole session the smallest nice one that holds it."""
    if window_s != WHOLE_SESSION:
        return window_s
    steps = (*WINDOWS_S, *_LONG_WINDOWS_S)
    return next((step for step in steps if step * NS_PER_S >= session_ns), steps[-1])


def window_text(window_s: int) -> str:
    """A window in the words of its axis: ``60 s``, ``5 min``, ``1 h``."""
    return span_text(window_s * NS_PER_S) if window_s > 120 else f"{window_s} s"


def zoomed(window_s: int, by: int) -> int:
    """The next window: ``by`` -1 shows less time, +1 more, at the end the whole session."""
    steps = (*WINDOWS_S, WHOLE_SESSION)
    return steps[max(0, min(len(steps) - 1, steps.index(window_s) + by))]
