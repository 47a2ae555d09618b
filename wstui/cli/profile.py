"""``wstui profile``: what is known about endpoints."""

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem

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


def complete_profile(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The profiles' names, for the shell."""
    del ctx, param
    rows = list_profiles()
    return [CompletionItem(row.name, help=row.url) for row in rows if row.name.startswith(incomplete)]


@click.group("profile")
def command() -> None:
    """Profiles hold what an endpoint needs: URL, headers, heartbeat, retries, saved messages.

    \b
    wstui profile list
    wstui profile show echo
    wstui profile check ./trades.toml
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


def _path(name: str) -> Path:
    path = find_profile(name)
    if path is None:
        raise Failure(f"There is no profile “{name}”; “wstui profile list” shows which there are.")
    return path


def _missing_variables(profile: Profile) -> str:
    missing = [name for name in environment_names(profile) if name not in os.environ]
    return f", but not set in this environment: {', '.join(missing)}" if missing else ""
