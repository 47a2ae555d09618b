"""Facts as lines: a label at the left, a value at the right. Peer text is made safe here."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from wstui.events import safe_text
from wstui.profiles.secrets import redact_url
from wstui.tui.document import Line
from wstui.words.measures import duration_text, size_text

LABEL_CELLS = 18


def fact(name: str, value: str, tone: str = "plain") -> Line:
    """One labelled value."""
    return ((f"{name:<{LABEL_CELLS - 2}}  ", "quiet"), (value, tone))


def heading(words: str) -> Iterator[Line]:
    """What the lines below are about."""
    yield ()
    yield ((words, "heading"),)


def plain_facts(
    detail: Mapping[str, Any], without: Collection[str] = (), *, reveal: bool = False
) -> Iterator[Line]:
    """Every key of a detail with its value.

    Args:
        detail: of an event.
        without: keys that are left out.
        reveal: show the secrets in URLs.
    """
    for name, value in detail.items():
        if name in without or value is None or value == []:
            continue
        if isinstance(value, list):
            for at, item in enumerate(value):
                yield fact("" if at else _label(name), _value(name, item))
        elif name in ("url", "location") and not reveal:
            yield fact(_label(name), safe_text(redact_url(str(value))))
        else:
            yield fact(_label(name), _value(name, value))


def _label(name: str) -> str:
    for unit in ("_ns", "_ms", "_bytes"):
        name = name.removesuffix(unit)
    return safe_text(name).replace("_", " ")


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_ns"):
        return duration_text(value)
    if isinstance(value, int) and name.endswith("_ms"):
        return f"{value} ms"
    if isinstance(value, int) and name.endswith("_bytes"):
        return size_text(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_label(key)}: {_value(key, item)}" for key, item in value.items())
    return safe_text(str(value))
