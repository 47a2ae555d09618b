import base64
import io
import json
from pathlib import Path

import pytest

from wstui.events import Event, RecordedEvent
from wstui.exchange import event_line, export_jsonl
from wstui.timeline import Mark, Note, SessionInfo, TimelineReader, TimelineWriter

DATA = Path(__file__).parent.parent / "data"
START_NS = 1_763_800_000_000_000_000


@pytest.fixture
def export(tmp_path):
    """Record events, export them; the lines."""

    def run(events, *, redact=True, before_close=lambda writer: None, verdict=None, settings=None):
        path = tmp_path / "s.wstui"
        path.unlink(missing_ok=True)
        writer = TimelineWriter(path, SessionInfo(START_NS, "p", "ws://h/", settings or {}))
        writer.write(events)
        before_close(writer)
        writer.close()
        out = io.BytesIO()
        with TimelineReader(path) as reader:
            export_jsonl(reader, out, redact, verdict=verdict)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return run


def test_golden_bytes(tmp_path):
    """Key order and spelling are part of the format."""
    path = tmp_path / "session-v1.wstui"
    path.write_bytes((DATA / path.name).read_bytes())
    out = io.BytesIO()
    with TimelineReader(path) as reader:
        exported = export_jsonl(reader, out, verdict={"cause": "client_closed", "confidence": 1.0})
    assert exported == (12, 1, 1), "Engine.IO's sid is as good as a password"
    assert out.getvalue() == (DATA / "session-v1.jsonl").read_bytes()


def test_the_shape_of_an_event_line():
    event = RecordedEvent(12, 1763800000000000000, 0, "text", "sent", 24, 30, b"hi", {})
    assert event_line(event) == (
        b'{"type":"event","id":12,"t_ns":1763800000000000000,"connection":0,"kind":"text","direction":"sent",'
        b'"size":24,"wire_size":30,"text":"hi","detail":{},"marks":[],"notes":[]}\n'
    )
    mark = Mark(12, "hello", "engine.io", {"sid": "x"})
    note = Note(1, 12, 5, "words", "", 6, None)
    line = json.loads(event_line(event, [mark], [note]))
    assert line["marks"] == [{"mark": "hello", "dialect": "engine.io", "data": {"sid": "x"}}]
    assert line["notes"][0] == {
        "id": 1,
        "t_ns": 5,
        "text": "words",
        "colour": "",
        "created_ns": 6,
        "edited_ns": None,
    }


@pytest.mark.parametrize(
    "payload", [b"", b"\x00", "grüße\u2028".encode(), b"\xff\xfe", b"\xed\xa0\x80", None]
)
def test_payloads(payload):
    event = RecordedEvent(1, 2, 3, "binary", "received", 0, 0, payload, {})
    line = json.loads(event_line(event))
    keys = [key for key in ("text", "base64") if key in line]
    if payload is None:
        assert keys == []
    elif keys == ["text"]:
        assert line["text"].encode() == payload
    else:
        assert keys == ["base64"]
        assert base64.b64decode(line["base64"]) == payload
        with pytest.raises(UnicodeDecodeError):
            payload.decode()


def test_lone_surrogates_do_not_stop_an_export():
    line = event_line(RecordedEvent(1, 2, 3, "error", "local", 0, 0, None, {"message": "a\ud800", "n": [1]}))
    assert json.loads(line)["detail"] == {"message": "a?", "n": [1]}


def test_notes_marks_and_the_verdict(export):
    def more(writer):
        writer.add_mark(1, "hello", "d", {"token": "abc"})
        writer.add_note(2, START_NS, "look")
        writer.add_note(None, START_NS + 1, "my password=hunter22 in a url ws://h/?password=hunter22")

    events = [Event(START_NS, 0, "text", "sent", 1, 3, b"%d" % n) for n in range(3)]
    header, first, second, third, note, verdict = export(
        events,
        before_close=more,
        verdict={"type": "ignored", "cause": "unknown", "close_reason": "x?token=abc"},
    )
    assert header["type"] == "session"
    assert header["version"] == 1
    assert first["marks"] == [{"mark": "hello", "dialect": "d", "data": {"token": "[redacted 1]"}}]
    assert [n["text"] for n in second["notes"]] == ["look"]
    assert third["marks"] == third["notes"] == []
    assert note["type"] == "note"
    assert "hunter22" not in note["text"].split("ws:")[1]
    assert verdict == {"type": "verdict", "cause": "unknown", "close_reason": "x?token=[redacted 1]"}


def test_secrets_stay_only_when_asked(export):
    events = [Event(START_NS, 0, "text", "sent", 1, 3, b'{"token":"abc"}')]
    settings = {"auth": {"password": "abc"}}
    redacted = export(events, settings=settings)
    assert redacted[0]["settings"] == {"auth": {"password": "[redacted 1]"}}
    assert redacted[1]["text"] == '{"token":"[redacted 1]"}'
    kept = export(events, redact=False, settings=settings)
    assert kept[0]["settings"] == settings
    assert kept[1]["text"] == '{"token":"abc"}'


def test_a_damaged_session_says_so_in_its_export(tmp_path):
    path = tmp_path / "s.wstui"
    writer = TimelineWriter(path, SessionInfo(START_NS, "p", "ws://h/"))
    writer.write([Event(START_NS, 0, "text", "sent", 1, 3, b"x" * 100)] * 3000)
    writer.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    out = io.BytesIO()
    with TimelineReader(path) as reader:
        exported = export_jsonl(reader, out)
    last = json.loads(out.getvalue().splitlines()[-1])
    assert last["type"] == "damage"
    assert f"its first {exported.events} events" in last["text"]
    assert exported.events > 1000


def test_an_export_that_cannot_be_written(tmp_path, export):
    export([Event(START_NS, 0, "text", "sent", 1, 3, b"x")])
    with (
        TimelineReader(tmp_path / "s.wstui") as reader,
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="No space left"),
    ):
        export_jsonl(reader, full)
