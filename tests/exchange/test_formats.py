"""Each format, opened by something that we did not write."""

import csv
import io
import json
import re
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt
from referencing import Registry, Resource

from wstui.events import Event
from wstui.exchange import formats
from wstui.exchange.csv_table import harmless
from wstui.exchange.markdown import code, events_as_markdown, plain, verdict_as_markdown
from wstui.exchange.output import OutputError, whole_file
from wstui.exchange.selection import Selection, SelectionError, make_selection
from wstui.exchange.source import ExportOptions, Source
from wstui.exchange.watched import ExportCancelled
from wstui.timeline import TimelineReader

START_NS = 1_763_800_000_000_000_000
SCHEMA = Path(formats.__file__).parent / "schemas" / "jsonl-1.schema.json"
HAR_SCHEMAS = Path(__file__).parent / "har-schema"


def har_validator():
    resources = [json.loads(path.read_text()) for path in HAR_SCHEMAS.glob("*.json")]
    registry = Registry().with_resources(
        (resource["$id"].rstrip("#"), Resource.from_contents(resource)) for resource in resources
    )
    har = json.loads((HAR_SCHEMAS / "har.json").read_text())
    checker = jsonschema.FormatChecker(["ipv4", "ipv6"])
    return jsonschema.Draft6Validator(har, registry=registry, format_checker=checker)


def test_json_lines_are_as_their_schema_says(session, export):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    rows = [json.loads(line) for line in export(session).splitlines()]
    for row in rows:
        validator.validate(row)
    assert {row["type"] for row in rows} == {"session", "event", "note"}
    assert not validator.is_valid({**rows[1], "t_ns": "1"})
    assert not validator.is_valid({**rows[1], "surprise": 1})


def test_har_is_as_its_schema_says(session, export):
    har = json.loads(export(session, "har"))
    har_validator().validate(har)
    first, second = har["log"]["entries"]
    assert not har_validator().is_valid({"log": {**har["log"], "entries": [{**first, "request": {}}]}})
    assert first["_resourceType"] == "websocket"
    assert first["request"]["url"] == "wss://h.example/ws?token=%5Bredacted%201%5D&v=1"
    assert first["timings"] == {
        "blocked": -1,
        "dns": 1.0,
        "connect": 3.0,
        "ssl": 2.0,
        "send": 0,
        "wait": 2.0,
        "receive": pytest.approx(196),
    }
    assert first["time"] == pytest.approx(202)
    assert first["serverIPAddress"] == "192.0.2.1"
    messages = first["_webSocketMessages"]
    assert all(set(message) == {"type", "time", "opcode", "data"} for message in messages)
    assert [(m["type"], m["opcode"]) for m in messages] == [("send", 1), *[("receive", 1)] * 2, *RECEIVED]
    assert messages[0]["time"] == pytest.approx(START_NS / 1e9 + 0.01)
    assert messages[-1]["data"] == "[redacted 1]", "a fragmented message is one"
    ours = first["_wstui"]
    assert {event["kind"] for event in ours["events"]} >= {"ping", "pong", "close", "eof"}
    assert ours["close"]["received"]["code"] == 4001
    assert ours["verdict"]["close_code"] == 4001
    assert second["_wstui"]["verdict"]["close_code"] == 1006


RECEIVED = [("receive", 2), ("receive", 1)]


def test_markdown_renders_and_shows_nothing_of_a_peers_as_markup(session, export):
    text = export(session, "md").decode()
    html = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
    assert html.count("<table>") == 4
    assert "<h2>Verdict</h2>" in html
    assert "<h2>Timeline</h2>" in html
    assert not re.search(r"<(script|img)", html)
    assert "\x1b" not in text
    assert "\u202e" not in text
    outside_code = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
    assert "@octocat" not in outside_code
    assert "left out" not in html
    short = export(session, "md", ExportOptions(messages=2)).decode()
    assert "messages left out" in short
    columns = {line.count(" | ") for line in text.splitlines() if re.match(r"\| \d+ \| \+", line)}
    assert columns


