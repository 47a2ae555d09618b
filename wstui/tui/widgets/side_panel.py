"""The side panel: heartbeat, event timeline, and why it ended, one below the other."""

from dataclasses import dataclass
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message

from wstui.tui.graph_scale import span_text
from wstui.tui.panel_data import PanelData
from wstui.tui.widgets.ending_card import EndingCard
from wstui.tui.widgets.event_timeline import EventTimeline
from wstui.tui.widgets.heartbeat_graph import HeartbeatGraph
from wstui.tui.widgets.numbers import NumbersTable
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.tui.widgets.silence_bar import SilenceBar

_NUMBERS_FROM = 16
_NUMBERS_FROM_ENDED = 24
"""Rows of the panel from which numbers and silence have room beside graph, timeline and ending."""
_FORESIGHT_FROM = 26
"""Rows of the panel from which there is one for what may end the connection."""
_GRAPH_ROWS = 11
_GRAPH_ROWS_ENDED = 8
_GRAPH_LEAST = 4
_TIMELINE_LEAST = 3


class Heights(NamedTuple):
    """Rows for each part, without titles."""

    graph: int
    timeline: int
    ending: int
    numbers: bool


def panel_heights(height: int, ending_rows: int, number_rows: int = 2, silence_rows: int = 2) -> Heights:
    """How the parts share the panel.

    The ending takes room from the graph where there is little of it, and never more than two fifths.

    Args:
        height: rows of the panel.
        ending_rows: rows that the ending would like; 0: nothing has ended.
        number_rows: rows of the table of numbers.
        silence_rows: rows of the bar of silence.
    """
    numbers = height >= (_NUMBERS_FROM_ENDED if ending_rows else _NUMBERS_FROM)
    rest = height - 2 - (number_rows + silence_rows if numbers else 0)
    ending = 0
    if ending_rows:
        ending = min(ending_rows, height * 2 // 5, rest - 1 - _GRAPH_LEAST - _TIMELINE_LEAST)
        ending = max(1, ending)
        rest -= ending + 1
    rest = max(0, rest)
    wanted = min(_GRAPH_ROWS_ENDED if ending_rows else _GRAPH_ROWS, rest * 2 // 5)
    graph = max(min(_GRAPH_LEAST, rest), wanted)
    return Heights(graph, rest - graph, ending, numbers)


class SidePanel(Vertical):
    """The right half of the session screen."""

    DEFAULT_CSS = """
    SidePanel {
        & > Vertical { height: auto; }
        & > #timeline-pane { height: 1fr; }
        & > #ending-pane { display: none; }
        &.-ended > #ending-pane { display: block; }
        &.-low NumbersTable, &.-low SilenceBar { display: none; }
    }
    """

    graph = query_one(HeartbeatGraph)
    numbers = query_one(NumbersTable)
    silence = query_one(SilenceBar)
    timeline = query_one(EventTimeline)
    card = query_one(EndingCard)

    @dataclass
    class EventChosen(Message):
        """A ping, a row or a piece of evidence was chosen; its event, and whether to look at it closer."""

        event_id: int
        closer: bool = True

    class Unfinished(Message):
        """The snapshot is not whole yet: whoever gives it should refresh it again soon."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.data = PanelData()

    def compose(self) -> ComposeResult:
        """Three panes, each under its rule."""
        with Vertical(id="heartbeat-pane"):
            yield PaneTitle("Heartbeat", id="heartbeat-title")
            yield HeartbeatGraph()
            yield NumbersTable()
            yield SilenceBar()
        with Vertical(id="timeline-pane"):
            yield PaneTitle("Timeline", id="timeline-title")
            yield EventTimeline()
        with Vertical(id="ending-pane"):
            yield PaneTitle("Why it ended", id="ending-title")
            yield EndingCard()

    def show(self, data: PanelData) -> None:
        """Show a snapshot; each part draws only if something of it changed."""
        if not self.is_mounted:
            return
        servers = bool(data.numbers.server_pings) != bool(self.data.numbers.server_pings)
        ended = (data.ending is None) != (self.data.ending is None)
        foresees = bool(data.foresight) != bool(self.data.foresight)
        self.data = data
        self.graph.show(data)
        self.numbers.show(data.numbers)
        self.silence.show(data)
        self.timeline.show(data)
        self.card.show(data.ending)
        self._show_titles()
        if servers or ended or foresees:
            self._share_out()
        if data.loading or data.pending:
            self.post_message(self.Unfinished())

    def _show_titles(self) -> None:
        title = self.get_widget_by_id("timeline-title", PaneTitle)
        title.right = Content("reading …" if self.data.loading else "")
        ended = self.get_widget_by_id("ending-title", PaneTitle)
        ended.right = Content(self._age_words())

    def _age_words(self) -> str:
        data = self.data
        if data.ending is None or data.opened_ns is None:
            return ""
        return f"after {span_text(data.silence.until_ns - data.opened_ns)}"

    def _share_out(self) -> None:
        """Give each part its rows."""
        ended = self.data.ending is not None
        wanted = max(1, len(self.card.card_rows)) if ended else 0
        numbers = 3 if self.data.numbers.server_pings else 2
        foresees = bool(self.data.foresight) and self.size.height >= _FORESIGHT_FROM
        heights = panel_heights(self.size.height, wanted, numbers, 3 if foresees else 2)
        self.silence.set_class(foresees, "-foresees")
        self.set_class(ended, "-ended")
        self.set_class(not heights.numbers, "-low")
        self.graph.styles.height = heights.graph
        self.card.styles.height = heights.ending

    def on_resize(self) -> None:
        """Another height is another share."""
        self._share_out()

    def on_ending_card_rows_changed(self) -> None:
        """The card wraps into another number of rows."""
        self._share_out()

    def on_heartbeat_graph_title_changed(self) -> None:
        """The graph's rule says what it shows."""
        self.get_widget_by_id("heartbeat-title", PaneTitle).right = self.graph.title

    def on_heartbeat_graph_beat_chosen(self, message: HeartbeatGraph.BeatChosen) -> None:
        """A ping of the graph: its row, and whoever shows events."""
        message.stop()
        self.timeline.select_event(message.event_id)
        self.post_message(self.EventChosen(message.event_id, closer=False))

    def on_event_timeline_row_chosen(self, message: EventTimeline.RowChosen) -> None:
        """A row of the timeline."""
        message.stop()
        if message.event_id:
            self.post_message(self.EventChosen(message.event_id))

    def on_ending_card_line_chosen(self, message: EndingCard.LineChosen) -> None:
        """A line of the ending: its row, and whoever shows events."""
        message.stop()
        self.timeline.select_event(message.event_id)
        self.post_message(self.EventChosen(message.event_id))
