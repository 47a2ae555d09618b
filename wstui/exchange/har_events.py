"""What a HAR entry says, as events: dialling, messages, the failure. Pure."""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from wstui.events import Event, Kind

_NS = 1_000_000_000
_MS = 1_000_000
_KINDS = {1: Kind.TEXT, 2: Kind.BINARY, 8: Kind.CLOSE, 9: Kind.PING, 10: Kind.PONG}
_DIRECTIONS = {"send": "sent", "receive": "received", "sent": "sent", "received": "received"}
_LATEST_S = 1 << 33
"""A larger time is in milliseconds or microseconds, as some tools write it."""

_NET_ERRORS = {
    "ERR_NAME_NOT_RESOLVED": "dns_failure",
    "ERR_CONNECTION_REFUSED": "connection_refused",
    "ERR_CONNECTION_TIMED_OUT": "connect_timeout",
    "ERR_CONNECTION_RESET": "upgrade_reset",
    "ERR_CONNECTION_CLOSED": "upgrade_eof",
    "ERR_ADDRESS_UNREACHABLE": "unreachable",
    "ERR_INTERNET_DISCONNECTED": "unreachable",
    "ERR_CERT_AUTHORITY_INVALID": "tls_untrusted",
    "ERR_CERT_COMMON_NAME_INVALID": "tls_hostname",
    "ERR_CERT_DATE_INVALID": "tls_expired",
    "ERR_SSL_PROTOCOL_ERROR": "tls_failure",
}
"""Chrome's names for ways to fail, and ours."""


class HarMessage(msgspec.Struct):
    """An item of ``_webSocketMessages``."""

    type: str
    time: float
    opcode: int
    data: str


class _Header(msgspec.Struct):
    name: str = ""
    value: str = ""


class _Request(msgspec.Struct):
    url: str = ""
    method: str = "GET"
    headers: list[_Header] = []


class _Content(msgspec.Struct):
    text: str = ""
    size: float = 0


class _Response(msgspec.Struct):
    status: int = 0
    statusText: str = ""  # noqa: N815 - HAR's name
    httpVersion: str = ""  # noqa: N815 - HAR's name
    headers: list[_Header] = []
    content: _Content = msgspec.field(default_factory=_Content)
    error: str | None = msgspec.field(default=None, name="_error")


class HarEntry(msgspec.Struct):
    """What we read of an entry; the rest is passed over."""

    request: _Request = msgspec.field(default_factory=_Request)
    response: _Response = msgspec.field(default_factory=_Response)
    startedDateTime: str = ""  # noqa: N815 - HAR's name
    time: float | None = None
    timings: dict[str, Any] = {}
    serverIPAddress: str = ""  # noqa: N815 - HAR's name
    resource_type: str = msgspec.field(default="", name="_resourceType")
    messages: list[msgspec.Raw] = msgspec.field(default_factory=list, name="_webSocketMessages")
    wstui: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="_wstui")

    @property
    def is_web_socket(self) -> bool:
        """Whether the entry is a WebSocket's: Firefox marks it by the URL and the status alone."""
        return bool(
            self.resource_type == "websocket"
            or self.messages
            or self.request.url.startswith(("ws://", "wss://"))
            or (self.response.status == 101 and _header(self.response, "upgrade").lower() == "websocket")
        )


def entry_start_ns(entry: HarEntry) -> int | None:
    """When it began, or None if that is no time."""
    try:
        when = datetime.fromisoformat(entry.startedDateTime)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return int(when.timestamp()) * _NS + when.microsecond * 1000


