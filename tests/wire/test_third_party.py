"""Servers that we did not write: aiohttp, ws of npm, and nginx in front of aiohttp."""

import asyncio
import contextlib
import json
import shutil

import pytest
from aiohttp import WSCloseCode, WSMsgType, web

from wstui.events import Close, Ping, Send

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextlib.asynccontextmanager
async def aiohttp_server(handler, tls=None):
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def echo(request):
    socket = web.WebSocketResponse(protocols=("chat",))
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            if message.data == "leave":
                await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")
                break
            await socket.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def talk(started):
    """Text, binary, a large message, a ping, and a clean close with a private code."""
    wire, recording = started.wire, started.recording
    wire.send(Send("häagen-dazs".encode()))
    wire.send(Send(bytes(range(256)) * 800, binary=True))
    wire.ping(Ping(b"are you there"))
    assert (await recording.until("text", "received")).payload == "häagen-dazs".encode()
    assert (await recording.until("binary", "received")).size == 204_800
    assert (await recording.until("pong", "received")).payload == b"are you there"
    wire.close(Close(4001, "done"))
    end = await started.end()
    assert end.clean
    assert recording.of("eof", "received")
    return end


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("compression", [False, True])
async def test_aiohttp(attempt, server_tls, ca_file, secure, compression):
    async with aiohttp_server(echo, server_tls() if secure else None) as port:
        started = await attempt(
            {
                "url": f"{'wss' if secure else 'ws'}://localhost:{port}/",
                "tls": {"ca": ca_file},
                "subprotocols": ["chat"],
                "compression": compression,
            }
        ).opened()
        assert started.recording.detail("open")["subprotocol"] == "chat"
        assert bool(started.recording.detail("open")["extensions"]) == compression
        await talk(started)
    if secure:
        assert started.recording.detail("eof")["tls"] == "close_notify"


async def test_aiohttp_leaves(attempt):
    async with aiohttp_server(echo) as port:
        started = await attempt(f"ws://127.0.0.1:{port}/").opened()
        started.wire.send(Send(b"leave"))
        end = await started.end()
    assert (end.clean, end.ended_by) == (True, "server")
    assert end.close_received == {"code": 1001, "reason": "restart"}


async def test_aiohttp_refuses(refused):
    async with aiohttp_server(echo) as port:
        _, error, recording = await refused(f"ws://127.0.0.1:{port}/nothing")
    assert (error["code"], error["status"]) == ("http_status", 404)
    assert "404" in recording.detail("upgrade")["response"]["body"]


@contextlib.asynccontextmanager
async def program(*command, **options):
    """A program that is ended, whatever happens."""
    process = await asyncio.create_subprocess_exec(*command, **options)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 20)


WS_SERVER = """
const { WebSocketServer } = require("ws");
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true });
server.on("listening", () => console.log(JSON.stringify(server.address())));
server.on("connection", (socket) => {
  socket.on("message", (data, binary) => {
    if (data.toString() === "terminate") return socket.terminate();
    if (data.toString() === "leave") return socket.close(4003, "not you");
    socket.send(data, { binary });
  });
});
"""


@pytest.fixture
async def ws_port(node_modules):
    async with program(
        "node",
        "-e",
        WS_SERVER,
        env={"NODE_PATH": node_modules, "PATH": "/usr/bin:/bin:/usr/local/bin"},
        stdout=asyncio.subprocess.PIPE,
    ) as node:
        line = await asyncio.wait_for(node.stdout.readline(), 20)
        yield json.loads(line)["port"]


async def test_ws_of_npm(ws_port, attempt):
    started = await attempt(f"ws://127.0.0.1:{ws_port}/").opened()
    assert started.recording.detail("open")["extensions"] == ["permessage-deflate"]
    end = await talk(started)
    assert end.close_received["code"] == 4001


async def test_ws_of_npm_leaves(ws_port, attempt):
    started = await attempt(f"ws://127.0.0.1:{ws_port}/").opened()
    started.wire.send(Send(b"leave"))
    end = await started.end()
    assert end.close_received == {"code": 4003, "reason": "not you"}
    assert end.clean


async def test_ws_of_npm_terminates(ws_port, attempt):
    started = await attempt(f"ws://127.0.0.1:{ws_port}/").opened()
    started.wire.send(Send(b"terminate"))
    end = await started.end()
    assert not end.clean
    assert started.recording.of("eof", "received") or started.recording.of("reset", "received")


@pytest.fixture
async def nginx(tmp_path):
    """nginx that proxies /ws to aiohttp, /down to nobody, and serves nothing else; on a Unix socket."""
    if NGINX is None:
        pytest.skip("needs nginx")
    listening = tmp_path / "nginx.sock"
    async with aiohttp_server(echo) as backend:
        config = tmp_path / "nginx.conf"
        config.write_text(
            f"""
            daemon off; master_process off; pid {tmp_path}/nginx.pid; error_log stderr;
            events {{}}
            http {{
              access_log off;
              client_body_temp_path {tmp_path}/a; proxy_temp_path {tmp_path}/b;
              fastcgi_temp_path {tmp_path}/c; uwsgi_temp_path {tmp_path}/d; scgi_temp_path {tmp_path}/e;
              proxy_http_version 1.1;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection upgrade;
              server {{
                listen unix:{listening};
                location = /ws {{ proxy_pass http://127.0.0.1:{backend}/; proxy_read_timeout 1s; }}
                location = /plain {{ proxy_set_header Upgrade ""; proxy_pass http://127.0.0.1:{backend}/; }}
                location = /down {{ proxy_pass http://unix:{tmp_path}/nobody.sock; }}
              }}
            }}
            """
        )
        command = (NGINX, "-c", str(config), "-p", str(tmp_path), "-e", "stderr")
        async with program(*command, stderr=asyncio.subprocess.PIPE) as process:
            async with asyncio.timeout(20):
                while not listening.exists():
                    assert process.returncode is None, await process.stderr.read()
                    await asyncio.sleep(0.01)
            yield f"ws+unix://{listening}:"


async def test_through_nginx(nginx, attempt):
    await talk(await attempt(f"{nginx}/ws").opened())


async def test_nginx_ends_a_silent_connection(nginx, attempt):
    """FIN without a Close frame: the mark of a proxy's idle timeout."""
    started = await attempt(f"{nginx}/ws").opened()
    opened_ns = started.recording.of("open")[0].t_ns
    end = await started.end()
    event = started.recording.of("eof", "received")[0]
    assert not end.clean
    assert 0.9e9 < event.t_ns - opened_ns < 10e9


async def test_nginx_without_a_backend(nginx, refused):
    _, error, recording = await refused(f"{nginx}/down")
    assert (error["code"], error["status"]) == ("http_status", 502)
    assert "nginx" in recording.detail("upgrade")["response"]["body"]


async def test_nginx_that_forgets_the_upgrade_header(nginx, refused):
    _, error, _ = await refused(f"{nginx}/plain")
    assert (error["code"], error["status"]) == ("http_status", 400)
