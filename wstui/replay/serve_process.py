"""Serves a recorded server, for a screen: ``python -m wstui.replay.serve_process``.

Request: ``{"session", "port", "match", "speed"}``. Lines: ``serving`` (the URL), ``remark`` (a sentence),
``clients`` (everybody who came, whenever that changed), or ``failed`` (a sentence).
"""

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wstui.lab import LabError
from wstui.replay.child import Talk, run_child
from wstui.replay.recording import RecordingError, read_recording
from wstui.replay.server_plan import Refusal, ServerPlan, plan_or_refusal
from wstui.replay.serving import ReplayServer
from wstui.timeline import TimelineError, TimelineReader

_TELLS_EVERY_S = 0.2


async def serve(request: dict[str, Any], talk: Talk) -> None:
    """Carry one request out, until it is cancelled."""

    def remark(sentence: str) -> None:
        talk.say("remark", sentence=sentence)

    try:
        plan, remarks = _plan(Path(request["session"]))
        server = ReplayServer(
            plan, match=request["match"], speed=request["speed"], port=request["port"], narrate=remark
        )
        async with server:
            for sentence in remarks:
                remark(sentence)
            talk.say("serving", url=server.url)
            await _tell_for_ever(server, talk)
    except (TimelineError, RecordingError, LabError) as error:
        talk.say("failed", sentence=str(error))


async def _tell_for_ever(server: ReplayServer, talk: Talk) -> None:
    told: list[dict[str, Any]] = []
    while True:
        await asyncio.sleep(_TELLS_EVERY_S)
        now = [asdict(client) for client in server.served()]
        if now != told:
            told = now
            talk.show("clients", clients=now)


def _plan(path: Path) -> tuple[ServerPlan | Refusal, list[str]]:
    with TimelineReader(path) as reader:
        recording = read_recording(reader)
        plan = plan_or_refusal(recording, None, reader.heartbeat())
    remarks = [recording.damage, *(plan.remarks if isinstance(plan, ServerPlan) else ())]
    if len(recording.opened) > 1:
        remarks.append(f"The first of {len(recording.opened)} open connections is played.")
    return plan, [remark for remark in remarks if remark]


if __name__ == "__main__":
    sys.exit(run_child(serve))
