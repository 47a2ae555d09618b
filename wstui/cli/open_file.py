"""``wstui open``: the terminal UI on a session file, or on any file that can be imported."""

from pathlib import Path

import click

from wstui.cli.completing import complete_session_or_file
from wstui.cli.session_argument import session_path
from wstui.cli.status import Failure
from wstui.cli.streams import has_terminal
from wstui.events import safe_text
from wstui.places import is_file, typed_path
from wstui.timeline import Catalogue, TimelineError, TimelineReader

_SQLITE = b"SQLite format 3\x00"


@click.command("open")
@click.argument("file", shell_complete=complete_session_or_file)
def command(file: str) -> int:
    """Show FILE in the terminal UI: a session, or a file that “wstui import” reads.

    An export is imported first, and stays among the sessions; one of a session that is here opens that.

    \b
    wstui open last
    wstui open colleague.jsonl
    wstui open network.har
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    if not has_terminal():
        raise Failure("The terminal UI needs a terminal; “wstui import” and “wstui show” work without one.")
    from wstui.tui import run

    return run(str(_session_of(file)))


def _session_of(text: str) -> Path:
    path = typed_path(text)
    if not is_file(path):
        return session_path(text)
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith(_SQLITE) or path.suffix == ".wstui":
        return path
    return _here_already(head) or _imported(path)


def _here_already(head: bytes) -> Path | None:
    """The session that an export was made of, where it is on this machine."""
    import msgspec

    from wstui.exchange.import_jsonl import SessionLine

    try:
        line = msgspec.json.decode(head.split(b"\n", 1)[0], type=SessionLine)
    except (msgspec.DecodeError, UnicodeError):
        return None
    for path in Catalogue().paths():
        if line.id and path.name == line.session:
            try:
                with TimelineReader(path) as reader:
                    return path if reader.info.id == line.id else None
            except TimelineError:
                return None
    return None


def _imported(path: Path) -> Path:
    from wstui.exchange.importing import ImportProblem, import_file

    try:
        done = import_file(path)
    except ImportProblem as error:
        raise Failure(str(error)) from error
    if done.problem:
        click.echo(f"wstui: {safe_text(done.problem)}", err=True)
    return done.paths[0]
