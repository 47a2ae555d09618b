"""Notes: written, changed, coloured, deleted; on recordings too."""

from wstui.timeline import TimelineReader
from wstui.tui.widgets.event_timeline import EventTimeline


def notes_of(path):
    with TimelineReader(path) as reader:
        return [(note.event_id, note.text, note.colour) for note in reader.notes()]


async def test_a_note_is_written_coloured_changed_and_deleted(make_app, recording, look, snapshot):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "f6", *"deploy", "ctrl+t", "enter")
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "(red) deploy" in look.shown(app))
        assert notes_of(recording) == [(6, "deploy", "red")]
        await pilot.press("f6", *" began")
        await pilot.pause()
        assert "Change the note on the selected event" in look.shown(app)
        snapshot(app, "note-120x40")
        await pilot.press("ctrl+t", "enter")
        await look.settle(app, pilot)
        assert notes_of(recording) == [(6, "deploy began", "amber")]
        await pilot.press("f6", "ctrl+d")
        await look.settle(app, pilot)
        assert notes_of(recording) == []


async def test_a_note_on_a_moment_is_changed_from_the_timeline(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("f6", *"now", "enter")
        await look.settle(app, pilot)
        assert notes_of(recording) == [(None, "now", "")]
        timeline = app.screen.query_one(EventTimeline)
        with TimelineReader(recording) as reader:
            note = reader.notes()[0]
        timeline.focus()
        timeline.selected = (0, note.id)
        await pilot.press("f6", *" \x1b[31m", "enter")
        await look.settle(app, pilot)
        assert notes_of(recording)[0][1].startswith("now ")
        assert "\x1b" not in look.written(app)


async def test_a_hostile_note_of_a_file_is_shown_safely(make_app, session_file, look):
    file = session_file()
    file.dialled()
    file.talked(3)
    path = file.finish()
    with TimelineReader(path) as reader:
        reader.add_note(6, reader.time_of(6), "\x1b]0;x\x07[@click=app.quit]go[/]\u202e", "[red]")
    app = make_app(str(path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "f6")
        await look.settle(app, pilot)
        assert not look.CONTROL.search(look.written(app))
