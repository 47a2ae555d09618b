"""The message list: a window over the session file, newest last (Textual's Line API).

Rule 1: no work per row beyond the rows on the screen. Rule 2: nothing jumps: the list follows the
tail only while it stands at the tail, and a selection belongs to an event, not to a place.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip

from wstui.events import Kind, RecordedEvent
from wstui.tui.actions import Place, bindings_for
from wstui.tui.filtering.rows import FilteredRows
from wstui.tui.mark_signs import BOOKMARK, NOTE_SIGN, row_sign
from wstui.tui.rows import Rows
from wstui.tui.tones import Toned
from wstui.tui.widgets.direct_lines import DirectList, Line, fitted
from wstui.words.event_line import event_line, size_words
from wstui.words.measures import clock_text, count_text, delta_text, offset_text

_WITH_DELTA_CELLS = 60
_WITHOUT_SIZE_CELLS = 44
_CACHED_STRIPS = 512
_NEED_ROWS = frozenset({"up", "down", "page_up", "page_down", "first", "last", "open", "pick", "time"})


class TimeShown(Enum):
    """What the time column says."""

    CLOCK = "time of day"
    SINCE_START = "since the start"
    SINCE_PREVIOUS = "since the row before"
    NONE = "without times"


Look = tuple[int, int, TimeShown, bool]
"""Width, cells beside it for the scrollbar, what the time column says, whether the list has the focus."""


class MessageList(DirectList, Toned, can_focus=True):
    """What was said, and what began, ended and disturbed it."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"message-list--selected", "message-list--new"}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.MESSAGES)]

    rows: var[Rows | FilteredRows | None] = var(None, init=False)
    time_shown: reactive[TimeShown] = reactive(TimeShown.CLOCK)
    selected_id: var[int | None] = var(None, init=False)
    following: var[bool] = var(True, init=False)

    @dataclass
    class Selected(Message):
        """Another event is selected, or none."""

        event_id: int | None

    class Picked(Message):
        """A row was picked to be compared, or no longer."""

    class Opened(Message):
        """The person wants to look closer at the selection."""

    @dataclass
    class TimeChanged(Message):
        """The person wants another time column."""

        shown: TimeShown

    class TailChanged(Message):
        """The list began or ceased to follow the tail."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.start_ns = 0
        self.noted: Mapping[int, str] = {}
        self.picked: list[int] = []
        self.hits: Container[int] | None = None
        self.hit_words: tuple[str, ...] = ()
        self.hint: tuple[str, ...] = ()
        self._seen = 0
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(_CACHED_STRIPS)
        self._styles: dict[tuple[str, bool], Style] = {}
        self._styles_focused = False
        self._found_row: tuple[object, int | None, int] = (None, None, -1)

    # -- what it shows ---------------------------------------------------------------------------

    def show(self, rows: Rows | FilteredRows | None, start_ns: int = 0) -> None:
        """Show these rows; the selection stays where its event still has a row, and in sight if it was."""
        in_sight = self._is_selection_in_sight()
        self.start_ns = start_ns
        self.rows = rows
        self._strips.clear()
        self._seen = 0
        self.grow()
        if self.following or self.selected_id is None:
            self.go_to_tail()
        if in_sight or not self.following:
            self._scroll_to_row(self.selected_row)
        self.refresh()

    def _is_selection_in_sight(self) -> bool:
        """As the last look found it: these rows may be of a file that is closed."""
        rows, event_id, row = self._found_row
        is_current = rows is self.rows and event_id is not None and event_id == self.selected_id
        return is_current and 0 <= row - self.scroll_offset.y < self.size.height

    def grow(self) -> None:
        """Take over what was added to the rows since; once for a batch, whatever its size."""
        count = 0 if self.rows is None else self.rows.refresh()
        if count == self.virtual_size.height:
            return
        before = self.virtual_size.height
        self.hold(count)
        if self.following:
            self._seen = count
            self.scroll_end(animate=False, immediate=True, force=True, x_axis=False)
        if before < self.scroll_offset.y + self.size.height or not self.following:
            self.refresh()

    def show_notes(self, noted: Mapping[int, str]) -> None:
        """Mark the events that have a note."""
        if noted != self.noted:
            self.noted = noted
            self._strips.clear()
            self.refresh()

    def mark_hits(self, hits: Container[int] | None, words: tuple[str, ...]) -> None:
        """Mark rows with a dot where ``hits`` are given, and these words wherever they stand."""
        self.hits, self.hit_words = hits, tuple(word.lower() for word in words)
        self.redraw()

    def redraw(self) -> None:
        """Draw every row anew."""
        self._strips.clear()
        self.refresh()

    def show_hint(self, *lines: str) -> None:
        """What an empty list says."""
        if lines != self.hint:
            self.hint = lines
            self.refresh()

    @property
    def unseen(self) -> int:
        """Rows below everything that was on the screen."""
        bottom = self.scroll_offset.y + self.size.height
        return max(0, self.virtual_size.height - max(self._seen, bottom))

    def go_to_tail(self) -> None:
        """Stand at the newest row and follow it."""
        self.following = True
        self._seen = self.virtual_size.height
        self.scroll_end(animate=False, immediate=True, force=True, x_axis=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Leaving the tail stops following it; coming back to the end resumes."""
        super().watch_scroll_y(old_value, new_value)
        if new_value >= self.max_scroll_y:
            self.following = True
        elif new_value < old_value:
            if self.following:
                self._seen = self.virtual_size.height
            self.following = False
        if self.unseen:
            self.refresh()

    def watch_following(self) -> None:
        """Tell who shows whether the tail is followed."""
        self.post_message(self.TailChanged())

    # -- the selection ---------------------------------------------------------------------------

    @property
    def selected_row(self) -> int:
        """The row of the selection, -1 without one."""
        if self.selected_id is None or self.rows is None:
            return -1
        rows, event_id, row = self._found_row
        if rows is not self.rows or event_id != self.selected_id:
            row = self.rows.row_of(self.selected_id)
            self._remember_row(row)
        return row

    def _remember_row(self, row: int) -> None:
        """An event that has a row keeps it, as long as the rows are the same ones."""
        event = self.rows.event(row) if self.rows is not None else None
        self._found_row = (self.rows, event.id if event is not None else None, row)

    @property
    def selected_event(self) -> RecordedEvent | None:
        """The selected event as its row has it, where it has a row."""
        found = self.rows.event(self.selected_row) if self.rows is not None else None
        return found if found is not None and found.id == self.selected_id else None

    @property
    def to_compare(self) -> list[int]:
        """Two events, older first: the picked ones, or the picked one and the selection."""
        pair = {*self.picked}
        if len(pair) == 1 and self.selected_id is not None:
            pair.add(self.selected_id)
        return sorted(pair) if len(pair) == 2 else []

    def action_pick(self) -> None:
        """Pick the selection to be compared, or no longer; of three the oldest pick gives way."""
        if self.selected_id is None:
            return
        if self.selected_id in self.picked:
            self.picked.remove(self.selected_id)
        else:
            self.picked = [*self.picked[-1:], self.selected_id]
        self.redraw()
        self.post_message(self.Picked())

    def select(self, event_id: int | None, *, scroll: bool = True) -> None:
        """Select an event by its number."""
        if event_id == self.selected_id:
            return
        self.selected_id = event_id
        self.refresh()
        if scroll and event_id is not None:
            self._scroll_to_row(self.selected_row)
        self.post_message(self.Selected(event_id))

    def _select_row(self, row: int) -> None:
        if self.rows is None or not len(self.rows):
            return
        row = max(0, min(row, len(self.rows) - 1))
        event = self.rows.event(row)
        if event is not None:
            self._remember_row(row)
            self.select(event.id)
            self._scroll_to_row(row)

    def _scroll_to_row(self, row: int) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if row < top:
            self.scroll_to(y=row, animate=False, immediate=True, force=True)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False, immediate=True, force=True)

    def _move(self, by: int) -> None:
        row = self.selected_row
        if row < 0:
            bottom = self.scroll_offset.y + self.size.height - 1
            row = min(bottom, self.virtual_size.height - 1) + (0 if by < 0 else 1)
            by = 0 if abs(by) == 1 else by
        self._select_row(row + by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Greyed while there is no row to go to."""
        return None if action in _NEED_ROWS and not self.virtual_size.height else True

    def action_up(self) -> None:
        """The row above."""
        self._move(-1)

    def action_down(self) -> None:
        """The row below."""
        self._move(1)

    def action_page_up(self) -> None:
        """A page towards the start."""
        self._move(-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        """A page towards the end."""
        self._move(max(1, self.size.height - 1))

    def action_first(self) -> None:
        """The first row."""
        self._select_row(0)

    def action_last(self) -> None:
        """The newest row; the list follows it from here on."""
        self._select_row(self.virtual_size.height - 1)
        self.go_to_tail()

    def action_open(self) -> None:
        """Look closer at the selection."""
        if self.selected_id is None:
            self._move(-1)
        self.post_message(self.Opened())

    def action_time(self) -> None:
        """Show time of day, time since the start, time since the row before, or no time."""
        modes = list(TimeShown)
        self.time_shown = modes[(modes.index(self.time_shown) + 1) % len(modes)]
        self.post_message(self.TimeChanged(self.time_shown))

    def on_click(self, event: events.Click) -> None:
        """Select a row; a second click looks closer; the counter goes to the tail."""
        if event.style.meta.get("tail"):
            self.go_to_tail()
            return
        row = self.scroll_offset.y + event.get_content_offset_capture(self).y
        if row < self.virtual_size.height:
            self._select_row(row)
            if event.chain == 2:
                self.action_open()

    def on_resize(self) -> None:
        """Who follows the tail stays there, whatever the height."""
        if self.following:
            self.go_to_tail()

    # -- drawing ---------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Colours changed: draw anew."""
        super().notify_style_update()
        self._strips.clear()
        self._styles.clear()

    @property
    def blank_style(self) -> Style:
        """Of the list itself."""
        return self._style("", selected=False)

    def render_line(self, y: int) -> Strip:
        """One row, or a line of the hint while there are none."""
        return self.direct_lines(range(y, y + 1))[0]

    def direct_lines(self, ys: range) -> list[Strip]:
        """Some rows, or lines of the hint while there are none."""
        width, top, height = self.scrollable_content_region.width, self.scroll_offset.y, self.size.height
        if self.rows is None or not self.virtual_size.height:
            return [self._hint_line(y, width) for y in ys]
        look = (width, self.outer_size.width - width, self.time_shown, self.has_focus)
        if look[3] != self._styles_focused:
            self._styles_focused = look[3]
            self._styles.clear()
        strips = [self._row_strip(top + y, look) for y in ys]
        if height - 1 in ys and self.unseen:
            strips[-1] = self._with_counter(strips[-1], width)
        return strips

    def _hint_line(self, y: int, width: int) -> Strip:
        if not 0 < y <= len(self.hint):
            return Strip.blank(width, self.blank_style)
        style = self._style("plain" if y == 1 else "quiet", selected=False)
        return Strip([Segment(f"  {self.hint[y - 1]}", style)]).crop_extend(0, width, self.blank_style)

    def _with_counter(self, strip: Strip, width: int) -> Strip:
        text = f" ↓ {count_text(self.unseen)} new "
        style = self.get_component_rich_style("message-list--new") + Style(meta={"tail": True})
        return Strip.join([strip.crop(0, width - len(text)), Strip([Segment(text, style)], len(text))])

    def _row_strip(self, row: int, look: Look) -> Strip:
        event = self.rows.event(row) if self.rows is not None else None
        if event is None or self.rows is None:
            return Strip.blank(look[0], self.blank_style)
        selected, mark = event.id == self.selected_id, self.rows.mark(event.id)
        key = (row, selected, mark, look)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._draw(event, self.rows.event(row - 1), look, mark)
        return strip

    def _draw(self, event: RecordedEvent, before: RecordedEvent | None, look: Look, mark: str) -> Strip:
        width, beside, _, _ = look
        selected = event.id == self.selected_id
        line = event_line(event)
        note = self.noted.get(event.id)
        sign = row_sign(picked=event.id in self.picked, note=note, mark=mark)
        hit = self.hits is not None and event.id in self.hits
        segments = [("▌" if selected else "•" if hit else " ", "accent"), sign]
        segments += self._times(event, before, width)
        segments.append((f"  {line.glyph} ", line.tone))
        if width >= _WITHOUT_SIZE_CELLS:
            segments.append((f"{size_words(event):>7}  ", "quiet"))
        quiet = event.kind == Kind.BINARY
        tone = line.tone if line.marker else "quiet" if quiet else "plain"
        segments += [(text, "hit" if found else tone) for text, found in _marked(line.words, self.hit_words)]
        if note is not None and note != BOOKMARK:
            segments.append((f"  {NOTE_SIGN} {note}", "note"))
        drawn = fitted(
            [Segment(text, self._style(tone, selected=selected)) for text, tone in segments],
            width,
            self._style("", selected=selected),
            self._style("quiet", selected=selected),
        )
        if beside:
            drawn.append(Segment(" " * beside, self.blank_style))
        return Line(drawn, width + beside)

    def _times(self, event: RecordedEvent, before: RecordedEvent | None, width: int) -> list[tuple[str, str]]:
        if self.time_shown is TimeShown.NONE:
            return []
        delta = delta_text(event.t_ns - before.t_ns) if before is not None else ""
        if self.time_shown is TimeShown.SINCE_PREVIOUS:
            return [(f"{delta:>12}", "plain")]
        shown = self._time(event)
        same = 0 if before is None else _common_beginning(shown, self._time(before))
        times = [(shown[:same], "quiet"), (shown[same:], "plain")]
        if width >= _WITH_DELTA_CELLS:
            times.append((f" {delta:>9}", "quiet"))
        return times

    def _time(self, event: RecordedEvent) -> str:
        if self.time_shown is TimeShown.SINCE_START:
            return f"{offset_text(event.t_ns - self.start_ns):>12}"
        return clock_text(event.t_ns)

    def _style(self, tone: str, *, selected: bool) -> Style:
        """A tone's style, the list's own for none."""
        key = (tone, selected)
        style = self._styles.get(key)
        if style is None:
            style = self.tone(tone)
            if selected:
                style += Style(bgcolor=self.get_component_rich_style("message-list--selected").bgcolor)
            self._styles[key] = style
        return style


def _marked(text: str, words: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is one of the words."""
    lowered, at = text.lower(), 0
    while words and len(lowered) == len(text):
        places = [(found, -len(word)) for word in words if (found := lowered.find(word, at)) >= 0]
        if not places:
            break
        found, length = min(places)
        yield text[at:found], False
        at = found - length
        yield text[found:at], True
    yield text[at:], False


def _common_beginning(shown: str, before: str) -> int:
    """How much of a time repeats the row before, up to the decimal point."""
    end = shown.rfind(".") + 1
    return end if shown[:end] == before[:end] else 0
