"""Without UTF-8 nothing but ASCII reaches the terminal."""

from rich.cells import cell_len

from wstui.tui.plain_terminal import plain


def test_words_keep_their_width_and_lose_what_is_not_ascii():
    for text in ("■ closed", "→ ← ─━ ▌ ·", "日本 é", "plain"):
        assert plain(text).isascii()
        assert cell_len(plain(text)) == cell_len(text)


def test_what_is_left_out_does_not_look_like_a_full_stop_or_an_unknown_sign():
    assert plain("64386.9… ▄▆ ⠒ ping ⠤ tcp") == "64386.9~ ## - ping _ tcp"


async def test_a_whole_screen_in_ascii(make_app, recording, look, monkeypatch):
    monkeypatch.setattr("wstui.tui.app.speaks_unicode", lambda: False)
    app = make_app(str(recording))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        await look.until(pilot, lambda: "# closed" in look.shown(app))
        left = "".join(line[:60] for line in look.shown(app).splitlines())
        assert left.isascii(), {sign for sign in left if not sign.isascii()}
