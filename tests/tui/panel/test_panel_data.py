"""What the side panel knows about a session: incremental, cheap, the same live and recorded."""

import pytest

from wstui.events import Event, ProgressNotice, StateNotice
from wstui.timeline import TimelineReader, heartbeat_numbers
from wstui.tui.panel_data import SLICE_EVENTS, PanelModel

S, MS = 10**9, 10**6
START_NS = 1_763_812_855 * S
OPEN = StateNotice("open", 0, START_NS)


def rows(data):
    return [(row.word, row.amount, row.facts) for row in data.rows]


class Growing:
    """A session file of which a reader sees only the beginning."""

    def __init__(self, reader: TimelineReader, last_id: int = 0) -> None:
        self._reader, self.seen = reader, last_id
        self.info = reader.info
        self.path = reader.path
        self.heartbeat_series, self.notes = reader.heartbeat_series, reader.notes
        self.reads = 0

    def last_id(self):
        return self.seen

    def side_events(self, after_id=0, limit=None):
        self.reads += 1
        found = self._reader.side_events(after_id, limit)
        return [event for event in found if event.id <= self.seen]

    def events(self, first_id, last_id=None, limit=None, *, payload_limit=None):
        return self._reader.events(first_id, min(last_id or self.seen, self.seen), limit)

    def marks_between(self, first_id, last_id):
        return self._reader.marks_between(first_id, last_id)


def test_a_dial_reads_as_phases_with_amounts_and_facts(script, panel):
    data = panel(script.dial(extensions=["permessage-deflate; x"], subprotocol="chat"))
    assert rows(data) == [
        ("resolve", "4.00 ms", "2 addresses"),
        ("tcp", "11.0 ms", "203.0.113.7:443"),
        ("tls", "24.0 ms", "TLS 1.3, expires in 59 d"),
        ("upgrade", "18.0 ms", "101, nginx"),
        ("open", "", "chat, deflate"),
    ]
    assert data.rows.longest_phase_ns == {0: 24 * MS}


def test_growing_bit_by_bit_ends_where_reading_at_once_does(sixty_seconds, record, until_read):
    sixty_seconds.server_closes(62)
    reader = TimelineReader(record(sixty_seconds.events))
    whole = until_read(PanelModel(reader, diagnose=lambda _: {}))
    growing = Growing(reader)
    model = PanelModel(growing, diagnose=lambda _: {})
    for last_id in range(1, reader.last_id() + 1):
        growing.seen = last_id
        data = model.refresh(sixty_seconds.events[last_id - 1].t_ns, OPEN, True)
    data = model.refresh(0, None, False)
    assert rows(data) == rows(whole)
    assert data.numbers == whole.numbers
    assert data.ending == whole.ending
    assert [data.book.state(beat) for beat in data.book.beats] == [
        whole.book.state(beat) for beat in whole.book.beats
    ]
    reader.close()


def test_the_numbers_are_the_timelines(sixty_seconds, record, until_read):
    with TimelineReader(record(sixty_seconds.events)) as reader:
        ours = until_read(PanelModel(reader)).numbers
        theirs = heartbeat_numbers(reader.heartbeat())
    assert (ours.last_ns, ours.median_ns, ours.p95_ns, ours.p99_ns) == theirs[:4]
    assert int(ours.jitter_ns) == theirs.jitter_ns
    assert ours.sent == 61
    assert (ours.server_pings, ours.server_answered, ours.server_slowest_ns) == (6, 6, 100_000)


def test_a_missed_ping_is_missed_live_and_recorded(script, panel, model):
    script.dial().ping(1).ping(2, None, timeout_s=0.5).ping(3)
    recorded = panel(script)
    live = model(script).refresh(script.events[-1].t_ns, OPEN, True)
    for data in (recorded, live):
        assert rows(data)[-3:] == [
            ("ping →", "20.0 ms", "pong"),
            ("ping →", "", "missed after 500 ms"),
            ("ping →", "20.0 ms", "pong"),
        ]
        assert data.numbers.missed == 1


def test_time_alone_makes_a_ping_missed(script, model):
    following = model(script.dial().ping(1).ping(2, None, timeout_s=5))
    at_ns = START_NS + 2 * S
    assert rows(following.refresh(at_ns + S, OPEN, True))[-1] == ("ping →", "20.0 ms", "×2 20.0 ms")
    before = following.refresh(at_ns + S, OPEN, True).version
    after = following.refresh(at_ns + 6 * S, OPEN, True)
    assert rows(after)[-1] == ("ping →", "", "missed after 5 s")
    assert after.version > before


