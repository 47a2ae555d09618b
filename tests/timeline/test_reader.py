import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wstui.events import TRANSCRIPT_KINDS, Event, Kind
from wstui.timeline import TimelineReader, TimelineWriter


def test_events_come_back_as_they_were(record, conversation):
    with TimelineReader(record(conversation)) as reader:
        found = reader.events(1)
    assert [event.id for event in found] == list(range(1, len(conversation) + 1))
    for given_event, event in zip(conversation, found, strict=True):
        assert event[1:8] == given_event[:7]
        assert event.detail == (given_event.detail or {})


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_events = st.builds(
    Event,
    st.integers(0, 2**62),
    st.integers(0, 100),
    st.sampled_from([kind.value for kind in Kind]),
    st.sampled_from(["sent", "received", "local"]),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.none() | st.binary(max_size=300),
    st.none() | st.dictionaries(st.text(), _json, max_size=4),
)


@settings(max_examples=50)
@given(batches=st.lists(st.lists(_events, max_size=40), max_size=4))
def test_any_events_make_the_round_trip(tmp_path_factory, info, batches):
    path = tmp_path_factory.mktemp("any") / "a.wstui"
    writer = TimelineWriter(path, info())
    for batch in batches:
        writer.write(batch)
    writer.close()
    expected = [event for batch in batches for event in batch]
    with TimelineReader(path) as reader:
        found = list(reader.iterate())
        rows = [e.id for e in found if e.kind in TRANSCRIPT_KINDS]
        assert reader.transcript_count() == len(rows)
        assert [e.id for e in reader.transcript(0, 1000)] == rows
        assert [reader.row_of(event_id) for event_id in rows] == list(range(len(rows)))
        assert not reader.damage
    assert [e[1:8] for e in found] == [e[:7] for e in expected]
    assert [e.detail for e in found] == [e.detail or {} for e in expected]


@settings(max_examples=50)
@given(st.text(st.characters(codec=None)))
def test_no_detail_is_refused(tmp_path_factory, info, event, words):
    path = tmp_path_factory.mktemp("detail") / "a.wstui"
    writer = TimelineWriter(path, info())
    writer.write([event("error", "local", message=words, odd={1, 2}), event("text", "sent", b"x")])
    writer.close()
    with TimelineReader(path) as reader:
        assert [e.kind for e in reader.events(1)] == ["error", "text"]
        assert isinstance(reader.events(1)[0].detail["message"], str)


def test_a_value_that_sqlite_cannot_hold_does_not_stop_the_others(record, text):
    huge = text(1)._replace(size=1 << 70)
    with TimelineReader(record([text(0), huge, text(2)])) as reader:
        assert [e.size for e in reader.events(1)] == [7, (1 << 63) - 1, 7]


@pytest.mark.parametrize("size", [1, 99, 511, 512, 513, 5000])
def test_every_batch_size_is_written_whole(record, text, size):
    with TimelineReader(record([text(n) for n in range(size)])) as reader:
        assert reader.last_id() == size
        assert [e.payload for e in reader.iterate()] == [b'{"n":%d}' % n for n in range(size)]


def test_windows(record, text):
    with TimelineReader(record([text(n) for n in range(100)])) as reader:
        assert [e.id for e in reader.events(98)] == [98, 99, 100]
        assert [e.id for e in reader.events(5, 7)] == [5, 6, 7]
        assert [e.id for e in reader.events(5, limit=2)] == [5, 6]
        assert [e.id for e in reader.all_rows(97, 10)] == [98, 99, 100]
        assert [e.id for e in reader.transcript(-5, 2)] == [1, 2]
        assert reader.transcript(100, 5) == [] == reader.events(101)
        assert reader.event(100).payload == b'{"n":99}'
        assert reader.event(101) is None


def test_transcript_leaves_out_phases_and_heartbeats(record, conversation):
    with TimelineReader(record(conversation)) as reader:
        kinds = [e.kind for e in reader.transcript(0, 50)]
        assert kinds == ["open", "text", "text", "binary", "close", "close", "eof"]
        assert [e.kind for e in reader.transcript(3, 2)] == ["binary", "close"]
        assert reader.row_of(5) == 1
        assert reader.row_of(6) == 1, "the ping after the first text belongs to its row"
        assert reader.row_of(6, everything=True) == 5
        assert reader.row_of(1) == 0


def test_transcript_skips_a_flood_of_pings(record, event, text):
    pings = [event("ping", "received", b"x") for _ in range(3000)]
    with TimelineReader(record([text(0), *pings, text(1), *pings, text(2), text(3)])) as reader:
        read = []
        window = reader._window
        reader._window = lambda *given: read.append(given[1]) or window(*given)
        assert [e.payload[-2:-1] for e in reader.transcript(0, 4)] == [b"0", b"1", b"2", b"3"]
        assert sum(last - first for first, last in read) < 20


