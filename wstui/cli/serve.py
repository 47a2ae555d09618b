"""``wstui serve``: a recorded server as an endpoint for any client."""

import asyncio
import signal
import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from wstui.cli.session_argument import SESSION_HELP, complete_session
from wstui.cli.status import Failure

if TYPE_CHECKING:
    from wstui.replay.serving import ReplayServer

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def complete_fault(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The faults' names, for the shell."""
    from wstui.cli.lab import complete_fault as complete

    return complete(ctx, param, incomplete)


@click.command("serve", epilog=SESSION_HELP)
@click.argument("session", shell_complete=complete_session)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", show_default=True, help="Where to listen.")
@click.option("--match", type=click.Choice(["strict", "causal", "loose"]), default="causal",
              show_default=True, help="How a client's messages are matched.")  # fmt: skip
@click.option("--speed", type=click.FloatRange(0, min_open=True), default=1.0, metavar="X",
              help="Divides the recorded times.")  # fmt: skip
@click.option("--connection", type=click.IntRange(0), metavar="N",
              help="Which connection of the session; the first that was open.")  # fmt: skip
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="A PEM file with the certificate; makes it wss://.")  # fmt: skip
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
              help="A PEM file with its key, where the certificate's file has it not.")  # fmt: skip
@click.option("--fault", metavar="NAME", shell_complete=complete_fault,
              help="One of the lab's faults upon it; “wstui lab --list” names them.")  # fmt: skip
def command(session: str, **given: Any) -> None:
    """Play the server of SESSION to any client, until Ctrl+C. Standard output says the URL.

    \b
    causal  what followed a request follows the client's message of the same kind (by id, else by shape);
            streams and pings keep their pace; ids of the client's are used in the answers
    strict  the client must say what the recorded one said, in order; else it is closed with 1008
    loose   any message is taken for the request that it resembles, as often as it comes

    \b
    wstui serve last --port 8080
    wstui serve vendor-bug --match loose --speed 10
    wstui serve last --fault silent-close
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    from wstui.lab import LabError

    try:
        asyncio.run(_serve(session, **given))
    except LabError as error:
        raise Failure(str(error)) from error


async def _serve(session: str, **given: Any) -> None:
    from wstui.cli.run_session import narrate

    server = _server(session, **given)
    loop = asyncio.get_running_loop()
    async with server:
        serving = loop.create_task(server.serve_forever())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, serving.cancel)
        if server.host not in _LOOPBACK:
            narrate(f"Listening on {server.host}: other machines may reach it.")
        narrate("Playing the recording to whoever connects; Ctrl+C stops.")
        click.echo(server.url)
        with suppress(asyncio.CancelledError):
            await serving


def _server(session: str, *, connection: int | None, tls_cert: str | None, tls_key: str | None,
            fault: str | None, **given: Any) -> "ReplayServer":  # fmt: skip
    from wstui.cli.run_session import narrate
    from wstui.cli.session_argument import open_session
    from wstui.lab import FAULTS
    from wstui.replay.recording import RecordingError, read_recording
    from wstui.replay.server_plan import ServerPlan, plan_or_refusal
    from wstui.replay.serving import ReplayServer

    if fault is not None and fault not in FAULTS:
        raise Failure(f"There is no fault “{fault}”; “wstui lab --list” shows which there are.")
    with open_session(session) as reader:
        recording = read_recording(reader)
        try:
            plan = plan_or_refusal(recording, connection, reader.heartbeat())
        except RecordingError as error:
            raise Failure(str(error)) from error
    for remark in (recording.damage, *(plan.remarks if isinstance(plan, ServerPlan) else ())):
        if remark:
            narrate(remark)
    if len(recording.opened) > 1 and connection is None:
        narrate(f"The first of {len(recording.opened)} open connections is played; --connection chooses.")
    chosen = None if fault is None else FAULTS[fault]
    return ReplayServer(plan, fault=chosen, narrate=narrate, tls=_tls(tls_cert, tls_key), **given)


def _tls(certificate: str | None, key: str | None) -> ssl.SSLContext | None:
    if certificate is None:
        if key is not None:
            raise Failure("--tls-key needs --tls-cert.")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        files = certificate if key is None else f"{certificate} and {key}"
        what = getattr(error, "reason", None) or error
        raise Failure(f"{Path(files)}: not a certificate with its key in PEM ({what}).") from error
    return context
