"""An open connection: what arrives is recorded and answered, what breaks a rule fails it."""

import pytest
from websockets.frames import Frame, Opcode

from wstui.events import CommandRefused, ErrorCode, Event, Ping, Pong, Send, SendFrame

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
LIMIT = 1000


def kinds(events):
    return [event.kind for event in events]


def errors(events):
    return [event.detail for event in events if event.kind == "error"]


# data frames


def test_a_text_message_is_one_plain_event(talks, frame):
    talk = talks()
    data = frame(TEXT, b"hello")
    assert talk.receive(data) == [Event(talk.now_ns, 3, "text", "received", 5, 7, b"hello", None)]
    assert talk.protocol.messages_received == 1
    assert talk.protocol.bytes_received == len(data)
    assert talk.protocol.last_received_ns == talk.now_ns


@pytest.mark.parametrize(("length", "header"), [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_sizes_on_the_wire_are_exact(talks, frame, opcode, length, header):
    talk = talks()
    [event] = talk.receive(frame(opcode, b"a" * length))
    assert (event.size, event.wire_size) == (length, length + header)


def test_memoryviews_and_bytearrays_are_read(talks, frame):
    talk = talks()
    [first, second] = talk.receive(bytearray(frame(TEXT, b"a")), memoryview(frame(BINARY, b"b")))
    assert (first.payload, second.payload) == (b"a", b"b")
    assert type(first.payload) is type(second.payload) is bytes


def test_fragments_are_events_of_the_message_s_kind(talks, frame):
    talk = talks()
    events = talk.receive(
        frame(TEXT, b"a", fin=False), frame(PING, b"p"), frame(CONT, b"", fin=False), frame(CONT, b"b")
    )
    assert [(e.kind, e.direction, e.payload, e.detail) for e in events if e.kind == "text"] == [
        ("text", "received", b"a", {"fragment": 0, "fin": False}),
        ("text", "received", b"", {"fragment": 1, "fin": False}),
        ("text", "received", b"b", {"fragment": 2, "fin": True}),
    ]
    assert kinds(events) == ["text", "ping", "text", "text", "pong"]
    assert talk.protocol.messages_received == 1


def test_a_large_frame_in_small_pieces_is_gathered(talks, frame):
    talk = talks(limit=1 << 24)
    data = frame(BINARY, bytes(range(256)) * 4096)
    pieces = [data[at : at + 4093] for at in range(0, len(data), 4093)]
    assert talk.receive(*pieces[:-1]) == []
    have, missing = talk.protocol.partial_frame()
    assert have + missing == len(data)
    [event] = talk.receive(pieces[-1])
    assert event.payload == data[10:]
    assert talk.protocol.partial_frame() is None


def test_a_partial_header_says_what_is_missing_as_far_as_is_known(talks):
    talk = talks()
    talk.receive(b"\x82")
    assert talk.protocol.partial_frame() == (1, 1)
    talk.receive(b"\x7e")
    assert talk.protocol.partial_frame() == (2, 2)
    talk.receive(b"\x01\x00")
    assert talk.protocol.partial_frame() == (4, 256)


# compression


@pytest.mark.parametrize("server_resets", [False, True])
def test_compressed_messages_show_both_sizes(talks, frame, deflate, server_resets):
    ends = deflate(server_resets=server_resets)
    talk = talks(extensions=(ends.client,))
    for text in (b"hello hello hello hello", b"hello again", b""):
        data = ends.frame(TEXT, text)
        [event] = talk.receive(data)
        assert event.payload == text
        assert (event.size, event.wire_size) == (len(text), len(data))
        assert event.detail == {"compressed": True}


def test_uncompressed_messages_stay_plain_where_compression_was_negotiated(talks, frame, deflate):
    talk = talks(extensions=(deflate().client,))
    [event] = talk.receive(frame(TEXT, b"hello"))
    assert event.detail is None


def test_compressed_fragments(talks, frame, deflate):
    ends = deflate()
    talk = talks(extensions=(ends.client,))
    text = "grün, grün, grün".encode()
    events = talk.receive(
        ends.frame(TEXT, text[:3], fin=False),
        ends.frame(CONT, text[3:]),
    )
    assert [(e.payload, e.detail) for e in events] == [
        (text[:3], {"fragment": 0, "fin": False, "compressed": True}),
        (text[3:], {"fragment": 1, "fin": True, "compressed": True}),
    ]


# broken rules: name, bytes, paragraph, close code, the offender's event (None: it cannot be read)

VIOLATIONS = [
    ("RSV1 without an extension", b"\xc1\x01a", "RFC 6455 §5.2", 1002, ("binary", b"a")),
    ("RSV2", b"\xa1\x01a", "RFC 6455 §5.2", 1002, ("binary", b"a")),
    ("RSV3 on a ping", b"\x99\x01a", "RFC 6455 §5.2", 1002, ("binary", b"a")),
    *[
        (f"opcode {op:X}", bytes([0x80 | op, 1, 97]), "RFC 6455 §5.2", 1002, ("binary", b"a"))
        for op in (3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF)
    ],
    ("masked text", b"\x81\x81\x01\x02\x03\x04\x60", "RFC 6455 §5.1", 1002, ("text", b"a")),
    ("masked Close", b"\x88\x82\0\0\0\0\x03\xe8", "RFC 6455 §5.1", 1002, ("close", b"\x03\xe8")),
    ("fragmented ping", b"\x09\x01a", "RFC 6455 §5.5", 1002, ("ping", b"a")),
    ("long ping", b"\x89\x7e\x00\x7e" + b"a" * 126, "RFC 6455 §5.5", 1002, ("ping", b"a" * 126)),
    ("16-bit length for 125", b"\x82\x7e\x00\x01a", "RFC 6455 §5.2", 1002, ("binary", b"a")),
    ("64-bit length for 1", b"\x82\x7f" + bytes(7) + b"\x01a", "RFC 6455 §5.2", 1002, ("binary", b"a")),
    ("64-bit length, top bit", b"\x82\x7f\x80" + bytes(7), "RFC 6455 §5.2", 1002, None),
    ("continuation of nothing", b"\x80\x01a", "RFC 6455 §5.4", 1002, ("binary", b"a")),
    ("text inside a message", b"\x01\x01a\x81\x01b", "RFC 6455 §5.4", 1002, ("text", b"b")),
    ("binary inside a message", b"\x01\x01a\x02\x01b", "RFC 6455 §5.4", 1002, ("binary", b"b")),
    ("Close of one byte", b"\x88\x01\x03", "RFC 6455 §5.5.1", 1002, ("close", b"\x03")),
    *[
        (f"Close {code}", b"\x88\x02" + code.to_bytes(2, "big"), "RFC 6455 §7.4", 1002, ("close", None))
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
    ],
    ("Close reason", b"\x88\x03\x03\xe8\xff", "RFC 6455 §5.5.1", 1007, ("close", b"\x03\xe8\xff")),
    ("text", b"\x81\x02a\xff", "RFC 6455 §8.1", 1007, ("text", b"a\xff")),
    (
        "text, 16-bit length",
        b"\x81\x7e\x00\x7e" + b"\x80" * 126,
        "RFC 6455 §8.1",
        1007,
        ("text", b"\x80" * 126),
    ),
    ("text, unfinished", b"\x81\x01\xc3", "RFC 6455 §8.1", 1007, ("text", b"\xc3")),
    ("fragment", b"\x01\x01\xff", "RFC 6455 §8.1", 1007, ("text", b"\xff")),
    ("at a seam", b"\x01\x01\xc3\x80\x01\x28", "RFC 6455 §8.1", 1007, ("text", b"\x28")),
    ("surrogate at a seam", b"\x01\x01\xed\x00\x01\xa0", "RFC 6455 §8.1", 1007, ("text", b"\xa0")),
    ("last fragment", b"\x01\x01\xc3\x80\x00", "RFC 6455 §8.1", 1007, ("text", b"")),
    ("announced size", b"\x82\x7e\x03\xe9", "RFC 6455 §10.4", 1009, None),
    ("sum of fragments", b"\x02\x7e\x03\xe8" + b"a" * 1000 + b"\x80\x01", "RFC 6455 §10.4", 1009, None),
]


@pytest.mark.parametrize(
    ("data", "rule", "close_code", "offender"), [v[1:] for v in VIOLATIONS], ids=[v[0] for v in VIOLATIONS]
)
@pytest.mark.parametrize("bytewise", [False, True])
def test_a_broken_rule_fails_the_connection(talks, data, rule, close_code, offender, bytewise):
    talk = talks(limit=LIMIT)
    chunks = [bytes([byte]) for byte in data] if bytewise else [data]
    events = talk.receive(*chunks)
    [error] = errors(events)
    assert error["rule"] == rule
    assert error["message"].startswith("The server sent a")
    assert error["message"].endswith(".")
    assert talk.protocol.failed == error["code"]
    assert talk.sent_frames()[-1][1][:2] == close_code.to_bytes(2, "big")
    assert talk.protocol.close_sent["code"] == close_code
    recorded = [event for event in events if event.detail and "invalid" in event.detail]
    if offender is None:
        assert recorded == []
    else:
        [event] = recorded
        assert event.kind == offender[0]
        assert offender[1] in (None, event.payload)
        assert event.direction == "received"


@pytest.mark.parametrize("data", [v[1] for v in VIOLATIONS], ids=[v[0] for v in VIOLATIONS])
def test_nothing_is_read_after_a_broken_rule(talks, frame, data):
    talk = talks(limit=LIMIT)
    talk.receive(data)
    before = talk.protocol.ignored_bytes
    rest = frame(TEXT, b"hello") + frame(PING) + frame(CLOSE, b"\x03\xe8")
    assert talk.receive(rest) == []
    assert talk.protocol.ignored_bytes == before + len(rest)
    assert talk.protocol.partial_frame() is None


@pytest.mark.parametrize("data", [v[1] for v in VIOLATIONS], ids=[v[0] for v in VIOLATIONS])
def test_tcp_ends_soon_after_a_broken_rule(talks, data):
    talk = talks(limit=LIMIT)
    talk.receive(data)
    assert talk.protocol.end_wanted is None
    talk.wait(2)
    assert talk.protocol.end_wanted == "failed"
    with pytest.raises(CommandRefused):
        talk.do("send", Send(b"a"))


def test_a_broken_header_is_told_before_its_payload_comes(talks):
    """A server that broke a rule may never send the rest."""
    talk = talks()
    assert kinds(talk.receive(b"\x83\x05")) == ["error", "close"]
    assert kinds(talk.receive(b"hello")) == ["binary"]


def test_facts_of_a_broken_header(talks):
    [error] = errors(talks().receive(b"\x83\x05"))
    assert (error["opcode"], error["header"]) == (3, "83 05")


def test_a_plain_http_answer_is_no_close(talks):
    """'H' is 0x48, a fragmented Close with RSV1: it must not pass for one."""
    events = talks().receive(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 100)
    assert kinds(events) == ["error", "binary", "close"]
    assert [e.direction for e in events] == ["received", "received", "sent"]


def test_messages_before_a_broken_rule_are_kept(talks, frame):
    events = talks().receive(frame(TEXT, b"a") + frame(TEXT, b"b") + frame(TEXT, b"\xff") + frame(TEXT, b"c"))
    assert [e.payload for e in events if e.kind == "text"] == [b"a", b"b", b"\xff"]


@pytest.mark.parametrize(("opcode", "rule"), [(CONT, "RFC 7692 §6.1"), (PING, "RFC 7692 §6.1")])
def test_only_the_first_frame_of_a_message_is_marked_as_compressed(talks, frame, deflate, opcode, rule):
    talk = talks(extensions=(deflate().client,))
    start = frame(TEXT, b"a", fin=False) if opcode == CONT else b""
    [error] = errors(talk.receive(start + frame(opcode, b"a", rsv=0x40)))
    assert error["rule"] == rule


def test_damaged_compressed_data(talks, frame, deflate):
    talk = talks(extensions=(deflate().client,))
    events = talk.receive(frame(TEXT, b"\xff\xff\xff", rsv=0x40))
    [error] = errors(events)
    assert (error["code"], error["rule"]) == (ErrorCode.BAD_COMPRESSION, "RFC 7692 §7.2.2")
    assert (events[0].payload, events[0].detail["compressed"]) == (b"\xff\xff\xff", True)
    assert talk.protocol.close_sent["code"] == 1007


def test_text_is_judged_after_decompression(talks, frame, deflate):
    ends = deflate()
    [text, error, _] = talks(extensions=(ends.client,)).receive(ends.frame(TEXT, b"a\xff"))
    assert (text.payload, error.detail["code"]) == (b"a\xff", ErrorCode.INVALID_UTF8)


@pytest.mark.parametrize("fragments", [1, 3])
def test_a_bomb_is_not_inflated(talks, frame, deflate, fragments):
    ends = deflate()
    talk = talks(extensions=(ends.client,), limit=LIMIT)
    size = 1 << 19 if fragments == 1 else LIMIT * 2 // 5
    for number in range(fragments):
        events = talk.receive(
            ends.frame(CONT if number else BINARY, bytes(size), fin=number == fragments - 1)
        )
    [error] = errors(talk.events)
    assert error["code"] == ErrorCode.MESSAGE_TOO_BIG
    assert error["limit_bytes"] == LIMIT < error["size_bytes"]
    assert len(events[0].payload) < LIMIT


@pytest.mark.parametrize("compressed", [False, True])
def test_a_message_of_exactly_the_limit_is_taken(talks, frame, deflate, compressed):
    ends = deflate()
    talk = talks(extensions=(ends.client,), limit=LIMIT)
    payload = bytes(range(250)) * 4
    data = ends.frame(BINARY, payload) if compressed else frame(BINARY, payload)
    [event] = talk.receive(data)
    assert event.payload == payload


def test_a_message_without_limit(talks, frame, deflate):
    ends = deflate()
    talk = talks(extensions=(ends.client,), limit=0)
    [event] = talk.receive(ends.frame(BINARY, bytes(1 << 21)))
    assert event.size == 1 << 21
    assert talk.receive(b"\x82\x7f\x40" + bytes(7)) == []


def test_control_frames_are_not_bound_by_the_message_limit(talks, frame):
    assert kinds(talks(limit=1).receive(frame(PING, b"abc"))) == ["ping", "pong"]


# pings from the server


def test_a_ping_is_answered_with_its_payload(talks, frame):
    """RFC 6455 §5.5.2, §5.5.3."""
    talk = talks()
    [ping, pong] = talk.receive(frame(PING, b"abc"))
    assert (ping.kind, ping.direction, ping.payload, ping.wire_size) == ("ping", "received", b"abc", 5)
    assert (pong.kind, pong.direction, pong.payload, pong.wire_size) == ("pong", "sent", b"abc", 9)
    assert pong.detail == {"source": "answer", "ping_t_ns": ping.t_ns}
    assert talk.sent_frames() == [(PONG, b"abc")]


def test_pings_are_answered_after_our_close_until_the_server_s(talks, frame):
    talk = talks()
    talk.do("frame", SendFrame(CLOSE, b"\x03\xe8"))
    assert kinds(talk.receive(frame(PING))) == ["ping", "pong"]


def test_withheld_pongs(talks, frame):
    talk = talks()
    [fault] = talk.do("withhold_pongs")
    assert (fault.kind, fault.direction, fault.t_ns) == ("fault", "local", talk.now_ns)
    assert fault.detail == {"injected": "withhold_pongs"}
    assert kinds(talk.receive(frame(PING))) == ["ping"]
    assert talk.do("answer_pings")[0].detail == {"injected": "answer_pings"}
    assert kinds(talk.receive(frame(PING))) == ["ping", "pong"]


def test_delayed_pongs(talks, frame):
    talk = talks()
    [fault] = talk.do("delay_pongs", 0.5)
    assert fault.detail == {"injected": "delay_pongs", "delay_ns": 500_000_000}
    assert kinds(talk.receive(frame(PING, b"x"))) == ["ping"]
    assert talk.wait(0.4) == []
    [pong] = talk.wait(0.2)
    assert pong.payload == b"x"
    assert pong.detail["delayed_ns"] == 500_000_000


@pytest.mark.parametrize("delay", [-1.0, float("nan"), float("inf")])
def test_a_delay_is_a_duration(talks, delay):
    with pytest.raises(CommandRefused, match="number of seconds"):
        talks().do("delay_pongs", delay)


# sending


def test_a_message_is_recorded_when_the_kernel_took_it(talks):
    talk = talks()
    talk.writes = False
    assert talk.do("send", Send(b"hello")) == []
    talk.now_ns += 5
    [outgoing] = talk.protocol.take_output()
    talk.protocol.written(outgoing, talk.now_ns)
    assert talk.settle() == [Event(talk.now_ns, 3, "text", "sent", 5, 11, b"hello", None)]
    assert (talk.protocol.messages_sent, talk.protocol.bytes_sent) == (1, 11)
    assert talk.protocol.last_sent_ns == talk.now_ns


def test_output_that_waits_is_due_now(talks, frame):
    talk = talks()
    talk.protocol.receive(frame(PING), 5)
    assert talk.protocol.next_deadline_ns() == 0


def test_fragments_are_sent(talks):
    """RFC 6455 §5.4; a character may be split."""
    talk = talks()
    events = talk.do("send", Send("aé".encode(), fragment_size=2))
    assert talk.sent_frames() == [(TEXT, b"a\xc3"), (CONT, b"\xa9")]
    assert [e.detail for e in events] == [{"fragment": 0, "fin": False}, {"fragment": 1, "fin": True}]
    assert kinds(events) == ["text", "text"]
    assert talk.protocol.messages_sent == 1


def test_an_empty_message_is_a_frame(talks):
    talk = talks()
    talk.do("send", Send(b"", binary=True, fragment_size=4))
    assert talk.sent_frames() == [(BINARY, b"")]


def test_what_we_send_is_compressed_where_negotiated(talks, deflate):
    ends = deflate()
    talk = talks(extensions=(ends.client,))
    text = b"again and again and again and again"
    [event] = talk.do("send", Send(text))
    assert event.wire_size < event.size == len(text)
    assert event.detail == {"compressed": True}
    [(opcode, payload)] = talk.sent_frames()
    assert ends.server.decode(Frame(Opcode(opcode), payload, rsv1=True)).data == text


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Send(b"\xff"), "not UTF-8"),
        (Send(b"a" * 70_000, fragment_size=1), "more than 65536 frames"),
        (Send(b"a", fragment_size=-1), "negative"),
        (Ping(b"a" * 126), "125 bytes"),
        (Pong(b"a" * 126), "125 bytes"),
        (SendFrame(16), "0 to 15"),
        (SendFrame(-1), "0 to 15"),
    ],
)
def test_what_cannot_be_sent_is_refused(talks, command, words):
    talk = talks()
    name = {"Send": "send", "Ping": "ping", "Pong": "pong", "SendFrame": "frame"}[type(command).__name__]
    with pytest.raises(CommandRefused, match=words):
        talk.do(name, command)
    assert talk.settle() == []
    assert talk.wire == b""
    talk.do("send", Send(b"still open"))


