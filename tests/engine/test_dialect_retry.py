"""What a service says about coming back goes before the general rules."""

import random

import pytest

from wstui.dialects import Mark
from wstui.engine.dialect_retry import advice_of, seconds_asked
from wstui.events import ErrorCode
from wstui.profiles import Reconnect
from wstui.wire import Advice, RetryPolicy, WireEnd


def closed(code, reason="", who="server", asked=False):
    detail = {"code": code, "reason": reason}
    return WireEnd(
        opened=True, close_received=detail, close_sent=detail, who_first=who, asked_by_client=asked
    )


def decide(end, advice, attempt=0, **settings):
    policy = RetryPolicy(Reconnect(mode="on", **settings))
    return policy.decide(end, attempt, random.Random(1), 0.0, advice)


@pytest.mark.parametrize(
    ("dialect", "code", "reason", "again", "words"),
    [
        ("discord", 4004, "", False, "authentication failed"),
        ("discord", 4009, "", True, "heartbeat"),
        ("pusher", 4201, "", True, "no pong"),
        ("pusher", 4003, "", False, "disabled"),
        ("graphql-transport-ws", 4403, "", True, "forbidden"),
        ("phoenix", 1002, "", True, "Bandit"),
    ],
)
def test_the_dialects_row_of_a_code_decides(dialect, code, reason, again, words):
    end = closed(code, reason)
    decision = decide(end, advice_of(dialect, None, end))
    assert decision.retry is again
    assert words in decision.reason


def test_now_makes_no_delay_the_first_time_and_backs_off_later():
    end = closed(4201)
    advice = advice_of("pusher", None, end)
    assert decide(end, advice).delay_s == 0.0
    assert decide(end, advice, attempt=3, jitter="none").delay_s > 0


def test_a_delay_without_a_number_is_a_longer_one():
    end = closed(4100)
    assert decide(end, advice_of("pusher", None, end)).delay_s >= 5


def test_an_announcement_decides_where_the_code_says_nothing():
    end = closed(1000)
    mark = Mark("error", "actioncable", {"retry": "no", "text": "unauthorized"})
    decision = decide(end, advice_of("actioncable", mark, end))
    assert not decision.retry
    assert "unauthorized" in decision.reason
    again = Mark("error", "slack-socket-mode", {"retry": "now"})
    assert decide(end, advice_of("slack-socket-mode", again, end)).retry


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("rate limited, retry after 7", 7.0),
        ('{"code":429,"retry_after":1.5}', 1.5),
        ('{"error":"slow down","retryAfter": 12}', 12.0),
        ("retry in 250 ms", 0.25),
        ("nothing of the kind", 0.0),
    ],
)
def test_seconds_in_words(text, seconds):
    assert seconds_asked(text) == seconds


def test_a_time_to_come_back_is_kept_to_even_without_a_dialect():
    end = closed(1008, "too many messages, retry after 9")
    advice = advice_of(None, None, end)
    assert decide(end, advice).delay_s == 9.0
    ignoring = decide(end, advice, honour_retry_after=False)
    assert ignoring.retry
    assert ignoring.delay_s < 9


def test_the_dialect_has_no_say_where_we_ended_it_or_it_never_opened():
    assert advice_of("discord", None, closed(4004, asked=True)) is None
    assert advice_of("discord", None, closed(4004, who="client")) is None
    assert advice_of("discord", None, WireEnd(error=ErrorCode.CONNECTION_REFUSED)) is None
    assert advice_of("none-such", None, closed(4004)) is None


def test_the_number_of_attempts_still_counts():
    end = closed(4009)
    decision = decide(end, Advice(True, "come back"), attempt=2, attempts=2)
    assert not decision.retry
