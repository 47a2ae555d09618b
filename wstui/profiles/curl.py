"""A profile from a browser's "Copy as cURL" (or from a curl command somebody sent).

Only what a WebSocket's opening handshake can carry is taken over. What curl only does on the side is
passed over; what would change the meaning, and has no place in a profile, is refused.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from wstui.events import safe_text
from wstui.profiles.errors import ProfileError
from wstui.profiles.model import Profile
from wstui.profiles.read import parse_profile, profile_for_url
from wstui.profiles.secrets import is_secret_name

LIMIT_CHARACTERS = 1_000_000

_ANSI_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:(?:u|U|x)([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_WINDOWS = re.compile(r'\^\s*\r?\n|\^"')

_WITH_VALUE = {
    **dict.fromkeys(("-H", "--header"), "header"),
    **dict.fromkeys(("-b", "--cookie"), "cookie"),
    **dict.fromkeys(("-A", "--user-agent"), "agent"),
    **dict.fromkeys(("-e", "--referer"), "referer"),
    **dict.fromkeys(("-u", "--user"), "user"),
    "--oauth2-bearer": "bearer",
    **dict.fromkeys(("-x", "--proxy"), "proxy"),
    "--cacert": "ca",
    **dict.fromkeys(("-E", "--cert"), "certificate"),
    "--key": "key",
    "--pass": "key password",
    "--url": "url",
    **dict.fromkeys(("-X", "--request", "-m", "--max-time", "--connect-timeout", "--max-redirs"), ""),
    **dict.fromkeys(("-o", "--output", "-w", "--write-out", "-D", "--dump-header", "--retry"), ""),
}
"""Options that take a value, and what it is to us; nothing where it means nothing here."""

_SWITCHES = {
    **dict.fromkeys(("-k", "--insecure"), "insecure"),
    **dict.fromkeys(("-L", "--location", "-s", "--silent", "-S", "--show-error", "-i", "--include"), ""),
    **dict.fromkeys(("-v", "--verbose", "-N", "--no-buffer", "-g", "--globoff", "-f", "--fail"), ""),
    **dict.fromkeys(("-#", "--progress-bar", "--no-progress-meter", "--compressed", "-0", "--http1.0"), ""),
    **dict.fromkeys(("--http1.1", "--http2", "--http2-prior-knowledge", "--http3", "--path-as-is"), ""),
    **dict.fromkeys(("--tcp-nodelay", "--no-keepalive", "--ssl-no-revoke", "-O", "--remote-name"), ""),
}
_BODY = {"-d", "-F", "-T", "--json", "--form", "--form-string", "--upload-file"}
_BODY_NAME = re.compile(r"--data(?:-|$)")
_HANDSHAKE = re.compile(
    r"sec-websocket-(?!protocol)|(?:connection|upgrade|content-length|transfer-encoding)$"
)
"""The upgrade's own headers: a profile has no say in them (RFC 6455 §4.1)."""

_NOT_OURS = {"pragma", "cache-control", "accept-encoding"}
"""What a browser adds to every handshake by itself."""


class FromCurl(NamedTuple):
    """What a command says."""

    profile: Profile
    secrets: list[str]
    """The names of what in it is secret: of headers, of query keys, ``password``, ``token``."""


def looks_like_curl(head: bytes) -> bool:
    """Whether a file's beginning is a curl command."""
    return re.match(rb"\s*(?:\$ )?curl(?:\.exe)?\s", head) is not None


def profile_from_curl(text: str, source: str = "curl") -> FromCurl:
    """The profile that connects as the curl command would.

    Args:
        text: as a browser copied it for a POSIX shell.
        source: what to call it in errors.

    Raises:
        ProfileError: it is no curl command, has a body, or says something that a profile cannot.
    """
    try:
        given = list(_given(_words(text)))
        tables = _tables(given)
    except _RefusedError as error:
        raise ProfileError(f"{source}: {error}") from None
    return FromCurl(parse_profile(tables, source=source), list(_secret_names(tables)))


class _RefusedError(Exception):
    """The command cannot be taken over; the message is the sentence without its beginning."""


def _words(text: str) -> list[str]:
    if len(text) > LIMIT_CHARACTERS:
        raise _RefusedError(f"expected a command of at most {LIMIT_CHARACTERS:,} characters.")
    if _WINDOWS.search(text):
        raise _RefusedError("this is written for Windows' cmd; choose “Copy as cURL (bash)” in the browser.")
    joined = re.sub(r"\\\r?\n", " ", text.strip())
    try:
        words = shlex.split(_ANSI_C.sub(_quoted, joined))
    except ValueError as error:
        raise _RefusedError(f"{str(error).lower()}: expected the whole command.") from None
    words = words[1:] if words[:1] == ["$"] else words
    if not words or words[0].rsplit("/", 1)[-1] not in ("curl", "curl.exe"):
        raise _RefusedError('expected a command that begins with "curl".')
    return words


