import tomllib

import pytest

from wstui.engine.steps import parse_steps
from wstui.lab import LabServer
from wstui.profiles import ProfileError, environment_names, parse_profile
from wstui.profiles.write import profile_to_toml
from wstui.replay.profile import driven_profile, left_out_headers
from wstui.replay.recording import read_recording
from wstui.replay.script import scripted_profile
from wstui.timeline import TimelineReader

TOKEN = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def steps(recording):
    profile = scripted_profile(recording, recording.opened[0])
    again = parse_profile(tomllib.loads(profile_to_toml(profile)))
    assert again == profile
    (script,) = profile.script
    parse_steps(script.steps)
    return script.steps


def test_answers_are_expected_and_tokens_captured(recording):
    assert steps(
        recording(
            '< {"type":"welcome","v":1}',
            '> {"id":5,"op":"login"}',
            f'< {{"id":5,"data":{{"token":"{TOKEN}","seat":88231}}}}',
            f'> {{"auth":"Bearer {TOKEN}","seat":88231,"n":1}}',
            "< plain (text)",
            ">close 4000 done with it",
            "<close 4000",
        )
    ) == [
        r'expect /"type"\s*:\s*"welcome"/',
        'send {"id":5,"op":"login"}',
        r'expect /"id"\s*:\s*5\b/',
        "capture token $.data.token",
        "capture seat $.data.seat",
        'send {"auth":"Bearer {{token}}","seat":{{seat}},"n":1}',
        r"expect /^plain \(text\)$/",
        "close 4000 done with it",
    ]


def test_every_kind_of_frame_has_its_step(record, tools):
    event = tools.event
    path = record(
        [
            tools.opening(),
            event(1, "text", "sent", " two  spaces "),
            event(2, "text", "sent", "line\n"),
            event(3, "text", "sent", ""),
            event(4, "binary", "sent", b"\x00\xff"),
            event(5, "binary", "sent", b""),
            event(6, "ping", "sent", "word", source="manual"),
            event(7, "ping", "sent", b"\xff\x00", source="manual"),
            event(8, "ping", "sent", b"beat", source="heartbeat"),
            event(9, "pong", "sent", b"", source="manual"),
            event(10, "fault", "sent", b"x", injected="frame", opcode=3, header="83"),
            event(11, "eof", "received"),
        ]
    )
    with TimelineReader(path) as reader:
        assert steps(read_recording(reader)) == [
            "send  two  spaces ",
            "frame 1 6c696e650a",
            "frame 1",
            "send-hex 00ff",
            "frame 2",
            "ping word",
            "frame 9 ff00",
            "pong",
            "frame 3 78",
            "until-closed 10",
        ]


def test_streams_are_not_expected(recording):
    ticks = [f'< {{"type":"tick","n":{n}}}' for n in range(9)]
    assert steps(recording("> go", *ticks, "> stop")) == ["send go", "send stop"]


def test_secrets_become_variables(record, tools):
    settings = {
        "url": "wss://example.com/ws?token=[redacted]&a=1",
        "headers": {"Authorization": "Bearer [redacted]", "X-Plain": "1"},
        "replay_of": {"session": "x"},
    }
    with TimelineReader(record(tools.talk("> a"), settings=settings, url="wss://example.com/ws")) as reader:
        recording = read_recording(reader)
    profile = scripted_profile(recording, recording.opened[0])
    assert profile.url == "wss://example.com/ws?token=${TOKEN}&a=1"
    assert set(environment_names(profile)) == {"TOKEN", "AUTHORIZATION"}
    assert left_out_headers(recording) == ["Authorization"]
    driven = driven_profile(parse_profile({"url": "ws://localhost/"}), recording, as_recorded=True)
    assert driven.headers == {"X-Plain": "1"}
    assert (driven.heartbeat.interval, driven.reconnect.mode) == (0, "off")


def test_settings_that_are_no_profile(record, tools):
    with TimelineReader(record(tools.talk("> a"), settings={"odd": 1})) as reader:
        recording = read_recording(reader)
    assert scripted_profile(recording, recording.opened[0]).url == "ws://127.0.0.1:9/"
    plain = parse_profile({"url": "ws://localhost/"})
    assert driven_profile(plain, recording, as_recorded=True).headers == {}
    with TimelineReader(record(tools.talk("> a"), settings={}, url="no url at all")) as reader:
        recording = read_recording(reader)
    with pytest.raises(ProfileError):
        scripted_profile(recording, recording.opened[0])


async def test_the_script_says_what_the_client_said(talk_live, timeline):
    async with LabServer("echo") as server:
        first = await talk_live(
            server.url, 'send {"id":1}', "expect id", "send-hex 00", "expect ^", "close 4000 x"
        )
        with TimelineReader(first) as reader:
            recording = read_recording(reader)
        second = await talk_live(
            server.url, *scripted_profile(recording, recording.opened[0]).script[0].steps
        )
    assert timeline(second) == timeline(first)
