"""Our answers: at once, late, not at all, and never without bound."""

from wstui.wire.pongs import DELAYED_ANSWERS, UNWRITTEN_ANSWERS

PING, PONG = 0x9, 0xA


def number(count):
    return count.to_bytes(2, "big")


def test_a_peer_that_pings_without_reading_is_answered_for_its_newest_ping(talks, frame):
    """RFC 6455 §5.5.3: only the most recent ping needs an answer."""
    talk = talks()
    talk.writes = False
    total = 3 * UNWRITTEN_ANSWERS
    talk.receive(*(frame(PING, number(count)) for count in range(total)))
    talk.writes = True
    talk.settle()
    answers = [payload for _, payload in talk.sent_frames()]
    assert answers == [number(count) for count in (*range(UNWRITTEN_ANSWERS), total - 1)]
    assert talk.receive(frame(PING, b"again"))[-1].payload == b"again"


def test_delayed_answers_are_bounded(talks, frame):
    talk = talks()
    talk.do("delay_pongs", 1.0)
    total = DELAYED_ANSWERS + 10
    talk.receive(*(frame(PING, number(count)) for count in range(total)))
    assert [e for e in talk.wait(0.5) if e.kind == "pong"] == []
    answers = [event.payload for event in talk.wait(1) if event.kind == "pong"]
    assert answers[0] == number(10)
    assert answers[-1] == number(total - 1)


def test_delays_keep_the_order_in_time(talks, frame):
    talk = talks()
    talk.do("delay_pongs", 2.0)
    talk.receive(frame(PING, b"slow"))
    talk.do("delay_pongs", 0.5)
    talk.receive(frame(PING, b"quick"))
    talk.do("answer_pings")
    assert talk.receive(frame(PING, b"now"))[-1].payload == b"now"
    assert [event.payload for event in talk.wait(3)] == [b"quick", b"slow"]


def test_withholding_drops_what_was_delayed(talks, frame):
    talk = talks()
    talk.do("delay_pongs", 1.0)
    talk.receive(frame(PING, b"x"))
    talk.do("withhold_pongs")
    assert talk.wait(5) == []
