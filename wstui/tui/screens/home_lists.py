"""What stands in the home screen's lists: read by a thread, one line for each profile and session."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content

from wstui.events import safe_text
from wstui.profiles import ProfileEntry, list_profiles
from wstui.timeline import Catalogue, KnownEntries, SessionEntry, TimelineError, TimelineReader
from wstui.tui.cells import fit
from wstui.tui.fates import by_profile, ending_words, fate_marks, outcome
from wstui.tui.tones import CONTENT_STYLES, MUTED
from wstui.words.measures import count_text, date_text

_ERROR = CONTENT_STYLES["error"]
_NAME_CELLS = 20
_TITLE_CELLS = 18
_STEM_CELLS = 37
"""As far as the name and the title of others reach."""

_SHOWN_SESSIONS = 500
"""In the list at once; the filter looks at all."""

_AT_ONCE = 1000
_KNOWN = KnownEntries()
_DIAGNOSED_EVENTS = 200_000
"""A longer session's cause is not looked for: a list need not know it."""


@dataclass(frozen=True, slots=True)
class HomeLists:
    """Profiles and sessions, each with its line."""

    profiles: list[ProfileEntry] = field(default_factory=list)
    sessions: list[SessionEntry] = field(default_factory=list)
    causes: dict[str, str] = field(default_factory=dict)
    """Why each profile's newest session ended, in words."""
    problem: str = ""
    total: int = 0
    """How many sessions there are: those that were not read yet too."""

    @property
    def whole(self) -> bool:
        """Whether all of them were read."""
        return len(self.sessions) >= self.total

    def matching(self, words: str) -> "HomeLists":
        """Only what holds every one of the words, in whatever case."""
        wanted = words.casefold().split()
        if not wanted:
            return self
        profiles = [entry for entry in self.profiles if _holds(f"{entry.name} {entry.url}", wanted)]
        sessions = [entry for entry in self.sessions if all(word in _searched(entry) for word in wanted)]
        return replace(self, profiles=profiles, sessions=sessions)

    def profile_lines(self, now_ns: int) -> list[Content]:
        """One line for each profile, their columns aligned; outcomes say how long before now."""
        longest = max((cell_len(safe_text(entry.name)) for entry in self.profiles), default=0)
        cells = min(_NAME_CELLS, longest) + 1
        recent = by_profile(self.sessions)
        return [
            _profile_line(entry, cells, _Recent(recent.get(entry.name, []), self.causes, now_ns))
            for entry in self.profiles
        ]

    @property
    def session_lines(self) -> list[Content]:
        """One line for each session."""
        return self.lines_of_sessions()

    def lines_of_sessions(self, picked: Container[Path] = ()) -> list[Content]:
        """One line for each session, some of them marked as picked."""
        shown = self.sessions[:_SHOWN_SESSIONS]
        return [_session_line(entry, picked=entry.path in picked) for entry in shown]


def read_lists() -> HomeLists:
    """Read the profiles and the newest sessions; never raises: what cannot be read is the ``problem``."""
    profiles = list_profiles()
    try:
        paths = Catalogue().paths()
        newest = Catalogue().entries(paths[:_SHOWN_SESSIONS], _KNOWN)
        return HomeLists(profiles, newest, total=len(paths))
    except (TimelineError, OSError) as error:
        return HomeLists(profiles, problem=f"The recorded sessions cannot be read: {error}")


def read_older(lists: HomeLists, go_on: Callable[[], bool]) -> Iterator[HomeLists]:
    """The same with more and more of the older sessions, so that they are found too."""
    try:
        paths = Catalogue().paths()[_SHOWN_SESSIONS:]
        for start in range(0, len(paths), _AT_ONCE):
            if not go_on():
                return
            older = Catalogue().entries(paths[start : start + _AT_ONCE], _KNOWN)
            lists = replace(lists, sessions=[*lists.sessions, *older])
            yield lists
    except (TimelineError, OSError):
        return  # the newest are there, and were read a moment ago


def find_causes(lists: HomeLists, go_on: Callable[[], bool]) -> HomeLists:
    """The same with the cause of each profile's newest ending: some milliseconds for each profile."""
    newest = by_profile(lists.sessions)
    causes: dict[str, str] = {}
    for entry in lists.profiles:
        sessions = newest.get(entry.name)
        if sessions and go_on():
            causes[entry.name] = _cause_words(sessions[0])
    return replace(lists, causes=causes)


def _cause_words(entry: SessionEntry) -> str:
    if entry.error or entry.events > _DIAGNOSED_EVENTS or (entry.ended_ns is None and not entry.ending):
        return ""
    from wstui.diagnosis import diagnose

    try:
        with TimelineReader(entry.path) as reader:
            return safe_text(diagnose(reader).cause.words)
    except TimelineError:
        return ""


def _holds(text: str, wanted: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)


@lru_cache(maxsize=1 << 15)
def _searched(entry: SessionEntry) -> str:
    ending = ending_words(entry)[0]
    pinned = "pinned" if entry.pinned else ""
    date = date_text(entry.started_ns)
    name = f"{entry.path.parent.name}/{entry.path.stem}"
    words = (entry.title, entry.profile, entry.url, date, name, ending, entry.close_reason, pinned)
    return " ".join(words).casefold()


class _Recent(NamedTuple):
    """What a profile's line says of its sessions."""

    sessions: Sequence[SessionEntry]
    causes: dict[str, str]
    now_ns: int


def _profile_line(entry: ProfileEntry, name_cells: int, recent: _Recent) -> Content:
    name = f"{fit(safe_text(entry.name), name_cells - 1)} "
    marks = Content.assemble(fate_marks(recent.sessions), "  ") if recent.sessions else Content(" ")
    if entry.error:
        return Content.assemble((name, "bold"), marks, ("✗ cannot be used: Enter says why", _ERROR))
    if recent.sessions:
        words = outcome(recent.sessions[0], recent.causes.get(entry.name, ""), recent.now_ns)
    else:
        kind = "template  " if entry.template else ""
        words = Content.assemble((kind, MUTED), safe_text(entry.url))
    return Content.assemble((name, "bold"), marks, words)


def _session_line(entry: SessionEntry, *, picked: bool = False) -> Content:
    if entry.error:
        return Content.assemble(
            (f"{fit(safe_text(entry.path.stem), _STEM_CELLS)}  ", MUTED),
            ("✗ unreadable: Enter says why", _ERROR),
        )
    name = safe_text(entry.title or entry.profile or entry.url)
    return Content.assemble(
        (f"{date_text(entry.started_ns)} ", MUTED),
        (f"{'◆' if entry.pinned else ' '}{'✓' if picked else ' '}", "$text-accent"),
        f"{fit(name, _TITLE_CELLS)} ",
        (f"{count_text(entry.events):>8}  ", MUTED),
        ending_words(entry),
    )
