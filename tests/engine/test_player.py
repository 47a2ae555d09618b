"""Steps against an engine that only pretends."""

import asyncio

import pytest

from wstui.engine.messages import MessageAssembler
from wstui.engine.player import UNREAD_LIMIT_BYTES, Ending, ScriptPlayer, only_lasting
from wstui.engine.steps import parse_steps
from wstui.events import Close, CommandRefused, Event, Ping, Pong, Send, StateNotice, WithholdPongs


class PretendedEngine:
    """Is in the state that a test says, and keeps what it was asked to do."""

    def __init__(self):
        self.state = StateNotice(state="dialling")
        self.done = []
        self.refuses = ()
        self.player = None
        self.narrated = []

    async def do(self, command):
        if isinstance(command, self.refuses):
            raise CommandRefused("Not now.")
        self.done.append(command)
        return {}

    def be(self, state):
        self.state = StateNotice(state=state)
        self.player.state_changed()


@pytest.fixture
async def play():
    """Begin to play; gives the engine and the task."""
    players = []

    def begin(*lines, state="open"):
        engine = PretendedEngine()
        engine.player = ScriptPlayer(engine, parse_steps(lines), engine.narrated.append)
        players.append(engine.player)
        engine.be(state)
        return engine, asyncio.get_running_loop().create_task(engine.player.play())

    yield begin
    for player in players:
        await player.close()


async def test_steps_are_done_in_their_order(play):
    engine, playing = play("send a", "ping b", "wait 0", "pong c")
    result = await playing
    assert engine.done == [Send(b"a"), Ping(b"b", "step"), Pong(b"c", "step")]
    assert (result.ending, result.sentence, result.wants_clean) == (Ending.DONE, "", True)


async def test_nothing_begins_before_the_open(play, tools):
    engine, playing = play("send a", state="dialling")
    await asyncio.sleep(0)
    assert engine.done == []
    engine.be("open")
    await playing
    assert engine.done == [Send(b"a")]


async def test_what_must_hold_from_the_first_frame_on_is_asked_for_while_dialling(play, tools):
    engine, playing = play("withhold-pongs", "send a", state="dialling")
    await tools.until(lambda: engine.done)
    assert engine.done == [WithholdPongs()]
    engine.be("open")
    await playing
    assert engine.done == [WithholdPongs(), Send(b"a")]


async def test_never_opened(play):
    engine, playing = play("send a", state="dialling")
    engine.be("closed")
    assert (await playing).ending is Ending.NEVER_OPENED
    assert engine.done == []


async def test_expect_takes_messages_in_their_order_and_leaves_the_rest(play):
    engine, playing = play("expect two", "expect /^four$/ within 1", "send done")
    for message in (b"one", b"two", b"three", b"four", b"five"):
        engine.player.received(message)
    assert (await playing).ending is Ending.DONE
    assert engine.done == [Send(b"done")]


async def test_expect_sees_what_came_before_it_began(play, tools):
    engine, playing = play("send question", "wait 0.02", "expect answer")
    await tools.until(lambda: engine.done)
    engine.player.received(b"the answer")
    assert (await playing).ending is Ending.DONE


async def test_white_space_that_is_not_shown_explains_why_an_expect_fails(play):
    engine, playing = play('expect "re":1 within 0.01')
    engine.player.received(b'{"re": 1}')
    assert (await playing).sentence.endswith(r'as in “"type":\s*"tick"”.')


async def test_an_expect_that_fails_names_the_step(play):
    engine, playing = play("send a", "expect never within 0.01", "send b")
    engine.player.received(b"something else")
    result = await playing
    assert result.ending is Ending.EXPECT_FAILED
    assert result.sentence == "Step 2, “expect never within 0.01”: no message matched; waited 0.01 s."
    assert engine.done == [Send(b"a")]


async def test_an_expect_does_not_outlive_the_connection(play):
    engine, playing = play("expect never within 60")
    await asyncio.sleep(0)
    engine.be("closed")
    result = await playing
    assert result.ending is Ending.EXPECT_FAILED
    assert "the connection ended first" in result.sentence


