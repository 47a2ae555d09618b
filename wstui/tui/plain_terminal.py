"""A terminal without UTF-8: whatever is drawn leaves the app in ASCII, cell for cell.

The side panel draws with :data:`wstui.tui.glyphs.ASCII` by itself; this catches everything else, the
framework's own characters and a peer's words included.
"""

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = str.maketrans(
    "◆○◌●◐■↻→←↑↓·•✗╳✱✎▸▶⏸µ×–—…“”‘’─━│┃┤├┊╎█▌▐▏▎▍▋▊▉▃▅░▒▓▔▁▲▼✓¦★♥»¤−≠≈›↕▂▄▆▇⠒⠤⠂",
    "*o.@%#~><^v..xx**>>=ux--~\"\"''-=||||::#||||||##-=.:#-_^vv|*h>&-!~>|_###-_.",
)
_CACHED_LINES = 4096


@lru_cache(_CACHED_LINES)
def plain(text: str) -> str:
    """The text in ASCII, as many cells wide as it was; what has no likeness becomes ``?``."""
    if text.isascii():
        return text
    return "".join(sign if sign.isascii() else "?" * cell_len(sign) for sign in text.translate(_SIGNS))


class PlainFilter(LineFilter):
    """Puts every line of the screen through :func:`plain`."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same line in ASCII."""
        return [segment._replace(text=plain(segment.text)) for segment in segments]
