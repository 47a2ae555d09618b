"""The detail at work: folding, the value at the cursor, decoded views, facts; and how they look."""

import base64
import gzip
import json

import msgspec
import pytest

from wstui.tui.actions import Place, actions_of
from wstui.tui.json_place import JsonHere, path_text
from wstui.tui.widgets.document_view import DocumentView
from wstui.tui.widgets.find_bar import FindBar
from wstui.tui.widgets.message_detail import MessageDetail

INNER = json.dumps({"inner": [1, 2, 3], "ok": True}).encode()
TOKEN = ".".join(
    base64.urlsafe_b64encode(part).rstrip(b"=").decode()
    for part in (b'{"alg":"RS256"}', b'{"sub":"42","exp":1795349855}', b"signature")
)
TICK = {
    "type": "tick",
    "user": {"id": "u-17", "tags": ["a", "b"], "more": {"deep": [1, 2, [3, {"x": None}]]}},
    "t": 1795348855123,
    "blob": base64.b64encode(gzip.compress(INNER, mtime=0)).decode(),
    "token": TOKEN,
    "list": list(range(12)),
    "price": 64211.5,
}
PACKED = msgspec.msgpack.encode({"op": "trade", "qty": 0.0021, "ids": [1, 2, 3], "raw": b"\x00\x01\xfe"})
CERTIFICATE = {
    "subject": "CN=stream.example.com",
    "issuer": "CN=R11, O=Let's Encrypt, C=US",
    "names": ["stream.example.com", "*.example.com"],
    "not_before": "2026-10-01T00:00:00+00:00",
    "not_after": "2027-01-22T00:00:00+00:00",
    "serial": "4d2",
    "public_key": "elliptic curve P-256",
    "signature": "SHA-256 with RSA",
    "sha256": "ab" * 32,
}


@pytest.fixture
def talk(session_file):
    """A recording with something of everything; the ids of its events by name."""
    file = session_file()
    tls = {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "server_name": "stream.example.com"}
    chain = [
        {
            "subject": "CN=R11, O=Let's Encrypt, C=US",
            "issuer": "CN=ISRG Root X1",
            "public_key": "RSA, 2048 bits",
        }
    ]
    tls |= {"verified": True, "certificate": CERTIFICATE, "chain": chain, "duration_ns": 24_000_000}
    ids = {"tls": file.add("tls", detail=tls)}
    ids["open"] = file.add("open", after_s=0.1, detail={"extensions": []})
    ids["tick"] = file.add("text", "received", 0.1, json.dumps(TICK).encode(), {"compressed": True}, 210)
    ids["packed"] = file.add("binary", "received", 0.1, PACKED)
    ids["socket.io"] = file.add("text", "received", 0.1, b'42["trade",{"p":1.0e5}]')
    ids["words"] = file.add("text", "received", 0.1, b"just words")
    ids["close"] = file.add("close", "received", 0.1, detail={"code": 1012, "reason": "deploy at noon"})
    return file.finish(), ids


async def opened(app, pilot, look, talk, name):
    path, ids = talk
    await look.settle(app, pilot)
    detail = app.screen.query_one(MessageDetail)
    app.screen.query_one("#messages").select(ids[name])
    detail.open(path, ids[name])
    await look.until(pilot, lambda: detail.content is not None and detail.content.event.id == ids[name])
    detail.query_one(DocumentView).focus()
    await pilot.pause(0.1)
    return detail


async def test_folding_by_keyboard_and_mouse(make_app, talk, look, snapshot):
    app = make_app(str(talk[0]))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(app, pilot, look, talk, "tick")
        await pilot.press("down", "down", "enter")
        assert '▸   "user": {…} 3 keys,' in look.shown(app)
        await pilot.press("right", "right", "down", "left")
        assert '▸     "tags": […] 2 items,' in look.shown(app)
        await pilot.press("left")
        assert "$.user  ·" in look.shown(app)
        await pilot.press(*["minus"] * 5)
        assert '▸   "user": {…} 3 keys,' in look.shown(app)
        view = app.screen.query_one(DocumentView)
        row = next(y for y in range(view.size.height) if "list" in view.render_line(y).text)
        assert "▸" in view.render_line(row).text
        await pilot.click(view, offset=(0, row))
        assert "▾" in view.render_line(row).text
        await pilot.press("plus")
        await look.settle(app, pilot)
        snapshot(app, "detail-json-120x40")
        await pilot.press("asterisk", "end")
        assert '"price": 64211.5' in look.shown(app)


async def test_the_value_at_the_cursor_is_copied_and_asked_for(make_app, talk, look):
    app = make_app(str(talk[0]))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await opened(app, pilot, look, talk, "tick")
        await pilot.press("down", "c")
        assert app.clipboard == "tick"
        await pilot.press("p")
        assert app.clipboard == "$.type"
        await pilot.press("f")
        await look.settle(app, pilot)
        bar = app.screen.query_one(FindBar)
        assert bar.query_one("#find-input").value == '$.type == "tick"'
        assert "1 of 1" in look.shown(app)
        assert bar.has_focus_within
        app.screen._apply("TICK")
        await look.settle(app, pilot)
        line = app.screen.query_one(DocumentView).render_line(1)
        assert [seg.text for seg in line if seg.style and seg.style.underline] == ["tick"]


