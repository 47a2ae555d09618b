import sqlite3
from datetime import UTC, datetime

import pytest

from wstui.timeline import Catalogue, TimelineError, TimelineReader, TimelineWriter, new_session_path
from wstui.timeline import entries as entries_module

DAY_NS = 86_400_000_000_000
NOW_S = 1_763_800_000


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(tmp_path)


@pytest.fixture
def session(tmp_path, info):
    """Record a session some days ago."""

    def make(events=(), *, days_ago=0.0, profile="local", **more):
        started_ns = int(NOW_S * 1_000_000_000 - days_ago * DAY_NS)
        path = new_session_path(profile, started_ns, tmp_path)
        writer = TimelineWriter(path, info(started_ns=started_ns, profile=profile, **more))
        writer.write(list(events))
        writer.finish(started_ns + 5)
        writer.close()
        return path

    return make


def test_newest_first_and_no_more_opened_than_asked_for(catalogue, session, monkeypatch):
    paths = [
        session(days_ago=days, profile=profile) for days, profile in [(3, "a"), (1, "b"), (2, "a"), (4, "b")]
    ]
    opened = []
    entry = entries_module._entry
    monkeypatch.setattr(entries_module, "_entry", lambda path, db: opened.append(path) or entry(path, db))
    assert [e.path for e in catalogue.sessions(limit=2)] == [paths[1], paths[2]]
    assert len(opened) == 2
    assert [e.path for e in catalogue.sessions("a")] == [paths[2], paths[0]]
    assert catalogue.sessions("nobody") == []
    assert Catalogue(paths[0] / "nowhere").sessions() == []


def test_what_an_entry_says(catalogue, session, conversation):
    session(conversation, title="every kind")
    (entry,) = catalogue.sessions()
    assert (entry.profile, entry.title, entry.url) == ("local", "every kind", "ws://127.0.0.1:9000/")
    assert (entry.events, entry.connections, entry.opened) == (12, 1, True)
    assert (entry.close_code, entry.close_reason, entry.closed_first, entry.ending) == (
        1000,
        "bye",
        "received",
        "eof",
    )
    assert entry.ended_ns == entry.started_ns + 5
    assert not entry.error
    assert not entry.pinned


OPEN = ("open", "local", {})
EMPTY_CLOSE = ("close", "received", {"code": None})
OUR_CLOSE = ("close", "sent", {"code": 1000})
EOF, RESET, LOST = (("eof", "received", {}), ("reset", "received", {}), ("lost", "local", {}))
REFUSED, REFUSED_AGAIN = (("error", "local", {"connection": number}) for number in (0, 1))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([OPEN], (None, "", "", True)),
        ([OPEN, RESET], (1006, "", "reset", True)),
        ([OPEN, EMPTY_CLOSE, EOF], (1005, "received", "eof", True)),
        ([OPEN, OUR_CLOSE, LOST], (1006, "sent", "lost", True)),
        ([REFUSED], (None, "", "error", False)),
        ([OPEN, EOF, REFUSED_AGAIN], (None, "", "error", True)),
    ],
)
def test_how_the_last_connection_ended(catalogue, session, event, kinds, expected):
    session([event(kind, direction, **detail) for kind, direction, detail in kinds])
    (entry,) = catalogue.sessions()
    assert (entry.close_code, entry.closed_first, entry.ending, entry.opened) == expected


def test_an_entry_is_quick_to_make_whatever_comes_after_the_open(catalogue, session, event):
    errors = [event("error", "local", code="missed_pong")] * 100
    session([event("open", "local"), *errors, event("eof", "received"), *errors])
    (entry,) = catalogue.sessions()
    assert (entry.opened, entry.events) == (True, 202)


def test_damaged_and_newer_files_are_listed_with_their_sentence(catalogue, session, text):
    cut, newer, good = session([text(n) for n in range(999)]), session(days_ago=1), session(days_ago=2)
    cut.write_bytes(cut.read_bytes()[:9000])
    link = sqlite3.connect(newer)
    link.execute("PRAGMA user_version = 99")
    link.close()
    found = catalogue.sessions()
    assert [bool(entry.error) for entry in found] == [True, True, False]
    assert "is damaged" in found[0].error
    assert "update wstui" in found[1].error
    assert found[2].path == good


def test_find(catalogue, session, tmp_path):
    old, new = session(days_ago=1, profile="a"), session(profile="b")
    assert catalogue.find(str(old)) == old
    assert catalogue.find(old.name) == catalogue.find(old.stem) == catalogue.find(f"a/{old.stem}") == old
    assert catalogue.find(old.stem[:9]) == old
    assert catalogue.find("last") == catalogue.find("b/last") == new
    assert catalogue.find("a/last") == old
    for missing in ("nothing", "", "c/last", "a/" + new.stem):
        with pytest.raises(TimelineError, match=f"There is no session “{missing}”"):
            catalogue.find(missing)
    with pytest.raises(TimelineError) as ambiguous:
        catalogue.find(old.stem[:3])
    assert str(ambiguous.value) == f"“202” may be any of 2 sessions: b/{new.stem}, a/{old.stem}."


def test_pin_and_rename(catalogue, session):
    path = session()
    catalogue.pin(path)
    catalogue.rename(path, "before the fix")
    (entry,) = catalogue.sessions()
    assert (entry.pinned, entry.title) == (True, "before the fix")
    catalogue.pin(path, pinned=False)
    assert not catalogue.sessions()[0].pinned
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_remove(catalogue, session, tmp_path):
    path = session()
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).touch()
    catalogue.remove(path)
    assert list(path.parent.iterdir()) == []
    with pytest.raises(TimelineError, match="cannot be deleted: No such file"):
        catalogue.remove(path)


def test_what_is_recorded_or_watched_is_not_removed(catalogue, tmp_path, info, text):
    path = new_session_path("live", NOW_S * 1_000_000_000, tmp_path)
    writer = TimelineWriter(path, info())
    writer.write([text(1)])
    writer.flush()
    with pytest.raises(TimelineError, match="is being recorded or is open elsewhere"):
        catalogue.remove(path)
    assert catalogue.apply_retention("live", 0, 1, now_s=NOW_S + 10 * 86_400) == []
    with TimelineReader(path) as reader:
        writer.close()
        with pytest.raises(TimelineError, match="is being recorded or is open elsewhere"):
            catalogue.remove(path)
        assert reader.last_id() == 1
    catalogue.remove(path)


def test_a_damaged_file_may_be_removed_by_hand(catalogue, session):
    path = session()
    path.write_bytes(b"garbage" * 1000)
    catalogue.remove(path)
    assert not path.exists()


def test_retention(catalogue, session):
    paths = [session(days_ago=days) for days in range(6)]
    other = session(days_ago=50, profile="other")
    catalogue.pin(paths[5])
    paths[4].write_bytes(b"garbage")
    assert catalogue.apply_retention("local", 0, 0, now_s=NOW_S) == []
    assert catalogue.apply_retention("local", 3, 0, now_s=NOW_S) == [paths[3]]
    assert catalogue.apply_retention("local", 0, 1.5, now_s=NOW_S) == [paths[2]]
    assert catalogue.paths("local") == [paths[0], paths[1], paths[4], paths[5]]
    assert other.exists()


def test_names_begin_with_the_start(session):
    assert session().name.startswith(f"{datetime.fromtimestamp(NOW_S, UTC):%Y%m%dT%H%M%SZ}-")
