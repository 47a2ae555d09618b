"""The home screen: profiles, recorded sessions, and what a beginner reads."""

from wstui.timeline import Catalogue
from wstui.tui.cells import fit
from wstui.tui.demo import DemoError, DemoServer
from wstui.tui.screens.home import HomeScreen
from wstui.tui.screens.session import SessionScreen


async def test_an_empty_home_teaches(make_app, look, snapshot):
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "Nothing recorded yet" in look.shown(app))
        assert "local-echo" in look.shown(app)
        snapshot(app, "home-empty-120x40")


async def test_home_lists_profiles_and_sessions(make_app, recording, session_file, home, look, snapshot):
    other = session_file("20261123T090000Z-0001", started_ns=1_795_424_400_000_000_000, profile="orders")
    other.dialled()
    other.ended(1000)
    other.finish()
    (home / "profiles").mkdir()
    (home / "profiles" / "trades.toml").write_text('url = "wss://stream.example.com/ws/btcusdt@trade"\n')
    (home / "profiles" / "broken.toml").write_text("url = 5\n")
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "1006 Abnormal Closure" in look.shown(app))
        assert "1000 Normal Closure" in look.shown(app)
        assert "cannot be used" in look.shown(app)
        snapshot(app, "home-80x24")


async def test_enter_on_a_session_opens_it(make_app, recording, look):
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "1006" in look.shown(app))
        app.screen.query_one("#sessions").focus()
        await pilot.press("enter")
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "TCP ended by the server" in look.shown(app))
        await pilot.press("ctrl+o")
        await look.until(pilot, lambda: isinstance(app.screen, HomeScreen))


async def test_enter_on_a_profile_connects(make_app, engines, home, look):
    (home / "profiles").mkdir()
    (home / "profiles" / "aaa.toml").write_text('url = "ws://localhost:1"\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "aaa" in look.shown(app))
        app.screen.query_one("#profiles").focus()
        await pilot.press("enter")
        await look.until(pilot, lambda: bool(engines.started and engines.last.commands))
        assert engines.last.commands[0].name == "aaa"
        assert isinstance(app.screen, SessionScreen)


async def test_a_broken_profile_says_what_is_wrong(make_app, home, look):
    (home / "profiles").mkdir()
    (home / "profiles" / "aaa.toml").write_text("url = 5\n")
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "aaa" in look.shown(app))
        app.screen.query_one("#profiles").focus()
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert "aaa.toml" in look.shown(app)
        assert isinstance(app.screen, HomeScreen)


async def test_a_typed_url_connects_and_a_bad_one_stays(make_app, engines, look):
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert "Type where to connect to" in look.shown(app)
        await pilot.press(*"ftp://x", "enter")
        await look.settle(app, pilot)
        assert "ftp" in look.shown(app)
        assert app.screen.query_one("#home-url").value == "ftp://x"
        app.screen.query_one("#home-url").value = "localhost:9/x"
        await pilot.press("enter")
        await look.until(pilot, lambda: bool(engines.started and engines.last.commands))
        assert engines.last.commands[0].profile["url"] == "ws://localhost:9/x"


async def test_a_session_is_deleted_only_when_sure(make_app, recording, look):
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "1006" in look.shown(app))
        app.screen.query_one("#sessions").focus()
        await pilot.press("d")
        await pilot.pause()
        assert "Delete the session of 2026-11-22" in look.shown(app)
        await pilot.press("enter")
        await look.settle(app, pilot)
        assert recording.exists()
        await pilot.press("d", "y")
        await look.until(pilot, lambda: not recording.exists())
        await look.until(pilot, lambda: "Nothing recorded yet" in look.shown(app))


async def test_an_unreadable_session_does_not_hide_the_others(make_app, recording, look):
    (recording.parent / "20261122T130000Z-ffff.wstui").write_bytes(b"no" * 1000)
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "unreadable" in look.shown(app))
        assert "1006" in look.shown(app)


