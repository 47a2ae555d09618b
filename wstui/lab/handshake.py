"""The opening handshake from the server's side (RFC 6455 §4.2), over plain streams."""

import asyncio
import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

REQUEST_LIMIT_BYTES = 64 * 1024
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

Headers = Iterable[tuple[str, str | bytes]]


class BadRequest(Exception):
    """What came is no request that could be answered with an upgrade."""


@dataclass(frozen=True, slots=True)
class Request:
    """The request for an upgrade. Header names are lower case; repeated ones are joined with commas."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's pairs."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def offered_subprotocols(self) -> list[str]:
        """In the client's order of preference."""
        offered = self.headers.get("sec-websocket-protocol", "")
        return [part.strip() for part in offered.split(",") if part.strip()]

    @property
    def offers_deflate(self) -> bool:
        """Whether permessage-deflate is among the offered extensions."""
        return "permessage-deflate" in self.headers.get("sec-websocket-extensions", "")

    @property
    def is_upgrade(self) -> bool:
        """Whether it asks for a WebSocket."""
        return (
            self.method == "GET"
            and "websocket" in self.headers.get("upgrade", "").lower()
            and self.headers.get("sec-websocket-version") == "13"
            and bool(self.headers.get("sec-websocket-key"))
        )


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The request, up to the empty line that ends its headers.

    Raises:
        BadRequest: too long, cut off, or not HTTP.
    """
    try:
        data = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise BadRequest("no whole HTTP request came") from error
    start, *lines = data.decode("latin-1").split("\r\n")[:-2]
    words = start.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("the request line is not HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    return Request(words[0], words[1], headers)


def accept_key(key: str) -> str:
    """``Sec-WebSocket-Accept`` for a ``Sec-WebSocket-Key`` (RFC 6455 §4.2.2)."""
    digest = hashlib.sha1(f"{key}{_GUID}".encode("latin-1"), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def response(status: int, reason: str, headers: Headers, body: bytes = b"") -> bytes:
    """An HTTP answer. Header values given as bytes go out as they are."""
    lines = [f"HTTP/1.1 {status} {reason}".encode("latin-1")]
    for name, value in headers:
        raw = value.encode("latin-1") if isinstance(value, str) else value
        lines.append(name.encode("latin-1") + b": " + raw)
    return b"\r\n".join([*lines, b"", body])
