"""A file that appears whole or not at all, and never in the place of another one unasked."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class OutputError(Exception):
    """The output cannot be written; the message is one sentence."""


@contextmanager
def whole_file(
    path: Path, *, force: bool = False, otherwise: str = "--force replaces it"
) -> Iterator[BinaryIO]:
    """A file beside ``path`` that takes its place when all went well, and goes when not.

    Args:
        path: where to.
        force: replace what is there.
        otherwise: what a person can do where it is there already.

    Raises:
        OutputError: ``path`` is there already, or is a folder, or cannot be written.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder; expected the name of a file.")
    if path.exists() and not force:
        raise OutputError(f"{path} is there already; {otherwise}.")
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name[:64]}.", dir=path.parent)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error
    half = Path(name)
    try:
        with os.fdopen(number, "wb") as out:
            yield out
        _settle(half, path, force=force, otherwise=otherwise)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        half.unlink(missing_ok=True)


def _settle(half: Path, path: Path, *, force: bool, otherwise: str) -> None:
    if force:
        half.replace(path)
        return
    try:
        os.link(half, path)  # refuses where somebody made the file meanwhile; a rename would replace it
    except FileExistsError:
        raise OutputError(f"{path} is there already; {otherwise}.") from None
    except OSError:  # a file system without links
        half.replace(path)
