"""Servers to build scenarios from: raw TCP, and the lab's peer over it."""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from wstui.lab.frames import ClientMistake
from wstui.lab.handshake import BadRequest, read_request
from wstui.lab.peer import Ended, Peer

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def tcp_server(connected: Connected, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a free port of this machine; gives the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await connected(reader, writer)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def peer_server(
    handle: Callable[[Peer], Awaitable[None]],
    *,
    headers: tuple[tuple[str, str], ...] = (),
    accepts: bool = True,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[str]:
    """A server that runs a coroutine for each client; gives the URL."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(BadRequest, Ended, ClientMistake):
            peer = Peer(reader, writer, await read_request(reader))
            if accepts:
                peer.accept(headers or (("Server", ""),))
            await handle(peer)

    async with tcp_server(connected, tls) as port:
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/ws"


async def port_opens(port: int, within_s: float = 10.0) -> None:
    """Wait until somebody listens there."""
    async with asyncio.timeout(within_s):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.02)


def free_port() -> int:
    """A port that was free a moment ago, for programs that cannot be given 0."""
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def program(*words: str, **options: object):
    """A program that runs meanwhile and is stopped at the end."""
    process = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **options,  # type: ignore[call-overload]
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
