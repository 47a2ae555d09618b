"""Servers and proxies that we did not write; left out, with the reason, where one is not installed."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.scenarios.idle import CHAT
from tests.scenarios.model import Unavailable, scenario
from tests.scenarios.servers import free_port, peer_server, port_opens, program
from wstui.lab.peer import Peer

IDLE = ("idle_timeout_server",)
_PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def installed(name: str) -> str:
    """The path of a program.

    Raises:
        Unavailable: it is not here.
    """
    found = shutil.which(name, path=_PLACES)
    if found is None:
        raise Unavailable(f"{name} is not installed")
    return found


async def _echo(peer: Peer) -> None:
    await peer.echo_forever()


NGINX = """daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {backend}; proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    proxy_read_timeout {timeout}; }} }} }}
"""


@asynccontextmanager
async def nginx(folder: Path, backend: str, timeout: str = "2500ms") -> AsyncIterator[str]:
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, backend=backend, timeout=timeout))
    with program(installed("nginx"), "-p", str(folder), "-c", str(config)):
        await port_opens(port)
        yield f"ws://127.0.0.1:{port}/ws"


@scenario("nginx-read-timeout", "idle_timeout_proxy", also=IDLE, prevented_by="both", do=("send hello",))
@asynccontextmanager
async def _nginx(folder: Path) -> AsyncIterator[str]:
    async with (
        peer_server(_echo) as url,
        nginx(folder, url.replace("ws:", "http:").removesuffix("/ws")) as front,
    ):
        yield front


@scenario("nginx-without-backend", "backend_unavailable", also=("handshake_rejected_http",))
@asynccontextmanager
async def _nginx_502(folder: Path) -> AsyncIterator[str]:
    async with nginx(folder, f"http://127.0.0.1:{free_port()}") as front:
        yield front


HAPROXY = """defaults
  mode http
  timeout connect 1s
  timeout client 2500ms
  timeout server 2500ms
  timeout tunnel {tunnel}
frontend front
  bind 127.0.0.1:{port}
  default_backend back
backend back
  server one 127.0.0.1:{backend}
"""


@asynccontextmanager
async def haproxy(folder: Path, backend: int, tunnel: str = "2500ms") -> AsyncIterator[str]:
    port = free_port()
    config = folder / "haproxy.cfg"
    config.write_text(HAPROXY.format(port=port, backend=backend, tunnel=tunnel))
    with program(installed("haproxy"), "-f", str(config), "-db"):
        await port_opens(port)
        yield f"ws://127.0.0.1:{port}/ws"


def _port(url: str) -> int:
    return int(url.rsplit(":", 1)[1].split("/", maxsplit=1)[0])


@scenario("haproxy-tunnel", "idle_timeout_proxy", also=IDLE, prevented_by="both")
@asynccontextmanager
async def _haproxy(folder: Path) -> AsyncIterator[str]:
    async with peer_server(_echo) as url, haproxy(folder, _port(url)) as front:
        yield front


@scenario("haproxy-without-backend", "backend_unavailable", also=("handshake_rejected_http",))
@asynccontextmanager
async def _haproxy_503(folder: Path) -> AsyncIterator[str]:
    async with haproxy(folder, free_port()) as front:
        yield front


Handler = Callable[..., Awaitable[object]]


@asynccontextmanager
async def aiohttp_server(handle: Handler) -> AsyncIterator[str]:
    try:
        from aiohttp import web
    except ImportError as error:
        raise Unavailable("aiohttp is not installed") from error
    app = web.Application()
    app.router.add_get("/ws", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}/ws"
    finally:
        await runner.cleanup()


@scenario("aiohttp-heartbeat", "keepalive_timeout_server", prevented_by="protocol", do=("withhold-pongs",))
@asynccontextmanager
async def _aiohttp_heartbeat(_folder: Path) -> AsyncIterator[str]:
    async def handle(request: object) -> object:
        from aiohttp import web

        socket = web.WebSocketResponse(heartbeat=1.4)
        await socket.prepare(request)  # type: ignore[arg-type]
        async for message in socket:
            await socket.send_str(str(message.data))
        return socket

    async with aiohttp_server(handle) as url:
        yield url


@scenario("aiohttp-handler-raises", "server_crash", also=("internal_server_error",), do=CHAT)
@asynccontextmanager
async def _aiohttp_raises(_folder: Path) -> AsyncIterator[str]:
    async def handle(request: object) -> object:
        from aiohttp import web

        socket = web.WebSocketResponse()
        await socket.prepare(request)  # type: ignore[arg-type]
        await socket.receive()
        await asyncio.sleep(0.2)
        raise ConnectionError("a bug")

    async with aiohttp_server(handle) as url:
        yield url


@scenario("websockets-keepalive", "keepalive_timeout_server", prevented_by="protocol", clean=True,
          do=("withhold-pongs",))  # fmt: skip
@asynccontextmanager
async def _websockets(_folder: Path) -> AsyncIterator[str]:
    from websockets.asyncio.server import serve

    async def handle(connection):
        async for message in connection:
            await connection.send(message)

    async with serve(handle, "127.0.0.1", 0, ping_interval=1, ping_timeout=1) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
