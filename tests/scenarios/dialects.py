"""Endings in the dialects of services, as their documentation gives them."""

import asyncio
import json

from tests.scenarios.idle import only_read
from tests.scenarios.model import peer_scenario
from wstui.lab.frames import BINARY
from wstui.lab.peer import Peer, first_of

MISSED = "keepalive_timeout_server"
PING = ("--ping-every", "0.9")
STOMP_CONNECT = b"CONNECT\naccept-version:1.2\nheart-beat:1000,1000\n\n\0"


@peer_scenario("discord-auth", "policy_or_auth", also=("service_private_code",), clean=True,
               do=("wait 0.3", 'send {"op":2,"d":{"token":"x"}}'))  # fmt: skip
async def _discord_auth(peer: Peer) -> None:
    await peer.text('{"op":10,"d":{"heartbeat_interval":41250}}')
    await peer.first_message(within_s=5)
    await peer.close(4004, "Authentication failed.")


@peer_scenario("discord-heartbeat", MISSED, also=("idle_timeout_server",), prevented_by="application",
               clean=True, options=PING)  # fmt: skip
async def _discord_heartbeat(peer: Peer) -> None:
    await peer.text('{"op":10,"d":{"heartbeat_interval":1200}}')
    await only_read_for(peer, 2.4)
    await peer.close(4009, "Session timed out.")


async def only_read_for(peer: Peer, duration_s: float) -> None:
    await first_of(asyncio.sleep(duration_s), only_read(peer, 60))


@peer_scenario("socketio-ping", MISSED, also=("idle_timeout_server",), prevented_by="application", clean=True,
               options=PING)  # fmt: skip
async def _socketio(peer: Peer) -> None:
    await peer.text('0{"sid":"x","upgrades":[],"pingInterval":1000,"pingTimeout":800,"maxPayload":1000000}')

    async def asks() -> None:
        await asyncio.sleep(1.0)
        await peer.text("2")
        await asyncio.sleep(0.8)

    await first_of(asks(), only_read(peer, 60))
    await peer.close(None)


@peer_scenario("stomp-heartbeat", MISSED, also=("idle_timeout_server", "idle_timeout_proxy"),
               prevented_by="application", options=("--subprotocol", "v12.stomp"),
               do=("send-file {connect}",), files={"connect": STOMP_CONNECT})  # fmt: skip
async def _stomp(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await peer.text("CONNECTED\nversion:1.2\nheart-beat:1000,1000\n\n\0")

    async def beats() -> None:
        for _ in range(2):
            await asyncio.sleep(1.0)
            await peer.text("\n")

    await first_of(beats(), only_read(peer, 60))
    await peer.finish()


@peer_scenario("mqtt-keep-alive", MISSED, also=("idle_timeout_server", "idle_timeout_proxy"),
               prevented_by="application", options=("--subprotocol", "mqtt"),
               do=("send-hex 100e00044d5154540402000200026162",))  # fmt: skip
async def _mqtt(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await peer.send(BINARY, bytes([0x20, 2, 0, 0]))
    await only_read_for(peer, 3.0)
    await peer.finish()


@peer_scenario("actioncable-unauthorized", "policy_or_auth", clean=True,
               options=("--subprotocol", "actioncable-v1-json"))  # fmt: skip
async def _actioncable(peer: Peer) -> None:
    await peer.text('{"type":"disconnect","reason":"unauthorized","reconnect":false}')
    await asyncio.sleep(0.1)
    await peer.close(1000)


@peer_scenario("pusher-over-capacity", "overloaded_try_again", also=("service_private_code",), clean=True)
async def _pusher(peer: Peer) -> None:
    data = json.dumps({"socket_id": "1.2", "activity_timeout": 120})
    await peer.text(json.dumps({"event": "pusher:connection_established", "data": data}))
    await asyncio.sleep(0.4)
    await peer.close(4100, "Over capacity")


@peer_scenario(
    "last-words-then-fin", "policy_or_auth", also=("server_crash",), do=("send subscribe secrets",)
)
async def _last_words(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await peer.text('{"type":"error","message":"unauthorized: your token has expired"}')
    await asyncio.sleep(0.2)
    await peer.finish()


@peer_scenario("private-code-unknown", "service_private_code", clean=True, do=("send hello",))
async def _private(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await peer.close(4321, "subscription lapsed")
