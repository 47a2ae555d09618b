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

    def inflate(self, data: bytes, *, first: bool, last: bool, room: int) -> bytes:
        """One frame's payload.

        Args:
            data: as it came.
            first: the frame begins a message.
            last: the frame ends a message.
            room: bytes that the result may have.

        Raises:
            TooMuchData: it has more.
            zlib.error: this is not DEFLATE.
        """
        if first and not self._takes_over:
            self._restart(b"")
        pieces = []
        rest = data + _EMPTY_BLOCK if last else data
        for _ in range(_FINAL_BLOCKS_LIMIT):
            piece = self._decoder.decompress(rest, room + 1)
            room -= len(piece)
            if room < 0:
                raise TooMuchData
            pieces.append(piece)
            self._remember(piece)
            if not self._decoder.eof:
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)
            rest = self._decoder.unused_data
            self._restart(b"".join(self._recent)[-_WINDOW_BYTES:])
        raise zlib.error("too many final blocks in one frame")

    def _remember(self, piece: bytes) -> None:
        self._recent.append(piece)
        self._recent_bytes += len(piece)
        while self._recent_bytes - len(self._recent[0]) >= _WINDOW_BYTES:
            self._recent_bytes -= len(self._recent.popleft())

    def _restart(self, window: bytes) -> None:
        self._decoder = zlib.decompressobj(wbits=self._window_bits, zdict=window)
        self._recent = deque([window])
        self._recent_bytes = len(window)
