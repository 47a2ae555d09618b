import sqlite3
from pathlib import Path

import pytest

from wstui.timeline import FORMAT_VERSION, TimelineError, TimelineReader, connection, schema

DATA = Path(__file__).parent.parent / "data"


def versions():
    return sorted(DATA.glob("session-v*.wstui"))


def test_there_is_a_file_of_every_version():
    assert [path.name for path in versions()] == [f"session-v{n}.wstui" for n in range(1, FORMAT_VERSION + 1)]


@pytest.mark.parametrize("name", [f"session-v{n}.wstui" for n in range(1, FORMAT_VERSION + 1)])
def test_every_version_opens(name, tmp_path):
    path = tmp_path / name
    path.write_bytes((DATA / name).read_bytes())
    with TimelineReader(path) as reader:
        assert [e.kind for e in reader.transcript(0, 50)] == [
            "open",
            "text",
            "text",
            "binary",
            "close",
            "close",
            "eof",
        ]
        assert reader.info.profile == "local"
        assert reader.notes()[0].text == "deploy started"
        assert reader.marks([5])[5][0].mark == "hello"
        assert [beat.status for beat in reader.heartbeat()] == ["answered"]


def add_column(link):
    link.execute("ALTER TABLE session ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'")


def rename(link):
    link.execute("UPDATE session SET mood = title || '!'")


def fail(link):
    link.execute("UPDATE session SET title = 'half done'")
    raise sqlite3.OperationalError("disk I/O error")


def opened(path):
    return sqlite3.connect(path, isolation_level=None)


def test_migrations_run_in_order_from_the_files_version(record):
    path = record([], title="a")
    link = opened(path)
    schema.migrate(link, path.name, {1: add_column, 2: rename}, newest=3)
    assert link.execute("PRAGMA user_version").fetchone() == (3,)
    assert link.execute("SELECT mood FROM session").fetchone() == ("a!",)
    schema.migrate(link, path.name, {}, newest=3)
    link.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(record):
    path = record([], title="a")
    link = opened(path)
    before = path.read_bytes()
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(link, path.name, {1: add_column, 2: fail}, newest=3)
    assert link.execute("PRAGMA user_version").fetchone() == (1,)
    assert link.execute("SELECT title FROM session").fetchone() == ("a",)
    link.close()
    assert path.read_bytes() == before


def test_a_version_without_a_way_forward(record):
    path = record([])
    link = opened(path)
    with pytest.raises(TimelineError, match=r"session.wstui has format 1, which no released wstui wrote"):
        schema.migrate(link, path.name, {2: rename}, newest=3)
    link.close()


def test_a_reader_brings_an_older_file_forward(record, text, monkeypatch):
    path = record([text(1)])
    monkeypatch.setattr(connection, "FORMAT_VERSION", 2)
    migrate, version = schema.migrate, schema.format_version
    monkeypatch.setattr(
        connection, "migrate", lambda link, name: migrate(link, name, {1: add_column}, newest=2)
    )
    monkeypatch.setattr(connection, "format_version", lambda link, name: version(link, name, newest=2))
    with TimelineReader(path) as reader:
        assert reader.last_id() == 1
    assert opened(path).execute("SELECT mood FROM session").fetchone() == ("calm",)


def test_an_older_file_that_cannot_be_written(record, monkeypatch):
    path = record([])
    monkeypatch.setattr(connection, "FORMAT_VERSION", 2)

    def refuse(link, name):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(connection, "migrate", refuse)
    with pytest.raises(TimelineError, match="has an older format and cannot be brought to the present one"):
        TimelineReader(path)
