"""What every test of dialects gets."""

import pytest

from wstui.dialects import Matcher, parse_dialect
from wstui.events import RecordedEvent

NS = 1_000_000_000


@pytest.fixture
def own(home):
    """Writes a dialect file of a person's own."""
    folder = home / "dialects"
    folder.mkdir()

    def write(name: str, text: str):
        path = folder / f"{name}.toml"
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def talk():
    """Feeds ``>sent`` and ``<received`` lines; returns the matcher and the marks."""

    def run(*lines: str | bytes, matcher: Matcher | None = None, **options):
        matcher = matcher or Matcher(**options)
        marks = []
        for line in lines:
            kind = "binary" if isinstance(line, bytes) else "text"
            data = line if isinstance(line, bytes) else line.encode()
            direction = {b">": "sent", b"<": "received"}[data[:1]]
            found = matcher.feed(direction, kind, data[1:])
            marks.append(found.mark if found else None)
        return matcher, marks

    return run


@pytest.fixture
def parse():
    """A dialect from TOML text."""
    return lambda text: parse_dialect(text, "mine.toml")


class Messages(list[RecordedEvent]):
    """Data frames as a recording gives them back; times in seconds."""

    def add(self, at_s: float, direction: str, payload: str | bytes):
        data = payload.encode() if isinstance(payload, str) else payload
        kind = "text" if isinstance(payload, str) else "binary"
        row = RecordedEvent(
            len(self) + 1, round(at_s * NS), 0, kind, direction, len(data), len(data) + 2, data, {}
        )
        self.append(row)
        return self

    def sent(self, at_s: float, payload: str | bytes):
        return self.add(at_s, "sent", payload)

    def received(self, at_s: float, payload: str | bytes):
        return self.add(at_s, "received", payload)


@pytest.fixture
def messages():
    return Messages()
