"""What is told in passing, or pasted, may be a peer's words: no control of theirs reaches the terminal.

The home screen's first frame has neither: what they need is imported when there is something to tell.
"""

from typing import TYPE_CHECKING

from textual import events
from textual.app import App

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel


class CarefulApp(App[int]):
    """An app whose notifications and fields are safe whatever is put into them."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: "SeverityLevel" = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Tell something in passing; nothing of it is markup."""
        from wstui.events import safe_text

        super().notify(
            safe_text(message, newlines=True),
            title=safe_text(title),
            severity=severity,
            timeout=timeout,
            markup=markup,
        )

    async def on_event(self, event: events.Event) -> None:
        """Textual draws what stands in a field as it is: controls are written out before they get there."""
        if isinstance(event, events.Paste) and not _keeps_bytes(self.focused):
            from wstui.events import safe_text

            event.text = safe_text(event.text, newlines=True)
        await super().on_event(event)


def _keeps_bytes(field: object) -> bool:
    """The composer sends what was pasted, byte for byte, and draws it with care itself."""
    from textual.widgets import Input, TextArea

    return not isinstance(field, Input | TextArea) or hasattr(field, "draws_with_care")
