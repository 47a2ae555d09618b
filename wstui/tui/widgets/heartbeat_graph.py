"""The heartbeat graph: round trips over session time (Textual's Line API).

Rule 1: it draws anew only when the picture changes: something happened, or time moved by a dot, and
at most four times a second. Rule 2: nothing jumps: dots stand on a fixed grid of time, the scale
changes in steps. What it draws is decided in :mod:`wstui.tui.graph_picture`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from wstui.timeline import Beat
from wstui.tui import tooltips
from wstui.tui.actions import Place, bindings_for
from wstui.tui.glyphs import Glyphs, shown_in, terminal_glyphs
from wstui.tui.graph_histogram import histogram
from wstui.tui.graph_parts import GraphInput, Layout, Picture
from wstui.tui.graph_picture import draw
from wstui.tui.graph_scale import (
    DEFAULT_WINDOW_S,
    NS_PER_S,
    WHOLE_SESSION,
    RoundTripScale,
    TimeAxis,
    window_seconds,
    window_text,
    zoomed,
)
from wstui.tui.graph_words import beat_title, empty_words, legend
from wstui.tui.panel_data import PanelData
from wstui.tui.tones import Tone, Toned
from wstui.tui.widgets.direct_lines import DirectLines, Line
from wstui.words.measures import clock_text

_REDRAW_NS = 250_000_000
_END_MARGIN = 30
"""One part in so many of the window stays free behind the end of a recording."""


class HeartbeatGraph(DirectLines, Toned, can_focus=True):
    """Round trips, TCP's own below them, missed pings as gaps, the server's pings as ticks."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"heartbeat-graph--cursor"}
    TONES: ClassVar[Mapping[str, Tone]] = {
        "axis": Tone("foreground 30%"),
        "label": Tone("text-muted"),
        "ping": Tone("text-accent"),
        "tcp": Tone("foreground 45%"),
        "app": Tone("text-success"),
        "missed": Tone("text-error", "bold"),
        "late": Tone("text-warning", "bold"),
        "outstanding": Tone("foreground 50%"),
        "server": Tone("text-primary"),
        "close": Tone("text-warning"),
        "end": Tone("text-error"),
        "note": Tone("text-secondary"),
        "boundary": Tone("foreground 50%"),
        "text": Tone("text-muted"),
    }
    DEFAULT_CSS = """
    HeartbeatGraph {
        height: 10;
        width: 1fr;
        & > .heartbeat-graph--cursor { background: $primary-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.GRAPH)]

    window_s: reactive[int] = reactive(DEFAULT_WINDOW_S)
    cursor_id: reactive[int | None] = reactive(None)
    spread: reactive[bool] = reactive(False)
    """Whether the histogram of all round trips stands in the graph's place."""

    @dataclass
    class BeatChosen(Message):
        """A ping was chosen; its event."""

        event_id: int

    class TitleChanged(Message):
        """:attr:`title` says something else."""

    def __init__(self, *, id: str | None = None, glyphs: Glyphs | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.data = PanelData()
        self.glyphs = glyphs or terminal_glyphs()
        self.tooltip = tooltips.GRAPH
        self._scale = RoundTripScale()
        self._end_ns: int | None = None
        """The right edge while the past is looked at; None: the newest."""
        self._key: tuple[object, ...] = ()
        self._strips: list[Strip] = []
        self._title = Content()

    # -- what it shows ---------------------------------------------------------------------------

    def show(self, data: PanelData) -> None:
        """Show the state of things; draws only if the picture changes."""
        if data.book is not self.data.book:
            self._scale = RoundTripScale()
            self._end_ns = None
            self.set_reactive(HeartbeatGraph.cursor_id, None)
        self.data = data
        self._invalidate()

    def _invalidate(self) -> None:
        if self._picture_key() != self._key:
            self._strips = []
            self.refresh()
            self._update_title()

    def _picture_key(self) -> tuple[object, ...]:
        axis = self._axis()
        return (
            empty_words(self.data) if self._is_empty() else self.data.version,
            id(self.data.book),
            0 if self._is_empty() else axis.last_column,
            axis.window_s,
            self.size,
            self.cursor_id,
            self.spread,
            self.data.now_ns // _REDRAW_NS if self._is_waiting() else 0,
        )

    def _is_empty(self) -> bool:
        return self.data.book.is_empty and not self.data.app_beats and not self.data.markers

    def _is_waiting(self) -> bool:
        return self.data.running and any(beat.status == "outstanding" for beat in self.data.book.beats[-4:])

    def _layout(self) -> Layout:
        return Layout(self.size.width, self.size.height)

    def _axis(self) -> TimeAxis:
        data = self.data
        window_s = window_seconds(self.window_s, data.now_ns - data.started_ns)
        if self._end_ns is not None:
            end_ns = self._end_ns
        elif data.running:
            end_ns = data.now_ns - data.now_ns % _REDRAW_NS
        else:
            end_ns = data.now_ns + window_s * NS_PER_S // _END_MARGIN
        return TimeAxis(end_ns, window_s, self._layout().dots)

    @property
    def span_ns(self) -> tuple[int, int] | None:
        """The session time that the graph shows, from and to; None where it shows nothing."""
        axis = self._axis()
        return None if self._is_empty() else (axis.start_ns, axis.end_ns)

    def _update_title(self) -> None:
        title = self._spread_title() or self._cursor_title() or self._window_title()
        if title != self._title:
            self._title = title
            self.post_message(self.TitleChanged())

    @property
    def title(self) -> Content:
        """For the rule above: the chosen ping, or the legend and the window."""
        return self._title

    def _spread_title(self) -> Content | None:
        count = len(self._round_trips()) if self.spread else 0
        return Content(f"{count:,} round trips, h: over time") if self.spread else None

    def _round_trips(self) -> list[int]:
        return [beat.rtt_ns for beat in self.data.book.beats if beat.rtt_ns is not None]

    def _cursor_title(self) -> Content | None:
        beat = self.data.book.beat(self.cursor_id) if self.cursor_id is not None else None
        return beat_title(beat, self.data.book.state(beat), self.glyphs) if beat else None

    def _window_title(self) -> Content:
        axis = self._axis()
        if self._end_ns is not None:
            when = f"{clock_text(axis.start_ns)[:8]} to {clock_text(self._end_ns)[:8]}"
        elif self.window_s == WHOLE_SESSION:
            when = "whole session"
        else:
            when = f"last {window_text(axis.window_s)}"
        beats = self.data.book.between(axis.start_ns, axis.end_ns)
        return Content.assemble(*legend(beats, bool(self.data.app_beats), self.glyphs), when)

    # -- choosing --------------------------------------------------------------------------------

    def action_step(self, by: int) -> None:
        """Go to the ping before or after; the first step goes to the newest one."""
        beat = self.data.book.step(self.cursor_id, by)
        if beat is not None:
            self._go_to(beat)

    def action_first(self) -> None:
        """Go to the first ping."""
        beats = self.data.book.beats
        if beats:
            self._go_to(beats[0])

    def action_now(self) -> None:
        """Leave the chosen ping and follow the newest."""
        self._end_ns = None
        self.cursor_id = None
        self._invalidate()

    def action_leave(self) -> None:
        """The same with Escape, which means something else while no ping is chosen."""
        self.action_now()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the screen's while there is nothing to leave here."""
        if action == "leave":
            return self.cursor_id is not None or self._end_ns is not None
        return super().check_action(action, parameters)

    def action_zoom(self, by: int) -> None:
        """Show more or less time."""
        self.window_s = zoomed(self.window_s, by)

    def action_spread(self) -> None:
        """The histogram in place of the graph, or the graph again."""
        self.spread = not self.spread

    def watch_spread(self) -> None:
        """Another picture."""
        self._invalidate()

    def action_choose(self) -> None:
        """Look closer at the chosen ping."""
        if self.cursor_id is None:
            self.action_step(0)
        if self.cursor_id is not None:
            self.post_message(self.BeatChosen(self.cursor_id))

    def _go_to(self, beat: Beat) -> None:
        self._bring_into_view(beat.t_ns)
        self.cursor_id = beat.ping_id
        self.post_message(self.BeatChosen(beat.ping_id))
        self._invalidate()

    def _bring_into_view(self, t_ns: int) -> None:
        axis = self._axis()
        span_ns = axis.window_s * NS_PER_S
        if not 0 <= axis.x(t_ns) < axis.dots:
            self._end_ns = t_ns + span_ns // 4
        if self._end_ns is not None and self._end_ns >= self.data.now_ns:
            self._end_ns = None

    def on_click(self, event: events.Click) -> None:
        """Choose the ping that lies nearest."""
        offset = event.get_content_offset_capture(self)
        axis, left = self._axis(), self._layout().left
        t_ns = axis.start_ns + (2 * (offset.x - left) + 1) * axis.dot_ns
        beats = self.data.book.between(axis.start_ns, axis.end_ns)
        if beats:
            self._go_to(min(beats, key=lambda beat: abs(beat.t_ns - t_ns)))

    def watch_window_s(self) -> None:
        """Another window is another picture, with a scale of its own."""
        self._scale = RoundTripScale()
        self._invalidate()

    def watch_cursor_id(self) -> None:
        """Another ping is chosen."""
        self._invalidate()

    # -- drawing ---------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Colours changed: draw anew."""
        super().notify_style_update()
        self._strips = []

    def render_line(self, y: int) -> Strip:
        """One row of the picture; the first row asked for draws all of them."""
        key = self._picture_key()
        if key != self._key or not self._strips:
            self._key = key
            self._strips = self._draw()
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def _draw(self) -> list[Strip]:
        if self.spread:
            rows = histogram(self._round_trips(), self.size.width, self.size.height, self.glyphs)
            return [Strip([Segment(row, self.tone("ping"))], len(row)) for row in rows]
        picture = self._picture()
        strips: list[Strip] = [
            Line([Segment(text, self.tone(part)) for text, part in picture.runs(row)], picture.width)
            for row in range(picture.height)
        ]
        return self._with_cursor(strips)

    def _picture(self) -> Picture:
        data, layout, axis = self.data, self._layout(), self._axis()
        beats = data.book.between(axis.start_ns, axis.end_ns)
        picture = draw(
            layout,
            axis,
            self._scale,
            GraphInput(
                beats=beats,
                server_pings=data.book.server_between(axis.start_ns, axis.end_ns),
                app_beats=[beat for beat in data.app_beats if axis.x(beat.t_ns) >= 0],
                markers=data.markers,
                unanswered=frozenset(b.ping_id for b in beats if data.book.state(b) == "unanswered"),
                now_ns=data.now_ns,
                end_word=self._end_word(),
            ),
            self.glyphs,
        )
        if data.book.is_empty and not data.app_beats:
            self._write_hint(picture, layout)
        return picture

    def _end_word(self) -> str:
        if self._end_ns is not None:
            return clock_text(self._end_ns)[:8]
        return "now" if self.data.running or not len(self.data.rows) else "end"

    def _write_hint(self, picture: Picture, layout: Layout) -> None:
        lines = [line for line in empty_words(self.data) if len(line) <= layout.plot_width]
        first = layout.top + max(0, (layout.plot_height - len(lines)) // 2)
        for row, line in enumerate(lines[: layout.plot_height]):
            column = layout.left + (layout.plot_width - len(line)) // 2
            picture.put(column, first + row, shown_in(line, self.glyphs), "text")

    def _with_cursor(self, strips: list[Strip]) -> list[Strip]:
        beat = self.data.book.beat(self.cursor_id) if self.cursor_id is not None else None
        if beat is None:
            return strips
        layout = self._layout()
        column = layout.left + self._axis().x(beat.t_ns) // 2
        if not layout.left <= column < layout.width:
            return strips
        tint = Style(bgcolor=self.get_component_rich_style("heartbeat-graph--cursor").bgcolor)
        return [
            self._tinted(strip, column, tint) if row <= layout.axis_row else strip
            for row, strip in enumerate(strips)
        ]

    def _tinted(self, strip: Strip, column: int, tint: Style) -> Strip:
        before, cell, after = strip.crop(0, column), strip.crop(column, column + 1), strip.crop(column + 1)
        tinted = Strip([Segment(text, (style or Style.null()) + tint) for text, style, _ in cell], 1)
        return Strip.join([before, tinted, after])
