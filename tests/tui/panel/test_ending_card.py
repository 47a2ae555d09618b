"""How an ending reads: who closed first, both Close frames, TCP's end, a dial that failed."""

import pytest

from wstui.tui.connection_record import ConnectionRecord, Quiet
from wstui.tui.ending import ending, quiet_words, who_closed_first
from wstui.tui.glyphs import ASCII, UNICODE
from wstui.tui.widgets.ending_card import EndingCard, card_rows, wrap

S, MS = 10**9, 10**6

VERDICT = {
    "cause": "idle_timeout_proxy",
    "confidence": 0.9,
    "because": [
        {"event": 5, "text": "60.0 s silent both ways, then FIN, no Close frame"},
        {"event": 0, "text": "Server: nginx (its default: 60 s)"},
    ],
    "alternatives": [{"cause": "server_crash", "confidence": 0.25}],
    "try_next": ["ping every 45 s or less"],
}


def facts(data):
    return [(line.label, line.text) for line in data.ending.lines]


def test_a_close_by_the_server(script, panel):
    data = panel(script.dial().ping(1).server_closes(62))
    assert data.ending.title == "the server closed first"
    assert facts(data) == [
        ("first", "the server closed first"),
        ("close ←", "1001 Going Away “deploying”"),
        ("close →", "1001 Going Away, in reply after 0.20 ms, same code"),
        ("eof ←", "FIN, 2.80 ms after the last Close frame"),
        ("silence", "61 s both ways before it"),
        ("age", "00:01:01 open"),
    ]


def test_a_close_that_nobody_answered(script, panel):
    script.dial().add(5, "close", "sent", b"", code=4001, reason="")
    script.add(15, "error", code="close_timeout", message="No Close frame came back within 10 s.")
    script.add(15, "eof", "sent", why="the close timeout")
    assert facts(panel(script))[:5] == [
        ("first", "this client closed first"),
        ("close →", "4001 Private Use: means what the service says it means"),
        ("close ←", "none: the server did not answer"),
        ("eof →", "FIN, the close timeout, 10.0 s after the last Close frame"),
        ("error", "No Close frame came back within 10 s."),
    ]


def test_close_frames_that_crossed(script, panel):
    script.dial().add(5, "close", "sent", b"", code=1000, reason="")
    script.add(5, "close", "received", b"", code=None, reason="").add(5, "eof", "received")
    assert facts(panel(script))[0] == ("first", "both sides closed at the same time")
    assert facts(panel(script))[2] == ("close ←", "without a code")


@pytest.mark.parametrize(
    ("kind", "detail", "words"),
    [
        ("eof", {"tls": "truncated"}, "FIN, TLS cut off without close_notify"),
        ("reset", {"missing_bytes": 12}, "RST, in a frame, 12 bytes missing"),
        ("lost", {"errno_name": "ETIMEDOUT"}, "ETIMEDOUT"),
        ("lost", {}, "no answer from the network"),
    ],
)
def test_ends_without_a_close_frame(script, panel, kind, detail, words):
    script.dial().add(5, kind, "received", **detail)
    first, end, *_ = facts(panel(script))
    assert first == ("first", "the server ended TCP without a Close frame")
    assert end == (f"{kind} ←", words)


def test_an_invalid_close_frame_says_what_is_wrong(script, panel):
    script.dial().add(5, "close", "received", b"", code=1005, reason="", invalid="1005 on the wire")
    script.add(5, "eof", "received")
    assert facts(panel(script))[1][1] == "1005 No Status Received, invalid: 1005 on the wire"


def test_a_refused_upgrade_shows_status_and_body(script, panel):
    response = {
        "status": 403,
        "reason": "Forbidden",
        "headers": [["Server", "nginx"], ["WWW-Authenticate", "Bearer"]],
        "body": "<html>\n\n<h1>no</h1>\nline 3\nline 4\nline 5\n",
    }
    script.add(1, "upgrade", response=response, duration_ns=18 * MS, failed=True)
    script.add(
        1, "error", code="http_status", message="The server answered 403.", phase="upgrade", retry_after="30"
    )
    data = panel(script)
    assert data.ending.title == "the connection did not open"
    assert facts(data) == [
        ("upgrade", "The server answered 403."),
        ("took", "18.0 ms"),
        ("answer", "HTTP 403 Forbidden"),
        ("server", "nginx"),
        ("enticate", "Bearer"),
        ("body", "<html>"),
        ("", "<h1>no</h1>"),
        ("", "line 3"),
        ("", "… 2 more lines"),
        ("asked", "Retry-After: 30"),
    ]


def test_what_is_not_http_is_quoted(script, panel):
    script.add(1, "upgrade", received="SSH-2.0-OpenSSH_9.6\r\n", failed=True)
    script.add(1, "error", code="not_http", message="That is not HTTP.", phase="upgrade")
    assert ("got", "“SSH-2.0-OpenSSH_9.6␍␊”") in facts(panel(script))


