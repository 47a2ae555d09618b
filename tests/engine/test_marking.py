from wstui.engine.marking import Marker
from wstui.events import Event
from wstui.lab import LabServer
from wstui.timeline import TimelineReader

OPEN = Event(1, 0, "open", "local", detail={"url": "ws://example/", "subprotocol": "graphql-transport-ws"})


def text(direction, payload, **detail):
    return Event(2, 0, "text", direction, len(payload), len(payload) + 2, payload, detail or None)


def marks_of(dialect, *batches):
    found, problems, first_id = [], [], 1
    marker = Marker(
        dialect, lambda event_id, mark: found.append((event_id, mark.mark, mark.dialect)), problems.append
    )
    for batch in batches:
        marker.look(first_id, batch)
        first_id += len(batch)
    return found, problems


def test_marks_carry_the_ids_of_their_events():
    init = text("sent", b'{"type":"connection_init"}')
    ack = text("received", b'{"type":"connection_ack"}')
    ping, pong = text("received", b'{"type":"ping"}'), text("sent", b'{"type":"pong"}')
    found, problems = marks_of("auto", [OPEN, init], [ack, ping, pong])
    assert [(number, mark) for number, mark, _ in found if mark.startswith("app_")] == [
        (4, "app_ping"),
        (5, "app_pong"),
    ]
    assert {dialect for *_, dialect in found} == {"graphql-transport-ws"}
    assert problems == []


def test_none_looks_at_nothing():
    assert marks_of("none", [OPEN, text("received", b'{"type":"ping"}')]) == ([], [])


def test_an_unknown_dialect_is_a_sentence_and_the_session_goes_on():
    found, problems = marks_of("esperanto", [OPEN, text("received", b'{"type":"ping"}')])
    assert found == []
    assert len(problems) == 1
    assert "esperanto" in problems[0]


def test_a_fragment_is_no_message():
    assert marks_of("auto", [OPEN, text("received", b'{"type":"ping"}', fragment=0, fin=False)])[0] == []


async def test_marks_are_in_the_session_file(engine, tools):
    async with LabServer("app-heartbeat", settings={"every_s": 0.05}) as server:
        reply = await engine.do(tools.connect(server.url))
        await tools.until(lambda: engine.progress.messages_received >= 2)
        await engine.shutdown()
    with TimelineReader(reply["session"]) as reader:
        marks = reader.marks([event.id for event in reader.events(1)])
    assert any(mark.mark == "app_ping" for row in marks.values() for mark in row)
