"""Copy as cURL, as browsers write it."""

import pytest

from wstui.profiles import ProfileError
from wstui.profiles.curl import profile_from_curl

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
    profile = profile_from_curl(CHROME)
    assert profile.url == "wss://stream.example.com/ws?x=1"
    assert profile.origin == "https://example.com"
    assert profile.subprotocols == ["graphql-ws", "chat"]
    assert profile.headers == {"User-Agent": "Mozilla's A", "Cookie": "session=secret; a=b"}
    assert profile.tls.verify is False


def test_other_options():
    profile = profile_from_curl(
        "curl --url https://h/x -u me:pw -x proxy:3128 --cacert=ca.pem -XGET -H'X-A: b' -H 'Host: h'"
    )
    assert profile.url == "wss://h/x"
    assert (profile.auth.type, profile.auth.username, profile.auth.password) == ("basic", "me", "pw")
    assert profile.proxy.url == "http://proxy:3128"
    assert profile.tls.ca == "ca.pem"
    assert profile.headers == {"X-A": "b"}
    assert profile_from_curl("curl ws://h --oauth2-bearer T").auth.token == "T"


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
        ("curl ws://a " + "x" * 1_000_001, "at most"),
    ],
)
def test_a_sentence_for_what_it_cannot_take(text, says):
    with pytest.raises(ProfileError, match=says):
        profile_from_curl(text)
