"""The command line: one module a subcommand, imported only when used.

Standard output is data, standard error is narration. A mistake of a person's or of a server's ends in
one sentence and the exit status that ``docs/cli.md`` names, never in a traceback.
"""

import os
import sys
from typing import NoReturn

from wstui import __version__

_COMPLETING = "_WSTUI_COMPLETE"
"""Set by a shell that asks what the words on its line could be."""


def main() -> NoReturn:
    """The console script."""
    if sys.argv[1:] in (["--version"], ["-V"]):  # asked often by scripts: needs no command line parser
        sys.stdout.write(f"wstui {__version__}\n")
        sys.exit(0)
    if not sys.argv[1:] and _COMPLETING not in os.environ:
        from wstui.cli.streams import has_terminal

        if has_terminal():  # the home screen's first frame needs no command line parser either
            sys.exit(_open_home())
    from wstui.cli.root import run_command_line

    sys.exit(run_command_line(sys.argv[1:]))


def _open_home() -> int:
    from wstui.cli.streams import prepare_streams
    from wstui.tui import run

    prepare_streams()
    try:
        return run()
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - as for every command
        from wstui.cli.root import status_after

        return status_after(error)
