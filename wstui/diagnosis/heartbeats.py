"""The application's heartbeat among messages: by dialect, by words, by regularity.

Finding it is :mod:`wstui.dialects`' business; here it gets the name that the rules use.
"""

from collections.abc import Sequence

from wstui.dialects import FoundHeartbeat as ApplicationHeartbeat
from wstui.dialects import find_heartbeat, median_period_s
from wstui.events import RecordedEvent

__all__ = ["ApplicationHeartbeat", "application_heartbeat", "median_period_s"]


def application_heartbeat(
    messages: Sequence[RecordedEvent], *, url: str = "", subprotocol: str | None = None
) -> ApplicationHeartbeat | None:
    """The heartbeat in one connection's messages, or None."""
    return find_heartbeat(messages, url=url, subprotocol=subprotocol)
