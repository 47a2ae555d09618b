import json
import os
import signal
import subprocess
import sys
import time

import pytest

from wstui.timeline import Catalogue, TimelineReader

WSTUI = (sys.executable, "-m", "wstui")


def said(events, direction="received", kind="text"):
    return [row["text"] for row in events if row["direction"] == direction and row["kind"] == kind]


def test_steps_events_and_a_clean_end(run_json, lab):
    result = run_json(lab(), "send hello", "expect hello within 5", "ping are you there", "wait 0.05")
    assert result.status == 0
    assert said(result.events) == ["hello"]
    assert said(result.events, kind="pong") == ["are you there"]
    assert [row["id"] for row in result.events] == list(range(1, len(result.events) + 1))
    closes = [row["detail"]["code"] for row in result.events if row["kind"] == "close"]
    assert closes == [1000, 1000]
    assert result.verdict["cause"] == "client_closed"
    assert result.verdict["clean"] is True
    assert result.verdict["session"].endswith(".wstui")
    assert "Recording to" in result.err


def test_what_is_printed_is_what_is_recorded(run_json, lab):
    result = run_json(lab(), "send-hex 00ff", "expect . within 5")
    path = Catalogue().find(result.verdict["session"])
    with TimelineReader(path) as reader:
        recorded = [(event.id, event.kind, event.t_ns) for event in reader.events(1)]
    assert [(row["id"], row["kind"], row["t_ns"]) for row in result.events] == recorded
    sent = next(row for row in result.events if row["kind"] == "binary")
    assert sent["base64"] == "AP8="


@pytest.mark.parametrize(
    ("path", "steps", "status", "cause"),
    [
        ("", ["expect never within 0.1"], 1, "client_closed"),
        ("refuse-401", [], 3, "handshake_rejected_http"),
        ("going-away?after_s=0.1", ["until-closed 5"], 0, "server_going_away"),
        ("going-away?after_s=0.1", ["wait 5"], 4, "server_going_away"),
        ("going-away?after_s=0.1", ["wait 5", "send too late"], 4, "server_going_away"),
        ("silent-close?after_s=0.2", ["until-closed 5"], 0, None),
        ("", ["until-closed 0.1"], 4, "client_closed"),
        ("", ["close 4001 bye"], 0, "client_closed"),
        ("", ["close 4001 bye", "until-closed 5"], 0, "client_closed"),
        ("", ["abort"], 0, None),
        ("", ["frame 9 " + "00" * 4], 0, "client_closed"),
        ("crash?after_s=0.1", ["wait 2"], 4, None),
    ],
)
def test_exit_statuses(run_json, lab, path, steps, status, cause):
    result = run_json(lab(path), *steps)
    assert result.status == status
    if cause is not None:
        assert result.verdict["cause"] == cause


def test_a_close_that_is_never_answered_is_not_as_asked(cli, lab, tmp_path):
    profile = tmp_path / "hasty.toml"
    profile.write_text(
        f'url = "{lab("no-close-reply")}"\n[timeouts]\nclose = 0.2\n[heartbeat]\ninterval = 0\n'
    )
    assert cli("run", profile, "--do", "send x").status == 4


def test_nobody_listens(run_json, unused_tcp_port):
    result = run_json(f"ws://127.0.0.1:{unused_tcp_port}", "send x")
    assert result.status == 3
    assert result.verdict["cause"] == "connection_refused"
    assert result.verdict["close_code"] is None


def test_replies_and_repetition_beside_the_steps(run_json, lab):
    result = run_json(lab(), 'on "n": *2 send matched', "every 0.05 send tick", 'send {"n": 2}', "wait 0.5")
    sent = said(result.events, "sent")
    assert sent.count("matched") == 1
    assert 4 <= sent.count("tick") <= 12


def test_the_time_bounds_the_run(run_json, lab):
    before = time.monotonic()
    result = run_json(lab(), "until-closed", options=("--for", "0.3", "--ping-every", "0.1"))
    assert result.status == 4
    assert time.monotonic() - before < 5
    assert [row["kind"] for row in result.events].count("pong") >= 1
    assert "0.3 seconds were over" in result.err


@pytest.mark.parametrize("steps", [(), ("every 0.05 send tick",)])
def test_with_nothing_to_do_but_watch_the_end_of_the_time_is_as_asked(run_json, lab, steps):
    result = run_json(lab(), *steps, options=("--for", "0.3", "--ping-every", "0"))
    assert result.status == 0
    opened = next(row["t_ns"] for row in result.events if row["kind"] == "open")
    closed = next(row["t_ns"] for row in result.events if row["kind"] == "close")
    assert closed - opened > 100_000_000


def test_dialling_counts_towards_the_time(run_json, lab):
    result = run_json(lab("no-answer"), options=("--for", "0.2"))
    assert result.status == 3


