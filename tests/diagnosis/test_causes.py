"""One trace on paper for each way to end, and the cause that must come out of it."""

import pytest

from wstui.diagnosis import diagnose_events
from wstui.events import Cause, Direction, ErrorCode, Kind

DIAL_ERRORS = {
    "dns_failure": Cause.DNS_FAILURE,
    "connection_refused": Cause.CONNECTION_REFUSED,
    "connect_timeout": Cause.CONNECT_TIMEOUT,
    "unreachable": Cause.NETWORK_LOST,
    "tls_untrusted": Cause.TLS_UNTRUSTED,
    "tls_hostname": Cause.TLS_HOSTNAME,
    "tls_expired": Cause.TLS_EXPIRED,
    "tls_version": Cause.TLS_FAILURE,
    "tls_not_tls": Cause.HANDSHAKE_NOT_WEBSOCKET,
    "upgrade_timeout": Cause.CONNECT_TIMEOUT,
    "upgrade_eof": Cause.HANDSHAKE_NOT_WEBSOCKET,
    "upgrade_reset": Cause.CONNECTION_RESET,
    "not_http": Cause.HANDSHAKE_NOT_WEBSOCKET,
    "bad_accept": Cause.HANDSHAKE_BAD_ACCEPT,
    "subprotocol_mismatch": Cause.SUBPROTOCOL_MISMATCH,
    "extension_mismatch": Cause.PROTOCOL_ERROR_SERVER,
    "bad_redirect": Cause.REDIRECTED,
    "cancelled": Cause.CLIENT_CLOSED,
}


@pytest.mark.parametrize(("code", "cause"), DIAL_ERRORS.items())
def test_each_way_to_fail_to_connect(trace, code, cause):
    verdict = diagnose_events(trace.error(0.1, code).events)
    assert verdict.cause is cause
    assert verdict.close_code is None
    assert not verdict.clean
    assert verdict.prevented_by == "none"
    assert [row.event for row in verdict.because] == [1]


def test_every_dialling_error_code_has_a_cause(new_trace):
    after_open = {
        ErrorCode.PROTOCOL_VIOLATION, ErrorCode.INVALID_UTF8, ErrorCode.MESSAGE_TOO_BIG,
        ErrorCode.BAD_COMPRESSION, ErrorCode.CLOSE_TIMEOUT, ErrorCode.MISSED_PONG, ErrorCode.DATA_AFTER_CLOSE,
        ErrorCode.CLOCK_JUMP, ErrorCode.INTERNAL,
    }  # fmt: skip
    with_a_status = {ErrorCode.HTTP_STATUS, ErrorCode.PROXY_REFUSED}
    for code in set(ErrorCode) - after_open - with_a_status:
        assert diagnose_events(new_trace().error(0.1, code.value).events).cause is not Cause.UNKNOWN


@pytest.mark.parametrize(
    ("status", "headers", "cause"),
    [
        (401, {}, Cause.HANDSHAKE_REJECTED_HTTP),
        (404, {}, Cause.HANDSHAKE_REJECTED_HTTP),
        (429, {"Retry-After": "7"}, Cause.HANDSHAKE_REJECTED_HTTP),
        (503, {"Retry-After": "30", "Server": "app"}, Cause.OVERLOADED_TRY_AGAIN),
        (503, {"Server": "Apache"}, Cause.BACKEND_UNAVAILABLE),
        (502, {"Server": "nginx"}, Cause.BACKEND_UNAVAILABLE),
        (504, {}, Cause.BACKEND_UNAVAILABLE),
        (301, {"Location": "/elsewhere"}, Cause.REDIRECTED),
        (200, {"Content-Type": "text/html"}, Cause.HANDSHAKE_NOT_WEBSOCKET),
    ],
)
def test_refused_over_http(trace, status, headers, cause):
    response = {"status": status, "headers": [list(pair) for pair in headers.items()]}
    trace.add(0.1, Kind.UPGRADE, Direction.RECEIVED, response=response, failed=True)
    trace.error(0.1, "http_status", status=status)
    assert diagnose_events(trace.events).cause is cause


