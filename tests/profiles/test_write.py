from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.profiles import (
    Auth,
    Heartbeat,
    Profile,
    ProfileError,
    SavedMessage,
    Script,
    Tls,
    find_profile,
    list_profiles,
    load_profile,
    own_profile_path,
    parse_profile,
    profile_slug,
    profile_to_mapping,
    profile_to_toml,
    save_profile,
    settings_snapshot,
    templates_folder,
)
from wstui.profiles import write as write_module

TEMPLATES = sorted(templates_folder().glob("*.toml"))


def test_defaults_are_left_out() -> None:
    profile = parse_profile({"url": "ws://a", "heartbeat": {"interval": 20, "timeout": 5.0}, "headers": {}})
    assert profile_to_mapping(profile) == {"url": "ws://a", "heartbeat": {"timeout": 5.0}}


def test_messages_and_scripts_are_tables_of_their_own() -> None:
    profile = Profile(
        url="ws://a",
        message=[SavedMessage(name="m", text="line 1\nline 2\n"), SavedMessage(name="cr", text="a\r\nb\n")],
        script=[Script(name="s", steps=["ping"])],
    )
    text = profile_to_toml(profile)
    assert text.count("[[message]]") == 2
    assert '"""\nline 1\nline 2\n"""' in text
    assert "[[script]]" in text
    assert parse_profile(text) == profile


@given(
    text=st.text(alphabet=st.characters(blacklist_categories=["Cs"])),
    name=st.text(alphabet="abc \u202e\"'\\\n", min_size=1).filter(str.strip),
)
def test_what_is_written_reads_the_same(text: str, name: str) -> None:
    profile = Profile(
        url="ws://a",
        heartbeat=Heartbeat(interval=0.1),
        message=[SavedMessage(name=name, text=text)],
        script=[Script(name=name, steps=[f"send {text}"])],
    )
    assert parse_profile(profile_to_toml(profile)) == profile


def test_saving_replaces_the_file_and_keeps_placeholders(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.toml"
    profile = Profile(url="ws://a", headers={"X": "${TOKEN}"})
    save_profile(path, Profile(url="ws://old"))
    save_profile(path, profile)
    assert load_profile(path) == profile
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["x.toml"]


def test_a_failure_leaves_the_old_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.toml"
    save_profile(path, Profile(url="ws://old"))

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write_module.os, "fsync", full_disk)
    with pytest.raises(ProfileError, match=r"x\.toml: cannot be written: No space left on device\."):
        save_profile(path, Profile(url="ws://new"))
    assert load_profile(path).url == "ws://old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_profile_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="url: "):
        save_profile(tmp_path / "x.toml", Profile(url="nonsense"))
    assert list(tmp_path.iterdir()) == []


def test_the_snapshot_has_no_secrets() -> None:
    profile = Profile(
        url="wss://user:hunter2@h/?token=hunter2&v=1",
        subprotocols=["chat", "bearer.hunter2"],
        headers={"Cookie": "hunter2", "X-Api-Key": "${API_KEY}", "Accept": "text"},
        auth=Auth(type="basic", username="alice", password="hunter2"),
        tls=Tls(certificate="c.pem", key="k.pem", key_password="hunter2"),
        message=[SavedMessage(name="login", text='{"password":"hunter2"}')],
        script=[Script(name="s", steps=['send {"token":"hunter2"}'])],
    )
    snapshot = settings_snapshot(profile)
    assert "hunter2" not in str(snapshot)
    assert snapshot["url"] == "wss://user:[redacted]@h/?token=[redacted]&v=1"
    assert snapshot["headers"] == {"Cookie": "[redacted]", "X-Api-Key": "${API_KEY}", "Accept": "text"}
    assert snapshot["auth"] == {"type": "basic", "username": "alice", "password": "[redacted]"}
    assert snapshot["tls"]["key"] == "k.pem"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Trades", "trades"),
        ("my feed (prod)", "my-feed-prod"),
        ("../../etc/passwd", "etc-passwd"),
        ("Grüße", "grue"),
        ("wss://example.com:443/x", "wss-example.com-443-x"),
        (".hidden", "hidden"),
        ("世界", "profile"),
        ("", "profile"),
        ("x" * 200, "x" * 80),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert profile_slug(name) == slug


def test_own_profiles_win_over_templates(home: Path) -> None:
    save_profile(own_profile_path("public-echo"), Profile(url="ws://mine"))
    (home / "profiles" / "broken.toml").write_text("url = 1")
    (home / "profiles" / "notes.txt").write_text("no profile")
    entries = {entry.name: entry for entry in list_profiles()}
    assert entries["public-echo"].url == "ws://mine"
    assert not entries["public-echo"].template
    assert entries["broken"].error.endswith("broken.toml: url: expected a WebSocket URL, got 1.")
    assert entries["local-echo"].template
    assert "notes" not in entries
    assert [entry.template for entry in list_profiles()] == sorted(
        entry.template for entry in entries.values()
    )
    assert find_profile("public-echo") == home / "profiles" / "public-echo.toml"
    assert find_profile("local-echo") == templates_folder() / "local-echo.toml"


def test_a_profile_is_found_by_its_path_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    save_profile(path, Profile(url="ws://a"))
    assert find_profile(str(path)) == path
    assert find_profile("local-echo.toml") == templates_folder() / "local-echo.toml"


@pytest.mark.parametrize("name", ["nope", "../local-echo", "", ".", "/etc/passwd", "nope.toml"])
def test_what_is_no_profile_is_not_found(name: str) -> None:
    assert find_profile(name) is None


def test_the_list_hides_secrets_of_urls(home: Path) -> None:
    save_profile(own_profile_path("x"), Profile(url="ws://u:hunter2@h/?key=hunter2"))
    assert "hunter2" not in next(entry.url for entry in list_profiles() if entry.name == "x")


def test_five_templates_ship() -> None:
    assert len(TEMPLATES) >= 5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_each_template_reads_teaches_and_can_be_written(path: Path) -> None:
    profile = load_profile(path)
    assert profile.message
    assert path.read_text().startswith("# ")
    assert parse_profile(profile_to_toml(profile)) == profile
