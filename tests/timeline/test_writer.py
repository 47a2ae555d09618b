import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from wstui.timeline import TimelineError, TimelineReader, TimelineWriter, new_session_path
from wstui.timeline import writer as writer_module
from wstui.timeline.files import is_in_use

START_NS = 1_763_800_000_000_000_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "timelines" / "local" / "a.wstui"


def test_only_the_owner_can_read(path, info, text):
    old = os.umask(0)
    try:
        writer = TimelineWriter(path, info())
        writer.write([text(1)])
        writer.flush()
        files = list(path.parent.iterdir())
        assert {file.name for file in files} == {"a.wstui", "a.wstui-wal", "a.wstui-shm"}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        writer.close()
    finally:
        os.umask(old)


def test_closing_leaves_one_whole_file(path, info, text):
    writer = TimelineWriter(path, info())
    writer.write([text(1)])
    writer.finish(START_NS + 5)
    writer.close()
    assert [file.name for file in path.parent.iterdir()] == ["a.wstui"]
    with TimelineReader(path) as reader:
        assert reader.info.ended_ns == START_NS + 5
        assert reader.last_id() == 1
    assert [file.name for file in path.parent.iterdir()] == ["a.wstui"]


def test_the_last_reader_leaves_one_whole_file(path, info, text):
    writer = TimelineWriter(path, info())
    writer.write([text(1)])
    writer.flush()
    reader = TimelineReader(path)
    assert reader.last_id() == 1
    writer.write([text(2)])
    writer.close()
    assert reader.last_id() == 2
    assert [e.id for e in reader.events(1)] == [1, 2]
    reader.close()
    assert [file.name for file in path.parent.iterdir()] == ["a.wstui"]


def test_ids_follow_each_other_over_batches(path, info, text):
    committed = []
    writer = TimelineWriter(path, info(), on_commit=committed.append)
    assert writer.write([text(1), text(2)]) == 1
    assert writer.write([text(3)]) == 3
    assert writer.write([]) == 4
    assert writer.flush(10)
    assert writer.last_id == 3
    assert committed[-1] == 3
    assert committed == sorted(committed)
    assert writer.backlog_bytes == 0
    writer.close()


def test_a_lone_event_is_committed_at_once(path, info, text):
    done = threading.Event()
    writer = TimelineWriter(path, info(), on_commit=lambda last_id: done.set())
    writer.write([text(1)])
    assert done.wait(5)
    writer.close()


def test_a_file_that_exists_is_not_touched(path, info):
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(TimelineError, match="cannot be made: File exists"):
        TimelineWriter(path, info())
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_made(tmp_path, info):
    (tmp_path / "file").write_text("")
    with pytest.raises(TimelineError, match="cannot be made"):
        TimelineWriter(tmp_path / "file" / "a.wstui", info())


def test_session_paths_sort_by_time_and_suit_any_profile_name(tmp_path):
    first = new_session_path("a/../b c", START_NS, tmp_path)
    later = new_session_path("", START_NS + 10**9, tmp_path)
    assert first.parent == tmp_path / "a-..-b-c"
    assert later.parent == tmp_path / "unnamed"
    assert first.name < later.name
    assert first.name.startswith("20251122T082640Z-")
    assert new_session_path("..", START_NS, tmp_path).parent == tmp_path / "unnamed"


def test_sessions_of_the_same_second_sort_by_their_start(tmp_path):
    within = [START_NS + part for part in (0, 20_000, 400_000_000, 400_020_000, 999_999_999)]
    names = [new_session_path("p", start, tmp_path).name for start in within]
    assert names == sorted(names)
    assert len({name[:17] for name in names}) == 1
    taken = new_session_path("p", START_NS, tmp_path)
    taken.parent.mkdir()
    taken.touch()
    for profile in ("p", "imported"):
        assert new_session_path(profile, START_NS, tmp_path).name > taken.name, "one name, one session"


def test_a_live_file_is_read_while_it_grows(path, info, text):
    writer = TimelineWriter(path, info())
    stop = threading.Event()

    def flood():
        number = 0
        while not stop.is_set() and number < 200_000:
            if writer.backlog_bytes < 4 << 20:
                writer.write([text(number + i) for i in range(100)])
                number += 100
            else:
                time.sleep(0.001)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        with TimelineReader(path) as reader:
            seen = [0]
            while seen[-1] < 20_000:
                seen.append(reader.last_id())
                window = reader.transcript(max(seen[-1] - 40, 0), 40)
                assert [e.payload for e in window] == [b'{"n":%d}' % (e.id - 1) for e in window]
    finally:
        stop.set()
        thread.join()
        writer.close()
    assert seen == sorted(seen)
    assert len(set(seen)) > 3, "commits were seen while they were made"


def test_a_listener_that_fails_does_not_stop_the_recording(path, info, text):
    def fail(last_id):
        raise RuntimeError("Event loop is closed")

    writer = TimelineWriter(path, info(), on_commit=fail)
    writer.write([text(1)])
    writer.flush()
    writer.write([text(2)])
    writer.close()
    with TimelineReader(path) as reader:
        assert reader.last_id() == 2


