"""A cURL command, as browsers' “Copy as cURL” writes it, into a profile."""

import re
import shlex
from typing import Any
from urllib.parse import urlsplit

from wstui.exchange.import_problem import ImportProblem
from wstui.profiles import Profile, ProfileError, is_secret_name, parse_profile

_SET_BY_US = frozenset(
    {"host", "upgrade", "connection", "content-length", "accept-encoding"}
    | {"sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"}
)
"""The upgrade's own headers: a profile has no say in them (RFC 6455 §4.1)."""

_IGNORED = frozenset(
    {"--compressed", "-s", "--silent", "-S", "--show-error", "-i", "--include", "-v", "--verbose", "-N"}
    | {
        "--no-buffer",
        "--http1.1",
        "--http2",
        "-g",
        "--globoff",
        "-#",
        "--progress-bar",
        "-f",
        "--fail",
        "-sS",
    }
)
_IGNORED_WITH_VALUE = frozenset(
    {"-o", "--output", "-w", "--write-out", "-X", "--request", "--max-time", "-m", "--connect-timeout"}
)
_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_ANSI_QUOTED = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ANSI_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL
)
_ANSI_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}
_LIMIT = 1 << 20


def looks_like_curl(head: bytes) -> bool:
    """Whether a file's beginning is a cURL command."""
    return re.match(rb"\s*(?:\$ )?curl(?:\.exe)?\s", head) is not None


def profile_from_curl(command: str, source: str = "the cURL command") -> tuple[Profile, list[str]]:
    """The profile, and the names of what in it is secret.

    Args:
        command: as a browser copied it for a POSIX shell (bash).
        source: what to call it in errors.

    Raises:
        ImportProblem: it cannot be understood, or asks for what a WebSocket client cannot do.
    """
    words = _words(command, source)
    settings: dict[str, Any] = {}
    rest = iter(words[1:])
    for word in rest:
        _take(settings, *_option(word), rest, source)
    if "url" not in settings:
        raise ImportProblem(f"{source}: there is no URL in it.")
    try:
        profile = parse_profile(settings, source=source)
    except ProfileError as error:
        raise ImportProblem(str(error)) from error
    return profile, _secret_names(settings)


def _words(command: str, source: str) -> list[str]:
    if len(command) > _LIMIT:
        raise ImportProblem(f"{source} is longer than {_LIMIT >> 20} MiB.")
    if re.search(r"\^\s*\n|\^\"", command):
        raise ImportProblem(f"{source} is for Windows' cmd: choose “Copy as cURL (bash)” in the browser.")
    plain = _ANSI_QUOTED.sub(lambda found: shlex.quote(_unescaped(found[1])), command.replace("\\\r\n", " "))
    try:
        words = shlex.split(plain.replace("\\\n", " "))
    except ValueError as error:
        raise ImportProblem(f"{source}: not a shell command ({error}).") from error
    words = words[1:] if words[:1] == ["$"] else words
    if not words or words[0] not in ("curl", "curl.exe"):
        raise ImportProblem(f"{source}: expected a command that begins with “curl”.")
    return words


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        if code := found[1] or found[2] or found[3]:
            return chr(min(int(code, 16), 0x10FFFF))
        return chr(int(found[4], 8)) if found[4] else _ANSI_LETTERS.get(found[5], found[5])

    return _ANSI_ESCAPE.sub(one, text)


def _option(word: str) -> tuple[str, str | None]:
    """The option's name, and its value where it is part of the same word."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return name, value if equals else None
    if word.startswith("-") and len(word) > 2 and word[:2] in _SHORT_WITH_VALUE:
        return word[:2], word[2:]
    return word, None


def _take(settings: dict[str, Any], name: str, value: str | None, rest: Any, source: str) -> None:
    if name in _IGNORED:
        return
    if name in _SWITCHES:
        key, inner = _SWITCHES[name]
        _deep(settings, key)[inner] = False if inner == "verify" else 5
        return
    if not name.startswith("-"):
        settings["url"] = _url(name)
        return
    if name not in _WITH_VALUE and name not in _IGNORED_WITH_VALUE:
        raise ImportProblem(f"{source}: the option {name} has no counterpart in a profile; leave it out.")
    value = next(rest, None) if value is None else value
    if value is None:
        raise ImportProblem(f"{source}: {name} needs a value.")
    if name in _WITH_VALUE:
        _WITH_VALUE[name](settings, value)


def _deep(settings: dict[str, Any], key: str) -> dict[str, Any]:
    return settings if not key else settings.setdefault(key, {})


def _url(text: str) -> str:
    scheme, colon, rest = text.partition("://")
    if not colon:
        return text
    return f"{_SCHEMES.get(scheme.lower(), scheme)}://{rest}"


def _header(settings: dict[str, Any], line: str) -> None:
    name, _, value = (part.strip() for part in line.partition(":"))
    lowered = name.lower()
    if not name or not value or lowered in _SET_BY_US:
        return
    if lowered == "sec-websocket-protocol":
        settings["subprotocols"] = [part.strip() for part in value.split(",") if part.strip()]
    elif lowered == "origin":
        settings["origin"] = value
    else:
        headers = settings.setdefault("headers", {})
        known = next((key for key in headers if key.lower() == lowered), name)
        headers[known] = value


def _user(settings: dict[str, Any], value: str) -> None:
    username, _, password = value.partition(":")
    settings["auth"] = {"type": "basic", "username": username, "password": password}


def _cookie(settings: dict[str, Any], value: str) -> None:
    if "=" in value:  # without one it names a file, which belongs to cURL
        _header(settings, f"Cookie: {value}")


def _certificate(settings: dict[str, Any], value: str) -> None:
    settings.setdefault("tls", {})["certificate"] = value


_WITH_VALUE: dict[str, Any] = {
    "-H": _header,
    "--header": _header,
    "-b": _cookie,
    "--cookie": _cookie,
    "-u": _user,
    "--user": _user,
    "-A": lambda settings, value: _header(settings, f"User-Agent: {value}"),
    "--user-agent": lambda settings, value: _header(settings, f"User-Agent: {value}"),
    "-e": lambda settings, value: _header(settings, f"Referer: {value}"),
    "--referer": lambda settings, value: _header(settings, f"Referer: {value}"),
    "--url": lambda settings, value: settings.update(url=_url(value)),
    "-x": lambda settings, value: settings.update(proxy={"url": value}),
    "--proxy": lambda settings, value: settings.update(proxy={"url": value}),
    "--cacert": lambda settings, value: settings.setdefault("tls", {}).update(ca=value),
    "-E": _certificate,
    "--cert": _certificate,
    "--key": lambda settings, value: settings.setdefault("tls", {}).update(key=value),
}
_SHORT_WITH_VALUE = frozenset(name for name in (*_WITH_VALUE, *_IGNORED_WITH_VALUE) if len(name) == 2)
_SWITCHES = {
    "-k": ("tls", "verify"),
    "--insecure": ("tls", "verify"),
    "-L": ("", "follow_redirects"),
    "--location": ("", "follow_redirects"),
}


def _secret_names(settings: dict[str, Any]) -> list[str]:
    names = [name for name in settings.get("headers", {}) if is_secret_name(name)]
    names += ["password"] if settings.get("auth", {}).get("password") else []
    query = urlsplit(settings["url"]).query if "[" not in settings["url"] else ""
    return names + [
        pair.partition("=")[0] for pair in query.split("&") if is_secret_name(pair.partition("=")[0])
    ]
