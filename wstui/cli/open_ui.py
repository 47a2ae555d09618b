"""``wstui [PROFILE|URL|SESSION]``: the terminal UI."""

import click

from wstui.cli.completing import complete_target
from wstui.cli.status import Failure
from wstui.cli.streams import has_terminal


@click.command("wstui")
@click.argument("targets", nargs=-1, metavar="[PROFILE|URL|SESSION]...", shell_complete=complete_target)
def command(targets: tuple[str, ...] = ()) -> int:
    """Open the terminal UI, a tab for each target; profiles and URLs are connected at once."""
    if len(targets) == 1:
        refuse_unknown(targets[0])
    if not has_terminal():
        raise Failure(
            "The terminal UI needs a terminal for its input and output; “wstui run” works without one."
        )
    from wstui.tui import run

    return run(*targets)


def refuse_unknown(target: str) -> None:
    """A word that is nothing we know is more likely a slip than the name of a host."""
    from wstui.cli.root import near_command
    from wstui.profiles import ProfileError
    from wstui.targets import find_target

    try:
        find_target(target)
    except ProfileError as error:
        near = near_command(target)
        hint = f" Did you mean “wstui {near}”?" if near else ""
        raise Failure(f"{error}{hint}") from error
