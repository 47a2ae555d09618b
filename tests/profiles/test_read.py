import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.events import safe_text
from wstui.profiles import (
    Profile,
    ProfileError,
    load_profile,
    parse_profile,
    profile_for_url,
    profile_to_mapping,
)

EVERYTHING = r"""
url = "wss://example.com/ws?v=1"
subprotocols = ["chat", "chat.v2"]
dialect = "none"
origin = "https://example.com"
compression = false
follow_redirects = 0

[headers]
X-Api-Version = "3"
Authorization = "Bearer ${TOKEN}"

[tls]
verify = false
ca = "~/ca.pem"
certificate = "me.pem"
key = "me.key"
key_password = "${KEY_PASSWORD}"
server_name = "other.example"
minimum_version = "1.3"
alpn = ["http/1.1"]

[proxy]
url = "socks5://127.0.0.1:1080"

[timeouts]
open = 5
close = 2.5

[heartbeat]
interval = 0
timeout = 7
payload = "beat"
on_missed = "close"

[heartbeat.application]
send = '{"op":1}'
expect = '"op":11'
interval = 41.25

[reconnect]
mode = "on"
base = 1
factor = 1.5
max = 60
jitter = "none"
attempts = 0
honour_retry_after = false
resend = ["subscribe"]

[limits]
message = 1024
record = 0

[keep]
sessions = 0
days = 0

[[message]]
name = "subscribe"
text = "grüße"

[[message]]
name = "bytes"
binary = "00 ff 80"

[[message]]
name = "more bytes"
base64 = "AAECAw=="

[[script]]
name = "login"
steps = ["send hello", "expect hello within 5"]
"""


def test_every_key_is_read() -> None:
    profile = parse_profile(EVERYTHING)
    assert profile.heartbeat.application is not None
    assert profile.heartbeat.application.interval == 41.25
    assert (profile.heartbeat.interval, profile.timeouts.open) == (0.0, 5.0)
    assert profile.headers == {"X-Api-Version": "3", "Authorization": "Bearer ${TOKEN}"}
    assert [(m.payload, m.is_binary) for m in profile.message] == [
        ("grüße".encode(), False),
        (b"\x00\xff\x80", True),
        (b"\x00\x01\x02\x03", True),
    ]
    assert profile.saved_message("bytes") is profile.message[1]
    assert profile.saved_message("none") is None
    assert profile.saved_script("login") is profile.script[0]
    assert profile.saved_script("none") is None


def test_the_test_above_has_every_key_of_the_schema() -> None:
    def keys(struct: type[msgspec.Struct]) -> set[str]:
        return set(struct.__struct_fields__)

    tables = tomllib.loads(EVERYTHING)
    assert keys(Profile) - set(tables) == {"auth"}
    for name in ("tls", "proxy", "timeouts", "heartbeat", "reconnect", "limits", "keep"):
        assert set(tables[name]) == keys(type(getattr(parse_profile(EVERYTHING), name)))


def test_a_url_is_enough() -> None:
    profile = parse_profile('url = "ws://127.0.0.1:1"')
    assert profile == Profile(url="ws://127.0.0.1:1")
    assert (profile.heartbeat.interval, profile.heartbeat.timeout, profile.reconnect.mode) == (
        20.0,
        20.0,
        "off",
    )
    assert (profile.limits.message, profile.limits.record) == (16777216, 1048576)
    assert (profile.keep.sessions, profile.keep.days) == (200, 90)


