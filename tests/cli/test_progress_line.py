"""Work that takes long says how far it is, on a terminal, and leaves nothing behind."""

import io
import sys
import threading

import pytest

from wstui.cli import progress_line
from wstui.cli.progress_line import ProgressLine


class Terminal(io.StringIO):
    """Standard error that is a terminal; ``drawn`` once something was written."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = threading.Event()

    def isatty(self):
        return True

    def write(self, text):
        written = super().write(text)
        if "…" in text:
            self.drawn.set()
        return written


def test_it_shows_the_share_and_takes_itself_away(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setattr(progress_line, "FROM_S", 0.0)
    with ProgressLine("exporting") as progress:
        assert progress.tell(0.42)
        assert terminal.drawn.wait(5)
        terminal.drawn.clear()
        assert terminal.drawn.wait(5)
    assert "exporting … 42 %" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_without_a_share_the_seconds_count(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setattr(progress_line, "FROM_S", 0.0)
    with pytest.raises(KeyError), ProgressLine("importing x.har"):
        assert terminal.drawn.wait(5)
        raise KeyError
    assert "importing x.har … 0 s" in terminal.getvalue()


def test_quick_work_and_no_terminal_say_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with ProgressLine("exporting"):
        pass
    assert terminal.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(progress_line, "FROM_S", 0.0)
    with ProgressLine("exporting") as progress:
        progress.tell(1.0)
    assert sys.stderr.getvalue() == ""
