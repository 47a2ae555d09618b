"""WebSocket URLs: from what a person types to an endpoint that can be dialled.

Rule 1: every input gives an :class:`Endpoint` or one clear sentence. Rule 2: an endpoint's ``url``
never holds credentials and is plain ASCII without spaces, so that it can be shown and logged.

Source: RFC 6455 §3; RFC 3986 §3.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from wstui.events import safe_text
from wstui.profiles.errors import ProfileError
from wstui.profiles.secrets import redact_url

URL_LIMIT = 16_384
"""Characters. Servers take 8 KiB and less; beyond this it is a pasted file, not a URL."""

_DEFAULT_PORTS = {False: 80, True: 443}
_SCHEMES = {
    "ws": "ws",
    "wss": "wss",
    "http": "ws",
    "https": "wss",
    "ws+unix": "ws+unix",
    "wss+unix": "wss+unix",
}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_ONE_SLASH = re.compile(r"(?:wss?|https?):/?(?!/)(?!\d+(?:/|$))", re.IGNORECASE)
_UNIX = re.compile(r"(wss?\+unix):(?://)?(.*)", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(?P<authority>[^/?#]*)(?P<resource>.*)", re.DOTALL)
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_SUN_PATH_BYTES = 107
RESOURCE_SAFE = "/?:@!$&'()*+,;=-._~%[]|"
"""What stays as typed in path and query; everything else is percent-encoded."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to dial and what to ask for there."""

    scheme: str
    """``ws``, ``wss``, ``ws+unix`` or ``wss+unix``."""
    host: str
    """ASCII, without brackets; ``localhost`` for a Unix socket."""
    port: int
    resource: str
    """Path and query, as the request line has them."""
    secure: bool
    unix_path: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def netloc(self) -> str:
        """Host and port as in a URL and in a ``Host`` header: no default port, IPv6 in brackets."""
        host = f"[{self.host.replace('%', '%25')}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.secure] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port of HTTP, for comparing origins and for an ``Origin`` header."""
        return f"{'https' if self.secure else 'http'}://{self.netloc}"

    @property
    def url(self) -> str:
        """The whole URL without credentials."""
        if self.unix_path is not None:
            path = quote(self.unix_path, safe="/-._~")
            return f"{self.scheme}://{path}:{self.resource}"
        return f"{self.scheme}://{self.netloc}{self.resource}"

    @property
    def safe_url(self) -> str:
        """The URL without credentials and without the values of secret query keys."""
        return safe_text(redact_url(self.url))


def parse_url(text: str) -> Endpoint:
    """An endpoint from what a person typed.

    ``host:port/path`` without a scheme becomes ``ws://`` on this machine and ``wss://`` elsewhere;
    ``http(s)://`` becomes ``ws(s)://``.

    Raises:
        ProfileError: one sentence that says what is wrong with it.
    """
    text = text.strip()
    _refuse_unreadable(text)
    unix = _UNIX.fullmatch(text)
    if unix is not None:
        return _unix_endpoint(unix[1].lower(), unix[2], text)
    scheme, rest = _split_scheme(text)
    parts = _AUTHORITY.fullmatch(rest)
    assert parts is not None
    _refuse_fragment(parts["resource"], text)
    userinfo, _, host_and_port = parts["authority"].rpartition("@")
    host, port = _split_host(host_and_port, text)
    username, password = _split_userinfo(userinfo)
    secure = scheme == "wss" if scheme else not _is_loopback(host)
    return Endpoint(
        scheme="wss" if secure else "ws",
        host=host,
        port=_DEFAULT_PORTS[secure] if port is None else port,
        resource=_resource(parts["resource"]),
        secure=secure,
        username=username,
        password=password,
    )


def _shown(text: str) -> str:
    """The input as an error may quote it: one short line, without a password."""
    line = safe_text(redact_url(text))
    return f'"{line}"' if len(line) <= 100 else f'"{line[:99]}…"'


def _refuse_unreadable(text: str) -> None:
    if not text:
        raise ProfileError("The URL is empty: expected something like wss://example.com/path.")
    if len(text) > URL_LIMIT:
        raise ProfileError(f"The URL has {len(text):,} characters: expected at most {URL_LIMIT:,}.")
    for position, character in enumerate(text, 1):
        if character.isspace():
            raise ProfileError(
                f"{_shown(text)}: white space at character {position}: expected a URL without it"
                " (in a path or query write %20)."
            )
        if not character.isprintable():
            raise ProfileError(
                f"{_shown(text)}: an invisible character (U+{ord(character):04X}) at character"
                f" {position}: expected a URL without control characters."
            )
    if "\\" in text:
        raise ProfileError(f"{_shown(text)}: expected / in place of a backslash.")


def _refuse_fragment(resource: str, text: str) -> None:
    if "#" in resource:
        raise ProfileError(
            f"{_shown(text)}: a WebSocket URL has no fragment: leave out what starts with #, or write %23"
            " (RFC 6455 §3)."
        )


