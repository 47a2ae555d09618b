"""Values taken from answers, and put into what is sent."""

import pytest

from wstui.engine.player import Ending, ScriptPlayer
from wstui.engine.steps import Capture, StepError, parse_step, parse_steps
from wstui.engine.variables import fill, is_variable_name, read_value, value_text
from wstui.events import Send, StateNotice


class PretendedEngine:
    def __init__(self):
        self.state = StateNotice(state="open")
        self.done = []

    async def do(self, command):
        self.done.append(command)
        return {}


async def play(lines, messages, **more):
    engine = PretendedEngine()
    player = ScriptPlayer(engine, parse_steps(lines), **more)
    player.state_changed()
    for message in messages:
        player.received(message)
    try:
        return engine.done, await player.play()
    finally:
        await player.close()


async def test_a_captured_value_is_sent():
    done, result = await play(
        ["capture token $.data.token within 1", 'send {"auth":"{{token}}","again":"{{ token }}"}'],
        [b"not json", b'{"data":{}}', b'{"data":{"token":"abc"}}'],
    )
    assert result.ending is Ending.DONE
    assert done == [Send(b'{"auth":"abc","again":"abc"}')]


async def test_several_captures_take_from_the_message_that_was_expected():
    done, _ = await play(
        ["expect welcome", "capture a $.a", "capture b $.b.c", "send {{a}} {{b}}"],
        [b'{"type":"welcome","a":1,"b":{"c":[true]}}', b'{"a":9,"b":{"c":9}}'],
    )
    assert done == [Send(b"1 [true]")]


async def test_after_an_act_only_newer_messages_count():
    done, _ = await play(
        ["expect one", "send x", "capture n $.n", "send {{n}}"], [b'{"say":"one","n":1}', b'{"n":2}']
    )
    assert done[-1] == Send(b"2")


async def test_waiting_in_vain_says_so():
    _, result = await play(["capture n $.n within 0.01"], [b'{"m":1}'])
    assert result.ending is Ending.EXPECT_FAILED
    assert "no message had that place; waited 0.01 s" in result.sentence


async def test_given_values_fill_and_unknown_names_stay():
    done, _ = await play(["send {{who}} {{nobody}}"], [], variables={"who": "ann"})
    assert done == [Send(b"ann {{nobody}}")]


@pytest.mark.parametrize(
    "line", ["capture", "capture token", "capture 1x $.a", "capture t $.a[", "capture t $.a within x"]
)
def test_a_capture_that_cannot_be_read(line):
    with pytest.raises(StepError):
        parse_step(line)


def test_reads_a_capture():
    step = parse_step("capture token $.rows[0]['odd name'] within 2.5")
    assert isinstance(step, Capture)
    assert (step.name, step.path.text, step.within_s) == ("token", "$.rows[0]['odd name']", 2.5)


def test_values():
    assert fill(b"{{a}}", {}) == b"{{a}}"
    assert fill(b"\xff{{a}}", {"a": "ä"}) == b"\xff\xc3\xa4"
    assert is_variable_name("a-b_1")
    assert not is_variable_name("1a")
    assert not is_variable_name("a b")
    assert [value_text(v) for v in ("x", 1, None, {"a": 1})] == ["x", "1", "null", '{"a":1}']
    assert [read_value(t) for t in ("5", "true", "abc", '"x"')] == [5, True, "abc", "x"]
