"""What a profile's values must be beyond their types, and what one key demands of another.

Each check yields problems: the key's path and a clause with what was expected. The first becomes
the error. Values that still hold ``${NAME}`` are checked once they are resolved.
"""

import binascii
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from wstui.events import safe_text
from wstui.profiles.errors import ProfileError
from wstui.profiles.model import Auth, Heartbeat, Profile, Proxy, Reconnect, SavedMessage, Tls
from wstui.profiles.urls import parse_url

Problem = tuple[str, str]

PING_PAYLOAD_LIMIT_BYTES = 100
"""A control frame carries 125 bytes (RFC 6455 §5.5); the rest makes each ping unique."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
_ORIGIN = re.compile(r"null|[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s@]+")
_PROXY = re.compile(r"(?:https?|socks4a?|socks5h?)://[^\s/?#]+/?")
_OUR_HEADERS = frozenset({"connection", "upgrade", "transfer-encoding", "content-length"})


def problems(profile: Profile) -> Iterator[Problem]:
    """Everything that is wrong with a well-typed profile, the most telling first."""
    yield from _numbers(msgspec.to_builtins(profile), "")
    yield from _url(profile.url)
    yield from _subprotocols(profile.subprotocols)
    yield from _origin(profile.origin)
    if not profile.dialect.strip():
        yield "dialect", 'expected "auto", "none" or the name of a dialect, got ""'
    yield from _headers(profile.headers)
    yield from _auth(profile.auth, profile.headers)
    yield from _tls(profile.tls)
    yield from _proxy(profile.proxy)
    yield from _heartbeat(profile.heartbeat)
    yield from _messages(profile.message)
    yield from _reconnect(profile.reconnect, [message.name for message in profile.message])
    yield from _scripts(profile)


def _unresolved(value: str) -> bool:
    return "${" in value


def _numbers(value: Any, path: str) -> Iterator[Problem]:
    """TOML knows ``inf`` and ``nan``; no setting of ours does."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path, f"expected a finite number, got {value}"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, f"{path}.{key}" if path else key)


def _url(url: str) -> Iterator[Problem]:
    if _unresolved(url):
        return
    try:
        parse_url(url)
    except ProfileError as error:
        yield "url", str(error).removesuffix(".")


def _origin(origin: str | None) -> Iterator[Problem]:
    if origin is not None and not _unresolved(origin) and not _ORIGIN.fullmatch(origin):
        yield "origin", f"expected an origin such as https://example.com, got {_got(origin)}"


