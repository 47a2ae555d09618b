"""Composing: variables, attachments, fragments, repeating, messages kept in the profile."""

import pytest
from textual import events

from wstui.events import Send
from wstui.profiles import load_profile
from wstui.tui.widgets.composer import Composer, MessageInput


async def opened(app, pilot, engines, look):
    await look.settle(app, pilot)
    engine = engines.last
    engine.file.dialled()
    engine.file.add("text", "received", 0.1, b'{"token":"t-1"}')
    engine.says_state("open")
    engine.says_progress()
    await look.until(pilot, lambda: "● open" in look.shown(app))
    await look.settle(app, pilot)
    return engine


async def send(app, pilot, look, text):
    app.screen.query_one(MessageInput).insert(text)
    await pilot.press("enter")
    await look.settle(app, pilot)


async def test_variables_are_filled_in_when_it_is_sent(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        await send(app, pilot, look, '{"id":{{counter}},"t":"{{last.$.token}}"}')
        assert engine.commands[-1] == Send(b'{"id":1,"t":"t-1"}')
        await pilot.press("up", "enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Send(b'{"id":2,"t":"t-1"}')
        await send(app, pilot, look, "{{nothing}}")
        assert "there is no variable {{nothing}}" in look.shown(app)
        assert app.screen.query_one(MessageInput).text == "{{nothing}}"


async def test_ten_mebibytes_on_one_line_are_kept_and_not_laid_out(make_app, engines, look, snapshot):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        area = app.screen.query_one(MessageInput)
        area.insert("ab")
        area.post_message(events.Paste("x" * (10 << 20)))
        await look.settle(app, pilot)
        assert "▣ 10 MB pasted, not shown" in look.shown(app)
        snapshot(app, "long-paste-120x40")
        engine.refuse = "The connection is closing."
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert "▣ 10 MB pasted" in look.shown(app)
        engine.refuse = ""
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert engine.commands[-1].payload == b"ab" + b"x" * (10 << 20)
        assert "▣" not in look.shown(app)


async def test_a_file_goes_out_in_fragments(make_app, engines, look, tmp_path):
    path = tmp_path / "some[red].bin"
    path.write_bytes(bytes(range(256)))
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        await app.screen.run_action("fragments")
        await pilot.pause()
        await pilot.press(*"x", "enter")
        assert "whole number of bytes" in look.shown(app)
        await pilot.press("backspace", *"100", "enter")
        await look.settle(app, pilot)
        assert "fragments of 100 B" in look.shown(app)
        await app.screen.run_action("attach_file")
        await pilot.pause()
        app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert "some[red].bin, 256 B" in look.shown(app)
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Send(bytes(range(256)), binary=True, fragment_size=100)


async def test_an_attachment_is_taken_away(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(app, pilot, engines, look)
        app.screen.query_one(Composer).attach(b"x", "x.bin", binary=True)
        await pilot.pause()
        assert "▣ x.bin" in look.shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "▣" not in look.shown(app)


async def test_json_is_laid_out_and_base64_taken(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        area = app.screen.query_one(MessageInput)
        area.insert('{"a":{{counter}}}')
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert area.text == '{\n  "a": {{counter}}\n}'
        area.load_text("AAH/")
        await pilot.press("f12", "enter")
        await look.settle(app, pilot)
        assert engine.commands[-1] == Send(b"\x00\x01\xff", binary=True)
        await pilot.press("ctrl+t")
        area.insert("no base64!")
        await pilot.press("f12")
        await pilot.pause()
        assert "That is not base64" in look.shown(app)
        assert area.text == "no base64!"


async def test_a_message_is_repeated_and_stopped(make_app, engines, look):
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        engine = await opened(app, pilot, engines, look)
        app.screen.query_one(MessageInput).insert("n{{counter}}")
        await pilot.press("ctrl+r")
        await pilot.pause()
        await pilot.press(*"often", "enter")
        assert "How many times" in look.shown(app)
        app.screen.query_one("Input").value = "3 every 1 ms"
        await pilot.press("enter")
        await look.until(pilot, lambda: "Sent 3 times" in look.shown(app))
        assert engine.commands[-3:] == [Send(b"n1"), Send(b"n2"), Send(b"n3")]
        await pilot.press("ctrl+r")
        await pilot.pause()
        app.screen.query_one("Input").value = "1000 every 10"
        await pilot.press("enter")
        await look.until(pilot, lambda: "Sent 1 of 1,000 · Esc stops" in look.shown(app))
        await pilot.press("escape")
        await look.settle(app, pilot)
        assert "Stopped after 1 of 1,000" in look.shown(app)
        assert engine.commands[-1] == Send(b"n4")
        assert app.screen.query_one(MessageInput).text == "n{{counter}}"


@pytest.mark.parametrize("own", [True, False])
async def test_a_message_is_kept_in_the_profile(make_app, engines, home, look, own):
    folder = home / "profiles"
    if own:
        folder.mkdir()
        (folder / "mine.toml").write_text('url = "ws://localhost:1"\n')
    app = make_app("mine" if own else "binance-trades")
    name = "mine" if own else "binance-trades"
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        if not engines.started:
            await look.settle(app, pilot)
        await opened(app, pilot, engines, look)
        app.screen.query_one(MessageInput).insert('{"op":"hi"}')
        await pilot.press("ctrl+s")
        await pilot.pause()
        await pilot.press(*"greet", "enter")
        await look.settle(app, pilot)
        profile = load_profile(folder / f"{name}.toml")
        assert profile.message[-1].text == '{"op":"hi"}'
        await pilot.press("f9")
        await look.settle(app, pilot)
        assert "greet" in look.shown(app)
