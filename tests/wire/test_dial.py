"""Dialling up to a TCP connection: every way to fail has its own name."""

import asyncio
import errno
import socket

import pytest

from wstui.events import Abort, Close, CommandRefused, Send
from wstui.wire import resolve as resolve_module


async def test_phases_are_recorded_in_order(serve, attempt, peer):
    server = await serve(peer.echo)
    started = attempt(server.url)
    await started.opened()
    started.wire.close(Close())
    await started.end()
    kinds = started.recording.kinds
    assert kinds[:4] == ["resolve", "tcp", "upgrade", "open"]
    assert started.recording.states[:4] == ["resolve", "tcp", "upgrade", "open"]
    assert all(event.connection == 3 for event in started.recording.events)
    tcp = started.recording.detail("tcp")
    assert tcp["address"] == f"127.0.0.1:{server.port}"
    assert tcp["family"] == "ipv4"
    assert tcp["local_address"].startswith("127.0.0.1:")
    assert all(started.recording.detail(kind)["duration_ns"] >= 0 for kind in kinds[:4])


async def test_times_of_phases_do_not_go_back(serve, attempt, peer):
    server = await serve(peer.echo)
    started = await attempt(server.url).opened()
    times = [event.t_ns for event in started.recording.events]
    assert times == sorted(times)
    assert times[0] >= started.clock.start_ns


async def test_unknown_host(refused, monkeypatch):
    def unknown(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(resolve_module.socket, "getaddrinfo", unknown)
    end, error, recording = await refused("ws://nowhere.invalid/")
    assert error["code"] == "dns_failure"
    assert error["phase"] == "resolve"
    assert error["errno"] == socket.EAI_NONAME
    assert "nowhere.invalid" in error["message"]
    assert recording.detail("resolve")["failed"] is True
    assert end.ended_by == "network"


async def test_silent_name_server(refused, monkeypatch):
    import threading

    answered = threading.Event()

    def silent(*_args, **_options):
        answered.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(resolve_module.socket, "getaddrinfo", silent)
    _, error, _ = await refused({"url": "ws://slow.invalid/", "timeouts": {"open": 0.75}})
    answered.set()
    assert error["code"] == "dns_failure"
    assert error["reason"] == "timeout"


async def test_a_name_that_cannot_be_one(refused, monkeypatch):
    def impossible(*_args, **_options):
        raise UnicodeError("label empty or too long")

    monkeypatch.setattr(resolve_module.socket, "getaddrinfo", impossible)
    _, error, _ = await refused("ws://a.b/")
    assert error["code"] == "dns_failure"


async def test_refused(refused, free_port):
    end, error, recording = await refused(f"ws://127.0.0.1:{free_port}/")
    assert error["code"] == "connection_refused"
    assert error["errno_name"] == "ECONNREFUSED"
    assert error["address"] == f"127.0.0.1:{free_port}"
    attempts = recording.detail("tcp")["failed_attempts"]
    assert attempts[0]["address"] == f"127.0.0.1:{free_port}"
    assert "ECONNREFUSED" in attempts[0]["error"]
    assert end.ended_by == "server"


async def test_connect_timeout(refused, full_backlog):
    end, error, recording = await refused(
        {"url": f"ws://127.0.0.1:{full_backlog}/", "timeouts": {"open": 0.75}}
    )
    assert error["code"] == "connect_timeout"
    assert error["phase"] == "tcp"
    assert recording.detail("tcp")["failed"] is True
    assert end.ended_by == "network"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EHOSTUNREACH, "unreachable"),
        (errno.ENETUNREACH, "unreachable"),
        (errno.ETIMEDOUT, "connect_timeout"),
        (errno.EACCES, "connect_failed"),
    ],
)
async def test_what_the_kernel_says(refused, monkeypatch, number, code):
    async def fail(_sock, _address):
        raise OSError(number, "as the kernel says")

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", fail)
    _, error, _ = await refused("ws://127.0.0.1:9/")
    assert error["code"] == code
    assert error["errno"] == number


