"""Files: the shipped ones fit, a person's own are taken, broken ones are described."""

import os

import pytest

from wstui.dialects import DialectError, Matcher, catalogue, knowledge, limits_near, read_dialect
from wstui.dialects.loading import _shipped, _shipped_head, _shipped_texts
from wstui.events import Cause

MINE = """
name = "acme"
title = "Acme feed"
source = "https://acme.example/docs"
[recognition]
url = 'feed\\.acme\\.example'
url_score = 60
[heartbeat]
starts = "client"
period_s = 10
rule = "Or else."
[[message]]
mark = "app_ping"
direction = "sent"
equals = "beat"
[[close]]
codes = [4000]
label = "too slow"
cause = "overloaded_try_again"
retry = "delay"
"""


@pytest.mark.parametrize("name", catalogue().names)
def test_shipped_files_fit(name):
    dialect = _shipped(name)
    assert dialect.name == name
    assert dialect.source.startswith("https://")
    assert _shipped_head(name) == dialect.head(), "the recognition stands before all other tables"
    for row in dialect.close:
        assert isinstance(row.cause, Cause)
        assert row.label
        assert row.label[-1] != "."
        assert not row.source or row.source.startswith("https://")
    beats = [row for row in dialect.message if row.mark == "app_ping"]
    assert bool(beats) == (dialect.heartbeat is not None)
    if dialect.heartbeat is not None:
        assert dialect.heartbeat.rule.endswith(".")
        pongs = [row for row in dialect.message if row.mark == "app_pong"]
        assert bool(pongs) == any(row.answered for row in beats)


def test_there_are_as_many_as_promised():
    assert len(_shipped_texts()) >= 24


@pytest.mark.parametrize(
    ("dialect", "code", "reason", "cause", "retry"),
    [
        ("discord", 4004, "", Cause.POLICY_OR_AUTH, "no"),
        ("discord", 4009, "", Cause.KEEPALIVE_TIMEOUT_SERVER, "new_session"),
        ("pusher", 4150, "", Cause.OVERLOADED_TRY_AGAIN, "delay"),
        ("pusher", 4201, "", Cause.KEEPALIVE_TIMEOUT_SERVER, "now"),
        ("pusher", 4250, "", Cause.SERVER_GOING_AWAY, "now"),
        ("graphql-transport-ws", 4401, "Unauthorized", Cause.POLICY_OR_AUTH, "no"),
        (
            "graphql-transport-ws",
            4408,
            "Connection initialisation timeout",
            Cause.SERVICE_PRIVATE_CODE,
            "yes",
        ),
        ("graphql-transport-ws", 4408, "Request Timeout", Cause.KEEPALIVE_TIMEOUT_SERVER, "yes"),
        ("centrifugo", 3012, "", Cause.KEEPALIVE_TIMEOUT_SERVER, "yes"),
        ("centrifugo", 4600, "", Cause.SERVICE_PRIVATE_CODE, "no"),
        ("deepgram", 1011, "NET-0001", Cause.IDLE_TIMEOUT_SERVER, "yes"),
        ("twitch-eventsub", 4003, "", Cause.IDLE_TIMEOUT_SERVER, "yes"),
    ],
)
def test_private_close_codes(dialect, code, reason, cause, retry):
    row = catalogue().close_meaning(dialect, code, reason)
    assert row is not None
    assert (row.cause, row.retry) == (cause, retry)


def test_codes_without_a_row_say_nothing():
    assert catalogue().close_meaning("discord", 4999) is None
    assert catalogue().close_meaning("deepgram", 1011, "oops") is None
    assert catalogue().close_meaning("no such dialect", 4000) is None


def test_a_dialect_of_ones_own(own, talk):
    own("acme", MINE)
    assert "acme" in catalogue().names
    matcher, marks = talk(">beat", "<beat", url="wss://feed.acme.example/")
    assert (matcher.dialect, matcher.expected_period_s) == ("acme", 10)
    assert marks == ["app_ping", None]
    row = catalogue().close_meaning("acme", 4000)
    assert row is not None
    assert row.label == "too slow"


def test_ones_own_wins_over_a_shipped_one_of_its_name(own):
    own("mine", MINE.replace('"acme"', '"discord"'))
    assert catalogue().dialect("discord").title == "Acme feed"
    assert [head.title for head in catalogue().heads if head.name == "discord"] == ["Acme feed"]


def test_a_broken_file_is_described_and_the_rest_is_loaded(own):
    own("acme", MINE)
    broken = own("broken", MINE.replace("period_s = 10", 'period_s = "ten"'))
    assert catalogue().problems == (f"{broken}: heartbeat.period_s: expected `float | null`, got `str`.",)
    assert Matcher("acme").dialect == "acme"


