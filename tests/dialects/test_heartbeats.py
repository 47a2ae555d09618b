"""Heartbeats in recordings: by dialect, by words, by regularity; and what is none."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from wstui.dialects import RegularityDetector, find_heartbeat, read_messages
from wstui.dialects.regularity import SHAPES


def test_a_dialects_heartbeat(messages):
    messages.received(0, '{"op":10,"d":{"heartbeat_interval":1500}}')
    for beat in range(3):
        messages.sent(1.5 * beat + 1, f'{{"op":1,"d":{beat}}}').received(1.5 * beat + 1.02, '{"op":11}')
    messages.sent(5.5, '{"op":1,"d":9}')
    found = find_heartbeat(messages)
    assert found is not None
    assert (found.starts, found.dialect, found.name) == ("sent", "discord", "Discord gateway")
    assert (found.period_s, found.expected_period_s) == (1.5, 1.5)
    assert [event.t_ns for event in found.unanswered] == [5_500_000_000]
    assert found.slowest_answer_ns == 20_000_000


def test_a_heartbeat_that_is_owed(messages):
    messages.received(0, '{"op":10,"d":{"heartbeat_interval":1500}}')
    reading = read_messages(messages)
    assert reading.heartbeat is None
    assert reading.heartbeat_owed
    assert reading.expected_period_s == 1.5
    assert reading.dialect is not None
    messages.sent(1, '{"op":1,"d":null}')
    assert not read_messages(messages).heartbeat_owed


def test_answers_are_tied_by_their_key(messages):
    url = "wss://e.org/socket/websocket?vsn=2.0.0"
    messages.sent(0, '["1","1","room:a","phx_join",{}]')
    messages.sent(30, '[null,"2","phoenix","heartbeat",{}]').sent(60, '[null,"3","phoenix","heartbeat",{}]')
    messages.received(60.1, '[null,"3","phoenix","phx_reply",{"status":"ok","response":{}}]')
    found = find_heartbeat(messages, url=url)
    assert found is not None
    assert [event.id for event in found.unanswered] == [2]


def test_the_servers_heartbeat_without_our_answer(messages):
    messages.received(0, '0{"sid":"a","upgrades":[],"pingInterval":1000,"pingTimeout":1000}').received(1, "2")
    found = find_heartbeat(messages, url="wss://e.org/engine.io/?EIO=4&transport=websocket")
    assert found is not None
    assert (found.starts, len(found.unanswered)) == ("received", 1)


def test_a_one_way_heartbeat_owes_nothing(messages):
    for second in range(0, 15, 3):
        messages.received(second, json.dumps({"type": "ping", "message": 1_700_000_000 + second}))
    found = find_heartbeat(messages, subprotocol="actioncable-v1-json")
    assert found is not None
    assert (found.expects_answer, found.unanswered, found.period_s) == (False, (), 3.0)


def test_words_of_an_unknown_service(messages):
    messages.received(2, '{"type":"ping","n":1}').received(4, '{"type":"ping","n":2}')
    found = find_heartbeat(messages)
    assert found is not None
    assert (found.starts, len(found.unanswered), found.dialect) == ("received", 2, "")


def test_a_sign_of_life_that_goes_on_unanswered_expects_nothing(messages):
    for beat in range(6):
        messages.received(beat, f'{{"type":"heartbeat","n":{beat}}}')
    found = find_heartbeat(messages)
    assert found is not None
    assert not found.expects_answer
    assert found.unanswered == ()


def test_a_ping_that_somebody_typed_is_none(messages):
    assert find_heartbeat(messages.sent(1, "ping").received(1.1, "you said ping?")) is None


def test_a_regular_exchange(messages):
    luck = random.Random(4)
    for beat in range(6):
        at_s = beat * 10 + luck.uniform(0, 0.3)
        messages.sent(at_s, f'{{"a":"r-u-there","seq":{beat}}}').received(
            at_s + 0.1, f'{{"b":"yes","seq":{beat}}}'
        )
        messages.received(at_s + 3, f"news {luck.random()}").received(at_s + 4.7, f"news {luck.random()}")
    found = find_heartbeat(messages)
    assert found is not None
    assert (found.starts, found.expects_answer, len(found.requests)) == ("sent", True, 6)
    assert found.unanswered == ()
    assert found.period_s is not None
    assert abs(found.period_s - 10) < 0.3


def test_a_tiny_constant_message_is_a_sign_of_life(messages):
    for beat in range(5):
        messages.sent(beat * 5, "~")
    found = find_heartbeat(messages)
    assert found is not None
    assert (found.starts, found.expects_answer, found.period_s) == ("sent", False, 5.0)


def test_a_ticker_is_no_heartbeat(messages):
    for second in range(60):
        messages.received(second, f'{{"type":"ticker","price":{100 + second / 7:.2f},"seq":{second}}}')
    assert find_heartbeat(messages) is None


def test_a_counter_is_no_heartbeat(messages):
    for second in range(30):
        messages.received(second, str(second))
    assert find_heartbeat(messages) is None


def test_an_echo_of_regular_messages_is_no_heartbeat(messages):
    for second in range(20):
        messages.sent(second, f"this is message number {second}")
        messages.received(second + 0.01, f"this is message number {second}")
    assert find_heartbeat(messages) is None


def test_a_ticker_beside_what_a_client_says_now_and_then_is_none(messages):
    for second in range(40):
        messages.received(second, f'{{"price":{second * 3}}}')
        if second % 5 == 0:
            messages.sent(second + 0.2, f'{{"order":{second},"amount":{second * 2}}}')
    assert find_heartbeat(messages) is None


def test_irregular_talk_is_none(messages):
    luck = random.Random(1)
    at_s = 0.0
    for number in range(40):
        at_s += luck.expovariate(0.5)
        messages.add(at_s, luck.choice(["sent", "received"]), f"word {number} {luck.random()}")
    assert find_heartbeat(messages) is None


@given(st.lists(st.tuples(st.sampled_from(["sent", "received"]), st.binary(max_size=40)), max_size=200))
def test_a_detector_remembers_a_bounded_number_of_shapes(said):
    detector = RegularityDetector()
    for number, (direction, payload) in enumerate(said):
        detector.feed(number * 10**9, direction, payload)
        detector.result()
    assert len(detector._shapes) <= SHAPES
