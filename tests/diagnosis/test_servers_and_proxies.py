"""Endings as servers, libraries and proxies that people run make them, written down on paper."""

import pytest

from wstui.diagnosis import diagnose_events
from wstui.events import Cause


def verdict_of(trace, **options):
    return diagnose_events(trace.events, **options)


# ---- timers in polite clothes ----


def test_cowboy_closes_with_1000_though_it_talks_itself(trace):
    trace.open(server="Cowboy").sent(0.2, "hello")
    for second in range(1, 62):
        trace.received(second + 0.3, f'{{"tick":{second * 17}}}')
    verdict = verdict_of(trace.server_closes(61.9, 1000))
    assert verdict.cause is Cause.IDLE_TIMEOUT_SERVER
    assert verdict.prevented_by == "both"


def test_bandit_closes_with_1002_after_its_timeout(trace):
    verdict = verdict_of(trace.open().sent(0.1, "a").server_closes(60.3, 1002))
    assert verdict.cause is Cause.IDLE_TIMEOUT_SERVER
    assert Cause.PROTOCOL_ERROR_CLIENT in [row.cause for row in verdict.alternatives]


def test_1002_in_the_middle_of_talk_is_an_accusation(trace):
    verdict = verdict_of(trace.open().chat(3.3).server_closes(3.37, 1002))
    assert verdict.cause is Cause.PROTOCOL_ERROR_CLIENT


def test_tornado_says_ping_timed_out_with_1000(trace):
    trace.open(server="TornadoServer/6.4").server_ping(5, "a", answer_s=None)
    verdict = verdict_of(trace.server_closes(10.0, 1000, "ping timed out"))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "protocol"


def test_jupyter_sends_an_empty_close_frame(trace):
    trace.open(server="TornadoServer/6.4").server_ping(30, "a", None).server_ping(60, "b", None)
    verdict = verdict_of(trace.server_closes(92.2, None))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.close_code == 1005


def test_aiohttps_heartbeat_ends_tcp_without_a_word(trace):
    trace.open(server="Python/3.12 aiohttp/3.9").server_ping(2, "", None)
    verdict = verdict_of(trace.eof(3.02))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "protocol"


def test_gorillas_read_deadline_after_an_unanswered_ping(trace):
    verdict = verdict_of(trace.open().server_ping(54, "", None).eof(60.01))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER


def test_a_pong_for_the_newest_ping_answers_the_older_ones(trace):
    trace.open().server_ping(1, "a", None).server_ping(2, "b").received(2.5, "news")
    verdict = verdict_of(trace.server_closes(2.83, 1000, "bye"))
    assert verdict.cause is Cause.SERVER_CLOSED_NORMAL


def test_a_gateway_that_answers_pings_itself_and_goes_away(trace):
    trace.open().sent(0.1, "a").received(0.2, "b")
    for number in range(1, 60):
        trace.ping(number * 10, f"p{number}")
    verdict = verdict_of(trace.server_closes(600.4, 1001, "Going away"))
    assert (verdict.cause, verdict.who) == (Cause.IDLE_TIMEOUT_PROXY, "proxy")
    assert verdict.prevented_by == "application"


def test_a_shutdown_after_a_round_silence_is_believed(trace):
    verdict = verdict_of(trace.open().server_closes(5.0, 1001, "Server shutdown"))
    assert verdict.cause is Cause.SERVER_GOING_AWAY


def test_an_idle_timeout_in_words_that_any_frame_resets(trace):
    verdict = verdict_of(trace.open().server_closes(30.01, 1001, "Connection Idle Timeout"))
    assert verdict.cause is Cause.IDLE_TIMEOUT_SERVER


@pytest.mark.parametrize(
    ("headers", "cause"),
    [
        ({"server": "envoy"}, Cause.IDLE_TIMEOUT_PROXY),
        ({"via": "1.1 varnish"}, Cause.IDLE_TIMEOUT_PROXY),
        ({"server": "Python/3.11 aiohttp/3.9"}, Cause.IDLE_TIMEOUT_SERVER),
        ({}, Cause.IDLE_TIMEOUT_PROXY),
    ],
)
def test_fin_after_a_silence_is_whose_header_it_has(trace, headers, cause):
    assert verdict_of(trace.open(**headers).sent(1, "a").eof(16.05)).cause is cause


def test_without_a_header_nobody_can_say_what_would_have_helped(trace):
    assert verdict_of(trace.open().sent(1, "a").eof(16.05)).prevented_by == "unknown"


def test_a_proxys_client_side_timer_though_the_server_talks(trace):
    trace.open(server="nginx").sent(0.1, "subscribe")
    for tenth in range(5, 50):
        trace.received(tenth / 10 + 0.03, f"tick {tenth}")
    verdict = verdict_of(trace.eof(5.12))
    assert verdict.cause is Cause.IDLE_TIMEOUT_PROXY
    assert verdict.prevented_by == "both"


