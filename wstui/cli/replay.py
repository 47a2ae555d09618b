"""``wstui replay``: drive an endpoint as a recorded client did, and compare what comes of it."""

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wstui.cli.completing import complete_profile, complete_target
from wstui.cli.dial_options import trust_options
from wstui.cli.session_argument import SESSION_HELP
from wstui.cli.status import NEVER_OPENED, SIGNAL_BASE, USAGE, Failure

if TYPE_CHECKING:
    from wstui.cli.overrides import Overrides
    from wstui.engine.json_path import JsonPath
    from wstui.events import Connect
    from wstui.replay.drive_plan import ConnectionPlan
    from wstui.replay.driving import DriveOptions
    from wstui.replay.links import Capture
    from wstui.replay.recording import Recording
    from wstui.targets import Destination


@click.command("replay", epilog=SESSION_HELP)
@click.argument("source", metavar="SESSION|PROFILE", shell_complete=complete_target)
@click.option("--against", metavar="URL", shell_complete=complete_profile,
              help="The endpoint: a URL or a profile's name.")  # fmt: skip
@click.option("--pace", default="causal", metavar="PACE", show_default=True,
              help="causal (a step follows its recorded answers), recorded, or “scaled X”.")  # fmt: skip
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE",
              help="For {{NAME}}, or, with a JSON path for NAME, for that place.")  # fmt: skip
@click.option("--capture", "captures", multiple=True, metavar="NAME=PATH",
              help="A value of an answer, for {{NAME}} and wherever it was sent again.")  # fmt: skip
@click.option("--ignore", "ignored", multiple=True, metavar="PATH",
              help="A JSON path whose changes do not count; may be given many times.")  # fmt: skip
@click.option("--exact", is_flag=True, help="Count times and generated ids too.")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0, min_open=True), default=10.0, metavar="S",
              show_default=True, help="How long a step waits for an answer that is missing.")  # fmt: skip
@click.option("--connection", type=click.IntRange(0), metavar="N", help="Drive only this connection.")
@click.option("--script", metavar="NAME", help="Of a profile: which of its scripts.")
@trust_options
@click.option("--json", "as_json", is_flag=True, help="The comparison as one JSON line.")
def command(source: str, **given: Any) -> int:
    """Send what a recorded client sent to an endpoint, record it, and compare the two server sides.

    A token that the server gave and the client sent again is taken from the new answer. With a PROFILE in
    place of a session its script is played, as “wstui run --script” does.

    \b
    Exit status: 0 the servers agree, 1 they differ or a step waited in vain, 2 usage, 3 never opened.

    \b
    wstui replay last --against ws://localhost:8080
    wstui replay good-run --against staging --ignore '$..price' --set '$.token=abc' --json
    wstui replay trades --script login --against ws://localhost:8080
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.profiles import ProfileError
    from wstui.targets import Destination, find_target

    wish = _Wish(**given)
    try:
        target = find_target(source)
    except ProfileError as error:
        raise Failure(f"{source} is neither a recorded session nor a profile. {error}") from error
    if not isinstance(target, Destination):
        return _drive(target.path, wish)
    if target.path is None:
        raise Failure(f"{source} is neither a recorded session nor a profile.")
    return _play_script(target, wish)


@dataclass(frozen=True, slots=True)
class _Wish:
    """The options, as they were given."""

    against: str | None
    pace: str
    sets: tuple[str, ...]
    captures: tuple[str, ...]
    ignored: tuple[str, ...]
    exact: bool
    timeout_s: float
    connection: int | None
    script: str | None
    profile: str | None
    headers: tuple[str, ...]
    subprotocols: tuple[str, ...]
    insecure: bool
    ca: str | None
    as_json: bool

    @property
    def overrides(self) -> "Overrides":
        """What replaces the profile's."""
        from wstui.cli.overrides import Overrides

        return Overrides(
            insecure=self.insecure, ca=self.ca, headers=self.headers, subprotocols=self.subprotocols
        )


def _drive(path: Path, wish: _Wish) -> int:
    from wstui.cli.comparison_output import read_path
    from wstui.cli.drive_session import drive
    from wstui.cli.run_session import narrate

    if wish.against is None:
        raise Failure("Say which endpoint is driven: --against URL.")
    options = _drive_options(wish)
    ignored = [read_path(text, "--ignore") for text in wish.ignored]
    recording, plans = _read(path, wish.connection, options)
    connect = _connect(wish.against, wish, recording)
    driven = asyncio.run(drive(recording, plans, options, connect))
    if driven.outcome is None:
        narrate("Interrupted.")
        return SIGNAL_BASE + driven.interrupted_by
    if driven.outcome.sentence:
        narrate(driven.outcome.sentence)
    if not driven.outcome.opened:
        return _explain(driven.session, as_json=wish.as_json)
    return _compare(path, driven.session, wish, ignored, driven.outcome.sentence)


