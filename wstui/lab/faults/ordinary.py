"""Endpoints that behave: an echo, a lively feed, a flood, fragments, compression."""

import asyncio
import json
import random
import time
from collections import deque
from functools import cache
from typing import Any

from wstui.lab.frames import CONTINUATION, TEXT, encode_frame
from wstui.lab.peer import Message, Peer, first_of
from wstui.lab.registry import fault

FLOOD_MESSAGE_BYTES = 100
_FLOOD_PER_CHUNK = 640
_FLOOD_CHUNKS = 16

_PRICES = {"BTCUSDT": 64211.37, "ETHUSDT": 3127.45, "SOLUSDT": 148.62, "ADAUSDT": 0.4471}
_LATE_EVERY = 11
"""About one pong in so many of the demo is late."""


@fault(
    "echo",
    "sends every message back, answers every ping",
    "Each message comes back as it was. Nothing ends the connection but you.",
)
async def echo(peer: Peer) -> None:
    """The plain case, against which every other fault is read."""
    await peer.echo_forever()


@fault(
    "demo",
    "a lively price feed: trades, subscriptions, pings each 5 s, pongs with some latency",
    'Trades arrive about ten times a second. Send {"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":1}'
    " and more of them do. Pongs take 20 ms, now and then much longer: watch the heartbeat graph.",
)
async def demo(
    peer: Peer,
    *,
    every_s: float = 0.1,
    ping_every_s: float = 5.0,
    latency_s: float = 0.02,
    late_s: float = 0.18,
) -> None:
    """What ``wstui demo`` shows."""
    feed = _Feed()
    luck = random.Random()  # noqa: S311 - scenery

    def answer_ping(payload: bytes) -> None:
        late = late_s * luck.uniform(0.7, 1.3) if luck.randrange(_LATE_EVERY) == 0 else 0.0
        peer.pong_later(payload, latency_s * luck.uniform(0.5, 1.5) + late)

    peer.answer_ping = answer_ping
    hint = '{"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":1}'
    await peer.text(_compact({"type": "welcome", "service": "wstui demo", "try": hint}))
    await first_of(
        _trades(peer, feed, luck, every_s), _server_pings(peer, ping_every_s), _subscriptions(peer, feed)
    )


class _Feed:
    """What one client of the demo is subscribed to, and where the prices are."""

    def __init__(self) -> None:
        self.streams = ["btcusdt@trade"]
        self.prices = dict(_PRICES)
        self._trade_id = 0

    def trade(self, luck: random.Random) -> str | None:
        """The next trade, of a stream that is subscribed to."""
        symbols = [stream.partition("@")[0].upper() for stream in self.streams]
        known = [symbol for symbol in symbols if symbol in self.prices]
        if not known:
            return None
        symbol = luck.choice(known)
        self.prices[symbol] *= 1 + luck.gauss(0, 0.0001)
        self._trade_id += 1
        digits = 2 if self.prices[symbol] > 10 else 4
        return _compact(
            {
                "e": "trade",
                "E": time.time_ns() // 1_000_000,
                "s": symbol,
                "t": self._trade_id,
                "p": f"{self.prices[symbol]:.{digits}f}",
                "q": f"{luck.expovariate(8):.5f}",
                "m": luck.random() < 0.5,
            }
        )

    def request(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to a subscription request."""
        number = message.get("id")
        method = message.get("method")
        names = message.get("params", [])
        if method == "LIST_SUBSCRIPTIONS":
            return {"result": self.streams, "id": number}
        if method not in ("SUBSCRIBE", "UNSUBSCRIBE"):
            return {"error": {"code": 2, "msg": "unknown method"}, "id": number}
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            return {"error": {"code": 3, "msg": "params: expected a list of streams"}, "id": number}
        unknown = [name for name in names if name.partition("@")[0].upper() not in _PRICES]
        if unknown:
            return {"error": {"code": 4, "msg": f"unknown stream {unknown[0][:40]}"}, "id": number}
        self.streams = [stream for stream in self.streams if stream not in names]
        self.streams += dict.fromkeys(names) if method == "SUBSCRIBE" else []
        return {"result": None, "id": number}


async def _trades(peer: Peer, feed: _Feed, luck: random.Random, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s * luck.uniform(0.6, 1.4))
        trade = feed.trade(luck)
        if trade is not None:
            await peer.text(trade)


async def _server_pings(peer: Peer, every_s: float) -> None:
    number = 0
    while True:
        await asyncio.sleep(every_s)
        number += 1
        peer.ping(b"demo-%d" % number)


async def _subscriptions(peer: Peer, feed: _Feed) -> None:
    async for message in peer.messages():
        answer = _reply(message, feed)
        if answer is None:
            await peer.echo(message)
        else:
            await peer.text(_compact(answer))


def _reply(message: Message, feed: _Feed) -> dict[str, Any] | None:
    """The answer to a request; None for what is no JSON object with a method (it is echoed)."""
    if message.opcode != TEXT:
        return None
    try:
        request = json.loads(message.text)
    except (ValueError, RecursionError):
        return None
    return feed.request(request) if isinstance(request, dict) and "method" in request else None


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


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
            await peer.text(_compact({"type": "tick", "n": number, "t": time.time_ns() // 1_000_000}))
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