async def test_what_expect_has_not_read_is_bounded(play):
    engine, playing = play("wait 0.05", "expect first within 0.01")
    engine.player.received(b"first")
    for _ in range(5):
        engine.player.received(bytes(UNREAD_LIMIT_BYTES // 4))
    assert engine.player._unread_bytes <= UNREAD_LIMIT_BYTES
    assert (await playing).ending is Ending.EXPECT_FAILED


async def test_nothing_is_kept_when_no_step_expects(play):
    engine, playing = play("send a")
    engine.player.received(b"unread")
    assert not engine.player._unread
    await playing


async def test_an_end_that_nobody_asked_for(play):
    engine, playing = play("wait 60", "send b")
    await asyncio.sleep(0)
    engine.be("closed")
    result = await playing
    assert result.ending is Ending.OTHERWISE
    assert "Step 2, “send b”: the connection had ended before." in result.sentence


async def test_until_closed_asks_for_the_end(play):
    engine, playing = play("wait 60", "until-closed 60")
    await asyncio.sleep(0)
    engine.be("closed")
    result = await playing
    assert (result.ending, result.wants_clean) == (Ending.ENDED, False)


async def test_until_closed_in_vain(play):
    _, playing = play("until-closed 0.01")
    result = await playing
    assert result.ending is Ending.OTHERWISE
    assert "still open after 0.01 s" in result.sentence


async def test_a_close_of_ours_wants_a_clean_end(play):
    engine, playing = play("close 4001 bye", "wait 60")
    await asyncio.sleep(0.01)
    assert engine.done == [Close(4001, "bye")]
    engine.be("closing")
    engine.be("closed")
    result = await playing
    assert (result.ending, result.wants_clean) == (Ending.ENDED, True)


async def test_an_abort_does_not(play):
    engine, playing = play("abort")
    await asyncio.sleep(0)
    engine.be("closed")
    result = await playing
    assert not result.wants_clean


async def test_a_refusal_ends_the_steps(play):
    engine, playing = play("wait 0.01", "send a", "send b")
    engine.refuses = Send
    result = await playing
    assert result.ending is Ending.OTHERWISE
    assert result.sentence == "Step 2, “send a”: Not now."


async def test_a_close_beside_the_servers_close_is_as_asked(play):
    engine, playing = play("close", state="closing")
    engine.refuses = Close
    result = await playing
    assert result.ending is Ending.DONE


async def test_waiting_to_retry_is_not_the_end(play):
    engine, playing = play("wait 0.02", "send again")
    engine.be("closed")
    engine.be("waiting_to_retry")
    await asyncio.sleep(0.05)
    assert not playing.done()
    engine.be("open")
    assert (await playing).ending is Ending.DONE
    assert engine.done == [Send(b"again")]


async def test_every_stays_at_work_beside_the_others(play):
    engine, playing = play("every 0.02 send tick", "wait 0.15")
    await playing
    assert 3 <= engine.done.count(Send(b"tick")) <= 8


async def test_on_answers_every_message_that_matches(play, tools):
    engine, playing = play("on ^ping send pong", "on x send y", "wait 0.05")
    await asyncio.sleep(0.01)
    for message in (b"ping 1", b"not a ping", b"ping 2"):
        engine.player.received(message)
    await playing
    assert engine.done == [Send(b"pong"), Send(b"pong")]


async def test_a_refused_act_beside_is_told_and_not_fatal(play):
    engine, playing = play("every 0.01 send tick", "wait 0.05")
    engine.refuses = Send
    assert (await playing).ending is Ending.DONE
    assert engine.narrated[0] == "“send tick” was not done: Not now."


def test_only_lasting():
    assert only_lasting(parse_steps(["every 1 ping", "on x send y"]))
    assert only_lasting([])
    assert not only_lasting(parse_steps(["every 1 ping", "wait 1"]))


def _frame(payload, direction="received", kind="text", **detail):
    return Event(1, 0, kind, direction, len(payload), len(payload), payload, detail or None)


def test_fragments_become_messages():
    messages = MessageAssembler()
    events = [
        _frame(b"whole"),
        _frame(b"sent", direction="sent"),
        _frame(b"a", fragment=0, fin=False),
        _frame(b"ignored", kind="ping"),
        _frame(b"b", fragment=1, fin=False),
    ]
    assert list(messages.feed(events)) == [b"whole"]
    assert list(messages.feed([_frame(b"c", fragment=2, fin=True), _frame(b"")])) == [b"abc", b""]
    assert list(messages.feed([_frame(b"lost", fragment=0, fin=False), _frame(b"new")])) == [b"new"]
