"""Dialling again: when, how often, and who may cut the waiting short.

The policy (which endings are worth it, and the delay) is the wire's (``RetryPolicy``); this part counts
attempts, waits, and gives the ``retry`` events their facts.
"""

import asyncio
import random
import time
from typing import Literal

from wstui.events import Direction, Event, Kind
from wstui.profiles import Profile
from wstui.wire import Advice, RetryDecision, RetryPolicy, WireEnd

STABLE_OPEN_S = 30.0
"""A connection that stayed open this long was a success: the next failure is a first one again."""

SHORTEST_STABLE_OPEN_S = 5.0
"""With a short heartbeat interval, one interval open is no proof yet."""

Outcome = Literal["dial", "stop"]


class Retrying:
    """The attempts of one session. ``attempt`` is 0 until a connection has failed."""

    def __init__(self) -> None:
        self.attempt = 0
        self.enabled = False
        self._stopped = False
        self._stable_s = STABLE_OPEN_S
        self._policy: RetryPolicy | None = None
        self._chance = random.Random()  # noqa: S311 - jitter needs no secret
        self._waiting: asyncio.Future[Outcome] | None = None

    def use(self, profile: Profile) -> None:
        """From now on follow this profile."""
        self.enabled = profile.reconnect.mode == "on"
        self._policy = RetryPolicy(profile.reconnect)
        interval_s = profile.heartbeat.interval or STABLE_OPEN_S
        self._stable_s = min(STABLE_OPEN_S, max(SHORTEST_STABLE_OPEN_S, interval_s))

    def begin(self) -> None:
        """A person asked to connect: count from the start."""
        self.attempt = 0
        self._stopped = False

    def stop(self) -> None:
        """Stay closed: after the connection that is there now, or in place of waiting on."""
        self._stopped = True
        self._end_wait("stop")

    def now(self) -> None:
        """Do not wait for the rest of the delay."""
        self._end_wait("dial")

    @property
    def waiting(self) -> bool:
        """Whether a delay is running."""
        return self._waiting is not None and not self._waiting.done()

    def decide(self, end: WireEnd, open_s: float, advice: Advice | None = None) -> RetryDecision | None:
        """What to do after an ending; None where nobody asked for retries, which needs no words.

        Args:
            end: how the connection ended.
            open_s: how long it was open; 0 if it never was.
            advice: what the service's dialect says about coming back.
        """
        if self._policy is None or not self.enabled or self._stopped:
            return None
        if open_s >= self._stable_s:
            self.attempt = 0
        decision = self._policy.decide(end, self.attempt, self._chance, time.time(), advice)
        if decision.retry:
            self.attempt += 1
        return decision

    async def wait(self, delay_s: float) -> Outcome:
        """Let the delay pass, unless somebody decides sooner."""
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(delay_s):
                return await self._waiting
        except TimeoutError:
            return "dial"
        finally:
            self._waiting = None

    def _end_wait(self, outcome: Outcome) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(outcome)


def decided(t_ns: int, connection: int, attempt: int, decision: RetryDecision) -> Event:
    """The ``retry`` event of a decision: the attempt to come, or that there will be none."""
    if not decision.retry:
        return stopped(t_ns, connection, attempt, decision.reason)
    detail = {"attempt": attempt, "delay_ns": round(decision.delay_s * 1e9), "reason": decision.reason}
    return _retry_event(t_ns, connection, detail)


def stopped(t_ns: int, connection: int, attempt: int, reason: str) -> Event:
    """The ``retry`` event that says that there will be none."""
    return _retry_event(t_ns, connection, {"attempt": attempt, "stopped": True, "reason": reason})


def _retry_event(t_ns: int, connection: int, detail: dict[str, object]) -> Event:
    return Event(t_ns, connection, Kind.RETRY.value, Direction.LOCAL.value, detail=detail)
