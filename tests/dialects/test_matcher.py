"""Recognition, and silence where there is nothing to recognise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.dialects import DialectError, Matcher, catalogue
from wstui.dialects.matcher import WORDS_PATIENCE


def test_no_dialect_when_none_is_wanted(talk):
    matcher, marks = talk('<{"op":10,"d":{"heartbeat_interval":41250}}', dialect="none")
    assert (matcher.active, matcher.dialect, marks) == (False, None, [None])


def test_a_dialect_that_does_not_exist_is_a_sentence():
    with pytest.raises(DialectError, match=r"no dialect “klingon”; there are .*phoenix"):
        Matcher("klingon")


def test_a_subprotocol_decides_before_the_first_message():
    matcher = Matcher("auto", "graphql-transport-ws", "wss://e.org/")
    assert matcher.dialect == "graphql-transport-ws"
    assert matcher.evidence == "subprotocol graphql-transport-ws"
    assert matcher.heartbeat is not None


def test_a_path_alone_does_not_decide():
    assert Matcher("auto", None, "wss://e.org/cable").dialect is None


def test_an_echo_is_no_evidence(talk):
    hello = '{"op":10,"d":{"heartbeat_interval":41250}}'
    matcher, _ = talk(f">{hello}", f"<{hello}", url="wss://echo.example/")
    assert matcher.dialect is None


def test_after_a_flood_without_a_dialect_nobody_listens():
    matcher = Matcher("auto", None, "wss://e.org/")
    for number in range(WORDS_PATIENCE + 100):
        matcher.feed("received", "text", b'{"price":%d}' % number)
    assert not matcher.active
    assert matcher.feed("received", "text", b'{"type":"ping"}') is None


def test_words_of_an_unknown_heartbeat_are_marked(talk):
    matcher, marks = talk(
        '<{"type":"ping","n":1}', '>{"type":"pong","n":1}', "<price 5", ">ping", "<pong", url="wss://e.org/"
    )
    assert matcher.dialect is None
    assert marks == ["app_ping", "app_pong", None, "app_ping", "app_pong"]
    assert matcher.feed("received", "text", b'{"type":"ping"}').dialect == "generic"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "hostile",
    [
        b"", b"{", b"[" * 500, b'{"op":' + b"[" * 490, b'{"op":{}}', b'{"op":[11]}', b"\xff\xfe{", b"null",
        b"1e999",
        b'{"op":11' + b" " * 100, b'["REQ"', b'{"d":"{\\"a\\":"}', b'{"event":"pusher:ping","data":"[[["}',
        b'{"op":10,"d":{"heartbeat_interval":"NaN"}}', b'{"op":10,"d":{"heartbeat_interval":1e308}}',
        b'{"op":10,"d":{"heartbeat_interval":true}}', b'{"op":10,"d":{"heartbeat_interval":-5}}',
    ],
)  # fmt: skip
def test_no_payload_disturbs_a_matcher(hostile):
    for name in catalogue().names:
        matcher = Matcher(name)
        for direction in ("sent", "received"):
            matcher.feed(direction, "text", hostile)
            matcher.feed(direction, "binary", hostile)
        period_s = matcher.expected_period_s
        assert period_s is None or 0 < period_s < 1e6


words = st.text(max_size=30)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 100_000) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode())
payloads = st.one_of(st.binary(max_size=200), words.map(str.encode), documents)
said = st.lists(st.tuples(st.sampled_from(["sent", "received"]), payloads), max_size=30)


@given(said)
def test_random_talk_is_no_dialect(messages):
    matcher = Matcher("auto", None, "wss://example.org/ws")
    for direction, payload in messages:
        matcher.feed(direction, "text", payload)
    assert matcher.dialect is None


@given(said)
def test_echo_traffic_is_no_dialect(messages):
    matcher = Matcher("auto", None, "wss://example.org/ws")
    for _, payload in messages:
        matcher.feed("sent", "text", payload)
        matcher.feed("received", "text", payload)
    assert matcher.dialect is None


@given(said)
def test_feeding_never_raises_whatever_the_dialect(messages):
    for name in ("discord", "phoenix", "mqtt", "stomp", "signalr", "pusher", "wamp", "xmpp"):
        matcher = Matcher(name)
        for direction, payload in messages:
            matcher.feed(direction, "text", payload)
