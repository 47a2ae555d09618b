"""How much was said: messages and bytes, sent and received."""

from dataclasses import dataclass

from wstui.timeline.transcript import Fetch

_FIRST_FRAME = "(detail IS NULL OR detail NOT LIKE '%\"fragment\":%' OR detail LIKE '%\"fragment\":0%')"
_IS_DATA = "kind IN ('text', 'binary')"
_COUNT = f"""
SELECT count(*), max(id), max(connection),
    total(direction = 'sent' AND {_IS_DATA} AND {_FIRST_FRAME}),
    total(direction = 'received' AND {_IS_DATA} AND {_FIRST_FRAME}),
    total((direction = 'sent' AND {_IS_DATA}) * size),
    total((direction = 'received' AND {_IS_DATA}) * size),
    total((direction = 'sent') * wire_size),
    total((direction = 'received') * wire_size)
FROM event WHERE id > ?
"""  # noqa: S608 - nothing of it comes from outside


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
    row = fetch(_COUNT, (before.last_id,))[0]
    if not row[0]:
        return before
    sent, received, bytes_sent, bytes_received, wire_sent, wire_received = (int(value) for value in row[3:])
    return Counts(
        row[1],
        max(before.connections, row[2] + 1),
        before.messages_sent + sent,
        before.messages_received + received,
        before.bytes_sent + bytes_sent,
        before.bytes_received + bytes_received,
        before.wire_bytes_sent + wire_sent,
        before.wire_bytes_received + wire_received,
    )
