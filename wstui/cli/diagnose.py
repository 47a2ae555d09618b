"""``wstui diagnose``: why a recorded session ended."""

import click

from wstui.cli.progress_line import ProgressLine
from wstui.cli.session_argument import SESSION_HELP, complete_session, open_session
from wstui.cli.verdict_text import print_verdict
from wstui.diagnosis import diagnose, history_before


@click.command("diagnose", epilog=SESSION_HELP)
@click.argument("session", shell_complete=complete_session)
@click.option("--json", "as_json", is_flag=True, help="The verdict as one JSON line.")
def command(session: str, as_json: bool) -> None:
    """Say why SESSION ended: the cause, the events that it rests on, how sure it is, what to try next.

    \b
    wstui diagnose last
    wstui diagnose ./received-from-a-friend.wstui --json
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    with open_session(session) as reader, ProgressLine("looking at the evidence"):
        verdict = diagnose(reader, history=history_before(reader))
    print_verdict(verdict, reader.path.name, as_json=as_json)
