"""What stands on the graph's time axis beside the heartbeat, and notes as rows of the timeline. Pure."""

from wstui.events import END_KINDS, Kind, RecordedEvent, safe_text
from wstui.timeline import Note
from wstui.tui.graph_parts import Marker
from wstui.tui.side_words import SideRow


def marker_of(event: RecordedEvent) -> Marker | None:
    """The marker of a Close frame, an end of TCP, or a reconnect; other events have none."""
    if event.kind == Kind.CLOSE:
        code = event.detail.get("code")
        return Marker(event.t_ns, "close", str(1005 if code is None else code), event.id)
    if event.kind in END_KINDS:
        return Marker(event.t_ns, "end", _END_LABELS[event.kind], event.id)
    if event.kind == Kind.OPEN and event.connection:
        return Marker(event.t_ns, "boundary", f"#{event.connection + 1}", event.id)
    return None


_END_LABELS = {Kind.EOF.value: "FIN", Kind.RESET.value: "RST", Kind.LOST.value: "lost"}


NOTE_COLOURS = {"": "note", "red": "error", "amber": "warning", "green": "good", "blue": "accent"}
"""The colours a note may have, as the session file names them, and their tones."""


def note_marker(note: Note) -> Marker:
    """A note's place on the axis."""
    return Marker(note.t_ns, "note", "", note.event_id or 0)


def note_row(note: Note) -> SideRow:
    """A note's row; its colour has a word too."""
    tone = NOTE_COLOURS.get(note.colour, "note")
    words = f"({note.colour}) {note.text}" if note.colour in NOTE_COLOURS and note.colour else note.text
    return SideRow(note.event_id or 0, note.t_ns, "note", safe_text(words), tone, note_id=note.id)
