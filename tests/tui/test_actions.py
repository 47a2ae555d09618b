"""The table of actions: no key means two things in one place; help and palette show what a person has set."""

from collections import Counter, defaultdict
from types import SimpleNamespace

import pytest

from wstui.events import ConnectionState
from wstui.tui.actions import ACTIONS, Place, actions_of, binding_id
from wstui.tui.screens.help import _PLACES, help_dialog
from wstui.tui.screens.home import HomeScreen
from wstui.tui.screens.session_connection import SessionConnection

AROUND = {
    Place.PROFILES: (Place.HOME,),
    Place.SESSIONS: (Place.HOME,),
    Place.COMPOSER: (Place.COMPOSER_PANE, Place.SESSION),
    Place.PAIRS: (Place.COMPARE,),
    **dict.fromkeys(
        (Place.MESSAGES, Place.DETAIL, Place.COMPOSER_PANE, Place.FILTER, Place.GRAPH, Place.TIMELINE),
        (Place.SESSION,),
    ),
    Place.PLAYBACK: (Place.SESSION,),
}
"""What lies around each place: its keys work there too."""

BY_STATE = {"connect", "reconnect", "retry_now"}
"""One key that says what it does in each state."""


@pytest.mark.parametrize("place", Place)
def test_no_key_means_two_things_in_one_place(place):
    meanings = defaultdict(list)
    for around in dict.fromkeys((place, *AROUND.get(place, ()), Place.APP)):
        for action in actions_of(around):
            for key in filter(None, action.keys.split(",")):
                meanings[key].append(action)
    for key, actions in meanings.items():
        if len(actions) == 1 or {action.name for action in actions} == BY_STATE:
            continue
        places = [action.place for action in actions]
        goes_back = key == "escape" and len(set(places)) == len(places) and not actions[-1].priority
        assert goes_back, (place, key, [action.name for action in actions])


@pytest.mark.parametrize("state", ["", *ConnectionState])
def test_what_shares_a_key_is_never_possible_at_once(state):
    screen = SimpleNamespace(state_name=lambda: state)
    shown = [name for name in BY_STATE if SessionConnection.check_action(screen, name, ()) is not False]
    assert len(shown) <= 1


def test_every_binding_has_a_name_of_its_own():
    assert max(Counter(map(binding_id, ACTIONS)).values()) == 1


def test_every_action_is_in_a_help_and_says_what_it_does():
    assert {place for places in _PLACES.values() for place in places} == set(Place)
    for action in ACTIONS:
        assert action.help.endswith("."), action.name
        assert action.help[:1].isupper(), action.name
    for name, places in _PLACES.items():
        text = help_dialog(name)._text.plain
        for place in places:
            assert place.value in text
            assert all(action.help in text for action in actions_of(place))


def test_the_help_shows_the_keys_that_a_person_has_set():
    text = help_dialog("session", {"app.jump": "ctrl+j", "session.ping": "f8,ctrl+y"})._text.plain
    assert any(line.split()[:2] == ["^j", "Jump."] for line in text.splitlines())
    assert any(line.split()[:3] == ["F8", "^y", "Ping."] for line in text.splitlines())
    assert "F10" not in text


async def test_the_palette_shows_the_keys_that_a_person_has_set(make_app, home, look):
    (home / "settings.toml").write_text('[keys]\n"app.jump" = "ctrl+y"\n')
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.press("ctrl+p", *"jump")
        await look.until(pilot, lambda: "Jump  (^y)" in look.shown(app))
