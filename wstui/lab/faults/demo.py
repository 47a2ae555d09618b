"""The demo: a price feed that shows in a minute and a half what wstui is for.

The same each time: trades, subscriptions, pings of both sides, late pongs, one that never comes, and in
the end a pause in which the server's idle timer fires, though every ping is answered.
"""

import asyncio
import json
import random
import time
from typing import Any

from wstui.lab.frames import TEXT
from wstui.lab.peer import Message, Peer, compact_json, first_of
from wstui.lab.registry import fault

_PRICES = {"BTCUSDT": 64211.37, "ETHUSDT": 3127.45, "SOLUSDT": 148.62, "ADAUSDT": 0.4471}
_SEED = 7
"""Prices and delays are scenery, but the same scenery for everybody."""

_LATE_EVERY, _FIRST_LATE = 9, 4
"""Of the client's pings the fourth, the thirteenth and so on are answered late …"""

_MISSED_EVERY, _MISSED = 40, (10, 11, 12)
"""… and the tenth, the fiftieth and so on never; nor the two after it, or theirs would answer it as well
(RFC 6455 §5.5.3)."""


@fault(
    "demo",
    "a price feed: trades, subscriptions, pings, late pongs, a missed one; quiet and closed after a minute",
    'Send {"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":1} and more trades come. Every ninth pong is'
    " late, the tenth to the twelfth are missing. After a minute the market pauses: who says nothing for 15 s"
    " is closed with 1000, for this server's idle timer does not count pings.",
)
async def demo(
    peer: Peer,
    *,
    every_s: float = 0.2,
    ping_every_s: float = 5.0,
    latency_s: float = 0.02,
    late_s: float = 0.18,
    open_s: float = 60.0,
    idle_s: float = 15.0,
) -> None:
    """What ``wstui demo`` shows. ``open_s``: until the market pauses; ``idle_s``: the patience after that."""
    peer.answer_ping = _Pongs(peer, latency_s, late_s).answer
    feed = _Feed()
    await peer.text(compact_json(_WELCOME))
    requests = asyncio.Event()
    listening = _subscriptions(peer, feed, requests)
    await first_of(listening, _days(peer, feed, requests, (every_s, ping_every_s, open_s, idle_s)))
    await peer.close(1000)


_WELCOME = {
    "type": "welcome",
    "service": "wstui demo",
    "try": {"method": "SUBSCRIBE", "params": ["ethusdt@trade"], "id": 1},
}


class _Pongs:
    """Answers the client's pings by their number: at once, late, or never."""

    def __init__(self, peer: Peer, latency_s: float, late_s: float) -> None:
        self._peer = peer
        self._latency_s, self._late_s = latency_s, late_s
        self._luck = random.Random(_SEED)  # noqa: S311 - scenery
        self._number = 0

    def answer(self, payload: bytes) -> None:
        """Answer a ping, or leave it."""
        self._number += 1
        delay_s = self._latency_s * self._luck.uniform(0.5, 1.5)
        if self._number % _LATE_EVERY == _FIRST_LATE:
            delay_s += self._late_s
        if self._number % _MISSED_EVERY not in _MISSED:
            self._peer.pong_later(payload, delay_s)


class _Feed:
    """What one client is subscribed to, and where the prices are."""

    def __init__(self) -> None:
        self.streams = ["btcusdt@trade"]
        self.prices = dict(_PRICES)
        self.luck = random.Random(_SEED)  # noqa: S311 - scenery
        self._trade_id = 0

    def trade(self) -> str | None:
        """The next trade, of a stream that is subscribed to."""
        symbols = [stream.partition("@")[0].upper() for stream in self.streams]
        known = [symbol for symbol in symbols if symbol in self.prices]
        if not known:
            return None
        symbol = self.luck.choice(known)
        self.prices[symbol] *= 1 + self.luck.gauss(0, 0.0001)
        self._trade_id += 1
        digits = 2 if self.prices[symbol] > 10 else 4
        return compact_json(
            {
                "s": symbol,
                "p": f"{self.prices[symbol]:.{digits}f}",
                "e": "trade",
                "q": f"{self.luck.expovariate(8):.5f}",
                "t": self._trade_id,
                "E": time.time_ns() // 1_000_000,
                "m": self.luck.random() < 0.5,
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


async def _days(
    peer: Peer, feed: _Feed, requests: asyncio.Event, times_s: tuple[float, float, float, float]
) -> None:
    """Trading and pauses in turn, until a pause in which the client says nothing."""
    every_s, ping_every_s, open_s, idle_s = times_s
    while True:
        await _while_open(peer, feed, every_s, ping_every_s, open_s)
        requests.clear()
        await peer.text(compact_json({"type": "pause", "idle_s": idle_s, "msg": _PAUSE.format(idle_s)}))
        try:
            async with asyncio.timeout(idle_s):
                await requests.wait()
        except TimeoutError:
            return


_PAUSE = "The market pauses. Say anything and it goes on; say nothing for {:g} s and this server closes."


async def _while_open(peer: Peer, feed: _Feed, every_s: float, ping_every_s: float, open_s: float) -> None:
    try:
        async with asyncio.timeout(open_s):
            await first_of(_trades(peer, feed, every_s), _server_pings(peer, ping_every_s))
    except TimeoutError:
        return


async def _trades(peer: Peer, feed: _Feed, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s * feed.luck.uniform(0.5, 1.5))
        trade = feed.trade()
        if trade is not None:
            await peer.text(trade)


async def _server_pings(peer: Peer, every_s: float) -> None:
    number = 0
    while True:
        await asyncio.sleep(every_s)
        number += 1
        peer.ping(b"demo-%d" % number)


async def _subscriptions(peer: Peer, feed: _Feed, requests: asyncio.Event) -> None:
    async for message in peer.messages():
        requests.set()
        answer = _reply(message, feed)
        if answer is None:
            await peer.echo(message)
        else:
            await peer.text(compact_json(answer))


def _reply(message: Message, feed: _Feed) -> dict[str, Any] | None:
    """The answer to a request; None for what is no JSON object with a method (it is echoed)."""
    if message.opcode != TEXT:
        return None
    try:
        request = json.loads(message.text)
    except (ValueError, RecursionError):
        return None
    return feed.request(request) if isinstance(request, dict) and "method" in request else None
