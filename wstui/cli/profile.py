"""``wstui profile``: what is known about endpoints."""

import os
import sys
from pathlib import Path

import click

from wstui.cli.completing import complete_profile
from wstui.cli.session_argument import complete_session
from wstui.cli.status import ENDED_AS_ASKED, USAGE, Failure
from wstui.events import safe_text
from wstui.profiles import (
    Profile,
    ProfileError,
    environment_names,
    find_profile,
    list_profiles,
    load_profile,
    settings_snapshot,
)


@click.group("profile")
def command() -> None:
    """Profiles hold what an endpoint needs: URL, headers, heartbeat, retries, saved messages.

    \b
    wstui profile list
    wstui profile show echo
    wstui profile check ./trades.toml
    wstui profile from-session last -o login.toml
    """  # noqa: D301 - \b is click's mark for lines that stay as they are


@command.command("list")
def list_command() -> None:
    """List your own profiles and the templates that come with wstui."""
    for entry in list_profiles():
        kind = "template" if entry.template else "own"
        words = f"cannot be used: {entry.error}" if entry.error else entry.url
        click.echo(f"{safe_text(entry.name):20}  {kind:8}  {safe_text(words)}")


@command.command("show")
@click.argument("name", shell_complete=complete_profile)
def show_command(name: str) -> None:
    """Print a profile as TOML, its secrets replaced."""
    import tomli_w

    path = _path(name)
    click.echo(f"# {safe_text(str(path))}")
    text = tomli_w.dumps(settings_snapshot(load_profile(path)), multiline_strings=True)
    click.echo(safe_text(text, newlines=True), nl=False)


@command.command("check")
@click.argument("names", nargs=-1, shell_complete=complete_profile)
def check_command(names: tuple[str, ...]) -> int:
    """Say whether profiles can be used, and what is wrong where they cannot; all of them by default."""
    paths = [_path(name) for name in names] or [entry.path for entry in list_profiles()]
    faults = 0
    for path in paths:
        try:
            profile = load_profile(path)
        except ProfileError as error:
            click.echo(safe_text(str(error)), err=True)
            faults += 1
            continue
        click.echo(f"{safe_text(str(path))}: fine{_missing_variables(profile)}")
    return USAGE if faults else ENDED_AS_ASKED


@command.command("from-session")
@click.argument("session", shell_complete=complete_session)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Where to; standard output by default.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@click.option("--connection", type=click.IntRange(0), metavar="N",
              help="Which connection of the session; the first that was open.")  # fmt: skip
@click.option("--script", "name", default="recorded", metavar="NAME", help="The script's name.")
def from_session_command(
    session: str, output: Path | None, force: bool, connection: int | None, name: str
) -> None:
    """Make a profile of a recorded SESSION: its endpoint, and what its client did as a script.

    Secrets that the recording does not hold become ${NAME}. Values that the server gave and the client
    sent again become captures.

    \b
    wstui profile from-session last -o login.toml
    wstui run ./login.toml --script recorded
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.cli.session_argument import open_session
    from wstui.profiles import save_profile
    from wstui.profiles.write import profile_to_toml
    from wstui.replay.recording import RecordingError, read_recording
    from wstui.replay.script import scripted_profile

    if output is not None and output.exists() and not force:
        raise Failure(f"{output} is there already; --force replaces it.")
    with open_session(session) as reader:
        recording = read_recording(reader)
    try:
        profile = scripted_profile(recording, recording.chosen(connection)[0], name)
    except RecordingError as error:
        raise Failure(str(error)) from error
    if recording.damage:
        click.echo(safe_text(recording.damage), err=True)
    if output is None:
        text = profile_to_toml(profile)
        click.echo(safe_text(text, newlines=True) if sys.stdout.isatty() else text, nl=False)
    else:
        save_profile(output, profile)
        click.echo(f"Written: {safe_text(str(output))}{_missing_variables(profile)}", err=True)


def _path(name: str) -> Path:
    path = find_profile(name)
    if path is None:
        raise Failure(f"There is no profile “{name}”; “wstui profile list” shows which there are.")
    return path


def _missing_variables(profile: Profile) -> str:
    missing = [name for name in environment_names(profile) if name not in os.environ]
    return f", but not set in this environment: {', '.join(missing)}" if missing else ""
