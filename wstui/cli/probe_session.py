"""Carries a probe's trials out, one connection after the other, and prints what each shows."""

import asyncio
import signal
import sys
from pathlib import Path

import click
import msgspec

from wstui.cli.headless import HeadlessRun, Outcome, Plan
from wstui.cli.run_session import narrate
from wstui.cli.status import ENDED_AS_ASKED, NEVER_OPENED, SIGNAL_BASE
from wstui.engine.engine import SWITCH_INTERVAL_S
from wstui.engine.steps import parse_steps
from wstui.events import Connect
from wstui.probing import (
    Findings,
    ProbeOptions,
    Showing,
    Trial,
    conclude,
    contact_trial,
    kept_trial,
    showing,
    silence_trial,
)
from wstui.probing.report import finding_lines, findings_mapping, trial_lines, trial_mapping
from wstui.probing.trials import quiet_profile
from wstui.profiles import parse_url, profile_to_mapping
from wstui.targets import Destination
from wstui.timeline import Catalogue, TimelineReader


def probe(where: Destination, options: ProbeOptions, *, as_json: bool) -> int:
    """Examine an endpoint; the exit status.

    Raises:
        StepError: the message cannot be sent as a step.
        CommandRefused: the profile is wrong, or a session file cannot be made.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    if options.message:
        parse_steps(kept_trial(1.0, options.message).steps)
    prober = _Prober(where, as_json=as_json)
    try:
        interrupted_by = prober.examine(options)
    except KeyboardInterrupt:  # between two connections
        interrupted_by = signal.SIGINT
    prober.print_findings(conclude(prober.showings))
    if interrupted_by:
        return SIGNAL_BASE + interrupted_by
    return ENDED_AS_ASKED if prober.opened else NEVER_OPENED


class _Prober:
    """Its trials so far."""

    def __init__(self, where: Destination, *, as_json: bool) -> None:
        profile = quiet_profile(where.profile)
        self._connect = Connect(profile=profile_to_mapping(profile), name=where.name)
        self._url = parse_url(profile.url).safe_url
        self._as_json = as_json
        self.showings: list[Showing] = []

    @property
    def opened(self) -> bool:
        """Whether any connection was ever open."""
        return any(shown.opened for shown in self.showings)

    def examine(self, options: ProbeOptions) -> int:
        """One trial after the other; the number of the signal that cut it short, or 0."""
        interrupted_by = self._try(contact_trial(options))
        if interrupted_by or not self.showings[-1].opened or not options.silence_s:
            return interrupted_by
        interrupted_by = self._try(silence_trial(options))
        silence = self.showings[-1]
        if interrupted_by or not silence.ended_by_them or silence.our_silence_s is None:
            return interrupted_by
        for message in ("", options.message) if options.message else ("",):
            interrupted_by = interrupted_by or self._try(kept_trial(silence.our_silence_s, message))
        return interrupted_by

    def _try(self, trial: Trial) -> int:
        narrate(trial.purpose)
        outcome = asyncio.run(self._carry_out(trial))
        Catalogue().relate(outcome.session, f"Probe: {trial.name}", {"probe": {"trial": trial.name}})
        with TimelineReader(outcome.session) as reader:
            shown = showing(trial, reader)
        self.showings.append(shown)
        self._print(trial_mapping(shown) if self._as_json else list(trial_lines(shown)))
        return outcome.interrupted_by

    async def _carry_out(self, trial: Trial) -> Outcome:
        plan = Plan(self._connect, parse_steps(trial.steps))
        return await HeadlessRun(plan, narrate, on_session=_nothing, on_commit=_nothing).run()

    def print_findings(self, findings: Findings) -> None:
        """The end of the report."""
        self._print(findings_mapping(findings, self._url) if self._as_json else list(finding_lines(findings)))

    def _print(self, said: dict[str, object] | list[str]) -> None:
        if isinstance(said, dict):
            click.echo(msgspec.json.encode(said))
        elif said:
            click.echo("\n".join(said))


def _nothing(_session: Path | None = None) -> None:
    """Nobody follows a trial while it runs."""
