"""Which endings deserve another attempt, and after which delay."""

import random
from email.utils import formatdate

import pytest

from wstui.events import CLOSE_CODES, ErrorCode
from wstui.profiles import Reconnect
from wstui.wire.retry import LONGEST_WAIT_S, EndFacts, RetryPolicy, parse_retry_after, worth_retrying

NOW_S = 1_763_800_000.0


def received(code):
    return EndFacts(opened=True, close_received={"code": code, "reason": ""}, who_first="server")


@pytest.mark.parametrize(
    "error",
    [
        ErrorCode.DNS_FAILURE,
        ErrorCode.CONNECTION_REFUSED,
        ErrorCode.CONNECT_TIMEOUT,
        ErrorCode.UNREACHABLE,
        ErrorCode.CONNECT_FAILED,
        ErrorCode.PROXY_UNREACHABLE,
        ErrorCode.PROXY_REFUSED,
        ErrorCode.PROXY_TIMEOUT,
        ErrorCode.TLS_CLOSED,
        ErrorCode.TLS_TIMEOUT,
        ErrorCode.UPGRADE_TIMEOUT,
        ErrorCode.UPGRADE_EOF,
        ErrorCode.UPGRADE_RESET,
        ErrorCode.MISSED_PONG,
        ErrorCode.CLOSE_TIMEOUT,
    ],
)
def test_what_can_pass_is_retried(error):
    worth, reason = worth_retrying(EndFacts(error=error))
    assert worth
    assert reason


@pytest.mark.parametrize(
    "error",
    [
        ErrorCode.TLS_UNTRUSTED,
        ErrorCode.TLS_HOSTNAME,
        ErrorCode.TLS_EXPIRED,
        ErrorCode.TLS_NOT_TLS,
        ErrorCode.TLS_VERSION,
        ErrorCode.TLS_CLIENT_CERTIFICATE,
        ErrorCode.TLS_FAILURE,
        ErrorCode.NOT_HTTP,
        ErrorCode.NOT_WEBSOCKET,
        ErrorCode.BAD_ACCEPT,
        ErrorCode.SUBPROTOCOL_MISMATCH,
        ErrorCode.EXTENSION_MISMATCH,
        ErrorCode.TOO_MANY_REDIRECTS,
        ErrorCode.BAD_REDIRECT,
        ErrorCode.CANCELLED,
        ErrorCode.PROTOCOL_VIOLATION,
        ErrorCode.INVALID_UTF8,
        ErrorCode.MESSAGE_TOO_BIG,
        ErrorCode.BAD_COMPRESSION,
        ErrorCode.INTERNAL,
    ],
)
def test_what_stays_as_it_is_is_not(error):
    worth, reason = worth_retrying(EndFacts(error=error))
    assert not worth
    assert reason


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("error", [ErrorCode.HTTP_STATUS, ErrorCode.PROXY_REFUSED])
def test_http_statuses_that_can_pass(status, error):
    assert worth_retrying(EndFacts(error=error, http_status=status))[0]


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 407, 410, 426, 501, 505])
@pytest.mark.parametrize("error", [ErrorCode.HTTP_STATUS, ErrorCode.PROXY_REFUSED])
def test_http_statuses_that_cannot(status, error):
    worth, reason = worth_retrying(EndFacts(error=error, http_status=status))
    assert not worth
    assert str(status) in reason


@pytest.mark.parametrize("row", CLOSE_CODES.values(), ids=lambda row: str(row.code))
def test_registered_close_codes_say_it_themselves(row):
    worth, reason = worth_retrying(received(row.code))
    assert worth is row.retry
    assert str(row.code) in reason


def test_a_close_without_a_code_counts_as_1005():
    assert worth_retrying(received(None)) == worth_retrying(received(1005))


@pytest.mark.parametrize(
    ("code", "worth"),
    [
        (3001, True),
        (4000, True),
        (4399, True),
        (4400, False),
        (4401, False),
        (4403, False),
        (4408, True),
        (4425, True),
        (4429, True),
        (4499, False),
        (4500, True),
        (4999, True),
    ],
)
def test_private_codes(code, worth):
    """4400..4499 are HTTP's numbers plus 4000 where services use them."""
    assert worth_retrying(received(code))[0] is worth


