import pytest

from wstui.engine.steps import (
    EXPECT_WITHIN_S,
    Act,
    Every,
    Expect,
    On,
    StepError,
    UntilClosed,
    Wait,
    parse_step,
    parse_steps,
)
from wstui.events import (
    Abort,
    AnswerPings,
    Close,
    DelayPongs,
    Ping,
    Pong,
    ResumeReading,
    Send,
    SendFrame,
    StopReading,
    WithholdPongs,
)

ACTS = {
    "send hello there": Send(b"hello there"),
    "send  two  spaces ": Send(b" two  spaces "),
    'send {"op": 1}': Send(b'{"op": 1}'),
    "send-hex 00 ff": Send(b"\x00\xff", binary=True),
    "frame 9 68656c6c6f": SendFrame(9, b"hello"),
    "frame 0xb": SendFrame(11),
    "ping": Ping(None, source="step"),
    "ping are you there": Ping(b"are you there", source="step"),
    "pong": Pong(b"", source="step"),
    "pong x": Pong(b"x", source="step"),
    "close": Close(1000),
    "close 4001": Close(4001),
    "close 4001 good bye": Close(4001, "good bye"),
    "abort": Abort(),
    "withhold-pongs": WithholdPongs(),
    "delay-pongs 1.5": DelayPongs(1.5),
    "answer-pings": AnswerPings(),
    "stop-reading": StopReading(),
    "resume-reading": ResumeReading(),
}


@pytest.mark.parametrize("line", ACTS)
def test_acts(line):
    step = parse_step(line)
    assert isinstance(step, Act)
    assert step.command == ACTS[line]
    assert step.text == line


def test_wait_and_until_closed():
    assert parse_step("wait 0.250") == Wait("wait 0.250", 0.25)
    assert parse_step("until-closed") == UntilClosed("until-closed", None)
    assert parse_step("until-closed 12") == UntilClosed("until-closed 12", 12.0)


@pytest.mark.parametrize(
    ("line", "pattern", "within_s"),
    [
        ("expect hello", "hello", EXPECT_WITHIN_S),
        ("expect hello world within 2.5", "hello world", 2.5),
        ('expect "op": *11 within 1', '"op": *11', 1.0),
        ("expect /it is within 3/ within 4", "it is within 3", 4.0),
        ("expect /within 3/", "within 3", EXPECT_WITHIN_S),
        ("expect /path", "/path", EXPECT_WITHIN_S),
    ],
)
def test_expect(line, pattern, within_s):
    step = parse_step(line)
    assert isinstance(step, Expect)
    assert (step.pattern.pattern, step.within_s) == (pattern, within_s)


@pytest.mark.parametrize(
    ("line", "pattern", "inner"),
    [
        ("on ^2$ send 3", "^2$", "send 3"),
        ('on "type": *"ping" send {"type":"pong"}', '"type": *"ping"', 'send {"type":"pong"}'),
        ("on /please send/ send here", "please send", "send here"),
        ("on bye close 4000 you said it", "bye", "close 4000 you said it"),
        ("on /path/x send ok", "/path/x", "send ok"),
    ],
)
def test_on(line, pattern, inner):
    step = parse_step(line)
    assert isinstance(step, On)
    assert (step.pattern.pattern, step.act.text) == (pattern, inner)


def test_every():
    step = parse_step("every 0.5 send tick")
    assert isinstance(step, Every)
    assert (step.seconds, step.act.command) == (0.5, Send(b"tick"))


def test_send_file_is_text_when_it_is_utf8(tmp_path):
    path = tmp_path / "payload"
    path.write_text("grüß dich")
    assert parse_step(f"send-file {path}").command == Send("grüß dich".encode())
    path.write_bytes(b"\xff\x00")
    assert parse_step(f"send-file {path}").command == Send(b"\xff\x00", binary=True)


def test_arguments_that_are_not_utf8_keep_their_bytes():
    assert parse_step("send \udcff").command == Send(b"\xff")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "the step is empty"),
        ("snd hello", "did you mean send?"),
        ("dance", "the steps are: send, send-hex"),
        ("send", "needs the text"),
        ("send-hex", "payload is missing"),
        ("send-hex abc", "pairs of hex digits"),
        ("send-file", "path of a file"),
        ("send-file /nonexistent/file", "no such file or directory"),
        ("frame", "opcode from 0 to 15"),
        ("frame 16", "opcode from 0 to 15"),
        ("frame x 00", "opcode from 0 to 15"),
        ("frame 1 zz", "pairs of hex digits"),
        ("ping " + "x" * 126, "126 bytes"),
        ("wait", "number of seconds"),
        ("wait -1", "number of seconds"),
        ("wait nan", "number of seconds"),
        ("expect", "needs a regular expression"),
        ("expect (", "no regular expression"),
        ("expect a within b", "within needs a number"),
        ("close soon", "a code and then a reason"),
        ("close 1005", "RFC 6455"),
        ("close 1000 " + "x" * 124, "124 bytes"),
        ("abort now", "nothing is expected after “abort”"),
        ("delay-pongs", "number of seconds"),
        ("until-closed never", "number of seconds"),
        ("every 0 ping", "more than 0"),
        ("every 1", "needs a step"),
        ("every 1 wait 3", "repeats one act"),
        ("on", "regular expression and then a step"),
        ("on ping", "regular expression and then a step"),
        ("on x on y ping", "repeats one act"),
    ],
)
def test_a_bad_step_says_what_was_expected(line, says):
    with pytest.raises(StepError) as caught:
        parse_step(line)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bad_step_among_many_is_numbered_and_shown_safely():
    with pytest.raises(StepError, match="Step 2, “␛snd”:"):
        parse_steps(["ping", "\x1bsnd", "ping"])


def test_good_steps_in_their_order():
    assert [step.text for step in parse_steps(["ping", "wait 1", "close"])] == ["ping", "wait 1", "close"]