@pytest.mark.parametrize(
    "text", ["a|b", "`", "``x`", "\\", "a\\|b", " x ", "", "<b>", "@me #1", "\n# x", "$x$"]
)
def test_code_spans(text):
    html = MarkdownIt("gfm-like", {"linkify": False}).render(f"| a | b |\n| - | - |\n| {code(text)} | c |\n")
    assert html.count("<td>") == 2
    assert ("<code>" in html) == bool(text.strip())
    assert "<td>c</td>" in html


def test_plain_words():
    html = MarkdownIt("gfm-like", {"linkify": False}).render(plain("*a* <b> [x](y) @me #1 `c` | ~~d~~ & _e_"))
    assert not re.search(r"<(em|b|a|code|s)[ >]", html)
    assert "@me" not in html
    assert "#1" not in html
    assert plain("send --ping-every 45 (or less).") == "send --ping-every 45 (or less)."


@pytest.mark.parametrize("text", ["- a", "+ a", "1. a", "12) a", "# a", "> a", "---", "![x](y)", "| - |"])
def test_plain_words_begin_nothing(text):
    html = MarkdownIt("gfm-like", {"linkify": False}).render(plain(text))
    assert not re.search(r"<(ul|ol|h\d|hr|img|blockquote|table)", html)


def test_markdown_on_a_forge_folds_the_messages(session, export):
    text = export(session, "md").decode()
    html = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
    folded = html.split("<details>")[1].split("</details>")[0]
    assert "<table>" in folded
    assert folded.startswith("<summary>7 messages</summary>")


def test_haralyzer_reads_our_har(session, export):
    """A reader of HAR that neither browsers nor we wrote."""
    haralyzer = pytest.importorskip("haralyzer")
    parsed = haralyzer.HarParser(json.loads(export(session, "har")))
    assert (parsed.version, parsed.creator["name"]) == ("1.2", "wstui")
    first, second = (haralyzer.HarEntry(entry) for entry in parsed.har_data["entries"])
    assert (first.request.method, first.response.status, first.serverAddress) == ("GET", 101, "192.0.2.1")
    assert first.timings["wait"] == 2
    assert second.url == "wss://h.example/ws"


def test_a_selection_as_markdown(session):
    with TimelineReader(session) as reader:
        text = events_as_markdown(Source(reader, ExportOptions(Selection(6, 9))))
    assert len(text.splitlines()) == 6
    assert "zqSecret" not in text
    assert "[redacted 1]" in text


def test_the_verdict_as_markdown(session):
    with TimelineReader(session) as reader:
        source = Source(reader)
        text = verdict_as_markdown(source, source.verdict() | {"close_reason": "token=zqSecret-1f9A"})
    assert text.startswith("### WebSocket session `wss://h.example/ws`")
    assert "Try next:" in text
    assert "zqSecret" not in text


def test_csv_is_read_back_and_is_no_formula(session, export):
    rows = list(csv.DictReader(io.StringIO(export(session, "csv").decode(), newline="")))
    assert len(rows) == 24
    assert rows[5]["payload"] == '{"op":"login","token":"[redacted 1]"}'
    assert rows[8]["encoding"] == "base64"
    assert rows[9]["seconds"] == "0.02"
    beats = list(
        csv.DictReader(io.StringIO(export(session, "csv", ExportOptions(what="heartbeat")).decode()))
    )
    assert [(row["status"], row["rtt_ms"]) for row in beats] == [("answered", "11.0"), ("missed", "")]
    for start in "=+-@\t\r\n":
        assert harmless(f"{start}cmd") == f"'{start}cmd"
    assert harmless("1-2") == "1-2"


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({"first": "5", "last": "7"}, [5, 6, 7]),
        ({"first": "0.2s", "last": "0.202s"}, [18, 19, 20]),
        ({"kinds": ("ping",), "directions": ("sent",)}, [10, 16]),
        ({"pattern": "LOGIN|big"}, [7]),
        ({"pattern": "(?i)missed_pong"}, [17]),
        ({"first": "99"}, []),
    ],
)
def test_selections(session, export, given, ids):
    options = ExportOptions(make_selection(START_NS, **given))
    rows = [json.loads(line) for line in export(session, "jsonl", options).splitlines()]
    assert [row["id"] for row in rows if row["type"] == "event"] == ids


