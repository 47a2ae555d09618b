"""The SESSION argument that several subcommands share."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from wstui.timeline import Catalogue, TimelineReader

SESSION_HELP = "SESSION is a file, the name of one, the beginning of its name, or “last”."


def complete_session(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest sessions' names, for the shell."""
    del ctx, param
    names = ["last", *(entry.path.stem for entry in Catalogue().sessions(limit=50))]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def open_session(text: str) -> TimelineReader:
    """The reader of the session that ``text`` names.

    Raises:
        TimelineError: there is none, or it cannot be read.
    """
    return TimelineReader(session_path(text))


def session_path(text: str) -> Path:
    """The file that ``text`` names.

    Raises:
        TimelineError: there is none.
    """
    return Catalogue().find(text)
