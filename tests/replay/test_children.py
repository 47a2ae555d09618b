"""The programs that drive and serve for a screen, and a comparison that says how far it is."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from itertools import combinations, permutations
from types import SimpleNamespace

import msgspec
import pytest

from wstui.engine.json_path import parse_path
from wstui.lab import LabServer
from wstui.replay import alignment
from wstui.replay.alignment import Pair, out_of_order
from wstui.replay.compare import align_sessions, judge
from wstui.replay.difference import Rules
from wstui.replay.report import report_lines
from wstui.timeline import TimelineReader


class Stopped(Exception):
    pass


def beside(paths, **more):
    with TimelineReader(paths[0]) as before, TimelineReader(paths[1]) as after:
        return align_sessions(before, after, **more)


def test_every_pair_is_kept_and_judged_anew(record, tools):
    one = record(tools.talk("> a", '< {"type":"x","v":1}', '< {"type":"y"}', '< {"type":"z"}'))
    two = record(tools.talk("> a", '< {"type":"x","v":2}', '< {"type":"y"}'))
    aligned = beside((one, two))
    (row,) = judge(aligned, Rules()).connections
    assert [pair.what for pair in row.pairs] == ["changed", "equal", "surplus"]
    assert [pair.what for pair in row.messages] == ["changed"]
    (again,) = judge(aligned, Rules((parse_path("$.v"),))).connections
    assert [pair.what for pair in again.pairs] == ["equal", "equal", "surplus"]
    assert again.pairs[0].ignored[0].why == "--ignore $.v"
    assert row.endings == (None, None)


def test_a_comparison_says_how_far_it_is_and_can_be_stopped(record, tools):
    paths = [record(tools.talk(*['< {"n":1}'] * 1200)) for _ in range(2)]
    told = []
    beside(paths, tell=lambda words, share: told.append((words, share)))
    assert {words for words, _ in told} >= {"Reading A", "Reading B", "Understanding A", "Aligning"}
    assert all(0 <= share <= 1 for _, share in told)

    def stop(words, share):
        raise Stopped

    with pytest.raises(Stopped):
        beside(paths, tell=stop)


@pytest.fixture
async def child():
    """Start a program with a request; its lines, until one of a type."""
    started = []

    async def start(module, request):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", module, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        started.append(process)
        process.stdin.write(msgspec.json.encode(request) + b"\n")
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said_until(process, *kinds):
    lines = []
    async with asyncio.timeout(30):
        while not lines or lines[-1]["type"] not in kinds:
            line = await process.stdout.readline()
            assert line, (await process.stderr.read()).decode()
            lines.append(msgspec.json.decode(line))
    return lines


def drives(path, url, **more):
    profile = {"url": url, "proxy": {"url": "none"}}
    return {"session": str(path), "profile": profile, "name": "", "as_recorded": True, **more}


async def test_driving(record, tools, child):
    path = record(tools.talk("> a", "< a", "> b", "< b"))
    async with LabServer("echo") as server:
        process = await child("wstui.replay.drive_process", drives(path, server.url))
        lines = await said_until(process, "done", "failed")
    done = lines[-1]
    assert (done["opened"], done["sentence"]) == (True, "")
    progress = [line for line in lines if line["type"] == "progress"][-1]
    assert (progress["steps_done"], progress["steps"], progress["answers"]) == (2, 2, 2)
    assert (progress["connection"], progress["connections"], progress["dialling"]) == (1, 1, False)
    assert next(line for line in lines if line["type"] == "session")["session"] == done["session"]
    with TimelineReader(done["session"]) as reader:
        assert reader.info.settings["replay_of"]["session"] == path.name


async def test_driving_ends_with_its_input(record, tools, child):
    path = record(tools.talk("> a", "< never", "> b"))
    async with LabServer("no-answer") as server:
        process = await child("wstui.replay.drive_process", drives(path, server.url))
        lines = await said_until(process, "session")
        process.stdin.close()
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    with TimelineReader(lines[-1]["session"]) as reader:
        assert reader.info.ended_ns


@pytest.mark.parametrize("module", ["drive", "serve"])
async def test_what_cannot_be_done_is_a_sentence(tmp_path, child, module):
    bad = tmp_path / "bad.wstui"
    bad.write_bytes(b"no" * 100)
    request = {**drives(bad, "ws://127.0.0.1:1/"), "port": 0, "match": "causal", "speed": 1.0}
    process = await child(f"wstui.replay.{module}_process", request)
    (line,) = await said_until(process, "failed")
    assert "bad.wstui" in line["sentence"]
    process.stdin.close()
    assert await process.wait() == 0


async def test_serving_says_who_came(record, tools, child, drive):
    path = record(tools.talk("> a", "< b", ">close 1000", "<close 1000", "<eof"))
    request = {"session": str(path), "port": 0, "match": "causal", "speed": 1.0}
    process = await child("wstui.replay.serve_process", request)
    url = (await said_until(process, "serving"))[-1]["url"]
    await drive(path, url)
    lines = await said_until(process, "clients")
    while lines[-1].get("clients", [{}])[-1].get("connected", True):
        lines += await said_until(process, "clients")
    (client,) = lines[-1]["clients"]
    assert client["last_words"] == "1 of 1 recorded acts were played."
    process.stdin.close()
    assert await process.wait() == 0


def test_the_order_counts_where_it_is_asked_for(record, tools):
    one = record(tools.talk('< {"type":"a"}', '< {"type":"b"}', '< {"type":"c"}', '< {"type":"d"}'))
    two = record(tools.talk('< {"type":"b"}', '< {"type":"c"}', '< {"type":"a"}', '< {"type":"d"}'))
    aligned = beside((one, two))
    assert judge(aligned, Rules()).is_equal
    comparison = judge(aligned, Rules(in_order=True))
    assert [pair.what for pair in comparison.connections[0].pairs] == ["moved", "equal", "equal", "equal"]
    assert comparison.connections[0].equal == 3
    assert "moved text type=a [event 2 | 4]" in "\n".join(report_lines(comparison))


def test_as_few_as_possible_are_moved():
    def side(event):
        return SimpleNamespace(moment=SimpleNamespace(event=event))

    for order in permutations(range(5)):
        pairs = [Pair(side(at), side(event)) for at, event in enumerate(order)]
        moved = out_of_order([*pairs, Pair(side(9), None)])
        kept = [event for at, event in enumerate(order) if at not in moved]
        assert kept == sorted(kept)
        rising = [
            some for size in range(6) for some in combinations(order, size) if list(some) == sorted(some)
        ]
        assert len(kept) == max(map(len, rising))


def test_one_missing_of_very_many_does_not_shift_the_rest(record, tools, monkeypatch):
    monkeypatch.setattr(alignment, "_MOST_CELLS", 100)
    lines = [f'< {{"type":"x","text":"no {number}"}}' for number in range(40)]
    aligned = beside((record(tools.talk(*lines)), record(tools.talk(*lines[:7], *lines[8:]))))
    (row,) = judge(aligned, Rules()).connections
    assert [(pair.what, pair.before.payload) for pair in row.messages] == [
        ("missing", b'{"type":"x","text":"no 7"}')
    ]
    assert row.equal == 39
