"""Dialling: from a profile to an open WebSocket connection, phase by phase.

    resolve → tcp → (tls → proxy → resolve) → tls → upgrade → open, or redirect and again

The proxy's own TLS and tunnel come only where there is a proxy. Every phase writes itself down
(:mod:`phases`); one timeout is over all of them, and the error says in which it struck.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from websockets.extensions import Extension

from wstui.events import ErrorCode, Kind
from wstui.profiles import Endpoint, Profile, ProfileError, Tls, parse_url
from wstui.wire.phases import DialError, DialLog, Peer
from wstui.wire.proxy import open_tunnel
from wstui.wire.proxy_settings import ProxySettings, find_proxy
from wstui.wire.reader import DialReader
from wstui.wire.redirect import Hop, next_hop
from wstui.wire.resolve import resolve
from wstui.wire.stream import ByteStream
from wstui.wire.tcp import connect, connect_unix
from wstui.wire.tls_handshake import secure
from wstui.wire.tls_settings import client_context
from wstui.wire.transport import SocketStream
from wstui.wire.upgrade import Redirected, Upgraded, upgrade


@dataclass(frozen=True, slots=True)
class Opened:
    """An open connection, ready to be taken over from its reader."""

    reader: DialReader
    socket: SocketStream
    extensions: Sequence[Extension]
    detail: dict[str, Any]
    """For the ``open`` event."""

    @property
    def stream(self) -> ByteStream:
        """What to write to."""
        return self.reader.stream


class _Line:
    """A connection in the making: the socket, and the reader on the topmost layer so far."""

    def __init__(self, socket: SocketStream) -> None:
        self.socket = socket
        self.reader = DialReader(socket)


async def dial(log: DialLog, environ: Mapping[str, str]) -> Opened:
    """Open a connection to the profile's endpoint.

    Raises:
        DialError: in some phase it failed; whatever was open is closed.
    """
    hop = Hop(_endpoint(log.resolved.profile), log.resolved.profile, [])
    followed = 0
    while True:
        line = await _reach(log, hop, environ)
        try:
            answer = await upgrade(log, line.reader, hop.endpoint, hop.profile)
            if isinstance(answer, Upgraded):
                detail = _open_detail(hop, line.socket, answer)
                return Opened(line.reader, line.socket, answer.extensions, detail)
        except BaseException:
            line.reader.stream.close()
            raise
        line.reader.stream.close()
        followed += 1
        hop = _follow(log, hop, answer, followed)


def _endpoint(profile: Profile) -> Endpoint:
    try:
        return parse_url(profile.url)
    except ProfileError as error:
        raise DialError(ErrorCode.INTERNAL, str(error)) from None


def _follow(log: DialLog, hop: Hop, answer: Redirected, followed: int) -> Hop:
    log.current = Kind.REDIRECT.value
    limit = hop.profile.follow_redirects
    if followed > limit:
        raise DialError(
            ErrorCode.TOO_MANY_REDIRECTS,
            f"The server redirected more often than follow_redirects allows ({limit});"
            " the redirects may go in a circle.",
            status=answer.status,
            received=answer.location,
            header="Location",
        )
    following = next_hop(hop.endpoint, hop.profile, answer.location)
    detail = {"status": answer.status, "location": answer.location, "url": following.endpoint.safe_url}
    log.event(Kind.REDIRECT, detail | {"credentials_dropped": following.credentials_dropped})
    return following


def _open_detail(hop: Hop, socket: SocketStream, answer: Upgraded) -> dict[str, Any]:
    return {
        "url": hop.endpoint.safe_url,
        "subprotocol": answer.subprotocol,
        "extensions": answer.extension_names,
        "clock": socket.clock_source,
        "insecure": hop.endpoint.secure and not hop.profile.tls.verify,
    }


async def _reach(log: DialLog, hop: Hop, environ: Mapping[str, str]) -> _Line:
    """A byte stream to the server itself, secured where the URL says so."""
    endpoint, tls = hop.endpoint, hop.profile.tls
    log.current = Kind.TLS.value
    loop = asyncio.get_running_loop()
    started = loop.time()
    context = client_context(tls) if endpoint.secure else None
    log.deadline += loop.time() - started  # reading our trust store is no time of the server's
    log.current = Kind.PROXY.value
    proxy = find_proxy(hop.profile.proxy.url, endpoint, environ)
    log.current = Kind.RESOLVE.value
    line = await _connect(log, endpoint, proxy)
    try:
        if proxy is not None:
            await _through(log, line, proxy, endpoint, tls)
        if context is not None:
            peer = Peer(endpoint.host, endpoint.port)
            name = tls.server_name or endpoint.host
            identified = tls.certificate is not None
            line.reader = DialReader(
                await secure(log, line.reader, context, peer, name, client_certificate=identified)
            )
    except BaseException:
        line.reader.stream.close()
        raise
    return line


async def _connect(log: DialLog, endpoint: Endpoint, proxy: ProxySettings | None) -> _Line:
    if endpoint.unix_path is not None:
        return _Line(await connect_unix(log, endpoint.unix_path))
    peer = Peer(endpoint.host, endpoint.port) if proxy is None else Peer(proxy.host, proxy.port, "proxy")
    return _Line(await connect(log, peer, await resolve(log, peer)))


async def _through(log: DialLog, line: _Line, proxy: ProxySettings, endpoint: Endpoint, tls: Tls) -> None:
    """Through the proxy to the server.

    Whom to trust holds for the proxy's TLS as well; our client certificate is for the server only.
    """
    if proxy.type == "https":
        ours = msgspec.structs.replace(tls, certificate=None, key=None, key_password=None, alpn=[])
        peer = Peer(proxy.host, proxy.port, "proxy")
        line.reader = DialReader(await secure(log, line.reader, client_context(ours), peer, proxy.host))
    target = Peer(endpoint.host, endpoint.port)
    if not proxy.resolves:
        address = (await resolve(log, target))[0][4][0]
        target = Peer(str(address), endpoint.port)
    await open_tunnel(log, line.reader, proxy, target)
