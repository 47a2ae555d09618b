"""A Close frame explained: what its code means, who may send it, what the service means by it."""

from collections.abc import Iterator

from wstui.dialects import DialectError, catalogue
from wstui.events import (
    CLOSE_CODES,
    Direction,
    RecordedEvent,
    close_code_meaning,
    close_code_name,
    close_code_range,
    is_valid_on_wire,
    safe_text,
)
from wstui.tui.document import Line
from wstui.tui.fact_lines import fact
from wstui.words.measures import count_text

_SENDERS = {
    "both": "client and server",
    "client": "usually the client",
    "server": "usually the server",
    "nobody": "nobody: it exists only locally",
}
_FIRST_OF_IANA = 1012
_RETRY_WORDS = {
    "yes": "connect again after a while",
    "no": "connecting again will not help",
    "delay": "connect again after a longer while",
    "now": "connect again at once",
    "new_session": "connect again with a new session",
}


def close_lines(event: RecordedEvent, dialect: str) -> Iterator[Line]:
    """What a Close frame says.

    Args:
        event: the frame.
        dialect: the service's dialect, empty if it is not known.
    """
    code, reason = event.detail.get("code"), event.detail.get("reason", "")
    number = "none (shown as 1005)" if code is None else str(code)
    yield fact("code", f"{number}  {close_code_name(code)}", "heading")
    yield fact("which means", close_code_meaning(code))
    if code is not None:
        yield from _service_lines(dialect, code, reason)
    yield fact("sent by", _senders(code))
    yield fact("defined in", _defined_in(code))
    size = count_text(len(reason.encode("utf-8", "surrogatepass")), "byte")
    yield fact("reason", f"“{safe_text(reason)}” ({size})" if reason else "none given")
    first = "in reply to the other side's" if event.detail.get("reply") else "the first of the two"
    sender = "by us" if event.direction == Direction.SENT else "by the server"
    yield fact("this one", f"{sender}, {first}")
    row = CLOSE_CODES.get(code) if code is not None else None
    if row is not None and event.direction != Direction.SENT:
        yield fact("try again", "may help, after a while" if row.retry else "will hardly help by itself")
    if event.detail.get("forced"):
        yield fact("forced", "RFC 6455 forbids this code on the wire; it was sent on purpose", "warning")
    elif code is not None and not is_valid_on_wire(code):
        yield fact("not allowed", "RFC 6455 forbids this code on the wire (§7.4)", "error")
    if event.detail.get("invalid"):
        yield fact("invalid", safe_text(event.detail["invalid"]), "error")


def _service_lines(dialect: str, code: int, reason: str) -> Iterator[Line]:
    if not dialect:
        if 4000 <= code <= 4999:
            yield fact("", "its documentation says what: the service was not recognised", "quiet")
        return
    try:
        known = catalogue()
        meaning = known.close_meaning(dialect, code, reason)
        if meaning is None:
            return
        title = known.dialect(dialect).title
    except DialectError:
        return
    yield fact(safe_text(title), safe_text(meaning.label), "accent")
    yield fact("", _RETRY_WORDS.get(str(meaning.retry), str(meaning.retry)), "quiet")


def _senders(code: int | None) -> str:
    row = CLOSE_CODES.get(1005 if code is None else code)
    if code is None:
        return "either side, by a Close frame without a body"
    if row is not None:
        return _SENDERS[row.sender]
    found = close_code_range(code)
    return "either side, as they have agreed" if found is not None and found.sendable else "nobody"


def _defined_in(code: int | None) -> str:
    if code is None:
        return "RFC 6455 §7.1.5"
    row, found = CLOSE_CODES.get(code), close_code_range(code)
    if row is not None and code < _FIRST_OF_IANA:
        return "RFC 6455 §7.4.1"
    if row is not None and code == 1015:
        return "RFC 6455 §7.4.1"
    if row is not None:
        return "the IANA registry of close codes"
    return f"RFC 6455 §7.4.2, {found.name}" if found is not None else "nowhere: RFC 6455 ends at 4999"
