import re

import pytest

from wstui.events import CONTROL_FRAME_KINDS, Kind, RecordedEvent
from wstui.tui.event_facts import facts_document
from wstui.words.event_line import event_line, size_words, squeeze

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
HOSTILE = "\x1b[31m\x9b2J\x00\u202e"


def event(kind, direction="received", payload=None, **detail):
    return RecordedEvent(1, 0, 0, kind, direction, len(payload or b""), 0, payload, detail)


@pytest.mark.parametrize(
    ("given", "glyph", "words"),
    [
        (event("text", payload=b'{ "a" : "b c" }'), "←", '{"a":"b c"}'),
        (event("text", "sent", b"hello\n  there"), "→", "hello there"),
        (event("text", payload=b"   "), "←", "(blank)"),
        (event("text", payload=b""), "←", "(empty)"),
        (event("binary", payload=b"\x00\xff"), "←", "binary  00 ff"),
        (event("text", payload=b"x", fragment=1, fin=False), "←", "[part 2, more follows] x"),
        (event("open", "local", subprotocol="v1", extensions=["permessage-deflate; x"]), "●",
         "open  subprotocol v1  permessage-deflate"),
        (event("close", code=4003, reason="bye"), "←", "close 4003 Private Use “bye”"),
        (event("close", "sent", code=None, reply=True), "→", "close without a code  in reply"),
        (event("eof", tls="truncated"), "■",
         "TCP ended by the server (FIN)  TLS cut off without close_notify"),
        (event("reset", "sent", why="asked"), "■", "TCP ended by us (RST)  asked"),
        (event("lost", errno_name="ETIMEDOUT"), "■", "network lost  ETIMEDOUT"),
        (event("retry", "local", attempt=2, delay_ns=1_250_000_000, reason="1006"), "↻",
         "attempt 2 in 1.25 s  1006"),
        (event("retry", "local", stopped=True, reason="asked"), "↻", "no more attempts  asked"),
        (event("fault", "local", injected="withhold_pongs"), "✱",
         "injected: pongs are withheld from here on"),
        (event("error", "local", message="It broke."), "✗", "It broke."),
        (event("ping", "sent", b"p", source="manual"), "→", "ping (manual)  p"),
        (event("pong", payload=b"p", rtt_ns=21_400_000, late=True), "←", "pong after 21.4 ms, too late  p"),
        (event("tls", "local", version="TLS 1.3", verified=False, duration_ns=1_000_000), "◌",
         "tls  1.00 ms  TLS 1.3  not verified"),
        (event("tcp", "local", failed=True, address="h:1"), "◌", "tcp  failed  h:1"),
        (event("from-the-future", "local"), "◌", "from-the-future"),
    ],
)  # fmt: skip
def test_every_kind_reads_as_a_sentence(given, glyph, words):
    line = event_line(given)
    assert (line.glyph, line.words) == (glyph, words)


@pytest.mark.parametrize("kind", list(Kind))
def test_no_kind_lets_a_control_character_through(kind):
    text = dict.fromkeys(
        ("reason", "message", "subprotocol", "version", "address", "errno_name", "why", "body", "injected"),
        HOSTILE,
    )
    detail = {
        **text,
        "extensions": [HOSTILE],
        "addresses": [HOSTILE],
        "response": {"status": HOSTILE, "reason": HOSTILE, "headers": [[HOSTILE, HOSTILE]], "body": HOSTILE},
        "request": {"method": HOSTILE, "path": HOSTILE, "headers": [[HOSTILE, HOSTILE]]},
        "certificate": {"subject": HOSTILE},
        HOSTILE: HOSTILE,
    }
    given = RecordedEvent(1, 0, 0, kind, "received", 1, 1, HOSTILE.encode("utf-8", "surrogatepass"), detail)
    assert not CONTROL.search(event_line(given).words)
    lines = facts_document(given).layout(60)
    assert not CONTROL.search("".join(part for line in lines for part, _ in line))


def test_only_messages_show_a_size():
    assert size_words(event("text", payload=b"x" * 84)) == "84 B"
    assert all(size_words(event(kind)) == "" for kind in CONTROL_FRAME_KINDS)


def test_white_space_within_strings_stays():
    assert squeeze('[ "a  b",\n 1 ]') == '["a  b",1]'


def test_facts_explain_a_close_code():
    lines = facts_document(event("close", code=1009, reason="too big", reply=True)).layout(100)
    words = "\n".join("".join(part for part, _ in line) for line in lines)
    assert "1009  Message Too Big" in words
    assert "a message larger than the endpoint takes" in words
    assert "“too big” (7 bytes)" in words
    assert "by the server, in reply" in words


def test_facts_show_both_sides_headers():
    given = event(
        "upgrade",
        "local",
        duration_ns=18_000_000,
        request={"method": "GET", "path": "/ws", "headers": [["Host", "example.com"]]},
        response={
            "status": 403,
            "reason": "Forbidden",
            "headers": [["Server", "nginx"]],
            "body": "no\nentry",
        },
    )
    words = "\n".join("".join(part for part, _ in line) for line in facts_document(given).layout(80))
    for expected in ("took              18.0 ms", "→ GET /ws", "Host", "← 403 Forbidden", "nginx", "entry"):
        assert expected in words
