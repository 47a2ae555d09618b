import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.events import safe_text
from wstui.profiles import Endpoint, ProfileError, parse_url


@pytest.mark.parametrize(
    ("text", "url", "port"),
    [
        ("ws://example.com", "ws://example.com/", 80),
        ("wss://example.com/path?a=1&b=2", "wss://example.com/path?a=1&b=2", 443),
        ("WSS://Example.COM:443/Path", "wss://example.com/Path", 443),
        ("ws://example.com:8080?x=1", "ws://example.com:8080/?x=1", 8080),
        ("http://example.com/a", "ws://example.com/a", 80),
        ("https://example.com/a", "wss://example.com/a", 443),
        ("  ws://example.com/  ", "ws://example.com/", 80),
        ("localhost", "ws://localhost/", 80),
        ("localhost:8080/ws", "ws://localhost:8080/ws", 8080),
        ("app.localhost:1", "ws://app.localhost:1/", 1),
        ("127.0.0.1:8765", "ws://127.0.0.1:8765/", 8765),
        (":8765/echo", "ws://localhost:8765/echo", 8765),
        ("[::1]:8080", "ws://[::1]:8080/", 8080),
        ("example.com", "wss://example.com/", 443),
        ("example.com:8443/ws", "wss://example.com:8443/ws", 8443),
        ("backend:9000", "wss://backend:9000/", 9000),
        ("wss://[2001:DB8::0:1]/x", "wss://[2001:db8::1]/x", 443),
        ("ws://[fe80::1%25eth0]:80/", "ws://[fe80::1%25eth0]/", 80),
        ("wss://bücher.example/ä?ö=ü", "wss://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC", 443),
        ("ws://example.com/a%20b%zz", "ws://example.com/a%20b%zz", 80),
        ('ws://example.com/{"a":1}', "ws://example.com/%7B%22a%22:1%7D", 80),
        ("ws://under_score.example./", "ws://under_score.example./", 80),
        ("wss://user:p%40ss@example.com/", "wss://example.com/", 443),
        ("ws+unix:///run/app.sock", "ws+unix:///run/app.sock:/", 80),
        ("ws+unix:///run/app.sock:/ws?x=1", "ws+unix:///run/app.sock:/ws?x=1", 80),
        ("wss+unix:/run/a%20b.sock:/", "wss+unix:///run/a%20b.sock:/", 443),
    ],
)
def test_good_ones(text: str, url: str, port: int) -> None:
    endpoint = parse_url(text)
    assert (endpoint.url, endpoint.port) == (url, port)
    assert parse_url(endpoint.url) == parse_url(url)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The URL is empty: expected something like wss://example.com/path."),
        ("   ", "The URL is empty: expected something like wss://example.com/path."),
        ("trades", '"trades" is not a URL: expected ws:// or wss:// and a host, or a host with its port.'),
        ("/path", '"/path" names no host: expected something like wss://example.com/path.'),
        ("ws://", '"ws://" names no host: expected something like wss://example.com/path.'),
        ("ws:///path", '"ws:///path" names no host: expected something like wss://example.com/path.'),
        ("ws://:80/", '"ws://:80/" names no host: expected something like wss://example.com/path.'),
        ("ftp://example.com", '"ftp://example.com": expected ws:// or wss://, not ftp://.'),
        ("ws:example.com", '"ws:example.com": expected ws:// or wss:// in front of the host.'),
        ("wss:/example.com", '"wss:/example.com": expected ws:// or wss:// in front of the host.'),
        ("://example.com", '"://example.com": expected ws:// or wss:// in front of the host.'),
        ("ws://a b/", "white space at character 7: expected a URL without it"),
        ("ws://a/\nHost: evil", "white space at character 8"),
        ("ws://a/\x1b[31m", '"ws://a/␛[31m": an invisible character (U+001B) at character 8'),
        ("ws://a/\u202e", "an invisible character (U+202E) at character 8"),
        ("ws://a/\x9b", "an invisible character (U+009B)"),
        ("ws://a/\ud800", "an invisible character (U+D800)"),
        ("ws:\\\\a", "expected / in place of a backslash."),
        ("ws://a/#part", "a WebSocket URL has no fragment: leave out what starts with #, or write %23"),
        ("ws://a#", "a WebSocket URL has no fragment"),
        ("ws://a:0/", "expected a port from 1 to 65535"),
        ("ws://a:65536/", "expected a port from 1 to 65535"),
        ("ws://a:-1/", "expected a port from 1 to 65535"),
        ("ws://a:８０/", "expected a port from 1 to 65535"),
        ("ws://a:http/", "expected a port from 1 to 65535"),
        ("ws://a:" + "9" * 5000, "expected a port from 1 to 65535"),
        ("ws://::1:80/", "an IPv6 address goes in brackets, as in [::1]:8080."),
        ("ws://[::1/", "expected an IPv6 address in brackets, as in [::1]:8080."),
        ("ws://[::1]x/", "expected an IPv6 address in brackets"),
        ("ws://[1.2.3.4]/", "expected an IPv6 address between the brackets."),
        ("ws://[::1%25e/h]/", "expected an IPv6 address in brackets"),
        ("ws://[fe80::1%25e:h]/", "expected the name of a network interface after %25."),
        ("ws://256.1.1.1/", "expected a host name or an IP address after the scheme."),
        ("ws://exa$mple.com/", "expected a host name or an IP address after the scheme."),
        ("ws://-a.example/", "expected a host name or an IP address after the scheme."),
        ("ws://a..b/", "expected a host name or an IP address after the scheme."),
        ("ws://" + "a" * 64 + "/", "expected a host name or an IP address after the scheme."),
        ("ws://bü..cher/", "the host has characters that no domain name can have (IDNA)."),
        ("ws://a/" + "x" * 20_000, "The URL has 20,007 characters: expected at most 16,384."),
        (
            "ws+unix://run/app.sock",
            "expected the absolute path of a socket, as in ws+unix:///run/app.sock:/path.",
        ),
        ("ws+unix:///", "expected the absolute path of a socket"),
        ("ws+unix:///" + "x" * 107, "expected a socket's path of at most 107 bytes without NUL."),
        ("ws+unix:///a%00b", "expected a socket's path of at most 107 bytes without NUL."),
        ("ws+unix:///a:/#b", "a WebSocket URL has no fragment"),
    ],
)
def test_bad_ones_get_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_url(text)
    message = str(caught.value)
    assert sentence in message
    assert message.endswith(".")
    assert safe_text(message) == message
    assert len(message) < 300


