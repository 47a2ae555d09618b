import io
import json
import signal
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from wstui import __version__
from wstui.cli import root
from wstui.lab import FAULTS
from wstui.timeline import Catalogue, TimelineReader

WSTUI = (sys.executable, "-m", "wstui")


@pytest.fixture
def recorded(cli, lab):
    """A recorded session; gives its file."""
    cli("run", lab(), "--ping-every", "0", "--do", "send hello", "--do", "expect hello", "--do", "ping x")
    return Catalogue().find("last")


def test_version_and_help(cli):
    done = subprocess.run([*WSTUI, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"wstui {__version__}\n"
    help_text = cli("--help")
    assert help_text.status == 0
    for name in root._COMMANDS:
        assert f"  {name} " in help_text.out


@pytest.mark.parametrize("name", [*root._COMMANDS, "profile list", "profile show", "profile check"])
def test_every_command_has_help_with_words(cli, name):
    result = cli(*name.split(), "--help")
    assert result.status == 0
    assert len(result.lines) > 4


@pytest.mark.parametrize("name", root._COMMANDS)
def test_help_has_examples(cli, name):
    assert f"  wstui {name}" in cli(name, "--help").out


def test_the_shell_can_complete(monkeypatch, home, recorded):
    environment = {"_WSTUI_COMPLETE": "bash_complete", "COMP_WORDS": "wstui show 2", "COMP_CWORD": "2"}
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    done = subprocess.run([*WSTUI], capture_output=True, text=True, check=False)
    assert recorded.stem in done.stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("wstui r", {"run", "replay"}),
        ("wstui local", {"local-echo"}),
        ("wstui las", {"last"}),
        ("wstui run local", {"local-echo"}),
        ("wstui web local", {"local-echo"}),
        ("wstui run --profile binance", {"binance-trades"}),
        ("wstui sessions --profile phoenix", {"phoenix-channel"}),
        ("wstui replay --against public", {"public-echo"}),
        ("wstui export last --format h", {"har", "html"}),
        ("wstui demo silent-c", {"silent-close"}),
        ("wstui serve last --fault going", {"going-away"}),
        ("wstui show last --kind pi", {"ping"}),
        ("wstui diag", {"diagnose"}),
        ("wstui probe --profile local", {"local-echo"}),
    ],
)
def test_what_the_shell_is_offered(home, words, offered):
    *arguments, incomplete = words.split()[1:]
    found = ShellComplete(root.root, {}, "wstui", "_WSTUI_COMPLETE").get_completions(arguments, incomplete)
    assert {item.value for item in found} == offered


def test_sessions(cli, recorded):
    (line,) = cli("sessions").lines
    assert recorded.stem in line
    assert "1000" in line
    (row,) = map(json.loads, cli("sessions", "--json").lines)
    assert row["session"] == recorded.stem
    assert row["close_code"] == 1000
    nothing = cli("sessions", "--profile", "other")
    assert (nothing.status, nothing.out) == (0, "")
    assert "no recorded sessions" in nothing.err


def test_a_session_file_cut_in_half_stays_in_the_list(cli, recorded):
    recorded.write_bytes(recorded.read_bytes()[:50])
    result = cli("sessions")
    assert result.status == 0
    assert "cannot be read" in result.out


def test_show(cli, recorded):
    lines = cli("show", "last").lines
    with TimelineReader(recorded) as reader:
        assert len(lines) == reader.last_id()
        reader.add_note(5, reader.event(5).t_ns, "look \x1bhere")
    assert any(line.endswith("hello") for line in lines)
    assert "note: look ␛here" in cli("show", recorded).out
    pings = cli("show", recorded.stem, "--kind", "ping", "--kind", "pong").lines
    assert ["→" in line or "←" in line for line in pings if "note" not in line] == [True, True]
    assert len(cli("show", "last", "--from", "3", "--limit", "2").lines) == 2
    assert cli("show", "last", "--kind", "reset").err == "No event is like that.\n"


def test_diagnose(cli, recorded):
    assert cli("diagnose", "last").lines[0].startswith("Why it ended: closed by this client")
    verdict = json.loads(cli("diagnose", recorded, "--json").out)
    assert (verdict["type"], verdict["cause"], verdict["session"]) == (
        "verdict",
        "client_closed",
        recorded.name,
    )


def test_export_to_a_file_and_to_standard_output(cli, recorded, tmp_path):
    target = tmp_path / "out.jsonl"
    assert cli("export", "last", "--format", "jsonl", "-o", target).status == 0
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["text"] for row in rows if row.get("kind") == "text"] == ["hello", "hello"]
    assert cli("export", "last").out == target.read_text()
    again = cli("export", "last", "-o", target)
    assert again.status == 2
    assert "--force" in again.err
    assert cli("export", "last", "-o", target, "--force").status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


@pytest.mark.parametrize("output", ["/nonexistent/folder/x", "/"])
def test_an_export_that_cannot_be_written(cli, recorded, output):
    result = cli("export", "last", "-o", output)
    assert result.status == 2
    assert len(result.err.splitlines()) == 1