def _quoted(found: re.Match[str]) -> str:
    text = _ESCAPE.sub(_unescaped, found[1])
    # Beyond U+FFFF browsers write two halves, each with an escape of its own.
    return shlex.quote(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _unescaped(found: re.Match[str]) -> str:
    hexadecimal, octal, letter = found.groups()
    if not hexadecimal:
        return chr(int(octal, 8)) if octal else _LETTERS.get(letter, letter)
    most = {"u": 4, "x": 2}.get(found[0][1], 8)
    return chr(min(int(hexadecimal[:most], 16), 0x10FFFF)) + hexadecimal[most:]


def _given(words: list[str]) -> Iterator[tuple[str, str]]:
    """What the command's options are to us, with their values."""
    rest = iter(words[1:])
    for word in rest:
        for option, attached in _options(word):
            if option in _BODY or _BODY_NAME.match(option):
                raise _RefusedError(f"{option}: a WebSocket's handshake has no body; copy another request.")
            if not option:
                yield "url", word
            elif option in _SWITCHES:
                yield _SWITCHES[option], ""
            elif option not in _WITH_VALUE:
                raise _RefusedError(f"{safe_text(option)} has no counterpart in a profile; leave it out.")
            else:
                value = next(rest, None) if attached is None else attached
                if value is None:
                    raise _RefusedError(f"{option}: expected a value after it.")
                yield _WITH_VALUE[option], value


def _options(word: str) -> Iterator[tuple[str, str | None]]:
    """The options in a word, and the value that is written onto the last: ``-Hname: value``, ``-sSL``."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        yield name, value if equals else None
    elif not word.startswith("-") or word == "-":
        yield "", None
    else:
        for at, letter in enumerate(word[1:], start=2):
            option = f"-{letter}"
            attached = word[at:] or None
            yield option, attached
            if option not in _SWITCHES:
                return


def _tables(given: list[tuple[str, str]]) -> dict[str, Any]:
    urls = [value for what, value in given if what == "url"]
    if len(urls) != 1:
        raise _RefusedError(f"expected one URL, got {len(urls)}.")
    tables: dict[str, Any] = {"url": profile_for_url(urls[0]).url, "headers": {}}
    for what, value in given:
        if what in _TAKEN:
            _TAKEN[what](tables, value)
    return {key: value for key, value in tables.items() if value}


def _header(tables: dict[str, Any], line: str) -> None:
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    lowered = name.lower()
    if not colon or not value or _HANDSHAKE.match(lowered) or lowered in _NOT_OURS:
        return
    if lowered == "sec-websocket-protocol":
        tables["subprotocols"] = [part.strip() for part in value.split(",") if part.strip()]
    elif lowered == "origin":
        tables["origin"] = value
    elif lowered != "host" or value.lower() not in tables["url"].lower():
        _set_header(tables, safe_text(name), value)


def _set_header(tables: dict[str, Any], name: str, value: str) -> None:
    known = next((key for key in tables["headers"] if key.lower() == name.lower()), name)
    tables["headers"][known] = value


def _cookie(tables: dict[str, Any], value: str) -> None:
    if "=" not in value:
        raise _RefusedError("-b names a file of cookies; expected them in its place: -b 'name=value'.")
    _set_header(tables, "Cookie", value)


def _user(tables: dict[str, Any], value: str) -> None:
    username, _, password = value.partition(":")
    tables["auth"] = {"type": "basic", "username": username, "password": password}


def _in_tls(key: str, value: str | bool, tables: dict[str, Any]) -> None:
    tables.setdefault("tls", {})[key] = value


_TAKEN: dict[str, Callable[[dict[str, Any], str], object]] = {
    "header": _header,
    "cookie": _cookie,
    "agent": lambda tables, value: _set_header(tables, "User-Agent", value),
    "referer": lambda tables, value: _set_header(tables, "Referer", value),
    "user": _user,
    "bearer": lambda tables, value: tables.update(auth={"type": "bearer", "token": value}),
    "proxy": lambda tables, value: tables.update(
        proxy={"url": value if "://" in value else f"http://{value}"}
    ),
    "insecure": lambda tables, _value: _in_tls("verify", False, tables),
    "ca": lambda tables, value: _in_tls("ca", value, tables),
    "certificate": lambda tables, value: _in_tls("certificate", value, tables),
    "key": lambda tables, value: _in_tls("key", value, tables),
    "key password": lambda tables, value: _in_tls("key_password", value, tables),
}


def _secret_names(tables: dict[str, Any]) -> Iterator[str]:
    yield from (name for name in tables.get("headers", {}) if is_secret_name(name))
    secret = ("password", "token"), ("key_password",)
    for table, names in zip(("auth", "tls"), secret, strict=True):
        yield from (name for name in names if tables.get(table, {}).get(name))
    url = urlsplit(tables["url"])
    if url.password:
        yield "password"
    pairs = (unquote(pair.partition("=")[0]) for pair in url.query.split("&"))
    yield from (name for name in pairs if is_secret_name(name))
