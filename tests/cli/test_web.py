"""``wstui web``: the page answers, the program behind it draws, and nobody else's page drives it."""

import asyncio
import signal
import subprocess
import sys

import aiohttp
import pytest

from wstui.cli import web_server


@pytest.fixture
def page(home):
    """The address of a running ``wstui web``."""
    command = [sys.executable, "-m", "wstui", "web"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()


async def test_the_page_answers_and_the_program_draws(page):
    base = page.partition("?")[0]
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as client:
        async with client.get(page) as answer:
            assert answer.status == 200
            assert "textual.js" in await answer.text()
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        origin = base.rstrip("/")
        async with client.ws_connect(f"{base}ws?width=100&height=30", headers={"Origin": origin}) as socket:
            shown = b""
            async with asyncio.timeout(20):
                while b"Recorded sessions" not in shown:
                    shown += await socket.receive_bytes()


@pytest.mark.parametrize(
    ("path", "headers", "says"),
    [
        ("", {}, "holds the key"),
        ("?key=wrong", {}, "holds the key"),
        ("?{key}", {"Host": "evil.example"}, "own names"),
        ("ws?{key}", {}, "own page"),
        ("ws?{key}", {"Origin": "https://evil.example"}, "own page"),
        ("ws", {"Origin": "{origin}"}, "holds the key"),
    ],
)
async def test_nobody_else_comes_in(guarded, path, headers, says):
    base, _, key = guarded.partition("?")
    given = {name: value.format(origin=base.rstrip("/")) for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as client,
        client.get(base + path.format(key=key), headers=given) as got,
    ):
        assert got.status == 403
        assert says in await got.text()


@pytest.fixture
async def guarded():
    """The server within the test; no program is started behind it."""
    from aiohttp import web

    server = web_server.WebServer("false", web_server.listen("127.0.0.1", 0))
    runner = web.AppRunner(await server._make_app())
    await runner.setup()
    await web.SockSite(runner, server._listening).start()
    yield server.url
    await runner.cleanup()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "somewhere.invalid"])
def test_others_are_let_in_only_when_asked(cli, host):
    done = cli("web", "--host", host)
    assert done.status == 2
    assert "--allow-remote" in done.err


def test_what_cannot_be_served_is_a_sentence(cli, monkeypatch):
    taken = web_server.listen("127.0.0.1", 0)
    with taken:
        done = cli("web", "--port", taken.getsockname()[1])
        assert (done.status, "Address already in use" in done.err) == (2, True)
    done = cli("web", "no-such-thing")
    assert done.status == 2
    monkeypatch.setitem(sys.modules, "wstui.cli.web_server", None)
    done = cli("web")
    assert done.status == 2
    assert "pip install 'wstui[web]'" in done.err


@pytest.mark.parametrize(
    ("host", "ours"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback(host, ours):
    assert web_server.is_loopback(host) is ours