def test_a_forgotten_flow_shows_at_our_next_packet(trace):
    trace.open().sent(0.2, "a").received(0.21, "b").sent(4.7, "c").reset(4.702)
    verdict = verdict_of(trace)
    assert verdict.cause is Cause.IDLE_TIMEOUT_PROXY
    assert Cause.CONNECTION_RESET in [row.cause for row in verdict.alternatives]


def test_a_reset_that_answers_no_packet_of_ours(trace):
    assert verdict_of(trace.open().sent(0.2, "a").received(0.21, "b").reset(4.7)).cause is (
        Cause.CONNECTION_RESET
    )


@pytest.mark.parametrize(("code", "reason"), [(None, ""), (1000, ""), (1001, "")])
def test_a_maximum_age_behind_a_close_frame(trace, code, reason):
    trace.open().chat(6.0)
    assert verdict_of(trace.server_closes(6.01, code, reason)).cause is Cause.LIFETIME_LIMIT


def test_a_maximum_age_behind_fin(trace):
    assert verdict_of(trace.open().chat(8.0).eof(8.01)).cause is Cause.LIFETIME_LIMIT


def test_a_load_balancers_known_age(trace):
    trace.open(via="1.1 google").chat(30.5, every_s=0.7)
    verdict = verdict_of(trace.eof(30.6))
    assert verdict.cause is Cause.LIFETIME_LIMIT
    assert verdict.who == "proxy"


def test_a_silence_that_was_survived_before_is_no_timers(trace):
    trace.open().sent(0.2, "a").received(9.5, "b").sent(10.0, "c").received(10.01, "d")
    assert verdict_of(trace.eof(15.02)).cause is Cause.SERVER_CRASH


def test_pings_far_apart_do_not_hide_that_only_messages_count(trace):
    trace.open().ping(2.0, "1").ping(4.0, "2")
    verdict = verdict_of(trace.server_closes(5.01, 1001))
    assert verdict.cause in (Cause.IDLE_TIMEOUT_SERVER, Cause.IDLE_TIMEOUT_PROXY)
    assert verdict.prevented_by == "application"


# ---- who hangs ----


def test_a_server_that_answers_too_late(trace):
    trace.open().ping(1, "a", rtt_s=None).error(3, "missed_pong")
    trace.close_sent(3.0, 1011, "keepalive ping timeout").close_received(3.4, 1011, reply=True).eof(3.5)
    verdict = verdict_of(trace)
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_CLIENT
    assert not verdict.clean, "failing the connection is no clean end, even if the Close is answered"


def test_late_pongs_are_named(trace):
    trace.open().ping(1, "a", rtt_s=None).error(3, "missed_pong")
    trace.add(3.5, *_pong(), rtt_ns=2_500_000_000, late=True).close_sent(4.0, 1011).we_end(5.0)
    verdict = verdict_of(trace)
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_CLIENT
    assert any("too late" in row.text for row in verdict.because)


def _pong():
    from wstui.events import Direction, Kind

    return Kind.PONG, Direction.RECEIVED, b"a"


DEAD = {"unacked_segments": 2, "retransmits": 4, "backoff": 4}
FROZEN = {"unacked_segments": 0, "bytes_acked": 900}


def test_nobody_acknowledges_a_dead_path(trace):
    trace.open().ping(1, "a", rtt_s=None).error(3, "missed_pong").close_sent(3.0, 1011)
    verdict = verdict_of(trace.error(8, "close_timeout").we_end(8.0, tcp=DEAD))
    assert verdict.cause is Cause.NETWORK_LOST
    assert Cause.KEEPALIVE_TIMEOUT_CLIENT in [row.cause for row in verdict.alternatives]


def test_a_frozen_server_acknowledges(trace):
    trace.open().ping(1, "a", rtt_s=None).error(3, "missed_pong").close_sent(3.0, 1011)
    verdict = verdict_of(trace.error(8, "close_timeout").we_end(8.0, tcp=FROZEN))
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_CLIENT
    assert any("acknowledged everything" in row.text for row in verdict.because)


def test_our_close_into_a_dead_path(trace):
    trace.open().chat(2).close_sent(3.0).error(13, "close_timeout").we_end(13, tcp=DEAD)
    assert verdict_of(trace).cause is Cause.NETWORK_LOST


def test_a_machine_that_slept_is_not_the_servers_fault(trace):
    trace.open().chat(2).error(9, "clock_jump", jump_ns=1_800 * 10**9).reset(9.2)
    assert verdict_of(trace).cause is Cause.NETWORK_LOST


# ---- close handshakes that go astray ----


def test_both_close_at_once(trace):
    trace.open().chat(1).close_sent(1.0).close_received(1.002, 1001, reply=False).eof(1.01)
    verdict = verdict_of(trace)
    assert verdict.cause is Cause.CLIENT_CLOSED
    assert Cause.SERVER_GOING_AWAY in [row.cause for row in verdict.alternatives]


