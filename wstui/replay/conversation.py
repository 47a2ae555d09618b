"""One client of a served recording: what it says is matched, what the server said is said again."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from wstui.events import Kind, safe_bytes
from wstui.lab.frames import CONTINUATION, PING, PONG, TEXT, encode_frame
from wstui.lab.peer import Ended, Message, Peer
from wstui.replay.difference import Rules, Side, changes
from wstui.replay.drive_plan import moment_words
from wstui.replay.ledger import Ledger
from wstui.replay.links import Answers, follow
from wstui.replay.recording import Moment
from wstui.replay.server_plan import OPEN, ServerAct, ServerPlan
from wstui.replay.shapes import Shape, read_content, shape_of

Match = Literal["strict", "causal", "loose"]

POLICY_VIOLATION = 1008
_BINARY = 2
_SHOWN_BYTES = 240
_SHOWN_CHARACTERS = 60


class Mismatch(Exception):
    """In strict matching the client said something else; the text is a close reason."""


class Conversation:
    """Plays a recorded server to one client. Made when the client comes, run once it is accepted."""

    def __init__(
        self,
        plan: ServerPlan,
        peer: Peer,
        *,
        match: Match,
        speed: float,
        narrate: Callable[[str], None],
    ) -> None:
        """Nothing is said before :meth:`run`.

        Args:
            plan: the recorded server.
            peer: the client.
            match: how its messages are matched.
            speed: divides the recorded times.
            narrate: gets sentences for a person.
        """
        self.played = 0
        """How many of the server's acts have been played, repeated ones too."""
        self._plan = plan
        self._peer = peer
        self._match = match
        self._speed = speed
        self._narrate = narrate
        self._loop = asyncio.get_running_loop()
        self._heard, self._said = Answers(), Answers()
        self._requests = Ledger(
            plan.moments,
            from_client=True,
            links=plan.asked,
            answers=self._said,
            stand_ins=match == "loose",
        )
        self._by_shape: dict[Shape, int] = {}
        for index in plan.requests:
            self._by_shape[shape_of(plan.moments[index].kind, plan.moments[index].payload)] = index
        self._first_plays: set[int] = set()
        self._changed = asyncio.Event()
        self._playing: set[asyncio.Task[None]] = set()
        self._pings = 0

    async def run(self) -> None:
        """Play until the recorded server is to end the connection; else for ever."""
        try:
            self._start(OPEN)
            await self._until_all_is_said()
            if self._plan.ending.kind == "client":
                await self._loop.create_future()
            await asyncio.sleep(self._plan.ending.gap_ns / 1e9 / self._speed)
        finally:
            for task in self._playing:
                task.cancel()
            await asyncio.gather(*self._playing, return_exceptions=True)

    async def take(self, message: Message) -> None:
        """The client said something.

        Raises:
            Mismatch: in strict matching, when it is something else than recorded.
        """
        index = self._index_of(message)
        if index is None:
            what = safe_bytes(message.payload[:_SHOWN_BYTES])[:_SHOWN_CHARACTERS]
            self._narrate(
                f"said what the recording has not, or has no more of: “{what}”; it is not answered."
            )
            return
        self._heard.put(index, message.payload)
        self._start(index)

    def answer_ping(self, payload: bytes) -> None:
        """Answer a ping of the client as, and after how long, the recorded one was answered."""
        delays = self._plan.pong_delays_ns
        delay_ns = delays[self._pings] if self._pings < len(delays) else 0
        self._pings += 1
        if delay_ns == 0:
            self._peer.pong(payload)
        elif delay_ns is not None:
            self._peer.pong_later(payload, delay_ns / 1e9 / self._speed)

    @property
    def waits_for(self) -> Moment | None:
        """The first recorded message of the client that has not come."""
        index = self._requests.first_missing(len(self._plan.moments))
        return None if index is None else self._plan.moments[index]

    # ---- what the client says ----

    def _index_of(self, message: Message) -> int | None:
        kind = Kind.BINARY.value if message.opcode == _BINARY else Kind.TEXT.value
        if self._match == "strict":
            return self._next_exactly(kind, message.payload)
        index = self._requests.take(kind, message.payload)
        if index is None and self._match == "loose":
            return self._by_shape.get(shape_of(kind, message.payload))
        return index

    def _next_exactly(self, kind: str, payload: bytes) -> int:
        index = self._requests.first_missing(len(self._plan.moments))
        if index is None:
            raise Mismatch("the recorded client said nothing more")
        recorded = self._plan.moments[index]
        if recorded.kind != kind or not _says_the_same(recorded, payload):
            words = moment_words(recorded).encode()[:_SHOWN_CHARACTERS].decode("utf-8", "ignore")
            raise Mismatch(f"expected event {recorded.event}: {words}")
        self._requests.strike(index)
        return index

    # ---- what the server said ----

    def _start(self, trigger: int) -> None:
        acts = self._plan.acts.get(trigger, ())
        if acts:
            task = self._loop.create_task(self._play(acts, self._loop.time()))
            self._playing.add(task)
            task.add_done_callback(self._playing.discard)
        self._changed.set()

    async def _play(self, acts: tuple[ServerAct, ...], begun_s: float) -> None:
        with suppress(Ended):
            for act in acts:
                due_s = begun_s + act.delay_ns / 1e9 / self._speed
                await asyncio.sleep(max(due_s - self._loop.time(), 0))
                await self._do(act)
                self.played += 1
                self._first_plays.add(act.index)
                self._changed.set()

    async def _do(self, act: ServerAct) -> None:
        moment = act.moment
        if moment.kind in (Kind.PING, Kind.PONG):
            self._peer.write(encode_frame(PING if moment.kind == Kind.PING else PONG, moment.payload))
        elif "opcode" in moment.detail:
            self._peer.write(encode_frame(int(moment.detail["opcode"]) & 0xF, moment.payload))
        else:
            await self._send(act)
        await self._peer.drain()

    async def _send(self, act: ServerAct) -> None:
        moment = act.moment
        links = self._plan.links.get(act.index, ())
        payload = follow(moment.payload, links, self._heard).payload
        self._said.put(act.index, payload)
        opcode = TEXT if moment.kind == Kind.TEXT else _BINARY
        if len(moment.fragments) < 2 or len(payload) != sum(moment.fragments):
            await self._peer.send(opcode, payload)
            return
        start = 0
        for number, size in enumerate(moment.fragments):
            fin = number == len(moment.fragments) - 1
            piece = payload[start : start + size]
            self._peer.write(encode_frame(CONTINUATION if number else opcode, piece, fin=fin))
            start += size

    async def _until_all_is_said(self) -> None:
        total = self._plan.total
        while len(self._first_plays) < total or (self._match != "loose" and self.waits_for is not None):
            self._changed.clear()
            await self._changed.wait()


def _says_the_same(recorded: Moment, payload: bytes) -> bool:
    """Byte for byte, or the same JSON but for times and generated ids."""
    if recorded.payload == payload:
        return True
    before, after = read_content(recorded.payload), read_content(payload)
    if before is None or after is None or before.framing != after.framing:
        return False
    rules, sides = Rules(), (Side(recorded.t_ns), Side(time.time_ns()))
    return all(rules.why_ignored(change, *sides) for change in changes(before.value, after.value))
