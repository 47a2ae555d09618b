"""The profile's application heartbeat: the message that a service wants on an interval, and its answer."""

import asyncio
import re
from collections.abc import Callable

from wstui.events import MESSAGE_KINDS, CommandRefused, Direction, Event, Send
from wstui.profiles import ApplicationHeartbeat

DIALECT = "profile"
"""Who recognised it, as marks name it."""

_SENT = Direction.SENT.value


class ApplicationBeat:
    """Sends ``[heartbeat.application]`` while a connection is open; knows it, and its answer, again."""

    def __init__(self, settings: ApplicationHeartbeat, send: Callable[[Send], None]) -> None:
        """Idle until :meth:`start`.

        Args:
            settings: the profile's table.
            send: hands a message to the wire; may raise CommandRefused.
        """
        self._settings = settings
        self._payload = settings.send.encode()
        self._expect = re.compile(settings.expect) if settings.expect else None
        self._send = send
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """The first message goes out after one interval, the others at even distances from it."""
        self._plan(asyncio.get_running_loop().time() + self._settings.interval)

    def stop(self) -> None:
        """No more messages."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def recognise(self, events: list[Event]) -> list[tuple[int, str]]:
        """Which of the events belong to this heartbeat: their places, and ``app_ping`` or ``app_pong``."""
        found = []
        for place, event in enumerate(events):
            if event.kind in MESSAGE_KINDS and event.payload is not None:
                mark = self._mark(event.direction, event.payload)
                if mark:
                    found.append((place, mark))
        return found

    def _mark(self, direction: str, payload: bytes) -> str:
        if direction == _SENT:
            return "app_ping" if payload == self._payload else ""
        if self._expect is None or self._expect.search(payload.decode("utf-8", "replace")) is None:
            return ""
        return "app_pong"

    def _plan(self, due_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_at(due_s, self._beat, due_s)

    def _beat(self, due_s: float) -> None:
        try:
            self._send(Send(self._payload))
        except CommandRefused:
            return  # closing: the connection's end stops the rest
        # After a sleep of the machine: one message, not all that were missed.
        now_s = asyncio.get_running_loop().time()
        self._plan(max(due_s, now_s - self._settings.interval) + self._settings.interval)
