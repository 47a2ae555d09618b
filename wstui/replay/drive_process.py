"""Drives a recorded client again, for a screen: ``python -m wstui.replay.drive_process``.

Request: ``{"session", "profile", "name", "as_recorded", "speed", "timeout_s"}``. Lines: ``remark`` (a
sentence), ``session`` (the new file), ``progress``, and last ``done`` or ``failed`` (a sentence).
"""

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wstui.events import CommandRefused, Connect
from wstui.profiles import ProfileError, parse_profile, profile_to_mapping
from wstui.replay.child import Talk, run_child
from wstui.replay.drive_plan import ConnectionPlan, plan_connection
from wstui.replay.driven_session import DrivenSession
from wstui.replay.driving import TIMEOUT_S, DriveOptions, DriveProgress
from wstui.replay.profile import driven_profile, left_out_headers
from wstui.replay.recording import Recording, RecordingError, read_recording
from wstui.timeline import TimelineError, TimelineReader

_TELLS_EVERY_S = 0.1


async def drive(request: dict[str, Any], talk: Talk) -> None:
    """Carry one request out."""
    try:
        recording, plans = _read(Path(request["session"]))
        connect = _connect(request, recording, talk)
    except (TimelineError, RecordingError, ProfileError) as error:
        talk.say("failed", sentence=str(error))
        return
    for remark in _remarks(recording):
        talk.say("remark", sentence=remark)
    options = DriveOptions(speed=request.get("speed"), timeout_s=request.get("timeout_s", TIMEOUT_S))
    await _Run(recording, plans, options, talk).run(connect)


class _Run:
    def __init__(
        self, recording: Recording, plans: list[ConnectionPlan], options: DriveOptions, talk: Talk
    ) -> None:
        self._talk = talk
        self._progress = DriveProgress(0, 0, 0, 0)
        self._session_told = False
        self._driven = DrivenSession(
            recording, plans, options, narrate=self._remark, on_progress=self._take_progress
        )
        self._connections = len(plans)

    async def run(self, connect: Connect) -> None:
        telling = asyncio.get_running_loop().create_task(self._tell_for_ever())
        try:
            outcome = await self._driven.run(connect)
        except CommandRefused as error:
            self._talk.say("failed", sentence=str(error))
            return
        finally:
            telling.cancel()
            self._tell()
        self._talk.say("done", session=str(outcome.session), opened=outcome.opened, sentence=outcome.sentence)

    def _take_progress(self, progress: DriveProgress) -> None:
        self._progress = progress

    def _remark(self, sentence: str) -> None:
        self._talk.say("remark", sentence=sentence)

    async def _tell_for_ever(self) -> None:
        while True:
            self._tell()
            await asyncio.sleep(_TELLS_EVERY_S)

    def _tell(self) -> None:
        if self._driven.session.name and not self._session_told:
            self._session_told = True
            self._talk.say("session", session=str(self._driven.session))
        facts = {**asdict(self._progress), **asdict(self._driven.standing), "connections": self._connections}
        self._talk.show("progress", **facts)


def _read(path: Path) -> tuple[Recording, list[ConnectionPlan]]:
    with TimelineReader(path) as reader:
        recording = read_recording(reader)
    return recording, [plan_connection(row) for row in recording.chosen(None)]


def _connect(request: dict[str, Any], recording: Recording, talk: Talk) -> Connect:
    profile = parse_profile(request["profile"], source="the endpoint")
    as_recorded = bool(request.get("as_recorded"))
    left_out = left_out_headers(recording) if as_recorded else []
    if left_out:
        names = ", ".join(left_out)
        talk.say("remark", sentence=f"Not sent, for the recording has no secrets: {names}; use a profile.")
    driven = driven_profile(profile, recording, as_recorded=as_recorded)
    return Connect(profile_to_mapping(driven), request.get("name") or recording.info.profile)


def _remarks(recording: Recording) -> list[str]:
    said = [recording.damage] if recording.damage else []
    if not recording.messages:
        said.append("The recording has no messages; only its opening and its ending are driven.")
    return said


if __name__ == "__main__":
    sys.exit(run_child(drive))
