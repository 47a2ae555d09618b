"""``wstui [PROFILE|URL|SESSION]``: the terminal UI."""

import sys

import click

from wstui.cli.status import Failure


@click.command("wstui")
@click.argument("target", required=False, metavar="[PROFILE|URL|SESSION]")
def command(target: str | None = None) -> int:
    """Open the terminal UI; a profile or a URL is connected at once."""
    if target is not None:
        _refuse_unknown(target)
    if not has_terminal():
        raise Failure(
            "the terminal UI needs a terminal for its input and output; “wstui run” works without one."
        )
    from wstui.tui import run

    return run(target)


def has_terminal() -> bool:
    """Whether a person sits before standard input and output."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _refuse_unknown(target: str) -> None:
    """A word that is nothing we know is more likely a slip than the name of a host."""
    from wstui.cli.root import near_command
    from wstui.tui.targets import Destination, find_target

    found = find_target(target)
    bare_word = not any(mark in target for mark in ".:/[") and target != "localhost"
    if bare_word and isinstance(found, Destination) and not found.name:
        near = near_command(target)
        hint = f"did you mean “wstui {near}”?" if near else "write a host as wss://HOST."
        raise Failure(f"there is no command, profile or session “{target}”; {hint}")
