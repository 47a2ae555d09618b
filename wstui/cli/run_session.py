"""Runs a session without a screen and prints it: what ``wstui run`` and a headless ``wstui demo`` share."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from wstui.cli.event_output import EventOutput, Render
from wstui.cli.headless import HeadlessRun, Outcome, Plan
from wstui.cli.status import (
    ENDED_AS_ASKED,
    ENDED_OTHERWISE,
    EXPECT_FAILED,
    NEVER_OPENED,
    SIGNAL_BASE,
)
from wstui.cli.verdict_text import print_verdict
from wstui.diagnosis import Verdict, diagnose, history_before
from wstui.engine.engine import SWITCH_INTERVAL_S
from wstui.engine.player import Ending
from wstui.engine.steps import Step
from wstui.events import Connect, RecordedEvent, safe_text
from wstui.timeline import TimelineReader


def run_plan(
    connect: Connect,
    steps: list[Step],
    for_s: float | None,
    *,
    as_json: bool,
    variables: Mapping[str, str] | None = None,
) -> int:
    """Run a session, print its events and its verdict; the exit status."""
    outcome = asyncio.run(play_plan(Plan(connect, steps, for_s, variables or {}), as_json=as_json))
    if outcome.result.sentence:
        narrate(outcome.result.sentence)
    return status_of(outcome, conclude(outcome, as_json=as_json))


async def play_plan(plan: Plan, *, as_json: bool) -> Outcome:
    """Carry a plan out and print its events while they come.

    Raises:
        CommandRefused: the profile is wrong, or the session file cannot be made.
        BrokenPipeError: nobody reads standard output any more.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    render = _json_lines if as_json else _text_lines()
    output = EventOutput(sys.stdout.buffer, render, lambda: run.interrupt_from_thread(signal.SIGPIPE))

    def follow(session: Path) -> None:
        narrate(f"Recording to {session}")
        output.follow(session)

    run = HeadlessRun(plan, narrate, on_session=follow, on_commit=output.more)
    try:
        outcome = await run.run()
    finally:
        output.finish()
    if output.failure is not None:
        raise output.failure
    return outcome


def conclude(outcome: Outcome, *, as_json: bool) -> Verdict:
    """Print the verdict, which earlier sessions to the same place have a say in."""
    with TimelineReader(outcome.session) as reader:
        verdict = diagnose(reader, history=history_before(reader))
    print_verdict(verdict, outcome.session.name, as_json=as_json)
    return verdict


def narrate(sentence: str) -> None:
    """Words for a person, on standard error; a closed one is no reason to stop."""
    try:
        click.echo(safe_text(sentence), err=True)
    except OSError:
        return


def status_of(outcome: Outcome, verdict: Verdict) -> int:
    """The exit status, as ``docs/cli.md`` has it."""
    ending = outcome.result.ending
    if outcome.interrupted_by:
        return SIGNAL_BASE + outcome.interrupted_by
    if ending is Ending.NEVER_OPENED:
        return NEVER_OPENED
    if ending is Ending.EXPECT_FAILED:
        return EXPECT_FAILED
    if ending is Ending.OTHERWISE or (outcome.result.wants_clean and not verdict.clean):
        return ENDED_OTHERWISE
    return ENDED_AS_ASKED


def _json_lines(reader: TimelineReader, events: list[RecordedEvent]) -> bytes:
    from wstui.exchange.jsonl import event_line

    marks = reader.marks_between(events[0].id, events[-1].id)
    return b"".join(event_line(event, marks.get(event.id, []), []) for event in events)


def _text_lines() -> Render:
    from wstui.cli.event_text import EventLines

    lines = EventLines()
    encoding = sys.stdout.encoding

    def render(reader: TimelineReader, events: list[RecordedEvent]) -> bytes:
        del reader
        text = "".join(f"{lines.line(event)}\n" for event in events)
        return text.encode(encoding, "backslashreplace")

    return render
