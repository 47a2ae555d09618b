"""For widgets that draw, and keep, whole lines of their own: no second cache and no second pass over each.

Textual's way around a line (border, padding, opacity, a cache that forgets every line when a list
scrolls by a page) costs more than drawing a row of ours; so does its scrollbar. Widgets of this kind
have no border and no padding.

A strip's own fields and the place of a widget's scrollbar are private to Textual, and there is no public way
to make either for less; ``test_textual_parts.py`` says which one is gone when a new Textual has changed them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget


class _Forgetful(dict[Any, Any]):
    """A cache that keeps nothing."""

    def __setitem__(self, key: object, value: object) -> None:
        return


_FORGETFUL = _Forgetful()


class Line(Strip):
    """A strip that is cheap to make: it keeps its newest division and filtering, and no more.

    A plain one makes seven caches first, which costs several times as much as all of its text.
    """

    __slots__ = ("_divided", "_filtered")

    def __init__(self, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        self._segments = list(segments)
        self._cell_length = cell_length
        self._render_cache = None
        self._link_ids = None
        self._cell_count = None
        self._divided: tuple[list[int], list[Strip]] | None = None
        self._filtered: tuple[LineFilter, Color, Strip] | None = None

    def __getattr__(self, name: str) -> _Forgetful:
        if name.endswith("_cache"):
            return _FORGETFUL
        raise AttributeError(name)

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:  # noqa: A002
        """Apply a filter to all segments."""
        kept = self._filtered
        if kept is None or kept[0] is not filter or kept[1] != background:
            made = Line(filter.apply(self._segments, background), self._cell_length)
            kept = self._filtered = (filter, background, made)
        return kept[2]

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Cut into pieces at these cells."""
        length = self.cell_length
        places = [cut for cut in cuts if cut <= length]
        if places == [length]:
            return [self]
        if self._divided is None or self._divided[0] != places:
            pieces = zip(Segment.divide(self._segments, places), places, [0, *places], strict=False)
            made: list[Strip] = [Line(segments, cut - start) for segments, cut, start in pieces]
            self._divided = (places, made)
        return self._divided[1]


class DirectLines(Widget):
    """A widget whose ``render_line`` gives lines as wide as its content."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region, as they are."""
        strips = self.direct_lines(range(crop.y, crop.bottom))
        width = self.outer_size.width
        if any(strip.cell_length != width for strip in strips):
            strips = [self._wide(strip, width) for strip in strips]
        filters = self.get_line_filters()
        if filters:
            background = self.background_colors[1]
            for line_filter in filters:
                strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips if crop.width == width else [strip.crop(crop.x, crop.right) for strip in strips]

    def _wide(self, strip: Strip, width: int) -> Strip:
        return strip.adjust_cell_length(width, Style(bgcolor=self.background_colors[1].rich_color))

    def direct_lines(self, ys: range) -> list[Strip]:
        """Some lines, from the top of the widget."""
        return [self.render_line(y) for y in ys]


class DirectScrollBar(DirectLines, ScrollBar):
    """A scrollbar of few strips, each of which is made once."""

    def direct_lines(self, ys: range) -> list[Strip]:
        """One cell each."""
        bar = self.render()
        assert isinstance(bar, ScrollBarRender)
        style = bar.style if isinstance(bar.style, Style) else Style.parse(bar.style)
        assert style.color is not None
        assert style.bgcolor is not None
        cells = bar.render_bar(
            size=self.size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=self.size.width,
            vertical=True,
            back_color=style.bgcolor,
            bar_color=style.color,
        )
        base, made = self.visual_style.rich_style, dict[int, Strip]()
        for segment in cells.segments:
            if id(segment) not in made:
                cell = Segment(segment.text, base + (segment.style or Style.null()))
                made[id(segment)] = Line([cell], self.size.width)
        return [made[id(segment)] for segment in cells.segments[ys.start : ys.stop]]


class DirectList(DirectLines, ScrollView):
    """A list that scrolls by rows."""

    def hold(self, rows: int) -> None:
        """Have so many rows.

        To Textual another size of what scrolls is a reason to lay the whole screen out anew, which takes
        longer than drawing it. A list that grows below its scrollbar moves nothing but that.
        """
        size, room = Size(0, rows), self.container_size.height
        grows_in_place = room and rows >= self.virtual_size.height
        if grows_in_place and self.show_vertical_scrollbar == (rows > room):
            self.set_reactive(Widget.virtual_size, size)
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.window_virtual_size = rows
        else:
            self.virtual_size = size

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """As every widget's, but for how it is drawn."""
        if self._vertical_scrollbar is None:
            bar = DirectScrollBar(name="vertical", thickness=self.scrollbar_size_vertical)
            bar.display = False
            self._vertical_scrollbar = bar
            self.app._start_widget(self, bar)  # noqa: SLF001 - as the property that this one stands for
        return self._vertical_scrollbar

    def watch_show_vertical_scrollbar(self, shown: bool) -> None:
        """A list that was scrolled before it had its scrollbar: Textual tells only one that is shown."""
        if shown:
            self.vertical_scrollbar.position = self.scroll_y


def filled(segments: Iterable[Segment], width: int, blank: Style) -> Line:
    """A line of exactly this width: what is too long is cut."""
    taken: list[Segment] = []
    room = width
    for text, style, _ in segments:
        cells = cell_len(text)
        if cells >= room:
            if room > 0:
                taken.append(Segment(text if cells == room else set_cell_size(text, room), style))
            return Line(taken, width)
        taken.append(Segment(text, style))
        room -= cells
    return Line([*taken, Segment(" " * room, blank)], width)


def fitted(segments: Iterable[Segment], width: int, blank: Style, cut: Style) -> list[Segment]:
    """Segments of exactly this width: filled up with ``blank``, or cut with an ellipsis in ``cut``."""
    taken: list[Segment] = []
    room = width
    for segment in segments:
        cells = cell_len(segment.text)
        if cells > room:
            return _cut(taken, segment, room, cut) if width > 0 else []
        taken.append(segment)
        room -= cells
    if room:
        taken.append(Segment(" " * room, blank))
    return taken


def _cut(taken: list[Segment], segment: Segment, room: int, cut: Style) -> list[Segment]:
    """With so much of the segment as leaves room for the ellipsis."""
    while not room and taken:
        segment = taken.pop()
        room = cell_len(segment.text)
    return [*taken, Segment(set_cell_size(segment.text, room - 1), segment.style), Segment("…", cut)]
