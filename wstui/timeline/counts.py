"""How much was said: messages and bytes, sent and received."""

from dataclasses import dataclass

from wstui.timeline.transcript import Fetch

_FIRST_FRAME = "detail IS NULL OR detail NOT LIKE '%\"fragment\":%' OR detail LIKE '%\"fragment\":0%'"


def _sum(direction: str, what: str) -> str:
    # CASE rather than products of conditions: half the time, at a million rows.
    return f"coalesce(sum(CASE direction WHEN '{direction}' THEN {what} END), 0)"


def _of_data(what: str) -> str:
    return f"CASE WHEN kind = 'text' OR kind = 'binary' THEN {what} END"


_COUNT = ", ".join(
    (
        "SELECT count(*)",
        "coalesce(max(id), 0)",
        "coalesce(max(connection), 0)",
        _sum("sent", _of_data(_FIRST_FRAME)),
        _sum("received", _of_data(_FIRST_FRAME)),
        _sum("sent", _of_data("size")),
        _sum("received", _of_data("size")),
        _sum("sent", "wire_size"),
        _sum("received", "wire_size") + " FROM event WHERE id > ?",
    )
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was said until ``last_id``. A fragmented message counts as one."""

    last_id: int = 0
    connections: int = 0
    messages_sent: int = 0
    messages_received: int = 0
    bytes_sent: int = 0
    """Payload bytes of messages."""
    bytes_received: int = 0
    wire_bytes_sent: int = 0
    """All frames, with their headers."""
    wire_bytes_received: int = 0

    @property
    def messages(self) -> int:
        """In both directions."""
        return self.messages_sent + self.messages_received


def add_to_counts(before: Counts, fetch: Fetch) -> Counts:
    """``before`` and whatever is newer."""
    events, last_id, last_connection, sent, received, *sizes = fetch(_COUNT, (before.last_id,))[0]
    if not events:
        return before
    return Counts(
        last_id,
        max(before.connections, last_connection + 1),
        before.messages_sent + sent,
        before.messages_received + received,
        before.bytes_sent + sizes[0],
        before.bytes_received + sizes[1],
        before.wire_bytes_sent + sizes[2],
        before.wire_bytes_received + sizes[3],
    )
