import dataclasses
import subprocess
import sys

from wstui.events import (
    COMMANDS,
    CONTROL_FRAME_KINDS,
    END_KINDS,
    MESSAGE_KINDS,
    NOTICES,
    PHASE_KINDS,
    TRANSCRIPT_KINDS,
    Cause,
    ConnectionState,
    Event,
    Kind,
    RecordedEvent,
)


def test_an_event_is_a_plain_tuple_of_plain_values():
    event = Event(1, 0, Kind.TEXT.value, "received", 2, 4, b"hi")
    assert tuple(event) == (1, 0, "text", "received", 2, 4, b"hi", None)
    assert type(event.kind) is str


def test_kind_groups_hold_only_kinds():
    kinds = {kind.value for kind in Kind}
    for group in (MESSAGE_KINDS, CONTROL_FRAME_KINDS, END_KINDS, TRANSCRIPT_KINDS, set(PHASE_KINDS)):
        assert set(group) <= kinds
    assert not TRANSCRIPT_KINDS & {Kind.PING, Kind.PONG}


def test_a_recorded_event_has_the_events_fields_and_a_number():
    assert RecordedEvent._fields == ("id", *Event._fields)


def test_every_cause_has_words():
    for cause in Cause:
        assert cause.words
        assert not cause.words.endswith(".")


def test_commands_and_notices_are_frozen():
    for cls in (*COMMANDS.values(), *NOTICES.values()):
        assert dataclasses.is_dataclass(cls)
        assert cls.__dataclass_params__.frozen


def test_state_names_are_those_of_the_control_protocol():
    names = ["idle", "dialling", "open", "closing", "closed", "waiting_to_retry"]
    assert [state.value for state in ConnectionState] == names


def test_the_vocabulary_imports_only_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import wstui.events; "
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}; "
        "print(sorted(m for m in new if m not in sys.stdlib_module_names and m != 'wstui'))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
