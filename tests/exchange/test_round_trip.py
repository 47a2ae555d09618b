"""What is exported comes back equal, and what cannot be read says so in one sentence."""

import gzip
import json
import random
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from wstui.diagnosis import diagnose
from wstui.events import Event, Kind
from wstui.exchange.draft import Draft
from wstui.exchange.importing import ImportProblem, import_file
from wstui.exchange.source import ExportOptions
from wstui.timeline import Note, TimelineReader

START_NS = 1_763_800_000_000_000_000
WITH_SECRETS = ExportOptions(redact=False)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
objects = st.dictionaries(st.text(max_size=8), json_values, max_size=3)
moments = st.integers(START_NS, START_NS + 10**12)
events = st.builds(
    Event,
    t_ns=moments,
    connection=st.integers(0, 3),
    kind=st.sampled_from([kind.value for kind in Kind]),
    direction=st.sampled_from(["sent", "received", "local"]),
    size=st.integers(0, 1 << 40),
    wire_size=st.integers(0, 1 << 40),
    payload=st.none() | st.binary(max_size=20) | st.text(max_size=20).map(str.encode),
    detail=st.none() | objects,
)
notes = st.builds(
    Note,
    id=st.just(0),
    event_id=st.none() | st.integers(1, 3),
    t_ns=moments,
    text=st.text(max_size=20),
    colour=st.sampled_from(["", "red"]),
    created_ns=moments,
    edited_ns=st.none() | moments,
)


def everything_in(path):
    with TimelineReader(path) as reader:
        marks = reader.marks_between(1, reader.last_id())
        return reader.info, list(reader.iterate()), reader.notes(), marks


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.generate),
)
@given(
    recorded=st.lists(events, min_size=3, max_size=6),
    written=st.lists(notes, max_size=4),
    info=st.fixed_dictionaries(
        {
            "profile": st.text(max_size=8),
            "url": st.text(max_size=20),
            "title": st.text(max_size=8),
            "wstui_version": st.text(max_size=5),
            "settings": objects,
            "id": st.text("0123456789abcdef", min_size=16, max_size=16),
            "ended_ns": st.none() | moments,
        }
    ),
    data=objects,
)
def test_json_lines_import_back_equal(record, export, tmp_path, recorded, written, info, data):
    numbered = [note._replace(id=number * 2) for number, note in enumerate(written, start=1)]
    path = record(recorded, notes=numbered, marks=[(2, "hello", "d", data)], **info)
    exported = tmp_path / "export.jsonl"
    exported.write_bytes(export(path, "jsonl", WITH_SECRETS))
    done = import_file(exported, tmp_path / "imported")
    assert not done.problem
    assert everything_in(done.paths[0]) == everything_in(path)
    done.paths[0].unlink()


def test_an_export_of_an_import_is_the_same_export(session, export, tmp_path):
    exported = tmp_path / "one.jsonl"
    exported.write_bytes(export(session))
    (path,) = import_file(exported, tmp_path / "imported").paths
    again = export(path, "jsonl", WITH_SECRETS)
    assert again.split(b"\n", 1)[1] == exported.read_bytes().split(b"\n", 1)[1]


def test_har_of_ours_comes_back_whole(session, export, tmp_path):
    exported = tmp_path / "one.har"
    exported.write_bytes(export(session, "har", WITH_SECRETS))
    done = import_file(exported, tmp_path / "imported")
    assert not done.problem
    (path,) = done.paths
    info, before, noted, _ = everything_in(session)
    info_after, after, noted_after, _ = everything_in(path)
    beside = [e._replace(id=0) for e in before if e.kind not in ("text", "binary")]
    assert [e._replace(id=0) for e in after if e.kind not in ("text", "binary")] == beside
    assert len([e for e in after if e.kind in ("text", "binary")]) == 6  # fragments are one message
    assert (info_after.title, info_after.profile, info_after.started_ns) == ("a title", "p", info.started_ns)
    assert [note.text for note in noted_after] == [note.text for note in noted]
    with TimelineReader(session) as one, TimelineReader(path) as other:
        assert diagnose(one).cause == diagnose(other).cause


@pytest.fixture
def lines(session, export):
    return export(session).splitlines(keepends=True)


def imported(tmp_path, content, name="x.jsonl"):
    path = tmp_path / name
    path.write_bytes(content)
    before = path.read_bytes()
    try:
        return import_file(path, tmp_path / "imported")
    finally:
        assert path.read_bytes() == before


