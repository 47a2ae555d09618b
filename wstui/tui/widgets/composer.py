"""Where a message is written: Enter sends, a paste keeps its lines, Up and Down go through what was sent."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.widgets import TextArea

from wstui.tui.actions import Place, actions_of, bindings_for
from wstui.tui.composing import HexError, History, Sent, judge, parse_hex
from wstui.tui.tones import CONTENT_STYLES
from wstui.tui.widgets.pane_title import PaneTitle

_SHOWN_FOR_CONTROLS = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys((*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)), "\ufffd"),
}
"""One character for one, so that the cursor stays where it seems to be."""


_ENTER_KEYS = {
    key: action.name
    for action in actions_of(Place.COMPOSER)
    if action.name in ("send", "newline")
    for key in action.keys.split(",")
}


class MessageInput(TextArea):
    """The text area of the composer."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.COMPOSER)]

    @dataclass
    class SendAsked(Message):
        """Enter was pressed on this text, which has left the text area."""

        text: str

    class HexToggled(Message):
        """Text or hexadecimal was chosen."""

    @dataclass
    class HistoryAsked(Message):
        """The cursor went beyond the first or the last line."""

        older: bool

    def get_line(self, line_index: int) -> Text:
        """A line as drawn: a pasted control character never reaches the terminal."""
        line = super().get_line(line_index)
        line.plain = line.plain.translate(_SHOWN_FOR_CONTROLS)
        return line

    def render_line(self, y: int) -> Strip:
        """A line; nothing where a tiny terminal leaves no room (the placeholder cannot fold to nothing)."""
        if not self.content_size.width:
            return Strip.blank(self.size.width)
        return super().render_line(y)

    async def _on_key(self, event: events.Key) -> None:
        """Enter and its kin, in the order in which they were typed: a binding would overtake letters."""
        action = _ENTER_KEYS.get(event.key)
        if action is not None:
            event.prevent_default().stop()
            await self.run_action(action)

    def action_send(self) -> None:
        """Hand the text over and clear at once: the next key belongs to the next message."""
        text = self.text
        self.load_text("")
        self.post_message(self.SendAsked(text))

    def action_newline(self) -> None:
        """Begin another line."""
        self.insert("\n")

    def action_toggle_hex(self) -> None:
        """Text or hexadecimal digits."""
        self.post_message(self.HexToggled())

    def action_older(self) -> None:
        """Up: a line, or from the first line a message back."""
        if self.cursor_at_first_line:
            self.post_message(self.HistoryAsked(older=True))
        else:
            self.action_cursor_up()

    def action_newer(self) -> None:
        """Down: a line, or from the last line a message forth."""
        if self.cursor_at_last_line:
            self.post_message(self.HistoryAsked(older=False))
        else:
            self.action_cursor_down()


class Composer(Vertical):
    """The message being written, what is known of it, and what was sent before."""

    binary: var[bool] = var(False, init=False)

    @dataclass
    class Submitted(Message):
        """A message to be sent."""

        payload: bytes
        sent: Sent

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.history = History()

    def compose(self) -> ComposeResult:
        """A title that judges, and the text."""
        yield PaneTitle("Compose", id="compose-title")
        yield MessageInput(
            id="compose-input",
            compact=True,
            highlight_cursor_line=False,
            placeholder=Content("Type a message; Enter sends it, Alt+Enter begins another line"),
        )

    def on_mount(self) -> None:
        """Say what an empty message is."""
        self._judge()

    @property
    def current(self) -> Sent:
        """What is typed now."""
        return Sent(self.query_one(MessageInput).text, self.binary)

    def load(self, sent: Sent) -> None:
        """Put a message into the composer."""
        self.binary = sent.binary
        area = self.query_one(MessageInput)
        area.load_text(sent.text)
        area.move_cursor(area.document.end)

    def say(self, sentence: str) -> None:
        """Say in place why a message was not sent; the next key takes it away."""
        self.query_one(PaneTitle).right = Content.styled(sentence, "bold $text-error")

    def remember(self, before: list[Sent]) -> None:
        """What was sent in earlier sessions stands before what is sent now."""
        self.history.entries[:0] = before

    def give_back(self, sent: Sent, sentence: str) -> None:
        """A message could not be sent: nothing typed is lost."""
        if self.current.text:
            self.history.add(sent)
        else:
            self.load(sent)
        self.call_after_refresh(self.say, sentence)

    def _judge(self) -> None:
        words, tone = judge(self.current.text, binary=self.binary)
        self.query_one(PaneTitle).right = Content.styled(words, CONTENT_STYLES[tone])

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Judge anew."""
        event.stop()
        self._judge()

    def on_message_input_send_asked(self, event: MessageInput.SendAsked) -> None:
        """Hand the message over, if it can be one; what cannot comes back."""
        event.stop()
        sent = Sent(event.text, self.binary)
        if not sent.text:
            self.say("Nothing to send yet")
            return
        try:
            payload = parse_hex(sent.text) if sent.binary else sent.text.encode("utf-8")
        except (HexError, UnicodeEncodeError) as error:
            self.give_back(sent, f"Not sent: {error}")
            return
        self.post_message(self.Submitted(payload, sent))

    def on_message_input_hex_toggled(self, event: MessageInput.HexToggled) -> None:
        """Switch between text and binary."""
        event.stop()
        self.binary = not self.binary

    def watch_binary(self) -> None:
        """Judge by the other rule."""
        self._judge()

    def on_message_input_history_asked(self, event: MessageInput.HistoryAsked) -> None:
        """Show an older or newer message."""
        event.stop()
        found = self.history.older(self.current) if event.older else self.history.newer()
        if found is not None:
            self.load(found)
