"""``wstui export``: a session in a format that others read."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from wstui.cli.session_argument import SESSION_HELP, complete_session, open_session
from wstui.cli.status import Failure


@click.command("export", epilog=SESSION_HELP)
@click.argument("session", shell_complete=complete_session)
@click.option("--format", "form", type=click.Choice(["jsonl"]), default="jsonl", show_default=True,
              help="jsonl: JSON Lines, one event a line.")  # fmt: skip
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to; “-” is standard output.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@click.option("--with-secrets", is_flag=True, help="Leave credentials in what is exported.")
def command(session: str, form: str, output: str, force: bool, with_secrets: bool) -> None:
    """Write SESSION to a file or to standard output. Secrets are replaced unless asked otherwise.

    \b
    wstui export last --format jsonl -o trades.jsonl
    wstui export last -o - | jq -r 'select(.kind == "text") | .text'
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.exchange.jsonl import export_jsonl

    del form  # there is one so far
    with open_session(session) as reader, _destination(output, force=force) as out:
        export_jsonl(reader, out, redact=not with_secrets)
        damage = reader.damage
    if damage:
        raise Failure(damage)


@contextmanager
def _destination(output: str, *, force: bool) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears whole or not at all."""
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(output).expanduser()
    if path.is_dir():
        raise Failure(f"{output} is a folder; expected the name of a file.")
    if path.exists() and not force:
        raise Failure(f"{output} is there already; --force replaces it.")
    with _half_file(path) as out:
        yield out


@contextmanager
def _half_file(path: Path) -> Iterator[BinaryIO]:
    """A file beside ``path`` that takes its place when all went well, and goes when not."""
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.") from error
    half = Path(name)
    try:
        with os.fdopen(number, "wb") as out:
            yield out
        half.replace(path)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        half.unlink(missing_ok=True)
