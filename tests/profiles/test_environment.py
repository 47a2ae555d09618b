import base64

import pytest

from wstui.profiles import (
    Auth,
    Profile,
    ProfileError,
    Proxy,
    ResolvedProfile,
    Tls,
    environment_names,
    parse_profile,
    profile_to_mapping,
    resolve_environment,
)

TOKEN = "s3cr3t/with+signs="


def test_values_come_in_where_they_may() -> None:
    profile = Profile(
        url="wss://${HOST}/x?key=${TOKEN}",
        origin="https://${HOST}",
        headers={"X-Token": "a ${TOKEN} b"},
        auth=Auth(type="basic", username="${NAME}", password="${TOKEN}"),
        proxy=Proxy(url="http://${NAME}:pw@${HOST}:1"),
        tls=Tls(certificate="c.pem", key_password="${TOKEN}"),
    )
    environ = {"HOST": "example.com", "TOKEN": TOKEN, "NAME": "alice"}
    resolved = resolve_environment(profile, environ).profile
    assert resolved.url == f"wss://example.com/x?key={TOKEN}"
    assert resolved.origin == "https://example.com"
    assert resolved.headers == {"X-Token": f"a {TOKEN} b"}
    assert (resolved.auth.username, resolved.auth.password) == ("alice", TOKEN)
    assert resolved.proxy.url == "http://alice:pw@example.com:1"
    assert resolved.tls.key_password == TOKEN
    assert profile.url == "wss://${HOST}/x?key=${TOKEN}"
    assert environment_names(profile) == ["HOST", "TOKEN", "NAME"]


def test_two_dollars_stand_for_one() -> None:
    resolved = resolve_environment(Profile(url="ws://a", headers={"X": "$${X} $$ $Y 5$"}), {})
    assert resolved.profile.headers["X"] == "${X} $$ $Y 5$"
    assert resolved.secrets == {}


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        (
            Profile(url="ws://${HOST}"),
            "p: url: the environment variable HOST is not set: expected a value for ${HOST}.",
        ),
        (Profile(url="ws://a", headers={"X": "${T}"}), "p: headers.X: the environment variable T is not set"),
        (
            Profile(url="ws://a", headers={"X": "${"}),
            'p: headers.X: expected the name of a variable, as in ${TOKEN}, got "${".',
        ),
        (Profile(url="ws://a", headers={"X": "${a b}"}), 'got "${a b}".'),
        (Profile(url="ws://a", headers={"X": "${}"}), 'got "${}".'),
        (Profile(url="ws://${BAD}"), 'p: url: "ws://${BAD}": white space at character 7'),
        (Profile(url="ws://a", headers={"X": "${LINES}"}), "p: headers.X: expected one line of Latin-1 text"),
        (
            Profile(url="ws://a", auth=Auth(type="bearer", token="${EMPTY}")),
            "p: auth.token: expected a token",
        ),
        (Profile(url="ws://a", proxy=Proxy(url="${BAD}")), "p: proxy.url: expected http://"),
    ],
)
def test_a_mistake_names_variable_key_and_profile_but_no_value(profile: Profile, sentence: str) -> None:
    environ = {"BAD": "h unter2", "LINES": "hunter2\r\nX-Evil: 1", "EMPTY": ""}
    with pytest.raises(ProfileError) as caught:
        resolve_environment(profile, environ, source="p")
    assert sentence in str(caught.value)
    assert "unter2" not in str(caught.value)


def test_a_missing_variable_is_no_empty_one() -> None:
    profile = Profile(url="ws://a", headers={"X": "${SET}"})
    assert resolve_environment(profile, {"SET": ""}).profile.headers == {"X": ""}


def test_conceal_puts_the_names_back() -> None:
    profile = Profile(
        url="ws://a?token=${TOKEN}", headers={"Authorization": "Bearer ${TOKEN}", "X": "${LONGER}"}
    )
    resolved = resolve_environment(profile, {"TOKEN": TOKEN, "LONGER": TOKEN + "more"})
    assert resolved.secrets == {TOKEN: "${TOKEN}", TOKEN + "more": "${LONGER}"}
    assert resolved.conceal(f"Bearer {TOKEN}") == "Bearer ${TOKEN}"
    assert resolved.conceal(f"X: {TOKEN}more") == "X: ${LONGER}"
    assert resolved.conceal("/?token=s3cr3t%2Fwith%2Bsigns%3D&x=1") == "/?token=${TOKEN}&x=1"
    assert resolved.conceal("/?token=s3cr3t%2fwith%2bsigns%3d&x=1") == "/?token=${TOKEN}&x=1"
    assert resolved.conceal("nothing here") == "nothing here"


def test_conceal_knows_basic_credentials() -> None:
    profile = Profile(url="ws://a", auth=Auth(type="basic", username="alice", password="${PW}"))
    header = "Basic " + base64.b64encode(b"alice:hunter2").decode()
    assert resolve_environment(profile, {"PW": "hunter2"}).conceal(header) == "Basic base64(alice:${PW})"
    in_url = Profile(url="ws://alice:${PW}@a", proxy=Proxy(url="http://bob:${PW}@p:1"))
    resolved = resolve_environment(in_url, {"PW": "hunter2"})
    assert resolved.conceal(header) == "Basic base64(alice:${PW})"
    proxy_header = "Basic " + base64.b64encode(b"bob:hunter2").decode()
    assert resolved.conceal(proxy_header) == "Basic base64(bob:${PW})"


def test_a_profile_resolved_by_hand_conceals_as_well() -> None:
    profile = Profile(url="ws://a", auth=Auth(type="basic", username="alice", password="hunter2"))
    header = "Basic " + base64.b64encode(b"alice:hunter2").decode()
    assert ResolvedProfile(profile, {"hunter2": "${PW}"}).conceal(header) == "Basic base64(alice:${PW})"
    assert ResolvedProfile(profile).conceal(header) == header


def test_short_values_are_replaced_only_where_they_stand_alone() -> None:
    resolved = resolve_environment(Profile(url="ws://a:${PORT}/"), {"PORT": "443"})
    assert resolved.conceal("a:443/ took 14431 ns") == "a:${PORT}/ took 14431 ns"


def test_without_variables_nothing_is_concealed() -> None:
    resolved = resolve_environment(Profile(url="ws://a"), {"PATH": "/bin"})
    assert resolved.conceal("ws://a /bin") == "ws://a /bin"


def test_a_resolved_profile_does_not_show_its_secrets() -> None:
    resolved = resolve_environment(Profile(url="ws://a?t=${TOKEN}"), {"TOKEN": TOKEN})
    assert TOKEN not in repr(resolved)


def test_saved_messages_keep_their_dollars() -> None:
    mapping = {"url": "ws://a", "message": [{"name": "m", "text": "${NOT_A_VARIABLE}"}]}
    profile = parse_profile(mapping)
    assert profile_to_mapping(resolve_environment(profile, {}).profile) == mapping