def test_an_error_never_repeats_a_password() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_url("ws://user:hunter2@host:bad/?token=hunter2")
    assert "hunter2" not in str(caught.value)


def test_credentials_are_kept_apart() -> None:
    endpoint = parse_url("wss://us%3Aer:p%40ss:word@example.com:444/x?token=abc&b=1")
    assert (endpoint.username, endpoint.password) == ("us:er", "p@ss:word")
    assert endpoint.url == "wss://example.com:444/x?token=abc&b=1"
    assert endpoint.safe_url == "wss://example.com:444/x?token=[redacted]&b=1"
    assert "p@ss" not in repr(endpoint)
    assert (parse_url("ws://only@h").username, parse_url("ws://only@h").password) == ("only", "")
    assert parse_url("ws://h").username is None


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("wss://example.com/x", "https://example.com"),
        ("ws://example.com:443/x", "http://example.com:443"),
        ("wss://[::1]:8443/", "https://[::1]:8443"),
    ],
)
def test_origins(text: str, origin: str) -> None:
    assert parse_url(text).origin == origin


def test_a_unix_socket_has_its_path_and_the_host_localhost() -> None:
    endpoint = parse_url("ws+unix:///run/my%20app.sock:/ws")
    assert (endpoint.unix_path, endpoint.host, endpoint.resource) == ("/run/my app.sock", "localhost", "/ws")


@given(text=st.text(max_size=60) | st.from_regex(r"(wss?|http)://[^\s]{0,30}", fullmatch=True))
def test_whatever_is_typed_gives_an_endpoint_or_a_sentence(text: str) -> None:
    try:
        endpoint = parse_url(text)
    except ProfileError as error:
        assert safe_text(str(error)) == str(error)
        return
    assert isinstance(endpoint, Endpoint)
    assert endpoint.url.isascii()
    assert endpoint.url.isprintable()
    assert " " not in endpoint.url
    again = parse_url(endpoint.url)
    assert (again.url, again.host, again.port) == (endpoint.url, endpoint.host, endpoint.port)
