"""What goes wrong when a file is read: sentences that name the file, the line and the reason."""

from pathlib import Path

import msgspec

from wstui.events import safe_text

UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What decoding JSON of others may raise."""


class ImportProblem(Exception):
    """The file cannot be imported; the message is one sentence, and nothing was kept."""


class Problems:
    """What could not be read of a file, while the rest is kept."""

    MOST = 100
    """After so many the file is taken for something else."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._first = ""
        self.count = 0

    def add(self, line: int, reason: str) -> None:
        """One more place that cannot be read."""
        self.count += 1
        if not self._first:
            self._first = f"{self._name}, line {line}: {reason}"

    @property
    def are_too_many(self) -> bool:
        """Whether to give up."""
        return self.count >= self.MOST

    def sentence(self, kept: int) -> str:
        """All in one sentence, or nothing."""
        if not self.count:
            return ""
        more = f", and {self.count - 1:,} more such places" if self.count > 1 else ""
        events = f"{kept:,} event{'' if kept == 1 else 's'}"
        return safe_text(f"{self._first}{more}; what could be read is kept ({events}).")
