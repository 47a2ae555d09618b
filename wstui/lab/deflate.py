"""permessage-deflate from the server's side (RFC 7692), as far as the lab wants it.

The server keeps its compression context, so that a stream of similar messages becomes small; the
client is asked to keep none.
"""

import zlib

from wstui.lab.frames import MESSAGE_LIMIT_BYTES, ClientMistake

EXTENSION = "permessage-deflate; client_no_context_takeover"

_TAIL = b"\x00\x00\xff\xff"
"""What a sync flush ends with, left out on the wire (RFC 7692 §7.2.1)."""


class Deflate:
    """One connection's compression."""

    def __init__(self) -> None:
        self._compressor = zlib.compressobj(wbits=-15)

    def compress(self, payload: bytes) -> bytes:
        """The payload of a message with RSV1 set."""
        data = self._compressor.compress(payload) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        return data.removesuffix(_TAIL)

    def decompress(self, payload: bytes) -> bytes:
        """A client's message.

        Raises:
            ClientMistake: it is not DEFLATE data, or too long.
        """
        decompressor = zlib.decompressobj(wbits=-15)
        try:
            data = decompressor.decompress(payload + _TAIL, MESSAGE_LIMIT_BYTES + 1)
        except zlib.error:
            raise ClientMistake(1007, "the compressed data is broken") from None
        if len(data) > MESSAGE_LIMIT_BYTES:
            raise ClientMistake(1009, f"a message of more than {MESSAGE_LIMIT_BYTES} bytes")
        return data
