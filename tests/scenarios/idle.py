"""Silences that a timer ends, and ages."""

import asyncio

from tests.scenarios.model import peer_scenario
from wstui.lab.frames import TEXT
from wstui.lab.peer import Peer, first_of

IDLE = ("idle_timeout_server", "idle_timeout_proxy")
PING = ("--ping-every", "0.7")
CHAT = ("every 0.4 send hello",)


async def ticks(peer: Peer, every_s: float = 0.3) -> None:
    number = 0
    while True:
        number += 1
        await peer.text(f'{{"price":{100 + number * 7 % 13}.{number % 10}}}')
        await asyncio.sleep(every_s)


async def until_no_message(peer: Peer, silence_s: float) -> None:
    """Messages reset the timer, pings do not."""
    deadline = asyncio.get_running_loop().time() + silence_s
    while (left_s := deadline - asyncio.get_running_loop().time()) > 0:
        try:
            frame = await peer.next_frame(within_s=left_s)
        except TimeoutError:
            return
        message = await peer.answer(frame)
        if message is not None:
            deadline = asyncio.get_running_loop().time() + silence_s
            await peer.echo(message)


async def only_read(peer: Peer, silence_s: float) -> None:
    """Frames of the client reset the timer, and nothing is answered but pings."""
    try:
        while True:
            await peer.answer(await peer.next_frame(within_s=silence_s))
    except TimeoutError:
        return


@peer_scenario("proxy-header-fin", "idle_timeout_proxy", also=IDLE, prevented_by="both",
               headers=(("Server", "nginx/1.25.3"),), do=("send hello",))  # fmt: skip
async def _proxy_header_fin(peer: Peer) -> None:
    await peer.echo_until_silent(2.0)
    await peer.finish()


@peer_scenario("envoy-header-fin", "idle_timeout_proxy", also=IDLE, prevented_by="both",
               headers=(("Server", "envoy"),))  # fmt: skip
async def _envoy_header_fin(peer: Peer) -> None:
    await peer.echo_until_silent(3.0)
    await peer.finish()


@peer_scenario("cowboy-1000", "idle_timeout_server", also=IDLE, prevented_by="both", clean=True,
               headers=(("Server", "Cowboy"),))  # fmt: skip
async def _cowboy_1000(peer: Peer) -> None:
    await first_of(ticks(peer), only_read(peer, 2.5))
    await peer.close(1000)


@peer_scenario("bandit-1002", "idle_timeout_server", also=("idle_timeout_proxy",), prevented_by="both",
               clean=True)  # fmt: skip
async def _bandit_1002(peer: Peer) -> None:
    await only_read(peer, 2.0)
    await peer.close(1002)


@peer_scenario(
    "messages-only-fin", "idle_timeout_server", also=IDLE, prevented_by="application", options=PING
)
async def _messages_only_fin(peer: Peer) -> None:
    await until_no_message(peer, 2.5)
    await peer.finish()


@peer_scenario("messages-only-1000", "idle_timeout_server", also=IDLE, prevented_by="application", clean=True,
               do=("send hello",), options=PING)  # fmt: skip
async def _messages_only_1000(peer: Peer) -> None:
    await until_no_message(peer, 3.0)
    await peer.close(1000)


@peer_scenario("gateway-1001", "idle_timeout_proxy", also=IDLE, prevented_by="application", clean=True,
               options=PING)  # fmt: skip
async def _gateway_1001(peer: Peer) -> None:
    await until_no_message(peer, 3.0)
    await peer.close(1001, "Going away")


@peer_scenario("jetty-1001-words", "idle_timeout_server", also=IDLE, prevented_by="both", clean=True)
async def _jetty_1001(peer: Peer) -> None:
    await only_read(peer, 2.5)
    await peer.close(1001, "Connection Idle Timeout")


@peer_scenario("forgotten-flow-rst", "idle_timeout_proxy", also=("connection_reset",), prevented_by="both",
               do=("send one", "wait 3.3", "send two"))  # fmt: skip
async def _forgotten_flow(peer: Peer) -> None:
    message = await peer.first_message(within_s=5)
    assert message is not None
    await peer.echo(message)
    await peer.first_message(within_s=10)
    peer.reset()


@peer_scenario("lifetime-fin-traffic", "lifetime_limit", also=("server_crash",), do=CHAT)
async def _lifetime_fin(peer: Peer) -> None:
    await peer.echo_for(3.0)
    await peer.finish()


@peer_scenario("lifetime-1000-traffic", "lifetime_limit", also=("server_closed_normal",), clean=True, do=CHAT)
async def _lifetime_1000(peer: Peer) -> None:
    await peer.echo_for(3.5)
    await peer.close(1000)


@peer_scenario("lifetime-in-words", "lifetime_limit", clean=True, do=CHAT)
async def _lifetime_words(peer: Peer) -> None:
    await peer.echo_for(1.3)
    await peer.close(1001, "Your session hit the maximum duration of 60 minutes.")


@peer_scenario("silence-survived-before", "server_crash", also=IDLE, do=("wait 3.2", "send a", "wait 0.1"))
async def _survived(peer: Peer) -> None:
    message = await peer.first_message(within_s=5)
    assert message is not None
    await peer.send(TEXT, b"fine")
    await asyncio.sleep(1.5)
    await peer.finish()
