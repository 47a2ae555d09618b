"""F8 on a recording: time passes again, every pane shows what had happened, nothing is sent."""

import pytest

from wstui.events import Shutdown
from wstui.timeline import TimelineReader
from wstui.tui.played_reader import PlayedReader
from wstui.tui.screens.replay_dialog import ReplayDialog
from wstui.tui.widgets.transport import Transport

S = 10**9


def test_only_what_has_happened_is_read(recording):
    with TimelineReader(recording) as whole, PlayedReader(recording) as played:
        for until_id in (0, 1, 5, 6, 20, whole.last_id()):
            played.until_id = until_id
            assert played.last_id() == until_id
            assert [event.id for event in played.events(1)] == list(range(1, until_id + 1))
            wanted = [event for event in whole.side_events() if event.id <= until_id]
            assert played.side_events() == wanted
            rows = [event for event in whole.transcript(0, 999) if event.id <= until_id]
            assert played.transcript_count() == len(rows)
            assert played.transcript(0, 999) == rows
            assert [event.id for event in played.all_rows(0, 999)] == list(range(1, until_id + 1))


async def started(app, pilot, look):
    await look.settle(app, pilot)
    await look.until(pilot, lambda: "closed" in look.shown(app))
    await pilot.press("f8")
    await look.until(pilot, lambda: isinstance(app.screen, ReplayDialog))
    await pilot.press("f8")
    await look.until(pilot, lambda: not isinstance(app.screen, ReplayDialog))
    await look.until(pilot, lambda: app.focused is app.screen.query_one(Transport))


async def test_a_step_back_reads_the_recording_and_no_copy_of_it(make_app, recording, look, monkeypatch):
    """A closed reader was once taken for a damaged file, which is copied."""
    monkeypatch.setattr("wstui.timeline.connection.salvage", lambda *_: pytest.fail("copied as damaged"))
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await started(app, pilot, look)
        await pilot.press("end", "left", "left", "right")
        await look.until(pilot, lambda: app.screen.source.played_id == app.screen.source.recorded_id - 1)
        assert app.screen.source.reader.damage == ""


async def test_it_plays_as_it_happened(make_app, recording, look, engines):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await started(app, pilot, look)
        clock = app.screen.clock
        assert "not TLS" not in look.shown(app)
        clock.at_ns += round(0.2 * S)
        await look.until(pilot, lambda: "● open" in look.shown(app))
        assert "SUBSCRIBE" not in look.shown(app)
        clock.at_ns += 3 * S
        await look.until(pilot, lambda: '{"e":"trade"' in look.shown(app))
        played = app.screen.source.played_id
        assert 7 < played < app.screen.source.recorded_id
        assert "Why it ended" not in look.shown(app)
        await pilot.press("space", "right")
        await look.until(pilot, lambda: app.screen.source.played_id == played + 1)
        await pilot.press("left", "left")
        await look.until(pilot, lambda: app.screen.source.played_id == played - 1)
        await pilot.press("home")
        await look.until(pilot, lambda: app.screen.source.played_id == 0)
        await pilot.press("end")
        await look.until(pilot, lambda: "Why it ended" in look.shown(app))
        assert "ended" in look.shown(app).splitlines()[-2]
        await pilot.press("f8")
        await pilot.pause()
        assert not app.screen.source.played
        assert "■ closed" in look.shown(app)
        assert not engines.started


async def test_speed_idle_and_a_click(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await started(app, pilot, look)
        await pilot.press("up", "up", "i")
        await pilot.pause()
        line = look.shown(app).splitlines()[-2]
        assert "5×" in line and "skips idle" in line
        transport = app.screen.query_one(Transport)
        await pilot.click(Transport, offset=(transport._bar[0] + transport._bar[1] // 2, 0))
        await look.until(pilot, lambda: app.screen.source.played_id > 6)
        await pilot.press("minus", "minus")
        await pilot.pause()
        assert "1×" in look.shown(app).splitlines()[-2]


async def test_a_live_session_is_not_played_back(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: bool(engines.started and engines.last.commands))
        session = app.screen
        engines.last.file.dialled()
        engines.last.says_state("open")
        await look.until(pilot, lambda: "● open" in look.shown(app))
        await pilot.press("f8", "f8")
        await pilot.pause()
        assert "Play back: This connection is live" in look.shown(app)
        await pilot.press("d", "s")
        await pilot.pause()
        assert "Serve: This connection is live" in look.shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is session
        assert not app.screen.query_one(Transport).has_class("-shown")


async def test_a_session_that_has_ended_is_played_back(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: bool(engines.started and engines.last.commands))
        file = engines.last.file
        file.dialled()
        file.talked(3)
        file.ended(1000)
        engines.last.says_state("closed")
        await look.until(pilot, lambda: "■ closed" in look.shown(app))
        await pilot.press("f8", "f8")
        await look.until(pilot, lambda: app.screen.source.played)
        assert isinstance(engines.last.commands[-1], Shutdown)
        await pilot.press("end")
        await look.until(pilot, lambda: "ended" in look.shown(app).splitlines()[-2])


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_how_it_looks(make_app, recording, look, snapshot, size):
    app = make_app(str(recording))
    async with app.run_test(size=size, notifications=True) as pilot:
        await started(app, pilot, look)
        app.screen.clock.at_ns += 3 * S
        await look.until(pilot, lambda: '{"e":"trade"' in look.shown(app))
        await pilot.press("space")
        await look.settle(app, pilot)
        snapshot(app, f"playback-{size[0]}x{size[1]}")
