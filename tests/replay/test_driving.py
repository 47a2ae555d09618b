"""Driving, against servers that are themselves recordings written by hand, and against the lab."""

import time

import pytest

from wstui.engine.json_path import parse_path
from wstui.lab import LabServer
from wstui.replay.drive_plan import commands_of, plan_connection
from wstui.replay.links import Capture
from wstui.replay.recording import RecordingError, read_recording
from wstui.timeline import TimelineReader

TOKEN = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def sent(path):
    with TimelineReader(path) as reader:
        return [
            (row.kind, row.payload)
            for row in reader.events(1)
            if row.direction == "sent" and row.kind in ("text", "binary", "ping", "fault", "close")
        ]


async def test_causal_waits_for_answers_and_not_for_time(record, tools, serve, drive, beside):
    slow = record(
        tools.talk("> a", "< b", "> c", "< d", ">close 4000 bye", "<close 4000", "<eof", step_ms=20_000)
    )
    begun = time.monotonic()
    async with serve(slow, speed=1000) as server:
        driven = await drive(slow, server.url)
    assert time.monotonic() - begun < 5
    assert driven.outcome.sentence == ""
    assert beside(slow, driven.path).is_equal
    assert sent(driven.path) == [("text", b"a"), ("text", b"c"), ("close", b"\x0f\xa0bye")]
    assert driven.progress[-1].steps_done == driven.progress[-1].steps == 3


async def test_the_recorded_pace_can_be_scaled(record, tools, serve, drive):
    path = record(tools.talk("> a", "> b", "> c", step_ms=300))
    async with serve(path) as server:
        driven = await drive(path, server.url, speed=3.0, timeout_s=1)
    with TimelineReader(driven.path) as reader:
        times = [row.t_ns for row in reader.events(1) if row.kind == "text"]
    assert 0.08 < (times[1] - times[0]) / 1e9 < 1
    assert 0.15 < (times[2] - times[0]) / 1e9 < 2


async def test_an_endpoint_that_answers_nothing(record, tools, serve, drive):
    path = record(tools.talk('> {"op":"x"}', '< {"type":"done"}', "> next", "> last"))
    mute = record(tools.talk('> {"op":"x"}', "> next", "> last"))
    async with serve(mute) as server:
        driven = await drive(path, server.url, timeout_s=0.2)
    assert driven.outcome.sentence.startswith(
        "Step 2 of 3, send next (event 4), waits for a message like event 3"
    )
    assert '(text type=done: {"type":"done"}); nothing of the kind came for 0.2' in driven.outcome.sentence
    assert sent(driven.path)[0] == ("text", b'{"op":"x"}')
    assert sent(driven.path)[-1][0] == "close"


async def test_todays_token_is_sent(record, tools, serve, drive):
    path = record(tools.talk("> login", f'< {{"token":"{TOKEN}"}}', f'> {{"auth":"{TOKEN}"}}', '< {"ok":1}'))
    other = record(tools.talk("> login", '< {"token":"fresh"}', '> {"auth":"x"}', '< {"ok":1}'))
    async with serve(other) as server:
        driven = await drive(path, server.url)
    assert sent(driven.path)[1] == ("text", b'{"auth":"fresh"}')
    assert driven.outcome.sentence == ""


async def test_a_token_that_does_not_come_leaves_the_recorded_one(record, tools, serve, drive):
    path = record(tools.talk("> login", f'< {{"token":"{TOKEN}"}}', f'> {{"auth":"{TOKEN}"}}'))
    other = record(tools.talk("> login", '< {"error":"no"}', '> {"auth":"x"}'))
    async with serve(other) as server:
        driven = await drive(path, server.url)
    assert sent(driven.path)[1] == ("text", b'{"auth":"%s"}' % TOKEN.encode())
    assert "what stands for event 3 has no such value" in driven.said[0]


async def test_variables_captures_and_places(record, tools, serve, drive):
    path = record(tools.talk('< {"s":3}', '> {"d":3,"who":"{{who}}","seq":"{{seq}}","key":"old","n":1}'))
    other = record(tools.talk('< {"s":8}', '> {"d":3}'))
    async with serve(other) as server:
        driven = await drive(
            path,
            server.url,
            variables={"who": "ann"},
            captures=[Capture("seq", parse_path("$.s"))],
            settings=[(parse_path("$.key"), "new"), (parse_path("$.n"), "5"), (parse_path("$.none"), "x")],
        )
    assert sent(driven.path)[0][1] == b'{"d":8,"who":"ann","seq":"8","key":"new","n":5}'


