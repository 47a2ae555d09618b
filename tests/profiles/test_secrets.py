import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.profiles import is_secret_name, redact_headers, redact_mapping, redact_text, redact_url
from wstui.profiles.secrets import redact_subprotocols

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "name",
    [
        "token", "access_token", "accessToken", "X-Auth-Token", "authtoken", "id_token", "csrfToken",
        "key", "apiKey", "api_key", "APIKEY", "X-Api-Key", "apikey", "secretKey", "privatekey",
        "secret", "client_secret", "clientsecret", "password", "userPassword", "passwd", "pwd", "passphrase",
        "signature", "X-Amz-Signature", "sig", "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie",
        "jwt", "bearer", "credential", "X-Amz-Credential", "sessionid",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["monkey", "keyboard", "tokens", "max_tokens", "type", "author", "signal", "design", "passenger",
     "Sec-WebSocket-Key", "Sec-WebSocket-Accept", "Host", "", "Upgrade", "id", "keep"],
)  # fmt: skip
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("url", "redacted"),
    [
        ("wss://h/p?token=abc&x=1", "wss://h/p?token=[redacted]&x=1"),
        (
            "wss://h/p?x=1&apiKey=abc#access_token=def",
            "wss://h/p?x=1&apiKey=[redacted]#access_token=[redacted]",
        ),
        ("wss://user:pa:ss@h/", "wss://user:[redacted]@h/"),
        ("wss://user:p@ss@h/", "wss://user:[redacted]@h/"),
        ("wss://ghp_token@h/", "wss://[redacted]@h/"),
        ("wss://user:${PW}@h/?key=${KEY}", "wss://user:${PW}@h/?key=${KEY}"),
        ("wss://h/?key=a${KEY}", "wss://h/?key=[redacted]"),
        ("wss://h/?%74oken=abc", "wss://h/?%74oken=[redacted]"),
        ("/path?sig=abc;token=def", "/path?sig=[redacted];token=[redacted]"),
        ("wss://h/?token=", "wss://h/?token="),
        ("wss://h/a@b?x=1", "wss://h/a@b?x=1"),
        ("ws+unix:///run/a.sock:/?token=1", "ws+unix:///run/a.sock:/?token=[redacted]"),
        ("nonsense", "nonsense"),
    ],
)
def test_urls(url: str, redacted: str) -> None:
    assert redact_url(url) == redacted
    assert redact_url(redacted) == redacted


def test_headers() -> None:
    headers = [
        ("Authorization", "Bearer abc"),
        ("authorization", "Bearer ${TOKEN}"),
        ("Cookie", "a=b"),
        ("Set-Cookie", "a=b; HttpOnly"),
        ("X-Api-Key", "abc"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Protocol", f"chat, bearer, abc, base64.bearer.xyz, {JWT}"),
        ("Location", "/next?token=abc"),
        ("Host", "example.com"),
    ]
    assert redact_headers(headers) == [
        ["Authorization", "[redacted]"],
        ["authorization", "Bearer ${TOKEN}"],
        ["Cookie", "[redacted]"],
        ["Set-Cookie", "[redacted]"],
        ["X-Api-Key", "[redacted]"],
        ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
        ["Sec-WebSocket-Protocol", "chat, bearer, [redacted], base64.bearer.[redacted], [redacted]"],
        ["Location", "/next?token=[redacted]"],
        ["Host", "example.com"],
    ]


def test_subprotocols_that_are_only_that() -> None:
    names = ["graphql-transport-ws", "v12.stomp", "soap", "wamp.2.json", "mqtt"]
    assert redact_subprotocols(names) == names


def test_mappings_deep_inside() -> None:
    assert redact_mapping(
        {
            "a": [{"token": "x", "n": 1}],
            "secret": {"deep": 1},
            "password": None,
            "key": True,
            "pin": 5,
            "apiKey": 7,
        }
    ) == {
        "a": [{"token": "[redacted]", "n": 1}],
        "secret": "[redacted]",
        "password": None,
        "key": True,
        "pin": 5,
        "apiKey": "[redacted]",
    }


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ('{"op": 2, "token" : "abc", "x": "y"}', '{"op": 2, "token" : "[redacted]", "x": "y"}'),
        ('{"password":"a\\"b","n":1}', '{"password":"[redacted]","n":1}'),
        ('{"apiKey":12345}', '{"apiKey":"[redacted]"}'),
        ('{"token":"${TOKEN}"}', '{"token":"${TOKEN}"}'),
        ("send Authorization: Bearer abcdefgh123", "send Authorization: Bearer [redacted]"),
        (f"AUTH {JWT}", "AUTH [redacted]"),
        ("see wss://u:p@h/?key=1", "see wss://u:[redacted]@h/?key=[redacted]"),
        ("nothing to hide, 3 = 2 + 1", "nothing to hide, 3 = 2 + 1"),
        ("bearer of news", "bearer of news"),
    ],
)
def test_text(text: str, redacted: str) -> None:
    assert redact_text(text) == redacted


@given(value=st.text(alphabet=st.characters(blacklist_categories=["Cs"]), min_size=1))
def test_no_json_string_escapes(value: str) -> None:
    secret = f"hunter2{value}"
    for text in (
        json.dumps({"password": secret}),
        json.dumps({"a": [{"password": secret}]}, ensure_ascii=False),
    ):
        assert "hunter2" not in redact_text(text)
        assert json.loads(redact_text(text))


@given(text=st.text())
def test_nothing_raises(text: str) -> None:
    redact_url(text)
    redact_text(text)
    is_secret_name(text)
    redact_headers([(text, text), ("Sec-WebSocket-Protocol", text)])
