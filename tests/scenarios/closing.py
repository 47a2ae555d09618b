"""Close frames: said, misused, crossed, unanswered."""

import asyncio

from tests.scenarios.idle import CHAT
from tests.scenarios.model import peer_scenario
from wstui.lab.frames import BINARY, CLOSE, RSV1, TEXT, close_payload, encode_frame
from wstui.lab.peer import Peer


@peer_scenario("client-1000", "client_closed", clean=True, do=("send hi", "wait 0.3", "close 1000 done"))
async def _client(peer: Peer) -> None:
    await peer.echo_forever()


@peer_scenario("server-1000-words", "server_closed_normal", clean=True)
async def _server(peer: Peer) -> None:
    await peer.text("that is all")
    await asyncio.sleep(0.4)
    await peer.close(1000, "bye")


@peer_scenario("deploy-1001", "server_going_away", clean=True, also=("server_restart",), do=CHAT)
async def _deploy(peer: Peer) -> None:
    await peer.echo_for(1.27)
    await peer.close(1001, "server is shutting down")


@peer_scenario("restart-1012", "server_restart", clean=True, do=CHAT)
async def _restart(peer: Peer) -> None:
    await peer.echo_for(0.93)
    await peer.close(1012)


@peer_scenario("text-only-1003", "unsupported_data", clean=True, do=("send-hex 00ff00",))
async def _text_only(peer: Peer) -> None:
    async for message in peer.messages():
        if message.opcode == BINARY:
            break
    await peer.close(1003)


@peer_scenario("rate-1008", "policy_or_auth", clean=True, do=("every 0.05 send hello",))
async def _rate(peer: Peer) -> None:
    await peer.echo_for(0.7)
    await peer.close(1008, "message rate limit exceeded")


@peer_scenario("bug-1011", "internal_server_error", clean=True, do=("send hello",))
async def _bug(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await peer.close(1011)


@peer_scenario("gateway-1014", "backend_unavailable", clean=True, do=("send hello",))
async def _gateway(peer: Peer) -> None:
    await peer.first_message(within_s=5)
    await peer.close(1014)


async def _closes_with(peer: Peer, payload: bytes) -> None:
    await asyncio.sleep(0.5)
    peer.write(encode_frame(CLOSE, payload))
    await asyncio.sleep(0.5)
    await peer.finish()


@peer_scenario("code-1006", "protocol_error_server")
async def _1006(peer: Peer) -> None:
    await _closes_with(peer, close_payload(1006))


@peer_scenario("code-999", "protocol_error_server")
async def _999(peer: Peer) -> None:
    await _closes_with(peer, close_payload(999))


@peer_scenario("code-5000", "protocol_error_server")
async def _5000(peer: Peer) -> None:
    await _closes_with(peer, close_payload(5000))


@peer_scenario("reason-not-utf8", "protocol_error_server")
async def _reason(peer: Peer) -> None:
    await _closes_with(peer, close_payload(1000, b"\xff\xfe"))


@peer_scenario("compressed-garbage", "protocol_error_server")
async def _garbage(peer: Peer) -> None:
    await asyncio.sleep(0.4)
    peer.write(encode_frame(TEXT, b"\xff\x00\xff\x00garbage", rsv=RSV1))
    await asyncio.sleep(1.5)
    await peer.finish()


@peer_scenario("continuation-of-nothing", "protocol_error_server")
async def _continuation(peer: Peer) -> None:
    await asyncio.sleep(0.4)
    peer.write(encode_frame(0, b"more"))
    await asyncio.sleep(1.5)
    await peer.finish()


@peer_scenario(
    "close-never-answered", "no_close_reply", also=("client_closed",), do=("wait 0.3", "close 1000")
)
async def _ignored(peer: Peer) -> None:
    peer.answer_close = False
    await peer.echo_forever()


@peer_scenario("close-answered-late", "client_closed", clean=None, do=("wait 0.3", "close 1000"))
async def _late(peer: Peer) -> None:
    while (await peer.next_frame()).opcode != CLOSE:
        pass
    await asyncio.sleep(1.5)
    peer.write(encode_frame(CLOSE, close_payload(1000)))
    await peer.finish()


@peer_scenario("accused-1002", "protocol_error_client", clean=True, do=("every 0.3 send hello",))
async def _accused(peer: Peer) -> None:
    for _ in range(3):
        await peer.first_message(within_s=5)
    await peer.close(1002)