def dialling_events(entry: HarEntry, connection: int, start_ns: int) -> Iterator[Event]:
    """The phases that the timings tell of, and how dialling ended."""
    host = _split(entry.request.url).hostname or ""
    now_ns = start_ns

    def phase(kind: str, duration_ns: int, **detail: Any) -> Event:
        nonlocal now_ns
        now_ns += duration_ns
        shown = {key: value for key, value in detail.items() if value not in ("", [], None)}
        return Event(now_ns, connection, kind, "local", detail={**shown, "duration_ns": duration_ns})

    dns, connect, ssl = (_duration_ns(entry, name) for name in ("dns", "connect", "ssl"))
    address = [entry.serverIPAddress] if entry.serverIPAddress else []
    if dns is not None:
        yield phase(Kind.RESOLVE.value, dns, host=host, addresses=address)
    if connect is not None:
        yield phase(Kind.TCP.value, max(connect - (ssl or 0), 0), address=entry.serverIPAddress)
    if ssl is not None:
        yield phase(Kind.TLS.value, ssl, server_name=host)
    opened = entry.response.status in (101, 200) and (entry.response.status == 101 or bool(entry.messages))
    if entry.response.status or entry.request.headers:
        wait = _duration_ns(entry, "wait") or 0
        failed = None if opened else True
        yield phase(Kind.UPGRADE.value, wait, **_upgrade(entry), failed=failed)
    if opened or entry.messages:
        subprotocol = _header(entry.response, "sec-websocket-protocol") or None
        detail = {"url": entry.request.url, "subprotocol": subprotocol}
        yield Event(now_ns, connection, Kind.OPEN.value, "local", detail=detail)
    else:
        yield Event(now_ns, connection, Kind.ERROR.value, "local", detail=_failure(entry))


def ending_events(entry: HarEntry, connection: int, last_ns: int) -> Iterator[Event]:
    """What the entry says of its end beside its messages: an error's name, where there is one."""
    if entry.response.error and (entry.response.status == 101 or entry.messages):
        message = f"The browser says: {entry.response.error}."
        yield Event(last_ns, connection, Kind.ERROR.value, "local", detail={"code": "", "message": message})


def message_event(message: HarMessage, connection: int) -> Event:
    """A message, or (as some tools write them) a control frame.

    Raises:
        ValueError: its type, opcode, time or data cannot be.
    """
    t_ns = _time_ns(message.time)
    if message.type == "error":
        said = {"code": "", "message": f"The browser says: {message.data}"}
        return Event(t_ns, connection, Kind.ERROR.value, "local", detail=said)
    if message.type not in _DIRECTIONS or message.opcode not in _KINDS:
        raise ValueError(f"no message of type “{message.type}” with opcode {message.opcode} is known")
    kind, direction = _KINDS[message.opcode], _DIRECTIONS[message.type]
    payload = message.data.encode("utf-8", "replace") if kind is Kind.TEXT else _decoded(message.data)
    masked = 4 if direction == "sent" else 0
    wire_size = len(payload) + masked + (2 if len(payload) < 126 else 4 if len(payload) < 65536 else 10)
    detail = _close_detail(payload) if kind is Kind.CLOSE else None
    return Event(t_ns, connection, kind.value, direction, len(payload), wire_size, payload, detail)


def _close_detail(payload: bytes) -> dict[str, Any]:
    if len(payload) < 2:
        return {"code": None}
    return {"code": int.from_bytes(payload[:2]), "reason": payload[2:].decode("utf-8", "replace")}


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"its data is no base64 ({error})") from error


def _time_ns(time: float) -> int:
    while abs(time) > _LATEST_S:
        time /= 1000
    return round(time * 1_000_000) * 1000


def _duration_ns(entry: HarEntry, name: str) -> int | None:
    value = entry.timings.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e12:
        return None
    return round(value * _MS)


def _upgrade(entry: HarEntry) -> dict[str, Any]:
    request, response = entry.request, entry.response
    parts = _split(request.url)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    shown: dict[str, Any] = {
        "url": request.url,
        "request": {"method": request.method, "path": path, "headers": _pairs(request.headers)},
    }
    if response.status:
        body = {"body": response.content.text} if response.content.text else {}
        shown["response"] = {
            "http_version": response.httpVersion,
            "status": response.status,
            "reason": response.statusText,
            "headers": _pairs(response.headers),
            **body,
        }
    return shown


def _failure(entry: HarEntry) -> dict[str, Any]:
    status, said = entry.response.status, entry.response.error or ""
    code = next((code for name, code in _NET_ERRORS.items() if name in said), "")
    if status and not code:
        message = f"The server answered {status} {entry.response.statusText}, not 101."
        return {"code": "http_status", "message": message, "phase": "upgrade", "status": status}
    return {"code": code, "message": f"The browser says: {said or 'it never opened'}."}


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # brackets that hold no IPv6 address
        return urlsplit("")


def _header(response: _Response, name: str) -> str:
    return next((row.value for row in response.headers if row.name.lower() == name), "")


def _pairs(headers: list[_Header]) -> list[list[str]]:
    return [[row.name, row.value] for row in headers]
