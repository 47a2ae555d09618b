"""Files of programs that we did not write."""

import base64
import json

import pytest

from wstui.diagnosis import diagnose
from wstui.events import Cause
from wstui.exchange.importing import ImportProblem, import_file
from wstui.timeline import TimelineReader

CHROME = {
    "log": {
        "version": "1.2",
        "creator": {"name": "WebInspector", "version": "537.36"},
        "pages": [],
        "entries": [
            {"request": {"method": "GET", "url": "https://x.example/"}, "response": {"status": 200}},
            {
                "_initiator": {"type": "script"},
                "_resourceType": "websocket",
                "_webSocketMessages": [
                    {"type": "send", "time": 1754000000.123456, "opcode": 1, "data": '{"op":"ping"}'},
                    {"type": "receive", "time": 1754000000.145001, "opcode": 2, "data": "AAEC"},
                    {"type": "receive", "time": 1754000000.2, "opcode": 7, "data": "?"},
                    {"type": "error", "time": 1754000001.5, "opcode": -1, "data": "Invalid frame header"},
                ],
                "cache": {},
                "request": {
                    "method": "GET",
                    "url": "wss://x.example/ws",
                    "headers": [{"name": "Origin", "value": "https://x.example"}],
                },
                "response": {
                    "status": 101,
                    "statusText": "Switching Protocols",
                    "headers": [{"name": "Sec-WebSocket-Protocol", "value": "v1"}],
                },
                "serverIPAddress": "192.0.2.1",
                "startedDateTime": "2025-07-31T22:13:19.900Z",
                "time": 1700.5,
                "timings": {
                    "blocked": 1,
                    "dns": 2,
                    "connect": 30,
                    "ssl": 20,
                    "send": 0,
                    "wait": 40,
                    "receive": 3,
                },
            },
            {
                "_resourceType": "websocket",
                "request": {"method": "GET", "url": "wss://nowhere.example/"},
                "response": {"status": 0, "_error": "net::ERR_NAME_NOT_RESOLVED"},
                "startedDateTime": "2025-07-31T22:13:20Z",
            },
        ],
    }
}
FIREFOX = {
    "log": {
        "creator": {"name": "Firefox", "version": "141.0"},
        "browser": {"name": "Firefox", "version": "141.0"},
        "entries": [
            {
                "startedDateTime": "2025-07-31T22:13:19.900+02:00",
                "request": {"url": "wss://x.example/ws", "method": "GET", "headers": []},
                "response": {
                    "status": 403,
                    "statusText": "Forbidden",
                    "headers": [{"name": "Upgrade", "value": "websocket"}],
                    "content": {"mimeType": "text/plain", "size": 2, "text": "no"},
                },
                "timings": {
                    "blocked": -1,
                    "dns": 0,
                    "connect": 0,
                    "ssl": 0,
                    "send": 0,
                    "wait": 5,
                    "receive": 0,
                },
            }
        ],
    }
}


@pytest.fixture
def read(tmp_path):
    def run(content, name="x.har"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=1).encode())
        done = import_file(path, tmp_path / "imported")
        readers.extend(TimelineReader(path) for path in done.paths)
        return done, readers[-len(done.paths) :]

    readers = []
    yield run
    for reader in readers:
        reader.close()


def test_chrome(read):
    done, (talked, failed) = read(CHROME)
    events = list(talked.iterate())
    assert [event.kind for event in events] == [
        *("resolve", "tcp", "tls", "upgrade", "open", "text", "binary", "error")
    ]
    assert [event.payload for event in events[5:7]] == [b'{"op":"ping"}', b"\0\1\2"]
    assert events[5].t_ns == 1754000000123456000
    assert [event.detail["duration_ns"] for event in events[:4]] == [
        2_000_000,
        10_000_000,
        20_000_000,
        40_000_000,
    ]
    assert events[4].detail["subprotocol"] == "v1"
    assert talked.info.url == "wss://x.example/ws"
    assert "WebInspector" in talked.notes()[0].text
    assert "opcode 7" in done.problem
    assert diagnose(failed).cause is Cause.DNS_FAILURE


def test_firefox(read):
    _, (reader,) = read(FIREFOX)
    verdict = diagnose(reader)
    assert verdict.cause in (Cause.POLICY_OR_AUTH, Cause.HANDSHAKE_REJECTED_HTTP)
    assert reader.side_events()[-2].detail["response"]["body"] == "no"


@pytest.mark.parametrize("share", [0.35, 0.5, 0.6, 0.8, 0.97])
def test_har_cut_in_the_middle(read, share):
    content = json.dumps(CHROME, indent=1).encode()
    try:
        done, _ = read(content[: int(len(content) * share)])
    except ImportProblem as problem:
        assert "x.har, line" in str(problem)
    else:
        assert "x.har, line" in done.problem
        assert done.events


def test_control_frames_that_some_tools_write(read):
    entry = json.loads(json.dumps(CHROME["log"]["entries"][1]))
    close = base64.b64encode(b"\x03\xf3bye").decode()
    entry["_webSocketMessages"] = [
        {"type": "receive", "time": 1754000000.1, "opcode": 9, "data": "cA=="},
        {"type": "send", "time": 1754000000.1, "opcode": 10, "data": "cA=="},
        {"type": "receive", "time": 1754000001.1, "opcode": 8, "data": close},
    ]
    _, (reader,) = read({"log": {"entries": [entry]}})
    last = reader.side_events()[-1]
    assert (last.kind, last.detail) == ("close", {"code": 1011, "reason": "bye"})


WSCAT = b"""Connected (press CTRL+C to quit)
> {"op":"subscribe"}
< {"ok":
  true}
< Received ping
<
Disconnected (code: 4003, reason: "session expired")
"""
WEBSOCAT = b"""[INFO  websocat::lints] Auto-inserting the line mode
[INFO  websocat::ws_client_peer] get_ws_client_peer
[INFO  websocat::ws_client_peer] Connected to ws
2025-07-31T22:13:20.123456Z > hello
2025-07-31T22:13:20.200Z < world
"""


def test_wscat(read):
    _, (reader,) = read(WSCAT, "wscat.txt")
    events = list(reader.iterate())
    assert [(event.kind, event.direction) for event in events] == [
        ("open", "local"),
        ("text", "sent"),
        ("text", "received"),
        ("ping", "received"),
        ("text", "received"),
        ("close", "received"),
    ]
    assert json.loads(events[2].payload) == {"ok": True}
    assert events[-1].detail == {"code": 4003, "reason": "session expired"}
    assert "without times" in reader.notes()[0].text


def test_websocat(read):
    _, (reader,) = read(WEBSOCAT, "websocat.log")
    events = list(reader.iterate())
    assert [event.kind for event in events] == ["open", "text", "text"]
    assert events[2].t_ns - events[1].t_ns == 76_544_000


def test_words_before_any_message_are_no_transcript(read):
    with pytest.raises(ImportProblem):
        read(b"just words\n> quoted\n", "x.txt")
