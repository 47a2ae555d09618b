import json
import signal
import subprocess
import sys
import time

import pytest

from wstui.timeline import Catalogue, TimelineError, TimelineReader


@pytest.fixture
def probe(cli):
    """``wstui probe --json``: its trials by name, what follows, and the status."""

    def call(url, *options):
        result = cli("probe", url, "--pings", "2", *options, "--json")
        rows = [json.loads(line) for line in result.lines]
        assert rows[-1]["type"] == "probe"
        return {row["name"]: row for row in rows[:-1]}, rows[-1], result

    return call


def test_handshake_pings_and_closing(probe, lab):
    trials, found, result = probe(lab("deflate"), "--silence", "0")
    contact = trials["contact"]
    assert result.status == 0
    assert [phase["kind"] for phase in contact["phases"]] == ["resolve", "tcp", "upgrade"]
    assert contact["facts"]["server"] == "wstui-lab"
    assert "permessage-deflate" in contact["facts"]["extensions"]
    assert contact["pings"]["sent"] == contact["pings"]["answered"] == 2
    assert 0 < contact["pings"]["median_ns"] <= contact["pings"]["p95_ns"]
    assert contact["close"]["reply_code"] == 1000
    assert contact["close"]["reply_ns"] >= 0
    assert contact["close"]["tcp_ended_by"] == "server"
    assert contact["verdict"]["cause"] == "client_closed"
    assert (found["silence_limit_s"], found["kept_open_by"], found["advice"]) == (None, "unknown", [])


def test_every_trial_is_a_session_with_a_title(probe, lab):
    trials, _, _ = probe(lab(), "--silence", "0.2")
    titles = {entry.path.name: entry.title for entry in Catalogue().sessions()}
    assert titles == {row["session"]: f"Probe: {name}" for name, row in trials.items()}


def test_an_idle_timeout_that_pings_prevent(probe, lab):
    trials, found, _ = probe(lab("silent-close?after_s=0.5"), "--silence", "10", "--message", "hello")
    assert trials["silence"]["ended_by_them"] is True
    assert found["silence_limit_s"] == pytest.approx(0.5, abs=0.2)
    assert found["kept_open_by"] == "both"
    assert found["advice"][0].startswith("Ping every 0.")


def test_a_lifetime_that_nothing_prevents(probe, lab):
    trials, found, _ = probe(
        lab("lifetime?after_s=0.6&tick_every_s=0.1"), "--silence", "10", "--message", "hello"
    )
    assert set(trials) == {"contact", "silence", "pings", "messages"}
    assert found["lifetime_s"] == pytest.approx(0.6, abs=0.2)
    assert found["silence_limit_s"] is None
    assert found["kept_open_by"] == "neither"


def test_a_silence_that_is_borne(probe, lab):
    trials, found, _ = probe(lab(), "--silence", "0.3")
    assert set(trials) == {"contact", "silence"}
    assert found["survived_s"] == pytest.approx(0.3, abs=0.2)
    assert found["silence_limit_s"] is None


def test_what_never_opens_is_said_with_what_to_try(cli, lab):
    result = cli("probe", lab("refuse-401"))
    assert result.status == 3
    assert "never opened" in result.out
    assert "401" in result.out
    assert "Try next" in result.out


def test_a_person_reads_what_was_tried(cli, lab):
    result = cli("probe", lab("silent-close?after_s=0.3"), "--silence", "5", "--pings", "1")
    labels = [line[:12].strip() for line in result.lines if line[:12].strip()]
    assert labels == ["Handshake", "Pings", "Close", "Silence", "Kept open", "Advice"]
    assert "1 of 1 answered" in result.out


@pytest.mark.parametrize(
    ("fault", "said"),
    [("no-pong", "0 of 2 answered"), ("no-close-reply", "was never answered"), ("try-later", "did not wait")],
)
def test_endpoints_that_do_not_answer(cli, lab, home, fault, said):
    (home / "profiles").mkdir()
    profile = home / "profiles" / "quick.toml"
    profile.write_text(f'url = "{lab(fault)}"\n[timeouts]\nclose = 0.3\n')
    result = cli("probe", "quick", "--silence", "0", "--pings", "2")
    assert said in result.out


def test_a_recording_is_no_endpoint(cli, lab):
    cli("run", lab(), "--do", "send x")
    result = cli("probe", "last")
    assert result.status == 2
    assert "is a recorded session" in result.err


def is_open(entry):
    try:
        with TimelineReader(entry.path) as reader:
            return any(event.kind == "open" for event in reader.side_events())
    except TimelineError:  # the file was only just begun
        return False


def test_ctrl_c_skips_what_is_left_and_says_what_is_known(lab):
    command = [sys.executable, "-m", "wstui", "probe", lab(), "--silence", "600", "--pings", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        until_s = time.monotonic() + 30
        while sum(is_open(entry) for entry in Catalogue().sessions()) < 2:
            assert time.monotonic() < until_s, "the silence was never begun"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert [line[:12].strip() for line in out.splitlines() if line[:12].strip()][-2:] == ["Silence", "Advice"]
    assert "Traceback" not in err