def test_messages_after_a_ping_show_that_it_was_missed(script, panel):
    script.dial().ping(1, None, timeout_s=5).add(30, "text", "received", b"still here")
    assert rows(panel(script))[-1] == ("ping →", "", "missed after 5 s")


def test_a_late_pong_is_told_from_a_missed_ping(script, panel):
    data = panel(script.dial().ping(1, 7000.0, timeout_s=5))
    assert rows(data)[-1] == ("ping →", "7.00 s", "pong, too late (limit 5 s)")
    assert (data.numbers.missed, data.numbers.late) == (0, 1)


def test_a_ping_without_answer_at_the_end_is_not_called_missed(script, panel):
    script.dial().ping(1).ping(2, None).add(3, "eof", "received")
    assert rows(panel(script))[-2:] == [
        ("ping →", "", "unanswered when the connection ended"),
        ("eof ←", "", "FIN"),
    ]


def test_runs_of_ordinary_pings_fold_and_break_where_something_happens(script, panel):
    script.dial()
    for second in range(1, 6):
        script.ping(second, 18 + second)
    script.add(6, "fault", injected="withhold_pongs")
    script.ping(7, 21).ping(8, 22)
    assert rows(panel(script))[5:] == [
        ("ping →", "23.0 ms", "×5 19.0–23.0 ms"),
        ("fault", "", "pongs are withheld from here on"),
        ("ping →", "22.0 ms", "×2 21.0–22.0 ms"),
    ]


def test_a_flood_of_server_pings_stays_a_few_rows(script, panel):
    script.dial()
    for number in range(3000):
        script.server_ping(1 + number / 1000)
    data = panel(script)
    assert len(data.rows) == 5 + 3000 / 60
    assert rows(data)[-1] == ("ping ←", "0.10 ms", "×60 answered")


def test_withheld_answers_show(script, panel):
    script.dial().server_ping(1).server_ping(2, answered=False)
    assert rows(panel(script))[-1] == ("ping ←", "0.10 ms", "×2, 1 not answered")


def test_unsolicited_pongs_fold(script, panel):
    script.dial()
    for second in range(3):
        script.add(second, "pong", "received", b"x", unsolicited=True)
    script.add(4, "pong", "sent", b"y", source="manual")
    assert rows(panel(script))[-2:] == [("pong ←", "", "unsolicited ×3"), ("pong →", "", "unsolicited")]


def test_notes_stand_where_they_belong(script, panel):
    script.dial().add(1, "text", "received", b"hi").ping(2).ping(3)
    notes = [
        (6, START_NS + 1 * S, "look here"),
        (None, START_NS + 10 * S, "the end"),
        (None, START_NS, "start"),
    ]
    data = panel(script, notes=notes)
    words = [row.facts if row.note_id else row.word for row in data.rows]
    assert words == [
        "start", "resolve", "tcp", "tls", "upgrade", "open", "look here", "ping →", "the end",
    ]  # fmt: skip
    assert data.rows.place_of(5) == 5
    assert data.rows[data.rows.place_of(0, note_id=2)].facts == "the end"
    assert [marker.part for marker in data.markers].count("note") == 3


def test_a_long_recording_comes_in_slices(script, model, until_read):
    script.dial()
    for second in range(SLICE_EVENTS):
        script.ping(second + 1)
    reading = model(script)
    first = reading.refresh(START_NS + S, OPEN, True)
    assert first.loading
    assert len(first.book.beats) < SLICE_EVENTS
    assert len(until_read(reading).book.beats) == SLICE_EVENTS


def test_nothing_new_is_read_once_only(script, record):
    growing = Growing(TimelineReader(record(script.dial().ping(1).events)), 7)
    model = PanelModel(growing, diagnose=lambda _: {})
    before = model.refresh(START_NS + S, OPEN, True)
    again = model.refresh(START_NS + 2 * S, OPEN, True)
    assert again.version == before.version
    assert growing.reads == 2
    growing._reader.close()


def test_silence_counts_each_way(script, model):
    script.dial().add(5, "text", "sent", b"q").add(7, "text", "received", b"a")
    data = model(script).refresh(START_NS + 20 * S, OPEN, True)
    assert data.silence.silent_ns == 13 * S
    assert (data.silence.received_ns, data.silence.sent_ns) == (START_NS + 7 * S, START_NS + 5 * S)


def test_progress_tells_what_is_not_yet_in_the_file(script, model):
    progress = ProgressNotice(6, START_NS + 20 * S, last_received_ns=START_NS + 19 * S)
    data = model(script.dial()).refresh(START_NS + 20 * S, OPEN, True, progress)
    assert data.silence.silent_ns == S


