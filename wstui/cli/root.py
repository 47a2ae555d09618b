"""The root command: which subcommands there are, what else its first argument may be, how errors end."""

import os
import signal
import sys
from difflib import get_close_matches
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from wstui import __version__
from wstui.cli.completing import complete_target
from wstui.cli.status import OUR_MISTAKE, SIGNAL_BASE, USAGE, Failure
from wstui.cli.streams import prepare_streams
from wstui.events import CommandRefused, safe_text

REPORT_AT = "https://github.com/wstui/wstui/issues"

_COMMANDS = {
    "demo": ("wstui.cli.demo", "practice on the embedded endpoint"),
    "run": ("wstui.cli.run", "a session without a screen: steps, events, the verdict"),
    "probe": ("wstui.cli.probe", "examine an endpoint: handshake, pings, closing, the silence that it bears"),
    "sessions": ("wstui.cli.sessions", "recorded sessions, the newest first"),
    "show": ("wstui.cli.show", "a session's timeline as text"),
    "diagnose": ("wstui.cli.diagnose", "why a session ended, from its evidence"),
    "replay": ("wstui.cli.replay", "drive an endpoint as a recorded client did, and compare"),
    "compare": ("wstui.cli.compare", "two recorded sessions beside each other"),
    "serve": ("wstui.cli.serve", "a recorded server as an endpoint for any client"),
    "export": ("wstui.cli.export", "a session in a format that others read"),
    "import": ("wstui.cli.import_", "sessions out of others' files, a profile out of a cURL command"),
    "open": ("wstui.cli.open_file", "the terminal UI on a session, or on a file that can be imported"),
    "web": ("wstui.cli.web", "the terminal UI in a browser"),
    "lab": ("wstui.cli.lab", "an endpoint that misbehaves by name"),
    "profile": ("wstui.cli.profile", "profiles: list, show, check, from-session"),
}
"""Where each subcommand's ``command`` stands, and what it is for, in the order of ``--help``."""

_OPEN = "wstui.cli.open_ui"
"""What a first argument means that is no subcommand."""


class Root(click.Group):
    """Subcommands by name; anything else is a profile, a URL or a session for the terminal UI."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of ``--help``."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand's module."""
        del ctx
        known = _COMMANDS.get(cmd_name)
        return None if known is None else _command(known[0])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, purpose) in _COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Subcommands, then what may stand in their place."""
        commands = [name for name in _COMMANDS if name.startswith(incomplete)]
        items = [CompletionItem(name, help=_COMMANDS[name][1]) for name in commands]
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [*items, *complete_target(ctx, ctx.command.params[0], incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A name that is none of ours goes to the terminal UI as its target."""
        if args and args[0] in _COMMANDS:
            return super().resolve_command(ctx, args)
        return "", _command(_OPEN), args


def _command(module: str) -> click.Command:
    command = import_module(module).command
    assert isinstance(command, click.Command)
    return command


@click.group(
    cls=Root,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND|PROFILE|URL|SESSION] ...",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="With a profile, a URL or a session file in place of a command the terminal UI opens on it;"
    " with nothing at all, on the home screen.",
)
@click.version_option(__version__, "-V", "--version", prog_name="wstui", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context) -> None:
    """A terminal instrument for WebSocket sessions: talk, ping, close with a code, learn why it ended.

    \b
    wstui                              the home screen: profiles and recent sessions
    wstui wss://example.com/socket     the terminal UI, connected at once
    wstui demo silent-close            practice on an endpoint that misbehaves
    wstui run wss://example.com/socket --do 'send hello' --do 'expect hello'
    """  # noqa: D301 - \b is click's mark for lines that stay as they are
    if ctx.invoked_subcommand is None:
        ctx.invoke(_command(_OPEN))


def near_command(word: str) -> str | None:
    """The subcommand that a person may have meant."""
    return next(iter(get_close_matches(word, _COMMANDS, n=1)), None)


def run_command_line(arguments: list[str]) -> int:
    """Carry a command line out; the exit status. Whatever goes wrong ends in one sentence."""
    prepare_streams()
    try:
        outcome = root.main(arguments, prog_name="wstui", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except SystemExit:  # click's answer to a pipe whose reader is gone
        return _leave_broken_pipe()
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the last resort: a sentence in place of a traceback
        return status_after(error)
    return outcome if isinstance(outcome, int) else 0


def status_after(error: BaseException) -> int:
    """Say what went wrong, in a sentence; the exit status."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return SIGNAL_BASE + signal.SIGINT
    if isinstance(error, click.ClickException):
        return _complain(_sentence_of(error), getattr(error, "status", error.exit_code))
    return _explain(error)


def _leave_broken_pipe() -> int:
    """Nobody reads our output any more: end without a word, as other tools do."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ is not None else 1)
    return SIGNAL_BASE + signal.SIGPIPE


def _sentence_of(error: click.ClickException) -> str:
    message = error.format_message()
    if not isinstance(error, click.UsageError):
        return message
    command = error.ctx.command_path if error.ctx is not None else "wstui"
    return f"{message.rstrip('.')}. See “{command} --help”."


def _explain(error: BaseException) -> int:
    """Mistakes that have words for a person already, and last our own."""
    from wstui.profiles import ProfileError
    from wstui.timeline import TimelineError

    if isinstance(error, ProfileError | TimelineError | CommandRefused):
        return _complain(str(error), USAGE)
    if isinstance(error, OSError) and error.filename is not None:
        return _complain(f"{os.fsdecode(error.filename)}: {error.strerror}.", USAGE)
    if os.environ.get("WSTUI_DEBUG"):
        import traceback

        traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}"
    return _complain(
        f"wstui made a mistake ({said}). Please report it at {REPORT_AT}, with what WSTUI_DEBUG=1 adds.",
        OUR_MISTAKE,
    )


def _complain(sentence: str, status: int) -> int:
    click.echo(f"wstui: {safe_text(sentence)}", err=True)
    return status


__all__ = ["Failure", "near_command", "root", "run_command_line"]
