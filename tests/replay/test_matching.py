"""Shapes, links and the ledger: which message stands for which, and which value for which."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.engine.json_path import parse_path
from wstui.replay.ledger import Ledger
from wstui.replay.links import Answers, Capture, find_links, follow
from wstui.replay.recording import client_steps
from wstui.replay.shapes import identities, read_content, shape_of, shape_text

TOKEN = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def shape(text):
    return shape_of("text", text.encode())


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ('{"type":"tick","p":1}', '{"p":2.5,"type":"tick","extra":null}', True),
        ('{"type":"tick"}', '{"type":"trade"}', False),
        ('{"id":1,"result":{}}', '{"result":null,"id":2}', True),
        ('{"id":1,"result":{}}', '{"id":1,"error":{}}', False),
        ('[1,2,"room:1","phx_reply",{}]', '[4,9,"room:1","phx_reply",{"a":1}]', True),
        ('[1,2,"room:1","phx_reply",{}]', '[4,9,"room:1","phx_close",{"a":1}]', False),
        ('42["chat",{"a":1}]', '42["chat",{"a":2}]', True),
        ('42["chat",{"a":1}]', '43["chat",{"a":2}]', False),
        ("hello", "anything", True),
        ("hello", '{"type":"tick"}', False),
        ('{"op":10,"d":{}}', '{"op":11,"d":{}}', False),
        ('{"op":10,"d":{"a":1}}', '{"op":10,"d":null}', True),
        (f'{{"type":"x{TOKEN}"}}', '{"type":"x11111111111111111"}', True),
    ],
)
def test_shapes(one, other, alike):
    assert (shape(one) == shape(other)) is alike


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_message_has_a_shape_in_words(payload):
    assert shape_text(shape_of("text", payload))
    content = read_content(payload)
    if content is not None:
        assert read_content(content.encode()) is not None


def test_ids_near_the_root():
    value = {"id": 7, "a": {"requestId": "x", "b": {"c": {"d": {"id": 1}}}}, "valid": True, "ref": None}
    assert dict(identities(value)) == {("id",): 7, ("a", "requestId"): "x"}


def test_a_token_of_an_answer_is_linked_to_what_was_sent_later(recording):
    moments = (
        recording(
            '> {"op":"login"}',
            f'< {{"type":"in","data":{{"token":"{TOKEN}"}}}}',
            f'> {{"op":"sub","auth":"Bearer {TOKEN}","token":"{TOKEN}","n":1}}',
        )
        .opened[0]
        .moments
    )
    links = find_links(moments, by_client=True)
    assert {link.place for link in links[2]} == {("auth",), ("token",)}
    answers = Answers()
    answers.put(1, b'{"type":"in","data":{"token":"new-one"}}')
    filled = follow(moments[2].payload, links[2], answers)
    assert json.loads(filled.payload) == {"op": "sub", "auth": "Bearer new-one", "token": "new-one", "n": 1}
    missing = follow(moments[2].payload, links[2], Answers())
    assert missing.payload == moments[2].payload
    assert len(missing.missing) == 2


def test_what_the_client_chose_itself_is_no_link(recording):
    moments = (
        recording(
            f'> {{"id":"{TOKEN}"}}', f'< {{"id":"{TOKEN}","ok":true}}', f'> {{"id":"{TOKEN}","next":1}}'
        )
        .opened[0]
        .moments
    )
    assert find_links(moments, by_client=True) == {}
    echoes = find_links(moments, by_client=False)
    assert [(link.place, link.recorded) for link in echoes[1]] == [(("id",), TOKEN)]


def test_small_numbers_are_links_only_as_ids_or_when_captured(recording):
    moments = recording('< {"s":3,"id":4}', '> {"d":3,"ref":4,"n":4}').opened[0].moments
    assert {link.place for link in find_links(moments, by_client=True)[1]} == {("ref",)}
    captures = [Capture("seq", parse_path("$.s"))]
    places = {link.place for link in find_links(moments, by_client=True, captures=captures)[1]}
    assert places == {("d",), ("ref",)}


def test_the_ledger_tells_answers_by_id_then_by_shape(recording):
    moments = (
        recording(
            '> {"id":1,"op":"a"}',
            '> {"id":2,"op":"b"}',
            '< {"id":1,"result":"a"}',
            '< {"id":2,"result":"b"}',
            "< hi",
        )
        .opened[0]
        .moments
    )
    ledger = Ledger(moments, from_client=False, links=find_links(moments, by_client=False))
    assert ledger.first_missing(2) is None
    assert ledger.first_missing(4) == 2
    assert ledger.take("text", b'{"id":2,"result":"x"}') == 3
    assert ledger.take("text", b'{"id":9,"result":"y"}') == 2
    assert ledger.take("text", b"anything") == 4
    assert ledger.take("text", b"more") is None
    assert ledger.missing == []


def test_an_answer_with_a_new_shape_stands_in(recording):
    moments = recording('> {"id":5}', '< {"id":5,"result":1}', '< {"type":"tick"}').opened[0].moments
    links = find_links(moments, by_client=False)
    ledger = Ledger(moments, from_client=False, links=links)
    assert ledger.take("text", b'{"id":5,"error":"no"}') == 1
    strict = Ledger(moments, from_client=False, links=links, stand_ins=False)
    assert strict.take("text", b'{"id":5,"error":"no"}') is None
    assert strict.take("text", b'{"type":"tick","n":2}') == 2


messages = st.lists(
    st.sampled_from(['{"type":"a"}', '{"type":"b"}', '{"id":1}', '{"id":2}', "x"]), max_size=12
)


@given(messages, messages)
def test_no_moment_is_taken_twice(recorded, live):
    from wstui.replay.recording import Moment

    moments = [Moment(n, n, "text", "received", text.encode(), len(text)) for n, text in enumerate(recorded)]
    ledger = Ledger(moments, from_client=False)
    taken = [index for text in live if (index := ledger.take("text", text.encode())) is not None]
    assert len(taken) == len(set(taken))
    assert set(ledger.missing) == set(range(len(moments))) - set(taken)
    if sorted(recorded) == sorted(live):
        assert ledger.missing == []


def test_replies_and_answers_are_no_steps(record, tools):
    from wstui.replay.recording import read_recording
    from wstui.timeline import TimelineReader

    path = record(
        [
            tools.opening(),
            tools.event(1, "ping", "received", "p"),
            tools.event(2, "pong", "sent", "p", source="answer"),
            tools.event(3, "text", "sent", "hel", fragment=0, fin=False),
            tools.event(4, "ping", "sent", "mine", source="manual"),
            tools.event(5, "text", "sent", "lo", fragment=1, fin=True),
            tools.event(6, "fault", "sent", b"x", injected="frame", opcode=3, header="83 81 00 00 00 00"),
            tools.event(7, "close", "received", code=1000, reason=""),
            tools.event(8, "close", "sent", code=1000, reason="", reply=True),
            tools.event(9, "eof", "received"),
        ]
    )
    with TimelineReader(path) as reader:
        connection = read_recording(reader).opened[0]
    steps = client_steps(connection.moments)
    assert [(step.kind, step.payload, step.fragments) for step in steps] == [
        ("ping", b"mine", ()),
        ("text", b"hello", (3, 2)),
        ("fault", b"x", ()),
    ]
    assert connection.end is not None
    assert connection.end.kind == "eof"
