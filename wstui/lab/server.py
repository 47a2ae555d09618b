"""The embedded endpoint: accepts any number of clients and runs a fault for each.

``ws://host:port/`` runs the server's own fault; ``ws://host:port/<fault>?after_s=1`` another of the
table, with settings of that connection alone. So one server is the whole lab. It prints nothing.
"""

import asyncio
import math
import ssl
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from wstui.events import safe_text
from wstui.lab.frames import ClientMistake
from wstui.lab.handshake import REQUEST_LIMIT_BYTES, BadRequest, Request, read_request
from wstui.lab.peer import LINGER_S, Ended, Peer
from wstui.lab.registry import FAULTS, Fault

REQUEST_WITHIN_S = 10.0
LETTING_GO_S = 0.2
"""How long a last Close frame may take to leave when the server stops."""

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - names, not binds

_HOW_TO_UPGRADE = (
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Content-Type", "text/plain; charset=utf-8"),
)


class LabError(Exception):
    """The lab cannot start; the text is one sentence."""


class EndpointServer:
    """Accepts any number of clients, reads their requests, and stops well. Use it with ``async with``.

    What is done with a client is :meth:`attend`, of whoever derives from it.

    Args:
        host: where to listen; this machine alone unless told otherwise.
        port: 0 takes a free one.
        tls: a server's context makes it ``wss://``.

    Raises:
        LabError: (on entering) the port is not to be had.
    """

    NAME = "The lab"
    """What its sentences call it."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.port = port
        self.clients_served = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def attend(self, peer: Peer) -> None:
        """Serve one client, whose request is read; from the answer to the end.

        Raises:
            Ended: the connection is over.
            ClientMistake: the client broke the protocol; it is told so.
        """
        raise NotImplementedError

    def make_peer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> Peer:
        """What stands for a client."""
        return Peer(reader, writer, request)

    @property
    def url(self) -> str:
        """Where to connect."""
        host = _EVERYWHERE.get(self.host, self.host)
        shown = f"[{host}]" if ":" in host else host
        return f"{'wss' if self._tls else 'ws'}://{shown}:{self.port}/"

    @property
    def clients(self) -> int:
        """How many are connected now."""
        return len(self._tasks)

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            LabError: the address or port is not to be had.
        """
        try:
            self._server = await asyncio.start_server(
                self._connected, self.host, self.port, ssl=self._tls, limit=REQUEST_LIMIT_BYTES
            )
        except (OSError, OverflowError) as error:
            what = getattr(error, "strerror", None) or error
            raise LabError(
                f"{self.NAME} cannot listen on {safe_text(self.host)}:{self.port}: {what}."
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop: open connections get 1001, and TCP ends."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(_let_go(writer) for writer in self._writers))

    async def serve_forever(self) -> None:
        """Serve until cancelled."""
        await asyncio.get_running_loop().create_future()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        self._writers.add(writer)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_WITHIN_S):
                request = await read_request(reader)
        except (BadRequest, TimeoutError, OSError):
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        else:
            await self._serve_peer(self.make_peer(reader, writer, request))
        finally:
            writer.close()
            asyncio.get_running_loop().call_later(LINGER_S, self._forget, writer)

    def _forget(self, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        self._writers.discard(writer)

    async def _serve_peer(self, peer: Peer) -> None:
        self.clients_served += 1
        try:
            await self.attend(peer)
        except ClientMistake as mistake:
            with suppress(Ended):
                await (peer.close(mistake.code, mistake.reason) if peer.upgraded else peer.finish())
        except Ended:
            pass
        except asyncio.CancelledError:
            peer.abandon()
            raise


class LabServer(EndpointServer):
    """A WebSocket server that misbehaves on purpose.

    Args:
        fault: a name of :data:`~wstui.lab.registry.FAULTS`.
        host: where to listen; this machine alone unless told otherwise.
        port: 0 takes a free one.
        tls: a server's context makes it ``wss://``.
        speed: divides every duration of the faults.
        settings: of the fault, in place of its defaults.

    Raises:
        LabError: there is no such fault, or (on entering) the port is not to be had.
    """

    def __init__(
        self,
        fault: str = "echo",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        speed: float = 1.0,
        settings: Mapping[str, float] | None = None,
    ) -> None:
        super().__init__(host=host, port=port, tls=tls)
        self.fault = _known_fault(fault)
        self._speed = speed
        self._settings = dict(settings or {})

    def url_of(self, fault: str) -> str:
        """Where to connect for another fault of the table."""
        return f"{self.url}{_known_fault(fault).name}"

    async def attend(self, peer: Peer) -> None:
        """Run the fault that the request names, else the server's own."""
        fault, settings = self._chosen(peer.request)
        if not peer.request.is_upgrade:
            await peer.respond(426, "Upgrade Required", _HOW_TO_UPGRADE, "This is a WebSocket endpoint.\n")
            return
        if fault.accepts:
            peer.accept()
        await fault.run(peer, **fault.scaled(self._speed, settings))

    def _chosen(self, request: Request) -> tuple[Fault, dict[str, float]]:
        """The fault and its changed settings: what the path and the query say, else the server's own."""
        named = FAULTS.get(request.path.strip("/"))
        settings = dict(self._settings) if named in (None, self.fault) else {}
        for name, text in request.query.items():
            with suppress(ValueError):
                settings[name] = _setting(text)
        return named or self.fault, settings


def _known_fault(name: str) -> Fault:
    if name in FAULTS:
        return FAULTS[name]
    raise LabError(f'There is no fault "{safe_text(name)}": expected one of {", ".join(FAULTS)}.')


def _setting(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and 0 <= value <= 1e9):
        raise ValueError(text)
    return value


async def _let_go(writer: asyncio.StreamWriter) -> None:
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(LETTING_GO_S):
            await writer.wait_closed()
    writer.transport.abort()
