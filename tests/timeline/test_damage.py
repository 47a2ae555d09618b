import os
import random
import shutil
import sqlite3

import pytest

from wstui.timeline import TimelineError, TimelineReader, TimelineWriter, schema


@pytest.fixture
def long_session(record, text, event):
    """About 1.3 MB: its root page leads straight to the leaves."""
    return record([text(n) if n % 50 else event("ping", "sent", b"%d" % n) for n in range(20_000)])


@pytest.fixture
def longer_session(record, event):
    """About 2.5 MB, with an interior page in the middle: cut before it, no query finds any leaf."""
    return record(
        [event("text", "sent", b"%d" % n * 20, compressed=bool(n % 3)) for n in range(20_000)]
        + [event("binary", payload=bytes(30_000))] * 5
    )


def use_everything(path):
    """Call whatever a view calls; return what was read."""
    with TimelineReader(path) as reader:
        last = reader.last_id()
        reader.transcript(0, 40, payload_limit=100)
        reader.transcript(max(reader.transcript_count() - 40, 0), 40)
        reader.all_rows(max(last - 40, 0), 40)
        reader.side_events()
        reader.heartbeat()
        reader.server_pings()
        reader.counts()
        reader.notes()
        reader.marks(list(range(1, 100)))
        reader.marks_between(1, 100)
        for event_id in (1, last // 2, last):
            reader.row_of(event_id)
            reader.message_payload(event_id)
        return sum(1 for _ in reader.iterate()), reader.damage


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("part", [0.3, 0.5, 0.75, 0.9, 0.999])
def test_a_file_cut_short_yields_what_comes_before_the_cut(long_session, part):
    whole = long_session.read_bytes()
    long_session.write_bytes(whole[: int(len(whole) * part)])
    before = contents(long_session.parent)
    read, damage = use_everything(long_session)
    assert read >= 20_000 * (part - 0.1)
    assert damage.startswith("session.wstui is damaged (")
    assert f"its first {read} events, until 2025-11-22 08:26:40 UTC, could be read" in damage
    assert contents(long_session.parent) == before


@pytest.mark.parametrize("part", [0.3, 0.5, 0.6, 0.75, 0.9, 0.999])
def test_leaves_are_read_where_the_tree_is_gone(longer_session, part):
    whole = longer_session.read_bytes()
    with TimelineReader(longer_session) as reader:
        expected = reader.events(1)
    longer_session.write_bytes(whole[: int(len(whole) * part)])
    read, damage = use_everything(longer_session)
    assert read >= 20_000 * (part - 0.1)
    with TimelineReader(longer_session) as reader:
        assert reader.events(1) == expected[:read]
    assert f"its first {read} events" in damage


def test_damage_in_the_middle_is_found_when_it_is_met(long_session):
    with long_session.open("r+b") as file:
        file.seek(long_session.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    with TimelineReader(long_session) as reader:
        assert not reader.damage
        assert reader.last_id() == 20_000
        read = list(reader.iterate())
        assert 8_000 < len(read) < 12_000
        assert [e.id for e in read] == list(range(1, len(read) + 1))
        assert "is damaged" in reader.damage
        assert reader.last_id() == len(read)
        with pytest.raises(TimelineError, match="Nothing is written into a damaged file"):
            reader.add_note(1, 1, "no")


def test_a_damaged_file_of_many_small_changes_never_fails_otherwise(record, conversation, text, event):
    path = record([*conversation, *(text(n) for n in range(300)), event("binary", payload=bytes(20_000))])
    whole = path.read_bytes()
    choose = random.Random(7)
    outcomes = set()
    for _ in range(250):
        data = bytearray(whole)
        if choose.random() < 0.3:
            del data[choose.randrange(len(data)) :]
        for _ in range(choose.choice([0, 1, 5, 50]) if data else 0):
            start = choose.randrange(len(data))
            data[start : start + choose.choice([1, 4, 200])] = choose.randbytes(choose.choice([1, 4, 200]))
        path.write_bytes(data)
        try:
            outcomes.add(bool(use_everything(path)[1]))
        except TimelineError as error:
            assert str(error).endswith(".")
            outcomes.add("refused")
        assert path.read_bytes() == bytes(data)
    assert outcomes == {True, False, "refused"}


@pytest.mark.parametrize(
    "garbage", [b"x", b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_garbage_is_refused_with_a_sentence(tmp_path, garbage):
    path = tmp_path / "x.wstui"
    path.write_bytes(garbage)
    with pytest.raises(
        TimelineError, match=r"x.wstui is (no session file that can be read|not a wstui session file)"
    ):
        TimelineReader(path)
    assert path.read_bytes() == garbage


def test_other_things_than_session_files(tmp_path):
    with pytest.raises(TimelineError, match=r"There is no session file .*missing.wstui\.$"):
        TimelineReader(tmp_path / "missing.wstui")
    with pytest.raises(TimelineError, match="it is a folder or a device"):
        TimelineReader(tmp_path)
    (tmp_path / "empty.wstui").touch()
    with pytest.raises(TimelineError, match=r"empty.wstui is empty"):
        TimelineReader(tmp_path / "empty.wstui")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(TimelineError, match=r"other.db is not a wstui session file"):
        TimelineReader(tmp_path / "other.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(record):
    path = record([])
    path.chmod(0)
    with pytest.raises(TimelineError, match="you have no permission"):
        TimelineReader(path)


def test_a_newer_file_is_refused(record, text):
    path = record([text(1)])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(TimelineError) as refused:
        TimelineReader(path)
    assert str(refused.value) == (
        "session.wstui was written by a newer wstui (format 9; this one reads up to"
        f" {schema.FORMAT_VERSION}): update wstui."
    )


def test_a_copy_without_its_log_and_shared_memory(tmp_path, info, text):
    """A person copies a live session's main file alone: what it holds is readable."""
    writer = TimelineWriter(tmp_path / "live.wstui", info())
    writer.write([text(1)])
    writer.flush()
    shutil.copyfile(writer.path, tmp_path / "copy.wstui")
    with TimelineReader(tmp_path / "copy.wstui") as reader:
        assert reader.info.profile == "local"
        assert reader.last_id() in (0, 1)
    writer.close()


def test_read_only_folder(tmp_path, info, text, monkeypatch):
    """A killed recorder's file with its log, where SQLite may write nothing beside it."""
    folder = tmp_path / "media"
    writer = TimelineWriter(tmp_path / "live.wstui", info())
    writer.write([text(1), text(2)])
    writer.flush()
    folder.mkdir()
    for suffix in ("", "-wal"):
        shutil.copyfile(tmp_path / f"live.wstui{suffix}", folder / f"killed.wstui{suffix}")
    writer.close()
    before = contents(folder)
    from wstui.timeline import connection

    opened = connection.connect

    def refuse(path, *options, **more):
        if path.parent == folder and "immutable=1" not in options:
            raise sqlite3.OperationalError("unable to open database file")
        return opened(path, *options, **more)

    monkeypatch.setattr(connection, "connect", refuse)
    monkeypatch.setattr(connection, "_is_damage", lambda error: False)
    with TimelineReader(folder / "killed.wstui") as reader:
        assert [e.id for e in reader.iterate()] == [1, 2]
    assert contents(folder) == before


def test_a_file_deleted_while_it_is_open_is_read_on(record, text):
    path = record([text(1), text(2)])
    with TimelineReader(path) as reader:
        path.unlink()
        assert [event.id for event in reader.events(1)] == [1, 2]
        assert reader.refresh_info().profile
