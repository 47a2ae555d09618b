"""``wstui run``: a session without a screen, for scripts and for whoever wants to know quickly."""

import click

from wstui.cli.completing import complete_profile
from wstui.cli.dial_options import dial_options
from wstui.cli.status import Failure


@click.command("run")
@click.argument("target", required=False, shell_complete=complete_profile)
@click.option("--do", "do", multiple=True, metavar="STEP", help="A step; may be given many times.")
@click.option(
    "--script", metavar="NAME", help="The steps of this script of the profile, before those of --do."
)
@click.option(
    "--set", "sets", multiple=True, metavar="NAME=VALUE", help="A value for {{NAME}} in what is sent."
)
@click.option("--ping-every", type=click.FloatRange(0), metavar="S", help="Seconds between pings; 0: none.")
@click.option("--ping-timeout", type=click.FloatRange(0, min_open=True), metavar="S",
              help="Give up when a ping is not answered for this many seconds.")  # fmt: skip
@click.option("--for", "for_s", type=click.FloatRange(0, min_open=True), metavar="S",
              help="A bound on the whole run, in seconds.")  # fmt: skip
@click.option("--max-size", type=click.IntRange(1), metavar="BYTES",
              help="A longer message ends the connection with 1009.")  # fmt: skip
@click.option("--retry", type=click.IntRange(0), metavar="N", help="Dial again, at most N times in a row.")
@dial_options
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: every event, and last the verdict.")
def command(target: str | None, do: tuple[str, ...], script: str | None, sets: tuple[str, ...],
            for_s: float | None, profile: str | None, as_json: bool, **options: object) -> int:  # fmt: skip
    """Connect to TARGET (a URL or a profile), carry the steps out, record everything, say why it ended.

    \b
    Steps: send TEXT · send-hex HEX · send-file PATH · frame OPCODE HEX · ping [TEXT] · pong [TEXT]
           wait SECONDS · expect REGEX [within SECONDS] · close [CODE [REASON]] · abort
           capture NAME JSONPATH [within SECONDS], and then {{NAME}} in what is sent
           withhold-pongs · delay-pongs SECONDS · answer-pings · stop-reading · resume-reading
           until-closed [SECONDS] · every SECONDS STEP · on REGEX STEP
    When the steps are done and nothing has closed the connection, it is closed with 1000.

    \b
    Exit status: 0 ended as asked, 1 an expect failed, 2 usage or profile error,
                 3 never opened, 4 ended otherwise than asked.

    \b
    wstui run wss://example.com/ws --do 'send hello' --do 'expect hello within 2'
    wstui run ws://localhost:8080 --ping-every 5 --do 'until-closed 120' --json
    wstui run trades --do 'every 20 send {"op":"ping"}' --for 300
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.engine.steps import StepError, parse_steps

    try:
        steps = parse_steps(do)
    except StepError as error:
        raise Failure(str(error)) from error
    from wstui.cli.overrides import Overrides, destination
    from wstui.cli.run_session import run_plan
    from wstui.cli.scripts import script_steps, variables
    from wstui.events import Connect
    from wstui.profiles import profile_to_mapping

    where = destination(target, profile, Overrides(**options))  # type: ignore[arg-type]
    connect = Connect(profile=profile_to_mapping(where.profile), name=where.name)
    if script is not None:
        steps = [*script_steps(where, script), *steps]
    return run_plan(connect, steps, for_s, as_json=as_json, variables=variables(sets))
