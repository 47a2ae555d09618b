"""What can be done with a message of the list: send it again, edit it, save it, mark it, compare it."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from textual.content import Content

from wstui.events import MESSAGE_KINDS, CommandRefused, ConnectionState, Direction, Kind, RecordedEvent, Send
from wstui.timeline import TimelineError, TimelineReader
from wstui.tui.background import as_task, in_thread
from wstui.tui.composing import Sent
from wstui.tui.composing_like import pattern_of
from wstui.tui.exporting import export_problem
from wstui.tui.mark_signs import BOOKMARK
from wstui.tui.message_diff import message_diff
from wstui.tui.screens.dialogs import Prompt, TextDialog
from wstui.tui.screens.session_looking import SessionLooking
from wstui.tui.tones import CONTENT_STYLES
from wstui.tui.variables import literal
from wstui.tui.widgets.composer import Composer
from wstui.tui.widgets.message_list import MessageList
from wstui.words.measures import clock_text, size_text

_ON_MESSAGES = frozenset({"resend", "edit_message", "compose_like", "save_payload"})
_EDITED_BYTES = 1 << 20


class SessionMessages(SessionLooking):
    """Actions on the selected message, and on two of them."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed without a message to do it with."""
        if not self.is_mounted:
            return super().check_action(action, parameters)
        if action in _ON_MESSAGES:
            event = self.query_one(MessageList).selected_event
            possible = event is not None and event.kind in MESSAGE_KINDS
            if action == "resend":
                possible = possible and self.state_name() == ConnectionState.OPEN
            return True if possible else None
        if action == "mark":
            return True if self.query_one(MessageList).selected_id is not None else None
        if action == "go_to_mark":
            return True if self.query_one(MessageList).noted else None
        if action == "diff":
            return True if len(self.query_one(MessageList).to_compare) == 2 else None
        return super().check_action(action, parameters)

    def selection_rests(self) -> None:
        """Another selection: other things are possible."""
        super().selection_rests()
        self.refresh_bindings()

    def on_message_list_picked(self) -> None:
        """Two picked: they can be compared."""
        self.refresh_bindings()

    # -- one message ---------------------------------------------------------------------------------

    def _with_selected(self, use: Callable[[RecordedEvent, bytes], None]) -> None:
        event_id, path = self.query_one(MessageList).selected_id, self.source.path
        if event_id is not None and path is not None:
            self._read_message(path, event_id, use)

    @in_thread(group="message")
    def _read_message(self, path: Path, event_id: int, use: Callable[[RecordedEvent, bytes], None]) -> None:
        try:
            with TimelineReader(path) as reader:
                event = reader.event(event_id)
                payload = reader.message_payload(event_id) if event is not None else b""
        except TimelineError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        if event is not None:
            self.call_later(use, event, payload)

    def action_resend(self) -> None:
        """Send the same bytes again."""
        self._with_selected(self._resend)

    def _resend(self, event: RecordedEvent, payload: bytes) -> None:
        if _is_cut(event, payload):
            self.app.notify(
                "Not sent: the recording holds only a part of this message.", severity="warning", markup=False
            )
            return
        self._send_again(payload, event.kind == Kind.BINARY)

    @as_task(group="send")
    async def _send_again(self, payload: bytes, binary: bool) -> None:
        try:
            await self.source.do(Send(payload, binary=binary))
        except CommandRefused as error:
            self.app.notify(f"Not sent: {error}", severity="warning", markup=False)
        else:
            self.app.notify(f"Sent again: {size_text(len(payload))}.", markup=False)

    def action_edit_message(self) -> None:
        """Put the message into the composer."""
        self._with_selected(lambda event, payload: self._put_into_composer(event, payload, literal))

    def action_compose_like(self) -> None:
        """Put the message into the composer, its ids and times as variables."""
        self._with_selected(lambda event, payload: self._put_into_composer(event, payload, pattern_of))

    def _put_into_composer(self, event: RecordedEvent, payload: bytes, change: Callable[[str], str]) -> None:
        if len(payload) > _EDITED_BYTES:
            words = f"{size_text(len(payload))} are too long to edit here; s saves them to a file."
            self.app.notify(words, severity="warning", markup=False)
            return
        composer = self.query_one(Composer)
        composer.keep_draft()
        try:
            text = payload.decode() if event.kind == Kind.TEXT else None
        except UnicodeDecodeError:
            text = None
        composer.load(Sent(change(text)) if text is not None else Sent(payload.hex(" "), binary=True))
        composer.query_one("#compose-input").focus()

    def action_save_payload(self) -> None:
        """Write the payload to a file, never over another."""
        self._with_selected(self._ask_where)

    def _ask_where(self, event: RecordedEvent, payload: bytes) -> None:
        suffix = "bin" if event.kind == Kind.BINARY else "json" if payload[:1] in (b"{", b"[") else "txt"
        name = _free(Path.cwd() / f"message-{event.id}.{suffix}")
        part = " The recording holds only its beginning." if _is_cut(event, payload) else ""
        help_text = f"{size_text(len(payload))}, byte for byte. An existing file is never overwritten.{part}"

        def answered(answer: str | None) -> None:
            if answer is not None:
                self._save_payload(Path(answer).expanduser(), payload)

        self.app.push_screen(Prompt("Save the payload to", help_text, str(name), export_problem), answered)

    @in_thread(group="export")
    def _save_payload(self, target: Path, payload: bytes) -> None:
        try:
            _write_new(target, payload)
        except OSError as error:
            self.app.notify(f"Not saved: {error}", severity="error", markup=False)
        else:
            self.app.notify(f"Saved {size_text(len(payload))} to {target}.", markup=False)

    # -- bookmarks -----------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Set a bookmark on the selection, or take it away."""
        event_id, path = self.query_one(MessageList).selected_id, self.source.path
        if event_id is not None and path is not None:
            self._toggle_bookmark(path, event_id)

    @in_thread(group="notes", exclusive=True)
    def _toggle_bookmark(self, path: Path, event_id: int) -> None:
        try:
            with TimelineReader(path) as reader:
                mine = [note for note in reader.notes() if (note.event_id, note.text) == (event_id, BOOKMARK)]
                for note in mine:
                    reader.delete_note(note.id)
                if not mine:
                    reader.add_note(event_id, reader.time_of(event_id), BOOKMARK)
        except TimelineError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        self.call_later(self.notes_changed)

    def notes_changed(self) -> None:
        """Show them everywhere."""
        self.show_notes()
        self.refresh_bindings()
        self._changed()

    def action_go_to_mark(self, direction: int) -> None:
        """The next or previous bookmark or note, going round at the ends."""
        messages = self.query_one(MessageList)
        ids = sorted(messages.noted)
        here = messages.selected_id or 0
        beyond = [at for at in ids if (at > here if direction > 0 else at < here)]
        if ids:
            found = beyond or ids
            messages.select(found[0] if direction > 0 else found[-1])

    # -- two messages --------------------------------------------------------------------------------

    def action_diff(self) -> None:
        """Compare the two picked messages, or the picked one with the selection."""
        pair, path = self.query_one(MessageList).to_compare, self.source.path
        if len(pair) == 2 and path is not None:
            self._compare(path, *pair)

    @in_thread(group="diff", exclusive=True)
    def _compare(self, path: Path, first: int, second: int) -> None:
        try:
            with TimelineReader(path) as reader:
                events = reader.events_of([first, second], payload_limit=0)
                payloads = [
                    reader.message_payload(event.id) if event.kind in MESSAGE_KINDS else b""
                    for event in events
                ]
        except TimelineError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        if len(events) == 2:
            binary = any(event.kind == Kind.BINARY for event in events)
            spans = message_diff(payloads[0], payloads[1], binary=binary)
            text = Content.assemble(*((words, CONTENT_STYLES.get(tone, "")) for words, tone in spans))
            title = " → ".join(_short_title(event) for event in events)
            self.call_later(self.app.push_screen, TextDialog(title, text))


def _short_title(event: RecordedEvent) -> str:
    way = "sent" if event.direction == Direction.SENT else event.direction
    return f"{clock_text(event.t_ns)} {way}, {size_text(event.size)}"


def _is_cut(event: RecordedEvent, payload: bytes) -> bool:
    return len(payload) < event.size


def _free(path: Path) -> Path:
    count, free = 1, path
    while free.exists():
        count += 1
        free = path.with_stem(f"{path.stem}-{count}")
    return free


def _write_new(target: Path, payload: bytes) -> None:
    """Write a file that was not there; a half-written one is removed."""
    with target.open("xb") as out:
        try:
            out.write(payload)
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                target.unlink()
            raise
