"""The two clocks that a screen may read; a test hands in frozen ones."""

import time


class Clock:
    """Wall time and monotonic time in nanoseconds."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Nanoseconds of a clock that is never set."""
        return time.monotonic_ns()