def test_a_failed_export_leaves_no_half_file(cli, recorded, tmp_path, monkeypatch):
    def fail(reader, out, **_):
        out.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wstui.exchange.jsonl.write_jsonl", fail)
    result = cli("export", "last", "-o", tmp_path / "out.jsonl")
    assert result.status == 2
    assert "No space left" in result.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["show", "diagnose", "export"])
def test_no_such_session(cli, command):
    for name in ("last", "nosuchsession", "./nosuch.wstui"):
        result = cli(command, name)
        assert result.status == 2
        assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["show", "diagnose", "export"])
def test_not_a_session_file(cli, command, tmp_path):
    path = tmp_path / "notes.wstui"
    path.write_text("milk, eggs")
    result = cli(command, path)
    assert result.status == 2
    assert "notes.wstui" in result.err
    assert len(result.err.splitlines()) == 1


def test_lab_list(cli):
    lines = cli("lab", "--list").lines
    assert [line.split()[0] for line in lines] == list(FAULTS)


def test_lab_serves_until_it_is_told_to_stop(home):
    with subprocess.Popen([*WSTUI, "lab", "going-away"], stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        done = subprocess.run(
            [*WSTUI, "run", url + "echo", "--do", "send x"], capture_output=True, check=False
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert done.returncode == 0, done.stderr


def test_lab_of_an_unknown_fault(cli):
    result = cli("lab", "nosuch")
    assert result.status == 2
    assert "nosuch" in result.err


def test_demo_without_a_terminal(cli, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    result = cli("demo")
    assert result.status == 0
    assert any("hello" in line for line in result.lines)
    assert any("pong after" in line for line in result.lines)
    assert any(line.startswith("Why it ended:") for line in result.lines)
    unknown = cli("demo", "nosuch")
    assert unknown.status == 2
    assert "wstui lab --list" in unknown.err


def test_profiles(cli, home):
    folder = home / "profiles"
    folder.mkdir()
    (folder / "mine.toml").write_text(
        'url = "wss://me:mine@example.com/?token=abc"\n[headers]\nCookie = "c=1"\n'
    )
    (folder / "broken.toml").write_text('url = "wss://x"\ncolour = 1\n')
    listing = cli("profile", "list").lines
    assert any(line.startswith("mine") and "own" in line for line in listing)
    assert any(line.startswith("broken") and "colour" in line for line in listing)
    shown = cli("profile", "show", "mine")
    assert "[redacted]" in shown.out
    assert not any(secret in shown.out for secret in ("abc", "c=1", ":mine@"))
    assert cli("profile", "check", "mine").status == 0
    checked = cli("profile", "check")
    assert checked.status == 2
    assert "colour" in checked.err
    assert cli("profile", "show", "nosuch").status == 2


@pytest.mark.parametrize("target", ["rnu", "ws://", "gopher://x", "nosuch.wstui", "ws://x y"])
def test_a_target_that_is_nothing(cli, target):
    result = cli(target)
    assert result.status == 2
    assert len(result.err.splitlines()) == 1


def test_a_slip_is_recognised(cli):
    assert "Did you mean “wstui run”?" in cli("rnu").err


@pytest.mark.parametrize("arguments", [[], ["ws://127.0.0.1:1"]])
def test_the_terminal_ui_needs_a_terminal(cli, arguments):
    result = cli(*arguments)
    assert result.status == 2
    assert "needs a terminal" in result.err


def test_the_terminal_ui_is_started_with_its_target(cli, monkeypatch):
    started = []
    monkeypatch.setattr("wstui.cli.open_ui.has_terminal", lambda: True)
    monkeypatch.setattr("wstui.cli.demo.has_terminal", lambda: True)
    monkeypatch.setattr("wstui.tui.run", lambda target=None, demo=None: started.append((target, demo)) or 0)
    for arguments in ([], ["ws://127.0.0.1:1"], ["local-echo"], ["demo", "hostile"]):
        assert cli(*arguments).status == 0
    assert started == [(None, None), ("ws://127.0.0.1:1", None), ("local-echo", None), (None, "hostile")]


def test_several_targets_open_together_and_the_screen_tells_which_is_none(cli, monkeypatch):
    started = []
    monkeypatch.setattr("wstui.cli.open_ui.has_terminal", lambda: True)
    monkeypatch.setattr("wstui.tui.run", lambda *targets: started.append(targets) or 0)
    assert cli("ws://127.0.0.1:1", "nonsense://", "local-echo").status == 0
    assert started == [("ws://127.0.0.1:1", "nonsense://", "local-echo")]


def test_a_mistake_of_ours_ends_in_a_sentence(cli, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(Catalogue, "paths", fail)
    result = cli("sessions")
    assert result.status == 70
    assert "ZeroDivisionError: oops" in result.err
    assert root.REPORT_AT in result.err
