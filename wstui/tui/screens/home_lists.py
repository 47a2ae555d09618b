"""What stands in the home screen's lists: read by a thread, one line for each profile and session."""

from dataclasses import dataclass, field

from textual.content import Content

from wstui.events import close_code_name, safe_text
from wstui.profiles import ProfileEntry, list_profiles
from wstui.timeline import Catalogue, SessionEntry, TimelineError
from wstui.tui.measures import count_text, date_text
from wstui.tui.tones import CONTENT_STYLES, MUTED

_ERROR, _WARNING = CONTENT_STYLES["error"], CONTENT_STYLES["warning"]
_NAME_CELLS = 24


_SHOWN_SESSIONS = 200


@dataclass(frozen=True, slots=True)
class HomeLists:
    """Profiles and sessions, each with its line."""

    profiles: list[ProfileEntry] = field(default_factory=list)
    sessions: list[SessionEntry] = field(default_factory=list)
    problem: str = ""

    @property
    def profile_lines(self) -> list[Content]:
        """One line for each profile, their columns aligned."""
        cells = min(_NAME_CELLS, max((len(entry.name) for entry in self.profiles), default=0)) + 2
        return [_profile_line(entry, cells) for entry in self.profiles]

    @property
    def session_lines(self) -> list[Content]:
        """One line for each session."""
        return [_session_line(entry) for entry in self.sessions]


def read_lists() -> HomeLists:
    """Read both; never raises: what cannot be read is the ``problem``."""
    profiles = list_profiles()
    try:
        return HomeLists(profiles, Catalogue().sessions(limit=_SHOWN_SESSIONS))
    except (TimelineError, OSError) as error:
        return HomeLists(profiles, problem=f"The recorded sessions cannot be read: {error}")


def _profile_line(entry: ProfileEntry, name_cells: int) -> Content:
    name = f"{safe_text(entry.name):<{name_cells}}"
    if entry.error:
        return Content.assemble((name, "bold"), ("✗ cannot be used: Enter says why", _ERROR))
    kind = "template  " if entry.template else ""
    return Content.assemble((name, "bold"), (kind, MUTED), safe_text(entry.url))


def _session_line(entry: SessionEntry) -> Content:
    if entry.error:
        return Content.assemble(
            (f"{safe_text(entry.path.name)}  ", "bold"), ("✗ unreadable: Enter says why", _ERROR)
        )
    name = safe_text(entry.title or entry.profile or entry.url)
    return Content.assemble(
        (f"{date_text(entry.started_ns)}  ", MUTED),
        f"{name[:24]:<24} ",
        (f"{count_text(entry.events):>9}  ", MUTED),
        _ending(entry),
    )


def _ending(entry: SessionEntry) -> tuple[str, str]:
    """How it ended, in a few words and a colour."""
    code = entry.close_code
    if code is not None:
        return f"{code} {close_code_name(code)}", MUTED if code in (1000, 1001, 1005) else _ERROR
    if not entry.opened:
        return "never opened", _ERROR
    return ("ended", MUTED) if entry.ended_ns is not None else ("cut off, or still recorded", _WARNING)
