"""Which proxy to use: the profile's, or what the environment says, as curl and browsers read it.

``HTTPS_PROXY`` for wss, ``HTTP_PROXY`` for ws, ``ALL_PROXY`` for both, ``NO_PROXY`` for exceptions;
each also in lower case, which wins. This machine itself is never dialled through a proxy from the
environment.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from wstui.events import ErrorCode
from wstui.profiles import Endpoint
from wstui.wire.phases import DialError

ProxyType = Literal["http", "https", "socks4", "socks5"]

_TYPES: Final[dict[str, tuple[ProxyType, bool]]] = {
    "http": ("http", True),
    "https": ("https", True),
    "socks": ("socks5", True),
    "socks5h": ("socks5", True),
    "socks5": ("socks5", False),
    "socks4a": ("socks4", True),
    "socks4": ("socks4", False),
}
"""Scheme -> type, and whether the proxy looks the host name up."""
_PORTS: Final[dict[ProxyType, int]] = {"http": 80, "https": 443, "socks4": 1080, "socks5": 1080}


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """A proxy and where that setting came from."""

    type: ProxyType
    host: str
    port: int
    source: str
    """A variable's name, or ``profile``."""
    resolves: bool = True
    """Whether the proxy looks the host name up, or we."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def find_proxy(url: str, endpoint: Endpoint, environ: Mapping[str, str]) -> ProxySettings | None:
    """The proxy for an endpoint, or None to dial it directly.

    Args:
        url: the profile's ``proxy.url``: empty leaves it to the environment, ``none`` forbids one.
        endpoint: where to.
        environ: the environment.

    Raises:
        DialError: the setting is no proxy's URL.
    """
    if endpoint.unix_path is not None or url == "none":
        return None
    if url:
        return parse_proxy(url, "profile")
    if _is_loopback(endpoint.host) or _is_excepted(endpoint, environ):
        return None
    for name in ("HTTPS_PROXY" if endpoint.secure else "HTTP_PROXY", "ALL_PROXY"):
        for spelling in (name.lower(), name):
            if environ.get(spelling):
                return parse_proxy(environ[spelling], spelling)
    return None


def parse_proxy(url: str, source: str) -> ProxySettings:
    """A proxy's URL; without a scheme it is an HTTP proxy.

    Raises:
        DialError: it is none.
    """
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        kind, resolves = _TYPES[parts.scheme.lower()]
        host, port = parts.hostname, parts.port
    except (ValueError, KeyError):
        host = None
    if not host:
        where = "proxy.url of the profile" if source == "profile" else f"The variable {source}"
        raise DialError(
            ErrorCode.PROXY_UNREACHABLE,
            f"{where} is not the URL of a proxy: expected http://, https://, socks4:// or socks5://"
            " with a host and a port.",
        )
    return ProxySettings(
        type=kind,
        host=host,
        port=port or _PORTS[kind],
        source=source,
        resolves=resolves,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _is_excepted(endpoint: Endpoint, environ: Mapping[str, str]) -> bool:
    """Whether ``NO_PROXY`` names the host: itself, a domain above it, a network around it, or ``*``."""
    listed = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    return any(_names(entry, endpoint) for entry in listed.replace(",", " ").split())


def _names(entry: str, endpoint: Endpoint) -> bool:
    if entry == "*":
        return True
    entry, port = _split_port(entry.lower())
    if port is not None and port != endpoint.port:
        return False
    address = _address(endpoint.host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            return False
    name = entry.removeprefix("*").removeprefix(".").rstrip(".")
    host = endpoint.host.rstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _split_port(entry: str) -> tuple[str, int | None]:
    host, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host, int(port)
    return entry, None
