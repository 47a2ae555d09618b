"""What is decided before a session is exported: format, file name, what stands against it. No widgets."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from wstui.events import safe_text
from wstui.exchange import (
    Exported,
    ExportOptions,
    Preview,
    Selection,
    SelectionError,
    make_selection,
    preview,
    watched_export,
    whole_file,
)
from wstui.tui.filtering.language import FilterError, parse_filter
from wstui.tui.filtering.process import ProcessScan
from wstui.words.measures import count_text

_PREVIEW_LINES = 100
_LINE_CHARACTERS = 300
_ESCAPED = re.compile(r"\\.|/", re.DOTALL)


class ExportChoice(NamedTuple):
    """One of the things that a session can be written as."""

    key: str
    format: str
    purpose: str
    ending: str
    what: str = "events"


CHOICES = (
    ExportChoice("jsonl", "jsonl", "everything, one event a line; imports back equal", ".jsonl"),
    ExportChoice("har", "har", "for browsers' inspectors and HAR viewers", ".har"),
    ExportChoice("md", "md", "to paste into an issue: verdict, numbers, timeline", ".md"),
    ExportChoice("html", "html", "a report in one file: verdict, graph, messages", ".html"),
    ExportChoice("csv", "csv", "for spreadsheets: a row for each event", ".csv"),
    ExportChoice("csv beats", "csv", "for spreadsheets: a row for each ping", "-heartbeat.csv", "heartbeat"),
)
CHOICE_OF = {choice.key: choice for choice in CHOICES}


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a person chose."""

    choice: ExportChoice
    selection: Selection = field(default_factory=Selection)
    with_secrets: bool = False
    pattern: str = ""
    """A regular expression: what matches is a secret too."""

    @property
    def options(self) -> ExportOptions:
        """The same in the words of the exchange."""
        patterns = (self.pattern,) if self.pattern and not self.with_secrets else ()
        return ExportOptions(self.selection, not self.with_secrets, patterns, what=self.choice.what)


# -- the file's name -----------------------------------------------------------------------------------


def free_name(session: Path, choice: ExportChoice, folder: Path) -> Path:
    """A file of the session's name in a folder that does not exist yet."""
    path, count = folder / f"{session.stem}{choice.ending}", 1
    while path.exists():
        count += 1
        path = folder / f"{session.stem}-{count}{choice.ending}"
    return path


def renamed(typed: str, before: ExportChoice, after: ExportChoice) -> str:
    """The typed name with the other format's ending; a name with an ending of its own stays."""
    return typed.removesuffix(before.ending) + after.ending if typed.endswith(before.ending) else typed


def export_problem(text: str) -> str | None:
    """Why a session cannot be exported to there, as a sentence, or None."""
    if not text.strip():
        return "Type the name of a file."
    try:
        path = Path(text).expanduser()
        return _path_problem(path)
    except (OSError, RuntimeError) as error:  # a name that is too long, a home folder that nobody has
        return f"That name does not do: {getattr(error, 'strerror', None) or error}."


def _path_problem(path: Path) -> str | None:
    if path.is_dir():
        return "That is a folder: add a file's name."
    if os.path.lexists(path):
        return "That file exists; it is never overwritten. Choose another name."
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}."
    if not os.access(path.parent, os.W_OK):
        return f"Nothing can be written in the folder {path.parent}."
    return None


# -- what is chosen ------------------------------------------------------------------------------------


def typed_selection(started_ns: int, first: str, last: str) -> Selection:
    """From and to as they were typed; nothing typed is the beginning or the end.

    Raises:
        SelectionError: one of them cannot be understood, or the end lies before the beginning.
    """
    chosen = make_selection(started_ns, first=first.strip() or None, last=last.strip() or None)
    ids_cross = chosen.last_id is not None and chosen.first_id > chosen.last_id
    times_cross = (
        chosen.first_ns is not None and chosen.last_ns is not None and chosen.first_ns > chosen.last_ns
    )
    if ids_cross or times_cross:
        raise SelectionError("The end lies before the beginning.")
    return chosen


def pattern_problem(pattern: str) -> str:
    """Why a regular expression cannot say what else is a secret, or nothing."""
    if not pattern:
        return ""
    try:
        matches_nothing = re.compile(pattern).search("") is not None
    except (re.error, OverflowError, RecursionError) as error:
        return f"That is not a regular expression: {error}."
    return "That matches nothing at all, and so would be everywhere." if matches_nothing else ""


def slow_pattern(session: Path, pattern: str, goes_on: Callable[[], bool]) -> str:
    """Why a regular expression cannot be used on this session, or nothing.

    Tried in a process of its own: one that never ends would hold the screen for ever.
    """
    source = _ESCAPED.sub(lambda found: r"\x2f" if found[0] in ("/", r"\/") else found[0], pattern)
    try:
        scan = ProcessScan(session, parse_filter(f"/{source}/"), everything=True)
    except FilterError as error:
        return str(error)
    try:
        scan.go_on(lambda _: goes_on())
    except FilterError as error:
        return str(error)
    finally:
        scan.end()
    return ""


# -- preview and export --------------------------------------------------------------------------------


def preview_of(session: Path, wanted: Wanted, goes_on: Callable[[], bool]) -> Preview:
    """The beginning of what would be written.

    Raises:
        TimelineError: the session cannot be read.
        ExportCancelled: ``goes_on`` said no.
    """
    return preview(session, wanted.choice.format, wanted.options, watch=lambda _: goes_on())


def shown_lines(text: str) -> str:
    """The first lines of a preview, none of them long, safe to be shown."""
    lines = safe_text(text.replace("\r\n", "\n"), newlines=True).split("\n", _PREVIEW_LINES)[:_PREVIEW_LINES]
    return "\n".join(
        f"{line[:_LINE_CHARACTERS]}…" if len(line) > _LINE_CHARACTERS else line for line in lines
    )


def write_export(session: Path, target: Path, wanted: Wanted, watch: Callable[[float], bool]) -> Exported:
    """Write the file, whole or not at all.

    Raises:
        OutputError: it cannot be written; the message is a sentence.
        TimelineError: the session cannot be read.
        ExportCancelled: ``watch`` said no.
    """
    with whole_file(target, otherwise="choose another name") as out:
        return watched_export(session, out, wanted.choice.format, wanted.options, watch)


def replaced_words(wanted: Wanted, done: Exported) -> str:
    """What was done about secrets."""
    if wanted.with_secrets:
        return "secrets are in it"
    if not done.redactions:
        return "no secrets found"
    secrets = count_text(done.secrets, "secret")
    return f"{count_text(done.redactions, 'value')} of {secrets} replaced"


# -- looking at it -------------------------------------------------------------------------------------


def open_in_browser(path: Path) -> str:
    """Show a file in the desktop's browser; why not, as a sentence, or nothing."""
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    has_desktop = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if opener is None or not has_desktop:
        return "There is no desktop here with a browser to open it in."
    silent = subprocess.DEVNULL  # its words would land in the middle of the screen
    try:
        subprocess.Popen(  # noqa: S603 - the desktop's own program
            [opener, str(path.resolve())], stdin=silent, stdout=silent, stderr=silent, start_new_session=True
        )
    except OSError as error:
        return f"The browser cannot be started: {error.strerror}."
    return ""
