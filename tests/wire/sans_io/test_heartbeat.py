"""Our pings: when they are due, which pong answers which, which are missed."""

import pytest

from wstui.events import CommandRefused, Ping, Send, SetHeartbeat
from wstui.wire.heartbeat import REMEMBERED_PINGS, Heartbeat, HeartbeatSettings

CLOSE, PING, PONG = 0x8, 0x9, 0xA
SECOND_NS = 1_000_000_000


def pings(events):
    return [event for event in events if event.kind == "ping"]


def missed(events):
    return [event for event in events if event.kind == "error" and event.detail["code"] == "missed_pong"]


# schedule


def test_pings_at_an_interval(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=2, timeout_s=60))
    start_ns = talk.now_ns
    events = talk.wait(7)
    assert [(e.kind, (e.t_ns - start_ns) / SECOND_NS) for e in events] == [
        ("ping", 2),
        ("ping", 4),
        ("ping", 6),
    ]
    assert events[0].detail == {"source": "heartbeat", "timeout_ns": 60 * SECOND_NS}


def test_payloads_are_unique_and_readable(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1))
    payloads = {event.payload for event in pings(talk.wait(10))}
    assert len(payloads) == 10
    assert all(payload.isascii() and payload.decode().isprintable() for payload in payloads)
    other = talks(heartbeat=HeartbeatSettings(interval_s=1))
    assert not payloads & {event.payload for event in pings(other.wait(10))}


def test_payloads_begin_as_asked(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1, payload="beat-"))
    [ping] = talk.wait(1)
    assert ping.payload == b"beat-00000001"


def test_a_long_payload_is_cut_before_its_number():
    heartbeat = Heartbeat(HeartbeatSettings(payload="é" * 100))
    first, second = heartbeat.unique_payload(), heartbeat.unique_payload()
    assert len(first) == len(second) == 125
    assert first != second


def test_no_interval_no_pings(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=0))
    assert talk.wait(1000) == []
    assert talk.protocol.next_deadline_ns() is None


def test_a_tiny_interval_does_not_flood(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1e-12, timeout_s=60))
    assert len(pings(talk.wait(1))) == 100


def test_beats_that_were_slept_through_are_not_made_up_for(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1))
    start_ns = talk.now_ns
    talk.now_ns += 100 * SECOND_NS + SECOND_NS // 2
    assert len(pings(talk.settle())) == 1
    assert talk.protocol.next_deadline_ns() == start_ns + 101 * SECOND_NS


def test_the_interval_changes(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=10))
    talk.wait(9)
    talk.do("set_heartbeat", SetHeartbeat(3, 5))
    start_ns = talk.now_ns
    [ping] = talk.wait(4)
    assert ping.t_ns - start_ns == 3 * SECOND_NS
    assert ping.detail["timeout_ns"] == 5 * SECOND_NS
    talk.do("set_heartbeat", SetHeartbeat(0, 5))
    assert pings(talk.wait(100)) == []


def test_another_timeout_alone_leaves_the_beat(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=10))
    talk.wait(9)
    talk.do("set_heartbeat", SetHeartbeat(10, 5))
    assert len(talk.wait(1)) == 1


@pytest.mark.parametrize(
    "command",
    [
        SetHeartbeat(-1),
        SetHeartbeat(float("nan")),
        SetHeartbeat(float("inf")),
        SetHeartbeat(0.001),
        SetHeartbeat(1, -1),
        SetHeartbeat(1, float("nan")),
    ],
)
def test_impossible_intervals_are_refused(talks, command):
    with pytest.raises(CommandRefused):
        talks().do("set_heartbeat", command)


# matching


def test_a_pong_has_its_round_trip(talks, frame):
    talk = talks()
    [ping] = talk.do("ping", Ping(b"x"))
    assert ping.detail["source"] == "manual"
    talk.now_ns += 1234
    [pong] = talk.receive(frame(PONG, b"x"))
    assert (pong.kind, pong.direction) == ("pong", "received")
    assert pong.detail == {"rtt_ns": 1234, "ping_t_ns": ping.t_ns, "tcp_rtt_ns": 77}
    assert talk.protocol.last_rtt_ns == 1234


def test_the_round_trip_counts_from_the_kernel(talks, frame):
    talk = talks()
    talk.writes = False
    talk.protocol.ping(Ping(b"x"))
    [outgoing] = talk.protocol.take_output()
    talk.now_ns += 5_000
    talk.protocol.written(outgoing, talk.now_ns)
    talk.now_ns += 7
    talk.writes = True
    assert talk.receive(frame(PONG, b"x"))[-1].detail["rtt_ns"] == 7


def test_several_in_flight(talks, frame):
    talk = talks()
    for payload in (b"a", b"b", b"c"):
        talk.do("ping", Ping(payload))
        talk.now_ns += 10
    assert [talk.receive(frame(PONG, p))[0].detail["rtt_ns"] for p in (b"b", b"a", b"c")] == [20, 30, 10]


