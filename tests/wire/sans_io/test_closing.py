"""The closing handshake: who began, what was answered, until when we wait."""

import pytest

from wstui.events import Close, CommandRefused, Ping, Send
from wstui.wire.protocol import HeartbeatSettings

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


def test_the_server_closes(talks, frame):
    talk = talks()
    [received, sent] = talk.receive(frame(CLOSE, b"\x0f\xa1bye"))
    assert received.detail == {"code": 4001, "reason": "bye"}
    assert (sent.direction, sent.detail) == ("sent", {"code": 4001, "reason": "", "reply": True})
    assert talk.sent_frames() == [(CLOSE, b"\x0f\xa1")]
    assert talk.protocol.who_first == "server"
    assert talk.protocol.close_received == received.detail
    assert talk.protocol.close_sent == sent.detail


def test_a_close_without_a_body_is_answered_by_one_without(talks, frame):
    talk = talks()
    [received, sent] = talk.receive(frame(CLOSE))
    assert received.detail == {"code": None, "reason": ""}
    assert sent.detail == {"code": None, "reason": "", "reply": True}
    assert talk.sent_frames() == [(CLOSE, b"")]


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1011, 1012, 1014, 3000, 3999, 4000, 4999])
def test_legal_codes(talks, frame, code):
    talk = talks()
    talk.receive(frame(CLOSE, code.to_bytes(2, "big")))
    assert talk.protocol.failed is None
    assert talk.protocol.close_sent["code"] == code


def test_the_server_may_end_tcp_first_but_not_for_ever(talks, frame):
    """RFC 6455 §7.1.1."""
    talk = talks(close_timeout_s=10)
    talk.receive(frame(CLOSE, b"\x03\xe8"))
    assert talk.wait(9.9) == []
    assert talk.protocol.end_wanted is None
    assert talk.wait(0.2) == []
    assert talk.protocol.end_wanted == "close handshake done"
    assert talk.protocol.next_deadline_ns() is None


def test_we_close(talks, frame):
    talk = talks()
    [sent] = talk.do("close", Close(4001, "bye"))
    assert sent.detail == {"code": 4001, "reason": "bye"}
    assert talk.sent_frames() == [(CLOSE, b"\x0f\xa1bye")]
    assert talk.protocol.who_first == "client"
    [text, received] = talk.receive(frame(TEXT, b"late") + frame(CLOSE, b"\x0f\xa1"))
    assert text.payload == b"late"
    assert received.detail == {"code": 4001, "reason": "", "reply": True}
    assert talk.sent_frames() == []
    talk.wait(11)
    assert talk.protocol.end_wanted == "close handshake done"


def test_a_close_without_a_code(talks):
    talk = talks()
    [sent] = talk.do("close", Close(None))
    assert sent.detail == {"code": None, "reason": ""}
    assert talk.sent_frames() == [(CLOSE, b"")]


def test_our_close_stays_unanswered(talks):
    talk = talks(close_timeout_s=10)
    talk.do("close", Close())
    assert talk.wait(9.9) == []
    [error] = talk.wait(0.2)
    assert (error.kind, error.direction, error.detail["code"]) == ("error", "local", "close_timeout")
    assert error.detail["message"] == "The server did not answer our Close frame in time."
    assert talk.protocol.end_wanted == "close timeout"
    assert talk.wait(100) == []


def test_our_close_never_gets_out(talks):
    """The server does not read: the time counts all the same."""
    talk = talks(close_timeout_s=10)
    talk.writes = False
    talk.protocol.close(Close())
    talk.protocol.take_output()
    [error] = talk.wait(10.1)
    assert error.detail["code"] == "close_timeout"
    assert talk.protocol.who_first is None


