import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.engine.json_path import parse_path, replaced, scalars
from wstui.replay.alignment import align, server_messages
from wstui.replay.difference import MISSING, Change, Rules, Side, changes, masked
from wstui.replay.recording import Moment, RecordingError
from wstui.replay.report import report_lines, to_mapping

NOW = 1_763_800_000
SIDE = Side(NOW * 10**9)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(json_values)
def test_a_value_does_not_differ_from_itself(value):
    assert list(changes(value, json.loads(json.dumps(value)))) == []


@given(json_values, json_values)
def test_changes_go_both_ways(before, after):
    there = {(c.place, repr(c.before), repr(c.after)) for c in changes(before, after)}
    back = {(c.place, repr(c.after), repr(c.before)) for c in changes(after, before)}
    assert there == back


@given(json_values, st.data())
def test_one_change_is_found_at_its_place(value, data):
    places = list(scalars(value))
    if places:
        place, old = data.draw(st.sampled_from(places))
        assert list(changes(value, replaced(value, place, "changed!"))) == [Change(place, old, "changed!")]


@pytest.mark.parametrize(
    ("place", "old", "new", "why"),
    [
        (("t",), NOW, NOW + 60, "time"),
        (("t",), NOW * 1000 + 5, NOW * 1000, "time"),
        (("at",), "2025-11-22T08:26:40Z", "2026-01-01T00:00:00.5+01:00", "time"),
        (("at",), f"{NOW}000", f"{NOW}999", "time"),
        (("x",), "550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440001", "generated"),
        (("x",), "eyJhbGciOi.eyJzdWIi.c2ln", "eyJhbGciOi.eyJzdWIi.zzzz", "generated"),
        (("order_id",), 17, 18, "id"),
        (("uptime",), 1.5, 2.5, "time"),
        (("price",), 100, 101, ""),
        (("price",), "64211.37", "64000.00", ""),
        (("ok",), True, False, ""),
        (("status",), "open", "closed", ""),
        (("version",), "v1.2.3-release", "v1.2.4-release", ""),
        (("id",), 1, "1", ""),
        (("t",), NOW, MISSING, ""),
        (("id",), 1, None, ""),
        (("count",), NOW, 5, ""),
    ],
)
def test_what_is_left_out_by_itself(place, old, new, why):
    assert Rules().why_ignored(Change(place, old, new), SIDE, SIDE) == why
    assert Rules(automatic=False).why_ignored(Change(place, old, new), SIDE, SIDE) == ""


def test_an_id_that_the_client_chose_must_come_back():
    before, after = Side(NOW * 10**9, frozenset({7})), Side(NOW * 10**9, frozenset({8}))
    assert Rules().why_ignored(Change(("id",), 7, 8), before, after)
    assert not Rules().why_ignored(Change(("id",), 7, 9), before, after)


def test_masked_values_are_alike():
    assert masked({"t": NOW, "p": 1}, NOW * 10**9) == masked({"t": NOW + 1, "p": 1}, NOW * 10**9)


def items(texts):
    moments = [Moment(n + 1, n, "text", "received", text.encode(), len(text)) for n, text in enumerate(texts)]
    return server_messages(moments)


texts = st.lists(
    st.sampled_from(['{"type":"a","n":1}', '{"type":"a","n":2}', '{"type":"b"}', "x", "y"]), max_size=14
)


@given(texts, texts)
def test_every_message_is_in_exactly_one_pair(before, after):
    pairs = align(items(before), items(after))
    firsts = [pair.before.moment.event for pair in pairs if pair.before]
    seconds = [pair.after.moment.event for pair in pairs if pair.after]
    assert sorted(firsts) == list(range(1, len(before) + 1))
    assert sorted(seconds) == list(range(1, len(after) + 1))
    assert all(pair.before or pair.after for pair in pairs)


@given(texts, st.randoms())
def test_shapes_may_interleave_as_they_like(said, luck):
    """A shuffle that keeps the order within each shape is no difference."""
    by_shape = {}
    for item in items(said):
        by_shape.setdefault(item.shape, []).append(item.moment.payload.decode())
    queues = [list(queue) for queue in by_shape.values()]
    shuffled = []
    while any(queues):
        shuffled.append(luck.choice([queue for queue in queues if queue]).pop(0))
    for pair in align(items(said), items(shuffled)):
        assert pair.before is not None
        assert pair.after is not None
        assert pair.before.token == pair.after.token


def test_answers_are_paired_by_id_though_they_come_in_another_order():
    one = ['{"id":1,"r":"a"}', '{"id":2,"r":"b"}', '{"id":3,"r":"c"}']
    pairs = align(items(one), items(one[::-1]))
    assert all(pair.before.moment.payload == pair.after.moment.payload for pair in pairs)


