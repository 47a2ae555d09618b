"""Endpoints that behave: an echo, a ticker, a flood, fragments, compression."""

import asyncio
import time
from collections import deque
from functools import cache

from wstui.lab.frames import CONTINUATION, TEXT, encode_frame
from wstui.lab.peer import Peer, compact_json, first_of
from wstui.lab.registry import fault

FLOOD_MESSAGE_BYTES = 100
_FLOOD_PER_CHUNK = 640
_FLOOD_CHUNKS = 16


@fault(
    "echo",
    "sends every message back, answers every ping",
    "Each message comes back as it was. Nothing ends the connection but you.",
)
async def echo(peer: Peer) -> None:
    """The plain case, against which every other fault is read."""
    await peer.echo_forever()


@fault(
    "ticker",
    "a JSON tick every 100 ms and nothing else",
    "A steady stream with consecutive numbers: a gap in them would be a lost message.",
)
async def ticker(peer: Peer, *, every_s: float = 0.1) -> None:
    """For looking at gaps and at live tail."""

    async def ticks() -> None:
        number = 0
        while True:
            number += 1
            await peer.text(compact_json({"type": "tick", "n": number, "t": time.time_ns() // 1_000_000}))
            await asyncio.sleep(every_s)

    await first_of(ticks(), peer.echo_forever())


@fault(
    "flood",
    "100-byte JSON messages as fast as the client takes them",
    "The rate is the client's: it is held back through TCP alone. Pings are still answered, behind"
    " what is already on its way.",
)
async def flood(peer: Peer, *, messages: float = 0) -> None:
    """``messages`` bounds it (rounded up to whole chunks); 0: endless."""

    async def pump() -> None:
        chunks = deque(flood_chunks())
        sent = 0
        while not messages or sent < messages:
            peer.write(chunks[0])
            chunks.rotate(-1)
            sent += _FLOOD_PER_CHUNK
            await peer.drain()
        await asyncio.get_running_loop().create_future()

    await first_of(pump(), peer.echo_forever())


@cache
def flood_chunks() -> tuple[bytes, ...]:
    """Prebuilt frames, some 64 KiB each: making them must not be what is measured."""
    frames = [
        encode_frame(TEXT, _flood_message(number)) for number in range(_FLOOD_PER_CHUNK * _FLOOD_CHUNKS)
    ]
    return tuple(
        b"".join(frames[start : start + _FLOOD_PER_CHUNK])
        for start in range(0, len(frames), _FLOOD_PER_CHUNK)
    )


def _flood_message(number: int) -> bytes:
    head = f'{{"type":"flood","n":{number},"pad":"'
    return f'{head}{"." * (FLOOD_MESSAGE_BYTES - len(head) - 2)}"}}'.encode()


@fault(
    "fragments",
    "echoes in fragments of 5 bytes, with a ping between them",
    "One message arrives as several frames, and control frames arrive in the middle of it, as RFC 6455"
    " §5.4 allows.",
)
async def fragments(peer: Peer, *, size: float = 5) -> None:
    """Legal, and rarely tested by clients."""
    async for message in peer.messages():
        step = max(1, int(size))
        parts = [message.payload[at : at + step] for at in range(0, len(message.payload), step)] or [b""]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            peer.write(encode_frame(CONTINUATION if number else message.opcode, part, fin=last))
            if not last:
                peer.ping(b"between-%d" % number)
            await peer.drain()


@fault(
    "deflate",
    "echoes with permessage-deflate, where the client offers it",
    "Payload and wire size differ: send a repetitive message twice, and the second is nearly free,"
    " for the server keeps its compression context.",
    accepts=False,
)
async def deflate(peer: Peer) -> None:
    """RFC 7692."""
    peer.accept(deflate=True)
    await peer.echo_forever()
