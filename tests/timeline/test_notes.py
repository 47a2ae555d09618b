import pytest

from wstui.timeline import TimelineError, TimelineReader, TimelineWriter

START_NS = 1_763_800_000_000_000_000


def test_notes_are_written_changed_and_removed(record, text):
    path = record([text(1)])
    with TimelineReader(path) as reader, TimelineReader(path) as other:
        on_event = reader.add_note(1, START_NS + 5, "deploy", "yellow")
        reader.add_note(None, START_NS, "a moment")
        moment, note = reader.notes()
        assert (moment.event_id, moment.text, moment.colour) == (None, "a moment", "")
        assert (note.id, note.event_id, note.t_ns, note.colour) == (on_event, 1, START_NS + 5, "yellow")
        assert note.edited_ns is None
        reader.edit_note(on_event, "deploy ended")
        assert [n.text for n in other.notes()] == ["a moment", "deploy ended"], "another reader sees it"
        assert other.notes()[1].colour == "yellow"
        assert other.notes()[1].edited_ns >= note.created_ns
        other.delete_note(on_event)
        assert [n.text for n in reader.notes()] == ["a moment"]
        with pytest.raises(TimelineError, match=r"session.wstui has no note 99"):
            reader.edit_note(99, "x")
        with pytest.raises(TimelineError, match=r"session.wstui has no note 99"):
            reader.delete_note(99)
    assert [file.name for file in path.parent.iterdir()] == ["session.wstui"]


def test_notes_while_recording(tmp_path, info, text):
    writer = TimelineWriter(tmp_path / "a.wstui", info())
    writer.write([text(1)])
    writer.add_note(1, START_NS, "by the recorder")
    writer.flush()
    with TimelineReader(writer.path) as reader:
        reader.add_note(1, START_NS + 1, "by the view \ud800")
        writer.write([text(2)])
        writer.flush()
        assert [n.text for n in reader.notes()] == ["by the recorder", "by the view ?"]
        assert reader.last_id() == 2
    writer.close()


def test_marks(tmp_path, info, text):
    writer = TimelineWriter(tmp_path / "a.wstui", info())
    first = writer.write([text(n) for n in range(1200)])
    for event_id in range(first, first + 1200):
        writer.add_mark(event_id, "app_ping", "engine.io", {"n": event_id} if event_id % 2 else None)
    writer.add_mark(1, "hello", "engine.io")
    writer.close()
    with TimelineReader(writer.path) as reader:
        marks = reader.marks(list(range(1, 1300)))
        assert len(marks) == 1200
        assert [m.mark for m in marks[1]] == ["app_ping", "hello"]
        assert marks[1][0].data == {"n": 1}
        assert marks[2][0].data == {}
        assert list(reader.marks_between(5, 7)) == [5, 6, 7]
        assert reader.marks([5000]) == {} == reader.marks([])


def test_a_note_in_a_file_that_is_gone(tmp_path, record):
    path = record([])
    with TimelineReader(path) as reader:
        path.unlink()
        with pytest.raises(TimelineError, match="cannot be written: unable to open"):
            reader.add_note(None, 1, "x")
