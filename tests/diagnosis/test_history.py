"""Earlier sessions at the same place, from files, and their cost."""

import pytest

from wstui.diagnosis import diagnose, history_before, history_of
from wstui.diagnosis.past import PastEnding
from wstui.events import Cause, Event
from wstui.timeline import SessionInfo, TimelineReader, TimelineWriter, new_session_path

NS = 10**9
START = 1_700_000_000 * NS


@pytest.fixture
def record(tmp_path):
    """Records a session: silent for so long before its end, at such an age."""
    count = 0

    def make(silence_s, age_s, *, url="ws://a/", kind="eof", direction="received", profile="shop"):
        nonlocal count
        count += 1
        start = START + count * 1000 * NS
        path = new_session_path(profile, start, tmp_path)
        info = SessionInfo(started_ns=start, profile=profile, url=url, settings={}, wstui_version="0")
        writer = TimelineWriter(path, info)
        talk_ns = start + round((age_s - silence_s) * NS)
        writer.write(
            [
                Event(start, 0, "open", "local", detail={"url": url}),
                *(Event(talk_ns - n, 0, "text", "received", 1, 3, b"x") for n in range(500, 0, -1)),
                Event(talk_ns, 0, "text", "received", 1, 3, b"x"),
                Event(start + round(age_s * NS), 0, kind, direction, detail={}),
            ]
        )
        writer.flush()
        writer.close()
        return path

    return make


def test_only_the_profiles_own_earlier_sessions_to_the_same_url_count(record):
    record(41.0, 50.0)
    record(7.0, 50.0, url="ws://b/")
    record(8.0, 50.0, profile="other")
    record(41.2, 90.0, direction="sent")
    path = record(41.1, 70.0)
    record(9.0, 50.0)
    with TimelineReader(path) as reader:
        found = history_before(reader)
    assert [(row.silence_s, row.by_us) for row in found] == [(41.0, False), (41.2, True)]
    assert found[0].age_s == 50.0


def test_a_repeated_silence_makes_the_verdict_surer(record):
    record(41.3, 50.0)
    path = record(41.3, 70.0)
    with TimelineReader(path) as reader:
        alone, together = diagnose(reader), diagnose(reader, history=history_before(reader))
    assert together.cause is Cause.IDLE_TIMEOUT_PROXY
    assert together.confidence > alone.confidence


def test_a_damaged_or_missing_file_is_passed_over(record, tmp_path):
    path = record(41.0, 50.0)
    broken = path.with_name("20231114T000000Z-ffff.wstui")
    broken.write_bytes(b"SQLite format 3\0 and then nothing of the kind")
    assert len(history_of("shop", "ws://a/", folder=tmp_path)) == 1
    assert history_of("nobody", "ws://a/", folder=tmp_path) == ()


def test_no_more_than_twenty_sessions_are_read(record, tmp_path):
    for number in range(24):
        record(1.0 + number, 100.0)
    found = history_of("shop", "ws://a/", folder=tmp_path)
    assert len(found) == 20
    assert isinstance(found[-1], PastEnding)
    assert found[-1].silence_s == 24.0
