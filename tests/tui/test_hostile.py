"""Hostile text wherever a file or a peer can put it: every screen is walked, none of it is drawn as it is."""

import re

import pytest
from rich.cells import cell_len
from textual import events
from textual.widgets import Input, OptionList

from wstui.timeline.notes import add_note
from wstui.tui.screens.home import HomeScreen
from wstui.tui.widgets.message_list import MessageList

OBEYED = (
    "\u202e\x1b[2J\x1b]0;PWNED\x07\x1b]52;c;UFdORUQ=\x07\x9b31m\x00\x08\x7f\u2066\u200b\u200f\u2028\ufeff"
    "\U000e0041\U000e0101[red]x[/red][/foo][@click=app.quit]y[/][bold $error"
)
UNWIELDY = "漢字と長い名前" * 9 + "e" + "\u0301\u0336" * 80 + "x" * 300
ATTACKS = pytest.mark.parametrize("attack", [OBEYED, UNWIELDY], ids=["obeyed", "unwieldy"])
DRAWN_AS_IT_IS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)


def check(app, where):
    """What is on the screen has no control in it, and every line is as wide as the screen."""
    lines = [strip.text for strip in app.screen._compositor.render_strips()]
    drawn = "".join(lines)
    found = DRAWN_AS_IT_IS.search(drawn)
    assert found is None, f"{found[0]!a} is drawn: {where}: {drawn[found.start() - 90 : found.end() + 30]!a}"
    assert {cell_len(line) for line in lines} == {app.size.width}, where


@pytest.fixture
def planted(session_file, home):
    """A recording and profiles with an attack in every place."""

    def plant(attack):
        file = session_file(profile=attack, url=f"wss://h/{attack}", title=attack)
        file.dialled()
        headers = [["Server", attack], [attack, attack], ["Location", attack]]
        response = {"status": 302, "reason": attack, "headers": headers, "body": attack}
        certificate = {"subject": attack, "issuer": attack, "names": [attack], "not_after": attack}
        file.add("resolve", detail={"host": attack, "addresses": [attack], "duration_ns": 1})
        file.add(
            "tls", detail={"version": attack, "cipher": attack, "alpn": attack, "certificate": certificate}
        )
        file.add("upgrade", detail={"response": response, "redirect": attack, "duration_ns": 1})
        file.add("open", detail={"subprotocol": attack, "extensions": [attack]})
        raw = attack.encode("utf-8", "surrogatepass")
        for direction in ("sent", "received"):
            file.add("text", direction, 0.1, raw)
            file.add("binary", direction, 0.1, raw)
            file.add("ping", direction, 0.1, raw[:125], {"source": attack})
        file.add("text", "received", 0.1, b'{"type":"%b","%b":1}' % (raw, raw))
        file.add("retry", detail={"reason": attack, "delay_s": 1})
        file.add("error", detail={"code": attack, "message": attack})
        file.add("close", "received", 0.1, detail={"code": 4000, "reason": attack})
        file.add("eof", "received", 0.1)
        path = file.finish()
        add_note(path, 8, file.t_ns, attack)
        add_note(path, None, file.t_ns, attack, attack)
        folder = home / "profiles"
        folder.mkdir(exist_ok=True)
        name = "".join(char for char in attack if char not in "/\x00")[:60]
        (folder / f"{name}.toml").write_text(
            'url = "ws://127.0.0.1:1"\n[[message]]\nname = "m"\ntext = "t"\n'
        )
        (folder / f"{name[:50]}2.toml").write_text("url = 5\n")
        return path

    return plant


async def paste(pilot, text):
    pilot.app.post_message(events.Paste(text))
    await pilot.pause(0.02)


@ATTACKS
async def test_every_screen_of_a_recording(make_app, planted, look, attack):
    app = make_app(str(planted(attack)))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        check(app, "the recording")
        recording = app.screen
        recording.query_one(MessageList).focus()
        await pilot.press("p", "home")
        await look.until(pilot, lambda: "ping" in look.shown(app))
        check(app, "pings in the list")
        for keys, where in (
            (["f1"], "the help"), (["f6"], "a note"), (["f4"], "the profile"), (["ctrl+p"], "the palette"),
            (["f8"], "the ways to replay"),
        ):  # fmt: skip
            await pilot.press(*keys)
            await look.until(pilot, lambda: app.screen is not recording)
            await pilot.pause()
            check(app, where)
            if app.focused is not None and isinstance(app.focused, Input):
                await paste(pilot, attack)
                check(app, f"typed into {where}")
            await pilot.press("escape")
            await look.until(pilot, lambda: app.screen is recording)
        await pilot.press("ctrl+f")
        await paste(pilot, attack)
        await look.settle(app, pilot)
        check(app, "the filter's line")
        app.notify(attack, title=attack)
        await look.until(pilot, lambda: any(toast.region for toast in app.screen.query("Toast")))
        await pilot.pause()
        check(app, "a notification")


@ATTACKS
async def test_home_with_all_its_lists(make_app, planted, look, attack):
    path = planted(attack)
    (path.parent / f"{path.stem}x.wstui").write_bytes(attack.encode() * 100)
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.until(pilot, lambda: app.screen.query_one("#sessions", OptionList).option_count == 2)
        check(app, "home")
        for key in ("t", "d"):
            app.screen.query_one("#sessions").focus()
            await pilot.press("home", "down", key)
            await look.settle(app, pilot)
            check(app, f"{key} on a session")
            await pilot.press("escape")
        app.screen.query_one("#profiles").focus()
        await pilot.press("home", "enter")
        await look.settle(app, pilot)
        check(app, "a profile that cannot be used")
        if isinstance(app.screen, HomeScreen):
            app.screen.query_one("#home-url").focus()
            await paste(pilot, attack)
            await pilot.press("enter")
            await look.settle(app, pilot)
            check(app, "a URL that cannot be")


async def test_a_live_session_and_its_dialogs(make_app, engines, look):
    attack = OBEYED
    app = make_app("ws://localhost:1")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        engine = engines.last
        engine.refuse = attack
        engine.file.dialled()
        engine.file.add("text", "received", 0.1, attack.encode())
        engine.says_state("open", phase=attack)
        engine.says_progress()
        await look.settle(app, pilot)
        check(app, "open")
        await pilot.press("f2")
        await look.settle(app, pilot)
        check(app, "a refusal's notification")
        await pilot.press("f3", "tab")
        await paste(pilot, attack)
        check(app, "the close dialog")
        await pilot.press("escape")
        app.screen.query_one("#compose-input").focus()
        await paste(pilot, attack)
        check(app, "the composer")
