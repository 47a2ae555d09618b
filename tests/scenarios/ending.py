"""TCP that ends without a Close frame, and why."""

import asyncio

from tests.scenarios.idle import CHAT
from tests.scenarios.model import peer_scenario
from wstui.lab.frames import TEXT, encode_frame
from wstui.lab.peer import Peer

BIG = b"x" * 400_000


@peer_scenario("crash-in-traffic", "server_crash", also=("internal_server_error",), do=CHAT)
async def _crash(peer: Peer) -> None:
    await peer.echo_for(1.23)
    await peer.finish()


@peer_scenario("crash-in-a-frame", "server_crash", do=CHAT)
async def _half(peer: Peer) -> None:
    await peer.echo_for(1.1)
    peer.write(encode_frame(TEXT, BIG)[:5000])
    await peer.finish()


@peer_scenario("fin-after-101", "server_crash", also=("internal_server_error", "policy_or_auth"))
async def _at_once(peer: Peer) -> None:
    await peer.finish()


@peer_scenario("reset-in-traffic", "connection_reset", also=("server_crash",), do=CHAT)
async def _reset(peer: Peer) -> None:
    await peer.echo_for(1.4)
    await asyncio.sleep(0.13)
    peer.reset()


@peer_scenario("reset-in-silence", "connection_reset", also=("server_crash",))
async def _reset_in_silence(peer: Peer) -> None:
    await asyncio.sleep(1.2)
    peer.reset()


@peer_scenario("too-big-without-words", "message_too_big", also=("connection_reset", "server_crash"),
               do=("send small", "wait 0.5", "send-file {big}"), files={"big": BIG})  # fmt: skip
async def _too_big(peer: Peer) -> None:
    async for message in peer.messages():
        if len(message.payload) > 100_000:
            break
        await peer.echo(message)
    peer.reset()


@peer_scenario("too-big-1009", "message_too_big", clean=True, do=("send-file {big}",), files={"big": BIG})
async def _too_big_1009(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await peer.close(1009)


@peer_scenario("too-big-for-us", "message_too_big", options=("--max-size", "1000"))
async def _too_big_for_us(peer: Peer) -> None:
    await asyncio.sleep(0.3)
    await peer.send(TEXT, BIG)
    await asyncio.sleep(1)