def _split_scheme(text: str) -> tuple[str, str]:
    """The scheme of WebSocket ("" where none was written) and what follows it."""
    found = _SCHEME.match(text)
    if found is not None:
        scheme = _SCHEMES.get(found[1].lower())
        if scheme is None:
            raise ProfileError(f"{_shown(text)}: expected ws:// or wss://, not {found[1].lower()}://.")
        return scheme, text[found.end() :]
    if text.startswith("://") or _ONE_SLASH.match(text):
        raise ProfileError(f"{_shown(text)}: expected ws:// or wss:// in front of the host.")
    return "", _bare(text)


def _bare(text: str) -> str:
    """What was typed without a scheme: it must at least look like a host."""
    if text.startswith(":") and text[1:2].isdigit():
        return "localhost" + text
    if text.startswith("/"):
        raise ProfileError(f"{_shown(text)} names no host: expected something like wss://example.com/path.")
    if not any(mark in text for mark in ".:/[") and text.lower() != "localhost":
        raise ProfileError(
            f"{_shown(text)} is not a URL: expected ws:// or wss:// and a host, or a host with its port."
        )
    return text


def _split_userinfo(userinfo: str) -> tuple[str | None, str | None]:
    if not userinfo:
        return None, None
    username, _, password = userinfo.partition(":")
    return unquote(username), unquote(password)


def _split_host(text: str, whole: str) -> tuple[str, int | None]:
    if text.startswith("["):
        inside, bracket, after = text[1:].partition("]")
        if not bracket or (after and not after.startswith(":")):
            raise ProfileError(f"{_shown(whole)}: expected an IPv6 address in brackets, as in [::1]:8080.")
        return _ipv6(inside, whole), _port(after[1:], whole)
    if text.count(":") > 1:
        raise ProfileError(
            f"{_shown(whole)}: more than one colon in the host: an IPv6 address goes in brackets,"
            " as in [::1]:8080."
        )
    host, _, port = text.partition(":")
    return _host_name(host, whole), _port(port, whole)


def _ipv6(text: str, whole: str) -> str:
    address, _, zone = unquote(text).partition("%")
    try:
        compressed = ipaddress.IPv6Address(address).compressed
    except ValueError:
        raise ProfileError(f"{_shown(whole)}: expected an IPv6 address between the brackets.") from None
    if zone and not re.fullmatch(r"[A-Za-z0-9._~-]+", zone):
        raise ProfileError(f"{_shown(whole)}: expected the name of a network interface after %25.")
    return f"{compressed}%{zone}" if zone else compressed


def _port(text: str, whole: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ProfileError(f"{_shown(whole)}: expected a port from 1 to 65535 after the host's colon.")
    return int(text)


def _host_name(text: str, whole: str) -> str:
    host = unquote(text)
    if not host:
        raise ProfileError(f"{_shown(whole)} names no host: expected something like wss://example.com/path.")
    if not host.isascii():
        host = _idna(host, whole)
    if len(host) > 254 or not _HOST_NAME.fullmatch(host) or _is_wrong_ipv4(host):
        raise ProfileError(f"{_shown(whole)}: expected a host name or an IP address after the scheme.")
    return host.lower()


def _idna(host: str, whole: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise ProfileError(
            f"{_shown(whole)}: the host has characters that no domain name can have (IDNA)."
        ) from None


def _is_wrong_ipv4(host: str) -> bool:
    labels = host.rstrip(".").split(".")
    if len(labels) != 4 or not all(label.isdigit() for label in labels):
        return False
    return any(int(label) > 255 for label in labels)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _resource(text: str) -> str:
    """Path and query, never empty, in ASCII (RFC 6455 §3: resource-name)."""
    if not text.startswith("/"):
        text = "/" + text
    return quote(text, safe=RESOURCE_SAFE)


def _unix_endpoint(scheme: str, rest: str, whole: str) -> Endpoint:
    """``ws+unix:///path/of.sock:/resource``: the first ``:/`` parts the two."""
    path, colon, resource = rest.partition(":/")
    if not path.startswith("/") or path == "/":
        raise ProfileError(
            f"{_shown(whole)}: expected the absolute path of a socket, as in {scheme}:///run/app.sock:/path."
        )
    _refuse_fragment(resource, whole)
    unix_path = unquote(path)
    if "\0" in unix_path or len(unix_path.encode("utf-8", "surrogateescape")) > _SUN_PATH_BYTES:
        raise ProfileError(
            f"{_shown(whole)}: expected a socket's path of at most {_SUN_PATH_BYTES} bytes without NUL."
        )
    secure = scheme.startswith("wss")
    return Endpoint(
        scheme=scheme,
        host="localhost",
        port=_DEFAULT_PORTS[secure],
        resource=_resource("/" + resource if colon else "/"),
        secure=secure,
        unix_path=unix_path,
    )
