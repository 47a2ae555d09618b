import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.events import RecordedEvent
from wstui.exchange.redaction import Redactor
from wstui.exchange.suspects import Payloads, may_name_a_secret
from wstui.profiles import secrets


def event(kind, payload=None, **detail):
    return RecordedEvent(1, 0, 0, kind, "sent", len(payload or b""), 0, payload, detail)


def test_the_same_secret_has_the_same_placeholder_everywhere():
    redactor = Redactor()
    upgrade = redactor.event(
        event(
            "upgrade",
            url="wss://h/?token=abc123&v=2",
            request={"path": "/?token=abc123", "headers": [["Authorization", "Bearer xyz"], ["Host", "h"]]},
            response={"status": 101, "headers": [["Set-Cookie", "sid=abc123"], ["Server", "nginx"]]},
        )
    )
    message = redactor.event(event("text", b'{"op": "login", "token":"abc123", "other_token": "xyz"}'))
    assert upgrade.detail["url"] == "wss://h/?token=[redacted 1]&v=2"
    assert upgrade.detail["request"]["path"] == "/?token=[redacted 1]"
    assert upgrade.detail["request"]["headers"] == [["Authorization", "Bearer [redacted 2]"], ["Host", "h"]]
    assert upgrade.detail["response"]["headers"][0] == ["Set-Cookie", "sid=[redacted 1]"]
    assert upgrade.detail["response"]["headers"][1] == ["Server", "nginx"]
    assert message.payload == b'{"op": "login", "token":"[redacted 1]", "other_token": "[redacted 2]"}'
    assert redactor.count == 6
    assert redactor.secrets == 2
    assert b"abc123" not in json.dumps([upgrade.detail]).encode()


@pytest.mark.parametrize(
    "payload",
    [
        b'{"auth_token": {"value": "hush"}}',
        b'{"deep": [{"x": {"password": "hush"}}]}',
        b'{"pass\\u0077ord": "hush"}',
        b'{"url": "wss://me:hush@host/"}',
        b'{"inner": "{\\"secret\\": \\"hush\\"}"}',
        b"token=hush&x=1",
        b"AUTH: Bearer hush-hush-hush",
        b"%74oken=hush&a?%74oken=hush",
        b'prefix {"apiKey":"hush"} suffix',
        b'{"inner": "{\\"auth_token\\": {\\"value\\": \\"hush\\"}}"}',
        b'["{\\"x\\":\\"{\\\\\\"password\\\\\\":[\\\\\\"hush\\\\\\"]}\\"}"]',
        b'42["login",{"token":{"v":"hush"}}]',
        b'{"token":{"v":"hush"}}\n{"b":1}',
        b'data: [INFO] {"token":["hush"]}',
        b'{"half":"\\ud800","token":{"v":"hush"}}',
        b'\xff{"token":{"v":"hush"}}',
    ],
)
def test_secrets_in_payloads(payload):
    redactor = Redactor()
    if payload.startswith((b"token=", b"%74")):
        payload = b"/path?" + payload
    assert may_name_a_secret(Payloads([payload]))
    shown = redactor.event(event("text", payload)).payload
    assert b"hush" not in shown
    assert b"[redacted 1]" in shown
    assert redactor.count >= 1


@pytest.mark.parametrize(
    "payload",
    [
        b'{"e":"trade",  "p":"64211.12"}',
        b'{"monkey": "banana", "percent": "5 %"}',
        b'{"token": null, "key": true}',
        b'{"token": "${TOKEN}"}',
        b'{"token": "[redacted 3]"}',
        b"\xff\x00",
        b"",
    ],
)
def test_what_holds_no_secret_stays_byte_by_byte(payload):
    shown = Redactor().event(event("text", payload)).payload
    assert shown == payload


def test_a_close_frames_reason():
    payload = b"\x0f\xa1bad token=abc123, bye"
    shown = Redactor().event(event("close", payload, code=4001, reason="see wss://h/?token=abc123"))
    assert shown.payload[:2] == b"\x0f\xa1"
    assert shown.detail == {"code": 4001, "reason": "see wss://h/?token=[redacted 1]"}


def test_numbers_and_odd_headers():
    redactor = Redactor()
    shown = redactor.mapping(
        {"pin_token": 1234, "headers": [["X-Api-Key"], "odd", ["X-Api-Key", 5]], "n": None}
    )
    assert shown == {
        "pin_token": "[redacted 1]",
        "headers": [["X-Api-Key"], "odd", ["X-Api-Key", 5]],
        "n": None,
    }


