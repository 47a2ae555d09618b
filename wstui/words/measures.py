"""Sizes, counts, times and durations in words, the same in every pane.

Pure functions; times are session times in nanoseconds, shown in the machine's time zone.
"""

import time
from datetime import UTC, datetime
from functools import lru_cache

NS_PER_S = 1_000_000_000
_UNITS = ("kB", "MB", "GB", "TB")


def size_text(size_bytes: int) -> str:
    """A size with its decimal unit: ``84 B``, ``1.2 kB``, ``312 kB``, ``17 MB``."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    value = float(size_bytes)
    for unit in _UNITS:
        value /= 1000
        if value < 9.95:
            return f"{value:.1f} {unit}"
        if value < 999.5:
            return f"{value:.0f} {unit}"
    return f"{value:.0f} {_UNITS[-1]}"


def count_text(count: int, singular: str = "", plural: str = "") -> str:
    """``1,204``, or with its noun: ``1 message``, ``1,204 messages``."""
    if not singular:
        return f"{count:,}"
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


@lru_cache(maxsize=256)
def _clock_second(second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(second))


def clock_text(t_ns: int) -> str:
    """The time of day to the millisecond: ``12:01:07.412``."""
    second, rest = divmod(t_ns, NS_PER_S)
    return f"{_clock_second(second)}.{rest // 1_000_000:03d}"


def date_text(t_ns: int) -> str:
    """Date and time to the minute: ``2026-11-22 12:01``."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(t_ns // NS_PER_S))


def moment_text(t_ns: int) -> str:
    """Date and time where nobody knows the reader's zone: ``2026-11-22 12:01:07.412 UTC``."""
    when = datetime.fromtimestamp(t_ns // NS_PER_S, UTC)
    return f"{when:%Y-%m-%d %H:%M:%S}.{t_ns // 1_000_000 % 1000:03d} UTC"


def since_text(duration_ns: int) -> str:
    """Seconds since the start to the millisecond, for columns that are reckoned with: ``+7.412``."""
    return f"{duration_ns / 1e9:+.3f}"


def span_clock(duration_ns: int) -> str:
    """A duration as hours, minutes, seconds: ``00:04:12``; days are counted in hours."""
    minutes, seconds = divmod(max(0, duration_ns) // NS_PER_S, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


def offset_text(duration_ns: int) -> str:
    """Time since the start to the millisecond: ``7.412``, ``4:12.031``, ``1:04:12.031``."""
    millis = abs(duration_ns) // 1_000_000
    seconds, millis = divmod(millis, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if duration_ns < 0 else ""
    if hours:
        return f"{sign}{hours}:{minutes:02d}:{seconds:02d}.{millis:03d}"
    if minutes:
        return f"{sign}{minutes}:{seconds:02d}.{millis:03d}"
    return f"{sign}{seconds}.{millis:03d}"


def delta_text(delta_ns: int) -> str:
    """Time since the row before, with its sign: ``+0.100``, ``+4:12.031``."""
    return offset_text(delta_ns) if delta_ns < 0 else f"+{offset_text(delta_ns)}"


def duration_text(duration_ns: int) -> str:
    """A measured duration in the unit that suits it: ``0.42 ms``, ``21.4 ms``, ``1.25 s``, ``61 s``."""
    millis = duration_ns / 1e6
    if millis < 10:
        return f"{millis:.2f} ms"
    if millis < 999.5:
        return f"{millis:.1f} ms" if millis < 100 else f"{millis:.0f} ms"
    seconds = duration_ns / 1e9
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s" if seconds < 60 else f"{seconds:.0f} s"


def long_duration_text(duration_ns: int | None) -> str:
    """The same for what may last: from two minutes on ``4 min 12 s``, ``1 h 3 min``; nothing for None."""
    if duration_ns is None:
        return ""
    if duration_ns < 119.5 * NS_PER_S:
        return duration_text(duration_ns)
    minutes, rest = divmod(round(duration_ns / NS_PER_S), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
