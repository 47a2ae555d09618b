"""The opening handshake laid out: both heads, and under a header what it means.

Source: RFC 6455 §4, RFC 7692 §7.1 (permessage-deflate), RFC 9110 (Via, Server, Retry-After).
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wstui.dialects.knowledge import knowledge
from wstui.events import safe_text
from wstui.profiles.secrets import redact_header, redact_url
from wstui.tui.document import Line
from wstui.tui.fact_lines import heading
from wstui.words.measures import count_text, size_text

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_REMARK_CELLS = 4
_NAME_CELLS = 28
HIDDEN = "••••••••"

_REMARKS = {
    "via": "proxies on the way, the nearest last",
    "retry-after": "wait so long (seconds, or a date) before you connect again",
    "www-authenticate": "credentials are wanted: see [auth] in the profile",
    "alt-svc": "the service is elsewhere too; WebSocket clients pass it over",
    "set-cookie": "often a load balancer's, to send you to the same server again",
    "x-forwarded-for": "a proxy wrote down who asked",
    "location": "look there instead",
}
_PARAMETERS = {
    "server_no_context_takeover": "the server compresses each message by itself: less memory, more bytes",
    "client_no_context_takeover": "we compress each message by itself: less memory, more bytes",
    "server_max_window_bits": "the server looks back {} bytes when it compresses",
    "client_max_window_bits": "we look back {} bytes when we compress",
}


def handshake_lines(detail: Mapping[str, Any], *, reveal: bool) -> Iterator[Line]:
    """Request and answer, of the upgrade or of a proxy.

    Args:
        detail: of the event.
        reveal: show secrets; otherwise dots stand for them.
    """
    request, response = detail.get("request") or {}, detail.get("response") or {}
    if request:
        yield ()
        path = str(request.get("path", ""))
        first = f"{request.get('method', 'GET')} {path if reveal else redact_url(path, _dots)}"
        yield (("→ ", "sent"), (safe_text(first), "heading"))
        yield from _header_lines(request.get("headers", []), {}, reveal=reveal)
    if response:
        yield ()
        first = f"{response.get('status', '')} {response.get('reason', '')}".strip()
        yield (("← ", "received"), (safe_text(first), "heading"))
        asked = {name.lower(): value for name, value in request.get("headers", [])}
        yield from _header_lines(response.get("headers", []), asked, reveal=reveal, answer=True)
        yield from _missing_lines(response, asked)
        yield from _body_lines(response)


def hides_something(detail: Mapping[str, Any]) -> bool:
    """Whether revealing shows more."""
    return list(handshake_lines(detail, reveal=True)) != list(handshake_lines(detail, reveal=False))


def _dots(_value: str, _name: str) -> str:
    return HIDDEN


def _header_lines(
    headers: list[list[str]], asked: Mapping[str, str], *, reveal: bool, answer: bool = False
) -> Iterator[Line]:
    width = min(_NAME_CELLS, max((len(name) for name, _ in headers), default=0)) + 2
    for name, value in headers:
        shown = value if reveal else redact_header(name, value, _dots)
        yield ((f"  {safe_text(name):<{width}}", "key"), (safe_text(shown), "plain"))
        remarks = (
            _answer_remarks(name.lower(), value, asked) if answer else _request_remarks(name.lower(), value)
        )
        for remark, tone in remarks:
            yield ((" " * _REMARK_CELLS, "plain"), (remark, tone))


def _request_remarks(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name == "sec-websocket-extensions" and "permessage-deflate" in value:
        yield "we offer compression (RFC 7692)", "quiet"


def _answer_remarks(name: str, value: str, asked: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if name == "sec-websocket-accept":
        yield _accept_remark(value, asked.get("sec-websocket-key"))
    elif name == "sec-websocket-extensions":
        yield from _extension_remarks(value)
    elif name in _REMARKS:
        yield _REMARKS[name], "quiet"
    for row in knowledge().intermediary:
        if row.header == name and row.regex.search(value):
            yield _intermediary_remark(row.name, row.role, row.idle_timeout_s, row.lifetime_s), "accent"
            break


def _intermediary_remark(name: str, role: str, idle_s: float | None, lifetime_s: float | None) -> str:
    words = [f"{name}, a {role}"]
    if idle_s is not None:
        words.append(f"by default it ends what is silent for {idle_s:g} s")
    if lifetime_s is not None:
        words.append(f"by default it ends every connection after {lifetime_s:g} s")
    return "; ".join(words)


def _accept_remark(value: str, key: str | None) -> tuple[str, str]:
    if key is None:
        return "the key that it answers was not recorded", "quiet"
    digest = hashlib.sha1((key.strip() + _GUID).encode(), usedforsecurity=False).digest()
    expected = base64.b64encode(digest).decode()
    if value.strip() == expected:
        return "✓ it answers our key (RFC 6455 §4.2.2)", "good"
    return f"✗ the right answer to our key is {expected} (RFC 6455 §4.2.2)", "error"


def _extension_remarks(value: str) -> Iterator[tuple[str, str]]:
    for extension in value.split(","):
        name, *parameters = (part.strip() for part in extension.split(";"))
        if name != "permessage-deflate":
            continue
        yield "messages are compressed (permessage-deflate, RFC 7692)", "quiet"
        for parameter in parameters:
            key, _, number = (part.strip(' "') for part in parameter.partition("="))
            bits = int(number) if re.fullmatch(r"[89]|1[0-5]", number) else 15
            if key in _PARAMETERS:
                yield f"{key}: {_PARAMETERS[key].format(f'{1 << bits:,}')}", "quiet"
            else:
                yield f"{safe_text(parameter)}: RFC 7692 does not know it", "warning"


def _missing_lines(response: Mapping[str, Any], asked: Mapping[str, str]) -> Iterator[Line]:
    names = {name.lower() for name, _ in response.get("headers", [])}
    if response.get("status") != 101 or not asked:
        return
    if "sec-websocket-extensions" in asked and "sec-websocket-extensions" not in names:
        yield ((" " * _REMARK_CELLS, "plain"), ("no extension was agreed on: nothing is compressed", "quiet"))
    if "sec-websocket-protocol" in asked and "sec-websocket-protocol" not in names:
        yield (
            (" " * _REMARK_CELLS, "plain"),
            ("no subprotocol was chosen, though we offered some", "warning"),
        )


def _body_lines(response: Mapping[str, Any]) -> Iterator[Line]:
    body = response.get("body") or ""
    if not body:
        return
    size = int(response.get("body_size", len(body)))
    shown = len(body.encode("utf-8", "surrogatepass"))
    part = f", the first {count_text(shown, 'byte')}" if shown < size else ""
    yield from heading(f"Body, {size_text(size)}{part}")
    for text in safe_text(body, newlines=True).split("\n"):
        yield ((text, "plain"),)
