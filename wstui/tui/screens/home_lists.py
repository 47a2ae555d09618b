"""What stands in the home screen's lists: read by a thread, one line for each profile and session."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from textual.content import Content

from wstui.events import safe_text
from wstui.profiles import ProfileEntry, list_profiles
from wstui.timeline import Catalogue, SessionEntry, TimelineError, TimelineReader
from wstui.tui.fates import by_profile, ending_words, fate_marks, outcome
from wstui.tui.tones import CONTENT_STYLES, MUTED
from wstui.words.measures import count_text, date_text

_ERROR = CONTENT_STYLES["error"]
_NAME_CELLS = 20
_SHOWN_SESSIONS = 500
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

    def matching(self, words: str) -> "HomeLists":
        """Only what holds every one of the words, in whatever case."""
        wanted = words.casefold().split()
        if not wanted:
            return self
        profiles = [entry for entry in self.profiles if _holds(f"{entry.name} {entry.url}", wanted)]
        sessions = [entry for entry in self.sessions if _holds(_searched(entry), wanted)]
        return replace(self, profiles=profiles, sessions=sessions)

    def profile_lines(self, now_ns: int) -> list[Content]:
        """One line for each profile, their columns aligned; outcomes say how long before now."""
        cells = min(_NAME_CELLS, max((len(entry.name) for entry in self.profiles), default=0)) + 1
        recent = by_profile(self.sessions)
        used = any(recent.get(entry.name) for entry in self.profiles)
        return [
            _profile_line(entry, cells, _Recent(recent.get(entry.name, []), self.causes, now_ns), used=used)
            for entry in self.profiles
        ]

    @property
    def session_lines(self) -> list[Content]:
        """One line for each session."""
        return self.lines_of_sessions()

    def lines_of_sessions(self, picked: Container[Path] = ()) -> list[Content]:
        """One line for each session, some of them marked as picked."""
        return [_session_line(entry, picked=entry.path in picked) for entry in self.sessions]


def read_lists() -> HomeLists:
    """Read both; never raises: what cannot be read is the ``problem``."""
    profiles = list_profiles()
    try:
        return HomeLists(profiles, Catalogue().sessions(limit=_SHOWN_SESSIONS))
    except (TimelineError, OSError) as error:
        return HomeLists(profiles, problem=f"The recorded sessions cannot be read: {error}")


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


def _searched(entry: SessionEntry) -> str:
    ending = ending_words(entry)[0]
    pinned = "pinned" if entry.pinned else ""
    date = date_text(entry.started_ns)
    return f"{entry.title} {entry.profile} {entry.url} {date} {ending} {entry.close_reason} {pinned}"


class _Recent(NamedTuple):
    """What a profile's line says of its sessions."""

    sessions: Sequence[SessionEntry]
    causes: dict[str, str]
    now_ns: int


def _profile_line(entry: ProfileEntry, name_cells: int, recent: _Recent, *, used: bool) -> Content:
    name = f"{safe_text(entry.name)[: name_cells - 1]:<{name_cells}}"
    marks = Content.assemble(fate_marks(recent.sessions), "  ") if used else Content(" ")
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
            (f"{safe_text(entry.path.name)}  ", "bold"), ("✗ unreadable: Enter says why", _ERROR)
        )
    name = safe_text(entry.title or entry.profile or entry.url)
    return Content.assemble(
        (f"{date_text(entry.started_ns)} ", MUTED),
        (f"{'◆' if entry.pinned else ' '}{'✓' if picked else ' '}", "$text-accent"),
        f"{name[:18]:<18} ",
        (f"{count_text(entry.events):>8}  ", MUTED),
        ending_words(entry),
    )