def test_times_of_selections():
    start = make_selection(START_NS, first="2025-11-22T08:26:41Z").first_ns
    assert start == 1_763_800_001_000_000_000
    assert make_selection(START_NS, last="+2.5").last_ns == START_NS + 2_500_000_000
    assert make_selection(START_NS).is_everything
    assert Selection(first_id=2).is_span
    for bad in ("yesterday", "25:00:00x", "-3", "1e5"):
        with pytest.raises(SelectionError, match="no place in a session"):
            make_selection(START_NS, first=bad)
    with pytest.raises(SelectionError, match="not a regular expression"):
        make_selection(START_NS, pattern="(")


def test_a_preview_is_the_beginning(session, export):
    for form in ("jsonl", "md", "csv", "har"):
        shown = formats.preview(session, form, limit_bytes=300)
        assert export(session, form).decode().startswith(shown.text[:290])
        assert shown.is_whole
        assert shown.exported.events == 24
        assert shown.exported.secrets
    assert formats.preview(session, "html").text == export(session, "md").decode()


def test_a_preview_of_a_part_begins_where_the_part_begins(record):
    events = [Event(START_NS + n * 1000, 0, "text", "received", 4, 6, b"n%03d" % n) for n in range(5000)]
    path = record(events)
    chosen = ExportOptions(make_selection(START_NS, first="0.004s"))
    shown = formats.preview(path, "csv", chosen, limit_events=1000)
    assert shown.text.splitlines()[1].startswith("4001,")
    assert not shown.is_whole


def test_an_export_says_how_far_it_is_and_ends_when_told(record):
    path = record([Event(START_NS + n, 0, "text", "received", 1, 3, b"x") for n in range(3000)])
    for form in formats.FORMATS:
        shares = []

        def watch(share, shares=shares):
            shares.append(share)
            return True

        done = formats.watched_export(path, io.BytesIO(), form, ExportOptions(), watch)
        assert done.events == 3000
        assert shares == sorted(shares)
        assert shares[-1] == 1
        assert len(shares) >= 6
    with pytest.raises(ExportCancelled), whole_file(path.with_suffix(".x")) as out:
        formats.watched_export(path, out, "jsonl", ExportOptions(), lambda share: share < 0.7)
    assert not path.with_suffix(".x").exists()
    assert [file for file in path.parent.iterdir() if file.name.startswith(".")] == []


def test_only_some_events(session, export):
    chosen = ExportOptions(Selection(ids={6, 12, 14}))
    rows = [json.loads(line) for line in export(session, options=chosen).splitlines()]
    assert [row["id"] for row in rows if row["type"] == "event"] == [6, 12, 14]
    assert not chosen.selection.is_everything
    assert not chosen.selection.is_span


@pytest.mark.parametrize("form", formats.FORMATS)
def test_an_empty_session(record, export, form):
    assert export(record([]), form)


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "x"
    with pytest.raises(ZeroDivisionError), whole_file(path) as out:
        out.write(b"half")
        raise ZeroDivisionError
    with pytest.raises(OutputError, match="No space left"), whole_file(path) as out:
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())
    with whole_file(path) as out:
        out.write(b"one")
    with pytest.raises(OutputError, match="--force"), whole_file(path):
        pass
    with pytest.raises(OutputError, match="--force"), whole_file(tmp_path / "y"):
        (tmp_path / "y").write_bytes(b"somebody was quicker")
    assert (tmp_path / "y").read_bytes() == b"somebody was quicker"
    with whole_file(path, force=True) as out:
        out.write(b"two")
    assert path.read_bytes() == b"two"
    assert sorted(found.name for found in tmp_path.iterdir()) == ["x", "y"]
