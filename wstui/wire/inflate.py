"""Decompressing what arrives: permessage-deflate (RFC 7692 §7.2.2), never beyond a size.

The library's own decoder loses data in silence after a DEFLATE block with the BFINAL bit, which is
legal between messages (§7.2.3.4); so this one starts the next stream with the same LZ77 window.
"""

import zlib
from collections import deque
from typing import Final

from websockets.extensions.permessage_deflate import PerMessageDeflate

_WINDOW_BYTES: Final = 32_768
_EMPTY_BLOCK: Final = b"\x00\x00\xff\xff"
"""What the sender left out at the end of a message (§7.2.1)."""
_FINAL_BLOCKS_LIMIT: Final = 32
"""For one frame. Each costs a copy of what follows; a real sender makes one."""


class TooMuchData(Exception):
    """The data grows beyond the room that there is."""


class Inflater:
    """The receiving half of one negotiated permessage-deflate."""

    def __init__(self, extension: PerMessageDeflate) -> None:
        self._takes_over = not extension.remote_no_context_takeover
        self._window_bits = -extension.remote_max_window_bits
        self._decoder = zlib.decompressobj(wbits=self._window_bits)
        self._recent: deque[bytes] = deque()
        self._recent_bytes = 0

    def inflate(self, data: bytes, begins: bool, ends: bool, room: int) -> bytes:
        """One frame's payload.

        Args:
            data: as it came.
            begins: the frame begins a message.
            ends: the frame ends a message.
            room: bytes that the result may have.

        Raises:
            TooMuchData: it has more.
            zlib.error: this is not DEFLATE.
        """
        if begins and not self._takes_over:
            self._restart(b"")
        rest = data + _EMPTY_BLOCK if ends else data
        piece = self._decode(rest, room)
        if not self._decoder.eof:
            return piece
        return piece + self._go_on(room - len(piece))

    def _decode(self, data: bytes, room: int) -> bytes:
        piece = self._decoder.decompress(data, room + 1)
        size = len(piece)
        if size > room:
            raise TooMuchData
        self._recent.append(piece)
        self._recent_bytes += size
        while self._recent_bytes - len(self._recent[0]) >= _WINDOW_BYTES:
            self._recent_bytes -= len(self._recent.popleft())
        return piece

    def _go_on(self, room: int) -> bytes:
        """What follows a final block in the same frame."""
        pieces = []
        for _ in range(_FINAL_BLOCKS_LIMIT):
            rest = self._decoder.unused_data
            self._restart(b"".join(self._recent)[-_WINDOW_BYTES:])
            pieces.append(self._decode(rest, room))
            room -= len(pieces[-1])
            if not self._decoder.eof:
                return b"".join(pieces)
        raise zlib.error("too many final blocks in one frame")

    def _restart(self, window: bytes) -> None:
        self._decoder = zlib.decompressobj(wbits=self._window_bits, zdict=window)
        self._recent = deque([window])
        self._recent_bytes = len(window)
