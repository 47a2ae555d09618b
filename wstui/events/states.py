"""A connection's states as one transition table.

Rule 1: every change of state goes through :func:`next_state`. Rule 2: an illegal trigger raises and
changes nothing. The screen, the engine and the tests read the same table.
"""

from enum import StrEnum


class ConnectionState(StrEnum):
    """Where the engine's connection is. The names are part of the control protocol."""

    IDLE = "idle"
    DIALLING = "dialling"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    WAITING_TO_RETRY = "waiting_to_retry"


class Trigger(StrEnum):
    """What can happen to a connection, as far as its state is concerned."""

    CONNECT = "connect"
    OPENED = "opened"
    CLOSE_STARTED = "close_started"
    ENDED = "ended"
    RETRY_SCHEDULED = "retry_scheduled"
    RETRYING_STOPPED = "retrying_stopped"


class IllegalTransition(Exception):
    """This trigger means nothing in this state."""

    def __init__(self, state: ConnectionState, trigger: Trigger) -> None:
        super().__init__(f"{trigger} is not possible while {state}")
        self.state = state
        self.trigger = trigger


_S, _T = ConnectionState, Trigger

TRANSITIONS: dict[tuple[ConnectionState, Trigger], ConnectionState] = {
    (_S.IDLE, _T.CONNECT): _S.DIALLING,
    (_S.DIALLING, _T.OPENED): _S.OPEN,
    (_S.DIALLING, _T.ENDED): _S.CLOSED,
    (_S.OPEN, _T.CLOSE_STARTED): _S.CLOSING,
    (_S.OPEN, _T.ENDED): _S.CLOSED,
    (_S.CLOSING, _T.CLOSE_STARTED): _S.CLOSING,
    (_S.CLOSING, _T.ENDED): _S.CLOSED,
    (_S.CLOSED, _T.CONNECT): _S.DIALLING,
    (_S.CLOSED, _T.RETRY_SCHEDULED): _S.WAITING_TO_RETRY,
    (_S.WAITING_TO_RETRY, _T.CONNECT): _S.DIALLING,
    (_S.WAITING_TO_RETRY, _T.RETRYING_STOPPED): _S.CLOSED,
}
"""Every legal transition; whatever is not here is illegal."""


def next_state(state: ConnectionState, trigger: Trigger) -> ConnectionState:
    """The state after ``trigger``.

    Raises:
        IllegalTransition: the table has no such row.
    """
    try:
        return TRANSITIONS[state, trigger]
    except KeyError:
        raise IllegalTransition(state, trigger) from None


def can(state: ConnectionState, trigger: Trigger) -> bool:
    """Whether ``trigger`` is legal in ``state``."""
    return (state, trigger) in TRANSITIONS
