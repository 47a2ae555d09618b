"""A recorded server as an endpoint of its own: any number of clients, each played to from the beginning.

The frames, the handshake and the clients' side of the protocol are the lab's; what is said, when, and how
it ends comes from the recording. A fault of the lab reads in place of the ordinary reader, so that it
works upon the recorded conversation instead of an echo.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from wstui.events import safe_text
from wstui.lab import EndpointServer, Fault
from wstui.lab.frames import BINARY, close_code, encode_frame
from wstui.lab.handshake import Headers, Request
from wstui.lab.peer import Ended, Message, Peer, first_of
from wstui.replay.conversation import POLICY_VIOLATION, Conversation, Match, Mismatch
from wstui.replay.drive_plan import moment_words
from wstui.replay.server_plan import Refusal, ServerPlan

_HOW_TO_UPGRADE = (("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"))


_REMEMBERED_CLIENTS = 500


@dataclass(slots=True)
class ServedClient:
    """One client and what it has been played."""

    number: int
    connected: bool = True
    played: int = 0
    """Of the recorded server's acts, repeated ones too."""
    total: int = 0
    last_words: str = ""
    """What there is to say of it once it is gone, or why it was refused."""


class PlayedPeer(Peer):
    """A client whose messages go to a conversation: whatever would be echoed is taken as said."""

    FAREWELL = "the recording is no longer served"

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> None:
        super().__init__(reader, writer, request)
        self.opened = asyncio.Event()
        self.headers: Headers = ()
        self.recorded_subprotocol: str | None = None
        self.deflates = False
        self.conversation: Conversation | None = None

    def accept(
        self,
        extra: Headers = (),
        *,
        key: str | None = None,
        subprotocol: str | None = None,
        deflate: bool = False,
    ) -> None:
        """Answer 101 as the recorded server did."""
        super().accept(
            [*self.headers, *extra],
            key=key,
            subprotocol=(self.recorded_subprotocol or "") if subprotocol is None else subprotocol,
            deflate=deflate or self.deflates,
        )
        self.opened.set()

    async def echo(self, message: Message) -> None:
        """Take what the client said."""
        assert self.conversation is not None
        await self.conversation.take(message)


