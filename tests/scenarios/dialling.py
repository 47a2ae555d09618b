"""Connections that never open: names, ports, TLS, HTTP."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trustme

from tests.scenarios.model import peer_scenario, scenario
from tests.scenarios.servers import free_port, peer_server, tcp_server
from wstui.lab.peer import Peer

QUICK = ("--open-timeout", "2")


def _refusal(status: int, reason: str, *headers: tuple[str, str], body: str = ""):
    async def handle(peer: Peer) -> None:
        await peer.respond(status, reason, headers, body)

    return handle


REJECTED = "handshake_rejected_http"
for _name, _cause, _also, _handle in (
    ("http-400", REJECTED, (), _refusal(400, "Bad Request")),
    ("http-401", REJECTED, ("policy_or_auth",), _refusal(401, "Unauthorized", ("WWW-Authenticate", "Basic"))),
    ("http-404", REJECTED, ("handshake_not_websocket",), _refusal(404, "Not Found")),
    ("http-426", REJECTED, ("handshake_not_websocket",),
     _refusal(426, "Upgrade Required", ("Upgrade", "h2c"))),
    ("http-429-date", REJECTED, ("overloaded_try_again",),
     _refusal(429, "Too Many Requests", ("Retry-After", "Wed, 21 Oct 2037 07:28:00 GMT"))),
    ("http-500", REJECTED, ("internal_server_error",), _refusal(500, "Internal Server Error")),
    ("http-503-full", "overloaded_try_again", ("backend_unavailable", REJECTED),
     _refusal(503, "Service Unavailable", ("Retry-After", "5"))),
    ("http-504", "backend_unavailable", (REJECTED,), _refusal(504, "Gateway Timeout")),
    ("http-200", "handshake_not_websocket", (REJECTED,), _refusal(200, "OK", body="<h1>It works!</h1>")),
    ("redirect-loop", "redirected", (REJECTED,), _refusal(302, "Found", ("Location", "/ws"))),
):  # fmt: skip
    peer_scenario(_name, _cause, also=_also, accepts=False)(_handle)


@peer_scenario("accept-key-of-another", "handshake_bad_accept", accepts=False)
async def _bad_accept(peer: Peer) -> None:
    peer.accept(key="s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    await asyncio.sleep(1)


@peer_scenario(
    "subprotocol-of-its-own", "subprotocol_mismatch", accepts=False, options=("--subprotocol", "a")
)
async def _subprotocol(peer: Peer) -> None:
    peer.accept(subprotocol="b")
    await asyncio.sleep(1)


@peer_scenario("hangs-before-101", "connect_timeout", accepts=False, options=QUICK)
async def _hangs(peer: Peer) -> None:
    await asyncio.sleep(20)


@peer_scenario("reset-before-101", "connection_reset", accepts=False)
async def _reset(peer: Peer) -> None:
    peer.reset()


@scenario("speaks-smtp", "handshake_not_websocket")
@asynccontextmanager
async def _smtp(_folder: Path) -> AsyncIterator[str]:
    async def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await asyncio.sleep(1)

    async with tcp_server(connected) as port:
        yield f"ws://127.0.0.1:{port}/ws"


@scenario("nobody-listens", "connection_refused")
@asynccontextmanager
async def _refused(_folder: Path) -> AsyncIterator[str]:
    yield f"ws://127.0.0.1:{free_port()}/ws"


async def _echo(peer: Peer) -> None:
    await peer.echo_forever()


def _context(name: str, folder: Path | None = None) -> ssl.SSLContext:
    """A certificate for a name; with a folder its authority is written to ``ca.pem`` there."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if folder is not None:
        authority.cert_pem.write_to_path(folder / "ca.pem")
    return context


@scenario("certificate-unknown", "tls_untrusted")
@asynccontextmanager
async def _untrusted(_folder: Path) -> AsyncIterator[str]:
    async with peer_server(_echo, tls=_context("127.0.0.1")) as url:
        yield url


@scenario("certificate-of-another", "tls_hostname", options=("--ca", "{folder}/ca.pem"))
@asynccontextmanager
async def _hostname(folder: Path) -> AsyncIterator[str]:
    async with peer_server(_echo, tls=_context("ws.example.com", folder)) as url:
        yield url


@scenario("client-certificate-wanted", "tls_failure", options=("--ca", "{folder}/ca.pem"))
@asynccontextmanager
async def _client_certificate(folder: Path) -> AsyncIterator[str]:
    context = _context("127.0.0.1", folder)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(str(folder / "ca.pem"))
    async with peer_server(_echo, tls=context) as url:
        yield url


@scenario("tls-on-a-plain-port", "handshake_not_websocket", also=("tls_failure", REJECTED), options=QUICK)
@asynccontextmanager
async def _plain(_folder: Path) -> AsyncIterator[str]:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await asyncio.sleep(0.2)

    async with tcp_server(connected) as port:
        yield f"wss://127.0.0.1:{port}/ws"


@scenario(
    "plain-on-a-tls-port", "handshake_not_websocket", also=("connection_reset", REJECTED), options=QUICK
)
@asynccontextmanager
async def _tls(_folder: Path) -> AsyncIterator[str]:
    async with peer_server(_echo, tls=_context("127.0.0.1")) as url:
        yield url.replace("wss://", "ws://")
