"""The heartbeat graph as a grid of characters, each with the name of its part.

Pure: data in, a picture out, so that a widget, a test and a report draw the same.
"""

from collections.abc import Sequence
from itertools import zip_longest

from wstui.timeline import Beat
from wstui.tui.braille import Canvas
from wstui.tui.glyphs import Glyphs
from wstui.tui.graph_parts import GraphInput, Layout, Marker, Picture
from wstui.tui.graph_scale import RoundTripScale, TimeAxis, unit_of

_LAYERS = ("ping", "app", "tcp", "outstanding")
_CONNECT_DOTS = 12
"""Answered pings no further apart than this are joined by a line; lonely ones stand on a stem."""


class _Drawing:
    """One picture in the making."""

    def __init__(self, layout: Layout, axis: TimeAxis, top_ns: int, data: GraphInput, glyphs: Glyphs) -> None:
        self.layout, self.axis, self.top_ns, self.data, self.glyphs = layout, axis, top_ns, data, glyphs
        self.picture = Picture(layout.width, layout.height)
        self.canvas = Canvas(layout.plot_width, layout.plot_height, _LAYERS)
        self.over: list[tuple[int, int, str, str]] = []
        """Characters that lie above the dots: column, row, text, part."""

    def y(self, span_ns: float) -> int:
        """The dot row of a round trip, clipped to the plot."""
        if not self.top_ns:
            return 0
        return max(0, min(self.canvas.height - 1, round(span_ns / self.top_ns * (self.canvas.height - 1))))

    def mark(self, x: int, y: int, text: str, part: str) -> None:
        """Put a character over the cell that holds a dot."""
        if 0 <= x < self.canvas.width:
            self.over.append((x // 2, self.canvas.rows - 1 - y // 4, text, part))

    # -- the curves ------------------------------------------------------------------------------

    def draw_beats(self) -> None:
        """Answered pings on a line, or on stems where they are far apart; the others stand out."""
        before: Beat | None = None
        level = self.canvas.height // 2
        measured = [beat for beat in self.data.beats if beat.status != "answered" or beat.rtt_ns is not None]
        for beat, after in zip_longest(measured, measured[1:]):
            if beat.status == "answered":
                self.draw_answered(beat, before, after)
                before, level = beat, self.y(beat.rtt_ns or 0)
            else:
                self.draw_unanswered(beat, level)
                before = None

    def draw_unanswered(self, beat: Beat, level: int) -> None:
        """A late, missed or outstanding ping; ``level`` is where the line would have been."""
        x, top = self.axis.x(beat.t_ns), self.canvas.height - 1
        if beat.status == "late":
            self.canvas.vertical("outstanding", x, 0, top)
            self.mark(x, top, self.glyphs.late, "late")
        elif beat.status == "missed":
            self.mark(x, level, self.glyphs.missed, "missed")
        elif beat.ping_id in self.data.unanswered:
            self.mark(x, level, self.glyphs.missed, "outstanding")
        else:
            self.canvas.vertical("outstanding", x, 0, self.y(self.data.now_ns - beat.t_ns))

    def draw_answered(self, beat: Beat, before: Beat | None, after: Beat | None) -> None:
        """One round trip, and under it TCP's own."""
        x, y = self.axis.x(beat.t_ns), self.y(beat.rtt_ns or 0)
        tcp_y = None if beat.tcp_rtt_ns is None or not self.layout.axes else self.y(beat.tcp_rtt_ns)
        if before is not None and self.joins(before, beat):
            x0 = self.axis.x(before.t_ns)
            self.canvas.line("ping", x0, self.y(before.rtt_ns or 0), x, y)
            if before.tcp_rtt_ns is not None and tcp_y is not None:
                self.canvas.line("tcp", x0, self.y(before.tcp_rtt_ns), x, tcp_y)
        elif after is not None and self.joins(beat, after):
            self.canvas.dot("ping", x, y)
        else:
            self.canvas.vertical("ping", x, 0, y)
            if tcp_y is not None:
                self.canvas.line("tcp", x - 1, tcp_y, x + 1, tcp_y)

    def joins(self, before: Beat, beat: Beat) -> bool:
        """Whether a line belongs between two pings: both answered, on one connection, close together."""
        return (
            before.status == beat.status == "answered"
            and before.connection == beat.connection
            and self.axis.x(beat.t_ns) - self.axis.x(before.t_ns) <= _CONNECT_DOTS
        )

    def draw_app_beats(self) -> None:
        for beat in self.data.app_beats:
            x = self.axis.x(beat.t_ns)
            if beat.rtt_ns is not None:
                self.canvas.vertical("app", x, self.y(beat.rtt_ns) - 1, self.y(beat.rtt_ns))

    # -- what happened beside --------------------------------------------------------------------

    def draw_markers(self) -> None:
        taken = set[int]()
        for marker in self.data.markers:
            x = self.axis.x(marker.t_ns)
            if not 0 <= x < self.canvas.width:
                continue
            if marker.part == "note":
                self.over.append((x // 2, 0, self.glyphs.note, "note"))
                continue
            if x // 2 in taken:
                continue
            taken.add(x // 2)
            line = self.glyphs.boundary_line if marker.part == "boundary" else self.glyphs.end_line
            for row in range(self.canvas.rows):
                self.over.append((x // 2, row, line, marker.part))
            self.label_marker(x // 2, marker)

    def label_marker(self, column: int, marker: Marker) -> None:
        """The label stands above the line, to its left where the right edge is near."""
        if not self.layout.top:
            return
        length = len(marker.label)
        for start in (column - length // 2, column - length + 1, column - length - 1):
            if self.picture.is_free(self.layout.left + start, 0, length):
                self.picture.put(self.layout.left + start, 0, marker.label, marker.part)
                return

    # -- axes ------------------------------------------------------------------------------------

    def draw_axes(self) -> None:
        layout, picture = self.layout, self.picture
        unit_ns, sign = unit_of(self.top_ns)
        edge = layout.left - 1
        for row in range(layout.plot_height):
            picture.put(edge, layout.top + row, self.glyphs.axis_vertical if self.top_ns else " ", "axis")
        if self.top_ns:
            for row, value_ns in self.levels():
                text = f"{value_ns / unit_ns:g}"
                picture.put(edge - len(text), row, text, "label")
            picture.put(edge - len(sign), 0 if layout.top else layout.height - 1, sign, "label")
        self.draw_time_axis()

    def levels(self) -> list[tuple[int, float]]:
        """Rows of the vertical axis that get a number: the top, the middle where there is room."""
        layout = self.layout
        found = [(layout.top, float(self.top_ns))]
        if layout.plot_height >= 5:
            half = self.y(self.top_ns / 2)
            found.append((layout.axis_row - 1 - half // 4, self.top_ns / 2))
        return found

    def draw_time_axis(self) -> None:
        layout, picture, glyphs = self.layout, self.picture, self.glyphs
        if layout.axis_row >= layout.height:
            return
        edge = layout.left - 1
        picture.put(edge, layout.axis_row, glyphs.axis_corner, "axis")
        if self.top_ns:
            picture.put(edge - 1, layout.axis_row, "0", "label")
        picture.put(edge + 1, layout.axis_row, glyphs.rule * layout.plot_width, "axis")
        ticks = [(x // 2, text) for x, text in self.axis.ticks()]
        for column, _ in ticks:
            picture.put(layout.left + column, layout.axis_row, glyphs.axis_tick, "axis")
        labelled = {column for column, _ in ticks}
        for ping in self.data.server_pings:
            column = self.axis.x(ping.t_ns) // 2
            if 0 <= column < layout.plot_width:
                tick = glyphs.both_ticks if column in labelled else glyphs.server_tick
                picture.put(layout.left + column, layout.axis_row, tick, "server")
        if layout.axis_row + 1 < layout.height:
            self.draw_time_labels(layout.axis_row + 1, ticks)

    def draw_time_labels(self, row: int, ticks: Sequence[tuple[int, str]]) -> None:
        layout, end = self.layout, self.data.end_word
        self.picture.put(layout.width - len(end), row, end, "label")
        for number, (column, text) in enumerate(ticks):
            short = text if not number else text.partition(" ")[0]
            start = layout.left + column - (len(short) // 2 if number else 0)
            if self.picture.is_free(start, row, len(short)):
                self.picture.put(start, row, short, "label")

    def finish(self) -> Picture:
        layout = self.layout
        for row in range(layout.plot_height):
            for column in range(layout.plot_width):
                text, part = self.canvas.cell(column, row, braille=self.glyphs.braille)
                if part:
                    self.picture.put(layout.left + column, layout.top + row, text, part)
        for column, row, text, part in self.over:
            self.picture.put(layout.left + column, layout.top + row, text, part)
        return self.picture


def peak_ns(data: GraphInput, axis: TimeAxis) -> int:
    """The largest value in the window that the scale must hold; late pongs would dwarf the rest."""
    peak = 0
    for beat in data.beats:
        if beat.rtt_ns is not None and beat.status == "answered" and axis.x(beat.t_ns) >= 0:
            peak = max(peak, beat.rtt_ns, beat.tcp_rtt_ns or 0)
    app = (beat.rtt_ns for beat in data.app_beats if beat.rtt_ns is not None and axis.x(beat.t_ns) >= 0)
    peak = max(peak, max(app, default=0))
    if not peak:
        peak = max((_endured_ns(beat, data) for beat in data.beats if axis.x(beat.t_ns) >= 0), default=0)
    return peak


def _endured_ns(beat: Beat, data: GraphInput) -> int:
    """How long a ping took, or has been waited for: the scale while nothing was answered in time."""
    if beat.rtt_ns is not None:
        return beat.rtt_ns
    waiting = beat.status == "outstanding" and beat.ping_id not in data.unanswered
    return max(0, data.now_ns - beat.t_ns) if waiting else beat.timeout_ns


def draw(layout: Layout, axis: TimeAxis, scale: RoundTripScale, data: GraphInput, glyphs: Glyphs) -> Picture:
    """The picture of one window."""
    top_ns = scale.fit(peak_ns(data, axis))
    drawing = _Drawing(layout, axis, top_ns, data, glyphs)
    if layout.axes:
        drawing.draw_axes()
    drawing.draw_app_beats()
    drawing.draw_beats()
    drawing.draw_markers()
    return drawing.finish()
