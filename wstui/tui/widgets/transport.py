"""The transport line of a playback: where it is, how fast, and a bar to seek in."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from wstui.replay.playback import Playback
from wstui.tui.actions import Place, bindings_for
from wstui.tui.glyphs import terminal_glyphs
from wstui.tui.graph_scale import span_text
from wstui.tui.tones import MUTED
from wstui.tui.widgets.silence_bar import bar_cells
from wstui.words.measures import clock_text

_LEAST_BAR_CELLS = 6


class Transport(Widget, can_focus=True):
    """One line, shown while a recording is played back; its keys work while it has the focus."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Transport { height: 1; display: none; padding: 0 1; background: $surface; }
    Transport.-shown { display: block; }
    Transport:focus { background: $primary-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.PLAYBACK)]

    @dataclass
    class SeekAsked(Message):
        """The bar was clicked."""

        share: float

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.now = Playback(0, 0, playing=False, ended=False)
        self.span_ns = (0, 0)
        self.speed = 1.0
        self.skips = False
        self._bar = (0, 1)

    def show(self, now: Playback, span_ns: tuple[int, int], speed: float, *, skips: bool) -> None:
        """Show where it is."""
        seen = (self.now, self.span_ns, self.speed, self.skips)
        self.now, self.span_ns, self.speed, self.skips = now, span_ns, speed, skips
        if seen != (now, span_ns, speed, skips):
            self.refresh()

    def render(self) -> Content:
        """``▸ 12:01:07.412  ████░░░░  0:12 of 1:05  2×  skips idle``."""
        start_ns, end_ns = self.span_ns
        now = self.now
        state = "ended" if now.ended else "playing" if now.playing else "paused"
        before = f"{'▸' if now.playing else '■'} {state:<8}{clock_text(now.t_ns)}  "
        idle = "  skips idle" if self.skips else ""
        place = f"{span_text(now.t_ns - start_ns)} of {span_text(end_ns - start_ns)}"
        after = f"  {place}  {self.speed:g}×{idle}"
        cells = max(_LEAST_BAR_CELLS, self.size.width - len(before) - len(after))
        share = (now.t_ns - start_ns) / max(1, end_ns - start_ns)
        filled, empty = bar_cells(share, cells, terminal_glyphs())
        self._bar = (len(before), cells)
        return Content.assemble(
            (before, "bold"), (filled, "$text-accent"), (empty, "$foreground 25%"), (after, MUTED)
        )

    def on_click(self, event: events.Click) -> None:
        """Seek to where the bar was clicked."""
        first, cells = self._bar
        x = event.get_content_offset_capture(self).x - first
        if 0 <= x < cells:
            self.post_message(self.SeekAsked((x + 0.5) / cells))
