"""``wstui import`` and ``wstui open``."""

import json
from pathlib import Path

import pytest

from wstui.timeline import Catalogue, TimelineReader

DATA = Path(__file__).parent.parent / "data" / "session-v1.jsonl"


def test_import_and_look(cli):
    result = cli("import", DATA)
    assert result.status == 0
    (name,) = result.lines
    assert "12 events in 1 session" in result.err
    assert cli("sessions").lines[0].startswith(name)
    assert "grüße" in cli("show", "last").out
    again = cli("export", "last").lines
    assert again[1:] == DATA.read_text().splitlines()[1:-1]


def test_a_broken_file_and_a_foreign_one(cli, tmp_path):
    half = tmp_path / "half.jsonl"
    half.write_bytes(DATA.read_bytes()[:1500])
    (tmp_path / "list.txt").write_text("milk, eggs")
    result = cli("import", half, tmp_path / "list.txt", tmp_path / "nosuch")
    assert result.status == 2
    assert len(result.lines) == 1
    assert [line for line in result.err.splitlines() if line.startswith("wstui:")] == [
        (
            "wstui: half.jsonl, line 7: the file ends in the middle of this line;"
            " what could be read is kept (5 events)."
        ),
        (
            "wstui: list.txt, line 1: text of another kind; expected JSON Lines of wstui, HAR,"
            " or a transcript of wscat or websocat."
        ),
        f"wstui: {tmp_path / 'nosuch'}: there is no such file.",
    ]
    with TimelineReader(Catalogue().find("last")) as reader:
        assert reader.last_id() == 5


def test_a_curl_command(cli, home, tmp_path):
    path = tmp_path / "curl.txt"
    path.write_text("curl 'https://h.example/ws' -H 'Cookie: a=b' --compressed")
    result = cli("import", "--curl", path, "--name", "Mine")
    assert (result.status, result.err.count("Cookie")) == (0, 1)
    (name,) = result.lines
    assert "wss://h.example/ws" in cli("profile", "show", name).out
    assert cli("import", "--curl", path, "--name", "Mine").status == 2
    assert cli("import", "--curl", path, "--name", "Mine", "--force").status == 0
    assert "--curl" in cli("import", path).err
    assert cli("import").status == 2
    assert cli("import", DATA, "--name", "x").status == 2


@pytest.fixture
def shown(monkeypatch):
    seen = []
    monkeypatch.setattr("wstui.cli.open_file.has_terminal", lambda: True)
    monkeypatch.setattr("wstui.tui.run", lambda target=None, demo=None: seen.append(Path(target)) or 0)
    return seen


def test_open(cli, shown, tmp_path):
    assert cli("open", DATA).status == 0
    assert cli("open", "last").status == 0
    assert shown[0] == shown[1] == Catalogue().find("last")
    exported = tmp_path / "x.jsonl"
    exported.write_text("")
    assert cli("open", exported).status == 2
    row = json.loads(DATA.read_text().splitlines()[0]) | {"session": shown[0].name}
    exported.write_text(json.dumps(row) + "\n")
    assert cli("open", exported).status == 0
    assert shown[2] == shown[0], "what is here already is not imported again"


def test_open_without_a_terminal(cli):
    assert "needs a terminal" in cli("open", DATA).err
