"""Which of a session's events diagnosis looks at.

Everything but messages, and of the messages of each connection the first and the last few hundred:
what decides an ending, and what tells a dialect, stands at the edges. So a verdict on a million
events costs milliseconds.
"""

from typing import TYPE_CHECKING

from wstui.events import RecordedEvent

if TYPE_CHECKING:
    from wstui.timeline import TimelineReader

EDGE = 300
"""Messages kept at either end of a connection."""


def gather(reader: "TimelineReader") -> list[RecordedEvent]:
    """The events that matter, in order."""
    side = reader.side_events()
    kept = {event.id: event for event in side}
    for connection in sorted({event.connection for event in side}):
        for event in reader.edge_messages(connection, EDGE):
            kept[event.id] = event
    return [kept[number] for number in sorted(kept)]
