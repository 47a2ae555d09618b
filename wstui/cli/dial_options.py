"""The options that say how to dial, shared by the commands that do."""

from collections.abc import Callable
from functools import reduce
from typing import TypeVar

import click

from wstui.cli.completing import complete_profile

Command = TypeVar("Command", bound=Callable[..., object])

_TRUST = (
    click.option("--insecure", is_flag=True, help="Do not verify the server's certificate."),
    click.option("--ca", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
                 help="Trust the certificates of this PEM file."),
    click.option("-H", "--header", "headers", multiple=True, metavar="'Name: value'",
                 help="A header of the upgrade request; ${ENV} is replaced."),
    click.option("--subprotocol", "subprotocols", multiple=True, metavar="NAME",
                 help="Offer a subprotocol."),
    click.option("--profile", metavar="NAME", shell_complete=complete_profile,
                 help="Take the settings of this profile."),
)  # fmt: skip
_TALK = (
    click.option("--open-timeout", type=click.FloatRange(0, min_open=True), metavar="S",
                 help="Seconds that dialling may take."),
    click.option("--no-compression", is_flag=True, help="Do not offer permessage-deflate."),
)  # fmt: skip


def trust_options(command: Command) -> Command:
    """TLS, headers, subprotocols and the profile: ``insecure ca headers subprotocols profile``."""
    return reduce(lambda made, option: option(made), reversed(_TRUST), command)


def dial_options(command: Command) -> Command:
    """The same, with how long opening may take: ``open_timeout no_compression`` too."""
    return reduce(lambda made, option: option(made), reversed(_TALK), trust_options(command))
