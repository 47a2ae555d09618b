"""``wstui demo``: the terminal UI on the embedded endpoint, or without a terminal a run against it."""

import asyncio
from typing import TYPE_CHECKING

import click

from wstui.cli.lab import complete_fault
from wstui.cli.status import ENDED_AS_ASKED, Failure
from wstui.cli.streams import has_terminal

if TYPE_CHECKING:
    from wstui.cli.headless import Outcome

_TALK = (
    "send hello",
    "ping",
    "wait 0.5",
    'send {"method":"SUBSCRIBE","params":["ethusdt@trade"],"id":1}',
    "ping how far away are you",
    "wait 0.5",
    "send-hex 00 ff 10",
    "wait 0.5",
    "send goodbye",
    "wait 0.5",
)
_ENDS_NOT_BY_ITSELF = ("echo", "demo", "ticker", "flood")
_UNTIL_IT_ENDS = "wait 6"
_SPEED = 2.0
"""What the lab does after 3 s is worth seeing, but not worth waiting 3 s for in a script."""


@click.command("demo")
@click.argument("fault", default="demo", metavar="[FAULT]", shell_complete=complete_fault)
def command(fault: str) -> int:
    """Open the terminal UI on an endpoint of wstui's own, which misbehaves as FAULT says.

    Without a terminal: talk to it for a few seconds, print the timeline and the verdict.

    \b
    wstui demo
    wstui demo silent-close
    wstui lab --list        which faults there are
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.lab import FAULTS

    if fault not in FAULTS:
        raise Failure(f"There is no fault “{fault}”; “wstui lab --list” shows which there are.")
    if has_terminal():
        from wstui.tui import run

        return run(demo=fault)
    from wstui.cli.run_session import conclude

    conclude(asyncio.run(_headless(fault)), as_json=False)
    return ENDED_AS_ASKED


async def _headless(fault: str) -> "Outcome":
    from wstui.cli.headless import Plan
    from wstui.cli.run_session import play_plan
    from wstui.engine.steps import parse_steps
    from wstui.events import Connect
    from wstui.lab import LabServer

    steps = _TALK if fault in _ENDS_NOT_BY_ITSELF else (*_TALK, _UNTIL_IT_ENDS)
    async with LabServer(fault, speed=_SPEED) as server:
        profile = {"url": server.url, "heartbeat": {"interval": 0}, "proxy": {"url": "none"}}
        return await play_plan(Plan(Connect(profile, "demo"), parse_steps(steps)), as_json=False)
