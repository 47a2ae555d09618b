from wstui.diagnosis import diagnose
from wstui.diagnosis.gather import EDGE, gather
from wstui.events import Cause, Event
from wstui.timeline import SessionInfo, TimelineReader, TimelineWriter


def record(path, rows):
    info = SessionInfo(
        started_ns=1, profile="test", url="ws://example/", settings={}, wstui_version="0", title=""
    )
    writer = TimelineWriter(path, info)
    writer.write([Event(*row) for row in rows])
    writer.flush()
    writer.close()
    return TimelineReader(path)


def flood(connection, start_ns, count):
    open_row = (start_ns, connection, "open", "local", 0, 0, None, {"url": "ws://example/"})
    messages = [(start_ns + n * 1000, connection, "text", "received", 1, 3, b"x", None) for n in range(count)]
    return [open_row, *messages]


def test_a_floods_middle_is_left_out_and_the_edges_kept(tmp_path):
    reader = record(tmp_path / "a.wstui", [*flood(0, 1, 5000), (9**9, 0, "eof", "received", 0, 0, None, {})])
    kept = gather(reader)
    numbers = [event.id for event in kept]
    assert numbers == sorted(set(numbers))
    assert len(kept) <= 2 * EDGE + 2
    assert {1, 2, EDGE, 5001, 5002} <= set(numbers)


def test_each_connection_keeps_its_own_edges(tmp_path):
    rows = [*flood(0, 1, 3000), (9**9, 0, "reset", "received", 0, 0, None, {}), *flood(1, 9**9 + 1, 10)]
    reader = record(tmp_path / "a.wstui", rows)
    kept = gather(reader)
    assert sum(event.connection == 1 for event in kept) == 11
    assert diagnose(reader, 0).cause is Cause.CONNECTION_RESET
    assert diagnose(reader).cause is Cause.STILL_OPEN


def test_an_empty_recording(tmp_path):
    assert diagnose(record(tmp_path / "a.wstui", [])).cause is Cause.UNKNOWN
