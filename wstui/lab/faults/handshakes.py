"""Endpoints that never become a WebSocket, each in its own way."""

import asyncio

from wstui.lab.peer import Peer
from wstui.lab.registry import fault

_JSON = ("Content-Type", "application/json")
_HTML = ("Content-Type", "text/html; charset=utf-8")


@fault(
    "refuse-401",
    "refuses the upgrade with 401 and a JSON body",
    "Credentials are missing or wrong. Browsers hide all of this; here status, headers and body are kept.",
    accepts=False,
)
async def refuse_401(peer: Peer) -> None:
    """RFC 6455 §4.2.2 lets a server ask for authentication."""
    headers = [("WWW-Authenticate", 'Bearer realm="lab", error="invalid_token"'), _JSON]
    await peer.respond(401, "Unauthorized", headers, '{"error":"invalid_token","hint":"it has expired"}')


@fault(
    "refuse-403",
    "refuses the upgrade with 403, as for a wrong Origin",
    "Many servers check the Origin header against a list: try another origin.",
    accepts=False,
)
async def refuse_403(peer: Peer) -> None:
    """RFC 6455 §10.2."""
    origin = peer.request.headers.get("origin", "")
    told = f"origin {origin!r} is not allowed\n" if origin else "an Origin header is required\n"
    await peer.respond(403, "Forbidden", [("Content-Type", "text/plain; charset=utf-8")], told)


@fault(
    "refuse-503",
    "refuses the upgrade with 503 and Retry-After: 5",
    "Overloaded or starting: the server says itself when to come again.",
    accepts=False,
)
async def refuse_503(peer: Peer) -> None:
    """RFC 9110 §10.2.3."""
    headers = [("Retry-After", "5"), ("Content-Type", "text/plain; charset=utf-8")]
    await peer.respond(503, "Service Unavailable", headers, "no backend is ready\n")


@fault(
    "html-200",
    "answers with a web page in place of an upgrade",
    "The path is wrong, or a proxy does not pass the Upgrade header on.",
    accepts=False,
)
async def html_200(peer: Peer) -> None:
    """The most common misconfiguration."""
    page = "<!doctype html><title>Welcome</title><h1>It works!</h1>\n"
    await peer.respond(200, "OK", [_HTML], page)


@fault(
    "redirect",
    "redirects to /echo of the same server",
    "A client may follow (RFC 6455 §4.1); most do not, and credentials must not follow to another origin.",
    accepts=False,
)
async def redirect(peer: Peer) -> None:
    """302 with a relative location."""
    await peer.respond(302, "Found", [("Location", "/echo")], "")


@fault(
    "redirect-loop",
    "redirects to itself, for ever",
    "A client that follows redirects must stop at some number of them.",
    accepts=False,
)
async def redirect_loop(peer: Peer) -> None:
    """Each answer leads to the next."""
    await peer.respond(302, "Found", [("Location", "/redirect-loop")], "")


@fault(
    "bad-accept",
    "answers 101 with a wrong Sec-WebSocket-Accept",
    "The client must fail the connection (RFC 6455 §4.1): a cache or a broken server answered.",
    accepts=False,
)
async def bad_accept(peer: Peer) -> None:
    """The accept key of another request."""
    peer.accept(key="s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    await peer.echo_forever()


@fault(
    "wrong-subprotocol",
    "chooses a subprotocol that was not offered",
    "The client must fail the connection (RFC 6455 §4.1).",
    accepts=False,
)
async def wrong_subprotocol(peer: Peer) -> None:
    """A server that knows only its own."""
    peer.accept(subprotocol="lab.never-offered")
    await peer.echo_forever()


@fault(
    "not-http",
    "answers with an SSH banner",
    "Another service listens on that port: what came is kept.",
    accepts=False,
)
async def not_http(peer: Peer) -> None:
    """What a wrong port gives."""
    peer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    await peer.drain()
    await peer.finish()


@fault(
    "no-answer",
    "takes the request and never answers it",
    "TCP works, HTTP does not: the open timeout ends it.",
    accepts=False,
)
async def no_answer(peer: Peer) -> None:
    """A backend that hangs."""
    while True:
        await peer.next_frame()


@fault(
    "slow-open",
    "answers the upgrade after 3 s",
    "The phases of dialling show where the time went: not name, not TCP, not TLS.",
    accepts=False,
)
async def slow_open(peer: Peer, *, after_s: float = 3.0) -> None:
    """A cold start."""
    await asyncio.sleep(after_s)
    peer.accept()
    await peer.echo_forever()
