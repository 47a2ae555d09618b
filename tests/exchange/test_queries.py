"""The queries of ``docs/exports.md``, asked of a folder of sessions."""

import re
import sqlite3
from pathlib import Path

import duckdb
import pytest

from wstui.events import Event

TEXT = (Path(__file__).parent.parent.parent / "docs" / "exports.md").read_text()
QUERIES = dict(re.findall(r"```sql\n-- (\w+)\n(.*?)```", TEXT, re.DOTALL))
START_NS = 1_763_800_000_000_000_000
S = 1_000_000_000


def ending(silence_s, *, close=False):
    yield Event(START_NS, 0, "open", "local")
    yield Event(START_NS + S, 0, "text", "received", 2, 4, b"hi")
    if close:
        yield Event(START_NS + 2 * S, 0, "close", "received", detail={"code": 1001})
    yield Event(START_NS + S + int(silence_s * S), 0, "eof", "received")


@pytest.fixture
def folder(record, export, tmp_path):
    made = tmp_path / "exports"
    made.mkdir()
    sessions = [
        *[("wss://idle.example/", ending(60 + n / 10)) for n in range(3)],
        *[("wss://crash.example/", ending(n * 7)) for n in range(3)],
        *[("wss://polite.example/", ending(60, close=True)) for n in range(3)],
        ("wss://open.example/", [Event(START_NS, 0, "open", "local")]),
    ]
    for number, (url, events) in enumerate(sessions):
        path = record(list(events), name=f"s{number}", url=url)
        (made / f"s{number}.jsonl").write_bytes(export(path))
    return made


def test_which_endpoints_close_with_1006_after_the_same_silence(folder):
    query = QUERIES["duckdb"].replace("exports/*.jsonl", f"{folder}/*.jsonl")
    rows = duckdb.sql(query).fetchall()
    assert rows == [("wss://idle.example/", 3, 60.1, 0.2)]


def test_the_silence_of_one_session_file(record):
    path = record(list(ending(42)), url="wss://idle.example/")
    connection = sqlite3.connect(path)
    assert connection.execute(QUERIES["sqlite3"]).fetchall() == [("wss://idle.example/", 0, 42.0)]
    connection.close()
