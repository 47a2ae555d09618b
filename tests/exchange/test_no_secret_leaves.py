"""A planted secret leaves in no format, however it is written and wherever it stands."""

import base64
import io
import json
import re
from itertools import pairwise
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from wstui.events import Event
from wstui.exchange.formats import FORMATS, export_session
from wstui.exchange.selection import Selection
from wstui.exchange.source import ExportOptions
from wstui.timeline import Note, TimelineReader

START_NS = 1_763_800_000_000_000_000
SIGNS = "abcXYZ0189-_.~!$/+é\"\\ü😀=&%:,' "
secrets = st.text(SIGNS, min_size=3, max_size=12).map(lambda text: f"zq9{text}Q7xk")


def make(kind, direction="received", payload=None, **detail):
    return Event(START_NS, 0, kind, direction, len(payload or b""), 9, payload, detail or None)


def fragments(whole, cuts):
    edges = [0, *sorted({min(cut, len(whole)) for cut in cuts}), len(whole)]
    parts = [whole[start:end] for start, end in pairwise(edges)]
    for index, part in enumerate(parts):
        yield make("text", payload=part, fragment=index, fin=index == len(parts) - 1)
        yield make("ping", payload=b"between")


def planted(secret, cuts):
    raw = secret.encode()
    named = json.dumps({"op": "login", "password": secret}).encode()
    twice = json.dumps({"inner": json.dumps({"x": [secret]})}).encode()
    escaped = "".join(f"\\u{unit:04X}" for unit in memoryview(secret.encode("utf-16-le")).cast("H"))
    return [
        make("text", "sent", b"before it is named: " + raw),
        make(
            "upgrade",
            "local",
            url=f"wss://h/?token={quote(secret, safe='')}",
            request={"headers": [["Authorization", f"Bearer {secret}"], ["Cookie", f"sid={secret}"]]},
            response={"status": 401, "headers": [["X-Echo", f"was {secret}"]], "body": f"no: {secret}"},
        ),
        make("text", "sent", named),
        make("text", payload=twice),
        make("text", payload=json.dumps({"a": json.dumps({"credentials": {"inner": [secret]}})}).encode()),
        make("text", payload=b"42" + json.dumps(["auth", {"token": {"v": secret}}]).encode()),
        make("redirect", "local", status=302, location=f"/x?token={quote(secret, safe='')}", url="wss://h/"),
        make("text", payload=json.dumps([secret], ensure_ascii=False).encode()),
        make("text", payload=f'["{escaped}"]'.encode()),
        make("text", payload=quote(secret).encode() + b" " + quote(secret, safe="").lower().encode()),
        make("text", payload="".join(f"%{byte:02x}" for byte in raw).encode()),
        *(make("text", payload=base64.b64encode(b"x" * pad + raw + b"yz")) for pad in range(4)),
        make("text", payload=base64.urlsafe_b64encode(raw)),
        make("binary", payload=b"\xff\x00" + raw + b"\xfe"),
        make("binary", payload=b"\xff\x00" + base64.b64encode(raw) + b"\xfe"),
        *fragments(b'{"a":"' + raw + b'"}', cuts),
        make("ping", "sent", raw[:125]),
        make("error", "local", code="internal", message=f"the server said {secret}"),
        make("close", payload=b"\x0f\xa1" + raw[:120], code=4001, reason=f"go away, {secret}"),
    ]


def spellings(secret):
    """How a reader might find it, in a file whose escapes are undone once."""
    raw = secret.encode()
    texts = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        raw.hex(),
    }
    found = {text.encode() for text in texts}
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
            found.add(encode(bytes(before) + raw)[first:last])
    return found


