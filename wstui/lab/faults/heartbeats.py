"""Heartbeats that stop, stumble, or are somebody else's business."""

import asyncio
import json
import random

from wstui.lab.frames import PONG, TEXT
from wstui.lab.peer import Message, Peer, first_of
from wstui.lab.registry import fault


@fault(
    "no-pong",
    "echoes messages but never answers a ping",
    "Every ping is missed though the connection works: RFC 6455 §5.5.2 asks for a pong, and a client"
    " that insists on it closes a healthy connection.",
)
async def no_pong(peer: Peer) -> None:
    """A server whose pongs are lost or forgotten."""
    peer.answer_ping = _ignored
    await peer.echo_forever()


def _ignored(_payload: bytes) -> None:
    return


@fault(
    "slow-pong",
    "answers pings about 600 ms late, echoes at once",
    "Round trips of pings and of messages differ: the server is slow at its pongs, the network is not.",
)
async def slow_pong(peer: Peer, *, delay_s: float = 0.6, jitter_s: float = 0.2) -> None:
    """Compare the ping's round trip with TCP's own."""
    luck = random.Random()  # noqa: S311 - scenery
    peer.answer_ping = lambda payload: peer.pong_later(payload, delay_s + luck.uniform(-jitter_s, jitter_s))
    await peer.echo_forever()


@fault(
    "wrong-pong",
    "answers pings with another payload",
    "A pong must carry the ping's payload (RFC 6455 §5.5.3): these answer nothing, and the pings are missed.",
)
async def wrong_pong(peer: Peer) -> None:
    """Pongs arrive, and none matches."""
    peer.answer_ping = lambda payload: peer.pong(payload[::-1] + b"?")
    await peer.echo_forever()


@fault(
    "server-pings",
    "pings every second and drops a client that misses two",
    "Answer, and it stays open; withhold the pongs, and TCP ends without a Close frame after two of them.",
)
async def server_pings(peer: Peer, *, every_s: float = 1.0, allowed: float = 2) -> None:
    """The server's side of a keepalive."""
    missed = 0

    async def pings() -> None:
        nonlocal missed
        number = 0
        while missed < allowed:
            number += 1
            missed += 1
            peer.ping(b"keepalive-%d" % number)
            await asyncio.sleep(every_s)

    async def traffic() -> None:
        nonlocal missed
        while True:
            frame = await peer.next_frame()
            if frame.opcode == PONG:
                missed = 0
            message = await peer.answer(frame)
            if message is not None:
                await peer.echo(message)

    await first_of(pings(), traffic())
    await peer.finish()


@fault(
    "app-heartbeat",
    'sends {"type":"ping"} every 2 s and wants {"type":"pong"} within 4 s, else closes with 4408',
    "Protocol pings do not help here: the heartbeat is a message, and the application must answer it.",
)
async def app_heartbeat(peer: Peer, *, every_s: float = 2.0, within_s: float = 4.0) -> None:
    """As Socket.IO, Discord, Phoenix and many others."""
    answered = asyncio.Event()

    async def beats() -> None:
        number = 0
        while True:
            await asyncio.sleep(every_s)
            number += 1
            await peer.text(f'{{"type":"ping","n":{number}}}')

    async def patience() -> None:
        await asyncio.sleep(every_s)
        try:
            while True:
                await asyncio.wait_for(answered.wait(), within_s)
                answered.clear()
        except TimeoutError:
            return

    async def traffic() -> None:
        async for message in peer.messages():
            if _is_pong(message):
                answered.set()
            else:
                await peer.echo(message)

    await first_of(beats(), patience(), traffic())
    await peer.close(4408, "heartbeat timeout")


def _is_pong(message: Message) -> bool:
    if message.opcode != TEXT:
        return False
    try:
        value = json.loads(message.text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("type") == "pong"