def test_payloads_are_cut_in_windows_only_when_asked(record, event):
    big, small = bytes(range(256)) * 1024, b"abcdef"
    path = record([event("binary", payload=big), event("text", payload=small), event("text", payload=b"")])
    with TimelineReader(path) as reader:
        assert [e.payload for e in reader.transcript(0, 3, payload_limit=3)] == [big[:3], b"abc", b""]
        assert [e.payload for e in reader.transcript(0, 3, payload_limit=0)] == [b"", b"", b""]
        assert [e.payload for e in reader.all_rows(0, 3, payload_limit=100)] == [big[:100], small, b""]
        assert [e.size for e in reader.transcript(0, 3, payload_limit=3)] == [len(big), 6, 0]
        assert reader.event(1).payload == big


def test_record_limit_cuts_and_says_so(record, event):
    with TimelineReader(
        record([event("binary", payload=b"x" * 5000, compressed=True)], record_limit=100)
    ) as r:
        found = r.event(1)
    assert found.payload == b"x" * 100
    assert found.size == 5000
    assert found.detail["cut"] is True
    assert found.detail["compressed"] is True
    assert len(found.detail["sha256"]) == 64


def test_side_events_use_the_partial_index(record, conversation):
    path = record(conversation)
    with TimelineReader(path) as reader:
        kinds = [e.kind for e in reader.side_events()]
        assert kinds == [e.kind for e in conversation if e.kind not in ("text", "binary")]
        assert [e.id for e in reader.side_events(after_id=8)] == [10, 11, 12]
        assert [e.id for e in reader.side_events(limit=2)] == [1, 2]
    plan = sqlite3.connect(path).execute(
        "EXPLAIN QUERY PLAN SELECT * FROM event WHERE kind NOT IN ('text', 'binary') AND id > 5 ORDER BY id"
    )
    assert "event_beside_messages" in plan.fetchone()[3]


def test_counts(record, event, text):
    fragments = [
        event("text", "sent", b"ab", fragment=0, fin=False),
        event("text", "sent", b"cd", fragment=1, fin=False),
        event("text", "sent", b"e", fragment=10, fin=True),
    ]
    path = record([text(1), *fragments, event("ping", "sent", b"p"), text(2, connection=1)])
    with TimelineReader(path) as reader:
        counts = reader.counts()
        assert (counts.messages_received, counts.messages_sent, counts.messages) == (2, 1, 3)
        assert (counts.bytes_received, counts.bytes_sent) == (14, 5)
        assert (counts.connections, counts.last_id) == (2, 6)
        assert counts.wire_bytes_sent == 4 + 4 + 3 + 3
        assert reader.counts(counts) == counts


def test_counts_go_on_from_the_last(tmp_path, info, text):
    writer = TimelineWriter(tmp_path / "a.wstui", info())
    writer.write([text(1)])
    writer.flush()
    with TimelineReader(writer.path) as reader:
        before = reader.counts()
        writer.write([text(2, "sent")])
        writer.flush()
        after = reader.counts(before)
        assert after == reader.counts()
        assert after.messages == 2
    writer.close()


def test_a_fragmented_message_is_put_together_from_any_of_its_frames(record, event, text):
    frames = []
    for index, part in enumerate([b"one ", b"two ", b"three"]):
        frames.append(event("text", "received", part, fragment=index, fin=index == 2))
        frames += [event("ping", "received", b"x"), text(index, "sent"), text(index, connection=1)] * 30
    path = record([text(0), *frames, text(1)])
    with TimelineReader(path) as reader:
        ids = [e.id for e in reader.iterate() if "fragment" in e.detail]
        assert len(ids) == 3
        assert {reader.message_payload(event_id) for event_id in ids} == {b"one two three"}
        assert reader.message_payload(1) == b'{"n":0}'
        assert reader.message_payload(99999) == b""


def test_a_message_that_was_never_finished_ends_where_the_next_begins(record, event, text):
    frames = [
        event("text", payload=b"a", fragment=0, fin=False),
        event("text", payload=b"b", fragment=1, fin=False),
        text(1),
    ]
    with TimelineReader(record(frames)) as reader:
        assert reader.message_payload(1) == reader.message_payload(2) == b"ab"


def test_messages_of_one_connection(record, text, event):
    events = [text(0), event("open", "local"), text(1, connection=1), event("ping", connection=1)]
    with TimelineReader(record(events)) as reader:
        assert [e.id for e in reader.messages_in(1)] == [3]


def test_batches_shrink_where_payloads_are_large(record, event):
    big = [event("binary", payload=bytes(3 << 20)) for _ in range(6)]
    with TimelineReader(record(big, record_limit=4 << 20)) as reader:
        assert max(map(len, reader.batches())) <= 2
        assert [e.id for e in reader.iterate()] == [1, 2, 3, 4, 5, 6]


def test_info(record):
    path = record([], profile="trades", title="my title", settings={"heartbeat": {"timeout": 3.0}})
    with TimelineReader(path) as reader:
        assert reader.info.profile == "trades"
        assert reader.info.title == "my title"
        assert reader.info.settings == {"heartbeat": {"timeout": 3.0}}
        assert reader.info.ended_ns is not None
        assert len(reader.info.id) == 16
        assert reader.last_id() == reader.transcript_count() == 0
        assert reader.heartbeat() == [] == reader.notes()
