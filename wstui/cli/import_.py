"""``wstui import``: files of others into sessions, a cURL command into a profile."""

import sys
from pathlib import Path

import click

from wstui.cli.progress_line import ProgressLine
from wstui.cli.status import Failure
from wstui.events import safe_text


@click.command("import")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--curl", is_flag=True, help="FILE (or standard input) holds a cURL command: make a profile.")
@click.option("--name", metavar="NAME", help="With --curl: the profile's name; by default the host's.")
@click.option("--force", is_flag=True, help="With --curl: replace a profile of that name.")
def command(files: tuple[Path, ...], curl: bool, name: str | None, force: bool) -> None:
    """Make sessions out of FILEs, and print their names. The files are only read.

    \b
    Known, and told by content: JSON Lines of “wstui export” and “wstui run --json”;
    HAR of browsers (each WebSocket becomes a session); transcripts of wscat and websocat.
    What can be read of a broken file is kept; then the exit status is 2.

    \b
    wstui import trades.jsonl
    wstui import network.har && wstui diagnose last
    wstui import --curl --name trades < command.txt
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    if curl:
        _import_curl(files, name, force=force)
        return
    if name is not None or force:
        raise Failure("--name and --force belong to --curl.")
    if not files:
        raise Failure("Name the files to import.")
    sentences = [sentence for path in files if (sentence := _import(path))]
    if sentences:
        for sentence in sentences[:-1]:
            click.echo(f"wstui: {safe_text(sentence)}", err=True)
        raise Failure(sentences[-1])


def _import(path: Path) -> str:
    """Import one file; a sentence on what went wrong, or nothing."""
    from wstui.exchange.importing import ImportProblem, import_file

    try:
        with ProgressLine(f"importing {safe_text(path.name)}"):
            done = import_file(path.expanduser())
    except ImportProblem as error:
        return str(error)
    for session in done.paths:
        click.echo(session.stem)
    sessions = f"{len(done.paths):,} session{'' if len(done.paths) == 1 else 's'}"
    click.echo(f"{done.events:,} events in {sessions}, from {safe_text(str(path))}", err=True)
    return done.problem


def _import_curl(files: tuple[Path, ...], name: str | None, *, force: bool) -> None:
    from wstui.profiles import ProfileError, own_profile_path, parse_url, profile_slug, save_profile
    from wstui.profiles.curl import profile_from_curl

    if len(files) > 1:
        raise Failure("One cURL command at a time.")
    given = files and str(files[0]) != "-"
    try:
        text = files[0].read_text("utf-8", "replace") if given else sys.stdin.read()
        profile, secrets = profile_from_curl(text, files[0].name if given else "standard input")
    except OSError as error:
        raise Failure(f"{safe_text(str(files[0]))}: {(error.strerror or str(error)).lower()}.") from error
    except ProfileError as error:
        raise Failure(str(error)) from error
    path = own_profile_path(profile_slug(name or parse_url(profile.url).host))
    if path.exists() and not force:
        raise Failure(
            f"There is a profile “{path.stem}” already; --name chooses another, --force replaces it."
        )
    save_profile(path, profile)
    click.echo(path.stem)
    if secrets:
        named = ", ".join(dict.fromkeys(safe_text(secret) for secret in secrets))
        click.echo(
            f"{safe_text(str(path))} holds secrets as they are ({named}); ${{NAME}} in their place keeps them"
            " in the environment.",
            err=True,
        )
