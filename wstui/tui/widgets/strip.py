"""The side panel in one line, two once it ended: for a terminal of 80×24."""

from textual.content import Content
from textual.widget import Widget

from wstui.events import ConnectionState
from wstui.tui.glyphs import Glyphs, shown_in, terminal_glyphs
from wstui.tui.graph_parts import GraphInput, Layout
from wstui.tui.graph_picture import draw
from wstui.tui.graph_scale import (
    DEFAULT_WINDOW_S,
    NS_PER_S,
    RoundTripScale,
    TimeAxis,
    round_trip_text,
    span_text,
)
from wstui.tui.panel_data import PanelData
from wstui.tui.state_words import SIGNS
from wstui.tui.tones import MUTED
from wstui.tui.widgets.silence_bar import amount_words, silence_tooltip

_GRAPH_CELLS = (8, 30)
_GRAPH_STYLES = {
    "ping": "$text-accent",
    "tcp": "$foreground 45%",
    "missed": "bold $text-error",
    "late": "bold $text-warning",
    "app": "$text-success",
}
_STATE_STYLES = {
    ConnectionState.OPEN: "$text-success",
    ConnectionState.DIALLING: "$text-accent",
    ConnectionState.CLOSING: "$text-warning",
    ConnectionState.WAITING_TO_RETRY: "$text-warning",
}


class StatusStrip(Widget):
    """State, last round trip, a graph of one line, missed pings, silence; then why it ended."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    StatusStrip { height: auto; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None, glyphs: Glyphs | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.glyphs = glyphs or terminal_glyphs()
        self.data = PanelData()
        self._scale = RoundTripScale()
        self._shown: tuple[object, ...] = ()

    def show(self, data: PanelData) -> None:
        """Show a snapshot; draws at most once a second while nothing happens."""
        shown = (data.version, id(data.book), data.clock_ns // NS_PER_S, data.state)
        grows = (data.ending is None) != (self.data.ending is None)
        if data.book is not self.data.book:
            self._scale = RoundTripScale()
        self.data = data
        words = silence_tooltip(data.silence, data.foresight)
        if words != self.tooltip:
            self.tooltip = words
        if shown != self._shown:
            self._shown = shown
            self.refresh(layout=grows)

    def render(self) -> Content:
        """One line, two once it ended."""
        line = self._line()
        if self.data.ending is None:
            return line
        return Content("\n").join([line, self._ending_line()])

    def _line(self) -> Content:
        before, after = self._before(), self._after()
        room = self.size.width - before.cell_length - after.cell_length - 2
        if room < 0:
            after = self._after(brief=True)
        if room < _GRAPH_CELLS[0]:
            return Content.assemble(before, after)
        graph = self._graph(min(room, _GRAPH_CELLS[1]))
        return Content.assemble(before, graph, "  ", after)

    def _before(self) -> Content:
        data, state = self.data, ConnectionState(self.data.state)
        last = data.numbers.last_ns
        words = "no heartbeat yet" if last is None else round_trip_text(last)
        return Content.assemble(
            (f" {shown_in(SIGNS[state], self.glyphs)} ", _STATE_STYLES.get(state, MUTED)),
            (f"{state.value.replace('_', ' ')}  ", _STATE_STYLES.get(state, MUTED)),
            (shown_in(f"{words}  ", self.glyphs), "bold" if last is not None else MUTED),
        )

    def _after(self, *, brief: bool = False) -> Content:
        data, parts = self.data, list[tuple[str, str]]()
        if data.numbers.missed:
            parts.append((f"missed {data.numbers.missed:,}  ", "bold $text-error"))
        if data.numbers.server_pings and not brief:
            parts.append((f"server pings {data.numbers.server_pings:,}  ", MUTED))
        if data.state == ConnectionState.OPEN and data.silence.opened_ns is not None:
            parts.append((f"silent {amount_words(data.silence, named=False)} ", MUTED))
        if data.state == ConnectionState.WAITING_TO_RETRY:
            left = span_text(max(0, data.retry_at_ns - data.clock_ns))
            parts.append((f"retry in {left}, attempt {data.attempt} ", "$text-warning"))
        return Content.assemble(*parts)

    def _graph(self, width: int) -> Content:
        data, layout = self.data, Layout(width, 1, axes=False)
        end_ns = data.now_ns - data.now_ns % NS_PER_S if data.running else data.now_ns
        axis = TimeAxis(end_ns, DEFAULT_WINDOW_S, layout.dots)
        shown = GraphInput(data.book.between(axis.start_ns, axis.end_ns), now_ns=data.now_ns)
        picture = draw(layout, axis, self._scale, shown, self.glyphs)
        return Content.assemble(
            *((text, _GRAPH_STYLES.get(part, "$foreground 45%")) for text, part in picture.runs(0))
        )

    def _ending_line(self) -> Content:
        ending = self.data.ending
        assert ending is not None
        share = "" if ending.confidence is None else f"  {round(ending.confidence * 100)} %"
        style = "bold $text-error" if ending.tone == "error" else "bold"
        return Content.assemble(
            (shown_in(f" {ending.title}", self.glyphs), style),
            (share, MUTED),
            ("  ^b says why", MUTED),
        )
