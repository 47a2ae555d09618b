"""``wstui probe``: examine an endpoint actively: how it opens, answers, closes, and bears silence."""

import click

from wstui.cli.completing import complete_profile
from wstui.cli.dial_options import dial_options
from wstui.cli.status import Failure


@click.command("probe")
@click.argument("target", shell_complete=complete_profile)
@click.option(
    "--silence",
    "silence_s",
    type=click.FloatRange(0),
    default=75.0,
    show_default=True,
    metavar="S",
    help="How long a silence is tried; 0: not at all.",
)
@click.option(
    "--pings",
    type=click.IntRange(0, 1000),
    default=10,
    show_default=True,
    metavar="N",
    help="How many pings.",
)
@click.option(
    "--message",
    default="",
    metavar="TEXT",
    help="A message that the endpoint takes at any time: does it keep the connection open?",
)
@dial_options
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: every trial, and last what follows.")
def command(target: str, silence_s: float, pings: int, message: str, profile: str | None,
            as_json: bool, **options: object) -> int:  # fmt: skip
    """Examine TARGET (a URL or a profile): handshake, pings, closing, and the silence that it bears.

    Each trial is a connection and a session of its own. Where a silence ends the connection, another
    one with pings (and one with --message) shows what keeps it open. Ctrl+C skips what is left.

    \b
    Exit status: 0 examined, 2 usage or profile error, 3 never opened.

    \b
    wstui probe wss://example.com/ws
    wstui probe trades --silence 130 --message '{"op":"ping"}'
    wstui probe localhost:8080 --silence 0 --pings 100 --json | tail -1
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.cli.overrides import Overrides, destination
    from wstui.cli.probe_session import probe
    from wstui.engine.steps import StepError
    from wstui.probing import ProbeOptions

    where = destination(target, profile, Overrides(ping_every=0.0, retry=0, **options))  # type: ignore[arg-type]
    try:
        return probe(where, ProbeOptions(pings, silence_s=silence_s, message=message), as_json=as_json)
    except StepError as error:
        raise Failure(f"--message: {error}") from error