def test_beyond_the_backlog_limit_a_gap_is_recorded(path, info, text, monkeypatch):
    monkeypatch.setattr(writer_module, "BACKLOG_LIMIT_BYTES", 10_000)
    problems = []
    hold = threading.Event()
    writer = TimelineWriter(
        path,
        info(),
        on_commit=lambda last_id: hold.wait(10),
        on_problem=lambda message, fatal: problems.append((message, fatal)),
    )
    writer.write([text(0)])
    first_ids = [writer.write([text(n) for n in range(10)]) for _ in range(5)]
    assert 0 in first_ids
    left_out = 10 * first_ids.count(0)
    hold.set()
    assert writer.flush(10)
    resumed = writer.write([text(1)])
    writer.close()
    with TimelineReader(path) as reader:
        gap = reader.event(resumed - 1)
        assert gap.kind == "error"
        assert f"{left_out} events were not recorded here" in gap.detail["message"]
        assert reader.event(resumed).kind == "text"
        assert reader.last_id() == resumed
    assert "cannot be written fast enough" in problems[0][0]
    assert f"{left_out} events" in problems[1][0]
    assert not any(fatal for _, fatal in problems)


def test_events_after_closing_are_reported(path, info, text):
    problems = []
    writer = TimelineWriter(path, info(), on_problem=lambda message, fatal: problems.append(message))
    writer.close()
    writer.close()
    assert writer.write([text(1), text(2)]) == 0
    assert problems == ["2 events came after a.wstui was closed and are not recorded."]
    assert writer.flush(1)


def test_a_file_is_in_use_from_the_first_moment(path, info):
    writer = TimelineWriter(path, info())
    assert is_in_use(path)
    with TimelineReader(path) as reader:
        assert reader.last_id() == 0
        writer.write([])
        writer.finish(START_NS + 9)
        assert writer.flush(10)
        assert reader.refresh_info().ended_ns == START_NS + 9
    writer.close()
    assert not is_in_use(path)


FULL_DISK = """
import json, resource, signal, sys, time
from pathlib import Path
from wstui.events import Event
from wstui.timeline import SessionInfo, TimelineWriter

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
problems = []
info = SessionInfo(1, "p", "ws://x")
writer = TimelineWriter(Path(sys.argv[1]), info, on_problem=lambda *problem: problems.append(problem))
event = Event(1, 0, "binary", "received", 1000, 1002, bytes(1000))
writer.write([event] * 10)
writer.flush()
recorded = writer.last_id
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
for _ in range(100):
    writer.write([event] * 10)
flushed = writer.flush(1)
before = len(problems)
if sys.argv[2] == "room":
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    flushed = writer.flush(20)
writer.close()
print(json.dumps({"recorded": recorded, "flushed": flushed, "problems": problems, "last": writer.last_id}))
"""


@pytest.mark.parametrize("then", ["room", "still full"])
def test_a_full_disk(path, then):
    import json

    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), then], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    messages = [message for message, _ in told["problems"]]
    assert "free some space" in messages[0]
    assert told["recorded"] == 10
    with TimelineReader(path) as reader:
        assert reader.last_id() == told["last"] >= 10
        assert all(e.payload == bytes(1000) for e in reader.iterate())
        assert not reader.damage
    if then == "room":
        assert told["flushed"]
        assert told["last"] == 1010
        assert "can be written again" in messages[-1]
    else:
        assert told["problems"][-1][1] is True
        assert f"{1010 - told['last']} events could not be written" in messages[-1]


FLOOD = """
import sys, time
from pathlib import Path
from wstui.events import Event
from wstui.timeline import SessionInfo, TimelineWriter

sys.setswitchinterval(0.0005)
writer = TimelineWriter(Path(sys.argv[1]), SessionInfo(1, "p", "ws://x"))
number = 0
while True:
    if writer.backlog_bytes < 1 << 20:
        now = time.time_ns()
        writer.write([Event(now, 0, "text", "received", 100, 102, b"%d" % (number + i)) for i in range(50)])
        number += 50
        print(number, now, flush=True)
    else:
        time.sleep(0.0005)
"""


def test_after_kill_9_in_a_flood_every_event_older_than_100_ms_is_there(path):
    with subprocess.Popen([sys.executable, "-c", FLOOD, str(path)], stdout=subprocess.PIPE) as flood:
        for line in flood.stdout:
            number, t_ns = (int(part) for part in line.split())
            if number >= 60_000:
                break
        flood.kill()
        killed_ns = time.time_ns()
        rest = [
            line.split()
            for line in flood.stdout.read().decode().splitlines(keepends=True)
            if line[-1] == "\n"
        ]
    promised = max((int(n) for n, t in rest if int(t) < killed_ns - 100_000_000), default=0)
    if t_ns < killed_ns - 100_000_000:
        promised = max(promised, number)
    with TimelineReader(path) as reader:
        last = reader.last_id()
        assert last >= promised
        assert last > 50_000
        assert [e.payload for e in reader.iterate()] == [b"%d" % n for n in range(last)]
        assert reader.info.ended_ns is None
        assert not reader.damage
    assert [file.name for file in path.parent.iterdir()] == ["a.wstui"], "the reader settled it"


def test_a_file_deleted_while_it_is_recorded_is_told_once_and_not_made_anew(path, info, text, monkeypatch):
    monkeypatch.setattr(writer_module, "_LOOK_EVERY_S", 0)
    monkeypatch.setattr("wstui.timeline.checkpoint._LOG_BYTES", 1)
    said = []
    writer = TimelineWriter(path, info(), on_problem=lambda sentence, fatal: said.append((sentence, fatal)))
    writer.write([text(1)])
    writer.flush()
    assert writer.in_place
    reader = TimelineReader(path)
    path.unlink()
    for number in range(2, 6):
        writer.write([text(number)])
        writer.flush()
    assert not writer.in_place
    assert reader.last_id() == 5, "what is open is read on"
    assert [(sentence.split(" while")[0], fatal) for sentence, fatal in said] == [
        ("a.wstui was deleted or moved", False)
    ]
    writer.close()
    reader.close()
    assert not path.exists()