@pytest.mark.parametrize(
    ("code", "reason", "cause"),
    [
        (1000, "bye", Cause.SERVER_CLOSED_NORMAL),
        (1001, "", Cause.SERVER_GOING_AWAY),
        (1001, "Server shutdown", Cause.SERVER_GOING_AWAY),
        (1002, "", Cause.PROTOCOL_ERROR_CLIENT),
        (1003, "", Cause.UNSUPPORTED_DATA),
        (1007, "Expected JSON", Cause.PROTOCOL_ERROR_CLIENT),
        (1008, "Policy violation", Cause.POLICY_OR_AUTH),
        (1009, "", Cause.MESSAGE_TOO_BIG),
        (1011, "", Cause.INTERNAL_SERVER_ERROR),
        (1011, "keepalive ping timeout", Cause.KEEPALIVE_TIMEOUT_SERVER),
        (1000, "ping timed out", Cause.KEEPALIVE_TIMEOUT_SERVER),
        (1001, "Idle Timeout", Cause.IDLE_TIMEOUT_SERVER),
        (1001, "Your session hit the maximum duration of 30 minutes.", Cause.LIFETIME_LIMIT),
        (1012, "", Cause.SERVER_RESTART),
        (1013, "Try again later", Cause.OVERLOADED_TRY_AGAIN),
        (1014, "", Cause.BACKEND_UNAVAILABLE),
        (3000, "", Cause.POLICY_OR_AUTH),
        (4001, "whatever it means", Cause.SERVICE_PRIVATE_CODE),
    ],
)
def test_what_the_server_says_in_the_middle_of_traffic(trace, code, reason, cause):
    trace.open().sent(0.31, "a").received(0.32, "b").sent(0.71, "a").received(0.72, "b")
    verdict = diagnose_events(trace.server_closes(0.83, code, reason).events)
    assert verdict.cause is cause
    assert verdict.clean
    assert verdict.close_code == code
    assert verdict.close_reason == reason
    assert verdict.who in ("server", "proxy")


@pytest.mark.parametrize("silence_s", [5.02, 30.1, 60.05, 120.3])
def test_a_silence_of_a_round_length_before_fin_is_an_idle_timeout(trace, silence_s):
    trace.open(server="nginx/1.22").sent(1.0, "a").received(1.01, "b").eof(1.01 + silence_s)
    verdict = diagnose_events(trace.events)
    assert verdict.cause is Cause.IDLE_TIMEOUT_PROXY
    assert verdict.who == "proxy"
    assert verdict.prevented_by == "both"
    assert verdict.close_code == 1006
    assert not verdict.clean
    assert any("--ping-every" in sentence for sentence in verdict.try_next)


def test_the_known_default_of_a_recognised_proxy_makes_it_surer(new_trace):
    known = new_trace().open(server="nginx").eof(60.02)
    other = new_trace().open(server="nginx").eof(25.02)
    known_verdict, other_verdict = diagnose_events(known.events), diagnose_events(other.events)
    assert known_verdict.cause is other_verdict.cause is Cause.IDLE_TIMEOUT_PROXY
    assert known_verdict.confidence > other_verdict.confidence


def test_a_silence_of_an_odd_length_is_no_sure_sign_of_a_timer(new_trace):
    odd = diagnose_events(new_trace().open().eof(47.31).events)
    even = diagnose_events(new_trace().open().eof(45.1).events)
    assert odd.confidence < even.confidence


def test_fin_though_pings_were_answered_is_the_servers_own_deadline(trace):
    trace.open().sent(0.1, "a").received(0.1, "b")
    for second in range(1, 30):
        trace.ping(second, f"p{second}")
    verdict = diagnose_events(trace.eof(30.12).events)
    assert verdict.cause is Cause.IDLE_TIMEOUT_SERVER
    assert verdict.prevented_by == "application"


def test_1000_without_a_reason_after_a_round_silence_is_not_normal(trace):
    trace.open().sent(0.4, "a").received(0.41, "b")
    verdict = diagnose_events(trace.server_closes(60.43, 1000).events)
    assert verdict.cause is Cause.IDLE_TIMEOUT_SERVER
    assert Cause.SERVER_CLOSED_NORMAL in [row.cause for row in verdict.alternatives]


def test_server_pings_that_we_never_answered(trace):
    trace.open().server_ping(20.0, "1", answer_s=None).server_ping(40.0, "2", answer_s=None)
    verdict = diagnose_events(trace.server_closes(40.5, 1011, "keepalive ping timeout").events)
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "protocol"


def test_application_heartbeats_that_we_never_answered(trace):
    trace.open().received(1.0, '{"type":"ping","n":1}').received(3.0, '{"type":"ping","n":2}')
    verdict = diagnose_events(trace.server_closes(5.1, 4408, "heartbeat").events)
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_SERVER
    assert verdict.prevented_by == "application"
    assert verdict.heartbeat == "application"


def test_our_pings_unanswered_and_then_we_closed_for_it(trace):
    trace.open().ping(20, "1", rtt_s=None).ping(40, "2", rtt_s=None).error(
        40, "missed_pong", "no pong in 20 s"
    )
    trace.close_sent(40.01, 1011, "keepalive ping timeout").error(50.0, "close_timeout")
    trace.add(50.0, Kind.EOF, Direction.SENT, why="close timeout")
    verdict = diagnose_events(trace.events)
    assert verdict.cause is Cause.KEEPALIVE_TIMEOUT_CLIENT
    assert verdict.close_code == 1006
    assert not verdict.clean


