"""The control protocol's lines: JSON on the engine's standard input and output, typed by msgspec.

Rule 1: whatever arrives, decoding either gives a typed value or raises :class:`BadLine` with one
sentence. Rule 2: the tables in :mod:`wstui.events.commands` decide what exists; nothing is named
twice. ``bytes`` travel as base64 (RFC 4648 §4). ``docs/engine.md`` is the reference.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import msgspec

from wstui.events import COMMANDS, NOTICES, Command, Notice, safe_text

_COMMAND_NAMES = {kind: name for name, kind in COMMANDS.items()}
_NOTICE_NAMES = {kind: name for name, kind in NOTICES.items()}
_SHOWN_CHARACTERS = 80


class BadLine(Exception):
    """A line that means nothing; the message is one sentence. ``id`` where it could be read."""

    def __init__(self, sentence: str, request_id: int | None = None) -> None:
        super().__init__(sentence)
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Request:
    """A command and the number that its reply will bear."""

    id: int
    command: Command


@dataclass(frozen=True, slots=True)
class Reply:
    """The one answer to a command. ``error`` is a sentence, and empty when it went well."""

    id: int | None
    ok: bool
    result: dict[str, Any]
    error: str = ""


def encode_request(request_id: int, command: Command) -> bytes:
    """A command as one line."""
    fields = msgspec.to_builtins(command)
    return _line({"id": request_id, "do": _COMMAND_NAMES[type(command)], **fields})


def decode_request(line: bytes) -> Request:
    """A command out of one line.

    Raises:
        BadLine: not JSON, no such command, a field missing, unknown or of the wrong type.
    """
    fields = _decode_object(line)
    request_id = fields.pop("id", None)
    if not isinstance(request_id, int) or isinstance(request_id, bool):
        raise BadLine('A command needs a whole number as its "id".')
    name = fields.pop("do", None)
    kind = COMMANDS.get(name) if isinstance(name, str) else None
    if kind is None:
        known = ", ".join(COMMANDS)
        raise BadLine(f'There is no command {_show(name)}; "do" is one of: {known}.', request_id)
    return Request(request_id, _to_command(kind, str(name), fields, request_id))


def _to_command(kind: type[Command], name: str, fields: dict[str, Any], request_id: int) -> Command:
    unknown = sorted(fields.keys() - {field.name for field in dataclasses.fields(kind)})
    if unknown:
        raise BadLine(f"The command {name} has no field {_show(unknown[0])}.", request_id)
    try:
        return msgspec.convert(fields, kind)
    except (msgspec.ValidationError, ValueError) as error:
        # msgspec's message names the field and what was expected; what the line held is not in it.
        raise BadLine(f"The command {name} cannot be read: {error}.", request_id) from None


def encode_reply(reply: Reply) -> bytes:
    """A reply as one line."""
    outcome = {"ok": True, "result": reply.result} if reply.ok else {"ok": False, "error": reply.error}
    return _line({"id": reply.id, **outcome})


def encode_notice(notice: Notice) -> bytes:
    """A notice as one line."""
    return _line({"notice": _NOTICE_NAMES[type(notice)], **msgspec.to_builtins(notice)})


def decode_answer(line: bytes) -> Reply | Notice:
    """What the engine says: a reply or a notice.

    Raises:
        BadLine: neither.
    """
    fields = _decode_object(line)
    name = fields.pop("notice", None)
    try:
        if name is not None:
            return msgspec.convert(fields, NOTICES[name])
        return msgspec.convert({"result": {}, **fields}, Reply)
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise BadLine(f"The engine said something that is neither reply nor notice: {error}.") from None


def _line(value: dict[str, Any]) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _decode_object(line: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadLine(f"A line is not JSON: {safe_text(str(error))}.") from None
    if not isinstance(value, dict):
        raise BadLine("A line is not a JSON object.")
    return value


def _show(value: object) -> str:
    text = safe_text(str(value))
    return f"“{text[:_SHOWN_CHARACTERS]}{'…' if len(text) > _SHOWN_CHARACTERS else ''}”"
