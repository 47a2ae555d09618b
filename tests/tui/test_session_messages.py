"""What can be done with messages of the list."""

from hypothesis import given
from hypothesis import strategies as st

from wstui.events import Send
from wstui.timeline import TimelineReader
from wstui.tui.composing_like import pattern_of
from wstui.tui.message_diff import message_diff
from wstui.tui.widgets.composer import Composer, MessageInput
from wstui.tui.widgets.message_list import MessageList


async def live(app, pilot, engines, look):
    await look.settle(app, pilot)
    engine = engines.last
    engine.file.dialled()
    engine.says_state("open")
    engine.file.talked(5)
    engine.says_progress()
    await look.until(pilot, lambda: "64215.50" in look.shown(app))
    app.screen.query_one(MessageList).focus()
    return engine


async def test_a_message_is_sent_again_edited_and_taken_as_a_pattern(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await live(app, pilot, engines, look)
        await pilot.press("home", "down", "r")
        await look.settle(app, pilot)
        original = b'{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}'
        assert engine.commands[-1] == Send(original)
        await pilot.press("c")
        await look.settle(app, pilot)
        composer = app.screen.query_one(Composer)
        assert composer.current.text == original.decode().replace(":1}", ":{{counter}}}")
        assert app.screen.query_one(MessageInput).has_focus
        await pilot.press("escape", "e")
        await look.settle(app, pilot)
        assert composer.current.text == original.decode()


async def test_a_payload_is_saved_and_never_over_another(make_app, recording, look, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "down", "s")
        await look.settle(app, pilot)
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert (tmp_path / "message-7.json").read_bytes() == b'{"result":null,"id":1}'
        await pilot.press("s")
        await look.settle(app, pilot)
        assert app.screen.query_one("Input").value.endswith("message-7-2.json")


async def test_bookmarks_are_kept_in_the_file_and_jumped_between(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "m")
        await look.settle(app, pilot)
        await pilot.press("down", "down", "m")
        await look.settle(app, pilot)
        messages = app.screen.query_one(MessageList)
        third = messages.selected_id
        assert look.shown(app).count("★1") == 2
        await pilot.press("right_square_bracket")
        assert messages.selected_id == 6
        await pilot.press("left_square_bracket")
        assert messages.selected_id == third
        await pilot.press("m")
        await look.settle(app, pilot)
        with TimelineReader(recording) as reader:
            assert [note.event_id for note in reader.notes()] == [6]


async def test_two_messages_are_compared(make_app, recording, look, snapshot):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("home", "down", "down", "down", "space", "down", "d")
        await look.settle(app, pilot)
        assert '-  "p": "64211.50",' in look.shown(app)
        assert '+  "p": "64212.50",' in look.shown(app)
        snapshot(app, "diff-120x40")


async def test_without_a_message_nothing_is_possible(make_app, recording, look):
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        for action in (
            "resend",
            "edit_message",
            "compose_like",
            "save_payload",
            "mark",
            "go_to_mark",
            "diff",
        ):
            assert app.screen.check_action(action, ()) is None
        await pilot.press("home", *"recsmd", "space", "space")
        await look.settle(app, pilot)
        assert app.screen.check_action("resend", ()) is None  # "open" is no message


def test_a_diff_knows_json():
    assert "byte for byte" in message_diff(b"{}", b"{}")[0][0]
    assert "written differently" in message_diff(b'{"a":1,"b":2}', b'{"b": 2, "a": 1}')[0][0]
    words = "".join(text for text, _ in message_diff(b'{"a":1.0e5,"b":[1]}', b'{"a":100000.0,"b":[1]}'))
    assert '-  "a": 1.0e5,' in words
    assert "-00 ff" in "".join(text for text, _ in message_diff(b"\x00\xff", b"\x01", binary=True))


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_two_payloads_can_be_compared(before, after):
    spans = message_diff(before, after)
    assert spans
    assert "\x1b" not in "".join(text for text, _ in spans)


def test_a_deep_payload_is_compared_as_text():
    assert message_diff(b"[" * 100_000, b"[" * 100_001)


def test_a_pattern_keeps_what_is_not_unique():
    uuid = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
    text = f'{{"id": 7,"u":"{uuid}","at":"2026-11-22T12:00:00Z","t":1795348855123}}'
    wanted = '{"id": {{counter}},"u":"{{uuid}}","at":"{{now}}","t":{{now_ms}}}'
    assert pattern_of(text) == wanted
    assert pattern_of("id 7") == "id 7"
