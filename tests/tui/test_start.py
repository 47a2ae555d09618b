import gc
import subprocess
import sys

import pytest

from wstui import cli
from wstui.tui.app import WstuiApp

HEAVY = (
    "click",
    "msgspec",
    "sqlite3",
    "wstui.events",
    "wstui.profiles",
    "wstui.timeline",
    "textual.document",
)


def test_the_home_screen_needs_nothing_heavy():
    """Each of these is worth 10 to 40 ms before the first frame."""
    modules = "sys, wstui.cli, wstui.tui.app, wstui.tui.screens.home"
    program = f"import {modules}; print(set({HEAVY}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


async def test_garbage_is_collected_again_once_the_first_frame_stands(look):
    gc.disable()
    try:
        async with WstuiApp().run_test() as pilot:
            await look.until(pilot, gc.isenabled)
    finally:
        gc.enable()
        gc.unfreeze()


@pytest.mark.parametrize(
    ("ends", "status"), [(None, 3), (KeyboardInterrupt(), 130), (OSError(28, "No room", "x.wstui"), 2)]
)
def test_without_a_word_the_home_screen_opens(monkeypatch, capsys, ends, status):
    def run():
        if ends is not None:
            raise ends
        return 3

    monkeypatch.setattr("sys.argv", ["wstui"])
    monkeypatch.setattr("wstui.cli.streams.has_terminal", lambda: True)
    monkeypatch.setattr("wstui.cli.streams.prepare_streams", lambda: None)
    monkeypatch.setattr("wstui.tui.run", run)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == status
    assert capsys.readouterr().err == ("wstui: x.wstui: No room.\n" if status == 2 else "")


def test_a_shell_that_completes_gets_its_answer(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["wstui"])
    monkeypatch.setenv("_WSTUI_COMPLETE", "bash_source")
    monkeypatch.setattr("wstui.cli.streams.has_terminal", lambda: True)
    monkeypatch.setattr("wstui.tui.run", lambda: pytest.fail("the screen opened"))
    monkeypatch.setattr("wstui.cli.root.prepare_streams", lambda: None)
    with pytest.raises(SystemExit):
        cli.main()
    assert "_WSTUI_COMPLETE=bash_complete" in capsys.readouterr().out