def test_a_mapping_is_as_good_as_text() -> None:
    profile = parse_profile(EVERYTHING)
    assert parse_profile(profile_to_mapping(profile)) == profile
    assert parse_profile(EVERYTHING.encode()) == profile
    assert parse_profile(b"\xef\xbb\xbf" + EVERYTHING.encode()) == profile


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        (
            "[heartbeat]\ninterval = 'fast'",
            'heartbeat.interval: expected a number of seconds of 0 or more, got "fast".',
        ),
        (
            "[heartbeat]\ninterval = -1",
            "heartbeat.interval: expected a number of seconds of 0 or more, got -1.",
        ),
        (
            "[heartbeat]\ninterval = true",
            "heartbeat.interval: expected a number of seconds of 0 or more, got true.",
        ),
        ("[heartbeat]\ninterval = inf", "heartbeat.interval: expected a finite number, got inf."),
        ("[heartbeat]\ntimeout = 0", "heartbeat.timeout: expected a number of seconds above 0, got 0."),
        (
            "[heartbeat]\ntimeout = 1979-05-27",
            "heartbeat.timeout: expected a number of seconds above 0, got a date.",
        ),
        ("[heartbeat]\non_missed = 'x'", 'heartbeat.on_missed: expected "note" or "close", got "x".'),
        ("[heartbeat]\nintervall = 1", 'heartbeat.intervall: unknown key, did you mean "interval"?'),
        ("[heartbaet]\n", 'heartbaet: unknown key, did you mean "heartbeat"?'),
        ("URL = 'ws://b'", 'URL: unknown key, did you mean "url"?'),
        ("[keep]\nzzz = 1", "keep.zzz: unknown key, expected one of sessions, days."),
        ("heartbeat = 20", "heartbeat: expected a table [heartbeat], got 20."),
        ("[heartbeat]\npayload = '" + "x" * 101 + "'", "heartbeat.payload: expected at most 100 bytes"),
        (
            "[heartbeat.application]\nexpect = 'x'",
            "heartbeat.application.send: missing, expected a text in quotes.",
        ),
        ("[heartbeat.application]\nsend = ''", "heartbeat.application.send: expected the message to send."),
        (
            "[heartbeat.application]\nsend = 'x'\nexpect = '('",
            "heartbeat.application.expect: expected a regular expression: missing ), unterminated subpattern",
        ),
        (
            "heartbeat.application = 3",
            "heartbeat.application: expected a table with send, expect and interval, got 3.",
        ),
        ("[reconnect]\nfactor = 0.5", "reconnect.factor: expected a factor of 1 or more, got 0.5."),
        ("[reconnect]\nmax = 0.1", "reconnect.max: expected at least reconnect.base (0.5), got 0.1."),
        (
            "[reconnect]\nattempts = 1.5",
            "reconnect.attempts: expected a whole number of 0 (no bound) or more, got 1.5.",
        ),
        ("[reconnect]\njitter = 'some'", 'reconnect.jitter: expected "full" or "none", got "some".'),
        (
            "[reconnect]\nresend = ['x']",
            'reconnect.resend[0]: expected the name of a saved message, got "x".',
        ),
        ("[limits]\nmessage = 0", "limits.message: expected a number of bytes of 1 or more, got 0."),
        ("follow_redirects = 21", "follow_redirects: expected a whole number from 0 to 20, got 21."),
        ("compression = 'yes'", 'compression: expected true or false, got "yes".'),
        ("dialect = ' '", 'dialect: expected "auto", "none" or the name of a dialect'),
        (
            "origin = 'example.com'",
            'origin: expected an origin such as https://example.com, got "example.com".',
        ),
        ("subprotocols = 'chat'", 'subprotocols: expected a list of texts, got "chat".'),
        ("subprotocols = [1]", "subprotocols[0]: expected a text in quotes, got 1."),
        ("subprotocols = ['a b']", "subprotocols[0]: expected a token without spaces, commas and quotes"),
        ("subprotocols = ['a', 'a']", 'subprotocols[1]: expected each subprotocol once, got "a" again.'),
        ("[headers]\nX-A = 1", "headers.X-A: expected a text in quotes, got 1."),
        ("[headers]\nX-A = []", "headers.X-A: expected a text in quotes, got a list."),
        ("headers = []", "headers: expected a table of header names and texts, got a list."),
        (
            '[headers]\nX-A = "a\\r\\nX-B: b"',
            "headers.X-A: expected one line of Latin-1 text, without CR, LF",
        ),
        ("[headers]\nX-A = '→'", "headers.X-A: expected one line of Latin-1 text"),
        (
            '[headers]\n"X A" = "a"',
            'headers: expected header names of letters, digits and hyphens, got "X A".',
        ),
        ("[headers]\nX-A = ''\nx-a = ''", "headers.x-a: expected each header once, whatever its capitals."),
        (
            "[headers]\nUpgrade = 'x'",
            "headers.Upgrade: expected no header that the opening handshake itself sets.",
        ),
        ("[headers]\nSec-WebSocket-Key = 'x'", "expected no header that the opening handshake itself sets."),
        ("[headers]\nSec-WebSocket-Protocol = 'x'", "expected the subprotocols in the key subprotocols"),
        ("[auth]\ntype = 'digest'", 'auth.type: expected one of "none", "basic", "bearer", got "digest".'),
        ("[auth]\ntoken = 'x'", 'auth.type: expected "bearer" beside auth.token, got "none".'),
        ("[auth]\ntype = 'bearer'", "auth.token: expected a token for bearer authentication."),
        ("[auth]\ntype = 'basic'", "auth.username: expected a user name for basic authentication."),
        ("[auth]\ntype = 'basic'\nusername = 'a:b'", "auth.username: expected a user name without a colon"),
        ("[auth]\ntoken = 12345", "auth.token: expected a text in quotes, got a number."),
        (
            "[auth]\ntype = 'bearer'\ntoken = 'x'\n[headers]\nauthorization = 'y'",
            'auth.type: expected "none" beside an Authorization header of your own.',
        ),
        ("[tls]\nkey = 'a.pem'", "tls.certificate: expected a client certificate beside tls.key."),
        (
            "[tls]\nkey_password = 'a'",
            "tls.certificate: expected a client certificate beside tls.key_password.",
        ),
        (
            "[tls]\nminimum_version = 1.2",
            'tls.minimum_version: expected one of "1.0", "1.1", "1.2", "1.3", got 1.2.',
        ),
        ("[tls]\nca = 1", "tls.ca: expected the path of a PEM file, got 1."),
        ("[tls]\nalpn = ['']", "tls.alpn[0]: expected a protocol's name of 1 to 255 bytes"),
        ("[tls]\nserver_name = ''", 'tls.server_name: expected a host name, got "".'),
        (
            "[proxy]\nurl = 'ftp://x'",
            "proxy.url: expected http://, https://, socks4:// or socks5:// with a host",
        ),
        ("[timeouts]\nopen = 0", "timeouts.open: expected a number of seconds above 0, got 0."),
        ("message = [1]", "message[0]: expected a table [message], got 1."),
        ("[message]\nname = 'x'", "message: expected [[message]] tables, got a table."),
        ("[[message]]\ntext = 'x'", "message[0].name: missing, expected a text in quotes."),
        ("[[message]]\nname = 'x'", "message[0]: expected exactly one of text, binary and base64, got 0."),
        (
            "[[message]]\nname='x'\ntext=''\nbinary=''",
            "message[0]: expected exactly one of text, binary and base64, got 2.",
        ),
        ("[[message]]\nname=' '\ntext=''", "message[0].name: expected a name."),
        ("[[message]]\nname='x'\ntext=3", "message[0].text: expected a text in quotes, got 3."),
        ("[[message]]\nname='x'\nbinary='0g'", 'message[0].binary: expected bytes in hexadecimal, got "0g".'),
        ("[[message]]\nname='x'\nbase64='!'", 'message[0].base64: expected bytes in base64, got "!".'),
        (
            "[[message]]\nname='x'\ntext=''\n[[message]]\nname='x'\ntext=''",
            'message[1].name: expected each name once, got "x" again.',
        ),
        ("[[script]]\nname='x'\nsteps=['']", 'script[0].steps[0]: expected a step such as "send …".'),
        ("[[script]]\nname=''", "script[0].name: expected a name."),
        (
            "[[script]]\nname='x'\n[[script]]\nname='x'",
            'script[1].name: expected each name once, got "x" again.',
        ),
        ("[[script]]\nname='x'\nstep=[]", 'script[0].step: unknown key, did you mean "steps"?'),
        ("interval = ", "line 2, column 12: not valid TOML: invalid value."),
        ("x = 'open", 'line 2, column 10: not valid TOML: expected "\'".'),
        ("url = 'ws://b'", "line 2, column 15: not valid TOML: cannot overwrite a value."),
    ],
)
def test_a_mistake_names_the_key_and_what_was_expected(toml: str, sentence: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(f'url = "ws://a"\n{toml}', source="~/x.toml")
    message = str(caught.value)
    assert message.startswith("~/x.toml: ")
    assert sentence in message
    assert message[-1] in ".?"
    assert safe_text(message) == message


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("", "x: url: missing, expected a WebSocket URL."),
        ("url = 1", "x: url: expected a WebSocket URL, got 1."),
        ("url = 'ftp://a'", 'x: url: "ftp://a": expected ws:// or wss://, not ftp://.'),
        ("url = ''", "x: url: The URL is empty: expected something like wss://example.com/path."),
    ],
)
def test_a_url_there_must_be(toml: str, sentence: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(toml, source="x")
    assert str(caught.value) == sentence


def test_what_is_wrong_is_shown_safely_and_short() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile('url = "ws://a"\n"\\u001b[31m" = 1')
    assert "\x1b" not in str(caught.value)
    with pytest.raises(ProfileError) as caught:
        parse_profile(f'url = "ws://a"\n[heartbeat]\ninterval = "{"x" * 1000}"')
    assert len(str(caught.value)) < 200


def test_a_secret_is_never_in_a_sentence() -> None:
    for toml in ("[auth]\npassword = 123456", "[auth]\ntype='bearer'\ntoken=\"hunter2\\n\""):
        with pytest.raises(ProfileError) as caught:
            parse_profile(f'url = "ws://a"\n{toml}')
        assert "123456" not in str(caught.value)
        assert "hunter2" not in str(caught.value)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ProfileError, match=r"^x: line 2: not UTF-8: expected TOML text\.$"):
        parse_profile(b"# fine\n\xff", source="x")


