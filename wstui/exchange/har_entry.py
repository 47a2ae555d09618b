"""The part of a HAR entry that HAR 1.2 itself defines: request, response, timings in milliseconds."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from wstui.events import END_KINDS, Direction, Kind, RecordedEvent

_PHASES = frozenset(
    {Kind.RESOLVE.value, Kind.TCP.value, Kind.PROXY.value, Kind.TLS.value, Kind.UPGRADE.value}
)
_MS = 1_000_000
_PLACEHOLDER = re.compile(r"\[redacted(?: \d+)?\]")


@dataclass(slots=True)
class Connection:
    """What an entry says of a connection, gathered from its events."""

    number: int
    started_ns: int
    ended_ns: int = 0
    first_id: int = 0
    last_id: int = 0
    durations_ns: dict[str, int] = field(default_factory=dict)
    """By phase."""
    upgrade: dict[str, Any] = field(default_factory=dict)
    open: dict[str, Any] | None = None
    address: str = ""
    local_address: str = ""
    error: str = ""
    close: dict[str, Any] = field(default_factory=dict)

    def take(self, event: RecordedEvent) -> None:
        """Take in one event of the connection."""
        self.first_id = self.first_id or event.id
        self.last_id = event.id
        self.ended_ns = max(self.ended_ns, event.t_ns)
        if event.kind in _PHASES:
            self._take_phase(event)
        elif event.kind == Kind.OPEN:
            self.open = event.detail
        elif event.kind == Kind.ERROR and not self.open:
            self.error = self.error or str(event.detail.get("message", ""))
        elif event.kind == Kind.CLOSE or event.kind in END_KINDS:
            self._take_end(event)

    def _take_phase(self, event: RecordedEvent) -> None:
        detail = event.detail
        duration_ns = detail.get("duration_ns")
        if isinstance(duration_ns, int):
            self.durations_ns[event.kind] = self.durations_ns.get(event.kind, 0) + duration_ns
        if event.kind == Kind.UPGRADE:
            self.upgrade = detail
        elif event.kind == Kind.TCP:
            self.address = str(detail.get("address", ""))
            self.local_address = str(detail.get("local_address", ""))

    def _take_end(self, event: RecordedEvent) -> None:
        if event.kind == Kind.CLOSE:
            side = "sent" if event.direction == Direction.SENT else "received"
            code, reason = event.detail.get("code"), event.detail.get("reason", "")
            self.close.setdefault(side, {"code": code, "reason": reason, "t_ns": event.t_ns})
        else:
            self.close.setdefault("tcp", {"how": event.kind, "by": event.direction, "t_ns": event.t_ns})


def entry_head(connection: Connection, session_url: str) -> dict[str, Any]:
    """The entry without its messages."""
    request = connection.upgrade.get("request") or {}
    url = str((connection.open or connection.upgrade).get("url") or session_url)
    timings = _timings(connection)
    total = sum(value for key, value in timings.items() if value > 0 and key != "ssl")
    entry: dict[str, Any] = {
        "startedDateTime": _iso(connection.started_ns),
        "time": round(total, 6),
        "request": _request(url, request),
        "response": _response(connection),
        "cache": {},
        "timings": timings,
        "_resourceType": "websocket",
        "_priority": "High",
        "_initiator": {"type": "other"},
        "_connectionId": str(connection.number),
    }
    host = connection.address.rpartition(":")[0].strip("[]")
    if host and not connection.address.startswith("/"):
        entry["serverIPAddress"] = host
    port = connection.local_address.rpartition(":")[2]
    if port.isdecimal():
        entry["connection"] = port
    return entry


def _timings(connection: Connection) -> dict[str, float]:
    """Milliseconds; -1 for a phase that did not happen. ``connect`` holds ``ssl``, as HAR 1.2 has it."""
    spent = connection.durations_ns
    tls = spent.get(Kind.TLS)
    connect = [spent[kind] for kind in (Kind.TCP, Kind.PROXY, Kind.TLS) if kind in spent]
    wait = spent.get(Kind.UPGRADE, 0)
    dialling = spent.get(Kind.RESOLVE, 0) + sum(connect) + wait
    lasted = max(connection.ended_ns - connection.started_ns, 0)
    return {
        "blocked": -1,
        "dns": _ms(spent.get(Kind.RESOLVE)),
        "connect": _ms(sum(connect) if connect else None),
        "ssl": _ms(tls),
        "send": 0,
        "wait": _ms(wait),
        "receive": _ms(max(lasted - dialling, 0)),
    }


def _request(url: str, request: dict[str, Any]) -> dict[str, Any]:
    query = parse_qsl(url.partition("?")[2].partition("#")[0], keep_blank_values=True)
    return {
        "method": str(request.get("method") or "GET"),
        "url": _valid(url),
        "httpVersion": "HTTP/1.1",
        "headers": _headers(request.get("headers")),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "cookies": [],
        "headersSize": -1,
        "bodySize": 0,
    }


def _response(connection: Connection) -> dict[str, Any]:
    response = connection.upgrade.get("response") or {}
    headers = _headers(response.get("headers"))
    body = str(response.get("body") or "")
    types = [row["value"] for row in headers if row["name"].lower() == "content-type"]
    content: dict[str, Any] = {
        "size": response.get("body_size") or 0,
        "mimeType": types[0] if types else "x-unknown",
    }
    shown: dict[str, Any] = {
        "status": response.get("status") or (101 if connection.open is not None else 0),
        "statusText": str(response.get("reason") or ""),
        "httpVersion": str(response.get("http_version") or "HTTP/1.1"),
        "headers": headers,
        "cookies": [],
        "content": {**content, "text": body} if body else content,
        "redirectURL": next((row["value"] for row in headers if row["name"].lower() == "location"), ""),
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": 0,
        "_error": connection.error or None,
    }
    return shown


def _headers(headers: Any) -> list[dict[str, str]]:
    rows = headers if isinstance(headers, list) else []
    return [{"name": str(row[0]), "value": str(row[1])} for row in rows if len(row) == 2]


def _valid(url: str) -> str:
    """A placeholder in a URL, spelled so that the URL stays one."""
    return _PLACEHOLDER.sub(lambda found: quote(found[0], safe=""), url)


def _iso(t_ns: int) -> str:
    when = datetime.fromtimestamp(t_ns // 1_000_000_000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{t_ns % 1_000_000_000 // _MS:03d}Z"


def _ms(duration_ns: int | None) -> float:
    return -1 if duration_ns is None else round(duration_ns / _MS, 6)
