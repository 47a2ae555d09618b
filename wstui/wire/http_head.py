"""Reading HTTP/1.1 answers: the head as it came, and as much of the body as is worth keeping.

The head is evidence: every header line in its order and spelling, control characters and all.
Therefore this parser is more lenient than one that serves an application would be; what a
WebSocket needs of the answer is checked elsewhere.

Source: RFC 9112 §2-7.
"""

import asyncio
import re
from typing import Any, Final, NamedTuple

from wstui.wire.reader import DialReader, StreamEnded

HEAD_LIMIT_BYTES: Final = 64 * 1024
BODY_LIMIT_BYTES: Final = 64 * 1024
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
"""What a ``Location`` makes a redirect (RFC 9110 §15.4)."""
_BODY_PATIENCE_S: Final = 2.0
"""The head already says why; a body that dribbles is not worth the rest of the open timeout."""
_MARGIN_S: Final = 0.05
_CHUNK_LINE_BYTES: Final = 4096
_PREFIX: Final = b"HTTP/"
_STATUS_LINE: Final = re.compile(rb"HTTP/(\d\.\d) (\d{3})(?: (.*))?", re.DOTALL)
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_NUMBER: Final = re.compile(r"\d{1,18}")
_HEX_NUMBER: Final = re.compile(rb"[0-9a-fA-F]{1,15}")


class NotHttp(Exception):
    """What came is not an HTTP head. ``received``: its first bytes."""

    def __init__(self, received: bytes, *, too_long: bool = False) -> None:
        super().__init__("not HTTP")
        self.received = received
        self.too_long = too_long


class ResponseHead(NamedTuple):
    """Status line and headers; text is Latin-1, so that every byte keeps its place."""

    http_version: str
    status: int
    reason: str
    headers: list[tuple[str, str]]

    def first(self, name: str) -> str | None:
        """The first header of that name, whatever its capitals."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def to_detail(self) -> dict[str, Any]:
        """As ``HttpResponseDetail``, without the body."""
        return {
            "http_version": self.http_version,
            "status": self.status,
            "reason": self.reason,
            "headers": [list(line) for line in self.headers],
        }


async def read_head(reader: DialReader) -> ResponseHead:
    """The head of the final answer; interim ones (100, 103) are passed over.

    Raises:
        NotHttp: something else came, or the head is longer than it may be.
        StreamEnded: the stream ended before the head did.
    """
    left = HEAD_LIMIT_BYTES
    while True:
        raw = await _read_raw_head(reader, left)
        left -= len(raw)
        head = parse_head(raw)
        if head is None:
            raise NotHttp(raw)
        if head.status == 101 or not 100 <= head.status < 200:
            return head


async def _read_raw_head(reader: DialReader, limit: int) -> bytes:
    while True:
        start = bytes(reader.buffer[: len(_PREFIX)])
        if not _PREFIX.startswith(start):
            raise NotHttp(reader.take())
        found = _END_OF_HEAD.search(reader.buffer)
        if found is not None and found.end() <= limit:
            return reader.take(found.end())
        if found is not None or len(reader.buffer) > limit:
            raise NotHttp(reader.take(), too_long=True)
        await reader.more()


def parse_head(raw: bytes) -> ResponseHead | None:
    """A whole head, or None if its first line is no status line."""
    first, *lines = re.split(rb"\r?\n", raw.rstrip(b"\r\n"))
    found = _STATUS_LINE.fullmatch(first)
    if found is None:
        return None
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, _, value = line.partition(b":")
        headers.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))
    reason = (found[3] or b"").decode("latin-1")
    return ResponseHead(found[1].decode("ascii"), int(found[2]), reason, headers)


async def read_body(reader: DialReader, head: ResponseHead, deadline: float) -> tuple[bytes, int]:
    """The body as far as it is kept, and its size as far as that is known. Never fails.

    It is given up shortly before ``deadline`` (the loop's time): a refusal stays a refusal and does
    not become a timeout.
    """
    body = bytearray()
    size: int | None = None
    until = min(asyncio.get_running_loop().time() + _BODY_PATIENCE_S, deadline - _MARGIN_S)
    try:
        async with asyncio.timeout_at(until):
            size = await _read_body(reader, head, body)
    except (TimeoutError, StreamEnded, ValueError):
        pass
    return bytes(body[:BODY_LIMIT_BYTES]), len(body) if size is None else size


async def _read_body(reader: DialReader, head: ResponseHead, body: bytearray) -> int | None:
    """Read into ``body``, a little beyond what is kept; the declared size, if there is one."""
    if head.status in {204, 304}:
        return 0
    if (head.first("transfer-encoding") or "").lower().endswith("chunked"):
        return await _read_chunks(reader, body)
    declared = head.first("content-length") or ""
    size = int(declared) if _NUMBER.fullmatch(declared) else None
    wanted = BODY_LIMIT_BYTES + 1 if size is None else min(size, BODY_LIMIT_BYTES)
    try:
        await _read_up_to(reader, body, wanted)
    except StreamEnded:
        return len(body)
    return size


async def _read_up_to(reader: DialReader, body: bytearray, wanted: int) -> None:
    while True:
        body += reader.take(wanted - len(body))
        if len(body) >= wanted:
            return
        await reader.more()


async def _read_chunks(reader: DialReader, body: bytearray) -> int | None:
    while len(body) <= BODY_LIMIT_BYTES:
        while (end := reader.buffer.find(b"\n")) < 0:
            if len(reader.buffer) > _CHUNK_LINE_BYTES:
                raise ValueError("a chunk without a size")
            await reader.more()
        number = reader.take(end + 1).split(b";")[0].strip()
        if not _HEX_NUMBER.fullmatch(number):
            raise ValueError("a chunk without a size")
        size = int(number, 16)
        if size == 0:
            return len(body)
        await _read_up_to(reader, body, len(body) + min(size, BODY_LIMIT_BYTES + 1))
        if size <= BODY_LIMIT_BYTES:
            await reader.read_exactly(2)
    return None
