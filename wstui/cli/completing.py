"""What the shell offers on Tab where several subcommands share it; imports nothing until it is asked."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_profile(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The profiles' names, for the shell."""
    del ctx, param
    from click.shell_completion import CompletionItem

    from wstui.events import safe_text
    from wstui.profiles import list_profiles

    rows = (row for row in list_profiles() if row.name.startswith(incomplete))
    return [CompletionItem(row.name, help=safe_text(row.url)) for row in rows]


def complete_target(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Profiles and sessions, for the shell."""
    from wstui.cli.session_argument import complete_session

    return [*complete_profile(ctx, param, incomplete), *complete_session(ctx, param, incomplete)]


def complete_session_or_file(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Sessions' names; files where none begins so."""
    from wstui.cli.session_argument import complete_session

    return complete_session(ctx, param, incomplete) or complete_file(ctx, param, incomplete)


def complete_file(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Files: the shell knows them."""
    del ctx, param
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]
