"""The command palette's entries, from the table of actions."""

from collections.abc import Awaitable, Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from wstui.tui.actions import ACTIONS, Action, Place


class ActionCommands(Provider):
    """What can be done on this screen now, with its key."""

    def _possible(self) -> list[Action]:
        places = {Place.APP, *getattr(self.screen, "PLACES", ())}
        return [row for row in ACTIONS if row.palette and row.place in places and self._can(row)]

    def _can(self, action: Action) -> bool:
        if action.place is Place.APP:
            return True
        name = action.name.removeprefix("screen.").partition("(")[0]
        return bool(self.screen.check_action(name, ()))

    def _run(self, action: Action) -> Callable[[], Awaitable[object]]:
        target = self.app if action.place is Place.APP else self.screen
        return partial(target.run_action, action.name)

    async def discover(self) -> Hits:
        """Everything possible, before anything was typed."""
        for action in self._possible():
            yield DiscoveryHit(_title(action), self._run(action), help=action.help)

    async def search(self, query: str) -> Hits:
        """What matches the words typed."""
        matcher = self.matcher(query)
        for action in self._possible():
            score = matcher.match(f"{action.title} {action.help}")
            if score > 0:
                yield Hit(score, matcher.highlight(_title(action)), self._run(action), help=action.help)


def _title(action: Action) -> str:
    title = action.title[:1].upper() + action.title[1:]
    return f"{title}  ({action.key_label})" if action.keys else title
