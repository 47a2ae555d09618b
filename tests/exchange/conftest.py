"""A session with something of everything in it, and hostile words in every place where a peer has a say."""

import io
from pathlib import Path

import pytest

from wstui.events import Event
from wstui.exchange.formats import export_session
from wstui.timeline import Note, SessionInfo, TimelineReader, TimelineWriter

START_NS = 1_763_800_000_000_000_000
MS = 1_000_000
HOSTILE = (
    "</script><script>window.PWNED=1;document.title='PWNED'</script><img src=x onerror=alert(1)>"
    "\u202e\x1b[2J|`@octocat #1 ``` {{7*7}} {% raw %} javascript:alert(1) <!-- ]]> \\u003c/script> \u2028"
)


def make(at_ms, kind, direction="local", payload=None, connection=0, **detail):
    size = len(payload or b"")
    return Event(
        START_NS + int(at_ms * MS),
        connection,
        kind,
        direction,
        size,
        size and size + 6,
        payload,
        detail or None,
    )


def everything(secret="zqSecret-1f9A", hostile=HOSTILE):
    """Two connections: one closed by the server with a code, one lost."""
    words = hostile.encode()
    headers = [["Authorization", f"Bearer {secret}"], ["Host", "h.example"], ["X-Odd", hostile]]
    answer = {"status": 101, "reason": "Switching Protocols", "headers": [["Server", hostile]]}
    return [
        make(1, "resolve", host="h.example", addresses=["192.0.2.1"], duration_ns=MS),
        make(2, "tcp", address="192.0.2.1:443", local_address="192.0.2.9:50000", duration_ns=MS),
        make(4, "tls", version="TLSv1.3", verified=True, duration_ns=2 * MS),
        make(
            6,
            "upgrade",
            url=f"wss://h.example/ws?token={secret}&v=1",
            request={"method": "GET", "path": f"/ws?token={secret}&v=1", "headers": headers},
            response=answer,
            duration_ns=2 * MS,
        ),
        make(
            6,
            "open",
            url=f"wss://h.example/ws?token={secret}&v=1",
            subprotocol=hostile,
            extensions=[],
            clock="kernel",
        ),
        make(10, "text", "sent", f'{{"op":"login","token":"{secret}"}}'.encode()),
        make(11, "text", "received", b'{"big":1763800000000000001,"list":[1,{"a":null}]}'),
        make(12, "text", "received", words),
        make(13, "binary", "received", b"\x00\xff" + words + secret.encode()),
        make(20, "ping", "sent", b"p1", source="heartbeat", timeout_ns=100 * MS),
        make(31, "pong", "received", b"p1", rtt_ns=11 * MS, tcp_rtt_ns=9 * MS),
        make(40, "text", "received", secret[:6].encode(), fragment=0, fin=False),
        make(41, "ping", "received", words[:100]),
        make(41.1, "pong", "sent", words[:100], source="answer"),
        make(42, "text", "received", secret[6:].encode(), fragment=1, fin=True),
        make(50, "ping", "sent", b"p2", source="heartbeat", timeout_ns=100 * MS),
        make(180, "error", code="missed_pong", message="No pong came."),
        make(
            200,
            "close",
            "received",
            b"\x0f\xa1" + f"bad token={secret}".encode(),
            code=4001,
            reason=f"bad token={secret} {hostile}",
        ),
        make(201, "close", "sent", b"\x0f\xa1", code=4001, reason="", reply=True),
        make(202, "eof", "received"),
        make(203, "retry", attempt=1, delay_ns=MS, reason=hostile),
        make(210, "open", connection=1, url="wss://h.example/ws"),
        make(211, "text", "received", b"", connection=1),
        make(212, "reset", "received", connection=1),
    ]


@pytest.fixture
def record(tmp_path):
    """Write events into a session file."""

    def run(events, *, name="20251122T082640Z-1f2e", notes=(), marks=(), **info):
        path = tmp_path / f"{name}.wstui"
        path.unlink(missing_ok=True)
        given = {"started_ns": START_NS, "profile": "p", "url": "wss://h.example/ws", **info}
        writer = TimelineWriter(path, SessionInfo(**given), 1 << 62)
        for start in range(0, len(events), 2000):
            writer.write(events[start : start + 2000])
        for mark in marks:
            writer.add_mark(*mark)
        for note in notes:
            writer.restore_note(note)
        writer.close()
        return path

    return run


@pytest.fixture
def session(record):
    """The session of :func:`everything`, with notes and a mark."""
    notes = (
        Note(1, 12, START_NS + 12 * MS, f"look here {HOSTILE}", "yellow", 5, None),
        Note(4, None, START_NS + 100 * MS, "a moment", "", 6, 7),
    )
    return record(everything(), notes=notes, marks=[(11, "hello", "d", {"sid": "s"})], title="a title")


@pytest.fixture
def export():
    """An export's bytes."""

    def run(path: Path, form="jsonl", options=None):
        out = io.BytesIO()
        with TimelineReader(path) as reader:
            export_session(reader, out, form, options)
        return out.getvalue()

    return run
