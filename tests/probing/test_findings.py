from types import SimpleNamespace

import pytest

from wstui.probing.findings import conclude, heartbeat_interval_s
from wstui.probing.showing import Showing
from wstui.probing.trials import Trial


def shown(name, *, ended=True, age_s=60.0, our_silence_s=None, opened=True, server_pings=0):
    verdict = SimpleNamespace(cause=None, confidence=0.0)
    return Showing(
        Trial(name, "", []),
        "x.wstui",
        verdict,
        opened=opened,
        age_s=age_s,
        silence_s=our_silence_s if our_silence_s is not None else age_s,
        our_silence_s=our_silence_s if our_silence_s is not None else age_s,
        ended_by_them=ended,
        server_pings=server_pings,
        server_ping_period_s=20.0 if server_pings else None,
    )


def kept(name):
    return shown(name, ended=False, age_s=102.0)


@pytest.mark.parametrize(
    ("rest", "by", "word"),
    [
        ([], "unknown", "--message"),
        ([kept("pings")], "pings", "Ping every 45 s"),
        ([kept("pings"), kept("messages")], "both", "Ping every 45 s"),
        ([shown("pings"), kept("messages")], "messages", "a message every 45 s"),
        ([shown("pings", age_s=75.0), shown("messages", age_s=130.0)], "neither", "heartbeat"),
        ([shown("pings", opened=False)], "unknown", "--message"),
    ],
)
def test_what_keeps_a_connection_open(rest, by, word):
    found = conclude([shown("contact"), shown("silence"), *rest])
    assert found.silence_limit_s == 60.0
    assert found.kept_open_by == by
    assert word in found.advice[0]


def test_the_same_age_whatever_is_said_is_a_lifetime():
    found = conclude([shown("silence"), shown("pings", age_s=61.0), shown("messages", age_s=59.5)])
    assert found.lifetime_s == 60.0
    assert found.silence_limit_s is None
    assert found.kept_open_by == "neither"


def test_pings_alone_do_not_prove_a_lifetime():
    """An idle timeout that counts messages alone looks the same."""
    found = conclude([shown("silence"), shown("pings", age_s=60.0)])
    assert found.lifetime_s is None
    assert "--message" in found.advice[0]


def test_a_server_that_pings_needs_no_heartbeat_of_ours():
    found = conclude([shown("silence", ended=False, server_pings=3)])
    assert found.survived_s == 60.0
    assert "pings every 20 s" in found.advice[0]


def test_nothing_follows_where_no_silence_was_tried():
    assert conclude([shown("contact")]).advice == ()


@pytest.mark.parametrize(("limit_s", "interval_s"), [(60, 45), (100, 75), (350, 240), (3, 2), (0.5, 0.38)])
def test_an_interval_is_round_and_stays_clear_of_the_limit(limit_s, interval_s):
    assert heartbeat_interval_s(limit_s) == interval_s
