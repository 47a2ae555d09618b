"""The installed program, in a pty, against the lab: what a person types, and what the terminal receives."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal_screen import TerminalScreen
from wstui.timeline import TimelineReader

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs a pty"),
    pytest.mark.timeout(120),
]


@contextlib.contextmanager
def lab(fault: str, home: Path) -> Iterator[str]:
    """The lab as its own program; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wstui", "lab", fault, "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(os.environ, WSTUI_HOME=str(home)),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield re.search(rb"ws://\S+", process.stdout.readline())[0].decode()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def session_files(home: Path) -> list[Path]:
    return sorted((home / "timelines").rglob("*.wstui"))


def test_talk_ping_close_with_4001_and_find_it_on_disk(home):
    with lab("echo", home) as url, TerminalScreen(url, home=home) as terminal:
        terminal.wait_for("● open")
        terminal.type("hello from a person")
        terminal.press("enter")
        terminal.wait_until(lambda text: text.count("hello from a person") >= 2, "the echo")
        terminal.press("f2")
        terminal.wait_until(lambda text: re.search(r"ping.*ms", text), "the ping's round trip")
        terminal.press("f3")
        assert "● open" in terminal.wait_for("Close the connection"), "the dialog leaves the screen behind it"
        terminal.type("4001")
        terminal.press("enter")
        shown = terminal.wait_for("closed 4001")
        assert "closed by this client" in terminal.wait_for("closed by this client")
        assert "hello from a person" in shown
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
    (path,) = session_files(home)
    with TimelineReader(path) as reader:
        events = reader.events(1)
    spoken = [(e.kind, e.direction, e.payload) for e in events if e.kind == "text"]
    assert spoken == [("text", "sent", b"hello from a person"), ("text", "received", b"hello from a person")]
    closes = [(e.direction, e.detail["code"]) for e in events if e.kind == "close"]
    assert closes == [("sent", 4001), ("received", 4001)]
    assert any(e.kind == "pong" and e.detail.get("rtt_ns") for e in events)
    assert events[-1].kind == "eof"
    assert path.stat().st_mode & 0o777 == 0o600


FORBIDDEN = {
    "a window title": b"\x1b]0;",
    "the clipboard": b"\x1b]52;",
    "a hyperlink to a file": b"\x1b]8;;file",
    "a status query": b"\x1bP$q",
    "a cursor query": b"\x1b[6n",
    "a version query": b"\x1b[>q",
    "a reset": b"\x1bc",
    "a bell": b"\x07",
    "NUL": b"\x00",
    "a backspace": b"\x08",
    "a bidirectional override": "\u202e".encode(),
    "a bidirectional isolate": "\u2066".encode(),
    "a zero-width space": "\u200b".encode(),
}

POINTER_SHAPE = b"\x1b]22;default\x07"
"""Textual's own: it asks for the ordinary mouse pointer."""


def test_nothing_hostile_reaches_the_terminal(home):
    with lab("hostile", home) as url, TerminalScreen(f"{url}hostile?after_s=1", home=home) as terminal:
        terminal.wait_for("PWNED")
        terminal.press("tab", "tab", "up", "up", "up", "enter")
        terminal.wait_for("■ closed", timeout_s=40)
        terminal.press("up", "up", "up", "up", "enter")
        terminal.wait_for("Why it ended")
        output = bytes(terminal.output).replace(POINTER_SHAPE, b"")
        alive = terminal.process.poll() is None
    assert alive
    assert {name for name, sequence in FORBIDDEN.items() if sequence in output} == set()
    assert not re.search(rb"\xc2[\x80-\x9f]", output), "a C1 control"
    with TimelineReader(session_files(home)[0]) as reader:
        assert any(b"\x1b]52;" in (e.payload or b"") for e in reader.events(1)), "it is recorded as it came"


def test_a_window_of_20_by_5_and_back(home):
    with lab("echo", home) as url, TerminalScreen(url, home=home, columns=20, rows=5) as terminal:
        terminal.wait_until(lambda text: text.strip(), "anything at all")
        terminal.resize(120, 40)
        terminal.wait_for("● open")
        terminal.type("typed before it shrank")
        terminal.wait_for("typed before it shrank")
        terminal.resize(20, 5)
        terminal.wait_until(lambda text: "typed before it shrank" not in text, "the small window")
        terminal.resize(80, 24)
        terminal.wait_for("typed before it shrank")
        assert terminal.process.poll() is None


def engine_of(pid: int) -> int:
    shown = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in shown.splitlines()[1:]]
    return next(int(row[0]) for row in rows if row[1] == str(pid) and "wstui.engine" in row[2])


def test_the_engine_dies_and_the_screen_says_so_and_keeps_what_was_recorded(home):
    with lab("echo", home) as url, TerminalScreen(url, home=home) as terminal:
        terminal.wait_for("● open")
        terminal.type("before the crash")
        terminal.press("enter")
        terminal.wait_until(lambda text: text.count("before the crash") >= 2, "the echo")
        os.kill(engine_of(terminal.process.pid), signal.SIGKILL)
        terminal.wait_for("The engine was ended by signal 9")
        shown = terminal.wait_for("cut off while open")
        assert "before the crash" in shown
        assert terminal.process.poll() is None
    with TimelineReader(session_files(home)[0]) as reader:
        assert sum(e.payload == b"before the crash" for e in reader.events(1)) == 2


def test_the_screen_dies_and_the_engine_closes_with_1001(home):
    with lab("echo", home) as url, TerminalScreen(url, home=home) as terminal:
        terminal.wait_for("● open")
        engine = engine_of(terminal.process.pid)
        terminal.process.kill()
        terminal.process.wait()
        with contextlib.suppress(ProcessLookupError):
            while Path(f"/proc/{engine}").exists():
                os.kill(engine, 0)
    with TimelineReader(session_files(home)[0]) as reader:
        closes = [(e.direction, e.detail["code"]) for e in reader.events(1) if e.kind == "close"]
        assert reader.refresh_info().ended_ns
    assert ("sent", 1001) in closes


def test_a_port_where_nobody_listens(home):
    with TerminalScreen("ws://127.0.0.1:1/", home=home) as terminal:
        terminal.wait_for("nobody listens")
        assert terminal.process.poll() is None