def test_every_secret_name_has_a_sign():
    names = (
        secrets._SECRET_WORDS | set(secrets._SECRET_ENDINGS) | secrets._SECRET_HEADERS | {"apikey", "bearer"}
    )
    for name in names:
        assert secrets.is_secret_name(name) or name == "bearer"
        assert may_name_a_secret(Payloads([name.upper().encode()])), name


_names = st.sampled_from(["token", "password", "apiKey", "X-Signature", "name", "price", "sessionId"])
_values = st.recursive(
    st.sampled_from(["s3cr3t-A", "s3cr3t-B", "plain", "", "a,b;c"]) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_names, _values), st.booleans())
def test_no_value_of_a_secret_key_is_left(value, compact):
    payload = json.dumps(value, separators=(",", ":") if compact else None).encode()
    redactor = Redactor()
    shown = json.loads(redactor.events([event("text", payload)])[0].payload)

    def check(before, after, *, hidden=False):
        if isinstance(before, dict):
            if hidden:
                assert isinstance(after, str)
                return
            assert list(before) == list(after)
            for key in before:
                check(before[key], after[key], hidden=secrets.is_secret_name(key))
        elif isinstance(before, list) and not hidden:
            for one, other in zip(before, after, strict=True):
                check(one, other)
        elif hidden and before not in ("", True, False) and secrets.redact_value(str(before)) != str(before):
            assert str(after).startswith("[redacted ")
        else:
            assert before == after or hidden or str(after).startswith("[redacted ")  # known by its value

    check(value, shown)


def test_batches_and_single_events_agree():
    events = [
        event("text", b'{"a":1}'),
        event("text", b'{"key":"abc"}'),
        event("text", None),
        event("upgrade", url="ws://h/?key=abc"),
        event("ping", b"token=abc"),
    ]
    one, many = Redactor(), Redactor()
    assert [one.event(e) for e in events] == many.events(events)
    assert one.count == many.count


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("redirect", {"location": "/x?sig=hush-hush", "url": "wss://me:hush-hush@h/"}),
        ("upgrade", {"response": {"headers": [["Location", "https://h/?token=hush-hush"]], "body": ""}}),
        ("upgrade", {"response": {"headers": [], "body": '{"token":{"value":"hush-hush"}}'}}),
        ("upgrade", {"request": {"headers": [["Referer", "https://me:hush-hush@h/"]]}}),
        ("upgrade", {"request": {"headers": [["Origin", "https://h/?api_key=hush-hush"]]}}),
        ("upgrade", {"request": {"headers": [["Sec-WebSocket-Protocol", "chat, bearer, hush-hush"]]}}),
        ("upgrade", {"request": {"headers": [["Proxy-Authorization", "Basic bWU6aHVzaC1odXNo"]]}}),
        ("upgrade", {"request": {"headers": {"Cookie": "a=hush-hush"}}}),
        ("open", {"subprotocol": "bearer.hush-hush"}),
        ("close", {"code": 4001, "reason": "password: hush-hush"}),
        ("close", {"code": 4001, "reason": '{"secret":["hush-hush"]}'}),
        ("error", {"message": "the URL wss://h/?token=hush-hush is refused"}),
        ("proxy", {"target": "http://me:hush-hush@proxy:3128"}),
    ],
)
def test_secrets_in_details(kind, detail):
    redactor = Redactor()
    redactor.learn_events([event(kind, **detail)])
    shown = json.dumps(redactor.event(event(kind, **detail)).detail)
    assert "hush" not in shown
    assert "bWU6" not in shown
    assert "[redacted " in shown
    assert b"hush" not in redactor.payload(b"later: hush-hush")


def test_secrets_in_settings():
    settings = {
        "subprotocols": ["graphql", "bearer", "hush-hush"],
        "auth": {"type": "bearer", "token": "hush-hush"},
        "headers": {"X-Api-Key": "hush-hush"},
        "proxy": {"url": "http://me:hush-hush@p"},
        "script": [{"steps": ['send {"op":"login","key":"hush-hush"}']}],
    }
    shown = Redactor().mapping(settings)
    assert "hush" not in json.dumps(shown)
    assert shown["subprotocols"][:2] == ["graphql", "bearer"]
