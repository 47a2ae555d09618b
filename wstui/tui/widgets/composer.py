"""Where a message is written: Enter sends, a paste keeps its lines, Up and Down go through what was sent."""

import base64
import os
import time
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
from textual.widgets import Static, TextArea

from wstui.events import UNSAFE_CHARACTERS, safe_text
from wstui.tui.actions import Place, actions_of, bindings_for
from wstui.tui.composing import HexError, History, Sent, judge, parse_hex
from wstui.tui.json_text import looks_like_json
from wstui.tui.tones import CONTENT_STYLES
from wstui.tui.variables import Values, fill_in, laid_out
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.words.measures import size_text

_SHOWN_FOR_CONTROLS = {
    **dict.fromkeys(UNSAFE_CHARACTERS - {0x09, 0x0A}, "\ufffd"),
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: "\u2421",
}
"""One character for one, so that the cursor stays where it seems to be."""


_PLACEHOLDER = Content("Type a message; Enter sends it, Alt+Enter begins another line")
_PLACEHOLDER_WITH_SAVED = Content("Type a message, or F9 for one of the profile's; Enter sends it")

LONG_PASTE_CHARACTERS = 32 * 1024

_ENTER_KEYS = {
    key: action.name
    for action in actions_of(Place.COMPOSER)
    if action.name in ("send", "newline")
    for key in action.keys.split(",")
}


class MessageInput(TextArea):
    """The text area of the composer."""

    draws_with_care = True
    """What is pasted is kept byte for byte; see :meth:`get_line`."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.COMPOSER)]

    @dataclass
    class SendAsked(Message):
        """Enter was pressed on this text, which has left the text area."""

        text: str

    @dataclass
    class LongPaste(Message):
        """Something was pasted that is too long to be laid out."""

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

    async def _on_paste(self, event: events.Paste) -> None:
        """A long paste is kept, not shown: laying out a line of megabytes would stop the screen."""
        if len(event.text) > LONG_PASTE_CHARACTERS:
            event.prevent_default().stop()
            self.post_message(self.LongPaste(event.text))

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

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.COMPOSER_PANE)]
    binary: var[bool] = var(False, init=False)

    @dataclass
    class Submitted(Message):
        """A message to be sent."""

        payload: bytes
        sent: Sent
        fragment_size: int = 0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.history = History()
        self.values = Values(os.environ, time.time_ns, lambda: None)
        """Where variables get their values; the screen puts its own in place."""
        self.fragment_size = 0
        self._attachment: bytes | None = None
        self._attached = ""

    def compose(self) -> ComposeResult:
        """A title that judges, and the text."""
        yield PaneTitle("Compose", id="compose-title")
        yield Static(id="compose-attached")
        yield MessageInput(
            id="compose-input",
            compact=True,
            highlight_cursor_line=False,
            placeholder=_PLACEHOLDER,
        )

    def on_mount(self) -> None:
        """Say what an empty message is."""
        self._judge()

    @property
    def current(self) -> Sent:
        """What is typed now."""
        return Sent(self.query_one(MessageInput).text, self.binary, self._attachment, self._attached)

    def load(self, sent: Sent) -> None:
        """Put a message into the composer."""
        self.binary = sent.binary
        self._take_attachment(sent.attachment, sent.attached)
        area = self.query_one(MessageInput)
        area.load_text(sent.text)
        area.move_cursor(area.document.end)

    def offer_saved(self, *, there_are: bool) -> None:
        """Say that the profile has messages to insert, where it has."""
        self.query_one(MessageInput).placeholder = _PLACEHOLDER_WITH_SAVED if there_are else _PLACEHOLDER

    def keep_draft(self) -> None:
        """What is typed goes to the history before something else takes its place."""
        if self.current.text or self._attachment is not None:
            self.history.add(self.current)

    def say(self, sentence: str) -> None:
        """Say in place why a message was not sent; the next key takes it away."""
        self.query_one(PaneTitle).right = Content.styled(sentence, "bold $text-error")

    def remember(self, before: list[Sent]) -> None:
        """What was sent in earlier sessions stands before what is sent now."""
        self.history.entries[:0] = before

    def give_back(self, sent: Sent, sentence: str) -> None:
        """A message could not be sent: nothing typed is lost."""
        if self.current.text or self._attachment is not None:
            self.history.add(sent)
        else:
            self.load(sent)
        self.call_after_refresh(self.say, sentence)

    def attach(self, payload: bytes, words: str, *, binary: bool) -> None:
        """Send these bytes next, in place of a text."""
        self.keep_draft()
        self.load(Sent("", binary, payload, words))

    def detach(self) -> bool:
        """Take the attachment away; whether there was one."""
        had = self._attachment is not None
        self._take_attachment(None, "")
        return had

    def _take_attachment(self, payload: bytes | None, words: str) -> None:
        self._attachment, self._attached = payload, words
        kind = "binary" if self.binary else "text"
        shown = f"▣ {safe_text(words)}, not shown · goes out as {kind} · Enter sends, Esc takes it away"
        self.query_one("#compose-attached", Static).update(Content(shown if payload is not None else ""))
        self.set_class(payload is not None, "-attached")
        self._judge()

    def on_message_input_long_paste(self, event: MessageInput.LongPaste) -> None:
        """Keep it, with what was typed before it."""
        event.stop()
        whole = self.current.text + event.text
        if self.binary:
            try:
                payload = parse_hex(whole)
            except HexError as error:
                self.say(f"Not taken: {error}")
                return
        else:
            payload = whole.encode("utf-8", "surrogatepass")
        self.load(Sent("", self.binary, payload, f"{size_text(len(payload))} pasted"))

    def action_format_json(self) -> None:
        """Lay JSON out anew."""
        sent = self.current
        if sent.binary or not looks_like_json(sent.text):
            self.say("Only JSON text can be laid out")
            return
        area = self.query_one(MessageInput)
        area.replace(laid_out(sent.text), (0, 0), area.document.end)

    def action_take_base64(self) -> None:
        """Base64 becomes hexadecimal digits, to be sent as binary."""
        try:
            payload = base64.b64decode("".join(self.current.text.split()), validate=True)
        except ValueError:
            self.say("That is not base64")
            return
        self.load(Sent(payload.hex(" "), binary=True))

    def payload_of(self, sent: Sent) -> bytes:
        """What goes out for it, its variables filled in.

        Raises:
            ValueError: it can be no message; the message is a clause.
        """
        if sent.attachment is not None:
            return sent.attachment
        if sent.binary:
            return parse_hex(sent.text)
        return fill_in(sent.text, self.values).encode("utf-8")

    def _judge(self) -> None:
        fragments = f" · fragments of {size_text(self.fragment_size)}" if self.fragment_size else ""
        self.query_one(PaneTitle).left = Content(f"Compose{fragments}")
        words, tone = judge(self.current.text, binary=self.binary)
        if self._attachment is not None:
            words, tone = size_text(len(self._attachment)), "good"
        self.query_one(PaneTitle).right = Content.styled(words, CONTENT_STYLES[tone])

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Judge anew."""
        event.stop()
        self._judge()

    def on_message_input_send_asked(self, event: MessageInput.SendAsked) -> None:
        """Hand the message over, if it can be one; what cannot comes back."""
        event.stop()
        sent = Sent(event.text, self.binary, self._attachment, self._attached)
        if not sent.text and sent.attachment is None:
            self.say("Nothing to send yet")
            return
        self.detach()
        try:
            payload = self.payload_of(sent)
        except ValueError as error:
            self.give_back(sent, f"Not sent: {error}")
            return
        self.post_message(self.Submitted(payload, sent, self.fragment_size))

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
