"""Exit statuses, and the exceptions that carry one."""

import click

ENDED_AS_ASKED = 0
EXPECT_FAILED = 1
USAGE = 2
"""A usage or profile error, a session file that cannot be read."""
NEVER_OPENED = 3
ENDED_OTHERWISE = 4
OUR_MISTAKE = 70
"""``EX_SOFTWARE`` of sysexits.h."""
SIGNAL_BASE = 128
"""A shell's convention: ended by signal n gives 128 + n."""


class Failure(click.ClickException):
    """Ends the command with one sentence on standard error."""

    def __init__(self, sentence: str, status: int = USAGE) -> None:
        super().__init__(sentence)
        self.status = status
