"""The session screen's reading side: selection and detail, the panel, copying, going back."""

from textual.timer import Timer

from wstui.events import ConnectionState
from wstui.tui.message_content import COPY_BYTES
from wstui.tui.screens.session_filter import SessionFilter
from wstui.tui.widgets.connect_bar import ConnectBar
from wstui.tui.widgets.event_timeline import EventTimeline
from wstui.tui.widgets.message_detail import MessageDetail
from wstui.tui.widgets.message_list import MessageList
from wstui.tui.widgets.side_panel import SidePanel
from wstui.words.measures import count_text

_RESTS_S = 0.07
"""A key that is held down selects another row about every 30 to 40 ms."""


class SessionLooking(SessionFilter):
    """What a person can look at, and how to get back."""

    _resting: Timer | None = None
    _moved_on = False

    def on_message_list_selected(self) -> None:
        """What hangs on the selection follows at once, or when a key that is held down comes to rest."""
        self._say_hits()
        if self._resting is None:
            self.call_after_refresh(self.selection_rests)
        else:
            self._resting.stop()
            self._moved_on = True
        self._resting = self.set_timer(_RESTS_S, self._at_rest)

    def _at_rest(self) -> None:
        self._resting = None
        if self._moved_on:
            self._moved_on = False
            self.selection_rests()

    def selection_rests(self) -> None:
        """Show the selection in the detail."""
        self._show_event(self.query_one(MessageList).selected_id)

    def _show_event(self, event_id: int | None) -> None:
        detail = self.query_one(MessageDetail)
        if event_id is None or self.source.path is None:
            detail.clear()
        else:
            detail.open(self.source.path, event_id)

    def on_message_list_opened(self) -> None:
        """Enter: go to the detail, where there is something to look at."""
        if self.query_one(MessageList).selected_id is None:
            return
        self.add_class("-detail-open")
        self.query_one("#detail-view").focus()

    def on_message_list_tail_changed(self) -> None:
        """Say whether the list follows."""
        self.show_titles()

    def on_side_panel_event_chosen(self, message: SidePanel.EventChosen) -> None:
        """An event was chosen in the panel: show it here too; a panel in its way goes for a closer look."""
        self.query_one(MessageList).select(message.event_id)
        self._show_event(message.event_id)
        if message.closer and self.has_class("-narrow"):
            self.remove_class("-panel-shown")
            self.add_class("-detail-open")
            self.query_one("#detail-view").focus()

    def action_live_tail(self) -> None:
        """Follow the newest message."""
        self.query_one(MessageList).go_to_tail()

    def action_everything(self) -> None:
        """Show or hide pings, pongs and dialling among the messages."""
        self._everything = not self._everything
        if self._run is not None:
            self._run.failed = True  # it looked at other events
            self._apply(self._run.wanted.text)
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
        elif self.query_one(ConnectBar).give_up_typing():
            messages.focus()
        elif self.query_one(MessageDetail).has_focus_within or self.has_class("-detail-open"):
            self.remove_class("-detail-open")
            messages.focus()
        elif self.clear_filter():
            messages.focus()
        elif self.has_class("-panel-shown"):
            self.action_panel()
        elif messages.has_focus and messages.selected_id is not None:
            messages.select(None)
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
