"""Following a redirect of the opening handshake, without giving secrets to somebody else.

Source: RFC 9110 §15.4; Fetch §4.4 (credentials are dropped on another origin).
"""

from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from wstui.events import ErrorCode, safe_text
from wstui.profiles import Auth, Endpoint, Profile, ProfileError, is_secret_name, parse_url
from wstui.wire.phases import DialError


class Hop(NamedTuple):
    """Where to dial next, and with which settings."""

    endpoint: Endpoint
    profile: Profile
    credentials_dropped: list[str]
    """What did not follow to another origin."""


def next_hop(endpoint: Endpoint, profile: Profile, location: str) -> Hop:
    """Where a ``Location`` leads from ``endpoint``.

    Raises:
        DialError: it leads nowhere, or out of TLS.
    """
    target = _target(endpoint, location)
    if endpoint.secure and not target.secure:
        raise _bad(location, "leads from TLS to an unprotected connection, which is not followed")
    if _same_origin(endpoint, target):
        known = replace(target, username=endpoint.username, password=endpoint.password)
        return Hop(known, profile, [])
    stripped, dropped = _without_credentials(endpoint, profile)
    return Hop(target, stripped, dropped)


def _target(endpoint: Endpoint, location: str) -> Endpoint:
    text = location.partition("#")[0].strip()
    base = f"{endpoint.origin}{endpoint.resource}"
    try:
        absolute = urljoin(base, text)
        parts = urlsplit(absolute)
        target = parse_url(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl())
    except (ProfileError, ValueError):
        raise _bad(location, "is not a URL that can be dialled") from None
    if target.unix_path is not None or parts.scheme.lower() not in {"http", "https", "ws", "wss"}:
        raise _bad(location, "is not a URL that can be dialled")
    if endpoint.unix_path is not None and not urlsplit(text).netloc:
        return replace(endpoint, resource=target.resource)
    return target


def _same_origin(one: Endpoint, other: Endpoint) -> bool:
    return (one.origin, one.unix_path) == (other.origin, other.unix_path)


def _without_credentials(endpoint: Endpoint, profile: Profile) -> tuple[Profile, list[str]]:
    """The profile without what identifies us, and the names of what went."""
    dropped = [name for name in profile.headers if is_secret_name(name) or name.lower() == "host"]
    kept = {name: value for name, value in profile.headers.items() if name not in dropped}
    if profile.auth.type != "none" or endpoint.username is not None:
        dropped.append("Authorization")
    if profile.tls.certificate is not None:
        dropped.append("TLS client certificate")
    tls = msgspec.structs.replace(
        profile.tls, certificate=None, key=None, key_password=None, server_name=None
    )
    return msgspec.structs.replace(profile, headers=kept, auth=Auth(), tls=tls), dropped


def _bad(location: str, what: str) -> DialError:
    return DialError(
        ErrorCode.BAD_REDIRECT,
        f"The server redirects to {safe_text(location[:200])}, which {what}.",
        received=location[:2000],
        header="Location",
    )
