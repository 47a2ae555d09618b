"""The page on dialects is true."""

import re
from pathlib import Path

from wstui.dialects import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "dialects.md"


def test_the_example_is_a_dialect_file(parse):
    example = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert example is not None
    dialect = parse(example[1])
    assert dialect.name == "acme"
    assert dialect.heartbeat is not None
    assert {row.mark for row in dialect.message} == {"hello", "app_ping", "error"}


def test_the_table_lists_every_shipped_dialect():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| \[(.*?)\]\(", PAGE.read_text("utf-8"), re.MULTILINE))
    assert rows == {name: catalogue().dialect(name).title for name in catalogue().names}
