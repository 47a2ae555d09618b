"""``wstui web``: the terminal UI in a browser."""

import shlex
import sys

import click

from wstui.cli.completing import complete_target
from wstui.cli.status import Failure

_NEEDS_EXTRA = "“wstui web” needs textual-serve: pip install 'wstui[web]'."


@click.command("web")
@click.argument("target", required=False, metavar="[PROFILE|URL|SESSION]", shell_complete=complete_target)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", show_default=True, help="Where to listen.")
@click.option("--allow-remote", is_flag=True, help="Needed for an ADDRESS that other machines reach.")
def command(target: str | None, port: int, host: str, allow_remote: bool) -> None:
    """Serve the terminal UI to browsers, until Ctrl+C. Standard output says the page's address.

    Whoever has that address can connect from this machine and read its recordings. Each page is a program of
    its own, which ends with the page. Needs textual-serve: pip install 'wstui[web]'.

    \b
    wstui web
    wstui web trades --port 8000
    wstui web last --host 0.0.0.0 --allow-remote
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    try:
        from wstui.cli.web_server import WebServer, is_loopback, listen
    except ImportError as error:
        raise Failure(_NEEDS_EXTRA) from error
    if target is not None:
        from wstui.cli.open_ui import refuse_unknown

        refuse_unknown(target)
    if not is_loopback(host) and not allow_remote:
        raise Failure(
            f"Whoever reaches {host} could connect from this machine and read its recordings, with nothing "
            "but the page's address, which travels unencrypted: --allow-remote if that is meant."
        )
    try:
        listening = listen(host, port)
    except OSError as error:
        raise Failure(f"Cannot listen on {host} port {port}: {error.strerror or error}.") from error
    server = WebServer(_program(target), listening)
    if not is_loopback(host):
        click.echo(f"Listening on {host}: other machines may reach it, and nothing is encrypted.", err=True)
    click.echo("The page ends with the program, the program with the page; Ctrl+C stops all.", err=True)
    click.echo(server.url)
    server.run()


def _program(target: str | None) -> str:
    """The command behind a page, for a shell; what it prints is UTF-8 whatever the locale."""
    return shlex.join([sys.executable, "-X", "utf8", "-m", "wstui", *([target] if target else [])])