def test_we_closed_and_it_answered(trace):
    trace.open().close_sent(1.0, 4001, "done").close_received(1.01, 4001, "done", reply=True).eof(1.02)
    verdict = diagnose_events(trace.events)
    assert (verdict.cause, verdict.who, verdict.clean) == (Cause.CLIENT_CLOSED, "client", True)
    assert verdict.close_code == 4001


def test_we_closed_and_it_never_answered(trace):
    trace.open().close_sent(1.0).error(11.0, "close_timeout").add(11.0, Kind.EOF, Direction.SENT)
    verdict = diagnose_events(trace.events)
    assert verdict.cause is Cause.NO_CLOSE_REPLY
    assert not verdict.clean


@pytest.mark.parametrize("code", ["protocol_violation", "invalid_utf8", "bad_compression"])
def test_the_server_broke_the_protocol(trace, code):
    trace.open().error(0.8, code, "reserved opcode 0xB", rule="RFC 6455 §5.2").close_sent(0.8, 1002).eof(0.9)
    verdict = diagnose_events(trace.events)
    assert verdict.cause is Cause.PROTOCOL_ERROR_SERVER
    assert "RFC 6455 §5.2" in verdict.because[0].text
    assert not verdict.clean


def test_a_close_frame_with_a_forbidden_code_is_the_servers_error(trace):
    trace.open().close_received(0.8, 1006, invalid="1006 never goes on the wire")
    trace.error(0.8, "protocol_violation").close_sent(0.8, 1002).eof(0.9)
    verdict = diagnose_events(trace.events)
    assert verdict.cause is Cause.PROTOCOL_ERROR_SERVER
    assert verdict.close_code == 1006
    assert not verdict.clean


def test_a_message_beyond_our_own_limit(trace):
    trace.open().error(0.8, "message_too_big").close_sent(0.8, 1009).eof(0.9)
    verdict = diagnose_events(trace.events)
    assert (verdict.cause, verdict.who) == (Cause.MESSAGE_TOO_BIG, "client")


def test_fin_in_the_middle_of_a_frame_is_a_crash(trace):
    trace.open().received(1.37, "a").eof(1.41, missing_bytes=4093)
    assert diagnose_events(trace.events).cause is Cause.SERVER_CRASH


def test_fin_right_after_the_handshake(trace):
    assert diagnose_events(trace.open().eof(0.003).events).cause is Cause.SERVER_CRASH


def test_reset(trace):
    trace.open().received(1.37, "a").add(1.41, Kind.RESET, Direction.RECEIVED, errno=104, during="read")
    verdict = diagnose_events(trace.events)
    assert verdict.cause is Cause.CONNECTION_RESET


def test_reset_right_behind_our_first_write_in_minutes_is_a_forgotten_flow(trace):
    trace.open().received(1.0, "a").sent(400.0, "b").add(400.03, Kind.RESET, Direction.RECEIVED, errno=104)
    assert diagnose_events(trace.events).cause is Cause.IDLE_TIMEOUT_PROXY


def test_the_peer_vanished(trace):
    trace.open().sent(1.37, "a").add(16.4, Kind.LOST, Direction.RECEIVED, errno=110, errno_name="ETIMEDOUT")
    verdict = diagnose_events(trace.events)
    assert (verdict.cause, verdict.who) == (Cause.NETWORK_LOST, "network")


def test_this_machine_slept(trace):
    trace.open().ping(10).error(60, "clock_jump", jump_ns=3_600 * 10**9).eof(60.1)
    assert diagnose_events(trace.events).cause is Cause.NETWORK_LOST


def test_closed_at_a_round_age_while_both_sides_talked(trace):
    trace.open()
    for tenth in range(1, 40):
        trace.sent(tenth / 10 + 0.013, "x").received(tenth / 10 + 0.014, "y")
    verdict = diagnose_events(trace.server_closes(4.01, 1001).events)
    assert verdict.cause is Cause.LIFETIME_LIMIT
    assert verdict.prevented_by == "none"


def test_still_open(trace):
    verdict = diagnose_events(trace.open().received(1.0, "a").events)
    assert verdict.cause is Cause.STILL_OPEN
    assert verdict.close_code is None
    assert not verdict.clean


def test_nothing_recorded():
    verdict = diagnose_events([])
    assert verdict.cause is Cause.UNKNOWN
    assert verdict.connections == 0
