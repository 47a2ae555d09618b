"""Copy as cURL, as browsers write it."""

import pytest

from wstui.profiles import ProfileError
from wstui.profiles.curl import looks_like_curl, profile_from_curl

CHROME = r"""curl 'wss://stream.example.com/ws?x=1' \
  -H 'Upgrade: websocket' \
  -H 'Origin: https://example.com' \
  -H 'Cache-Control: no-cache' \
  -H $'User-Agent: Mozilla\'s \u0041' \
  -H 'Pragma: no-cache' \
  -H 'Connection: Upgrade' \
  -H 'Sec-WebSocket-Key: abc==' \
  -H 'Sec-WebSocket-Version: 13' \
  -H 'Sec-WebSocket-Protocol: graphql-ws, chat' \
  -H 'Sec-WebSocket-Extensions: permessage-deflate' \
  -b 'session=secret; a=b' --compressed --insecure"""


def test_as_chrome_copies_it():
    profile, secrets = profile_from_curl(CHROME)
    assert profile.url == "wss://stream.example.com/ws?x=1"
    assert profile.origin == "https://example.com"
    assert profile.subprotocols == ["graphql-ws", "chat"]
    assert profile.headers == {"User-Agent": "Mozilla's A", "Cookie": "session=secret; a=b"}
    assert profile.tls.verify is False
    assert secrets == ["Cookie"]


def test_other_options():
    profile, secrets = profile_from_curl(
        "curl --url https://h/x -u me:pw -x proxy:3128 --cacert=ca.pem -XGET -H'X-A: b' -H 'Host: h'"
    )
    assert profile.url == "wss://h/x"
    assert (profile.auth.type, profile.auth.username, profile.auth.password) == ("basic", "me", "pw")
    assert profile.proxy.url == "http://proxy:3128"
    assert profile.tls.ca == "ca.pem"
    assert profile.headers == {"X-A": "b"}
    assert secrets == ["password"]
    bearer = profile_from_curl("curl ws://h --oauth2-bearer T")
    assert (bearer.profile.auth.token, bearer.secrets) == ("T", ["token"])


def test_switches_run_together_and_written_onto_values():
    profile, secrets = profile_from_curl(
        "$ /usr/bin/curl -sSLk -vuME:pw -bsid=1 -A 'A/1' -e https://r 'h.example/?apiKey=x&%74oken=y&v=1'"
    )
    assert profile.url == "wss://h.example/?apiKey=x&%74oken=y&v=1"
    assert profile.tls.verify is False
    assert (profile.auth.username, profile.auth.password) == ("ME", "pw")
    assert profile.headers == {"Cookie": "sid=1", "User-Agent": "A/1", "Referer": "https://r"}
    assert secrets == ["Cookie", "password", "apiKey", "token"]


def test_a_header_said_twice_and_one_taken_away():
    profile = profile_from_curl(
        "curl ws://h -H 'X-A: 1' -H 'x-a: 2' -H 'X-B:' -b a=1 -H 'cookie: a=2'"
    ).profile
    assert profile.headers == {"X-A": "2", "Cookie": "a=2"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"it\'s \u00e9", "it's é"),
        (r"\ud83d\ude00", "\N{GRINNING FACE}"),
        (r"\U0001f600", "\N{GRINNING FACE}"),
        (r"\x41B\101", "ABA"),
        (r"a\tb\\", "a\tb\\"),
        (r"\u00e9A", "éA"),
    ],
)
def test_escapes_of_the_shell(written, meant):
    assert profile_from_curl(f"curl ws://h -u $'me:{written}'").profile.auth.password == meant


def test_a_files_beginning():
    assert looks_like_curl(b"\n $ curl https://h")
    assert not looks_like_curl(b"curly https://h")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", 'begins with "curl"'),
        ("wget x", 'begins with "curl"'),
        ("curl 'wss://h", "whole command"),
        ("curl", "expected one URL"),
        ("curl ws://a ws://b", "got 2"),
        ("curl ws://a -H", "expected a value"),
        ("curl ws://a -d x", "no body"),
        ("curl ftp://a", "ftp"),
        ("curl ws://a -H 'a b: c'", "header names"),
        ("curl ws://a --data-raw=x", "no body"),
        ("curl ws://a --json '{}'", "no body"),
        ("curl ws://a --resolve h:1:2", "--resolve has no counterpart"),
        ("curl ws://a -sZ", "-Z has no counterpart"),
        ("curl ws://a -b cookies.txt", "file of cookies"),
        ('curl ^"https://h/^"', "Windows"),
        ("curl 'https://h/' ^\n  -H 'a: b'", "Windows"),
        ("curl ws://a " + "x" * 1_000_001, "at most"),
    ],
)
def test_a_sentence_for_what_it_cannot_take(text, says):
    with pytest.raises(ProfileError, match=says):
        profile_from_curl(text)
