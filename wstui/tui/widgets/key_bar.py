"""The footer: the important keys of this moment on one line, clickable, the least important dropped first."""

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.strip import Strip

from wstui.tui.actions import footer_order, footer_rank, key_label
from wstui.tui.tones import Tone, Toned


class KeyBar(Toned):
    """``F1 help  F2 ping  F3 close …``; what is not possible now is dim, what makes no sense is absent."""

    ALLOW_SELECT = False
    TONES: ClassVar[Mapping[str, Tone]] = {
        "key": Tone("text-accent", "bold"),
        "disabled": Tone("text-disabled"),
    }

    _shown: list[tuple[str, str, str, bool]] | None = None

    def on_mount(self) -> None:
        """Hear of changes of state and focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _screen: Screen[object]) -> None:
        if self._entries() != self._shown:
            self.refresh()

    def _entries(self) -> list[tuple[str, str, str, bool]]:
        """Key, its label, its words, whether it is possible: as many as fit, in the table's order."""
        shown: dict[str, tuple[Binding, bool]] = {}
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and footer_rank(binding):
                shown.setdefault(binding.action, (binding, enabled))
        room, chosen = self.size.width, []
        for binding, enabled in sorted(shown.values(), key=lambda item: footer_rank(item[0])):
            label = key_label(binding.key)
            room -= len(label) + len(binding.description) + 3
            if room < -2:
                break
            chosen.append((footer_order(binding), binding.key, label, binding.description, enabled))
        return [entry[1:] for entry in sorted(chosen)]

    def render_line(self, y: int) -> Strip:
        """The whole bar."""
        base = self.rich_style
        if y:
            return Strip.blank(self.size.width, base)
        bright = self.tone("key")
        dim = self.tone("disabled")
        segments = []
        self._shown = self._entries()
        for key, label, words, enabled in self._shown:
            click = Style(meta={"key": key})
            segments.append(Segment(label, (bright if enabled else dim) + click))
            segments.append(Segment(f" {words}", (base if enabled else dim) + click))
            segments.append(Segment("  ", base))
        return Strip(segments).crop_extend(0, self.size.width, base)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """What the key below the mouse does."""
        active = self.screen.active_bindings.get(event.style.meta.get("key", ""))
        words = Content(active.binding.tooltip) if active is not None else None
        if self.tooltip != words:
            self.tooltip = words

    def on_click(self, event: events.Click) -> None:
        """A click on a key presses it."""
        key = event.style.meta.get("key")
        if key:
            self.app.simulate_key(key)