async def test_the_next_address_is_tried(serve, attempt, peer, monkeypatch, free_port):
    server = await serve(peer.echo)
    real = socket.getaddrinfo

    def two(_host, _port, **options):
        return real("127.0.0.1", free_port, **options) + real("127.0.0.1", server.port, **options)

    monkeypatch.setattr(resolve_module.socket, "getaddrinfo", two)
    started = await attempt("ws://two.invalid/").opened()
    tcp = started.recording.detail("tcp")
    assert tcp["address"] == f"127.0.0.1:{server.port}"
    assert [each["address"] for each in tcp["failed_attempts"]] == [f"127.0.0.1:{free_port}"]


async def test_ipv6(serve, attempt, peer):
    try:
        server = await serve(peer.echo, host="::1")
    except OSError:
        pytest.skip("no IPv6 on loopback")
    started = await attempt(f"ws://[::1]:{server.port}/").opened()
    tcp = started.recording.detail("tcp")
    assert (tcp["address"], tcp["family"]) == (f"[::1]:{server.port}", "ipv6")


async def test_unix_socket(serve, attempt, peer, tmp_path):
    path = str(tmp_path / "echo.sock")
    await serve(peer.echo, path=path)
    started = await attempt(f"ws+unix://{path}:/chat").opened()
    assert started.recording.kinds[:3] == ["tcp", "upgrade", "open"]
    assert started.recording.detail("tcp")["family"] == "unix"
    assert started.recording.detail("tcp")["address"] == path
    assert started.recording.detail("open")["clock"] == "user"
    assert started.recording.detail("upgrade")["request"]["path"] == "/chat"
    started.wire.send(Send(b"over a file"))
    assert (await started.recording.until("text", "received")).payload == b"over a file"
    started.wire.close(Close())
    assert (await started.end()).clean
    assert "tcp" not in started.recording.detail("eof")


async def test_no_unix_socket(refused, tmp_path):
    _, error, _ = await refused(f"ws+unix://{tmp_path}/none.sock:/")
    assert error["code"] == "connect_failed"
    assert error["errno_name"] == "ENOENT"


async def test_nobody_at_a_unix_socket(refused, tmp_path):
    path = str(tmp_path / "left.sock")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    _, error, _ = await refused(f"ws+unix://{path}:/")
    assert error["code"] == "connection_refused"


@pytest.mark.parametrize("command", [Close(), Abort()])
async def test_giving_up(serve, attempt, peer, command):
    reached = asyncio.Event()

    async def silent(reader, _writer):
        await peer.request(reader)
        reached.set()
        await reader.read()

    server = await serve(silent)
    started = attempt(server.url)
    await reached.wait()
    with pytest.raises(CommandRefused, match="not open yet"):
        started.wire.send(Send(b"too early"))
    (started.wire.close if isinstance(command, Close) else started.wire.abort)(command)
    end = await started.end()
    assert (end.error, end.asked_by_client, end.ended_by) == ("cancelled", True, "client")
    assert started.recording.detail("error")["phase"] == "upgrade"
    assert started.recording.detail("upgrade")["failed"] is True


async def test_giving_up_before_anything(attempt):
    started = attempt("ws://127.0.0.1:9/")
    started.wire.close(Close())
    assert (await started.end()).error == "cancelled"
    assert started.recording.kinds == ["error"]


async def test_cancelling_the_task_closes_the_socket(serve, attempt, peer):
    gone = asyncio.Event()

    async def silent(reader, _writer):
        await peer.request(reader)
        started.task.cancel()
        await reader.read()
        gone.set()

    server = await serve(silent)
    started = attempt(server.url)
    with pytest.raises(asyncio.CancelledError):
        await started.task
    await asyncio.wait_for(gone.wait(), 10)


async def test_a_bug_is_told_and_not_raised(refused, monkeypatch, caplog):
    async def broken(_log, _peer):
        raise ZeroDivisionError

    monkeypatch.setattr("wstui.wire.dial.resolve", broken)
    _, error, _ = await refused("ws://127.0.0.1:9/")
    assert error["code"] == "internal"
    assert "ZeroDivisionError" in error["message"]
    assert "dialling failed" in caplog.text
