"""The close dialog: a code with its meaning, a reason, and what the protocol says about both.

F3, the digits, Enter: the code's line has the focus from the first key on, and Enter in it closes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, OptionList, Static
from textual.widgets.option_list import Option

from wstui.events import (
    CLOSE_CODE_RANGES,
    CLOSE_CODES,
    REASON_LIMIT_BYTES,
    CloseCode,
    close_code_meaning,
    close_code_name,
    why_not_sendable,
)
from wstui.tui.tones import MUTED

_DEFAULT_CODE = "1000"
_LARGEST_CODE = 65535
"""Two bytes (RFC 6455 §5.5.1)."""
_SHOWN_RANGES = tuple(row for row in CLOSE_CODE_RANGES if row.sendable)
_SENDERS = {"client": " (sent by clients)", "server": " (sent by servers)"}


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """What a person chose: a Close frame, or an end of TCP without one (``abort``)."""

    code: int | None = 1000
    """None: a Close frame without a body."""
    reason: str = ""
    force: bool = False
    """Send what RFC 6455 forbids."""
    abort: Literal["", "fin", "reset"] = ""


def code_name(text: str) -> str:
    """The name of the typed code."""
    return close_code_name(int(text)) if text else "no code"


def code_meaning(text: str) -> str:
    """What the typed code says, and who usually sends it."""
    if not text:
        return "a Close frame without a body; the other side sees 1005"
    code = int(text)
    row = CLOSE_CODES.get(code)
    who = _SENDERS.get(row.sender, "") if row else ""
    return f"{close_code_meaning(code)}{who}"


def problem(text: str, reason: str) -> str:
    """Why the protocol forbids this Close frame, or nothing."""
    if not text:
        return "A reason needs a code before it (RFC 6455 §5.5.1)." if reason else ""
    return why_not_sendable(int(text), reason) or ""


def is_possible(text: str, reason: str) -> bool:
    """Whether a frame can hold it at all, allowed or not."""
    if not text:
        return not reason
    return int(text) <= _LARGEST_CODE and reason_bytes(reason) <= REASON_LIMIT_BYTES


def reason_bytes(reason: str) -> int:
    """The reason's length on the wire, in bytes of UTF-8."""
    return len(reason.encode("utf-8", "surrogatepass"))


def _code_option(row: CloseCode) -> Option:
    reserved = row.sender == "nobody"
    text = Content.assemble(
        (f"{row.code:<10}", MUTED if reserved else "bold"),
        (f"{row.name:<21}", MUTED if reserved else ""),
        ("never on the wire: " if reserved else "", "$text-warning"),
        (row.meaning, MUTED),
    )
    return Option(text, str(row.code))


def _options() -> Iterator[Option]:
    codes = sorted(CLOSE_CODES)
    yield from (_code_option(CLOSE_CODES[code]) for code in codes if code < _SHOWN_RANGES[0].first)
    for row in _SHOWN_RANGES:
        text = Content.assemble(
            (f"{row.first}–{row.last} ", "bold"), (f"{row.name:<21}", ""), (row.meaning, MUTED)
        )
        yield Option(text, f"range-{row.first}")
        yield from (_code_option(CLOSE_CODES[code]) for code in codes if row.first <= code <= row.last)


class ForceBox(Checkbox):
    """A checkbox whose sign says without colour whether it is checked."""

    BUTTON_LEFT = ""
    BUTTON_RIGHT = ""
    BUTTON_INNER = "[ ]"

    def watch_value(self) -> None:
        """Show the sign that fits."""
        self.BUTTON_INNER = "[x]" if self.value else "[ ]"
        super().watch_value()