def decoded(data):
    """The export, and everything in it that decodes."""
    yield data
    yield unquote_to_bytes(data)
    yield re.sub(
        rb"((?:\\u[0-9a-fA-F]{4})+)",
        lambda found: (
            bytes.fromhex(found[1].replace(b"\\u", b"").decode())
            .decode("utf-16-be", "replace")
            .encode("utf-8", "replace")
        ),
        data,
    )
    for run in re.findall(rb"[A-Za-z0-9+/]{8,}={0,2}", data):
        try:
            yield base64.b64decode(run + b"=" * (-len(run) % 4))
        except ValueError:
            continue


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.generate),
)
@given(secret=secrets, cuts=st.lists(st.integers(1, 30), max_size=4))
def test_a_planted_secret_leaves_in_no_format(record, export, secret, cuts):
    notes = (
        Note(1, 1, START_NS, f"I saw {secret}", "", 0, None),
        Note(2, None, START_NS, secret, "", 0, None),
    )
    path = record(
        planted(secret, cuts),
        notes=notes,
        marks=[(2, "hello", "d", {"text": secret})],
        title=f"of {secret}",
        url=f"wss://h/?key={quote(secret, safe='')}",
        settings={"auth": {"token": secret}, "headers": {"X-Api-Key": secret}},
    )
    for form in FORMATS:
        data = export(path, form, ExportOptions(messages=0))
        for text in decoded(data):
            for spelling in spellings(secret):
                assert spelling not in text, (form, spelling)
    rows = [json.loads(line) for line in export(path).splitlines()]
    parts = [row["text"] for row in rows if "fragment" in row.get("detail", {})]
    assert "[redacted 1]" in "".join(parts)


@pytest.mark.parametrize("form", FORMATS)
def test_a_part_that_begins_inside_a_fragmented_message(record, export, form):
    secret = "zq9abcdefQ7xk"
    events = [
        make("text", payload=json.dumps({"token": secret}).encode()),
        *fragments(secret.encode(), [5, 9]),
    ]
    path = record(events)
    for first in range(2, 8):
        data = export(path, form, ExportOptions(Selection(first_id=first), messages=0))
        for piece in (secret[:5], secret[5:9], secret[9:]):
            assert piece.encode() not in data


def test_a_pattern_of_a_persons_own(record, export):
    path = record([make("text", payload=b"account 4711-0815 and acct=4711-0815"), make("text", payload=b"x")])
    data = export(path, "jsonl", ExportOptions(patterns=(r"\d{4}-\d{4}",)))
    assert b"4711" not in data
    assert data.count(b"[redacted 1]") == 2


def test_a_secret_that_the_recording_limit_cut(record, export):
    whole = b'{"pad":"' + b"x" * 100 + b'","password":"hunter2-hun'
    path = record([make("text", payload=whole, cut=True, sha256="0")])
    assert b"hunter2" not in export(path)
    named = json.dumps({"token": "zq9abcdefQ7xk"}).encode()
    path = record([make("text", payload=named), make("text", payload=b"and zq9abcde", cut=True)])
    assert b"zq9abcde" not in export(path)


def test_many_secrets(record, export):
    events = [make("text", payload=json.dumps({"token": f"tok-{n:06}-x"}).encode()) for n in range(500)]
    events += [make("text", payload=b"again tok-%06d-x" % n) for n in range(500)]
    data = export(record(events))
    assert b"tok-" not in data


def test_words_that_are_no_secret_stay(record, export):
    events = [make("text", payload=b'{"key":"trades"}'), make("text", payload=b"all trades, trades!")]
    assert b"all trades, trades!" in export(record(events))


def test_basic_credentials_give_their_password_away(record, export):
    value = base64.b64encode(b"me:zq9-password-Q7").decode()
    events = [
        make("upgrade", "local", request={"headers": [["Authorization", f"Basic {value}"]]}),
        make("text", payload=b"echo zq9-password-Q7"),
    ]
    data = export(record(events))
    assert b"zq9-password" not in data
    assert value.encode() not in data


def test_all_formats_say_alike_how_much_they_replaced(record):
    secret = "zqSecret-1f9A"
    notes = (Note(1, None, START_NS, f"I used {secret}", "", 5, None),)
    marks = [(2, "hello", "d", {"token": secret})]
    path = record(
        planted(secret, [3]), notes=notes, marks=marks, title=f"of {secret}", url=f"wss://h/?key={secret}"
    )
    done = {}
    for form in FORMATS:
        for what, messages in (("events", 0), ("heartbeat", 2)):
            with TimelineReader(path) as reader:
                options = ExportOptions(what=what, messages=messages)
                done[form, what] = export_session(reader, io.BytesIO(), form, options)
    assert len(set(done.values())) == 1
    assert done["md", "events"].redactions >= 13
