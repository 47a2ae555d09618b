"""What a matcher costs a message: ``python -m tests.dialects.measure``. No test; prints a table."""

import time
import timeit

from wstui.dialects import Matcher, catalogue

TICKER = b'{"type":"ticker","product_id":"BTC-USD","price":"50123.45","size":"0.01","side":"buy","seq":12345}'
ORDINARY: dict[str, bytes] = {
    "discord": b'{"t":"MESSAGE_CREATE","s":42,"op":0,"d":{"content":"hello there","author":{"id":"1"}}}',
    "phoenix": b'["1",null,"room:lobby","new_msg",{"body":"hello there, how are you doing today?"}]',
    "engineio-4": b'42["chat message",{"from":"ann","text":"hello there, how are you doing today?"}]',
    "graphql-transport-ws": b'{"id":"1","type":"next","payload":{"data":{"ticker":{"price":50123.45}}}}',
    "signalr": b'{"type":1,"target":"Send","arguments":["hello there, how are you doing"]}\x1e',
    "nostr": b'["EVENT","sub",{"id":"ab","pubkey":"cd","kind":1,"content":"hello there","sig":"ef"}]',
    "binance": b'{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","p":"50123.45","q":"1"}}',
}
COUNT = 20_000


def _ns(matcher: Matcher, payload: bytes) -> float:
    feed = matcher.feed
    best = min(
        timeit.repeat(
            lambda: feed("received", "text", payload), number=COUNT, repeat=5, timer=time.thread_time
        )
    )
    empty = min(timeit.repeat(lambda: None, number=COUNT, repeat=5, timer=time.thread_time))
    return (best - empty) / COUNT * 1e9


def main() -> None:
    """Print nanoseconds of processor time a message."""
    for size in (100, 1000, 10_000):
        print(f"ordinary message of {size:,} bytes")
        for name in catalogue().names:
            payload = ORDINARY.get(name, TICKER)
            payload = payload[:-2] + b" " * max(0, size - len(payload)) + payload[-2:]
            matcher = Matcher(name)
            if matcher.active:
                print(f"  {name:24} {_ns(matcher, payload):6.0f} ns")
    matcher = Matcher("auto", None, "ws://example/")
    for _ in range(20_100):
        matcher.feed("received", "text", TICKER)
    print(f"no dialect, after a while: active is {matcher.active}")


if __name__ == "__main__":
    main()