class CloseDialog(ModalScreen[CloseRequest | None]):
    """Asks how to close; None: not at all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", priority=True),
        Binding("down", "to_codes", "codes", show=False),
    ]
    AUTO_FOCUS = "#close-code"
    CSS_PATH = "close_dialog.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (16, "-roomy")]  # noqa: RUF012 - declared by Screen

    def compose(self) -> ComposeResult:
        """Code, meaning, reason, warning, the table, and ways to end."""
        with Vertical(id="close-box"):
            yield Static(Content("Close the connection"), id="close-title")
            with VerticalScroll(id="close-body", can_focus=False):
                with Horizontal(classes="close-row"):
                    yield Static(Content("code"), classes="close-label")
                    yield Input(_DEFAULT_CODE, id="close-code", restrict=r"\d*", max_length=5, compact=True)
                    yield Static(id="close-name")
                yield Static(id="close-meaning")
                with Horizontal(classes="close-row"):
                    yield Static(Content("reason"), classes="close-label")
                    yield Input(id="close-reason", placeholder="none", compact=True)
                    yield Static(id="close-bytes")
                yield Static(id="close-problem")
                yield ForceBox(
                    Content("send it anyway, to see what the server does"), id="close-force", compact=True
                )
                yield OptionList(*_options(), id="close-codes", markup=False, compact=True)
            with Horizontal(id="close-buttons"):
                yield Button(Content("Close"), id="close-send", variant="primary", compact=True)
                yield Button(Content("Cancel"), id="close-cancel", compact=True)
                yield Static(Content("no Close frame:"), id="close-without")
                yield Button(Content("drop TCP (FIN)"), id="close-fin", variant="warning", compact=True)
                yield Button(Content("reset TCP (RST)"), id="close-reset", variant="error", compact=True)

    def on_mount(self) -> None:
        """Say what the first code means."""
        self._explain()

    # -- typing ----------------------------------------------------------------------------------

    @property
    def _code_text(self) -> str:
        return self.query_one("#close-code", Input).value

    @property
    def _reason(self) -> str:
        return self.query_one("#close-reason", Input).value

    def on_key(self, event: events.Key) -> None:
        """Digits typed where nobody else takes them belong to the code's line all the same."""
        line = self.query_one("#close-code", Input)
        deaf = self.focused is None or isinstance(self.focused, (ForceBox, Button))
        if deaf and event.character and event.character.isdigit():
            self.set_focus(line)
            line.post_message(events.Key(event.key, event.character))
            event.stop()

    def on_input_changed(self) -> None:
        """Explain while it is typed."""
        self._explain()

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """Forcing makes the button work; Enter in the code's line then closes."""
        self._explain()
        if event.value:
            self.query_one("#close-code", Input).focus()

    def _explain(self) -> None:
        code, reason = self._code_text, self._reason
        wrong = problem(code, reason)
        self.query_one("#close-name", Static).update(Content(code_name(code)))
        self.query_one("#close-meaning", Static).update(Content(code_meaning(code)))
        size = reason_bytes(reason)
        style = "$text-error" if size > REASON_LIMIT_BYTES else MUTED
        self.query_one("#close-bytes", Static).update(
            Content.styled(f"{size} of {REASON_LIMIT_BYTES} bytes", style)
        )
        self.query_one("#close-problem", Static).update(Content(wrong))
        self.set_class(bool(wrong), "-wrong")
        self.set_class(bool(wrong) and is_possible(code, reason), "-forceable")
        self.query_one("#close-send", Button).disabled = bool(wrong) and not self._forced
        self._highlight(code)

    @property
    def _forced(self) -> bool:
        asked = self.query_one("#close-force", Checkbox).value
        return asked and is_possible(self._code_text, self._reason)

    def _highlight(self, code: str) -> None:
        """Show the typed code's place in the table."""
        codes = self.query_one("#close-codes", OptionList)
        if not code or codes.has_focus:
            return
        row = next((r for r in _SHOWN_RANGES if r.first <= int(code) <= r.last), None)
        wanted = code if int(code) in CLOSE_CODES else f"range-{row.first}" if row else None
        codes.highlighted = codes.get_option_index(wanted) if wanted else None

    # -- the table -------------------------------------------------------------------------------

    def action_to_codes(self) -> None:
        """Go from the code's line into the table."""
        if isinstance(self.focused, Input):
            self.query_one("#close-codes", OptionList).focus()

    @on(OptionList.OptionHighlighted)
    def _take_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.has_focus:
            self._take(event.option.id)

    @on(OptionList.OptionSelected)
    def _take_selected(self, event: OptionList.OptionSelected) -> None:
        self._take(event.option.id)
        self.query_one("#close-code", Input).focus()

    def _take(self, option_id: str | None) -> None:
        code = (option_id or "").removeprefix("range-")
        self.query_one("#close-code", Input).value = code

    # -- ending ----------------------------------------------------------------------------------

    def on_input_submitted(self) -> None:
        """Enter in either line closes."""
        self._send()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close, end TCP, or leave."""
        if event.button.id == "close-send":
            self._send()
        elif event.button.id == "close-fin":
            self.dismiss(CloseRequest(abort="fin"))
        elif event.button.id == "close-reset":
            self.dismiss(CloseRequest(abort="reset"))
        else:
            self.dismiss(None)

    def _send(self) -> None:
        code, reason = self._code_text, self._reason
        wrong = problem(code, reason)
        if wrong and not self._forced:
            if is_possible(code, reason):
                self.query_one("#close-force", Checkbox).focus()
            self.app.bell()
            return
        self.dismiss(CloseRequest(int(code) if code else None, reason, force=bool(wrong)))