def test_an_end_without_a_close_frame_is_retried():
    assert worth_retrying(EndFacts(opened=True))[0]


def test_an_end_that_was_asked_for_is_not():
    facts = EndFacts(opened=True, close_received={"code": 1011}, asked_by_client=True)
    assert not worth_retrying(facts)[0]


def test_our_own_close_for_a_missed_heartbeat_is_retried():
    facts = EndFacts(
        opened=True, close_sent={"code": 1011}, close_received={"code": 1000}, who_first="client"
    )
    assert worth_retrying(facts)[0]
    assert worth_retrying(EndFacts(opened=True, close_sent={"code": 1011}, error=ErrorCode.CLOSE_TIMEOUT))[0]


def test_a_broken_close_frame_decides_nothing():
    facts = EndFacts(
        opened=True, close_received={"code": 1011, "invalid": "no"}, error=ErrorCode.PROTOCOL_VIOLATION
    )
    assert not worth_retrying(facts)[0]


# delays


def policy(**settings):
    return RetryPolicy(Reconnect(**settings))


def decide(retry_policy, facts=EndFacts(opened=True), attempt=0, seed=1):  # noqa: B008  frozen
    return retry_policy.decide(facts, attempt, random.Random(seed), NOW_S)


@pytest.mark.parametrize(
    ("attempt", "delay_s"), [(0, 0.5), (1, 1.0), (2, 2.0), (5, 16.0), (6, 30.0), (9, 30.0)]
)
def test_the_delay_grows_up_to_a_bound(attempt, delay_s):
    assert decide(policy(jitter="none"), attempt=attempt).delay_s == delay_s


def test_full_jitter_is_between_nothing_and_the_delay():
    delays = [decide(policy(), attempt=3, seed=seed).delay_s for seed in range(500)]
    assert all(0 <= delay <= 4 for delay in delays)
    assert min(delays) < 0.5
    assert max(delays) > 3.5
    assert 1.7 < sum(delays) / len(delays) < 2.3


def test_a_huge_attempt_does_not_overflow():
    assert decide(policy(jitter="none", attempts=0), attempt=100_000).delay_s == 30.0


def test_the_attempts_are_bounded():
    assert decide(policy(attempts=3), attempt=2).retry
    decision = decide(policy(attempts=3), attempt=3)
    assert not decision.retry
    assert "3 retries" in decision.reason


def test_what_is_not_worth_it_is_not_delayed():
    decision = decide(policy(), facts=received(1000))
    assert (decision.retry, decision.delay_s) == (False, 0.0)


# Retry-After


def refused(retry_after):
    return EndFacts(error=ErrorCode.HTTP_STATUS, http_status=503, retry_after=retry_after)


def test_retry_after_is_honoured():
    decision = decide(policy(), facts=refused("120"))
    assert (decision.retry, decision.delay_s) == (True, 120.0)
    assert "120 s" in decision.reason


def test_retry_after_below_the_back_off_changes_nothing():
    assert decide(policy(jitter="none"), facts=refused("1"), attempt=5).delay_s == 16.0


def test_retry_after_is_ignored_where_asked():
    assert decide(policy(honour_retry_after=False, jitter="none"), facts=refused("120")).delay_s == 0.5


def test_a_wait_that_is_too_long_is_left_to_the_person():
    decision = decide(policy(), facts=refused(str(int(LONGEST_WAIT_S) + 1)))
    assert not decision.retry
    assert "asks to wait 3601 s" in decision.reason


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("0", 0.0),
        (" 17 ", 17.0),
        ("-3", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("9" * 400, 999_999_999_999.0),
        (formatdate(NOW_S + 90, usegmt=True), 90.0),
        (formatdate(NOW_S - 90, usegmt=True), 0.0),
        ("Sat, 22 Nov 2025 08:26:40 -0000", 0.0),
        ("Fri, 99 Foo 99999 99:99:99 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("\x00\x1b[31m", None),
    ],
)
def test_retry_after_headers(text, seconds):
    """RFC 9110 §10.2.3."""
    assert parse_retry_after(text, NOW_S) == seconds
