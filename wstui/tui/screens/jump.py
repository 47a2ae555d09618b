"""Jump mode: a letter on everything that can take the focus; pressing it goes there.

A screen may name its own letters in ``JUMPS``, by selector; whatever else can take the focus gets one of the
letters that are left. Places are computed from the regions on the screen at that moment.
"""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase, digits
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.css.query import NoMatches
from textual.geometry import Offset, Size
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

_LABEL_CELLS = 3
_LETTERS = ascii_lowercase + digits


class Jump(NamedTuple):
    """One thing to go to, and where its letter stands; None where it is out of sight."""

    letter: str
    widget: Widget
    place: Offset | None


def jumps_of(screen: Screen[object]) -> list[Jump]:
    """Everything on a screen that can be gone to."""
    named: Mapping[str, str] = getattr(screen, "JUMPS", {})
    targets = list(_named_targets(screen, named))
    taken = {letter for letter, _ in targets}
    free = (letter for letter in _LETTERS if letter not in taken and letter not in named)
    inside = {widget for _, widget in targets}
    for widget in screen.focus_chain:
        if inside.isdisjoint(widget.ancestors_with_self):
            letter = next(free, None)
            if letter is not None:
                targets.append((letter, widget))
    return _placed(targets, screen)


def _named_targets(screen: Screen[object], named: Mapping[str, str]) -> Iterator[tuple[str, Widget]]:
    for letter, selector in named.items():
        try:
            widget = screen.query_one(selector)
        except NoMatches:
            continue
        if _is_shown(widget) and (
            widget.focusable or hasattr(widget, "jump_here") or _first_focusable(widget)
        ):
            yield letter, widget


def _is_shown(widget: Widget) -> bool:
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


def _first_focusable(widget: Widget) -> Widget | None:
    return next((child for child in widget.query("*") if child.focusable and _is_shown(child)), None)


def _placed(targets: list[tuple[str, Widget]], screen: Screen[object]) -> list[Jump]:
    """Each label at its widget's corner, within the screen, none over another."""
    used: set[Offset] = set()
    jumps = []
    for letter, widget in targets:
        place = _corner(widget, screen.size)
        while place is not None and any(Offset(place.x + dx, place.y) in used for dx in range(_LABEL_CELLS)):
            place = Offset(place.x + 1, place.y)
            if place.x + _LABEL_CELLS > screen.size.width:
                place = None
        if place is not None:
            used.update(Offset(place.x + dx, place.y) for dx in range(_LABEL_CELLS))
        jumps.append(Jump(letter, widget, place))
    return jumps


def _corner(widget: Widget, size: Size) -> Offset | None:
    region = widget.screen.find_widget(widget).visible_region
    if not region:
        return None
    return Offset(max(0, min(region.x, size.width - _LABEL_CELLS)), min(region.y, size.height - 1))


def go_to(widget: Widget) -> None:
    """Give it the focus; a thing that knows better does it its own way."""
    own_way = getattr(widget, "jump_here", None)
    if own_way is not None:
        widget.call_later(own_way)
    else:
        found = widget if widget.focusable else _first_focusable(widget)
        if found is not None:
            found.focus()


class JumpScreen(ModalScreen[Widget | None]):
    """The letters over the screen below; its result is what was chosen."""

    DEFAULT_CSS = """
    JumpScreen { background: $background 50%; }
    JumpScreen > Static {
        position: absolute;
        width: 3;
        height: 1;
        background: $accent;
        color: $background;
        text-style: bold;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back")]

    def __init__(self, jumps: list[Jump], size: Size) -> None:
        super().__init__()
        self._jumps = {jump.letter: jump for jump in jumps}
        self._size_below = size

    def compose(self) -> ComposeResult:
        """The letters that are in sight."""
        for jump in self._jumps.values():
            if jump.place is not None:
                label = Static(Content(f"[{jump.letter}]"), name=jump.letter)
                label.styles.offset = (jump.place.x, jump.place.y)
                yield label

    def on_key(self, event: events.Key) -> None:
        """A letter chooses."""
        jump = self._jumps.get((event.character or "").lower())
        if jump is not None:
            event.stop()
            self.dismiss(jump.widget)

    def on_click(self, event: events.Click) -> None:
        """So does a click on it; one elsewhere leaves."""
        clicked, _ = self.get_widget_at(event.screen_x, event.screen_y)
        jump = self._jumps.get(clicked.name or "")
        self.dismiss(None if jump is None else jump.widget)

    def on_resize(self, event: events.Resize) -> None:
        """On a screen of another size the letters would stand in the wrong places."""
        if event.size != self._size_below:
            self.dismiss(None)
