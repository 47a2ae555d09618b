"""Pastes of megabytes: Textual looks at each character, for ten seconds at 10 MiB; here they stay whole.

Textual also takes an escape character in a paste for the beginning of a key; here it stays what it is.
"""

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

_BEGIN, _END = "\x1b[200~", "\x1b[201~"


class PasteParser(XTermParser):
    """Textual's parser of what a terminal sends, with a short way for bracketed pastes."""

    _head = ""
    """What may be the first half of a paste's beginning, cut in two by a read."""
    _pasting = False
    _pasted: list[str]
    _tail = ""
    """The last characters, which may be the beginning of the end."""

    def feed(self, data: str) -> Iterable[Message]:
        """Take what was read; the messages that came of it."""
        data, self._head = self._head + data, ""
        if not data:
            yield from super().feed(data)
        while data:
            if self._pasting:
                found, data = self._take(data)
                yield from found
                continue
            keys, begin, data = data.partition(_BEGIN)
            if not begin:
                keys, self._head = _without_half_a_beginning(keys)
            if keys:
                yield from super().feed(keys)
            if begin:
                self._pasting, self._pasted, self._tail = True, [], ""

    def _take(self, data: str) -> tuple[list[Message], str]:
        text, end, rest = (self._tail + data).partition(_END)
        if not end:
            keep = len(text) - len(_END) + 1
            self._pasted.append(text[: max(keep, 0)])
            self._tail = text[max(keep, 0) :]
            return [], ""
        pasted = "".join([*self._pasted, text]).replace("\x00", "")
        self._pasting, self._pasted, self._tail = False, [], ""
        return [events.Paste(pasted)], rest


def _without_half_a_beginning(keys: str) -> tuple[str, str]:
    half = next((half for half in (_BEGIN[:5], _BEGIN[:4], _BEGIN[:3]) if keys.endswith(half)), "")
    return keys.removesuffix(half), half


def take_long_pastes() -> None:
    """Put the parser into Textual's driver; harmless when repeated, and where there is no such driver."""
    try:
        from textual.drivers import linux_driver
    except ImportError:
        return
    vars(linux_driver)["XTermParser"] = PasteParser
