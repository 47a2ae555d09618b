"""Session files to measure with: as many events as asked for, a ping and its pong in every hundred."""

import time
from pathlib import Path

from wstui.events import Event
from wstui.timeline import SessionInfo, TimelineWriter

START_NS = 1_763_800_000_000_000_000
EVERY_NS = 100_000
RARE = b"needle-in-a-thousand"
"""In one of a thousand messages."""

_PAYLOAD = b'{"e":"trade","s":"BTCUSDT","p":"64211.10","q":"0.00312","T":1763800000123,"m":true}'.ljust(100)
_AT_ONCE = 5000
_BACKLOG_BYTES = 32 << 20


def record(path: Path, count: int, *, every_ns: int = EVERY_NS) -> None:
    """Write a session file of so many events, one every so many ns."""
    info = SessionInfo(
        started_ns=START_NS, profile="bench", url="ws://127.0.0.1/", settings={}, wstui_version="bench"
    )
    writer = TimelineWriter(path, info)
    for base in range(0, count, _AT_ONCE):
        writer.write([_event(number, every_ns) for number in range(base, min(base + _AT_ONCE, count))])
        while writer.backlog_bytes > _BACKLOG_BYTES:
            time.sleep(0.005)
    writer.finish(START_NS + count * every_ns)
    writer.close()


def _event(number: int, every_ns: int) -> Event:
    t_ns = START_NS + (number + 1) * every_ns
    if number % 100 == 50:
        return Event(t_ns, 0, "ping", "sent", 4, 10, number.to_bytes(4, "big"), None)
    if number % 100 == 51:
        detail = {"rtt_ns": 20_000_000}
        return Event(t_ns, 0, "pong", "received", 4, 6, (number - 1).to_bytes(4, "big"), detail)
    payload = _PAYLOAD if number % 1000 != 999 else _PAYLOAD[:70] + RARE.ljust(30)
    return Event(t_ns, 0, "text", "received", 100, 102, payload, None)
