"""What a dialect recognised stands in the event timeline; heartbeats stay in the graph."""

from wstui.timeline import TimelineReader
from wstui.tui.panel_data import PanelModel


def test_marks_are_rows_in_place(session_file):
    file = session_file()
    file.dialled()
    file.talked(1)
    file.writer.add_mark(7, "subscribed", "binance", {"channel": "btc\x1b[31m"})
    file.writer.add_mark(8, "app_ping", "binance", {})
    file.ended()
    reader = TimelineReader(file.finish())
    model = PanelModel(reader, lambda _: {})
    rows = model.refresh(0, None, live=False).rows
    words = [row.word for row in rows]
    assert words.index("subscribed") == words.index("open") + 1
    row = rows[words.index("subscribed")]
    assert (row.event_id, row.tone) == (7, "good")
    assert "\x1b" not in row.facts and "btc" in row.facts
    assert "app_ping" not in words
    reader.close()
