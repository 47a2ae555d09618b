"""``wstui run``: a session without a screen, for scripts and for whoever wants to know quickly."""

import asyncio
import signal
import sys
from pathlib import Path

import click

from wstui.cli.event_output import EventOutput, Render
from wstui.cli.headless import HeadlessRun, Outcome, Plan
from wstui.cli.overrides import Overrides, destination
from wstui.cli.status import (
    ENDED_AS_ASKED,
    ENDED_OTHERWISE,
    EXPECT_FAILED,
    NEVER_OPENED,
    SIGNAL_BASE,
    Failure,
)
from wstui.cli.verdict_text import print_verdict
from wstui.diagnosis import Verdict, diagnose
from wstui.engine.player import Ending
from wstui.engine.steps import StepError, parse_steps
from wstui.events import Connect, RecordedEvent, safe_text
from wstui.profiles import profile_to_mapping
from wstui.timeline import TimelineReader

SWITCH_INTERVAL_S = 0.0005
"""Printing must not keep the connection from a pong for Python's usual 5 ms."""


@click.command("run", short_help="a session without a screen: steps, events, the verdict")
@click.argument("target", required=False)
@click.option("--do", "do", multiple=True, metavar="STEP", help="A step; may be given many times.")
@click.option("--ping-every", type=click.FloatRange(0), metavar="S", help="Seconds between pings; 0: none.")
@click.option("--ping-timeout", type=click.FloatRange(0, min_open=True), metavar="S",
              help="Give up when a ping is not answered for this many seconds.")  # fmt: skip
@click.option("--open-timeout", type=click.FloatRange(0, min_open=True), metavar="S",
              help="Seconds that dialling may take.")  # fmt: skip
@click.option("--for", "for_s", type=click.FloatRange(0, min_open=True), metavar="S",
              help="A bound on the whole run, in seconds.")  # fmt: skip
@click.option("--max-size", type=click.IntRange(1), metavar="BYTES",
              help="A longer message ends the connection with 1009.")  # fmt: skip
@click.option("--no-compression", is_flag=True, help="Do not offer permessage-deflate.")
@click.option("--insecure", is_flag=True, help="Do not verify the server's certificate.")
@click.option("--ca", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="Trust the certificates of this PEM file.")  # fmt: skip
@click.option("-H", "--header", "headers", multiple=True, metavar="'Name: value'",
              help="A header of the upgrade request; ${ENV} is replaced.")  # fmt: skip
@click.option("--subprotocol", "subprotocols", multiple=True, metavar="NAME", help="Offer a subprotocol.")
@click.option("--retry", type=click.IntRange(0), metavar="N", help="Dial again, at most N times in a row.")
@click.option("--profile", "profile", metavar="NAME", help="Take the settings of this profile.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: every event, and last the verdict.")
def command(target: str | None, do: tuple[str, ...], for_s: float | None, profile: str | None,
            as_json: bool, **options: object) -> int:  # fmt: skip
    """Connect to TARGET (a URL or a profile), carry the steps out, record everything, say why it ended.

    \b
    Steps: send TEXT · send-hex HEX · send-file PATH · frame OPCODE HEX · ping [TEXT] · pong [TEXT]
           wait SECONDS · expect REGEX [within SECONDS] · close [CODE [REASON]] · abort
           withhold-pongs · delay-pongs SECONDS · answer-pings · stop-reading · resume-reading
           until-closed [SECONDS] · every SECONDS STEP · on REGEX STEP
    When the steps are done and nothing has closed the connection, it is closed with 1000.

    \b
    Exit status: 0 ended as asked, 1 an expect failed, 2 usage or profile error,
                 3 never opened, 4 ended otherwise than asked.

    \b
    wstui run wss://example.com/ws --do 'send hello' --do 'expect hello within 2'
    wstui run ws://localhost:8080 --ping-every 5 --do 'until-closed 120' --json
    wstui run trades --do 'every 20 send {"op":"ping"}' --for 300
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    try:
        steps = parse_steps(do)
    except StepError as error:
        raise Failure(str(error)) from error
    where = destination(target, profile, Overrides(**options))  # type: ignore[arg-type]
    connect = Connect(profile=profile_to_mapping(where.profile), name=where.name)
    return run_plan(Plan(connect, steps, for_s), as_json=as_json)


def run_plan(plan: Plan, *, as_json: bool) -> int:
    """Carry a plan out, print its events and its verdict; the exit status."""
    outcome = asyncio.run(play_plan(plan, as_json=as_json))
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
    """Say what failed, if anything, and print the verdict."""
    if outcome.result.sentence:
        narrate(outcome.result.sentence)
    with TimelineReader(outcome.session) as reader:
        verdict = diagnose(reader)
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
