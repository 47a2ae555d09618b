"""What any screen or widget may ask the app for: a message, posted where it stands; it bubbles up.

``self.app.post_message(OpenAsked(target))`` opens a target in a tab of its own.
"""

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from wstui.targets import Target


class OpenAsked(Message):
    """Open a profile, a URL or a recording in a tab; one that is open already is shown again.

    Args:
        target: what to open.
        event_id: the event to begin with, in place of the newest: ``SessionScreen.go_to_event`` shows it.
    """

    def __init__(self, target: "Target", event_id: int | None = None) -> None:
        super().__init__()
        self.target = target
        self.event_id = event_id


class DemoAsked(Message):
    """Start the demo's server with a fault of the lab, and connect to it in a tab."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault


class HomeAsked(Message):
    """Show the home screen."""


class BackAsked(Message):
    """From the home screen back to the tab that was left."""


class TabAsked(Message):
    """Show the tab of a number, from 1."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class CloseTabAsked(Message):
    """Close the tab of a number, from 1; asks where it is connected."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