class ReplayServer(EndpointServer):
    """Serves one recorded connection, or one refused upgrade. Use it with ``async with``.

    Args:
        plan: what is played.
        match: how a client's messages are matched with the recorded ones.
        speed: divides the recorded times.
        fault: one of the lab's, upon the conversation.
        narrate: gets sentences for a person.
        host: where to listen; this machine alone unless told otherwise.
        port: 0 takes a free one.
        tls: a server's context makes it ``wss://``.

    Raises:
        LabError: (on entering) the port is not to be had.
    """

    NAME = "The recording"

    def __init__(
        self,
        plan: ServerPlan | Refusal,
        *,
        match: Match = "causal",
        speed: float = 1.0,
        fault: Fault | None = None,
        narrate: Callable[[str], None] = lambda _: None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(host=host, port=port, tls=tls)
        self._plan = plan
        self._match: Match = match
        self._speed = speed
        self._fault = fault
        self._narrate = narrate
        self._clients: deque[tuple[ServedClient, Conversation | None]] = deque(maxlen=_REMEMBERED_CLIENTS)

    def served(self) -> list[ServedClient]:
        """Those who came, the oldest first; of very many the newest."""
        for client, conversation in self._clients:
            if conversation is not None:
                client.played = conversation.played
        return [client for client, _ in self._clients]

    def make_peer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request
    ) -> PlayedPeer:
        """A client that a recording is played to."""
        return PlayedPeer(reader, writer, request)

    async def attend(self, peer: Peer) -> None:
        """Play the recording to one client."""
        number = self.clients_served
        assert isinstance(peer, PlayedPeer)
        if not peer.request.is_upgrade:
            self._refused(number, "it sent no upgrade request.")
            await peer.respond(426, "Upgrade Required", _HOW_TO_UPGRADE, "This is a WebSocket endpoint.\n")
        elif isinstance(self._plan, Refusal):
            self._refused(number, f"refused with {self._plan.status}, as recorded.")
            refusal = self._plan
            await peer.respond(refusal.status, refusal.reason, _sendable(refusal.headers), refusal.body)
        elif (sentence := self._why_not(self._plan, peer)) is not None:
            self._refused(number, sentence)
            await peer.respond(400, "Bad Request", (("Content-Type", "text/plain"),), f"{sentence}\n")
        else:
            await self._converse(number, peer, self._plan)

    def _refused(self, number: int, sentence: str) -> None:
        self._clients.append((ServedClient(number, connected=False, last_words=sentence), None))
        self._narrate(f"Client {number}: {sentence}")

    def _why_not(self, plan: ServerPlan, peer: Peer) -> str | None:
        recorded, offered = plan.connection.subprotocol, peer.request.offered_subprotocols
        if not recorded or recorded in offered or self._match == "loose":
            return None
        speaks = f"offers {', '.join(map(safe_text, offered))}" if offered else "offers none"
        return f"the recording speaks the subprotocol {safe_text(recorded)}; the client {speaks}."

    async def _converse(self, number: int, peer: PlayedPeer, plan: ServerPlan) -> None:
        conversation = Conversation(
            plan,
            peer,
            match=self._match,
            speed=self._speed,
            narrate=lambda sentence: self._narrate(f"Client {number} {sentence}"),
        )
        _prepare(peer, plan, conversation)
        client = ServedClient(number, total=plan.total)
        self._clients.append((client, conversation))
        self._narrate(f"Client {number} came.")
        try:
            if await self._played_to_the_end(peer, conversation):
                await _end(peer, plan)
        except Mismatch as mismatch:
            self._narrate(f"Client {number} said something else: {mismatch}.")
            await peer.close(POLICY_VIOLATION, str(mismatch))
        finally:
            client.connected, client.last_words = False, _summary(plan, conversation)
            self._narrate(f"Client {number} is done: {client.last_words}")

    async def _played_to_the_end(self, peer: PlayedPeer, conversation: Conversation) -> bool:
        """Whether it is the recorded server's turn to end the connection."""
        ended = False

        async def play() -> None:
            nonlocal ended
            await peer.opened.wait()
            await conversation.run()
            ended = True

        await first_of(play(), self._read(peer))
        return ended

    async def _read(self, peer: PlayedPeer) -> None:
        if self._fault is None or self._fault.accepts:
            peer.accept()
        if self._fault is None:
            await peer.echo_forever()
        else:
            await self._fault.run(peer, **self._fault.scaled(1.0, {}))


def _prepare(peer: PlayedPeer, plan: ServerPlan, conversation: Conversation) -> None:
    recorded = plan.connection.subprotocol
    peer.conversation = conversation
    peer.headers = _sendable(plan.headers)
    peer.recorded_subprotocol = recorded if recorded in peer.request.offered_subprotocols else None
    peer.deflates = plan.deflates
    peer.answer_ping = conversation.answer_ping
    peer.answer_close = plan.answers_close
    peer.close_reply = plan.close_reply


def _sendable(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str | bytes]]:
    """Headers as HTTP can carry them: recorded bytes that are no text were escaped."""
    return [
        (name, value.encode("latin-1", "backslashreplace"))
        for name, value in headers
        if name.isascii() and not {"\r", "\n"} & set(name + value)
    ]


async def _end(peer: Peer, plan: ServerPlan) -> None:
    ending = plan.ending
    if ending.kind == "close":
        await peer.close(close_code(ending.body), ending.body[2:])
    elif ending.kind == "rst":
        peer.reset()
    elif ending.kind == "fin":
        if ending.partial_bytes:
            whole = encode_frame(BINARY, bytes(max(ending.partial_bytes + ending.missing_bytes - 2, 0)))
            peer.write(whole[: ending.partial_bytes])
        await peer.finish()
    else:
        await _be_silent(peer)


async def _be_silent(peer: Peer) -> None:
    """Take what comes and answer nothing, until the client gives up."""
    try:
        while True:
            await peer.next_frame()
    except Ended:
        return


def _summary(plan: ServerPlan, conversation: Conversation) -> str:
    text = f"{conversation.played} of {plan.total} recorded acts were played"
    waits_for = conversation.waits_for
    if waits_for is None:
        return f"{text}."
    return f"{text}; it never said anything like event {waits_for.event} ({moment_words(waits_for)})."
