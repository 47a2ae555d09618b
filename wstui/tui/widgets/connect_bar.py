"""The top bar: who, where, how it stands, how safely. The URL is typed here."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from wstui.events import safe_text
from wstui.tui.connection_facts import ConnectionFacts
from wstui.tui.state_words import StateWords
from wstui.tui.tones import CONTENT_STYLES, MUTED
from wstui.tui.tooltips import state_tooltip, transport_tooltip


class ConnectBar(Vertical):
    """One line, and a second one while there is a problem to tell."""

    @dataclass
    class ConnectAsked(Message):
        """Enter was pressed on a URL."""

        url: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shown_url = ""
        self._said: dict[str, Content] = {}

    def compose(self) -> ComposeResult:
        """Name, URL, state, transport; the problem below."""
        with Horizontal(id="bar-line"):
            yield Static(Content.styled("wstui", "bold $text-accent"), id="bar-brand")
            yield Static(id="bar-name")
            yield Input(
                id="bar-url",
                compact=True,
                select_on_focus=False,
                placeholder="wss://… or host:port, then Enter",
            )
            yield Static(id="bar-url-text")
            yield Static(id="bar-state")
            yield Static(id="bar-transport")
        yield Static(id="bar-problem")

    def _put(self, part: str, content: Content) -> None:
        """Show something else in a part; the whole screen is laid out anew only for another width."""
        before = self._said.get(part, Content())
        if before.is_same(content):
            return
        self._said[part] = content
        layout = before.cell_length != content.cell_length
        self.get_widget_by_id(part, Static).update(content, layout=layout)

    def show_name(self, profile: str, *, recorded: bool) -> None:
        """The profile's name, nothing for a bare URL; and whether this is a recording."""
        name = f"▸ {safe_text(profile)}" if profile else ""
        mark = ("  recorded" if name else "recorded") if recorded else ""
        self._put("bar-name", Content.assemble(name, (mark, MUTED)))

    def show_url(self, url: str, *, editable: bool) -> None:
        """The endpoint: as plain text while it is in use, editable otherwise."""
        shown = safe_text(url)
        self._put("bar-url-text", Content(shown))
        self.set_class(editable, "-editable")
        if shown != self._shown_url:
            self._shown_url = shown
            self.query_one("#bar-url", Input).value = shown

    @property
    def typed_url(self) -> str:
        """What stands in the URL field."""
        return self.query_one("#bar-url", Input).value

    def give_up_typing(self) -> bool:
        """Put the URL back that the session has; whether one was being typed."""
        field = self.query_one("#bar-url", Input)
        if not field.has_focus:
            return False
        if self._shown_url:
            field.value = self._shown_url
        self.show_problem("")
        return True

    def focus_url(self) -> None:
        """Go to the URL field, its text selected."""
        field = self.query_one("#bar-url", Input)
        field.focus()
        field.action_select_all()

    def show_state(self, state: StateWords, facts: ConnectionFacts, *, secure_url: bool) -> None:
        """How it stands, and over what."""
        sign, words, tone = state
        said = Content.styled(safe_text(f"{sign} {words}"), f"bold {CONTENT_STYLES[tone]}")
        self._put("bar-state", said)
        self._put("bar-transport", _transport(facts, secure_url))
        self._explain("bar-transport", transport_tooltip(facts, secure_url=secure_url))
        self._explain("bar-state", state_tooltip(facts))

    def _explain(self, part: str, words: Content) -> None:
        """Words for the mouse; set only where they are others, for that draws."""
        widget = self.get_widget_by_id(part, Static)
        shown = words if words.plain else None
        if widget.tooltip != shown:
            widget.tooltip = shown

    def show_problem(self, sentence: str) -> None:
        """A sentence in place, or nothing."""
        self._put("bar-problem", Content(safe_text(sentence)))
        self.set_class(bool(sentence), "-problem")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter connects."""
        event.stop()
        self.post_message(self.ConnectAsked(event.value.strip()))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Typing takes the last problem away."""
        event.stop()
        if event.input.has_focus:
            self.show_problem("")


def _transport(facts: ConnectionFacts, secure_url: bool) -> Content:
    parts = []
    if facts.insecure:
        parts.append(Content.styled("✗ TLS not verified", "bold $error"))
    elif facts.tls:
        parts.append(Content.styled(f"{safe_text(facts.tls)}", MUTED))
    elif not secure_url:
        parts.append(Content.styled("no TLS", MUTED))
    if facts.deflate:
        parts.append(Content.styled("deflate", MUTED))
    return Content("  ").join(parts)
