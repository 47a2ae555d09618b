"""Standard streams: what they can take, and whether a person sits before them. Nothing here is heavy."""

import os
import sys


def prepare_streams() -> None:
    """A character that the terminal cannot show is written out; a closed stream takes everything."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115 - for as long as we run
        getattr(sys, name).reconfigure(errors="backslashreplace")


def has_terminal() -> bool:
    """Whether a person sits before standard input and output, or before a page of ``wstui web``."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
