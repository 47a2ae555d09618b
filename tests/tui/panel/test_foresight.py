"""What is likely to end an open connection: asked beside the screen, shown below the bar of silence."""

import threading
from dataclasses import replace

import pytest

from wstui.events import StateNotice
from wstui.timeline import TimelineReader
from wstui.tui.foresight import ASK_EVERY_NS, Foresight, Foresights, Question, foresee
from wstui.tui.panel_data import PanelModel
from wstui.tui.widgets.side_panel import SidePanel
from wstui.tui.widgets.silence_bar import SilenceBar, silence_tooltip

S = 10**9
START_NS = 1_763_812_855 * S
OPEN = StateNotice("open", t_ns=START_NS)
NGINX = "nginx in front; its default ends at 60 s"


def question(path, until_s):
    with TimelineReader(path) as reader:
        beginning = [event for event in reader.events(1, 6) if event.kind in ("upgrade", "open", "tcp")]
        return Question(path, beginning, reader.last_id(), START_NS + until_s * S)


def test_who_stands_in_front_and_what_earlier_sessions_taught(script, record, tmp_path):
    script.dial().add(2, "text", "received", b"a")
    found = foresee(question(record(script.events), 10))
    assert found == Foresight((60, "nginx"), NGINX)
    folder = tmp_path / "trades"
    folder.mkdir()
    for number, at_s in ((1, 40.0), (2, 90.0)):
        earlier = (
            type(script)().dial().add(at_s, "text", "received", b"a").add(at_s + 33.1, "eof", "received")
        )
        record(earlier.events).rename(folder / f"2026112{number}T000000Z-0000.wstui")
    now = folder / "20261123T000000Z-0000.wstui"
    record(script.events).rename(now)
    found = foresee(question(now, 10))
    assert found.limit is not None
    assert round(found.limit[0], 1) == 33.1
    assert found.words == "earlier connections here ended after 33.1 s of silence"


def test_it_is_asked_when_it_opens_and_now_and_then(script, record):
    path = record(script.dial().events)
    asked, answered = [], threading.Event()

    def how(question):
        asked.append(question)
        answered.set()
        return Foresight((60, "nginx"), NGINX, ())

    foresights = Foresights(path, how)
    beginning = question(path, 0).beginning

    def look(at_s, **more):
        found = foresights.look(beginning, 5, START_NS + at_s * S, lasts=True, **more)
        while foresights.is_pending:
            answered.wait(5)
            found = foresights.look(beginning, 5, START_NS + at_s * S, lasts=True)
        return found

    assert foresights.look([], 0, START_NS, lasts=True) == Foresight()
    assert look(1).words == NGINX
    assert look(2).words == NGINX
    assert len(asked) == 1
    look(2 + ASK_EVERY_NS // S)
    assert [question.history for question in asked] == [None, ()]
    ended = foresights.look(beginning, 5, START_NS + 99 * S, lasts=False)
    assert ended == Foresight((60, "nginx"))


def test_a_question_that_cannot_be_answered_is_dropped(script, record, tmp_path):
    beginning = question(record(script.dial().events), 0).beginning

    def fail(_):
        raise RuntimeError

    for how, path in ((fail, tmp_path), (foresee, tmp_path / "gone.wstui")):
        foresights = Foresights(path, how)
        for _ in range(500):
            assert foresights.look(beginning, 5, START_NS, lasts=True) == Foresight()
            if not foresights.is_pending:
                break
            threading.Event().wait(0.01)
        assert not foresights.is_pending


async def test_it_stands_below_the_silence_where_there_is_room(sixty_seconds, record, widget_app, snapshot):
    with TimelineReader(record(sixty_seconds.events)) as reader:
        model = PanelModel(reader, lambda _: {}, None)
        data = model.refresh(START_NS + 75 * S, OPEN, live=True)
        data = replace(data, foresight=NGINX)
        app = widget_app(SidePanel())
        async with app.run_test(size=(54, 39)) as pilot:
            panel = app.query_one(SidePanel)
            panel.show(data)
            await pilot.pause()
            bar = app.query_one(SilenceBar)
            assert bar.size.height == 3
            assert "nginx in front" in bar.render().plain
            app.set_focus(None)
            await pilot.pause()
            snapshot(app, "foresight")
            await pilot.resize_terminal(54, 24)
            await pilot.pause()
            assert bar.size.height == 2
            assert "nginx in front" in str(bar.tooltip)


@pytest.mark.parametrize(
    ("limit", "name", "says"),
    [
        (None, "", "How long neither side"),
        (60.0, "nginx", "full at 60 s: that long, and nginx ends it"),
        (33.1, "as before", "full at 33.1 s: that long, and earlier connections here were ended"),
    ],
)
def test_the_tooltip_says_what_the_bar_means(limit, name, says):
    from wstui.tui.traffic import Silence

    words = silence_tooltip(Silence(limit_s=limit, limit_name=name), "")
    assert says in words.plain
