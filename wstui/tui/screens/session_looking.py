"""The session screen's reading side: selection and detail, the panel, finding, copying, going back."""

from pathlib import Path

from textual import work
from textual.worker import get_current_worker

from wstui.events import ConnectionState
from wstui.timeline import TimelineError
from wstui.tui.finding import Hits, scan
from wstui.tui.measures import count_text
from wstui.tui.message_content import COPY_BYTES
from wstui.tui.screens.session_connection import SessionConnection
from wstui.tui.widgets.event_timeline import EventTimeline
from wstui.tui.widgets.find_bar import FindBar
from wstui.tui.widgets.message_detail import MessageDetail
from wstui.tui.widgets.message_list import MessageList
from wstui.tui.widgets.side_panel import SidePanel


class SessionLooking(SessionConnection):
    """What a person can look at, and how to get back."""

    _hits: Hits | None = None

    def on_message_list_selected(self, message: MessageList.Selected) -> None:
        """Show the selection in the detail."""
        self._show_event(message.event_id)

    def _show_event(self, event_id: int | None) -> None:
        detail = self.query_one(MessageDetail)
        if event_id is None or self.source.path is None:
            detail.clear()
        else:
            detail.open(self.source.path, event_id)

    def on_message_list_opened(self) -> None:
        """Enter: go to the detail."""
        self.add_class("-detail-open")
        self.query_one("#detail-view").focus()

    def on_message_list_tail_changed(self) -> None:
        """Say whether the list follows."""
        self.show_titles()

    def on_side_panel_event_chosen(self, message: SidePanel.EventChosen) -> None:
        """An event was chosen in the timeline: show it here too."""
        self.query_one(MessageList).select(message.event_id)
        self._show_event(message.event_id)

    def action_live_tail(self) -> None:
        """Follow the newest message."""
        self.query_one(MessageList).go_to_tail()

    def action_everything(self) -> None:
        """Show or hide pings, pongs and dialling among the messages."""
        self._everything = not self._everything
        self._show_rows()
        self.show_titles()

    def action_panel(self) -> None:
        """Show or hide the side panel; on a narrow screen it takes the place of the messages."""
        if not self.has_class("-narrow"):
            self.toggle_class("-panel-hidden")
            return
        self.toggle_class("-panel-shown")
        shown = self.has_class("-panel-shown")
        self.call_after_refresh(self.query_one(EventTimeline if shown else MessageList).focus)

    def action_back(self) -> None:
        """Leave what is in front, one thing at a time."""
        messages = self.query_one(MessageList)
        if self.state_name() == ConnectionState.WAITING_TO_RETRY:
            self.action_stop_retrying()
        elif self.query_one(FindBar).close() or self.has_class("-detail-open"):
            self.remove_class("-detail-open")
            messages.focus()
        elif self.has_class("-panel-shown"):
            self.action_panel()
        else:
            self.query_one("#compose-input" if messages.has_focus else "#messages").focus()

    def action_copy_message(self) -> None:
        """Copy the message in the detail to the clipboard (OSC 52)."""
        content = self.query_one(MessageDetail).content
        if content is None:
            self.app.notify("Select a message first.", severity="warning")
            return
        payload = content.payload[:COPY_BYTES]
        self.app.copy_to_clipboard(payload.decode("utf-8", "backslashreplace"))
        part = "" if len(payload) == len(content.payload) else ", the beginning of the message"
        self.app.notify(f"Copied {count_text(len(payload), 'byte')}{part}.")

    # -- finding -------------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Open the find line."""
        self.remove_class("-panel-shown")
        self.query_one(FindBar).open()

    def on_find_bar_asked(self, message: FindBar.Asked) -> None:
        """Look for a text, or go on to the next hit."""
        if self._hits is None or self._hits.text != message.text:
            self._hits = Hits(message.text)
        self.action_find_next(1)

    def action_find_next(self, direction: int) -> None:
        """The next or previous hit; what is new in the file is looked through first."""
        if self._hits is None or self.source.path is None:
            self.action_find()
            return
        self.query_one(FindBar).say("searching …")
        self._scan(self.source.path, self._hits, direction, self.query_one(MessageList).selected_id or 0)

    @work(thread=True, exclusive=True, group="find", exit_on_error=False)
    def _scan(self, path: Path, hits: Hits, direction: int, from_id: int) -> None:
        worker = get_current_worker()
        jumped = False

        def go_on() -> bool:
            """Jump to the first hit at once; the rest of the file is only counted."""
            nonlocal jumped
            if not jumped and direction > 0 and hits.ids and hits.ids[-1] > from_id:
                jumped = True
                self.call_later(self._jump, hits, from_id, direction)
            return not worker.is_cancelled

        try:
            scan(path, hits, go_on)
        except TimelineError as error:
            self.call_later(self._say_found, str(error))
            return
        if not worker.is_cancelled:
            self.call_later(self._say_place if jumped else self._jump, hits, from_id, direction)

    def _say_found(self, words: str) -> None:
        self.query_one(FindBar).say(words)

    def _jump(self, hits: Hits, from_id: int, direction: int) -> None:
        """Go to the hit after or before the event that was selected when the search began."""
        found = hits.step(from_id, direction)
        if found is None:
            self._say_found("not found")
            return
        messages, bar = self.query_one(MessageList), self.query_one(FindBar)
        messages.select(found)
        self._say_place(hits, from_id, direction)
        if bar.query_one("#find-input").has_focus:
            messages.focus()

    def _say_place(self, hits: Hits, _from_id: int, _direction: int) -> None:
        """Which hit is shown, of how many so far."""
        selected = self.query_one(MessageList).selected_id or 0
        self._say_found(f"{count_text(hits.ordinal(selected))} of {count_text(len(hits.ids))}")
