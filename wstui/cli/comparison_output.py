"""Prints a comparison, for ``wstui replay`` and ``wstui compare``."""

from typing import Any

import click
import msgspec

from wstui.cli.status import ENDED_AS_ASKED, Failure
from wstui.engine.json_path import JsonPath, PathError, parse_path
from wstui.replay.comparison import Comparison
from wstui.replay.report import report_lines, to_mapping

DIFFERENT = 1
"""Exit status of a difference."""


def print_comparison(comparison: Comparison, *, as_json: bool, incomplete: str = "") -> int:
    """Print it to standard output; the exit status.

    Args:
        comparison: what to print.
        as_json: as one JSON line.
        incomplete: why not everything was driven; counts as a difference.
    """
    if as_json:
        extra: dict[str, Any] = {"incomplete": incomplete} if incomplete else {}
        mapping = to_mapping(comparison) | extra
        mapping["equal"] = comparison.is_equal and not incomplete
        click.echo(msgspec.json.encode(mapping))
    else:
        lines = report_lines(comparison)
        if incomplete and comparison.is_equal:
            lines[0] = "Incomplete: what was driven agrees with the recording."
        click.echo("\n".join(lines))
    return ENDED_AS_ASKED if comparison.is_equal and not incomplete else DIFFERENT


def read_path(text: str, option: str) -> JsonPath:
    """A path of the command line.

    Raises:
        Failure: it is none.
    """
    try:
        return parse_path(text)
    except PathError as error:
        raise Failure(f"{option} {text}: {error}.") from error
