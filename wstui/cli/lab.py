"""``wstui lab``: the embedded endpoint, for other programs to practise on."""

import asyncio
import signal
from contextlib import suppress

import click
from click.shell_completion import CompletionItem

from wstui.cli.status import Failure
from wstui.lab import FAULTS, LabError, LabServer


def complete_fault(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The faults' names, for the shell."""
    del ctx, param
    rows = FAULTS.values()
    return [CompletionItem(row.name, help=row.summary) for row in rows if row.name.startswith(incomplete)]


@click.command("lab")
@click.argument("fault", default="echo", metavar="[FAULT]", shell_complete=complete_fault)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="0 takes a free one.")
@click.option("--list", "listing", is_flag=True, help="Say which faults there are.")
def command(fault: str, port: int, listing: bool) -> None:
    """Serve FAULT on this machine until Ctrl+C. Standard output says the URL.

    Every fault can be reached on the same port: ws://127.0.0.1:PORT/FAULT.

    \b
    wstui lab --list
    wstui lab silent-close --port 9001
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    if listing:
        width = max(map(len, FAULTS))
        for row in FAULTS.values():
            click.echo(f"{row.name:{width}}  {row.summary}")
        return
    try:
        asyncio.run(_serve(fault, port))
    except LabError as error:
        raise Failure(str(error)) from error


async def _serve(fault: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    async with LabServer(fault, port=port) as server:
        serving = loop.create_task(server.serve_forever())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, serving.cancel)
        click.echo(f"{FAULTS[fault].summary}; Ctrl+C stops.", err=True)
        click.echo(server.url)
        with suppress(asyncio.CancelledError):
            await serving