def _subprotocols(subprotocols: list[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, subprotocol in enumerate(subprotocols):
        key = f"subprotocols[{index}]"
        if not _TOKEN.fullmatch(subprotocol):
            rule = "a token without spaces, commas and quotes (RFC 6455 §4.1)"
            yield key, f"expected {rule}, got {_got(subprotocol)}"
        if subprotocol in seen:
            yield key, f"expected each subprotocol once, got {_got(subprotocol)} again"
        seen.add(subprotocol)


def _headers(headers: dict[str, str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, value in headers.items():
        key, lowered = f"headers.{safe_text(name)}", name.lower()
        if not _TOKEN.fullmatch(name):
            yield "headers", f"expected header names of letters, digits and hyphens, got {_got(name)}"
        elif lowered == "sec-websocket-protocol":
            yield key, "expected the subprotocols in the key subprotocols, not among the headers"
        elif lowered in _OUR_HEADERS or lowered.startswith("sec-websocket-"):
            yield key, "expected no header that the opening handshake itself sets"
        elif lowered in seen:
            yield key, "expected each header once, whatever its capitals"
        elif not _is_header_value(value):
            yield key, "expected one line of Latin-1 text, without CR, LF and other control characters"
        seen.add(lowered)


def _is_header_value(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return _HEADER_VALUE.fullmatch(value) is not None


def _auth(auth: Auth, headers: dict[str, str]) -> Iterator[Problem]:
    if auth.type == "none":
        for key in ("username", "password", "token"):
            if getattr(auth, key):
                wanted = "bearer" if key == "token" else "basic"
                yield "auth.type", f'expected "{wanted}" beside auth.{key}, got "none"'
        return
    if any(name.lower() == "authorization" for name in headers):
        yield "auth.type", 'expected "none" beside an Authorization header of your own'
    if auth.type == "basic":
        if not auth.username and not auth.password:
            yield "auth.username", "expected a user name for basic authentication"
        if ":" in auth.username:
            yield "auth.username", "expected a user name without a colon (RFC 7617 §2)"
    elif not auth.token:
        yield "auth.token", "expected a token for bearer authentication"
    elif not _is_header_value(auth.token):
        yield "auth.token", "expected one line of Latin-1 text, without CR, LF and other control characters"


def _tls(tls: Tls) -> Iterator[Problem]:
    if tls.key is not None and tls.certificate is None:
        yield "tls.certificate", "expected a client certificate beside tls.key"
    if tls.key_password is not None and tls.certificate is None:
        yield "tls.certificate", "expected a client certificate beside tls.key_password"
    for index, protocol in enumerate(tls.alpn):
        if not 1 <= len(protocol.encode()) <= 255:
            yield f"tls.alpn[{index}]", "expected a protocol's name of 1 to 255 bytes (RFC 7301 §3.1)"
    if tls.server_name is not None and (not tls.server_name or not tls.server_name.isprintable()):
        yield "tls.server_name", f"expected a host name, got {_got(tls.server_name)}"


def _proxy(proxy: Proxy) -> Iterator[Problem]:
    if proxy.url in ("", "none") or _unresolved(proxy.url):
        return
    if not _PROXY.fullmatch(proxy.url):
        yield (
            "proxy.url",
            'expected http://, https://, socks4:// or socks5:// with a host and its port, "none" or ""',
        )


def _heartbeat(heartbeat: Heartbeat) -> Iterator[Problem]:
    size = len(heartbeat.payload.encode("utf-8", "surrogatepass"))
    if size > PING_PAYLOAD_LIMIT_BYTES:
        rule = f"at most {PING_PAYLOAD_LIMIT_BYTES} bytes, for a ping carries 125 (RFC 6455 §5.5)"
        yield "heartbeat.payload", f"expected {rule}, got {size}"
    if heartbeat.application is None:
        return
    if not heartbeat.application.send:
        yield "heartbeat.application.send", "expected the message to send"
    try:
        re.compile(heartbeat.application.expect)
    except re.error as error:
        yield "heartbeat.application.expect", f"expected a regular expression: {error}"


def _reconnect(reconnect: Reconnect, names: list[str]) -> Iterator[Problem]:
    if reconnect.max < reconnect.base:
        yield "reconnect.max", f"expected at least reconnect.base ({reconnect.base:g}), got {reconnect.max:g}"
    for index, name in enumerate(reconnect.resend):
        if name not in names:
            yield f"reconnect.resend[{index}]", f"expected the name of a saved message, got {_got(name)}"


def _messages(messages: list[SavedMessage]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, message in enumerate(messages):
        key = f"message[{index}]"
        if not message.name.strip():
            yield f"{key}.name", "expected a name"
        if message.name in seen:
            yield f"{key}.name", f"expected each name once, got {_got(message.name)} again"
        seen.add(message.name)
        given = [part for part in (message.text, message.binary, message.base64) if part is not None]
        if len(given) != 1:
            yield key, f"expected exactly one of text, binary and base64, got {len(given)}"
            continue
        try:
            _ = message.payload
        except (ValueError, binascii.Error):
            yield _bad_bytes(key, message)


def _bad_bytes(key: str, message: SavedMessage) -> Problem:
    if message.text is not None:
        return f"{key}.text", "expected text that UTF-8 can hold"
    if message.binary is not None:
        return f"{key}.binary", f"expected bytes in hexadecimal, got {_got(message.binary)}"
    return f"{key}.base64", f"expected bytes in base64, got {_got(message.base64 or '')}"


def _scripts(profile: Profile) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, script in enumerate(profile.script):
        key = f"script[{index}]"
        if not script.name.strip():
            yield f"{key}.name", "expected a name"
        if script.name in seen:
            yield f"{key}.name", f"expected each name once, got {_got(script.name)} again"
        seen.add(script.name)
        for number, step in enumerate(script.steps):
            if not step.strip():
                yield f"{key}.steps[{number}]", 'expected a step such as "send …"'


def _got(text: str) -> str:
    shown = safe_text(text)
    return f'"{shown}"' if len(shown) <= 60 else f'"{shown[:59]}…"'
