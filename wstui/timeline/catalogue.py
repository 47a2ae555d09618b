"""The recorded sessions of this machine: a list, a way to find one by name, and their removal."""

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wstui.places import is_file, timelines_folder, typed_path
from wstui.timeline.entries import KnownEntries, SessionEntry, session_entry
from wstui.timeline.errors import TimelineError
from wstui.timeline.files import is_in_use, sidecar
from wstui.timeline.notes import change
from wstui.timeline.session import SUFFIX, profile_folder

_DAY_S = 86_400
_SHOWN_CANDIDATES = 5


class Catalogue:
    """All session files under one folder, in a folder for each profile.

    Names begin with the time of their start, so that order needs no file to be opened.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or timelines_folder()

    def paths(self, profile: str | None = None) -> list[Path]:
        """Session files, the newest first; of one profile, or of all."""
        if profile is None:
            found = self._folder.glob(f"*/*{SUFFIX}")
        else:
            found = profile_folder(profile, self._folder).glob(f"*{SUFFIX}")
        return sorted(found, key=lambda path: path.name, reverse=True)

    def entries(self, paths: Iterable[Path], known: KnownEntries | None = None) -> list[SessionEntry]:
        """What a list shows of these files; of those that ``known`` has read before, at once."""
        return [(known or session_entry)(path) for path in paths]

    def sessions(self, profile: str | None = None, limit: int | None = None) -> list[SessionEntry]:
        """The newest sessions, newest first. No more than ``limit`` files are opened."""
        return [session_entry(path) for path in self.paths(profile)[:limit]]

    def find(self, text: str) -> Path:
        """The session that a person means.

        Args:
            text: a path; a file's name, with or without its suffix; the beginning of one name;
                ``last``; each of these but a path also after ``PROFILE/``.

        Raises:
            TimelineError: none, or several; then it names them.
        """
        given = typed_path(text)
        if text and is_file(given):
            return given
        profile, _, name = text.rpartition("/")
        candidates = self._named(self.paths(profile or None), name)
        if len(candidates) == 1:
            return candidates[0]
        if not candidates:
            raise TimelineError(f"There is no session “{text}”; “wstui sessions” lists what there is.")
        shown = ", ".join(f"{path.parent.name}/{path.stem}" for path in candidates[:_SHOWN_CANDIDATES])
        more = ", …" if len(candidates) > _SHOWN_CANDIDATES else ""
        raise TimelineError(f"“{text}” may be any of {len(candidates)} sessions: {shown}{more}.")

    def remove(self, path: Path) -> None:
        """Delete a session file and whatever SQLite left beside it.

        Raises:
            TimelineError: it is being recorded or watched, or cannot be deleted.
        """
        if is_in_use(path):
            raise TimelineError(f"{path.name} is being recorded or is open elsewhere: close it first.")
        try:
            path.unlink()
            for suffix in ("-wal", "-shm", "-journal"):
                sidecar(path, suffix).unlink(missing_ok=True)
        except OSError as error:
            raise TimelineError(f"{path} cannot be deleted: {error.strerror}.") from error

    def pin(self, path: Path, *, pinned: bool = True) -> None:
        """Keep a session whatever retention says, or no longer.

        Raises:
            TimelineError: the file cannot be written.
        """
        change(path, lambda link: link.execute("UPDATE session SET pinned = ?", (pinned,)).rowcount)

    def rename(self, path: Path, title: str) -> None:
        """Give a session a title; its file keeps its name.

        Raises:
            TimelineError: the file cannot be written.
        """
        words = title.encode("utf-8", "replace").decode()
        change(path, lambda link: link.execute("UPDATE session SET title = ?", (words,)).rowcount)

    def relate(self, path: Path, title: str, settings: Mapping[str, Any]) -> None:
        """Give a session a title, and settings beside those of its profile: what it was made from.

        Raises:
            TimelineError: the file cannot be written.
        """
        words = title.encode("utf-8", "replace").decode()
        patch = json.dumps(settings)
        sql = "UPDATE session SET title = ?, settings = json_patch(settings, ?)"
        change(path, lambda link: link.execute(sql, (words, patch)).rowcount)

    def apply_retention(
        self, profile: str, keep_sessions: int, keep_days: float, now_s: float | None = None
    ) -> list[Path]:
        """Delete a profile's old sessions; what was deleted.

        Never deleted: what is pinned, what is being recorded or watched (see
        :func:`~wstui.timeline.files.is_in_use`), and what cannot be read.

        Args:
            profile: its name.
            keep_sessions: how many of the newest stay, pinned ones among them; 0: all.
            keep_days: how old a session may become; 0: any age.
            now_s: wall clock in seconds since 1970; the present by default.
        """
        oldest = _name_at((now_s or time.time()) - keep_days * _DAY_S) if keep_days else ""
        kept, removed = 0, []
        for path in self.paths(profile):
            is_surplus = (keep_sessions and kept >= keep_sessions) or path.name < oldest
            if is_surplus and self._may_go(path):
                removed.append(path)
            else:
                kept += 1
        return removed

    def _may_go(self, path: Path) -> bool:
        entry = session_entry(path)
        if entry.error or entry.pinned:
            return False
        try:
            self.remove(path)
        except TimelineError:
            return False
        return True

    def _named(self, paths: list[Path], name: str) -> list[Path]:
        if name == "last":
            return paths[:1]
        exact = [path for path in paths if name in (path.name, path.stem)]
        return exact or [path for path in paths if name and path.name.startswith(name)]


def _name_at(wall_s: float) -> str:
    return f"{datetime.fromtimestamp(max(wall_s, 0), UTC):%Y%m%dT%H%M%SZ}"
