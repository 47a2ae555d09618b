"""F7: every format written, the part before one's eyes, secrets, and what stands against a name."""

import errno
import json
import threading
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from wstui.exchange import Selection, SelectionError, output
from wstui.tui import exporting
from wstui.tui.exporting import (
    CHOICE_OF,
    CHOICES,
    Wanted,
    export_problem,
    free_name,
    pattern_problem,
    renamed,
    shown_lines,
    slow_pattern,
    typed_selection,
)
from wstui.tui.screens import export_dialog, export_form
from wstui.tui.screens.export_dialog import ExportDialog
from wstui.tui.screens.export_form import ScopeLine
from wstui.tui.widgets.event_timeline import EventTimeline
from wstui.tui.widgets.message_list import MessageList

S = 1_000_000_000
T0 = 1_795_348_855 * S


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Exports go where the tests can look."""
    made = tmp_path / "out"
    made.mkdir()
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def secret_session(session_file):
    """A session in which a token goes by."""
    file = session_file(id="0123456789abcdef")
    file.dialled()
    file.add("text", "sent", 0.1, b'{"op":"login","token":"zqSecret-1f9A"}')
    file.add("text", "received", 0.1, b'{"hello":"zqSecret-1f9A","x":"\x1b[2J\xe2\x80\xae"}')
    file.talked(20)
    file.ended(1000)
    return file.finish()


def said(app, name):
    return str(app.screen.query_one(f"#export-{name}", Static).render())


def typed(app, name):
    return app.screen.query_one(f"#export-{name}", Input)


async def opened(app, pilot, look):
    await look.settle(app, pilot)
    await pilot.press("f7")
    await look.settle(app, pilot)
    assert isinstance(app.screen, ExportDialog)
    return app.screen


def notes(app):
    return " ".join(note.message for note in app._notifications)


async def test_a_format_is_chosen_written_and_opened_when_asked(
    make_app, secret_session, look, folder, monkeypatch
):
    seen = []
    monkeypatch.setattr(export_dialog, "open_in_browser", lambda path: seen.append(path) or "No browser.")
    app = make_app(str(secret_session))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        dialog = await opened(app, pilot, look)
        for choice in CHOICES:
            assert typed(app, "file").value == str(folder / f"{secret_session.stem}{choice.ending}")
            if choice.format != "html":
                await pilot.press("ctrl+o")
            await pilot.press("down")
        assert app.screen is dialog, "only a page is opened"
        await pilot.press("down", "down", "down", "ctrl+o")  # round from the end
        await look.until(pilot, lambda: app.screen is not dialog)
        assert "34 events to" in notes(app)
        assert "of 1 secret replaced" in notes(app)
        assert "No browser." in notes(app)
        await pilot.press("f7", "enter")
        await look.until(pilot, lambda: len(list(folder.iterdir())) == 2)
    assert [path.suffix for path in seen] == [".html"], "opened only when asked"


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.key)
def test_each_format_is_written(secret_session, folder, choice):
    target = free_name(secret_session, choice, folder)
    done = exporting.write_export(secret_session, target, Wanted(choice), lambda _: True)
    assert done.events == 34
    assert target.stat().st_size > 100
    assert b"zqSecret" not in target.read_bytes()


async def test_preview_names_and_problems(make_app, secret_session, look, folder):
    app = make_app(str(secret_session))
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, look)
        shown = look.shown(app)
        assert '"type":"session"' in shown
        assert "34 events" in shown
        assert "2 values of 1 secret replaced" in shown
        assert "zqSecret" not in shown
        assert not look.CONTROL.search(look.written(app))

        typed(app, "file").value = "trades.jsonl"
        await pilot.press("down")
        await pilot.pause()
        assert typed(app, "file").value == "trades.har"
        (folder / "notes.txt").write_text("mine")
        typed(app, "file").value = "notes.txt"
        await pilot.press("down")
        await look.until(pilot, lambda: "# WebSocket session" in look.shown(app))
        assert typed(app, "file").value == "notes.txt", "an ending of one's own stays"
        assert "never overwritten" in said(app, "problem")
        await pilot.press("enter")
        await pilot.pause()
        assert (folder / "notes.txt").read_text() == "mine"
        typed(app, "file").value = "/nowhere/x.md"
        await pilot.pause()
        assert "There is no folder /nowhere" in said(app, "problem")

        typed(app, "pattern").value = "("
        await pilot.pause()
        assert "not a regular expression" in said(app, "problem")
        typed(app, "pattern").value = r"btcusdt@\w+"
        await look.until(pilot, lambda: "of 2 secrets replaced" in said(app, "secrets-said"))

        dialog.query_one("#export-scope", ScopeLine).value = "from–to"
        typed(app, "first").value = "yesterday"
        await pilot.pause()
        assert typed(app, "first").region.width > 5
        assert "no place in a session" in said(app, "problem")
        typed(app, "first").value = typed(app, "last").value = "6"
        typed(app, "file").value = "/proc/wstui.md"
        await pilot.pause()
        await pilot.press("enter")
        await look.until(pilot, lambda: "cannot be written" in said(app, "problem"))
        typed(app, "file").value = "six.md"
        await pilot.press("enter")
        await look.until(pilot, lambda: app.screen is not dialog)
    assert "| Chosen | 1 event;" in (folder / "six.md").read_text()


async def test_a_typed_ending_chooses_the_format(make_app, recording, look, folder):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, look)
        typed(app, "file").value = "report.html"
        await look.until(pilot, lambda: "● html" in look.shown(app))
        await pilot.press("enter")
        await look.until(pilot, lambda: app.screen is not dialog)
    assert (folder / "report.html").read_text().startswith("<!DOCTYPE html>")


async def test_the_part_before_ones_eyes(make_app, recording, look, folder):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40)) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one(MessageList).focus()
        await pilot.press("home", "space", "down", "down", "space")
        await pilot.press("ctrl+f", *"SUBSCRIBE", "enter")
        dialog = await opened(app, pilot, look)
        line = dialog.query_one("#export-scope", ScopeLine)
        assert line._choices == ["everything", "filter", "graph", "selection", "from–to"]
        line.value = "selection"
        await pilot.pause()
        assert said(app, "scope-said") == "events 5 to 7"
        line.value = "filter"
        await pilot.pause()
        assert said(app, "scope-said") == "1 hit"
        await pilot.press("enter")
        await look.until(pilot, lambda: app.screen is not dialog)
        app.screen.source.play()
        app.screen.source.play_to(7, T0 + S)
        played = next(scope for scope in app.screen._scopes() if scope.name == "played")
        assert played == ("played", "up to 12:00:56.000", Selection(last_id=7))
    rows = [json.loads(line) for line in (folder / f"{recording.stem}.jsonl").read_text().splitlines()]
    assert [row["kind"] for row in rows if row["type"] == "event"] == ["text"]


async def test_secrets_are_kept_only_when_asked_twice(make_app, secret_session, look, folder):
    app = make_app(str(secret_session))
    target = folder / f"{secret_session.stem}.jsonl"
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        dialog = await opened(app, pilot, look)
        dialog.query_one("#export-secrets", ScopeLine).value = "kept"
        await pilot.pause()
        assert "think of who gets to see it" in said(app, "secrets-said")
        await look.until(pilot, lambda: "zqSecret" in said(app, "text"))
        await pilot.press("enter")
        await pilot.pause()
        assert "stay in this file" in look.shown(app)
        await pilot.press("n")
        await pilot.pause()
        assert app.screen is dialog
        assert not target.exists()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("y")
        await look.until(pilot, lambda: app.screen is not dialog)
        assert b"zqSecret" in target.read_bytes()
        assert "secrets are in it" in notes(app)


async def test_escape_ends_the_writing_and_leaves_nothing(
    make_app, recording, look, folder, monkeypatch, mistakes
):
    begun, go = threading.Event(), threading.Event()

    def slow(session, target, wanted, watch):
        with output.whole_file(target) as out:
            out.write(b"half")
            begun.set()
            while watch(0.4):
                go.wait(0.01)
            raise export_dialog.ExportCancelled

    monkeypatch.setattr(export_dialog, "write_export", slow)
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, look)
        await pilot.press("enter")
        await look.until(pilot, lambda: "40 %  Esc cancels" in look.shown(app))
        assert begun.is_set()
        await pilot.press("escape")
        await look.until(pilot, lambda: said(app, "problem") == "Cancelled: nothing was written.")
        assert app.screen is dialog
        assert list(folder.iterdir()) == []

        monkeypatch.setattr(export_dialog, "write_export", lambda *_: 1 / 0)
        await pilot.press("enter")
        await look.until(pilot, lambda: "Not exported: division by zero" in said(app, "problem"))
        assert [type(error) for error in mistakes] == [ZeroDivisionError]
        mistakes.clear()
        monkeypatch.setattr(export_dialog, "write_export", slow)
        await pilot.press("enter")
        await look.until(pilot, lambda: dialog.has_class("-writing"))
        app.exit()  # whoever leaves meanwhile does not wait for it
    assert list(folder.iterdir()) == []


def test_a_full_disk_is_one_sentence_and_no_file(recording, folder, monkeypatch):
    def full(_session, out, *_):
        out.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(exporting, "watched_export", full)
    with pytest.raises(output.OutputError, match=r"x\.md cannot be written: No space left on device\.$"):
        exporting.write_export(recording, folder / "x.md", Wanted(CHOICE_OF["md"]), lambda _: True)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "name"), [((120, 40), "export"), ((80, 24), "export-80x24"), ((120, 40), "export-light")]
)
async def test_what_it_looks_like(make_app, secret_session, look, snapshot, monkeypatch, size, name):
    monkeypatch.setattr(export_form, "free_name", lambda session, choice, _: f"{session.stem}{choice.ending}")
    app = make_app(str(secret_session))
    async with app.run_test(size=size) as pilot:
        if name.endswith("light"):
            app.theme = "wstui-light"
        await opened(app, pilot, look)
        if name == "export":
            await pilot.press("down", "down")
        if name.endswith("light"):
            app.screen.query_one("#export-secrets", ScopeLine).value = "kept"
        told = {"export": "Why it ended", "export-80x24": '"type":"event"', "export-light": "think of who"}[
            name
        ]
        await look.until(pilot, lambda: told in look.shown(app))
        await look.settle(app, pilot)
        snapshot(app, name)


async def test_a_tiny_screen_can_export(make_app, recording, look, folder):
    app = make_app(str(recording))
    async with app.run_test(size=(20, 5)) as pilot:
        dialog = await opened(app, pilot, look)
        assert "jsonl" in look.shown(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "‹ everythin" in look.shown(app)
        await pilot.press("enter")
        await look.until(pilot, lambda: app.screen is not dialog)
    assert len(list(folder.iterdir())) == 1


# -- copying -------------------------------------------------------------------------------------------


async def test_copying_as_markdown(make_app, secret_session, look, monkeypatch):
    app = make_app(str(secret_session))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.query_one(MessageList).focus()
        await pilot.press("home", "down", "Y")
        await look.until(pilot, lambda: "as Markdown" in notes(app))
        assert '| 6 | +0.157 | → | 38 B | `{"op":"login","token":"[redacted 1]"}` |' in app.clipboard
        await pilot.press("down", "space", "down", "down", "space", "Y")
        await look.until(pilot, lambda: "3 events as Markdown, 1 value replaced" in notes(app))
        assert len(app.clipboard.splitlines()) == 5
        assert "[redacted 1]" in app.clipboard, "known from an event that is not copied"

        app.screen.query_one(EventTimeline).focus()
        await pilot.press("home", "y")
        assert app.clipboard == "12:00:55.000  resolve  4.00 ms  203.0.113.7"
        await pilot.press("Y")
        await look.until(
            pilot,
            lambda: app.clipboard.endswith("| 1 | +0.000 | · | 0 B | `resolve, 4.00 ms, 203.0.113.7` |\n"),
        )
        app.screen.action_copy_verdict()
        await look.until(pilot, lambda: "the verdict as Markdown" in notes(app))
        assert "60 s silent both ways before the end (event 1)" in app.clipboard

        app.copy_to_clipboard("")
        monkeypatch.setattr("wstui.tui.screens.session_sharing.COPY_BYTES", 100)
        await pilot.press("Y")
        await look.until(pilot, lambda: "Write it to a file?" in look.shown(app))
        await pilot.press("y")
        await pilot.pause()
        assert typed(app, "file").value.endswith(".md")
        assert app.screen.query_one("#export-scope", ScopeLine).value == "selection"
        assert app.clipboard == ""


# -- without a screen ----------------------------------------------------------------------------------


def test_names(tmp_path):
    session = Path("/x/20261122T120055Z-ab12.wstui")
    beats = CHOICE_OF["csv beats"]
    assert free_name(session, beats, tmp_path).name == "20261122T120055Z-ab12-heartbeat.csv"
    (tmp_path / "20261122T120055Z-ab12.md").touch()
    assert free_name(session, CHOICE_OF["md"], tmp_path).name == "20261122T120055Z-ab12-2.md"
    assert renamed("a.jsonl", CHOICE_OF["jsonl"], beats) == "a-heartbeat.csv"
    assert renamed("a.txt", CHOICE_OF["jsonl"], beats) == "a.txt"


def test_what_stands_against_a_name(tmp_path, monkeypatch):
    assert export_problem(str(tmp_path / "x.md")) is None
    assert export_problem(" ") == "Type the name of a file."
    assert "folder" in export_problem(str(tmp_path))
    assert "name does not do" in export_problem(str(tmp_path / ("x" * 300)))
    (tmp_path / "link").symlink_to("nowhere")
    assert "exists" in export_problem(str(tmp_path / "link"))
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "Nothing can be written" in export_problem(str(tmp_path / "x.md"))


def test_a_folder_that_takes_nothing_is_told(recording):
    wanted = Wanted(CHOICE_OF["md"])
    with pytest.raises(output.OutputError, match="cannot be written"):
        exporting.write_export(recording, Path("/proc/wstui.md"), wanted, lambda _: True)


def test_from_and_to():
    assert typed_selection(T0, "", " ") == Selection()
    assert typed_selection(T0, "3", "5s") == Selection(3, last_ns=T0 + 5 * S)
    for first, last in (("5", "3"), ("5s", "3s")):
        with pytest.raises(SelectionError, match="before the beginning"):
            typed_selection(T0, first, last)


def test_patterns(recording):
    assert pattern_problem("") == pattern_problem("a+") == ""
    assert "matches nothing at all" in pattern_problem("a*")
    assert "not a regular expression" in pattern_problem("(")
    assert slow_pattern(recording, r"[/]x\/|a/b", lambda: True) == ""


def test_a_pattern_that_never_ends_is_stopped(session_file):
    file = session_file()
    file.add("text", "sent", 0, b"a" * 40 + b"!")
    assert "was stopped" in slow_pattern(file.finish(), "(a+)+$", lambda: True)


def test_the_lines_of_a_preview_are_few_and_safe():
    shown = shown_lines("a\r\n" + "b" * 400 + "\n" + "\x1b[2J\n" * 200)
    assert len(shown.splitlines()) == 100
    assert shown.splitlines()[:3] == ["a", "b" * 300 + "…", "␛[2J"]
