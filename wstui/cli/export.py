"""``wstui export``: a session in a format that others read."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from wstui.cli.completing import complete_file
from wstui.cli.progress_line import ProgressLine
from wstui.cli.session_argument import SESSION_HELP, complete_session, session_path
from wstui.cli.status import Failure
from wstui.events import Direction, Kind, safe_text

if TYPE_CHECKING:
    from wstui.exchange.source import ExportOptions, Source

_FORMATS = ("jsonl", "har", "md", "html", "csv")


@click.command("export", epilog=SESSION_HELP)
@click.argument("session", shell_complete=complete_session)
@click.option("--format", "form", type=click.Choice(_FORMATS),
              help="By default what FILE's name says, else jsonl.")  # fmt: skip
@click.option("-o", "--output", default="-", metavar="FILE", shell_complete=complete_file,
              help="Where to; “-” is standard output.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@click.option("--from", "first", metavar="PLACE",
              help="Begin at an event (120), at seconds since the start (12.5s), at 12:01:07.")  # fmt: skip
@click.option("--to", "last", metavar="PLACE", help="End here, included.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice([kind.value for kind in Kind]),
              help="Only events of this kind; may be given many times.")  # fmt: skip
@click.option("--direction", "directions", multiple=True, type=click.Choice([d.value for d in Direction]),
              help="Only events of this direction; may be given many times.")  # fmt: skip
@click.option("--grep", "pattern", metavar="REGEX", help="Only events whose payload (or detail) matches.")
@click.option("--what", type=click.Choice(["events", "heartbeat"]), default="events", show_default=True,
              help="csv: which table.")  # fmt: skip
@click.option("--messages", type=click.IntRange(0), metavar="N",
              help="md, html: how many messages at most (40; 50,000); 0: all.")  # fmt: skip
@click.option("--redact", "patterns", multiple=True, metavar="REGEX",
              help="What matches is a secret too; may be given many times.")  # fmt: skip
@click.option("--with-secrets", is_flag=True, help="Leave credentials in what is exported.")
def command(session: str, form: str | None, output: str, force: bool, **given: Any) -> None:
    """Write SESSION to a file or to standard output. Secrets are replaced unless asked otherwise.

    \b
    Formats: jsonl  everything, one event a line; imports back equal
             har    for browsers' inspectors and HAR viewers
             md     what one pastes into an issue
             html   a report in one file: verdict, heartbeat, timeline, messages
             csv    events, or the heartbeat series, as a table

    \b
    wstui export last -o trades.jsonl
    wstui export last -o report.html
    wstui export last --format md --from 12:01:07 | xclip
    wstui export last --format csv --what heartbeat -o heartbeat.csv
    wstui export last --grep '"op":"trade"' | jq -r .text
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.exchange.formats import FORMATS, format_for
    from wstui.exchange.source import Source
    from wstui.exchange.watched import WatchedReader

    _check_patterns(given["patterns"], with_secrets=given["with_secrets"])
    chosen = FORMATS[form or format_for(output) or "jsonl"]
    progress = ProgressLine("exporting")
    passes = chosen.passes + (not given["with_secrets"])
    with WatchedReader(session_path(session), progress.tell, passes=passes) as reader:
        options = _options(reader.info.started_ns, given)
        with _destination(output, force=force) as out, progress:
            source = Source(reader, options)
            chosen.write(source, out)
        _narrate(source, "" if output == "-" else output)
        damage = reader.damage
    if damage:
        raise Failure(damage)


def _options(started_ns: int, given: dict[str, Any]) -> "ExportOptions":
    from wstui.exchange.selection import SelectionError, make_selection
    from wstui.exchange.source import ExportOptions

    names = ("first", "last", "kinds", "directions", "pattern")
    try:
        selection = make_selection(started_ns, **{name: given[name] for name in names})
    except SelectionError as error:
        raise Failure(str(error)) from error
    redact = not given["with_secrets"]
    return ExportOptions(selection, redact, given["patterns"], given["messages"], given["what"])


def _check_patterns(patterns: tuple[str, ...], *, with_secrets: bool) -> None:
    import re

    if patterns and with_secrets:
        raise Failure("--redact and --with-secrets contradict each other: leave one of them out.")
    for pattern in patterns:
        try:
            empty = re.compile(pattern).search("") is not None
        except re.error as error:
            raise Failure(f"--redact {pattern}: not a regular expression: {error}.") from error
        if empty:
            raise Failure(f"--redact {pattern}: it matches nothing at all, and so would be everywhere.")


def _narrate(source: "Source", output: str) -> None:
    done = source.exported()
    if source.options.redact and done.redactions:
        values = f"{done.redactions:,} value{'' if done.redactions == 1 else 's'}"
        secrets = f"{done.secrets:,} secret{'' if done.secrets == 1 else 's'}"
        click.echo(f"{values} of {secrets} replaced; --with-secrets leaves them in.", err=True)
    if not source.options.redact:
        click.echo("Secrets were left in: think of who gets to see this.", err=True)
    if not done.events:
        click.echo("Nothing was chosen: no event is like that.", err=True)
    if output:
        click.echo(f"{done.events:,} events to {safe_text(output)}", err=True)


@contextmanager
def _destination(output: str, *, force: bool) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears whole or not at all."""
    from wstui.exchange.output import OutputError, whole_file

    if output == "-":
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise  # nobody reads any more: no mistake of anybody's
        except OSError as error:
            raise Failure(f"Standard output cannot be written: {error.strerror}.") from error
        return
    try:
        with whole_file(Path(output).expanduser(), force=force) as out:
            yield out
    except OutputError as error:
        raise Failure(str(error)) from error
