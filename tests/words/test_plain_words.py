"""Events in the plain words of a report; details that no wstui wrote."""

import pytest

from wstui.events import Kind, RecordedEvent
from wstui.words.ending import ending_words
from wstui.words.event_line import event_line, event_words, payload_words
from wstui.words.measures import long_duration_text, moment_text, since_text

S = 1_000_000_000


def event(kind, direction="received", payload=None, **detail):
    return RecordedEvent(1, 0, 0, kind, direction, len(payload or b""), 0, payload, detail)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (event("text", payload=b'{ "a": 1 }'), '{ "a": 1 }'),
        (event("text", payload=b"x" * 900), "x" * 200 + "…"),
        (event("binary", payload=b"\x00\xff", fragment=1, fin=True), "[part 2] 00 ff"),
        (event("open", connection=1, subprotocol="v1"), "open, subprotocol v1"),
        (event("close", code=4003, reason="bye", reply=True), "close 4003 Private Use “bye”, in reply"),
        (event("eof", missing_bytes=1), "TCP ended by the server (FIN), in a frame with 1 byte missing"),
        (event("pong", payload=b"p1", rtt_ns=11_000_000), "pong after 11.0 ms, p1"),
        (event("resolve", "local", addresses=["::1", "::2"], duration_ns=S), "resolve, 1.00 s, ::1, ::2"),
        (event("tcp", "local", failed=True), "tcp, failed"),
    ],
)  # fmt: skip
def test_events_in_plain_words(given, words):
    assert event_words(given) == words


@pytest.mark.parametrize("kind", [*(kind.value for kind in Kind), "new\x1b"])
@pytest.mark.parametrize("odd", [7, "x\x1b[2J", ["\x00"], {"a": {}}, None, True, -1.5])
def test_no_detail_is_too_odd(kind, odd):
    names = (
        "fragment code reason subprotocol extensions addresses duration_ns delay_ns attempt rtt_ns tls why"
    )
    detail = dict.fromkeys((*names.split(), "missing_bytes", "response", "injected", "url", "version"), odd)
    for given in (event(kind, **detail), event(kind, "sideways", **detail)):
        assert not {"\x1b", "\x00"} & set(event_words(given) + event_line(given).words)


def test_payloads_are_cut_where_they_are_long():
    assert payload_words(event("text", payload=b"abcdef"), 3) == "abc…"
    assert payload_words(event("binary", payload=b"\x01\x02\x03"), 4) == "01 0…"


def test_times_of_a_report():
    assert moment_text(1_795_348_867 * S + 412_000_000) == "2026-11-22 12:01:07.412 UTC"
    assert since_text(7_412_000_000) == "+7.412"
    spans = (None, 61 * S, 252 * S, 3790 * S)
    assert [long_duration_text(span) for span in spans] == ["", "61 s", "4 min 12 s", "1 h 3 min"]


def test_an_ending_in_one_sentence():
    verdict = {
        "cause": "server_closed",
        "who": "server",
        "clean": False,
        "close_code": 1011,
        "close_reason": "x\x1b",
    }
    assert ending_words(verdict) == "Ended by the server, not cleanly: 1011 Internal Error “x␛”."
    assert ending_words(verdict | {"close_code": None}) == "Ended by the server; no close code."
    assert ending_words({"cause": "still_open"}).startswith("The connection was still open")
