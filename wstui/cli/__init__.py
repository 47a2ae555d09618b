"""The command line: one module a subcommand, imported only when used.

Standard output is data, standard error is narration. A mistake of a person's or of a server's ends in
one sentence and the exit status that ``docs/cli.md`` names, never in a traceback.
"""

import sys
from typing import NoReturn

from wstui import __version__


def main() -> NoReturn:
    """The console script."""
    if sys.argv[1:] in (["--version"], ["-V"]):  # asked often by scripts: needs no command line parser
        sys.stdout.write(f"wstui {__version__}\n")
        sys.exit(0)
    from wstui.cli.root import run_command_line

    sys.exit(run_command_line(sys.argv[1:]))