def test_retries(run_json, lab):
    result = run_json(
        lab("going-away?after_s=0.01"), "until-closed 20", options=("--retry", "2", "--ping-every", "0")
    )
    assert result.verdict["connections"] == 3 or result.status == 4
    assert {row["connection"] for row in result.events} >= {0, 1}
    assert [row for row in result.events if row["kind"] == "retry"]


def test_options_reach_the_connection(run_json, lab):
    options = (
        *("-H", "X-Trace: 7", "-H", "x-trace: 8", "-H", "Authorization: Bearer ${SECRET_FOR_TEST}"),
        *("--no-compression", "--open-timeout", "3", "--max-size", "1000", "--ping-every", "0"),
    )
    os.environ["SECRET_FOR_TEST"] = "from-the-environment"
    try:
        result = run_json(lab(), "send " + "x" * 2000, "until-closed 5", options=options)
    finally:
        del os.environ["SECRET_FOR_TEST"]
    upgrade = next(row for row in result.events if row["kind"] == "upgrade")
    headers = {name.lower(): value for name, value in upgrade["detail"]["request"]["headers"]}
    assert headers["x-trace"] == "8"
    assert headers["authorization"] == "Bearer ${SECRET_FOR_TEST}"
    assert "sec-websocket-extensions" not in headers
    assert result.verdict["cause"] == "message_too_big"


def test_narration_for_people(cli, lab):
    result = cli("run", lab(), "--ping-every", "0", "--do", "send hi", "--do", "expect hi")
    assert result.status == 0
    assert any("→" in line and line.endswith("hi") for line in result.lines)
    assert any(line.startswith("Why it ended: closed by this client") for line in result.lines)


def test_a_hostile_server_sends_no_escape_through(cli, lab):
    result = cli("run", lab("hostile?after_s=0.2"), "--ping-every", "0", "--do", "until-closed 5")
    assert "\x1b" not in result.out + result.err
    assert not any(0x7F <= ord(character) < 0xA0 for character in result.out)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "nothing to connect to"),
        (["ws://"], "host"),
        (["nosuchprofile"], "nosuchprofile"),
        (["--profile", "nosuchprofile"], "wstui profile list"),
        (["ws://x", "--do", "dance"], "Step 1, “dance”: there is no step"),
        (["ws://x", "--do", "ping", "--do", "close 1006"], "Step 2"),
        (["ws://x", "--do", "send-file /nonexistent"], "cannot be read"),
        (["ws://x", "-H", "nonsense"], "'Name: value'"),
        (["ws://x", "-H", "A: ${NO_SUCH_VARIABLE}"], "NO_SUCH_VARIABLE"),
        (["ws://x", "--ping-every", "soon"], "--ping-every"),
        (["ws://x", "--for", "0"], "--for"),
        (["ws://x", "--ca", "/nonexistent"], "/nonexistent"),
        (["ws://x", "--nonsense"], "--nonsense"),
        (["ws://x", "surplus"], "surplus"),
        (["--profile", "broken.toml"], "broken.toml"),
    ],
)
def test_bad_input_ends_in_one_sentence(cli, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.toml").write_text("url = \n")
    result = cli("run", *arguments)
    assert result.status == 2
    assert says in result.err
    assert result.out == ""
    assert len(result.err.splitlines()) == 1
    assert not Catalogue().sessions()


def test_a_profile_by_name_with_another_url(cli, lab, home):
    (home / "profiles").mkdir()
    (home / "profiles" / "trades.toml").write_text('url = "ws://127.0.0.1:1"\n[heartbeat]\ninterval = 0\n')
    assert cli("run", "trades").status == 3
    assert cli("run", lab(), "--profile", "trades", "--do", "send x").status == 0
    assert {entry.profile for entry in Catalogue().sessions()} == {"trades"}


@pytest.fixture
def start(home):
    running = []

    def begin(*arguments, **options):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([*WSTUI, *arguments], **{**pipes, **options})
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def until_open(process):
    for line in process.stdout:
        if json.loads(line).get("kind") == "open":
            return
    raise AssertionError(process.stderr.read())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_closes_with_1001_and_still_gives_the_verdict(start, lab, number):
    process = start("run", lab(), "--do", "until-closed", "--json")
    until_open(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number, err
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["detail"]["code"] for row in rows if row.get("kind") == "close"] == [1001, 1001]
    assert rows[-1]["type"] == "verdict"


def test_nobody_reading_ends_it_quietly(start, lab):
    process = start("run", lab(), "--do", "every 0.01 send x", "--json")
    until_open(process)
    process.stdout.close()
    assert process.wait(20) == 128 + signal.SIGPIPE
    assert "Traceback" not in process.stderr.read()


def test_a_closed_standard_output_is_survived(start, lab):
    shell = f"exec {sys.executable} -m wstui run {lab()} --do 'send x' >&-"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    assert "Why it ended" not in done.stderr