@pytest.mark.parametrize(
    ("change", "to", "expected"),
    [
        ("title =", "titel =", r"mine.toml: .*titel"),
        ('mark = "app_ping"', 'mark = "beat"', r"message\[0\].mark: invalid enum value"),
        ('equals = "beat"', "", r"message\[0\]: expected at least one condition"),
        ('equals = "beat"', 'regex = "("', r"message\[0\].regex: expected a regular expression"),
        ('equals = "beat"', 'equals_hex = "c"', r"message\[0\].equals_hex: expected hexadecimal"),
        ('equals = "beat"', 'equals = "beat"\nprefix = "b"', r"message\[0\].equals: expected no other"),
        ('equals = "beat"', 'contains = ["b"]\nkey = ["id"]', r"message\[0\].key: expected where or has"),
        ("codes = [4000]", "", r"close\[0\].codes: expected at least one"),
        ("codes = [4000]", "first = 4000", r"close\[0\]: expected first and last together"),
        ("codes = [4000]", "first = 4010\nlast = 4000", r"close\[0\].last: expected a code not below"),
        ("codes = [4000]", "codes = [42]", r"close\[0\].codes\[0\]: expected `int` >= 1000"),
        ('retry = "delay"', 'retry = "maybe"', r"close\[0\].retry: invalid enum value"),
        ("url = ", "url = 5 #", r"recognition.url: expected `str`"),
        ("[heartbeat]", "[heartbeat", r"mine.toml: not TOML"),
        ('name = "acme"', 'name = "Acme Feed"', r"name: expected `str` matching"),
    ],
)  # fmt: skip
def test_errors_name_the_file_the_key_and_the_expectation(parse, change, to, expected):
    assert change in MINE
    with pytest.raises(DialectError, match=expected):
        parse(MINE.replace(change, to))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(own):
    path = own("acme", MINE)
    path.chmod(0)
    with pytest.raises(DialectError, match="cannot be read"):
        read_dialect(path)


def test_a_file_that_is_not_utf8(own):
    path = own("acme", MINE)
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(DialectError, match="expected UTF-8"):
        read_dialect(path)


def test_intermediaries_are_recognised_only_by_their_headers():
    for row in knowledge().intermediary:
        assert row.source.startswith(("https://", "http://"))
        assert bool(row.header) == bool(row.pattern)
        assert row.header == row.header.lower()
        assert not row.regex.search("")
        assert row.ends != "close" or row.close_codes or not row.header


@pytest.mark.parametrize(
    ("header", "value", "name"),
    [
        ("server", "nginx/1.22.1", "nginx"),
        ("server", "Apache/2.4.71 (Debian)", "Apache"),
        ("server", "Apache-Coyote/1.1", "Tomcat"),
        ("server", "TornadoServer/6.4", "Tornado"),
        ("server", "Python/3.11 websockets/17.4", "websockets (Python)"),
        ("via", "1.1 google", "Google load balancer"),
        ("cf-ray", "8a-AMS", "Cloudflare"),
    ],
)
def test_who_a_header_gives_away(header, value, name):
    rows = [row for row in knowledge().intermediary if row.header == header and row.regex.search(value)]
    assert rows[0].name == name


def test_candidates_by_number():
    assert {"nginx", "AWS load balancer", "Cowboy"} <= {row.name for row in limits_near(60.05)}
    assert "AWS network load balancer" in {row.name for row in limits_near(350.2)}
    assert "AWS API Gateway" in {row.name for row in limits_near(7201, of="lifetime")}
    assert limits_near(77.0) == ()


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("keepalive ping timeout", Cause.KEEPALIVE_TIMEOUT_SERVER),
        ("ping timed out", Cause.KEEPALIVE_TIMEOUT_SERVER),
        ("Heartbeat timeout", Cause.KEEPALIVE_TIMEOUT_SERVER),
        ("Pong reply not received", Cause.KEEPALIVE_TIMEOUT_SERVER),
        ("Your session hit the maximum duration of 60 minutes.", Cause.LIFETIME_LIMIT),
        ("max connection age", Cause.LIFETIME_LIMIT),
        ("Idle Timeout", Cause.IDLE_TIMEOUT_SERVER),
        ("Connection Idle Timeout", Cause.IDLE_TIMEOUT_SERVER),
        ("WebSocket timed out from inactivity", Cause.IDLE_TIMEOUT_SERVER),
        ("message too big", Cause.MESSAGE_TOO_BIG),
        ("Received too big message", Cause.MESSAGE_TOO_BIG),
        ("connection limit exceeded", Cause.POLICY_OR_AUTH),
        ("Token expired", Cause.POLICY_OR_AUTH),
        ("Policy violation", Cause.POLICY_OR_AUTH),
        ("Server restarting", Cause.SERVER_RESTART),
        ("Server shutdown", Cause.SERVER_GOING_AWAY),
        ("Go away!", Cause.SERVER_GOING_AWAY),
        ("Try again later", Cause.OVERLOADED_TRY_AGAIN),
        ("slow consumer", Cause.OVERLOADED_TRY_AGAIN),
    ],
)
def test_words_of_reasons(reason, cause):
    row = next(row for row in knowledge().reason if row.regex.search(reason))
    assert row.cause is cause


@pytest.mark.parametrize(
    "reason", ["bye", "done", "normal closure", "end of stream", "game over", "idlewild", "thanks for flying"]
)
def test_ordinary_words_give_nothing_away(reason):
    assert not [row.pattern for row in knowledge().reason if row.regex.search(reason)]
