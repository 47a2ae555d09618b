"""The page of ``wstui web``: textual-serve's server, with a guard before it.

textual-serve asks nobody who they are: any page in any browser on this machine could open its WebSocket and
drive the program behind it. The guard wants a secret of this run, and on loopback a Host that is loopback
(DNS rebinding); a WebSocket has to come from this very page (RFC 6455 §10.2).
"""

import hmac
import secrets
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

_POLICY = (
    "default-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'"
)
"""Nothing is fetched from elsewhere: the page's own font would be."""
_SHUTDOWN_S = 2.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A bound socket.

    Raises:
        OSError: nobody can listen there.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family)


class WebServer(Server):
    """Serves one command, a process for each page."""

    def __init__(self, command: str, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(command, host, port, title="wstui")
        self._listening = listening
        self._only_here = is_loopback(host)
        self._secret = secrets.token_urlsafe(24)
        self._cookie = f"wstui_{port}"

    @property
    def url(self) -> str:
        """The page's address, with the secret that opens it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/?key={self._secret}"

    def run(self) -> None:
        """Serve until a signal ends it; the programs behind the pages end with it."""
        web.run_app(
            self._make_app(), sock=self._listening, print=None, access_log=None, shutdown_timeout=_SHUTDOWN_S
        )

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: whoever started us has said it."""

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, whose addresses are those by which it was asked for."""
        self.public_url = f"{request.scheme}://{request.host}"
        page: web.StreamResponse = await super().handle_index(request)
        page.set_cookie(self._cookie, self._secret, httponly=True, samesite="Strict")
        return page

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        problem = self._refusal(request)
        if problem:
            raise web.HTTPForbidden(text=f"{problem}\n")
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def _refusal(self, request: web.Request) -> str:
        """Why somebody is turned away; empty for whoever may come in."""
        if self._only_here and not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            return "wstui answers to this machine's own names only."
        if request.path.startswith("/static/"):
            return ""
        origin = request.headers.get("Origin", "")
        if request.path == "/ws" and urlsplit(origin).netloc != request.host:
            return "wstui's WebSocket is for its own page only."
        shown = request.query.get("key") or request.cookies.get(self._cookie, "")
        if not hmac.compare_digest(shown.encode(), self._secret.encode()):
            return "Open the address that wstui web printed: it holds the key."
        return ""