def test_a_half_written_file_keeps_what_is_whole(lines, tmp_path):
    done = imported(tmp_path, b"".join(lines)[: sum(map(len, lines[:6])) + 20])
    assert done.problem == (
        "x.jsonl, line 7: the file ends in the middle of this line; what could be read is kept (5 events)."
    )
    assert done.events == 5


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense\n",
        b'{"type":"event"}\n',
        b'{"type":"event","id":1,"t_ns":1e99}\n',
        b"[" * 100_000 + b"\n",
        b'{"type":"event","t_ns":99999999999999999999,"connection":0,"kind":"text","direction":"sent"}\n',
        b'{"type":"event","t_ns":1,"connection":0,"kind":"x; DROP","direction":"sent","size":0}\n',
        b"\xff\xfe\n",
    ],
)
def test_a_bad_line_is_named_and_passed_over(lines, tmp_path, bad):
    done = imported(tmp_path, b"".join([*lines[:3], bad, *lines[3:]]))
    assert done.problem.startswith("x.jsonl, line 4: ")
    assert done.problem.endswith(f"what could be read is kept ({len(lines) - 2} events).")
    assert "\n" not in done.problem


def test_what_a_newer_wstui_adds_is_passed_over(lines, tmp_path):
    done = imported(tmp_path, b"".join([*lines, b'{"type":"weather","rain":true}\n']))
    assert not done.problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"milk, eggs\n", "text of another kind"),
        (b"\x7fELF\x00\x00", "binary data"),
        (gzip.compress(bytes(50_000_000), mtime=0), "packed with gzip; unpack it before"),
        (b"PK\x03\x04\x00", "packed with zip"),
        (b"SQLite format 3\x00", "a database"),
        (b'{"type":"session","version":2,"started_ns":1}\n', "a newer wstui"),
        (b'{"type":"session","version":1}\n', "line 1"),
        (b'{"some":"json"}\n', "not JSON Lines of wstui"),
        (b'{"log":{"entries":[]}}', "no WebSocket"),
        (b'{"log":{"entries":{}}}', "no HAR file"),
        (b'{"log":{"entries":[{"request":{"url":"https://x/"}}', "broken or ends here"),
        (b"curl https://h/ -H 'a: b'", "--curl"),
    ],
)
def test_a_foreign_file_makes_nothing(tmp_path, content, words):
    with pytest.raises(ImportProblem) as problem:
        imported(tmp_path, content)
    assert words in str(problem.value)
    assert "x.jsonl" in str(problem.value)
    assert "\n" not in str(problem.value)
    assert not list((tmp_path / "imported").rglob("*.wstui"))


def test_any_bytes_end_in_a_sentence(lines, tmp_path):
    chance = random.Random(1)
    whole = b"".join(lines)
    for number in range(40):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 9)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            done = imported(tmp_path, bytes(data), f"x{number}.jsonl")
        except ImportProblem as problem:
            assert "\n" not in str(problem)
        else:
            with TimelineReader(done.paths[0]) as reader:
                assert reader.last_id() == done.events


def test_what_run_prints_imports(session, export, tmp_path):
    rows = export(session).splitlines(keepends=True)[1:]
    done = imported(tmp_path, b"".join(rows))
    assert done.events == len([row for row in rows if json.loads(row)["type"] == "event"])


class _Stop(BaseException):
    """As Ctrl+C."""


@pytest.mark.parametrize("form", ["jsonl", "har"])
def test_ctrl_c_leaves_nothing_half(session, export, tmp_path, monkeypatch, form):
    def stop(draft, event, add=Draft.add):
        if draft.events == 3:
            raise _Stop
        return add(draft, event)

    monkeypatch.setattr(Draft, "add", stop)
    with pytest.raises(_Stop):
        imported(tmp_path, export(session, form), f"x.{form}")
    assert not [path for path in (tmp_path / "imported").rglob("*") if path.is_file()]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from wstui.exchange import OutputError, export_jsonl, whole_file
from wstui.exchange.draft import Draft
from wstui.exchange.importing import import_file
from wstui.timeline import TimelineError, TimelineReader

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
session, source, target, folder = map(Path, sys.argv[1:])
try:
    import_file(source, folder)
except TimelineError as error:
    print(error)
try:
    with TimelineReader(session) as reader, whole_file(target) as out:
        export_jsonl(reader, out)
except OutputError as error:
    print(error)
"""


def test_a_full_disk_leaves_nothing_half(record, export, tmp_path):
    event = Event(1, 0, "text", "sent", 1000, 1000, bytes(range(32, 127)) * 10, None)
    session = record([event] * 400)
    source, target, folder = tmp_path / "x.jsonl", tmp_path / "y.jsonl", tmp_path / "imported"
    source.write_bytes(export(session))
    arguments = [str(path) for path in (session, source, target, folder)]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *arguments], capture_output=True, text=True, check=True
    )
    importing, exporting = done.stdout.splitlines()
    assert importing.endswith("; nothing of this import is kept.")
    assert exporting.startswith(f"{target} cannot be written: ")
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert set(tmp_path.iterdir()) <= {session, source, folder}