def test_both_close_at_once(talks, frame):
    """RFC 6455 §7.1.5: each side sees the other's code. Ours was not out yet."""
    talk = talks()
    talk.writes = False
    talk.protocol.close(Close(4001))
    [received] = talk.receive(frame(CLOSE, b"\x03\xe9"))
    assert "reply" not in received.detail
    talk.writes = True
    [sent] = talk.settle()
    assert sent.detail == {"code": 4001, "reason": ""}
    assert talk.protocol.who_first == "server"
    assert len(talk.sent_frames()) == 1
    talk.wait(11)
    assert talk.protocol.end_wanted == "close handshake done"


def test_data_after_the_server_s_close_is_reported_once(talks, frame):
    """RFC 6455 §5.5.1."""
    talk = talks()
    events = talk.receive(frame(CLOSE, b"\x03\xe8") + frame(TEXT, b"a"), frame(TEXT, b"b"))
    assert [e.kind for e in events] == ["close", "error", "close"]
    assert events[1].detail["code"] == "data_after_close"
    assert talk.receive(frame(PING)) == []
    assert talk.protocol.failed is None
    assert talk.protocol.ignored_bytes == 8


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Close(1005), "never goes on the wire"),
        (Close(1006), "never goes on the wire"),
        (Close(999), "may not be sent"),
        (Close(5000), "may not be sent"),
        (Close(1000, "x" * 124), "123"),
        (Close(1000, "x" * 124, force=True), "125 bytes"),
        (Close(None, "why"), "needs a code"),
        (Close(65_536, force=True), "0 to 65535"),
        (Close(-1, force=True), "0 to 65535"),
    ],
)
def test_a_close_that_may_not_be_sent_is_refused(talks, command, words):
    talk = talks()
    with pytest.raises(CommandRefused, match=words):
        talk.do("close", command)
    assert not talk.protocol.closing
    talk.do("send", Send(b"still open"))


@pytest.mark.parametrize("code", [0, 999, 1005, 1006, 1015, 2000, 65_535])
def test_force_sends_any_code(talks, code):
    talk = talks()
    [sent] = talk.do("close", Close(code, "r", force=True))
    assert sent.detail == {"code": code, "reason": "r", "forced": True}
    assert talk.sent_frames() == [(CLOSE, code.to_bytes(2, "big") + b"r")]


@pytest.mark.parametrize("command", [("send", Send(b"a")), ("ping", Ping()), ("close", Close())])
def test_nothing_follows_our_close(talks, command):
    talk = talks()
    talk.do("close", Close())
    with pytest.raises(CommandRefused, match="Close frame is sent"):
        talk.do(*command)


def test_the_heartbeat_stops_with_our_close(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1), close_timeout_s=60)
    talk.do("close", Close())
    assert talk.wait(50) == []


def test_pongs_are_not_owed_after_the_server_s_close(talks, frame):
    """RFC 6455 §5.5.2."""
    talk = talks()
    talk.do("delay_pongs", 1.0)
    events = talk.receive(frame(PING), frame(CLOSE, b"\x03\xe8"))
    assert [e.kind for e in events] == ["ping", "close", "close"]
    assert talk.wait(5) == []


def test_a_close_inside_a_fragmented_message_is_a_close(talks, frame):
    """RFC 6455 §5.4: control frames may come between fragments."""
    talk = talks()
    events = talk.receive(frame(TEXT, b"a", fin=False) + frame(CLOSE, b"\x03\xe8"))
    assert [e.kind for e in events] == ["text", "close", "close"]
    assert talk.protocol.failed is None


def test_a_broken_close_is_kept_and_answered_with_the_rule(talks, frame):
    talk = talks()
    [close, error, sent] = talk.receive(frame(CLOSE, b"\x03\xedno"))
    assert (close.detail["code"], close.detail["reason"]) == (1005, "no")
    assert close.detail["invalid"]
    assert error.detail["rule"] == "RFC 6455 §7.4"
    assert (sent.detail["code"], sent.detail["reply"]) == (1002, True)
    assert talk.protocol.close_received["code"] == 1005
