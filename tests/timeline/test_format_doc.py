"""``docs/format.md`` says what is true: its queries run, its tables name every column, kind and key."""

import re
import sqlite3
from pathlib import Path

import pytest

from wstui.events import Kind, details
from wstui.timeline import FORMAT_VERSION, schema

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "format.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "a.wstui"
    path.write_bytes((ROOT / "tests" / "data" / f"session-v{FORMAT_VERSION}.wstui").read_bytes())
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


@pytest.mark.parametrize("number", range(len(QUERIES)))
def test_every_query_answers(database, number):
    assert database.execute(QUERIES[number]).fetchall()


def test_what_some_queries_answer(database):
    answers = [database.execute(query).fetchall() for query in QUERIES]
    assert [row[3] for row in answers[0]] == ["hello", "grüße \U0001f600"]
    assert [row[1] for row in answers[1]] == ["resolve"]
    assert [row[:3] for row in answers[3]] == [
        (0, "close", "received"),
        (0, "close", "sent"),
        (0, "eof", "received"),
    ]


def test_every_column_is_described(database):
    for table in ("session", "event", "mark", "note"):
        section = TEXT.split(f"### {table}\n")[1].split("\n### ")[0]
        for (column,) in database.execute(f"SELECT name FROM pragma_table_info('{table}')"):
            assert f"`{column}`" in section, (table, column)


def test_every_kind_and_key_is_described():
    section = TEXT.split("### Kinds and their details")[1].split("\n### ")[0]
    shapes = {
        Kind.TEXT: details.DataDetail,
        Kind.BINARY: details.DataDetail,
        **dict.fromkeys((Kind.EOF, Kind.RESET, Kind.LOST), details.EndDetail),
    }
    for kind in Kind:
        (line,) = (row for row in section.splitlines() if row[:1] == "|" and f"`{kind}`" in row.split("|")[1])
        shape = shapes.get(kind) or getattr(details, f"{kind.value.capitalize()}Detail")
        for key in shape.__annotations__:
            assert re.search(rf"\b{key}\b", line), (kind, key)


def test_the_numbers():
    assert f"{schema.APPLICATION_ID:#x}".upper().replace("X", "x") in TEXT
    assert f"the format's version, now {FORMAT_VERSION}" in TEXT
