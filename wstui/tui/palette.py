"""The command palette's entries, from the table of actions."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider

from wstui.tui.actions import ACTIONS, Action, Place, binding_id
from wstui.tui.tabbed_app import TabbedApp
from wstui.tui.tabs import TabFace

_KEYED_TABS = 9


class Command(NamedTuple):
    """A line of the palette."""

    title: str
    help: str
    run: Callable[[], Awaitable[object]]


class ActionCommands(Provider):
    """What can be done on this screen now, with its key; and the tabs by their names."""

    def _commands(self) -> list[Command]:
        changed = getattr(self.app, "changed_keys", {})
        actions = [
            Command(_title(row, changed.get(binding_id(row), row.keys)), row.help, self._run(row))
            for row in self._possible()
        ]
        return [*actions, *self._tabs()]

    def _tabs(self) -> list[Command]:
        app = self.app
        if not isinstance(app, TabbedApp):
            return []
        return [
            Command(
                _tab_title(face),
                "Show this session.",
                partial(app.action_go_to_tab, face.number),
            )
            for face in app.tabs.faces()
            if not face.current
        ]

    def _possible(self) -> list[Action]:
        places = {Place.APP, *getattr(self.screen, "PLACES", ())}
        return [row for row in ACTIONS if row.palette and row.place in places and self._can(row)]

    def _can(self, action: Action) -> bool:
        name = action.name.removeprefix("screen.").partition("(")[0]
        place = self.app if action.place is Place.APP else self.screen
        return bool(place.check_action(name, ()))

    def _run(self, action: Action) -> Callable[[], Awaitable[object]]:
        target = self.app if action.place is Place.APP else self.screen
        return partial(target.run_action, action.name)

    async def discover(self) -> Hits:
        """Everything possible, before anything was typed."""
        for command in self._commands():
            yield DiscoveryHit(command.title, command.run, help=command.help)

    async def search(self, query: str) -> Hits:
        """What matches the words typed."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(f"{command.title} {command.help}")
            if score > 0:
                yield Hit(score, matcher.highlight(command.title), command.run, help=command.help)


def _tab_title(face: TabFace) -> str:
    key = f"  (Alt+{face.number})" if face.number <= _KEYED_TABS else ""
    return f"Go to tab {face.number}: {face.sign} {face.name}{key}"


def _title(action: Action, keys: str) -> str:
    title = action.title[:1].upper() + action.title[1:]
    return f"{title}  ({replace(action, keys=keys).key_label})" if keys else title
