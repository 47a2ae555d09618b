"""Heartbeats that somebody waited for, in frames and in messages."""

import asyncio

from tests.scenarios.idle import CHAT, only_read
from tests.scenarios.model import peer_scenario
from wstui.lab.frames import PONG
from wstui.lab.peer import Peer, first_of

MISSED = "keepalive_timeout_server"
WITHHOLD = ("withhold-pongs",)


async def ping_until_missed(peer: Peer, every_s: float, patience_s: float) -> None:
    """Ping; return once a pong is overdue."""
    ponged = asyncio.Event()

    async def listen() -> None:
        while True:
            frame = await peer.next_frame()
            if frame.opcode == PONG:
                ponged.set()
            message = await peer.answer(frame)
            if message is not None:
                await peer.echo(message)

    async def ping() -> None:
        while True:
            await asyncio.sleep(every_s)
            ponged.clear()
            peer.ping(b"k")
            try:
                await asyncio.wait_for(ponged.wait(), patience_s)
            except TimeoutError:
                return

    await first_of(listen(), ping())


@peer_scenario("tornado-1000", MISSED, prevented_by="protocol", clean=True, do=WITHHOLD,
               headers=(("Server", "TornadoServer/6.4"),))  # fmt: skip
async def _tornado(peer: Peer) -> None:
    await ping_until_missed(peer, 1.0, 1.0)
    await peer.close(1000, "ping timed out")


@peer_scenario("jupyter-1005", MISSED, prevented_by="protocol", clean=True, do=WITHHOLD)
async def _jupyter(peer: Peer) -> None:
    await ping_until_missed(peer, 0.7, 1.4)
    await peer.close(None)


@peer_scenario("read-deadline-fin", MISSED, prevented_by="protocol", do=WITHHOLD)
async def _deadline(peer: Peer) -> None:
    await ping_until_missed(peer, 1.2, 0.8)
    await peer.finish()


@peer_scenario("terminate-rst", MISSED, also=("connection_reset",), prevented_by="protocol", do=WITHHOLD)
async def _terminate(peer: Peer) -> None:
    await ping_until_missed(peer, 1.0, 1.0)
    peer.reset()


@peer_scenario("pongs-too-late", MISSED, prevented_by="protocol", clean=True, do=("delay-pongs 1.6", *CHAT))
async def _late(peer: Peer) -> None:
    await ping_until_missed(peer, 0.8, 1.0)
    await peer.close(1011, "keepalive ping timeout")


@peer_scenario(
    "server-answers-late", "keepalive_timeout_client", options=("--ping-every", "0.8", "--ping-timeout", "1")
)
async def _server_late(peer: Peer) -> None:
    peer.answer_ping = lambda payload: peer.pong_later(payload, 1.9)
    await peer.echo_forever()


@peer_scenario(
    "server-hangs",
    "keepalive_timeout_client",
    options=("--ping-every", "0.8", "--ping-timeout", "1"),
    do=CHAT,
)
async def _server_hangs(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await asyncio.sleep(20)


@peer_scenario(
    "app-ping-unanswered", MISSED, prevented_by="application", clean=True, options=("--ping-every", "0.9")
)
async def _app_ping(peer: Peer) -> None:
    async def asks() -> None:
        for number in range(3):
            await asyncio.sleep(0.8)
            await peer.text(f'{{"type":"ping","ts":{number}}}')
        await asyncio.sleep(0.8)

    await first_of(asks(), only_read(peer, 20))
    await peer.close(1000)


@peer_scenario("app-ping-answered", "server_going_away", clean=True,
               do=('on "ping" send {"type":"pong"}',))  # fmt: skip
async def _app_ping_answered(peer: Peer) -> None:
    async def asks() -> None:
        for number in range(3):
            await asyncio.sleep(0.6)
            await peer.text(f'{{"type":"ping","ts":{number}}}')
        await asyncio.sleep(0.37)

    await first_of(asks(), only_read(peer, 20))
    await peer.close(1001, "shutting down")
