"""Which format a file is in, told by its content, and the sessions that it becomes."""

import json
from dataclasses import dataclass
from pathlib import Path

from wstui.exchange.import_har import import_har
from wstui.exchange.import_jsonl import import_jsonl
from wstui.exchange.import_problem import ImportProblem
from wstui.exchange.import_text import import_transcript, looks_like_transcript
from wstui.profiles.curl import looks_like_curl

_HEAD_BYTES = 64 << 10
_SQLITE = b"SQLite format 3\x00"
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}
_EXPECTED = "expected JSON Lines of wstui, HAR, or a transcript of wscat or websocat"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made."""

    paths: list[Path]
    """Of the new sessions."""
    events: int
    problem: str
    """A sentence on what could not be read; empty where everything could."""


def import_file(path: Path, folder: Path | None = None) -> Imported:
    """Read a file of any known format into new sessions.

    Args:
        path: of the file; it is only read.
        folder: of all sessions; the person's own by default.

    Raises:
        ImportProblem: it is of no known format, or nothing of it can be read; nothing was made.
        TimelineError: a session cannot be written; nothing is left of it.
        OSError: the file cannot be read.
    """
    if not path.is_file():
        raise ImportProblem(f"{path}: {'not a file' if path.exists() else 'there is no such file'}.")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    form = format_of(head)
    if form == "jsonl":
        draft, problem = import_jsonl(path, folder)
        return Imported([draft.path], draft.events, problem)
    if form == "transcript":
        draft, problem = import_transcript(path, folder)
        return Imported([draft.path], draft.events, problem)
    if form == "har":
        drafts, problem = import_har(path, folder)
        return Imported([one.path for one in drafts], sum(one.events for one in drafts), problem)
    raise ImportProblem(f"{path.name}, line 1: {_why_not(form, head)}.")


def format_of(head: bytes) -> str:
    """``jsonl``, ``har``, ``transcript``, ``curl``, ``session``, ``empty`` or ``unknown``."""
    if head.startswith(_SQLITE):
        return "session"
    if not head.strip():
        return "empty"
    if looks_like_curl(head):
        return "curl"
    if looks_like_transcript(head):
        return "transcript"
    if head.lstrip().startswith(b"{"):
        return _json_format(head)
    return "unknown"


def _json_format(head: bytes) -> str:
    line = head.lstrip().split(b"\n", 1)[0]
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and "log" not in value:
        return "jsonl"
    if b'"log"' in head[:4096]:
        return "har"
    return "jsonl" if b'"type"' in head[:200] else "unknown"


def _why_not(form: str, head: bytes) -> str:
    if form == "session":
        return "a database, not an export; “wstui show” and “wstui open” take session files as they are"
    if form == "curl":
        return "a cURL command; “wstui import --curl” makes a profile of it"
    if form == "empty":
        return "empty"
    packed = next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)
    if packed is not None:
        return f"packed with {packed}; unpack it before, for nobody knows how large it becomes"
    kind = "binary data" if b"\x00" in head else "text of another kind"
    return f"{kind}; {_EXPECTED}"


__all__ = ["ImportProblem", "Imported", "format_of", "import_file"]
