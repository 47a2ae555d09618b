"""Events that could not even be queued: counted, and recorded as a gap once there is room."""

import time

from wstui.events import Direction, ErrorCode, Event, Kind


class LeftOut:
    """How much was left out since the last gap."""

    def __init__(self) -> None:
        self.events = 0
        self._bytes = 0

    def add(self, events: int, size_bytes: int) -> None:
        """Leave out some more."""
        self.events += events
        self._bytes += size_bytes

    def gap(self, before: Event | None) -> Event:
        """The event that stands in the file for what was left out.

        Args:
            before: the event that comes after the gap; its time and connection are taken.
        """
        message = f"{self.events} events were not recorded here: the session file could not be written."
        return Event(
            before.t_ns if before else time.time_ns(),
            before.connection if before else 0,
            Kind.ERROR.value,
            Direction.LOCAL.value,
            detail={"code": ErrorCode.INTERNAL.value, "message": message, "size_bytes": self._bytes},
        )
