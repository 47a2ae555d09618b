"""The closing handshake of one connection (RFC 6455 §5.5.1, §7.1).

Who sent which Close frame, who was first, and until when we wait: for the other side's Close, then
for the server to end TCP first (§7.1.1), or, having failed the connection, for our own Close to be
read (§7.1.7). Pure: time comes in.
"""

from typing import Final, Literal

from wstui.events import ErrorCode
from wstui.events.details import CloseDetail

FAILURE_GRACE_NS: Final = 1_000_000_000
"""After failing the connection: time for the server to read why, before TCP ends."""

Side = Literal["client", "server"]
Ending = Literal["close handshake done", "close timeout", "failed"]


class Closing:
    """What is known about the end of the WebSocket connection."""

    def __init__(self, timeout_ns: int) -> None:
        self.sent: CloseDetail | None = None
        """Our Close, from the moment it was queued."""
        self.received: CloseDetail | None = None
        self.first: Side | None = None
        self.failed: ErrorCode | None = None
        self.end_wanted: Ending | None = None
        self.timeout_ns = timeout_ns
        self._deadline_ns: int | None = None

    @property
    def started(self) -> bool:
        """Whether the connection is on its way to its end."""
        return self.sent is not None or self.received is not None or self.failed is not None

    def queue(self, detail: CloseDetail) -> None:
        """Our Close frame was handed over for sending."""
        self.sent = detail
        if self.received is None and self.failed is None:
            # The time of a command is not known: the next tick sets the deadline.
            self._deadline_ns = 0

    def written(self, t_ns: int) -> None:
        """Our Close frame was handed to the kernel."""
        if self.first is None:
            self.first = "client"
        if self.received is None and self.failed is None:
            self._deadline_ns = t_ns + self.timeout_ns

    def receive(self, detail: CloseDetail, t_ns: int) -> None:
        """The server's Close frame arrived: now TCP is to end, and the server may do it first."""
        self.received = detail
        if self.first is None:
            self.first = "server"
        self._deadline_ns = t_ns + self.timeout_ns

    def fail(self, code: ErrorCode, t_ns: int) -> None:
        """The server broke a rule: whatever comes, TCP ends soon."""
        self.failed = code
        self._deadline_ns = t_ns + min(self.timeout_ns, FAILURE_GRACE_NS)

    def next_deadline_ns(self) -> int | None:
        """When :meth:`tick` has something to do."""
        return None if self.end_wanted else self._deadline_ns

    def tick(self, now_ns: int) -> bool:
        """Let time pass; returns whether our Close just stayed unanswered for too long."""
        if self.end_wanted or self._deadline_ns is None or now_ns < self._deadline_ns:
            return False
        if self._deadline_ns == 0:
            self._deadline_ns = now_ns + self.timeout_ns
            return False
        if self.failed is not None:
            self.end_wanted = "failed"
        elif self.received is not None:
            self.end_wanted = "close handshake done"
        else:
            self.end_wanted = "close timeout"
        return self.end_wanted == "close timeout"