def test_equal_sessions(record, tools, beside):
    lines = ("> a", '< {"type":"t","n":1}', "< x", ">close 1000", "<close 1000", "<eof")
    comparison = beside(record(tools.talk(*lines)), record(tools.talk(*lines, step_ms=70)))
    assert comparison.is_equal
    assert report_lines(comparison)[0] == "Equal: the two server sides agree."
    assert to_mapping(comparison)["equal"] is True


def test_differences_are_named(record, tools, beside):
    before = record(
        tools.talk("> a", '< {"type":"t","p":{"x":1}}', "< x", "< gone", "<close 1000 bye", "<eof")
    )
    after = record(
        tools.talk("> a", '< {"type":"t","p":{"x":2}}', "< x", '< {"new":1}', "<close 1001 \x1b[31m", "<eof")
    )
    comparison = beside(before, after)
    text = "\n".join(report_lines(comparison))
    assert "\x1b" not in text
    assert "$.p.x: 1 → 2" in text
    assert "~ changed text [event 5 | 5]" in text
    assert "close code: 1000 → 1001" in text
    mapping = json.loads(json.dumps(to_mapping(comparison)))
    (row,) = mapping["connections"]
    assert mapping["differences"] == 4
    assert row["messages"][0]["changes"] == [{"path": "$.p.x", "before": 1, "after": 2}]
    assert {fact["what"] for fact in row["facts"]} == {"close code", "close reason"}
    ignored = beside(before, after, ignore=[parse_path("$.p")])
    assert len(ignored.connections[0].messages) == 1
    assert ignored.connections[0].ignored[0].why == "--ignore $.p"


def test_a_stream_that_went_on_longer_is_no_difference(record, tools, beside):
    ticks = [f'< {{"type":"tick","n":{n}}}' for n in range(8)]
    before, after = record(tools.talk("> go", *ticks)), record(tools.talk("> go", *ticks[:6]))
    comparison = beside(before, after)
    assert comparison.is_equal
    assert comparison.connections[0].surplus == (("text type=tick", -2),)
    assert not beside(before, record(tools.talk("> go", *ticks[2:]))).is_equal


def test_a_recording_that_stops_is_not_compared_to_its_end(record, tools, beside):
    comparison = beside(record(tools.talk("< x")), record(tools.talk("< x", "<close 1011 oh", "<eof")))
    assert comparison.is_equal
    comparison = beside(
        record(tools.talk("> a", "< x")), record(tools.talk("> a", "< x", "< y", '< {"z":1}', "<eof"))
    )
    assert comparison.is_equal
    assert comparison.connections[0].surplus == (("text", 1), ("text {z}", 1))
    assert "stops before its connection ended" in "\n".join(report_lines(comparison))


def test_pings_that_are_no_longer_answered(record, tools, beside):
    alive = [
        tools.opening(),
        tools.event(1, "ping", "sent", "a"),
        tools.event(2, "pong", "received", "a", rtt_ns=1),
    ]
    comparison = beside(record(alive), record(alive[:2]))
    assert [fact.what for fact in comparison.connections[0].facts] == ["pings answered"]


def test_connections_are_compared_one_by_one(record, tools, beside):
    def again(events, number):
        return [event._replace(connection=number) for event in events]

    one = tools.talk("< x", "<eof")
    comparison = beside(record([*one, *again(one, 1)]), record(one))
    assert [fact.what for fact in comparison.facts] == ["connections that were open"]
    assert beside(record([*one, *again(one, 1)]), record(one), connection=1).is_equal


def test_never_opened(record, tools, beside):
    with pytest.raises(RecordingError, match="none of its 1 connections was ever open"):
        beside(record([tools.event(0, "resolve")]), record(tools.talk("< x")))


def test_binary_messages_and_cut_ones(record, tools, beside):
    def binary(data, **detail):
        return [tools.opening(), tools.event(1, "binary", "received", data, **detail)]

    assert beside(record(binary(b"\x00\xff")), record(binary(b"\x00\xff"))).is_equal
    different = beside(record(binary(b"\x00\xff")), record(binary(b"\x00\xfe")))
    assert to_mapping(different)["connections"][0]["messages"][0]["before"]["base64"] == "AP8="
    cut = [
        tools.event(1, "binary", "received", b"ab", cut=True, sha256=name)._replace(size=9) for name in "xy"
    ]
    assert not beside(record([tools.opening(), cut[0]]), record([tools.opening(), cut[1]])).is_equal
