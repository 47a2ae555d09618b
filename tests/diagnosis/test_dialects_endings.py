"""Endings that only make sense in the dialect that is spoken."""

import pytest

from wstui.diagnosis import diagnose_events
from wstui.events import Cause

HELLO = '{"op":10,"d":{"heartbeat_interval":1500}}'
CONNECT = "CONNECT\naccept-version:1.2\nheart-beat:1000,1000\n\n\x00"
CONNECTED = "CONNECTED\nversion:1.2\nheart-beat:1000,1000\n\n\x00"


def verdict_of(trace, **options):
    return diagnose_events(trace.events, **options)


def test_discords_code_and_the_heartbeat_that_was_owed(trace):
    trace.open().received(0.01, HELLO)
    for number in range(1, 4):
        trace.ping(number * 0.9, f"p{number}")
    verdict = verdict_of(trace.server_closes(3.02, 4009, "Session timed out."))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "application"
    assert any('{"op":1,"d":null}' in text and "1.5" in text for text in verdict.try_next)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (4004, Cause.POLICY_OR_AUTH),
        (4000, Cause.INTERNAL_SERVER_ERROR),
        (4002, Cause.SERVICE_PRIVATE_CODE),
        (4999, Cause.SERVICE_PRIVATE_CODE),
    ],
)
def test_discords_other_codes(trace, code, cause):
    trace.open().received(0.01, HELLO).sent(0.3, '{"op":2,"d":{}}')
    assert verdict_of(trace.server_closes(0.5, code)).cause is cause


def test_the_same_number_means_nothing_without_a_dialect(trace):
    assert verdict_of(trace.open().chat(1).server_closes(1.1, 4009)).cause is Cause.SERVICE_PRIVATE_CODE


def test_the_subprotocol_of_the_open_event_tells_the_dialect(trace):
    trace.open(subprotocol="graphql-transport-ws")
    verdict = verdict_of(trace.server_closes(3.0, 4408, "Connection initialisation timeout"))
    assert verdict.cause is Cause.SERVICE_PRIVATE_CODE
    assert any("connection_init" in row.text for row in verdict.because)


def test_phoenix_without_heartbeats_though_other_messages_went(trace):
    trace.open().sent(0.2, '["1","1","room:x","phx_join",{}]')
    for number in range(1, 5):
        trace.sent(number * 0.6, f'["1","{number + 1}","room:x","shout",{{}}]')
    verdict = verdict_of(trace.server_closes(3.02, 1000))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "application"


def test_stomp_heartbeats_that_were_promised_and_never_came(trace):
    trace.open(subprotocol="v12.stomp").sent(0.1, CONNECT).received(0.12, CONNECTED)
    for number in range(1, 3):
        trace.received(number * 1.0, "\n")
    verdict = verdict_of(trace.eof(2.15))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "application"


def test_stomp_without_a_promise_owes_nothing(trace):
    quiet = CONNECT.replace("1000,1000", "0,0")
    trace.open(subprotocol="v12.stomp").sent(0.1, quiet).received(0.12, CONNECTED)
    assert verdict_of(trace.eof(60.1)).cause is Cause.IDLE_TIMEOUT_PROXY


def test_mqtt_keep_alive_of_two_seconds(trace):
    connect = bytes([0x10, 14, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 2, 0, 2]) + b"ab"
    trace.open(subprotocol="mqtt").sent_binary(0.1, connect).received_binary(0.11, bytes([0x20, 2, 0, 0]))
    verdict = verdict_of(trace.eof(3.13))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "application"


def test_signalr_clients_owe_a_sign_of_life(trace):
    trace.open().sent(0.1, '{"protocol":"json","version":1}\x1e').received(0.11, "{}\x1e")
    for number in range(1, 4):
        trace.received(number * 10, '{"type":6}\x1e')
    verdict = verdict_of(trace.eof(30.2))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER


def test_engineio_3_clients_ping(trace):
    hello = '0{"sid":"x","upgrades":[],"pingInterval":1000,"pingTimeout":1000}'
    trace.open(url="ws://example/?EIO=3&transport=websocket").received(0.01, hello)
    verdict = verdict_of(trace.server_closes(2.02, None))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "application"


def test_an_answered_application_heartbeat_is_not_to_blame(trace):
    hello = '0{"sid":"x","upgrades":[],"pingInterval":1000,"pingTimeout":1000}'
    trace.open(url="ws://example/?EIO=4&transport=websocket").received(0.01, hello)
    for number in range(1, 4):
        trace.received(number * 1.0, "2").sent(number + 0.01, "3")
    assert verdict_of(trace.server_closes(3.37, 1001)).cause is Cause.SERVER_GOING_AWAY


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ('{"type":"disconnect","reason":"unauthorized","reconnect":false}', Cause.POLICY_OR_AUTH),
        ('{"type":"disconnect","reason":"server_restart","reconnect":true}', Cause.SERVER_RESTART),
    ],
)
def test_a_message_announced_the_end(trace, message, cause):
    trace.open(subprotocol="actioncable-v1-json").received(0.5, message)
    assert verdict_of(trace.server_closes(0.6, 1000)).cause is cause


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ('{"type":"error","message":"Unauthorized: token has expired"}', Cause.POLICY_OR_AUTH),
        ('{"error":"rate limit exceeded"}', Cause.POLICY_OR_AUTH),
        ('{"event":"error","msg":"server overloaded, try again later"}', Cause.OVERLOADED_TRY_AGAIN),
        ("error: message too large", Cause.MESSAGE_TOO_BIG),
        ('{"type":"goodbye","reason":"shutting down for maintenance"}', Cause.SERVER_GOING_AWAY),
    ],
)
@pytest.mark.parametrize("end", ["fin", 1000])
def test_last_words_without_a_dialect(trace, message, cause, end):
    trace.open().sent(0.3, "subscribe").received(0.5, message)
    trace = trace.eof(0.63) if end == "fin" else trace.server_closes(0.63, end)
    assert verdict_of(trace).cause is cause


def test_an_echo_of_our_own_words_is_no_complaint(trace):
    text = '{"error":"unauthorized"}'
    assert verdict_of(trace.open().sent(0.5, text).received(0.51, text).server_closes(0.7, 1000)).cause is (
        Cause.SERVER_CLOSED_NORMAL
    )


def test_home_assistant_refuses_the_login(trace):
    trace.open().received(0.1, '{"type":"auth_required","ha_version":"2026.8"}')
    trace.sent(0.2, '{"type":"auth","access_token":"x"}')
    trace.received(0.3, '{"type":"auth_invalid","message":"Invalid access token or password"}')
    assert verdict_of(trace.server_closes(0.31, 1000)).cause is Cause.POLICY_OR_AUTH


def test_the_profile_names_the_dialect(trace):
    trace.open().sent(0.2, "x")
    verdict = verdict_of(trace.server_closes(0.5, 4201), dialect="pusher")
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict_of(trace, dialect="no-such-dialect").cause is Cause.SERVICE_PRIVATE_CODE
