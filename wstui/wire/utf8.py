"""Whether the bytes of a text message are UTF-8, fragment by fragment (RFC 6455 §5.6, §8.1)."""

import codecs

_new_decoder = codecs.getincrementaldecoder("utf-8")


def is_utf8(data: bytes) -> bool:
    """Whether these bytes, as a whole, are UTF-8."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class Utf8Check:
    """One text message's check; a character may be split between fragments."""

    __slots__ = ("_decoder", "_pending")

    def __init__(self) -> None:
        self._decoder = _new_decoder()
        self._pending = False

    def accepts(self, fragment: bytes, *, last: bool) -> bool:
        """Take the next fragment; False as soon as the message can no longer become UTF-8."""
        if not self._pending and fragment.isascii():
            return True
        try:
            self._decoder.decode(fragment, last)
        except UnicodeDecodeError:
            return False
        tail = self._decoder.getstate()[0]
        self._pending = bool(tail)
        return not _starts_a_surrogate(tail)


def _starts_a_surrogate(tail: bytes) -> bool:
    """Python's decoder waits for a third byte that cannot help: U+D800..U+DFFF are ED A0..BF."""
    return len(tail) > 1 and tail[0] == 0xED and tail[1] >= 0xA0
