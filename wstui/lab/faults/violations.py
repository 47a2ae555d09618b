"""Servers that break the protocol, or say that we did."""

from wstui.lab.frames import BINARY, CONTINUATION, PING, TEXT, encode_frame
from wstui.lab.peer import Peer
from wstui.lab.registry import fault


@fault(
    "bad-frame",
    "sends a frame with a reserved opcode after 2 s",
    "The client must fail the connection with 1002 (RFC 6455 §5.2).",
)
async def bad_frame(peer: Peer, *, after_s: float = 2.0) -> None:
    """Opcode 0x3 has no meaning."""
    await peer.echo_for(after_s)
    peer.write(encode_frame(0x3, b"what am I?"))
    await peer.echo_forever()


@fault(
    "masked-frame",
    "masks a frame after 2 s, as only clients may",
    "The client must fail the connection with 1002 (RFC 6455 §5.1).",
)
async def masked_frame(peer: Peer, *, after_s: float = 2.0) -> None:
    """A zero mask leaves the payload as it is."""
    await peer.echo_for(after_s)
    peer.write(bytes([0x80 | TEXT, 0x80 | 5]) + bytes(4) + b"hello")
    await peer.echo_forever()


@fault(
    "long-ping",
    "sends a ping of 126 bytes after 2 s",
    "Control frames carry at most 125 bytes (RFC 6455 §5.5): the client must fail the connection with 1002.",
)
async def long_ping(peer: Peer, *, after_s: float = 2.0) -> None:
    """One byte too many."""
    await peer.echo_for(after_s)
    peer.write(encode_frame(PING, b"x" * 126))
    await peer.echo_forever()


@fault(
    "lost-fragment",
    "sends a continuation of no message after 2 s",
    "A continuation without a beginning: the client must fail the connection with 1002 (RFC 6455 §5.4).",
)
async def lost_fragment(peer: Peer, *, after_s: float = 2.0) -> None:
    """What a buggy proxy leaves of a fragmented message."""
    await peer.echo_for(after_s)
    peer.write(encode_frame(CONTINUATION, b"the end of something"))
    await peer.echo_forever()


@fault(
    "bad-utf8",
    "sends a text message that is not UTF-8 after 2 s",
    "The client must fail the connection with 1007 (RFC 6455 §8.1): Latin-1 was sent as text.",
)
async def bad_utf8(peer: Peer, *, after_s: float = 2.0) -> None:
    """The classic: text in another encoding."""
    await peer.echo_for(after_s)
    peer.write(encode_frame(TEXT, "grüße".encode("latin-1")))
    await peer.echo_forever()


@fault(
    "bad-close",
    "closes with 1005, a code that may not be sent, after 2 s",
    "A code that exists only locally came over the wire (RFC 6455 §7.4.1): a broken server or proxy.",
)
async def bad_close(peer: Peer, *, after_s: float = 2.0) -> None:
    """RFC 6455 §7.4.1."""
    await peer.echo_for(after_s)
    await peer.close(1005, "reserved")


@fault(
    "too-big",
    "closes with 1009 when a message is longer than 1 KiB",
    "Send a long message: the server says that it was too big, and the size just sent tells its limit.",
)
async def too_big(peer: Peer, *, limit: float = 1024) -> None:
    """RFC 6455 §7.4.1."""
    async for message in peer.messages():
        if len(message.payload) > limit:
            await peer.close(1009, f"message of {len(message.payload)} bytes, limit {limit:.0f}")
            return
        await peer.echo(message)


@fault(
    "text-only",
    "closes with 1003 when a binary message comes",
    "An endpoint that takes text alone says so with 1003.",
)
async def text_only(peer: Peer) -> None:
    """RFC 6455 §7.4.1."""
    async for message in peer.messages():
        if message.opcode == BINARY:
            await peer.close(1003, "text messages only")
            return
        await peer.echo(message)