COMMANDS = [
    ("send", Send(b"a")),
    ("ping", Ping()),
    ("pong", Pong()),
    ("frame", SendFrame(TEXT)),
    ("withhold_pongs",),
    ("delay_pongs", 1.0),
    ("answer_pings",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_nothing_is_sent_before_the_connection_is_open(talks, command):
    talk = talks(started=False)
    with pytest.raises(CommandRefused, match="not open"):
        talk.do(*command)


def test_an_unsolicited_pong(talks):
    [pong] = talks().do("pong", Pong(b"x", "step"))
    assert (pong.kind, pong.direction, pong.payload, pong.detail) == (
        "pong",
        "sent",
        b"x",
        {"source": "step"},
    )


# raw frames


def test_a_legal_raw_frame_is_recorded_as_what_it_is(talks):
    talk = talks()
    [event] = talk.do("frame", SendFrame(TEXT, b"hello"))
    assert (event.kind, event.direction, event.payload) == ("text", "sent", b"hello")
    assert event.detail == {"raw": True, "opcode": TEXT}


def test_a_raw_message_in_fragments(talks):
    talk = talks()
    [first] = talk.do("frame", SendFrame(TEXT, b"\xc3", fin=False))
    assert first.detail == {"fragment": 0, "fin": False, "raw": True, "opcode": TEXT}
    with pytest.raises(CommandRefused, match="unfinished"):
        talk.do("send", Send(b"a"))
    assert kinds(talk.do("ping", Ping())) == ["ping"]
    [last] = talk.do("frame", SendFrame(CONT, b"\xa9"))
    assert (last.kind, last.detail["fragment"], last.detail["fin"]) == ("text", 1, True)
    talk.do("send", Send(b"a"))
    assert talk.protocol.messages_sent == 2


ILLEGAL = [
    (SendFrame(TEXT, b"a", masked=False), "RFC 6455 §5.1"),
    (SendFrame(TEXT, b"a", rsv1=True), "RFC 6455 §5.2"),
    (SendFrame(TEXT, b"a", rsv2=True, rsv3=True), "RFC 6455 §5.2"),
    (SendFrame(3, b"a"), "RFC 6455 §5.2"),
    (SendFrame(0xF), "RFC 6455 §5.2"),
    (SendFrame(PING, b"a", fin=False), "RFC 6455 §5.5"),
    (SendFrame(PING, b"a" * 126), "RFC 6455 §5.5"),
    (SendFrame(CONT, b"a"), "RFC 6455 §5.4"),
    (SendFrame(TEXT, b"\xff"), "RFC 6455 §8.1"),
    (SendFrame(TEXT, b"\xff", fin=False), "RFC 6455 §8.1"),
    (SendFrame(CLOSE, b"a"), "RFC 6455 §5.5.1"),
    (SendFrame(CLOSE, b"\x03\xed"), "RFC 6455 §7.4"),
    (SendFrame(CLOSE, b"\x03\xe8\xff"), "RFC 6455 §5.5.1"),
]


@pytest.mark.parametrize(("command", "rule"), ILLEGAL)
def test_an_illegal_raw_frame_is_a_fault(talks, command, rule):
    talk = talks()
    [event] = talk.do("frame", command)
    assert (event.kind, event.direction) == ("fault", "sent")
    assert (event.payload, event.wire_size) == (command.payload, len(talk.wire))
    assert event.detail["injected"] == "frame"
    assert event.detail["opcode"] == command.opcode
    assert event.detail["rule"] == rule
    assert event.detail["invalid"]
    assert (talk.wire[0] & 0x0F, bool(talk.wire[0] & 0x80)) == (command.opcode, command.fin)
    assert bool(talk.wire[1] & 0x80) is command.masked
    assert talk.protocol.messages_sent == 0


def test_a_frame_marked_as_compressed_by_hand_is_a_fault(talks, deflate):
    [event] = talks(extensions=(deflate().client,)).do("frame", SendFrame(TEXT, b"a", rsv1=True))
    assert (event.kind, event.detail["rule"]) == ("fault", "RFC 7692 §6.1")


def test_a_raw_continuation_that_is_not_text_is_a_fault(talks):
    talk = talks()
    talk.do("frame", SendFrame(TEXT, b"\xc3", fin=False))
    assert kinds(talk.do("frame", SendFrame(CONT, b"\x28"))) == ["fault"]


def test_a_raw_message_inside_a_message_is_a_fault(talks):
    talk = talks()
    talk.do("frame", SendFrame(BINARY, b"\xff", fin=False))
    assert kinds(talk.do("frame", SendFrame(BINARY, b"a"))) == ["fault"]
    assert kinds(talk.do("frame", SendFrame(CONT, b"\xff"))) == ["binary"]


def test_a_raw_ping_is_matched(talks, frame):
    talk = talks()
    [ping] = talk.do("frame", SendFrame(PING, b"raw"))
    assert ping.detail == {"source": "manual", "timeout_ns": 20 * 10**9, "raw": True, "opcode": PING}
    talk.now_ns += 1000
    [pong] = talk.receive(frame(PONG, b"raw"))
    assert pong.detail["rtt_ns"] == 1000


@pytest.mark.parametrize("body", [b"", b"\x03\xe8", b"\x03\xe8bye", b"a", b"\x03\xed"])
def test_a_raw_close_counts_as_ours(talks, frame, body):
    talk = talks()
    talk.do("frame", SendFrame(CLOSE, body))
    assert talk.protocol.close_sent is not None
    assert talk.protocol.closing
    with pytest.raises(CommandRefused):
        talk.do("send", Send(b"a"))
    [close] = talk.receive(frame(CLOSE, b"\x03\xe8"))
    assert close.detail["reply"] is True
    assert talk.protocol.who_first == "client"


@pytest.mark.parametrize("opcode", [TEXT, CLOSE])
def test_raw_frames_go_out_after_our_close_as_faults(talks, opcode):
    talk = talks()
    talk.do("frame", SendFrame(CLOSE, b"\x03\xe8"))
    [event] = talk.do("frame", SendFrame(opcode, b""))
    assert (event.kind, event.detail["rule"]) == ("fault", "RFC 6455 §5.5.1")
    assert talk.protocol.close_sent["code"] == 1000
