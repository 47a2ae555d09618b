"""``wstui replay``, ``compare``, ``serve`` and scripts, as a person calls them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wstui.timeline import Catalogue, TimelineReader

WSTUI = (sys.executable, "-m", "wstui")


def file_of(result):
    """The session that a command recorded: “last” knows seconds only."""
    return Path(result.err.partition("Recording to ")[2].splitlines()[0])


@pytest.fixture
def session(cli, lab):
    """A recorded session with the echo; gives its file."""
    steps = ['send {"id":1,"op":"a"}', "expect id", "ping x", "send plain", "expect plain"]
    cli("run", lab(), "--ping-every", "0", *(word for step in steps for word in ("--do", step)))
    return Catalogue().find("last")


def test_the_same_server_is_equal_and_the_new_session_is_linked(cli, lab, session):
    result = cli("replay", session, "--against", lab())
    assert result.status == 0
    assert result.lines[:2] == ["Equal: the two server sides agree.", "  Messages: 2 equal."]
    newest = file_of(result)
    with TimelineReader(session) as old, TimelineReader(newest) as new:
        assert new.info.title == f"Replay of {session.stem}"
        made_from = {"session": session.name, "id": old.info.id, "pace": "causal"}
        assert new.info.settings["replay_of"] == made_from
        assert new.info.settings["url"] == lab()


def test_another_answer_is_a_difference(cli, lab, session):
    result = cli("replay", session, "--against", lab("private-code"), "--timeout", "0.2")
    assert result.status == 1
    assert result.lines[0].startswith("Different: ")
    assert "~ close code: 1000 → 4003" in result.out


def test_json_is_one_line(cli, lab, session):
    result = cli("replay", session, "--against", lab("private-code"), "--json")
    assert result.status == 1, result.err
    (line,) = result.lines
    comparison = json.loads(line)
    assert comparison["type"] == "comparison"
    assert comparison["equal"] is False


def test_never_opened(cli, session, unused_tcp_port):
    result = cli("replay", session, "--against", f"ws://127.0.0.1:{unused_tcp_port}")
    assert result.status == 3
    assert "nobody listens" in result.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say which endpoint is driven: --against URL."),
        (["--against", "x", "--pace", "fast"], "--pace fast: expected “causal”, “recorded” or “scaled X”"),
        (["--against", "x", "--set", "a"], "--set a: expected NAME=VALUE."),
        (["--against", "x", "--set", "1a=b"], "--set 1a: a name is made of letters"),
        (["--against", "x", "--capture", "a=$["], "--capture $[: expected a JSON path"),
        (["--against", "x", "--ignore", "$["], "--ignore $[: expected a JSON path"),
        (["--against", "ws://localhost", "--connection", "7"], "has no open connection 7; there are: 0."),
    ],
)
def test_usage(cli, session, arguments, sentence):
    result = cli("replay", session, *arguments)
    assert result.status == 2
    assert sentence in result.err
    assert len(Catalogue().paths()) == 1


def test_what_is_neither_session_nor_profile(cli, home):
    for text in ("nothing-like-it", "ws://localhost:1"):
        result = cli("replay", text, "--against", "ws://localhost:1")
        assert result.status == 2
        assert "is neither a recorded session nor a profile" in result.err


def test_a_session_that_was_never_open(cli, unused_tcp_port):
    cli("run", f"ws://127.0.0.1:{unused_tcp_port}")
    for command in (("replay", "last", "--against", "ws://localhost:1"), ("serve", "last")):
        result = cli(*command)
        assert result.status == 2
        assert "none of its 1 connections was ever open" in result.err
    assert cli("compare", "last", "last").status == 3


def test_a_file_cut_in_half_is_driven_as_far_as_it_goes(cli, lab, tmp_path):
    steps = [word for n in range(400) for word in ("--do", f'send {{"n":{n},"pad":"{"x" * 200}"}}')]
    cli("run", lab(), "--ping-every", "0", *steps, "--do", 'expect "n":399')
    whole = Catalogue().find("last")
    half = tmp_path / "half.wstui"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    result = cli("replay", half, "--against", lab())
    assert result.status == 0, result.err
    assert "is damaged" in result.err
    assert "stops before its connection ended" in result.out


def test_compare(cli, lab, session):
    assert cli("compare", session, session).status == 0
    cli("run", lab(), "--ping-every", "0", "--do", "send other", "--do", "expect other")
    (other,) = set(Catalogue().paths()) - {session}
    result = cli("compare", session, other, "--ignore", "$.op", "--json")
    assert result.status == 1
    assert json.loads(result.out)["differences"] == 2
    assert cli("compare", session, "nothing").status == 2


def test_a_credential_does_not_follow_to_another_endpoint(cli, lab, monkeypatch):
    monkeypatch.setenv("TOKEN_OF_TEST", "abc123")
    headers = ("-H", "Authorization: Bearer ${TOKEN_OF_TEST}", "-H", "X-Plain: 1")
    recorded = file_of(cli("run", lab(), "--ping-every", "0", *headers))
    result = cli("replay", recorded, "--against", lab())
    assert "Not sent, for the recording has no secrets: Authorization" in result.err
    with TimelineReader(file_of(result)) as reader:
        (upgrade,) = (row for row in reader.events(1) if row.kind == "upgrade")
    names = [name for name, _ in upgrade.detail["request"]["headers"]]
    assert "X-Plain" in names
    assert "Authorization" not in names


def test_scripts_of_profiles(cli, lab, tmp_path):
    profile = tmp_path / "talk.toml"
    profile.write_text(
        f'url = "{lab()}"\n[heartbeat]\ninterval = 0\n'
        '[[script]]\nname = "hello"\nsteps = [\'send {{"n":1,"who":"{{{{who}}}}"}}\', "capture n $.n", '
        '"send n={{n}}", "expect ^n=1$"]\n'.replace("{{{{", "{{")
        .replace("}}}}", "}}")
        .replace('{{"n"', '{"n"')
        .replace("\"}}'", "\"}'")
        + '[[script]]\nname = "fails"\nsteps = ["expect never within 0.1"]\n'
    )
    assert cli("run", profile, "--script", "hello", "--set", "who=ann").status == 0
    result = cli("replay", profile, "--script", "hello", "--set", "who=ann", "--against", lab(), "--json")
    assert result.status == 0
    assert '"who\\":\\"ann' in result.out
    assert cli("run", profile, "--script", "fails").status == 1
    assert cli("replay", profile, "--script", "fails").status == 1
    several = cli("replay", profile, "--against", lab())
    assert several.status == 2
    assert "has several scripts: hello, fails; choose one with --script" in several.err
    nothing = cli("run", profile, "--script", "helo")
    assert "has no script “helo”; there is: hello, fails" in nothing.err
    assert cli("run", lab(), "--script", "x").status == 2


def test_a_profile_from_a_session(cli, session, tmp_path):
    printed = cli("profile", "from-session", session)
    assert printed.status == 0
    assert "[[script]]" in printed.out
    file = tmp_path / "made.toml"
    assert cli("profile", "from-session", session, "-o", file, "--script", "mine").status == 0
    assert cli("profile", "check", file).status == 0
    assert cli("run", file, "--script", "mine", "--ping-every", "0").status == 0
    again = cli("profile", "from-session", session, "-o", file)
    assert again.status == 2
    assert "--force replaces it" in again.err
    assert cli("profile", "from-session", session, "-o", file, "--force").status == 0


@pytest.fixture
def served(session):
    """``wstui serve`` in a process of its own; gives its URL."""
    processes = []

    def serve(*options):
        process = subprocess.Popen(
            [*WSTUI, "serve", str(session), *map(str, options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process, process.stdout.readline().strip()

    yield serve
    for process in processes:
        process.kill()
        process.communicate()


def test_serve_and_replay(cli, session, served):
    process, url = served()
    assert cli("replay", session, "--against", url, "--exact").status == 0
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Client 1 is done: 2 of 2 recorded acts were played." in said


def test_serve_over_tls(cli, session, served, tmp_path):
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    pem, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(pem)
    authority.cert_pem.write_to_path(ca)
    _, url = served("--tls-cert", pem)
    assert url.startswith("wss://")
    assert cli("replay", session, "--against", url, "--ca", ca).status == 0
    bad = cli("serve", session, "--tls-cert", ca)
    assert bad.status == 2
    assert "not a certificate with its key in PEM" in bad.err
    assert "--tls-key needs --tls-cert" in cli("serve", session, "--tls-key", pem).err


def test_serve_says_what_is_wrong(cli, session):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = cli("serve", session, "--port", taken.getsockname()[1])
    assert result.status == 2
    assert "cannot listen on 127.0.0.1" in result.err
    unknown = cli("serve", session, "--fault", "nothing")
    assert unknown.status == 2
    assert "There is no fault “nothing”" in unknown.err


def test_ctrl_c_keeps_what_was_recorded(lab, session):
    process = subprocess.Popen(
        [*WSTUI, "replay", str(session), "--against", lab(), "--pace", "scaled 0.001"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        text=True,
    )
    line = process.stderr.readline()
    assert line.startswith("Recording to ")
    path = Path(line.removeprefix("Recording to ").strip())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with TimelineReader(path) as reader:
            if any(row.kind == "text" for row in reader.events(1)):
                break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130
    with TimelineReader(path) as reader:
        kinds = [row.kind for row in reader.events(1)]
    assert "close" in kinds
    assert kinds[-1] in ("eof", "reset")