def test_a_slow_but_proper_answer_to_our_close(trace):
    trace.open().chat(1).close_sent(1.0).close_received(6.5, 1000, reply=True).eof(6.6)
    verdict = verdict_of(trace)
    assert verdict.cause is Cause.CLIENT_CLOSED
    assert verdict.clean


def test_close_frames_exchanged_but_tcp_stays(trace):
    trace.open().chat(1).close_received(1.0, 1000, "bye").close_sent(1.0, 1000, reply=True)
    verdict = verdict_of(trace.we_end(11.0, why="TCP stayed open"))
    assert verdict.cause is Cause.SERVER_CLOSED_NORMAL
    assert not verdict.clean


@pytest.mark.parametrize("code", [0, 999, 1004, 1006, 2500, 5000])
def test_a_code_that_may_not_be_sent(trace, code):
    trace.open().close_received(0.8, code, invalid="a code that may not be sent")
    verdict = verdict_of(trace.close_sent(0.8, 1002).eof(0.9))
    assert verdict.cause is Cause.PROTOCOL_ERROR_SERVER
    assert verdict.close_code == 1006


def test_an_invalid_frame_is_evidence_by_itself(trace):
    trace.open().server_ping(0.5, "x").events[-2].detail["invalid"] = "a ping of 126 bytes"
    assert verdict_of(trace.eof(0.9)).cause is Cause.PROTOCOL_ERROR_SERVER


def test_data_after_the_servers_close_is_ignored(trace):
    trace.open().close_received(1, 1000, "done").error(1.01, "data_after_close").close_sent(
        1.02, 1000, reply=True
    )
    assert verdict_of(trace.eof(1.03)).cause is Cause.SERVER_CLOSED_NORMAL


# ---- sizes ----


def test_a_message_that_ended_it_without_a_word(trace):
    trace.open().sent(0.2, "small").received(0.21, "ok").sent(1.0, "x" * 300_000).reset(1.05)
    verdict = verdict_of(trace)
    assert verdict.cause is Cause.MESSAGE_TOO_BIG
    assert any("300,000" in text for text in verdict.try_next)


def test_a_large_message_that_was_answered_is_not_to_blame(trace):
    trace.open().sent(1.0, "x" * 300_000).received(1.05, "ok").reset(1.3)
    assert verdict_of(trace).cause is Cause.CONNECTION_RESET


# ---- what came before and after ----


def past(*rows):
    from wstui.diagnosis import PastEnding

    return [PastEnding(silence_s, age_s, "eof") for silence_s, age_s in rows]


def test_an_odd_silence_that_repeats_is_a_timer(trace):
    trace.open().sent(3.1, "a").eof(50.41)
    alone = verdict_of(trace)
    verdict = verdict_of(trace, history=past((47.3, 61.0), (47.35, 47.4)))
    assert verdict.cause is Cause.IDLE_TIMEOUT_PROXY
    assert verdict.confidence > max(0.9, alone.confidence)
    assert any("3 connections" in row.text for row in verdict.because)


def test_an_age_that_repeats_whatever_the_silence_is_a_limit(trace):
    trace.open().sent(3.1, "a").eof(13.0)
    verdict = verdict_of(trace, history=past((13.0, 13.02), (1.2, 13.01)))
    assert verdict.cause is Cause.LIFETIME_LIMIT
    assert verdict.prevented_by == "none"


def test_earlier_connections_of_the_session_count_too(trace):
    trace.open().sent(3.1, "a").eof(50.41).next_connection()
    trace.open(60.0).sent(75.0, "b").eof(122.33)
    assert verdict_of(trace).confidence > 0.9


def test_a_refused_next_attempt_means_that_the_server_is_gone(trace):
    trace.open().sent(1.0, "a").eof(7.31).next_connection().error(8.0, "connection_refused")
    assert verdict_of(trace, connection=0).cause is Cause.SERVER_CRASH


@pytest.mark.parametrize(
    ("body", "headers", "cause"),
    [
        ("<h1>503 Service Unavailable</h1>\nNo server is available", {}, Cause.BACKEND_UNAVAILABLE),
        ("no healthy upstream", {"server": "envoy"}, Cause.BACKEND_UNAVAILABLE),
        ("too many connections", {}, Cause.OVERLOADED_TRY_AGAIN),
        ("", {}, Cause.BACKEND_UNAVAILABLE),
        ("", {"server": "Python/3.12 aiohttp/3.9"}, Cause.OVERLOADED_TRY_AGAIN),
        ("", {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, Cause.OVERLOADED_TRY_AGAIN),
    ],
)
def test_who_says_503(trace, body, headers, cause):
    from wstui.events import Direction, Kind

    response = {"status": 503, "headers": [list(pair) for pair in headers.items()], "body": body}
    trace.add(0.1, Kind.UPGRADE, Direction.RECEIVED, response=response, failed=True)
    assert verdict_of(trace.error(0.1, "http_status", status=503)).cause is cause