async def test_the_demo_can_be_chosen(make_app, look, monkeypatch):
    asked = []

    async def start(fault):
        asked.append(fault)
        raise DemoError("The demo's server did not start.")

    monkeypatch.setattr(DemoServer, "start", start)
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await pilot.press("ctrl+d")
        await pilot.pause()
        assert "what shall the server do?" in look.shown(app)
        await pilot.press("down", "enter")
        await look.until(pilot, lambda: "did not start" in look.shown(app))
        app.screen.query_one("#home-url").value = "demo silent-close"
        app.screen.query_one("#home-url").focus()
        await pilot.press("enter")
        await look.until(pilot, lambda: len(asked) == 2)
        assert asked[1] == "silent-close"


async def test_profiles_show_their_last_outcome(make_app, recording, home, look):
    (home / "profiles").mkdir()
    (home / "profiles" / "trades.toml").write_text('url = "wss://stream.example.com/ws"\n')
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: bool(app.screen._lists and app.screen._lists.causes))
        line = next(row for row in look.shown(app).splitlines() if "trades" in row)
        assert "▅" in line
        assert app.screen._lists.causes["trades"][:8] in line


async def test_sessions_are_found_pinned_and_titled(make_app, recording, session_file, look):
    other = session_file("20261123T090000Z-0001", profile="orders", title="\x1b[31mgood run[/x]")
    other.dialled()
    other.ended(1000)
    other.finish()
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.until(pilot, lambda: "1006" in look.shown(app))
        sessions = app.screen.query_one("#sessions")
        sessions.focus()
        await pilot.press("slash", *"good")
        await look.until(pilot, lambda: "1 of 2" in look.shown(app) and "1006" not in look.shown(app))
        assert not look.CONTROL.search(look.written(app))
        await pilot.press("enter", "p")
        await look.until(pilot, lambda: "◆" in look.shown(app))
        await pilot.press("t")
        await pilot.pause()
        app.screen.query_one("Input").value = "the good one"
        await pilot.press("enter")
        await look.until(
            pilot, lambda: "No session holds" in look.shown(app) or "the good" in look.shown(app)
        )
        await pilot.press("escape")
        await look.until(pilot, lambda: "1006" in look.shown(app))
        app.screen.query_one("#home-filter").value = "nothing-like-it"
        await look.until(pilot, lambda: "No session holds" in look.shown(app))


async def test_a_session_that_is_recorded_right_now_says_so(make_app, session_file, look):
    file = session_file(title="in another window")
    file.dialled()
    file.commit()
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await look.until(pilot, lambda: "in another window" in look.shown(app))
        assert "● being recorded" in look.shown(app)


async def test_the_filter_finds_what_the_list_does_not_show(make_app, recording, look, monkeypatch):
    monkeypatch.setattr("wstui.tui.screens.home_lists._SHOWN_SESSIONS", 3)
    monkeypatch.setattr("wstui.tui.screens.home_lists._AT_ONCE", 2)
    data = recording.read_bytes()
    for minute in range(10):
        (recording.parent / f"20261122T11{minute:02}00Z-0000.wstui").write_bytes(data)
    Catalogue().rename(recording.parent / "20261122T110000Z-0000.wstui", "the oldest of all")
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await look.settle(app, pilot)
        assert "oldest" not in look.shown(app)
        assert "3 of 11" in look.shown(app)
        await pilot.press("ctrl+f", *"oldest")
        await look.until(pilot, lambda: "1 of 11" in look.shown(app))
        assert "the oldest of all" in look.shown(app)


def test_columns_stay_where_wide_and_combining_characters_are():
    assert [fit(text, 6) for text in ("ab", "日本語日本語", "e\u0301" * 9, "abcdefg", "")] == [
        "ab    ", "日本 …", "e\u0301" * 5 + "…", "abcde…", "      ",
    ]  # fmt: skip
