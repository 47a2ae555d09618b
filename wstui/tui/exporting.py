"""Writing a session to a JSON Lines file: where to, why not, and the writing itself (in a thread)."""

import contextlib
from pathlib import Path

from wstui.exchange import Exported, export_jsonl
from wstui.timeline import TimelineReader


def default_export_path(session: Path) -> Path:
    """A file of the session's name in the working folder that does not exist yet."""
    folder = Path.cwd()
    path, count = folder / f"{session.stem}.jsonl", 1
    while path.exists():
        count += 1
        path = folder / f"{session.stem}-{count}.jsonl"
    return path


def export_problem(text: str) -> str | None:
    """Why a session cannot be exported to there, as a sentence, or None."""
    if not text.strip():
        return "Type the name of a file."
    path = Path(text).expanduser()
    if path.is_dir():
        return "That is a folder: add a file's name."
    if path.exists():
        return "That file exists; it is never overwritten. Choose another name."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}."
    return None


def export_session(session: Path, target: Path) -> Exported:
    """Write every event, secrets left out; what that was.

    Raises:
        TimelineError: the session file cannot be read.
        OSError: the target cannot be written; what was written of it is removed.
    """
    with TimelineReader(session) as reader, target.open("xb") as out:
        try:
            return export_jsonl(reader, out)
        except BaseException:
            with contextlib.suppress(OSError):
                target.unlink()
            raise
