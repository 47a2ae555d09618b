"""The open sessions on one line at the top: number, state, name, and what is new; the mouse works too.

Mounted when there is something to choose from. It asks the sessions how they stand, a few times a
second: however much arrives in them, the line costs the same.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.screen import Screen
from textual.strip import Strip

from wstui.tui.navigation import CloseTabAsked, TabAsked
from wstui.tui.tabs import News, TabFace, Tabs
from wstui.tui.tones import Toned

_LOOK_EVERY_S = 0.2
_NAME_CELLS = (24, 12)
"""The longest names; the shorter ones where not all tabs fit."""

_CUT = "… "
_MIDDLE_BUTTON = 2
_MARKS = {News.NONE: "", News.ARRIVED: " •", News.ENDED: " !"}
_MARK_TONES = {News.ARRIVED: "accent", News.ENDED: "error"}
_HINTS = ("Esc goes back", "Alt+1…9")
"""At home, and in a tab."""


class Piece(NamedTuple):
    """Some characters of the line, and what a click on them asks for."""

    text: str
    tone: str = ""
    number: int = 0
    """The tab's; 0: nothing to click."""
    current: bool = False
    closes: bool = False


def line_of(faces: Sequence[TabFace], width: int) -> list[Piece]:
    """The line, as wide as there is room: names give way first, then the tabs far from the current one."""
    current = next((at for at, face in enumerate(faces) if face.current), len(faces) - 1)
    for name_cells in _NAME_CELLS:
        tabs = [_tab(face, name_cells) for face in faces]
        if sum(map(_cells, tabs)) <= width:
            break
    first, last = _window([_cells(tab) for tab in tabs], current, width)
    pieces = [Piece(_CUT)] if first else []
    pieces += [piece for tab in tabs[first : last + 1] for piece in tab]
    if last < len(tabs) - 1:
        pieces.append(Piece(_CUT))
    hint = _HINTS[any(face.current for face in faces)]
    room = width - _cells(pieces) - len(hint) - 1
    return [*pieces, Piece(" " * room), Piece(hint)] if room > 1 else pieces


def _tab(face: TabFace, name_cells: int) -> list[Piece]:
    name = _cropped(face.name, name_cells)
    at = (face.number, face.current)
    return [
        Piece(f" {face.number} ", "", *at),
        Piece(face.sign, face.tone, *at),
        Piece(f" {name}", "", *at),
        Piece(_MARKS[face.news], _MARK_TONES.get(face.news, ""), *at),
        Piece(" × " if face.current else " ", "", *at, closes=face.current),
    ]


def _cropped(name: str, cells: int) -> str:
    """The middle gives way: the end is a path's last word, or the time of a recording."""
    if cell_len(name) <= cells:
        return name
    head = cells // 2 - 1
    tail = name
    while cell_len(tail) > cells - head - 1:
        tail = tail[1:]
    return f"{set_cell_size(name, head)}…{tail}"


def _cells(pieces: Sequence[Piece]) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def _window(widths: Sequence[int], current: int, room: int) -> tuple[int, int]:
    """Which tabs fit: from the left as far as the current one is among them, then what fits at its right."""
    first, last = 0, current
    while first < current and _taken(widths, first, last) > room:
        first += 1
    while last + 1 < len(widths) and _taken(widths, first, last + 1) <= room:
        last += 1
    return first, last


def _taken(widths: Sequence[int], first: int, last: int) -> int:
    cuts = (first > 0) + (last < len(widths) - 1)
    return sum(widths[first : last + 1]) + len(_CUT) * cuts


async def show_strip(screen: Screen[Any], tabs: Tabs[Any]) -> None:
    """Give a screen its strip, or bring it up to date."""
    for strip in screen.query(TabStrip):
        strip.look()
        return
    await screen.mount(TabStrip(tabs), before=0)


class TabStrip(Toned):
    """``1 ● trades  2 ■ localhost:8080 !``, the current one with a cross."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab-strip--current"}
    DEFAULT_CSS = """
    TabStrip {
        dock: top;
        height: 1;
        color: $text-muted;
        background: $panel;
        & > .tab-strip--current { color: $foreground; background: $background; text-style: bold; }
    }
    TabStrip.-alone { display: none; }
    """

    def __init__(self, tabs: Tabs[Any]) -> None:
        super().__init__()
        self._tabs = tabs
        self._faces: list[TabFace] = []

    def on_mount(self) -> None:
        """From now on it follows the sessions."""
        self.look()
        self.set_interval(_LOOK_EVERY_S, self._look_if_shown)

    def _look_if_shown(self) -> None:
        if self.screen.is_current:
            self.look()

    def look(self) -> None:
        """Draw again, if anything is another than before."""
        faces = self._tabs.faces()
        self.set_class(len(faces) <= any(face.current for face in faces), "-alone")
        if faces != self._faces:
            self._faces = faces
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The whole line."""
        base = self.rich_style
        if y:
            return Strip.blank(self.size.width, base)
        segments = [self._segment(piece, base) for piece in line_of(self._faces, self.size.width)]
        return Strip(segments).crop_extend(0, self.size.width, base)

    def _segment(self, piece: Piece, base: Style) -> Segment:
        style = self.get_component_rich_style("tab-strip--current") if piece.current else base
        if piece.tone:
            style += self.letters(piece.tone)
        if piece.number:
            style += Style(meta={"tab": piece.number, "closes": piece.closes})
        return Segment(piece.text, style)

    def on_click(self, event: events.Click) -> None:
        """A click shows a tab; its cross, or the middle button, closes it."""
        number = event.style.meta.get("tab")
        if number:
            closes = event.style.meta["closes"] or event.button == _MIDDLE_BUTTON
            self.post_message(CloseTabAsked(number) if closes else TabAsked(number))
