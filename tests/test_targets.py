import pytest

from wstui.profiles import ProfileError
from wstui.targets import Destination, Recording, destination_of_recording, find_target
from wstui.timeline import Catalogue, SessionInfo, TimelineError, TimelineWriter, new_session_path


@pytest.fixture
def profile(home):
    (home / "profiles").mkdir()
    path = home / "profiles" / "mine.toml"
    path.write_text('url = "wss://example.com/x"\n')
    return path


@pytest.fixture
def recording(home):
    path = new_session_path("trades", 1_763_800_000_000_000_000)
    writer = TimelineWriter(path, SessionInfo(1_763_800_000_000_000_000, "trades", "wss://h/", {}, "0.1.0"))
    writer.finish(1_763_800_000_000_000_000)
    writer.close()
    return path


def test_a_profile_goes_before_a_host_of_the_same_name(profile):
    found = find_target("mine")
    assert found == Destination(found.profile, "mine", profile)
    assert found.profile.url == "wss://example.com/x"


def test_a_session_is_found_by_path_and_by_name(recording):
    assert find_target(str(recording)) == Recording(recording)
    assert find_target(recording.stem) == Recording(recording)
    assert find_target("last") == Recording(recording)


@pytest.mark.parametrize("text", ["ws://localhost:1/x", "localhost:1", "example.com"])
def test_whatever_else_is_a_url(text):
    found = find_target(text)
    assert isinstance(found, Destination)
    assert found.name == ""


@pytest.mark.parametrize("text", ["ftp://x", "no-such.wstui", "last", "ws://h/?token=[redacted]"])
def test_what_is_none_of_these_is_a_sentence(text):
    with pytest.raises(ProfileError) as caught:
        find_target(text)
    assert str(caught.value).endswith(".")


def test_a_recording_is_dialled_by_its_profile_while_there_is_one(profile):
    info = SessionInfo(0, "mine", "wss://old.example.com/")
    assert destination_of_recording(info).profile.url == "wss://example.com/x"
    gone = SessionInfo(0, "gone", "wss://old.example.com/")
    assert destination_of_recording(gone).profile.url == "wss://old.example.com/"


@pytest.mark.parametrize(
    "text", ["x" * 5000, "x" * 5000 + ".toml", "é" * 200 + ".wstui", "~nobody-of-that-name/x.wstui"]
)
def test_no_name_is_too_odd_to_be_asked_about(text):
    with pytest.raises(ProfileError):
        find_target(text if "." in text else f"{text} y")


def test_a_session_of_an_odd_name_is_not_found():
    with pytest.raises(TimelineError, match="There is no session"):
        Catalogue().find("y" * 5000)