def _read(
    path: Path, connection: int | None, options: "DriveOptions"
) -> tuple["Recording", list["ConnectionPlan"]]:
    from wstui.cli.run_session import narrate
    from wstui.replay.drive_plan import plan_connection
    from wstui.replay.recording import RecordingError, read_recording
    from wstui.timeline import TimelineReader

    with TimelineReader(path) as reader:
        try:
            recording = read_recording(reader)
            plans = [plan_connection(row, options.captures) for row in recording.chosen(connection)]
        except RecordingError as error:
            raise Failure(str(error), USAGE) from error
    if recording.damage:
        narrate(recording.damage)
    if not recording.messages:
        narrate("The recording has no messages; only its opening and its ending are driven.")
    return recording, plans


def _connect(against: str, wish: _Wish, recording: "Recording") -> "Connect":
    from wstui.cli.overrides import destination
    from wstui.cli.run_session import narrate
    from wstui.events import Connect
    from wstui.profiles import profile_to_mapping
    from wstui.replay.profile import driven_profile, left_out_headers

    where = destination(against, wish.profile, wish.overrides)
    as_recorded = where.path is None
    left_out = left_out_headers(recording) if as_recorded else []
    missing = [name for name in left_out if name.lower() not in map(str.lower, where.profile.headers)]
    if missing:
        narrate(f"Not sent, for the recording has no secrets: {', '.join(missing)}; give them with -H.")
    driven = driven_profile(where.profile, recording, as_recorded=as_recorded)
    return Connect(profile_to_mapping(driven), where.name or recording.info.profile)


def _compare(before: Path, after: Path, wish: _Wish, ignored: "list[JsonPath]", incomplete: str) -> int:
    from wstui.cli.comparison_output import print_comparison
    from wstui.replay.compare import compare
    from wstui.timeline import TimelineReader

    with TimelineReader(before) as old, TimelineReader(after) as new:
        comparison = compare(old, new, ignore=ignored, automatic=not wish.exact, connection=wish.connection)
    return print_comparison(comparison, as_json=wish.as_json, incomplete=incomplete)


def _explain(session: Path, *, as_json: bool) -> int:
    """It was never open: why."""
    from wstui.cli.verdict_text import print_verdict
    from wstui.diagnosis import diagnose
    from wstui.timeline import TimelineReader

    with TimelineReader(session) as reader:
        print_verdict(diagnose(reader), session.name, as_json=as_json)
    return NEVER_OPENED


def _play_script(target: "Destination", wish: _Wish) -> int:
    from wstui.cli.overrides import destination
    from wstui.cli.run_session import run_plan
    from wstui.cli.scripts import script_steps, variables
    from wstui.events import Connect
    from wstui.profiles import profile_to_mapping

    steps = script_steps(target, wish.script)
    where = destination(wish.against, str(target.path), wish.overrides)
    connect = Connect(profile_to_mapping(where.profile), target.name)
    return run_plan(connect, steps, None, as_json=wish.as_json, variables=variables(wish.sets))


def _drive_options(wish: _Wish) -> "DriveOptions":
    from wstui.cli.comparison_output import read_path
    from wstui.cli.scripts import name_and_value, variables
    from wstui.replay.driving import DriveOptions

    named = tuple(text for text in wish.sets if not text.startswith("$"))
    placed = [name_and_value(text, "--set") for text in wish.sets if text.startswith("$")]
    return DriveOptions(
        speed=_speed(wish.pace),
        timeout_s=wish.timeout_s,
        variables=variables(named),
        captures=[_capture(text) for text in wish.captures],
        settings=[(read_path(path, "--set"), value) for path, value in placed],
    )


def _capture(text: str) -> "Capture":
    from wstui.cli.comparison_output import read_path
    from wstui.cli.scripts import name_and_value, variable_name
    from wstui.replay.links import Capture

    name, path = name_and_value(text, "--capture")
    return Capture(variable_name(name, "--capture"), read_path(path, "--capture"))


def _speed(pace: str) -> float | None:
    """Session time per wall time; None for causal."""
    words = pace.replace("=", " ").replace(":", " ").split()
    if words == ["causal"]:
        return None
    if words == ["recorded"]:
        return 1.0
    number = words[1] if len(words) == 2 and words[0] == "scaled" else words[0] if len(words) == 1 else ""
    try:
        speed = float(number.removesuffix("x"))
    except ValueError:
        speed = math.nan
    if not (math.isfinite(speed) and speed > 0):
        raise Failure(f"--pace {pace}: expected “causal”, “recorded” or “scaled X”, as in --pace 'scaled 4'.")
    return speed