async def test_what_a_string_stands_for(make_app, talk, look):
    app = make_app(str(talk[0]))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        detail = await opened(app, pilot, look, talk, "tick")
        await pilot.press("down", "down", "enter", "down")
        assert "UTC, if ms since 1970" in look.shown(app)
        await pilot.press("down")
        await look.until(pilot, lambda: "4 decodes base64 › gzip › JSON" in look.shown(app))
        assert "Decoded" in look.shown(app)
        await pilot.press("enter")
        await look.until(pilot, lambda: "$.blob: base64 › gzip › JSON, 32 B" in look.shown(app))
        await pilot.press("1")
        await look.settle(app, pilot)
        assert path_text(detail._here.place) == "$.blob", "back where one was"
        await pilot.press("down", "down")
        await look.until(pilot, lambda: "4 decodes JWT" in look.shown(app))
        await pilot.press("4")
        await look.until(pilot, lambda: "The signature was not verified." in look.shown(app))
        assert '"exp": 1795349855' in look.shown(app)


async def test_what_binary_holds_is_shown_first(make_app, talk, look, snapshot, monkeypatch):
    monkeypatch.setenv("TEXTUAL_THEME", "wstui-light")
    app = make_app(str(talk[0]))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        detail = await opened(app, pilot, look, talk, "packed")
        assert detail.content.first_view == "decoded"
        assert "MessagePack, 57 B" in look.shown(app)
        assert "\"raw\": h'0001fe'" in look.shown(app)
        await look.settle(app, pilot)
        snapshot(app, "detail-decoded-light")
        await pilot.press("3")
        assert "00000000  84 a2 6f 70" in look.shown(app)
        await pilot.press("4")
        await opened(app, pilot, look, talk, "socket.io")
        assert "Socket.IO EVENT › JSON" in look.shown(app)
        assert "1.0e5" in look.shown(app)
        detail = await opened(app, pilot, look, talk, "words")
        assert detail.check_action("view", ("decoded",)) is None


async def test_facts(make_app, talk, look, snapshot):
    app = make_app(str(talk[0]))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await look.settle(app, pilot)
        app.screen.action_everything()
        for name in ("tls", "close"):
            await opened(app, pilot, look, talk, name)
            await look.settle(app, pilot)
            snapshot(app, f"detail-{name}-120x40")


async def test_what_is_possible_where(make_app, talk, look):
    app = make_app(str(talk[0]))
    names = [row.name.partition("(") for row in actions_of(Place.DETAIL) if "." not in row.name]
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        detail = await opened(app, pilot, look, talk, "close")
        above = detail.region
        greyed = {name for name, _, rest in names if detail.check_action(name, (rest.strip("')"),)) is None}
        assert greyed >= {"toggle_fold", "step_in", "copy_value", "filter_value", "view", "reveal"}
        await opened(app, pilot, look, talk, "tick")
        assert detail.region == above, "the line under the document takes no room"
        await pilot.press("pagedown", "pageup", "end", "up", "v", "x")
        greyed = {name for name, _, rest in names if detail.check_action(name, (rest.strip("')"),)) is None}
        assert greyed <= {"view", "reveal", "copy_value", "copy_path", "filter_value", "toggle_fold"} | {
            "step_in",
            "step_out",
            "fold_levels",
        }


async def test_at_every_size(make_app, talk, look):
    app = make_app(str(talk[0]))
    async with app.run_test(size=(200, 60), notifications=True) as pilot:
        await opened(app, pilot, look, talk, "tick")
        await pilot.press("end", "minus", "home", "enter")
        for size in ((80, 24), (20, 5), (120, 40)):
            await pilot.resize_terminal(*size)
            await look.settle(app, pilot)
            app.screen.query_one(DocumentView).focus()  # what is hidden loses it
            await pilot.press("v", "v", "v", "end", "1")
        await look.until(pilot, lambda: "{…} 7 keys" in look.shown(app))


def here(value, *place):
    return JsonHere(tuple(place), value)


@pytest.mark.parametrize(
    ("value", "place", "text"),
    [
        ('"tick"', ("type",), '$.type == "tick"'),
        ("1.0e5", ("a", 0, "odd name"), "$.a[0]['odd name'] == 1.0e5"),
        ('{"a":1}', ("a",), "$.a"),
        ('"' + "x" * 300 + '"', ("a",), "$.a"),
        ('"\u202eabc"', ("a",), '$.a == "\\u202eabc"'),
        ("1", ("it's",), '$["it\'s"] == 1'),
        ("1", ("both ' and \"",), None),
        ("1", ("a\x1b",), None),
        ("1", (), None),
    ],
)
def test_what_the_filter_is_asked(value, place, text):
    assert here(value, *place).filter_text == text


def test_a_number_may_be_a_time():
    assert here("1795348855").means == "2026-11-22 12:00:55 UTC, if s since 1970"
    assert here("1795348855123").means.endswith("if ms since 1970")
    assert here("12345").means == ""
    assert here('"1795348855"').means == ""
    assert JsonHere(None, "1").filter_text is None
