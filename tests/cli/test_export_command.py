"""``wstui export`` as a person uses it."""

import csv
import io
import json

import pytest

from wstui.events import Event
from wstui.timeline import SessionInfo, TimelineWriter, new_session_path

START_NS = 1_763_800_000_000_000_000


@pytest.fixture
def recorded(home):
    path = new_session_path("p", START_NS)
    writer = TimelineWriter(path, SessionInfo(START_NS, "p", "wss://h/?token=zq9secret"))
    writer.write(
        [
            Event(START_NS, 0, "open", "local", detail={"url": "wss://h/"}),
            Event(START_NS + 10**9, 0, "text", "sent", 5, 9, b'{"password":"zq9secret"}'),
            Event(START_NS + 2 * 10**9, 0, "text", "received", 5, 9, b"hello zq9secret 4711"),
            Event(START_NS + 3 * 10**9, 0, "eof", "received"),
        ]
    )
    writer.close()
    return path


@pytest.mark.parametrize(
    ("name", "start"),
    [("x.jsonl", "{"), ("x.har", '{"log"'), ("x.md", "# "), ("x.html", "<!DOCTYPE html>"), ("x.csv", "id,")],
)
def test_the_name_of_the_file_says_the_format(cli, recorded, tmp_path, name, start):
    target = tmp_path / name
    result = cli("export", "last", "-o", target)
    assert result.status == 0
    assert "values of 1 secret replaced" in result.err
    assert f"4 events to {target}" in result.err
    assert target.read_text().startswith(start)
    assert "zq9secret" not in target.read_text()
    assert target.stat().st_mode & 0o077 == 0


def test_secrets(cli, recorded):
    assert "zq9secret" in cli("export", "last", "--with-secrets").out
    assert "Secrets were left in" in cli("export", "last", "--with-secrets", "--format", "md").err
    assert "4711" not in cli("export", "last", "--redact", r"\d{4}\b").out
    for arguments, words in (
        (("--redact", "("), "not a regular expression"),
        (("--redact", "x*"), "matches nothing at all"),
        (("--redact", "x", "--with-secrets"), "contradict"),
    ):
        result = cli("export", "last", *arguments)
        assert result.status == 2
        assert words in result.err


def test_a_part(cli, recorded):
    def ids(*arguments):
        rows = map(json.loads, cli("export", "last", *arguments).lines)
        return [row["id"] for row in rows if row["type"] == "event"]

    assert ids("--from", "2", "--to", "2.5s") == [2, 3]
    assert ids("--kind", "text", "--direction", "received") == [3]
    assert ids("--grep", "hel+o") == [3]
    assert ids("--grep", "nothing") == []
    assert "Nothing was chosen" in cli("export", "last", "--grep", "nothing").err
    assert cli("export", "last", "--from", "soon").status == 2


def test_the_heartbeat_as_a_table(cli, recorded):
    rows = list(csv.reader(io.StringIO(cli("export", "last", "--format", "csv", "--what", "heartbeat").out)))
    assert rows[0][0] == "ping_id"
    assert len(rows) == 1


@pytest.mark.parametrize("name", ["x.html", "x.har", "x.md", "x.csv"])
def test_a_full_disk_leaves_nothing(cli, recorded, tmp_path, monkeypatch, name):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wstui.exchange.formats.Format.write", full)
    result = cli("export", "last", "-o", tmp_path / name)
    assert result.status == 2
    assert "No space left" in result.err
    assert not list(tmp_path.iterdir())


def test_sessions_by_time_and_cause(cli, recorded):
    assert cli("sessions", "--since", "2025-11-01").lines[0].startswith(recorded.stem)
    assert cli("sessions", "--since", "2025-12-01").out == ""
    assert "like that" in cli("sessions", "--since", "1h").err
    cause = json.loads(cli("diagnose", "last", "--json").out)["cause"]
    (row,) = map(json.loads, cli("sessions", "--cause", cause, "--json").lines)
    assert row["cause"] == cause
    assert cli("sessions", "--cause", "tls_expired").out == ""
    assert cli("sessions", "--since", "soon").status == 2