def test_the_silence_before_an_ending_is_kept(script, panel):
    script.dial().add(2, "text", "sent", b"q").add(3, "text", "received", b"a").add(63, "eof", "received")
    data = panel(script)
    assert data.silence.silent_ns == 60 * S
    lines = {line.label: line.text for line in data.ending.lines}
    assert lines["silence"] == "nothing received for 60 s, sent for 61 s"


def test_application_heartbeats_come_from_marks(script, panel):
    script.dial().add(1, "text", "sent", b'{"op":1}').add(1.03, "text", "received", b'{"op":11}')
    data = panel(script, marks=[(6, "app_ping", "gateway", {}), (7, "app_pong", "gateway", {})])
    assert [(beat.event_id, beat.rtt_ns) for beat in data.app_beats] == [(6, 30 * MS)]


def test_the_heartbeats_interval_comes_from_the_settings(script, panel):
    assert panel(script).interval_s == 20.0
    assert panel(script, settings={"heartbeat": {"interval": 5}}).interval_s == 5.0
    assert panel(script, settings={"heartbeat": "damaged"}).interval_s == 20.0


def test_retries_say_how_often_at_most(script, panel):
    script.add(1, "retry", attempt=2, delay_ns=2300 * MS, reason="the server went away")
    script.add(2, "retry", stopped=True, reason="you stopped it")
    assert rows(panel(script)) == [
        ("retry", "2.30 s", "attempt 2 of 10: the server went away"),
        ("retry", "", "no more attempts: you stopped it"),
    ]


def test_a_new_connection_takes_the_ending_away(script, model):
    script.dial().server_closes(2)
    model_of_two = model(script)
    assert model_of_two.refresh(START_NS + 9 * S, StateNotice("closed"), True).ending is not None
    assert model_of_two.refresh(START_NS + 9 * S, StateNotice("dialling", 1), True).ending is None


def test_markers_name_codes_ends_and_connections(script, panel):
    script.dial().server_closes(2, code=None)
    script.connection = 1
    script.dial(10).add(12, "reset", "received", errno_name="ECONNRESET")
    parts = [(marker.part, marker.label) for marker in panel(script).markers]
    assert parts == [
        ("close", "1005"), ("close", "1005"), ("end", "FIN"), ("boundary", "#2"), ("end", "RST"),
    ]  # fmt: skip


HOSTILE = "\x1b]0;owned\x07[red]\u202e\x9b31m\x00\r\n"


def test_no_control_character_of_a_peer_gets_through(panel, script):
    script.add(0, "resolve", host=HOSTILE, addresses=[HOSTILE])
    script.add(0, "tcp", address=HOSTILE, failed_attempts=[{"address": HOSTILE, "error": HOSTILE}])
    script.add(0, "proxy", type=HOSTILE, address=HOSTILE)
    script.add(0, "tls", version=HOSTILE, certificate={"subject": HOSTILE, "not_after": HOSTILE})
    script.add(0, "redirect", status=302, url=HOSTILE)
    response = {"status": 101, "headers": [["server", HOSTILE]], "body": HOSTILE}
    script.add(0, "upgrade", response=response, received=HOSTILE)
    script.add(0, "open", subprotocol=HOSTILE, extensions=[HOSTILE])
    script.add(1, "close", "received", b"", code=4000, reason=HOSTILE, invalid=HOSTILE)
    script.add(1, "error", code=HOSTILE, message=HOSTILE, phase=HOSTILE)
    script.add(1, "lost", "received", errno_name=HOSTILE, why=HOSTILE)
    script.add(1, "fault", injected=HOSTILE)
    script.add(1, "retry", reason=HOSTILE)
    script.events.append(Event(START_NS, 0, HOSTILE, "local"))
    verdict = {"cause": HOSTILE, "because": [{"event": 1, "text": HOSTILE}], "try_next": [HOSTILE]}
    data = panel(script, verdict=verdict, notes=[(None, START_NS, HOSTILE)])
    shown = [text for row in data.rows for text in (row.word, row.amount, row.facts)]
    shown += [text for line in data.ending.lines for text in (line.label, line.text)]
    shown.append(data.ending.title)
    assert all(character.isprintable() for text in shown for character in text)
    assert not any("\u202e" in text for text in shown)


@pytest.mark.parametrize("kind", ["resolve", "tcp", "proxy", "tls", "upgrade", "redirect"])
def test_a_failed_phase_says_so(script, panel, kind):
    script.add(1, kind, duration_ns=3 * MS, failed=True)
    word, amount, facts = rows(panel(script))[0]
    assert (word, amount) == (kind, "3.00 ms")
    assert facts.startswith("failed")
