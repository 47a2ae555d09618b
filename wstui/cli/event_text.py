"""Events as aligned lines of text, for ``run`` and ``show``; and marks, when a person asked for them."""

import shutil
import sys

from wstui.events import RecordedEvent
from wstui.words.event_line import event_line, size_words
from wstui.words.measures import clock_text, delta_text

PREVIEW_BYTES = 4096
"""As much of a payload as a line could show; the rest stays in the file."""

_ASCII = {"→": "->", "←": "<-", "·": ".", "●": "o", "◌": ".", "■": "#", "↻": "~", "✱": "*", "✗": "x"}


class EventLines:
    """Turns events into lines; remembers the time of the event before."""

    def __init__(self) -> None:
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        self._plain = not encoding.lower().startswith("utf")
        self._columns = shutil.get_terminal_size().columns if _on_terminal() else None
        self._before_ns: int | None = None

    def line(self, event: RecordedEvent) -> str:
        """One line without its end: number, time, time since the event before, direction, size, words."""
        since = "" if self._before_ns is None else delta_text(event.t_ns - self._before_ns)
        self._before_ns = event.t_ns
        words = event_line(event)
        glyph = _ASCII.get(words.glyph, words.glyph) if self._plain else words.glyph
        when = f"{event.id:>7}  {clock_text(event.t_ns)}  {since:>10}"
        text = f"{when}  {glyph:2} {size_words(event):>7}  {words.words}"
        if self._columns is not None and len(text) > self._columns:
            return text[: self._columns - 1] + ("~" if self._plain else "…")
        return text


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()