def test_a_certificate_shows_whose_it_is(script, panel):
    certificate = {
        "subject": "CN=old.example.com",
        "issuer": "CN=Example CA",
        "names": ["old.example.com", "*.old.example.com"],
        "not_before": "2024-01-01T00:00:00Z",
        "not_after": "2025-01-01T00:00:00Z",
    }
    script.add(1, "tls", certificate=certificate, failed=True)
    script.add(1, "error", code="tls_expired", message="The certificate has expired.", phase="tls")
    shown = facts(panel(script))
    assert ("names", "old.example.com, *.old.example.com") in shown
    assert ("valid", "2024-01-01T00:00:00Z to 2025-01-01T00:00:00Z") in shown


def test_addresses_tried_in_vain_are_named(script, panel):
    tried = [{"address": "[::1]:9", "error": "refused"}, {"address": "127.0.0.1:9", "error": "refused"}]
    script.add(1, "tcp", failed_attempts=tried, failed=True)
    script.add(1, "error", code="connection_refused", message="Nobody listens there.", phase="tcp")
    assert [text for label, text in facts(panel(script)) if label == "tried"] == [
        "[::1]:9: refused",
        "127.0.0.1:9: refused",
    ]


def test_the_verdict_comes_first(script, panel):
    data = panel(script.dial().add(60, "eof", "received"), verdict=VERDICT)
    assert data.ending.title == "idle timeout at the proxy"
    assert data.ending.confidence == 0.9
    assert data.ending.tone == "error"
    lines = data.ending.lines
    assert [(line.text, line.event_id) for line in lines[:2]] == [
        ("60.0 s silent both ways, then FIN, no Close frame", 5),
        ("Server: nginx (its default: 60 s)", 0),
    ]
    assert (lines[2].label, lines[2].text) == ("try", "ping every 45 s or less")
    assert lines[-1].text == "the server ended TCP without a Close frame (25 %)"


def test_the_first_advice_stands_before_the_facts_and_the_rest_behind(script, panel):
    verdict = VERDICT | {"try_next": ["one", "two", "three"]}
    labels = [
        line.label for line in panel(script.dial().add(60, "eof", "received"), verdict=verdict).ending.lines
    ]
    assert labels == ["", "", "try", "first", "eof ←", "silence", "age", "try", "try", "or"]


def test_an_ending_that_somebody_wanted_is_not_red(script, panel):
    verdict = {"cause": "client_closed", "confidence": 1.0}
    assert panel(script.dial().server_closes(3), verdict=verdict).ending.tone == "heading"


def test_silence_in_words():
    assert quiet_words(Quiet()) == ""
    assert quiet_words(Quiet(60 * S, 60 * S + 1)) == "60 s both ways before it"
    assert quiet_words(Quiet(60 * S, 5 * S)) == "nothing received for 60 s, sent for 5.00 s"
    assert quiet_words(Quiet(None, 5 * S)) == "nothing sent for 5.00 s"


def test_wrapping_goes_by_cells():
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert wrap("日本語日本語", 6) == ["日本語", "日本語"]
    assert wrap("", 6) == [""]


def test_every_row_fits(script, panel):
    shown = panel(script.dial().server_closes(3, reason="x" * 123), verdict=VERDICT).ending
    for width in (20, 30, 53, 100):
        rows = card_rows(shown, width)
        assert all(len(row.label) + len(row.text) <= width - 1 for row in rows[1:]), width
        assert rows[0].text.endswith("90 %") or width < 30


async def test_evidence_can_be_chosen(script, panel, widget_app, text_of):
    data = panel(script.dial().add(60, "eof", "received"), verdict=VERDICT)
    app = widget_app(card := EndingCard(glyphs=UNICODE))
    async with app.run_test(size=(53, 14)) as pilot:
        card.show(data.ending)
        await pilot.pause()
        assert "idle timeout at the proxy" in text_of(app)
        card.focus()
        await pilot.press("enter")
        await pilot.press("down", "enter")
        await pilot.press("up", "up", "enter")
        assert app.chosen == [5, 6, 5]
        await pilot.click(card, offset=(3, 1))
        assert app.chosen[-1] == 5
        await pilot.click(card, offset=(3, 0))
        assert len(app.chosen) == 4, "the title stands for no event"
        card.show(None)
        await pilot.pause()
        assert not text_of(app).strip()


async def test_a_small_card_scrolls_to_what_is_chosen(script, panel, widget_app):
    data = panel(script.dial().server_closes(60), verdict=VERDICT)
    app = widget_app(card := EndingCard(glyphs=ASCII))
    async with app.run_test(size=(40, 3)) as pilot:
        card.styles.height = 3
        card.show(data.ending)
        card.focus()
        await pilot.press(*["down"] * 4)
        assert card.scroll_offset.y > 0
        await pilot.press(*["up"] * 12)
        assert card.scroll_offset.y == 0


def test_a_record_without_anything_has_words_all_the_same():
    assert who_closed_first(ConnectionRecord()) == "nobody sent a Close frame"
    assert (
        ending(ConnectionRecord(), Quiet(), {"cause": "no such cause"}).title == "the connection did not open"
    )
