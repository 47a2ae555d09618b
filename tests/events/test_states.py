import itertools

import pytest

from wstui.events import TRANSITIONS, ConnectionState, IllegalTransition, Trigger, can, next_state

EVERY_PAIR = list(itertools.product(ConnectionState, Trigger))


@pytest.mark.parametrize(("state", "trigger"), EVERY_PAIR)
def test_every_pair_of_state_and_trigger_is_either_in_the_table_or_refused(state, trigger):
    if (state, trigger) in TRANSITIONS:
        assert next_state(state, trigger) is TRANSITIONS[state, trigger]
        assert can(state, trigger)
    else:
        assert not can(state, trigger)
        with pytest.raises(IllegalTransition) as refused:
            next_state(state, trigger)
        assert refused.value.state is state
        assert str(trigger) in str(refused.value)


def test_every_state_is_reached_from_idle():
    reached = {ConnectionState.IDLE}
    while True:
        more = {new for (old, _), new in TRANSITIONS.items() if old in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(ConnectionState)


def test_no_state_is_a_dead_end():
    assert {old for old, _ in TRANSITIONS} == set(ConnectionState)


def test_an_ended_connection_can_always_be_dialled_again():
    assert next_state(ConnectionState.CLOSED, Trigger.CONNECT) is ConnectionState.DIALLING
    assert next_state(ConnectionState.WAITING_TO_RETRY, Trigger.CONNECT) is ConnectionState.DIALLING
