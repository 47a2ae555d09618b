"""Notes on the session screen: on an event or a moment, written, changed and deleted; recordings too."""

from pathlib import Path

from wstui.timeline import Note, TimelineError, TimelineReader
from wstui.tui.background import in_thread
from wstui.tui.mark_signs import BOOKMARK
from wstui.tui.screens.note_dialog import NoteAnswer, NoteDialog
from wstui.tui.screens.session_talking import SessionTalking
from wstui.tui.widgets.event_timeline import EventTimeline
from wstui.tui.widgets.message_list import MessageList


class SessionNotes(SessionTalking):
    """Notes."""

    def action_note(self) -> None:
        """Write a note on the selection, or on this moment; one that is there is changed."""
        reader = self.source.reader
        if reader is None:
            return
        note, event_id = self._chosen()
        now_ns = self.source.now_ns()
        where = "on this moment"
        if event_id is not None:
            where = "on the selected event"
        elif note is not None:
            where = "on a moment"

        def answered(answer: NoteAnswer | None) -> None:
            if answer is not None:
                self._write(reader.path, note, event_id, now_ns, answer)

        self.app.push_screen(NoteDialog(where, note), answered)

    def _chosen(self) -> tuple[Note | None, int | None]:
        """The note to be changed, and the event it stands on, or is to stand on."""
        reader = self.source.reader
        notes = [] if reader is None else [note for note in reader.notes() if note.text != BOOKMARK]
        timeline = self.query_one(EventTimeline)
        selected = timeline.selected if timeline.has_focus else None
        if selected is not None and selected[1] > 0:
            found = next((note for note in notes if note.id == selected[1]), None)
            if found is not None:
                return found, found.event_id
        event_id = selected[0] if selected is not None and selected[0] else None
        event_id = event_id or self.query_one(MessageList).selected_id
        mine = [note for note in notes if event_id is not None and note.event_id == event_id]
        return (mine[-1] if mine else None), event_id

    @in_thread(group="notes")
    def _write(
        self, path: Path, note: Note | None, event_id: int | None, now_ns: int, answer: NoteAnswer
    ) -> None:
        try:
            with TimelineReader(path) as reader:
                if answer.what == "delete":
                    if note is not None:
                        reader.delete_note(note.id)
                elif note is not None:
                    reader.edit_note(note.id, answer.text, answer.colour)
                else:
                    t_ns = reader.time_of(event_id) if event_id is not None else now_ns
                    reader.add_note(event_id, t_ns or now_ns, answer.text, answer.colour)
        except TimelineError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        self.call_later(self.notes_changed)
