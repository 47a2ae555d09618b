"""``wstui compare``: two recorded sessions beside each other."""

import click

from wstui.cli.progress_line import ProgressLine
from wstui.cli.session_argument import SESSION_HELP, complete_session
from wstui.cli.status import NEVER_OPENED, Failure


@click.command("compare", epilog=SESSION_HELP)
@click.argument("before", shell_complete=complete_session, metavar="SESSION")
@click.argument("after", shell_complete=complete_session, metavar="SESSION")
@click.option("--ignore", "ignored", multiple=True, metavar="PATH",
              help="A JSON path whose changes do not count; may be given many times.")  # fmt: skip
@click.option("--exact", is_flag=True, help="Count times and generated ids too.")
@click.option("--in-order", is_flag=True, help="Count it where messages come in another order.")
@click.option("--connection", type=click.IntRange(0), metavar="N",
              help="Of the first session only this connection.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The comparison as one JSON line.")
def command(before: str, after: str, ignored: tuple[str, ...], exact: bool, in_order: bool,
            connection: int | None, as_json: bool) -> int:  # fmt: skip
    """Compare what two servers said, message by message, and how the connections ended.

    Messages are put beside each other by what they are, not by when they came. Times and generated ids
    are left out by themselves; the report names what was left out.

    \b
    Exit status: 0 equal, 1 different, 2 usage, 3 one of them was never open.

    \b
    wstui compare good-run bad-run
    wstui compare 20261122T104116Z last --ignore '$..price' --json
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.cli.comparison_output import print_comparison, read_path
    from wstui.cli.session_argument import open_session
    from wstui.replay.compare import compare
    from wstui.replay.recording import RecordingError

    paths = [read_path(text, "--ignore") for text in ignored]
    with open_session(before) as old, open_session(after) as new:
        try:
            with ProgressLine("comparing"):
                comparison = compare(
                    old, new, ignore=paths, automatic=not exact, in_order=in_order, connection=connection
                )
        except RecordingError as error:
            raise Failure(str(error), NEVER_OPENED) from error
    return print_comparison(comparison, as_json=as_json)