def test_nesting_beyond_reason() -> None:
    with pytest.raises(ProfileError):
        parse_profile("url = " + "[" * 100_000)


@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["url", "heartbeat", "interval", "application", "message", "name", "headers", "x.y", ""]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_mapping_gives_a_profile_or_a_sentence(document) -> None:
    try:
        parse_profile(document if isinstance(document, dict) else {"url": document})
    except ProfileError as error:
        assert safe_text(str(error)) == str(error)


def test_placeholders_wait_for_their_values() -> None:
    profile = parse_profile('url = "${SCHEME}://x y"\norigin = "${ORIGIN}"\nproxy.url = "${PROXY}"')
    assert profile.url == "${SCHEME}://x y"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("missing.toml", "cannot be read: No such file or directory."), ("", "cannot be read: Is a ")],
)
def test_files_that_cannot_be_read(tmp_path: Path, path: str, sentence: str) -> None:
    with pytest.raises(ProfileError, match=sentence):
        load_profile(tmp_path / path)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    with pytest.raises(ProfileError, match="larger than 4 MiB: expected a profile"):
        load_profile(path)


def test_an_error_shows_home_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "bad.toml").write_text("url = 1")
    with pytest.raises(ProfileError, match=r"^~/bad\.toml: url: expected a WebSocket URL, got 1\.$"):
        load_profile(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("localhost:8080", "ws://localhost:8080/"),
        ("https://example.com", "wss://example.com/"),
        ("wss://user:p%40ss@example.com/x", "wss://user:p%40ss@example.com/x"),
        ("ws+unix:///run/a.sock:/x", "ws+unix:///run/a.sock:/x"),
    ],
)
def test_a_profile_for_a_url(typed: str, url: str) -> None:
    assert profile_for_url(typed) == Profile(url=url)


def test_no_profile_for_what_is_no_url() -> None:
    with pytest.raises(ProfileError):
        profile_for_url("nonsense")


def test_the_documentation_has_every_key_with_its_default() -> None:
    text = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text()
    document = text.split("```toml\n")[2].split("```")[0]
    without_ellipses = "".join(line for line in document.splitlines(keepends=True) if '"…"' not in line)
    tables = tomllib.loads(
        without_ellipses.replace('url = "wss://…"', 'url = "wss://a"').replace('"https://…"', '"https://a"')
    )
    profile = parse_profile(tables)
    changed = set(profile_to_mapping(profile))
    assert changed == {"url", "origin", "headers", "heartbeat", "message", "script"}
    assert profile_to_mapping(profile)["heartbeat"].keys() == {"application"}
    assert set(Profile.__struct_fields__) <= {*tables}