async def test_frames_of_every_kind_are_sent_again(talk_live, drive, beside):
    async with LabServer("echo") as server:
        path = await talk_live(
            server.url, "send häagen", "expect .", "send-hex 00ff", "expect ^", "ping are you", "pong free",
            "frame 1 68656c6c6f", "expect hello", "frame 9 00ff", "close 4001 done",
        )  # fmt: skip
        driven = await drive(path, server.url)
    assert sent(driven.path) == sent(path)
    assert beside(path, driven.path).is_equal


async def test_illegal_frames_and_our_own_abort(talk_live, drive, beside):
    async with LabServer("echo") as server:
        broken = await talk_live(server.url, "frame 3 00", "until-closed 5")
        driven = await drive(broken, server.url)
        assert beside(broken, driven.path).is_equal
        assert sent(driven.path)[0] == ("fault", b"\x00")
        gone = await talk_live(server.url, "send a", "expect a", "abort")
        driven = await drive(gone, server.url)
        assert beside(gone, driven.path).is_equal
    assert driven.outcome.sentence == ""


async def test_a_server_that_ends_too_early(record, tools, serve, drive, beside):
    path = record(tools.talk("> a", "< b", "> c", "< d"))
    other = record(tools.talk("> a", "< b", "<close 1011 oops", "<eof"))
    async with serve(other) as server:
        driven = await drive(path, server.url, timeout_s=2)
    assert "was not done: the connection ended" in driven.outcome.sentence or driven.outcome.sentence == ""
    assert not beside(path, driven.path).is_equal


async def test_a_server_that_does_not_end(record, tools, serve, drive):
    path = record(tools.talk("> a", "< b", "<close 1000", "<eof"))
    other = record(tools.talk("> a", "< b"))
    async with serve(other) as server:
        driven = await drive(path, server.url, timeout_s=0.1)
    assert driven.outcome.sentence == "The server was to end the connection; it did not within 0.1 s."


async def test_connections_one_after_the_other(record, tools, serve, drive, beside):
    second = [row._replace(connection=1) for row in tools.talk("> c", "< d", "<close 1000", "<eof")]
    path = record([*tools.talk("> c", "< d", "<close 1000", "<eof"), *second])
    async with serve(path) as server:
        driven = await drive(path, server.url)
    assert beside(path, driven.path).is_equal
    with TimelineReader(driven.path) as reader:
        assert len(read_recording(reader).opened) == 2


async def test_never_opened(record, tools, drive, unused_tcp_port):
    path = record(tools.talk("> a"))
    driven = await drive(path, f"ws://127.0.0.1:{unused_tcp_port}")
    assert not driven.outcome.opened


async def test_pings_that_nobody_answers_do_not_hold_it_up(record, tools, drive, beside):
    rows = [
        tools.opening(),
        tools.event(1, "ping", "sent", "a", source="manual"),
        tools.event(2, "pong", "received", "a", rtt_ns=1),
        tools.event(3, "text", "sent", "x"),
        tools.event(4, "text", "received", "x"),
    ]
    path = record(rows)
    async with LabServer("no-pong") as server:
        driven = await drive(path, server.url, timeout_s=0.2)
    assert driven.outcome.sentence == ""
    assert driven.said == ["Pings are not answered as they were; nothing waits for pongs any more."]
    assert [fact.what for fact in beside(path, driven.path).connections[0].facts] == ["pings answered"]


async def test_another_subprotocol_is_said(record, tools, drive):
    path = record([tools.opening(subprotocol="trade.v1"), *tools.talk("> a", "< a")[1:]])
    async with LabServer("echo") as server:
        driven = await drive(path, server.url)
    assert driven.said == ["The endpoint speaks the subprotocol none; the recording spoke trade.v1."]


def test_what_was_recorded_in_part_cannot_be_sent(record, tools):
    row = tools.event(1, "text", "sent", "begin", cut=True, sha256="0")._replace(size=3_000_000)
    with TimelineReader(record([tools.opening(), row])) as reader:
        (connection,) = read_recording(reader).opened
    with pytest.raises(RecordingError, match=r"Event 2 was recorded only in part \(5 of 3000000 bytes\)"):
        plan_connection(connection)


def test_fragments_become_fragments():
    from wstui.events import Send, SendFrame
    from wstui.replay.recording import Moment

    def commands(*sizes):
        payload = b"abcdefgh"[: sum(sizes)]
        return commands_of(Moment(1, 1, "text", "sent", payload, len(payload), sizes), payload)

    assert commands(3, 3, 2) == [Send(b"abcdefgh", fragment_size=3)]
    assert commands(1, 3) == [SendFrame(1, b"a", fin=False), SendFrame(0, b"bcd")]
    assert commands(2, 0) == [SendFrame(1, b"ab", fin=False), SendFrame(0, b"")]
