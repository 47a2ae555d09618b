"""The wire: sockets, TLS, the opening handshake, and one WebSocket connection as events.

From bytes to :class:`~wstui.events.Event` and from commands to bytes; nothing here knows where
events are kept or shown. It is the only folder that imports websockets or opens a socket, and it
imports nothing of wstui but ``events`` and ``profiles``.
"""

from wstui.wire.clock import SessionClock
from wstui.wire.end import WireEnd
from wstui.wire.phases import EventSink, Observer
from wstui.wire.retry import Advice, RetryDecision, RetryPolicy
from wstui.wire.tcp_info import tcp_statistics
from wstui.wire.wire import Wire

__all__ = [
    "Advice",
    "EventSink",
    "Observer",
    "RetryDecision",
    "RetryPolicy",
    "SessionClock",
    "Wire",
    "WireEnd",
    "tcp_statistics",
]
