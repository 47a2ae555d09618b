"""Answering the server's pings: at once, too late, or not at all (RFC 6455 §5.5.2, §5.5.3).

Late and withheld answers are what a person injects to see how a server reacts. Pure: time comes in,
answers go out as values.
"""

import heapq
from typing import Final, Literal, NamedTuple

UNWRITTEN_ANSWERS: Final = 256
"""Above this, a peer that pings without reading gets an answer to its newest ping only (§5.5.3)."""
DELAYED_ANSWERS: Final = 4096
"""So many delayed answers are kept; a newer ping displaces the oldest."""

Mode = Literal["answer", "withhold", "delay"]


class Answer(NamedTuple):
    """A pong that is to be sent now."""

    payload: bytes
    ping_t_ns: int
    delayed_ns: int = 0


class Pongs:
    """One connection's answers."""

    def __init__(self) -> None:
        self.mode: Mode = "answer"
        self._delay_ns = 0
        self._delayed: list[tuple[int, int, Answer]] = []
        self._count = 0
        self._unwritten = 0
        self._newest: Answer | None = None

    def answer_at_once(self) -> None:
        """Answer from now on; answers already delayed keep their time."""
        self.mode = "answer"

    def withhold(self) -> None:
        """No answers from now on, delayed ones included."""
        self.mode = "withhold"
        self.stop()

    def delay(self, delay_ns: int) -> None:
        """Answer this much too late from now on."""
        self.mode = "delay"
        self._delay_ns = delay_ns

    def stop(self) -> None:
        """Forget what was not sent yet: after a Close was received no pong is owed (§5.5.2)."""
        self._delayed.clear()
        self._newest = None

    def ping(self, payload: bytes, t_ns: int) -> Answer | None:
        """A ping arrived; returns the answer if one is to be sent at once."""
        if self.mode == "withhold":
            return None
        answer = Answer(payload, t_ns)
        if self.mode == "delay":
            self._postpone(answer)
            return None
        return self._send(answer)

    def due(self, now_ns: int) -> list[Answer]:
        """Delayed answers whose time has come."""
        found = []
        while self._delayed and self._delayed[0][0] <= now_ns:
            answer = heapq.heappop(self._delayed)[2]
            sendable = self._send(answer._replace(delayed_ns=max(0, now_ns - answer.ping_t_ns)))
            if sendable is not None:
                found.append(sendable)
        return found

    def written(self) -> Answer | None:
        """An answer was handed to the kernel; returns one that waited for that."""
        self._unwritten -= 1
        waiting, self._newest = self._newest, None
        return self._send(waiting) if waiting else None

    def next_deadline_ns(self) -> int | None:
        """When :meth:`due` has something to say."""
        return self._delayed[0][0] if self._delayed else None

    def _postpone(self, answer: Answer) -> None:
        if len(self._delayed) >= DELAYED_ANSWERS:
            heapq.heappop(self._delayed)
        heapq.heappush(self._delayed, (answer.ping_t_ns + self._delay_ns, self._count, answer))
        self._count += 1

    def _send(self, answer: Answer) -> Answer | None:
        if self._unwritten >= UNWRITTEN_ANSWERS:
            self._newest = answer
            return None
        self._unwritten += 1
        return answer