def test_the_same_payload_twice_matches_the_oldest(talks, frame):
    talk = talks()
    talk.do("ping", Ping(b"x"))
    talk.now_ns += 10
    talk.do("ping", Ping(b"x"))
    talk.now_ns += 1
    assert [talk.receive(frame(PONG, b"x"))[0].detail.get("rtt_ns") for _ in range(3)] == [11, 1, None]


def test_an_unsolicited_pong(talks, frame):
    talk = talks()
    [pong] = talk.receive(frame(PONG, b"?"))
    assert pong.detail == {"unsolicited": True}
    assert talk.protocol.last_rtt_ns is None


def test_a_pong_before_its_ping_was_written_answers_nothing(talks, frame):
    talk = talks()
    talk.writes = False
    talk.protocol.ping(Ping(b"x"))
    [pong] = talk.receive(frame(PONG, b"x"))
    assert pong.detail == {"unsolicited": True}


def test_without_a_kernel_that_knows(talks, frame):
    talk = talks()
    talk.protocol._control._tcp_rtt_ns = lambda: None
    talk.do("ping", Ping(b"x"))
    assert "tcp_rtt_ns" not in talk.receive(frame(PONG, b"x"))[0].detail


# missing


def test_a_missed_ping_is_told_once(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=0, timeout_s=5))
    [ping] = talk.do("ping", Ping(b"x"))
    assert talk.wait(4.9) == []
    [error] = talk.wait(0.2)
    assert (error.kind, error.direction, error.payload) == ("error", "local", b"x")
    assert error.detail == {
        "code": "missed_pong",
        "message": "No pong came within 5 s after a ping.",
        "ping_t_ns": ping.t_ns,
        "timeout_ns": 5 * SECOND_NS,
    }
    assert talk.wait(100) == []
    talk.do("send", Send(b"still open"))


def test_a_late_pong(talks, frame):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=0, timeout_s=5))
    talk.do("ping", Ping(b"x"))
    talk.wait(6)
    [pong] = talk.receive(frame(PONG, b"x"))
    assert (pong.detail["late"], pong.detail["rtt_ns"]) == (True, 6 * SECOND_NS)


def test_a_peer_may_answer_only_the_newest_ping(talks, frame):
    """RFC 6455 §5.5.3."""
    talk = talks(heartbeat=HeartbeatSettings(interval_s=0, timeout_s=5))
    for payload in (b"a", b"b", b"c"):
        talk.do("ping", Ping(payload))
    talk.receive(frame(PONG, b"b"))
    [error] = talk.wait(6)
    assert error.payload == b"c"
    assert talk.receive(frame(PONG, b"a"))[0].detail["late"] is True


def test_a_missed_heartbeat_closes_where_asked(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=2, timeout_s=3, on_missed="close"), close_timeout_s=4)
    events = talk.wait(5)
    assert [e.kind for e in events] == ["ping", "ping", "error", "close"]
    assert events[-1].detail == {"code": 1011, "reason": "keepalive ping timeout"}
    assert talk.protocol.who_first == "client"
    talk.wait(4)
    assert talk.protocol.end_wanted == "close timeout"
    assert [e.kind for e in talk.events].count("close") == 1


def test_pings_that_cannot_be_written_are_missed_and_do_not_pile_up(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1, timeout_s=5))
    talk.writes = False
    output = []
    for _ in range(20):
        talk.now_ns += SECOND_NS
        talk.protocol.tick(talk.now_ns)
        output += talk.protocol.take_output()
    assert len(output) == 1
    [error] = missed(talk.settle())
    assert "could not even be sent" in error.detail["message"]
    assert "ping_t_ns" not in error.detail


def test_no_timeout_nothing_missed(talks, frame):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1, timeout_s=0))
    talk.wait(2 * REMEMBERED_PINGS)
    assert missed(talk.events) == []
    newest, oldest = pings(talk.events)[-1], pings(talk.events)[0]
    assert "rtt_ns" in talk.receive(frame(PONG, newest.payload))[0].detail
    assert talk.receive(frame(PONG, oldest.payload))[0].detail == {"unsolicited": True}


def test_memory_for_missed_pings_is_bounded(talks):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=1, timeout_s=1))
    talk.wait(2 * REMEMBERED_PINGS)
    assert len(talk.protocol._heartbeat._by_payload) <= REMEMBERED_PINGS + 2
    assert len(missed(talk.events)) >= 2 * REMEMBERED_PINGS - 1


def test_nothing_is_missed_after_the_server_s_close(talks, frame):
    talk = talks(heartbeat=HeartbeatSettings(interval_s=0, timeout_s=5), close_timeout_s=60)
    talk.do("ping", Ping())
    talk.receive(frame(CLOSE, b"\x03\xe8"))
    assert talk.wait(50) == []
