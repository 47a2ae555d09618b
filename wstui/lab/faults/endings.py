"""Ways to end: with a code, without one, with FIN, with RST, in the middle of a frame."""

import asyncio

from wstui.lab.frames import TEXT, encode_frame
from wstui.lab.peer import Peer, first_of
from wstui.lab.registry import fault


@fault(
    "silent-close",
    "ends TCP after 3 s of silence, without a Close frame",
    "As an idle timeout at a proxy: FIN and 1006, after a silence that any frame would have broken,"
    " a ping as well.",
)
async def silent_close(peer: Peer, *, after_s: float = 3.0) -> None:
    """What most idle timeouts of proxies look like."""
    await peer.echo_until_silent(after_s)
    await peer.finish()


@fault(
    "idle-1000",
    "closes with 1000 after 3 s of silence",
    "Code 1000 is no proof of a wanted ending: several servers use it for their idle timeout.",
)
async def idle_1000(peer: Peer, *, after_s: float = 3.0) -> None:
    """An idle timeout in polite clothes."""
    await peer.echo_until_silent(after_s)
    await peer.close(1000)


@fault(
    "going-away",
    "closes with 1001 and a reason after 3 s",
    "A deploy or a shutdown: connect again, perhaps elsewhere.",
)
async def going_away(peer: Peer, *, after_s: float = 3.0) -> None:
    """RFC 6455 §7.4.1."""
    await peer.echo_for(after_s)
    await peer.close(1001, "server is shutting down for a deploy")


@fault(
    "restart",
    "closes with 1012 after 3 s",
    "The service restarts: come back after a random delay of 5 to 30 s, as the registry says.",
)
async def restart(peer: Peer, *, after_s: float = 3.0) -> None:
    """IANA registry, 1012."""
    await peer.echo_for(after_s)
    await peer.close(1012, "service restart")


@fault(
    "try-later",
    "closes with 1013 at once",
    "The service is overloaded. Whoever reconnects without a growing delay makes it worse.",
)
async def try_later(peer: Peer) -> None:
    """IANA registry, 1013."""
    await peer.close(1013, "too many connections")


@fault(
    "lifetime",
    "closes with 1001 at an age of 10 s, though messages flow",
    "No heartbeat helps against a maximum age: every connection ends at the same one. Reconnect before it.",
)
async def lifetime(peer: Peer, *, after_s: float = 10.0, tick_every_s: float = 1.0) -> None:
    """As API gateways and exchanges do after hours."""

    async def ticks() -> None:
        number = 0
        while True:
            number += 1
            await peer.text(f'{{"type":"tick","n":{number}}}')
            await asyncio.sleep(tick_every_s)

    await first_of(ticks(), peer.echo_for(after_s))
    await peer.close(1001, "maximum connection age reached")


@fault(
    "private-code",
    "closes with 4003 and a reason after the first message, or after 3 s",
    "Codes of 4000 and up mean what the service says they mean; the reason is the only hint.",
)
async def private_code(peer: Peer, *, after_s: float = 3.0) -> None:
    """RFC 6455 §7.4.2."""
    await peer.first_message(within_s=after_s)
    await peer.close(4003, "token expired, sign in again")


@fault(
    "no-code",
    "closes with a Close frame without a code after 3 s",
    "A browser would say 1005: a Close frame came, and it said nothing.",
)
async def no_code(peer: Peer, *, after_s: float = 3.0) -> None:
    """RFC 6455 §7.1.5."""
    await peer.echo_for(after_s)
    await peer.close(None)


@fault(
    "internal-error",
    "answers the first message, then closes with 1011",
    "A bug at the server: the same message would do it again.",
)
async def internal_error(peer: Peer) -> None:
    """What frameworks send for an uncaught exception."""
    async for message in peer.messages():
        await peer.echo(message)
        break
    await peer.close(1011, "unhandled exception")


@fault(
    "crash",
    "ends TCP in the middle of a frame after 2 s",
    "FIN, no Close frame, and a frame of which half is missing: a process died, or a proxy cut it off.",
)
async def crash(peer: Peer, *, after_s: float = 2.0) -> None:
    """No silence explains this ending."""
    await peer.echo_for(after_s)
    frame = encode_frame(TEXT, b'{"type":"report","rows":[1,2,3,4,5,6,7,8]}')
    peer.write(frame[: len(frame) // 2])
    await peer.finish()


@fault(
    "reset",
    "resets TCP (RST) after 2 s",
    "A crash, a firewall or a load balancer: connection reset by peer, and nothing else to read.",
)
async def reset(peer: Peer, *, after_s: float = 2.0) -> None:
    """Told apart from FIN only by the socket's error."""
    await peer.echo_for(after_s)
    peer.reset()


@fault(
    "no-close-reply",
    "never answers a Close frame and keeps TCP open",
    "Close, and your client must give up by itself after its close timeout.",
)
async def no_close_reply(peer: Peer) -> None:
    """RFC 6455 §5.5.1 asks for a reply."""
    peer.answer_close = False
    await peer.echo_forever()
