"""What a form shows of a profile, and what becomes of what is typed."""

import tomllib

import msgspec
import pytest

from wstui.profiles import Profile, profile_to_mapping
from wstui.tui.profile_fields import FIELDS, check_form, texts_of

FULL = """
url = "wss://h/${TOKEN}"
subprotocols = ["a", "b"]
[headers]
X-A = "1"
[heartbeat]
interval = 5.5
[heartbeat.application]
send = "ping"
[[message]]
name = "hello"
text = "{}"
"""


def every_key(struct, path=""):
    for field in msgspec.structs.fields(struct):
        inner = field.type
        if field.name == "application":
            from wstui.profiles.model import ApplicationHeartbeat

            inner = ApplicationHeartbeat
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            yield from every_key(inner, f"{path}{field.name}.")
        else:
            yield f"{path}{field.name}"


def test_every_key_of_a_profile_has_a_field():
    assert {field.key for field in FIELDS} == set(every_key(Profile))


def test_the_defaults_shown_are_the_models():
    shown = texts_of({"url": "wss://h"})
    untouched = dict.fromkeys(shown, "\0") | {"heartbeat.application.interval": "30"}
    checked = check_form({}, untouched, shown)
    assert checked.problems == {}
    assert profile_to_mapping(checked.profile) == {"url": "wss://h"}


def test_untouched_fields_keep_what_they_are():
    tables = tomllib.loads(FULL) | {"origin": "https://a"}
    tables["heartbeat"]["payload"] = "two\nlines"
    shown = texts_of(tables)
    typed = shown | {"heartbeat.interval": "7", "headers": "X-B: 2\nX-C: a: b"}
    profile = check_form(tables, shown, typed).profile
    assert profile.heartbeat.payload == "two\nlines"
    assert profile.heartbeat.interval == 7
    assert profile.headers == {"X-B": "2", "X-C": "a: b"}
    assert profile.message[0].name == "hello"


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("url", "", "URL"),
        ("url", "ftp://x", "ftp"),
        ("heartbeat.interval", "soon", "a number of seconds"),
        ("heartbeat.interval", "nan", "a number of seconds"),
        ("heartbeat.application.send", "", "expected"),
        ("follow_redirects", "21", "from 0 to 20"),
        ("headers", "no colon", "line 1: expected Name: value"),
        ("headers", "A: b\nA: c", "line 2: expected each header once"),
        ("headers", "Upgrade: x", "Upgrade: expected no header"),
        ("subprotocols", "a, b c", "[1]: expected a token"),
        ("message", "[[message]]", "[0].name: missing"),
        ("message", "x = 1", "expected [[message]] tables"),
        ("script", "[[", "not valid TOML"),
        ("reconnect.resend", "nobody", "name of a saved message"),
        ("auth.token", "T", ""),
    ],
)
def test_an_error_stands_at_its_field(key, text, says):
    tables = tomllib.loads(FULL)
    tables["heartbeat"]["application"]["expect"] = "pong"
    shown = texts_of(tables)
    checked = check_form(tables, shown, shown | {key: text})
    assert checked.profile is None
    where = "auth.type" if key == "auth.token" else key
    assert says in checked.problems[where]


def test_several_errors_at_once_and_those_of_a_broken_file():
    tables = {"url": 5, "tls": {"verify": "maybe"}, "colour": "red", "heartbeat": {"interval": -1}}
    shown = texts_of(tables)
    problems = check_form(tables, shown, shown).problems
    assert {"url", "tls.verify", ""} & set(problems)
    assert "colour" in problems.get("", "") or len(problems) >= 2
    fixed = check_form(tables, shown, shown | {"url": "wss://h", "tls.verify": "true"})
    assert fixed.problems


def test_hostile_values_are_shown_safely():
    tables = {
        "url": "wss://h/\x1b[31m",
        "headers": {"X": "\x9b2J"},
        "message": [{"name": "\x07", "text": ""}],
    }
    assert not any("\x1b" in text or "\x9b" in text or "\x07" in text for text in texts_of(tables).values())
