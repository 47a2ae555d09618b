"""The session's clock: the wall clock at the start plus monotonic time since.

A clock step therefore cannot reorder events. Kernel receive stamps are wall-clock times; they become
session time through the difference of the two clocks, measured close together at the reading.
"""

import time

_TIGHT_NS = 20_000
"""Two readings of one clock this close together: what was read between them belongs to them."""
_STEP_NS = 5_000_000
"""More than clock discipline slews between two readings: somebody set the wall clock, or we slept."""
_JUMP_NS = 500_000_000
"""What is worth an event of its own."""


class SessionClock:
    """Session time in ns; one for all connections of a session."""

    __slots__ = ("_noted_offset_ns", "_offset_ns", "_shift_ns", "start_ns")

    def __init__(self, start_wall_ns: int | None = None) -> None:
        """Start now; ``start_wall_ns`` fixes the session time of this moment."""
        self._offset_ns = _read_offset_ns(tries=5)[0]
        self._noted_offset_ns = self._offset_ns
        now_ns = time.monotonic_ns()
        self.start_ns = now_ns + self._offset_ns if start_wall_ns is None else start_wall_ns
        """Session time at the start."""
        self._shift_ns = self.start_ns - now_ns

    def now(self) -> int:
        """Session time in ns."""
        return time.monotonic_ns() + self._shift_ns

    def from_kernel_stamp(self, stamp_ns: int) -> int:
        """Session time of a wall-clock stamp that the kernel gave a moment ago.

        Never later than now. Across a step of the wall clock a stamp says nothing: then it is now.
        Keeping a direction's times non-decreasing is the caller's business.
        """
        offset_ns, tight = _read_offset_ns()
        now_ns = time.monotonic_ns()
        if abs(offset_ns - self._offset_ns) > _STEP_NS:
            if tight:
                self._offset_ns = offset_ns
            return now_ns + self._shift_ns
        if tight:
            self._offset_ns = offset_ns
        return min(stamp_ns - self._offset_ns, now_ns) + self._shift_ns

    def jump_ns(self) -> int:
        """How far the wall clock jumped against the monotonic one since the last call; 0: it did not.

        Forward when it was set ahead or the machine slept (Linux and macOS stop the monotonic clock).
        """
        offset_ns = _read_offset_ns(tries=5)[0]
        jump_ns = offset_ns - self._noted_offset_ns
        self._noted_offset_ns = offset_ns
        return jump_ns if abs(jump_ns) >= _JUMP_NS else 0


def _read_offset_ns(tries: int = 2) -> tuple[int, bool]:
    """Wall clock minus monotonic clock, and whether nothing came between the two readings."""
    offset_ns, best_ns = 0, 1 << 62
    for _ in range(tries):
        before_ns = time.monotonic_ns()
        wall_ns = time.time_ns()
        after_ns = time.monotonic_ns()
        if after_ns - before_ns < best_ns:
            best_ns = after_ns - before_ns
            offset_ns = wall_ns - (before_ns + after_ns) // 2
        if best_ns <= _TIGHT_NS:
            break
    return offset_ns, best_ns <= _TIGHT_NS
