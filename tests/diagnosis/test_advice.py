"""What to try next: sentences with settings and numbers, and a page for every cause."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from wstui.diagnosis import confidence, diagnose_events
from wstui.diagnosis.codes import close_code_says, http_status_says
from wstui.dialects import knowledge
from wstui.events import CLOSE_CODES, Cause

PAGE = Path(__file__).parents[2] / "docs" / "diagnosis.md"
WITHOUT_ADVICE = {Cause.STILL_OPEN, Cause.CLIENT_CLOSED, Cause.UNKNOWN}


def advice_of(trace):
    return " ".join(diagnose_events(trace.events).try_next)


def test_an_idle_timeout_asks_for_pings_at_three_quarters_of_the_silence(trace):
    assert "--ping-every 45" in advice_of(trace.open(server="nginx").eof(60.02))


def test_where_pings_did_not_help_it_asks_for_messages(trace):
    for second in range(1, 30):
        trace = trace if second > 1 else trace.open()
        trace.ping(second, f"p{second}")
    assert "[heartbeat.application]" in advice_of(trace.server_closes(30.1, 1000))


def test_the_dialects_heartbeat_comes_with_its_text(trace):
    trace.open().sent(0.2, '["1","1","room:x","phx_join",{}]')
    assert '[null,"1","phoenix","heartbeat",{}]' in advice_of(trace.server_closes(60.1, 1000))


def test_a_heartbeat_of_the_servers_comes_with_its_answer(trace):
    hello = '0{"sid":"x","pingInterval":1000,"pingTimeout":1000}'
    trace.open(url="ws://e/?EIO=4&transport=websocket").received(0.01, hello).received(1.0, "2")
    assert "send '3'" in advice_of(trace.server_closes(2.0, None))


def test_our_own_limit_comes_with_a_larger_one(trace):
    trace.open().error(0.8, "message_too_big", size_bytes=5000).close_sent(0.8, 1009).eof(0.9)
    assert "--max-size 10000" in advice_of(trace)


def test_what_passes_by_itself_comes_with_reconnecting(trace):
    assert "[reconnect]" in advice_of(trace.open().server_closes(0.9, 1012))


def test_a_lifetime_comes_with_the_age(trace):
    assert "before an age of 6.0 s" in advice_of(trace.open().chat(6.0).server_closes(6.01, 1000))


def test_every_cause_has_advice():
    rows = tomllib.loads((files("wstui.diagnosis") / "advice.toml").read_text("utf-8"))["advice"]
    assert {Cause(name) for name in rows} == set(Cause) - WITHOUT_ADVICE
    for sentences in rows.values():
        assert all(sentence.endswith((".", "'wait 5'.")) for sentence in sentences)


def test_every_registered_code_that_a_server_may_send_has_a_meaning():
    for code, row in CLOSE_CODES.items():
        if row.sender != "nobody" or code == 1005:
            assert close_code_says(code) is not None, code
    assert close_code_says(4000) is None
    assert http_status_says(404) is None


def test_confidences_are_on_one_scale():
    named = [value for name, value in vars(confidence).items() if name.isupper()]
    for value in (*named, *(row.confidence for row in knowledge().reason)):
        assert 0 < value < 1


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_its_section(cause):
    page = PAGE.read_text("utf-8")
    section = re.search(rf"^### `{cause.value}`\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    assert section is not None
    for word in ("Means:", "Decided by:", "Do:"):
        assert word in section[1], word
