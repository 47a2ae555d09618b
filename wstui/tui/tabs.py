"""The sessions that are open, each in a tab: their order, which is shown, what is new in the others.

Knows no widget and no app; :mod:`wstui.tui.tabbed_app` does what is decided here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar


class Standing(NamedTuple):
    """How a session stands, in what a tab has room for."""

    name: str
    sign: str
    tone: str
    received: int = 0
    """Messages received over the session's connections."""
    endings: int = 0
    """Connections that ended."""


class TabSession(Protocol):
    """What a tab must know of its session."""

    @property
    def busy(self) -> bool:
        """Whether closing it would end a connection."""

    @property
    def path(self) -> Path | None:
        """Its session file, once there is one."""

    def standing(self) -> Standing:
        """How it stands now."""


class News(StrEnum):
    """What happened in a tab since it was looked at."""

    NONE = ""
    ARRIVED = "arrived"
    ENDED = "ended"


class TabFace(NamedTuple):
    """What the strip shows of a tab."""

    number: int
    """From 1."""
    name: str
    sign: str
    tone: str
    news: News
    current: bool


_S = TypeVar("_S", bound=TabSession)


@dataclass(eq=False, slots=True)
class Tab(Generic[_S]):
    """An open session."""

    mode: str
    """The app's mode, by which it is shown."""
    session: _S
    looked_at: Standing


class Tabs(Generic[_S]):
    """Every open session, in the order in which they were opened; ``current`` is None at home."""

    def __init__(self) -> None:
        self._tabs: list[Tab[_S]] = []
        self._made = 0
        self._before: Tab[_S] | None = None
        self.current: Tab[_S] | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self._tabs)

    def __iter__(self) -> Iterator[Tab[_S]]:
        """In their order."""
        return iter(self._tabs)

    def next_mode(self) -> str:
        """A mode's name that no tab has had."""
        self._made += 1
        return f"tab-{self._made}"

    def add(self, mode: str, session: _S) -> Tab[_S]:
        """A new tab, the last one; it is not shown yet."""
        tab = Tab(mode, session, session.standing())
        self._tabs.append(tab)
        return tab

    def show(self, tab: Tab[_S] | None) -> None:
        """It is looked at from now on; None: home."""
        if self.current is not None:
            self.current.looked_at = self.current.session.standing()
            self._before = self.current
        self.current = tab

    def remove(self, tab: Tab[_S]) -> Tab[_S] | None:
        """Take it out; what to show where it was the current one: its neighbour, None for home."""
        at = self._tabs.index(tab)
        del self._tabs[at]
        if self._before is tab:
            self._before = None
        if self.current is not tab:
            return self.current
        self.current = None
        return self._tabs[min(at, len(self._tabs) - 1)] if self._tabs else None

    def number(self, tab: Tab[_S]) -> int:
        """Its number, from 1."""
        return self._tabs.index(tab) + 1

    def numbered(self, number: int) -> Tab[_S] | None:
        """The tab of a number, if there is one."""
        return self._tabs[number - 1] if 1 <= number <= len(self._tabs) else None

    def beside(self, by: int) -> Tab[_S] | None:
        """The next or the previous one, going round; from home the one that was left."""
        if not self._tabs:
            return None
        if self.current is None:
            return self.left_last
        return self._tabs[(self._tabs.index(self.current) + by) % len(self._tabs)]

    @property
    def left_last(self) -> Tab[_S] | None:
        """Where to go back to from home."""
        return self._before or (self._tabs[-1] if self._tabs else None)

    def holding(self, path: Path) -> Tab[_S] | None:
        """The tab of a session file."""
        wanted = path.resolve()
        for tab in self._tabs:
            if tab.session.path is not None and tab.session.path.resolve() == wanted:
                return tab
        return None

    @property
    def leaving_question(self) -> str:
        """What to ask before the app ends; empty where no connection would end with it."""
        busy = [tab for tab in self._tabs if tab.session.busy]
        if not busy:
            return ""
        if len(busy) > 1:
            return f"{len(busy)} connections are live. Close them with 1001 and leave?"
        if busy[0] is self.current:
            return "This connection is live. Close it with 1001 and leave?"
        return f"Tab {self.number(busy[0])} is connected. Close it with 1001 and leave?"

    def faces(self) -> list[TabFace]:
        """What the strip shows; the current tab has no news."""
        return [self._face(number, tab) for number, tab in enumerate(self._tabs, 1)]

    def _face(self, number: int, tab: Tab[_S]) -> TabFace:
        now, current = tab.session.standing(), tab is self.current
        news = News.NONE if current else _news(tab.looked_at, now)
        return TabFace(number, now.name, now.sign, now.tone, news, current)


def _news(looked_at: Standing, now: Standing) -> News:
    """An ending is told before anything else."""
    if now.endings > looked_at.endings:
        return News.ENDED
    return News.ARRIVED if now.received > looked_at.received else News.NONE
