from hypothesis import given
from hypothesis import strategies as st

from wstui.events import RecordedEvent
from wstui.timeline import HeartbeatSeries, TimelineReader, heartbeat_numbers
from wstui.timeline.heartbeat import percentile


class Script:
    """Feeds a series and numbers the events."""

    def __init__(self, timeout_ns=100):
        self.series = HeartbeatSeries(timeout_ns)
        self.id = 0

    def add(self, kind, direction, t_ns, payload=b"", connection=0, **detail):
        self.id += 1
        self.series.extend(
            [RecordedEvent(self.id, t_ns, connection, kind, direction, len(payload), 0, payload, detail)]
        )
        return self

    def ping(self, t_ns, payload, **more):
        return self.add("ping", "sent", t_ns, payload, **more)

    def pong(self, t_ns, payload, **more):
        return self.add("pong", "received", t_ns, payload, **more)

    def beats(self, now_ns=0):
        self.series.advance(now_ns)
        return [(b.ping_id, b.pong_id, b.rtt_ns, b.status) for b in self.series.beats()]


def test_a_pong_is_matched_by_its_payload():
    script = Script().ping(10, b"a").pong(14, b"a").ping(20, b"b")
    assert script.beats(30) == [(1, 2, 4, "answered"), (3, None, None, "outstanding")]


def test_what_the_wire_measured_is_preferred():
    script = Script().ping(10, b"same", tcp_rtt_ns=7).ping(12, b"same")
    script.pong(99, b"same", rtt_ns=3, ping_t_ns=10, tcp_rtt_ns=8)
    assert script.beats() == [(1, 3, 3, "answered"), (2, None, None, "outstanding")]
    assert script.series.beats()[0].tcp_rtt_ns == 8


def test_missed_then_late():
    script = Script().ping(0, b"a").ping(50, b"b", timeout_ns=1000)
    assert script.beats(99)[0][3] == "outstanding"
    assert [b[3] for b in script.beats(100)] == ["missed", "outstanding"]
    script.pong(150, b"a")
    assert script.beats(151) == [(1, 3, 150, "late"), (2, None, None, "outstanding")]


def test_the_wire_may_say_that_a_pong_is_late():
    assert Script().ping(0, b"a").pong(5, b"a", late=True, rtt_ns=5).beats()[0][3] == "late"


def test_a_pong_to_a_later_ping_answers_the_earlier_ones_too():
    """RFC 6455 §5.5.3: a server may answer only the most recent ping."""
    script = Script().ping(0, b"a").ping(1, b"b").ping(2, b"c").pong(5, b"b")
    assert script.beats() == [
        (1, 4, None, "answered"),
        (2, 4, 4, "answered"),
        (3, None, None, "outstanding"),
    ]


def test_a_ping_that_was_given_up_stays_missed_however_late_it_is_looked_at():
    """Live, the timeout passes before the next pong comes; a recording says the same."""
    script = Script().ping(0, b"a").ping(150, b"b").pong(155, b"b")
    assert script.beats() == [(1, None, None, "missed"), (2, 3, 5, "answered")]


def test_an_unsolicited_pong_answers_nothing():
    script = Script().ping(0, b"a").pong(1, b"x").pong(2, b"a", unsolicited=True)
    assert script.beats() == [(1, None, None, "outstanding")]


def test_after_the_end_nothing_is_missed_any_more():
    script = Script().ping(0, b"a").ping(90, b"b").add("eof", "received", 110)
    assert [b[3] for b in script.beats(10_000)] == ["missed", "outstanding"]
    script.ping(20_000, b"c", connection=1).pong(20_001, b"b", connection=1)
    assert [b[3] for b in script.beats(20_001)] == ["missed", "outstanding", "outstanding"]


def test_the_servers_pings_and_our_answers():
    script = Script().add("ping", "received", 5, b"x").add("ping", "received", 6, b"x")
    script.add("pong", "sent", 9, b"x", source="answer").add("pong", "sent", 10, b"manual")
    first, second = script.series.server_pings()
    assert (first.ping_id, first.pong_id, first.answered_after_ns) == (1, 3, 4)
    assert (second.pong_id, second.answered_after_ns) == (None, None)


_steps = st.lists(
    st.tuples(st.sampled_from(["ping", "pong"]), st.sampled_from([b"a", b"b"]), st.integers(0, 150)),
    max_size=30,
)


@given(_steps, st.integers(1, 29))
def test_little_by_little_or_at_once_is_the_same(steps, cut):
    events, now_ns = [], 0
    for number, (kind, payload, wait_ns) in enumerate(steps, 1):
        now_ns += wait_ns
        direction = "sent" if kind == "ping" else "received"
        events.append(RecordedEvent(number, now_ns, 0, kind, direction, 1, 3, payload, {}))
    once, twice = HeartbeatSeries(100), HeartbeatSeries(100)
    once.extend(events)
    twice.extend(events[:cut])
    twice.extend(events[cut:])
    once.advance(now_ns)
    twice.advance(now_ns)
    assert once.beats() == twice.beats()
    assert once.last_id == twice.last_id
    assert len(once.beats()) == sum(kind == "ping" for kind, _, _ in steps)


def test_numbers():
    script = Script(timeout_ns=1000)
    for number, rtt in enumerate([10, 30, 20, 2000]):
        script.ping(number * 5000, b"%d" % number).pong(number * 5000 + rtt, b"%d" % number)
    script.ping(50_000, b"lost")
    script.series.advance(60_000)
    numbers = heartbeat_numbers(script.series.beats())
    assert (numbers.last_ns, numbers.median_ns, numbers.p95_ns, numbers.p99_ns) == (2000, 20, 2000, 2000)
    assert numbers.jitter_ns == (20 + 10 + 1980) // 3
    assert (numbers.answered, numbers.missed) == (4, 1)
    assert heartbeat_numbers([]) == (None, None, None, None, None, 0, 0)


def test_percentiles_are_values_that_were_measured():
    values = list(range(1, 101))
    assert [percentile(values, p) for p in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7], 1) == 7


def test_a_reader_gives_the_series_of_its_session(record, event):
    pings = [
        event("ping", "sent", b"1", source="manual", at=0),
        event("pong", "received", b"1", at=40),
        event("ping", "received", b"s", at=50),
        event("pong", "sent", b"s", at=60),
        event("ping", "sent", b"2", at=100),
        event("text", "received", b"later", at=3_000_000_000),
    ]
    path = record(pings, settings={"heartbeat": {"timeout": 2.0}})
    with TimelineReader(path) as reader:
        first, second = reader.heartbeat()
        assert (first.rtt_ns, first.status, first.source) == (40, "answered", "manual")
        assert (second.status, second.timeout_ns) == ("missed", 2_000_000_000)
        assert [b.ping_id for b in reader.heartbeat(after_id=1)] == [5]
        assert reader.heartbeat(now_ns=second.t_ns + 5)[1].status == "outstanding"
        assert reader.server_pings()[0].answered_after_ns == 10
        series = reader.heartbeat_series()
        series.extend(reader.side_events())
        assert [b.ping_id for b in series.beats()] == [1, 5]
