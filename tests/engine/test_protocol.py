import json

import pytest

from wstui.engine.protocol import (
    BadLine,
    Reply,
    Request,
    decode_answer,
    decode_request,
    encode_notice,
    encode_reply,
    encode_request,
)
from wstui.events import (
    COMMANDS,
    Close,
    Connect,
    DelayPongs,
    Ping,
    ProblemNotice,
    ProgressNotice,
    Send,
    SendFrame,
    SetHeartbeat,
    StateNotice,
)

SOME_COMMANDS = [
    Connect(profile={"url": "ws://localhost", "headers": {"A": "b"}}, name="x"),
    Send(b"\x00\xff", binary=True, fragment_size=3),
    SendFrame(9, b"abc", fin=False, masked=False),
    Ping(),
    Ping(b"p", source="step"),
    Close(None),
    Close(4001, "bye", force=True),
    DelayPongs(1.5),
    SetHeartbeat(0.0, 5.0),
    *(kind() for kind in COMMANDS.values() if kind not in (Send, SendFrame, DelayPongs, SetHeartbeat)),
]


@pytest.mark.parametrize("command", SOME_COMMANDS, ids=repr)
def test_commands_survive_the_way(command):
    line = encode_request(7, command)
    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    assert decode_request(line) == Request(7, command)


def test_a_command_as_a_person_would_write_it():
    assert decode_request(b'{"id":7,"do":"close","code":4001}') == Request(7, Close(4001))
    assert decode_request(b'{"id":1,"do":"send","payload":"aGk="}') == Request(1, Send(b"hi"))
    assert decode_request(b'{"id":1,"do":"delay_pongs","delay_s":2}') == Request(1, DelayPongs(2.0))


@pytest.mark.parametrize(
    ("line", "request_id", "says"),
    [
        (b"", None, "not JSON"),
        (b"close", None, "not JSON"),
        (b"\xff\xfe", None, "not JSON"),
        (b"[1]", None, "not a JSON object"),
        (b"[" * 100_000, None, "not JSON"),
        (b'{"do":"ping"}', None, '"id"'),
        (b'{"id":true,"do":"ping"}', None, '"id"'),
        (b'{"id":"7","do":"ping"}', None, '"id"'),
        (b'{"id":7}', 7, "no command"),
        (b'{"id":7,"do":["x"]}', 7, "no command"),
        (b'{"id":7,"do":"fly"}', 7, "connect, send"),
        (b'{"id":7,"do":"send"}', 7, "payload"),
        (b'{"id":7,"do":"send","payload":5}', 7, "payload"),
        (b'{"id":7,"do":"send","payload":"*"}', 7, "cannot be read"),
        (b'{"id":7,"do":"close","cod":4001}', 7, "no field “cod”"),
        (b'{"id":7,"do":"close","code":"4001"}', 7, "code"),
        (b'{"id":7,"do":"ping","source":"dream"}', 7, "source"),
    ],
)
def test_a_bad_line_is_answered_with_a_sentence(line, request_id, says):
    with pytest.raises(BadLine) as caught:
        decode_request(line)
    assert says in str(caught.value)
    assert caught.value.request_id == request_id


def test_what_a_bad_line_said_is_shown_safely():
    with pytest.raises(BadLine) as caught:
        decode_request(json.dumps({"id": 7, "do": "\x1b[2J" + "x" * 1000}).encode())
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "reply",
    [Reply(7, ok=True, result={"session": "x"}), Reply(None, ok=False, result={}, error="No.")],
)
def test_replies_survive_the_way(reply):
    assert decode_answer(encode_reply(reply)) == reply


def test_replies_have_the_documented_shape():
    assert json.loads(encode_reply(Reply(7, ok=True, result={}))) == {"id": 7, "ok": True, "result": {}}
    refused = encode_reply(Reply(7, ok=False, result={}, error="No."))
    assert json.loads(refused) == {"id": 7, "ok": False, "error": "No."}


@pytest.mark.parametrize(
    "notice",
    [
        StateNotice(state="dialling", phase="tls", url="wss://x", t_ns=3),
        ProgressNotice(last_id=5, now_ns=9, last_rtt_ns=1),
        ProblemNotice("The disk is full.", fatal=True),
    ],
)
def test_notices_survive_the_way(notice):
    assert decode_answer(encode_notice(notice)) == notice


@pytest.mark.parametrize(
    "line", [b"x", b"{}", b'{"notice":"rumour"}', b'{"notice":[1]}', b'{"notice":"state"}']
)
def test_nonsense_from_the_engine_is_named(line):
    with pytest.raises(BadLine):
        decode_answer(line)
