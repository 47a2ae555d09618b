"""A profile from a browser's "Copy as cURL" (or from a curl command somebody sent).

Only what a WebSocket's opening handshake can carry is taken over; what curl does beyond that is
ignored, what would change the meaning is refused.
"""

import re
import shlex
from collections.abc import Callable
from typing import Any

from wstui.events import safe_text
from wstui.profiles.errors import ProfileError
from wstui.profiles.model import Profile
from wstui.profiles.read import parse_profile, profile_for_url

LIMIT_CHARACTERS = 1_000_000

_ANSI_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}

_WITH_VALUE = {
    "-H": "header",
    "--header": "header",
    "-b": "cookie",
    "--cookie": "cookie",
    "-A": "agent",
    "--user-agent": "agent",
    "-e": "referer",
    "--referer": "referer",
    "-u": "user",
    "--user": "user",
    "--oauth2-bearer": "bearer",
    "-x": "proxy",
    "--proxy": "proxy",
    "--cacert": "ca",
    "-E": "certificate",
    "--cert": "certificate",
    "--key": "key",
    "--url": "url",
    "-X": "",
    "--request": "",
    "-m": "",
    "--max-time": "",
    "--connect-timeout": "",
    "-o": "",
    "--output": "",
}
"""Options that take a value, and what it is to us; nothing where it means nothing here."""
_BODY = {"-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "-F", "--form", "-T"}
_HANDSHAKE = re.compile(r"sec-websocket-(?!protocol)|connection$|upgrade$|content-length$|transfer-encoding$")
_NOT_OURS = {"pragma", "cache-control", "accept-encoding"}
"""What a browser adds to every handshake by itself."""


def profile_from_curl(text: str) -> Profile:
    """The profile that connects as the curl command would.

    Raises:
        ProfileError: it is no curl command, has a body, or says something that a profile cannot.
    """
    words = _words(text)
    given: list[tuple[str, str]] = []
    at = 1
    while at < len(words):
        word, at = words[at], at + 1
        option, attached = _option(word)
        if option in _BODY:
            raise ProfileError(f"curl: {option}: a WebSocket's handshake has no body; copy another request.")
        if option in _WITH_VALUE:
            if attached is None:
                if at == len(words):
                    raise ProfileError(f"curl: {option}: expected a value after it.")
                attached, at = words[at], at + 1
            given.append((_WITH_VALUE[option], attached))
        elif option in ("-k", "--insecure"):
            given.append(("insecure", ""))
        elif not word.startswith("-"):
            given.append(("url", word))
    return _profile(given)


def _words(text: str) -> list[str]:
    if len(text) > LIMIT_CHARACTERS:
        raise ProfileError(f"curl: expected a command of at most {LIMIT_CHARACTERS:,} characters.")
    joined = re.sub(r"[\\^]\r?\n", " ", text.strip())
    try:
        words = shlex.split(_ANSI_C.sub(_quoted, joined))
    except ValueError as error:
        raise ProfileError(f"curl: {str(error).lower()}: expected the whole command.") from None
    if not words or words[0].rsplit("/", 1)[-1] not in ("curl", "curl.exe"):
        raise ProfileError('curl: expected a command that begins with "curl".')
    return words


def _quoted(found: re.Match[str]) -> str:
    return shlex.quote(_ESCAPE.sub(_unescaped, found[1]))


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    return chr(int(code, 8)) if code.isdigit() else _ESCAPES.get(code, code)


def _option(word: str) -> tuple[str, str | None]:
    """The option's name and the value that is written onto it, as in ``-Hname: value``."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return name, value if equals else None
    if word.startswith("-") and len(word) > 2 and word[:2] in _WITH_VALUE:
        return word[:2], word[2:]
    return word, None


def _profile(given: list[tuple[str, str]]) -> Profile:
    urls = [value for what, value in given if what == "url"]
    if len(urls) != 1:
        raise ProfileError(f"curl: expected one URL, got {len(urls)}.")
    tables: dict[str, Any] = {"url": profile_for_url(urls[0]).url, "headers": {}}
    for what, value in given:
        if what in _TAKEN:
            _TAKEN[what](tables, value)
    return parse_profile({key: value for key, value in tables.items() if value}, source="curl")


def _header(tables: dict[str, Any], line: str) -> None:
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    lowered = name.lower()
    if not colon or not value or _HANDSHAKE.match(lowered) or lowered in _NOT_OURS:
        return
    if lowered == "sec-websocket-protocol":
        tables["subprotocols"] = [part.strip() for part in value.split(",")]
    elif lowered == "origin":
        tables["origin"] = value
    elif lowered != "host" or value.lower() not in tables["url"].lower():
        tables["headers"][safe_text(name)] = value


def _user(tables: dict[str, Any], value: str) -> None:
    username, _, password = value.partition(":")
    tables["auth"] = {"type": "basic", "username": username, "password": password}


def _in_tls(key: str, value: str | bool, tables: dict[str, Any]) -> None:
    tables.setdefault("tls", {})[key] = value


_TAKEN: dict[str, Callable[[dict[str, Any], str], object]] = {
    "header": _header,
    "cookie": lambda tables, value: tables["headers"].update({"Cookie": value}),
    "agent": lambda tables, value: tables["headers"].update({"User-Agent": value}),
    "referer": lambda tables, value: tables["headers"].update({"Referer": value}),
    "user": _user,
    "bearer": lambda tables, value: tables.update(auth={"type": "bearer", "token": value}),
    "proxy": lambda tables, value: tables.update(
        proxy={"url": value if "://" in value else f"http://{value}"}
    ),
    "insecure": lambda tables, _value: _in_tls("verify", False, tables),
    "ca": lambda tables, value: _in_tls("ca", value, tables),
    "certificate": lambda tables, value: _in_tls("certificate", value, tables),
    "key": lambda tables, value: _in_tls("key", value, tables),
}
