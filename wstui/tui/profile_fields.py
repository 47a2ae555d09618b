"""The fields of a profile as a form shows them, and the way from what was typed back to a profile.

Rule 1: a field that nobody touched keeps its value, whatever it was. Rule 2: what a value must be is
said by :mod:`wstui.profiles` alone; here its errors only find their field. No widget in here.
"""

import copy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wstui.events import safe_text
from wstui.profiles import Profile, ProfileError, parse_profile

_SOURCE = "form"
_PROBLEMS_AT_ONCE = 12
"""So many wrong fields are found in one look."""


class Shape(StrEnum):
    """How a field is typed in."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes or no"
    CHOICE = "choice"
    LIST = "list"
    """Values separated by commas."""
    HEADERS = "headers"
    """``Name: value`` lines."""
    TABLES = "tables"
    """TOML ``[[…]]`` tables."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: ``key`` is the path in the TOML file."""

    key: str
    label: str
    help: str
    shape: Shape = Shape.TEXT
    choices: tuple[str, ...] = ()
    secret: bool = False
    default: str = ""
    """As the form shows it when the file says nothing."""


_F, _S = FormField, Shape
_TOML_MESSAGES = '[[message]] tables, as: [[message]] / name = "hello" / text = "{}"'
_TOML_SCRIPTS = '[[script]] tables, as: [[script]] / name = "login" / steps = ["send …"]'

GROUPS: tuple[tuple[str, tuple[FormField, ...]], ...] = (
    (
        "Where to",
        (
            _F("url", "URL", "wss://host/path; ${NAME} stands for an environment variable."),
            _F("subprotocols", "Subprotocols", "The ones that we offer, separated by commas.", _S.LIST),
            _F("dialect", "Dialect", "auto, none, or a dialect's name.", default="auto"),
            _F("origin", "Origin", "As https://example.com; empty: none is sent."),
            _F("headers", "Headers", "One a line, as Name: value.", _S.HEADERS),
            _F("compression", "Compression", "Offer permessage-deflate.", _S.YES_NO, default="true"),
            _F("follow_redirects", "Redirects", "How many to follow, 0 to 20.", _S.NUMBER, default="0"),
        ),
    ),
    (
        "Who we are",
        (
            _F("auth.type", "Kind", "", _S.CHOICE, ("none", "basic", "bearer"), default="none"),
            _F("auth.username", "User name", "For basic."),
            _F("auth.password", "Password", "For basic; better as ${NAME} than in the file.", secret=True),
            _F("auth.token", "Token", "For bearer; better as ${NAME} than in the file.", secret=True),
        ),
    ),
    (
        "TLS and proxy",
        (
            _F("tls.verify", "Verify", "Check the server's certificate.", _S.YES_NO, default="true"),
            _F("tls.ca", "Authorities", "A PEM file; empty: those of the system."),
            _F("tls.certificate", "Certificate", "Our own, a PEM file."),
            _F("tls.key", "Key", "Of our certificate, a PEM file."),
            _F("tls.key_password", "Key password", "Better as ${NAME} than in the file.", secret=True),
            _F("tls.server_name", "Server name", "To ask for and check; empty: the URL's host."),
            _F(
                "tls.minimum_version",
                "Oldest TLS",
                "",
                _S.CHOICE,
                ("1.0", "1.1", "1.2", "1.3"),
                default="1.2",
            ),
            _F("tls.alpn", "ALPN", "Protocols to offer, separated by commas.", _S.LIST),
            _F("proxy.url", "Proxy", "A URL; none: direct; empty: as the environment says."),
            _F("timeouts.open", "Open within", "Seconds.", _S.NUMBER, default="10"),
            _F("timeouts.close", "Close within", "Seconds.", _S.NUMBER, default="10"),
        ),
    ),
    (
        "Heartbeat",
        (
            _F("heartbeat.interval", "Ping every", "Seconds; 0: no pings.", _S.NUMBER, default="20"),
            _F("heartbeat.timeout", "Missed after", "Seconds without its pong.", _S.NUMBER, default="20"),
            _F("heartbeat.payload", "Payload", "What each ping's payload starts with."),
            _F("heartbeat.on_missed", "When missed", "", _S.CHOICE, ("note", "close"), default="note"),
            _F("heartbeat.application.send", "Message", "A heartbeat as a message; empty: none."),
            _F("heartbeat.application.expect", "Its answer", "A regular expression; empty: any or none."),
            _F("heartbeat.application.interval", "Sent every", "Seconds.", _S.NUMBER, default="30"),
        ),
    ),
    (
        "Reconnect",
        (
            _F("reconnect.mode", "Reconnect", "", _S.CHOICE, ("off", "on"), default="off"),
            _F("reconnect.base", "First delay", "Seconds.", _S.NUMBER, default="0.5"),
            _F("reconnect.factor", "Factor", "From one delay to the next.", _S.NUMBER, default="2"),
            _F("reconnect.max", "Longest delay", "Seconds.", _S.NUMBER, default="30"),
            _F("reconnect.jitter", "Jitter", "", _S.CHOICE, ("full", "none"), default="full"),
            _F("reconnect.attempts", "Attempts", "0: no bound.", _S.NUMBER, default="10"),
            _F(
                "reconnect.honour_retry_after",
                "Retry-After",
                "Do as the server says.",
                _S.YES_NO,
                default="true",
            ),
            _F("reconnect.resend", "Resend", "Names of saved messages, separated by commas.", _S.LIST),
        ),
    ),
    (
        "Limits and retention",
        (
            _F("limits.message", "Message", "Bytes; a longer one ends it.", _S.NUMBER, default="16777216"),
            _F("limits.record", "Recorded", "Bytes kept of a payload.", _S.NUMBER, default="1048576"),
            _F("keep.sessions", "Sessions kept", "The newest; 0: all.", _S.NUMBER, default="200"),
            _F("keep.days", "Days kept", "0: for ever.", _S.NUMBER, default="90"),
        ),
    ),
    (
        "Saved messages and scripts",
        (
            _F("message", "Messages", _TOML_MESSAGES, _S.TABLES),
            _F("script", "Scripts", _TOML_SCRIPTS, _S.TABLES),
        ),
    ),
)

FIELDS: tuple[FormField, ...] = tuple(field for _, fields in GROUPS for field in fields)
_BY_KEY = {field.key: field for field in FIELDS}

Texts = dict[str, str]
"""What stands in each field."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, looked through: the profile, or why not yet."""

    profile: Profile | None
    problems: Mapping[str, str]
    """A sentence for each field that will not do; under the empty key what belongs to no field."""


def texts_of(tables: Mapping[str, Any]) -> Texts:
    """What the fields show of a file's tables, also of a file that is no valid profile."""
    return {field.key: _shown(field, _value_at(tables, field.key)) for field in FIELDS}


def check_form(tables: Mapping[str, Any], shown: Texts, typed: Texts) -> Checked:
    """What was typed over a file's tables, as a profile.

    Args:
        tables: of the file, as it was read.
        shown: what the fields showed of it.
        typed: what they show now.
    """
    merged: dict[str, Any] = copy.deepcopy(dict(tables))
    problems: dict[str, str] = {}
    for field in FIELDS:
        if typed[field.key] != shown[field.key]:
            try:
                _put(merged, field.key, _read(field, typed[field.key]))
            except ProfileError as error:
                problems[field.key] = str(error)
                _put(merged, field.key, None)
    while len(problems) < _PROBLEMS_AT_ONCE:
        try:
            profile = parse_profile(merged, source=_SOURCE)
        except ProfileError as error:
            key, sentence = _field_of(str(error).removeprefix(f"{_SOURCE}: "))
            if key in problems:
                break
            problems[key] = sentence
            _put(merged, key, "wss://localhost" if key == "url" else None)
        else:
            return Checked(None if problems else profile, problems)
    return Checked(None, problems)


def _field_of(error: str) -> tuple[str, str]:
    """The field that an error of the reader is about, and the sentence without its key."""
    path, _, sentence = error.partition(": ")
    plain = path.partition("[")[0]
    for key in sorted(_BY_KEY, key=len, reverse=True):
        if plain == key or plain.startswith(f"{key}."):
            rest = path.removeprefix(key).removeprefix(".")
            return key, f"{rest}: {sentence}" if rest else sentence
    return "", error


# -- values and texts -----------------------------------------------------------------------------


def _value_at(tables: Mapping[str, Any], key: str) -> Any:
    value: Any = tables
    for step in key.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _put(tables: dict[str, Any], key: str, value: Any) -> None:
    """Set a value, or take it out for None; a table that holds nothing any more goes too."""
    *steps, name = key.split(".")
    chain = [tables]
    for step in steps:
        inner = chain[-1].get(step)
        if not isinstance(inner, dict):
            inner = {}
            chain[-1][step] = inner
        chain.append(inner)
    if value is None:
        chain[-1].pop(name, None)
    else:
        chain[-1][name] = value
    for outer, step in zip(reversed(chain[:-1]), reversed(steps), strict=True):
        if not outer[step]:
            del outer[step]


def _shown(field: FormField, value: Any) -> str:
    if value is None:
        return field.default
    if field.shape is Shape.TABLES and isinstance(value, list):
        return _tables_text(field.key, value)
    if field.shape is Shape.HEADERS and isinstance(value, Mapping):
        return "\n".join(safe_text(f"{name}: {text}") for name, text in value.items())
    if isinstance(value, list):
        return safe_text(", ".join(str(part) for part in value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return safe_text(str(value))


def _tables_text(key: str, tables: list[Any]) -> str:
    import tomli_w

    return safe_text(tomli_w.dumps({key: tables}), newlines=True).strip() if tables else ""


def _read(field: FormField, text: str) -> Any:
    """The value that a text stands for; None: the file shall say nothing.

    Raises:
        ProfileError: it cannot be read.
    """
    if not text.strip() and field.key != "url":
        return None
    return _READERS[field.shape](field, text)


def _read_number(_field: FormField, text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text.strip())
        except ValueError:
            continue
    return text.strip()  # the profile's reader says what it expected


def _read_headers(_field: FormField, text: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon:
            raise ProfileError(f"line {number}: expected Name: value.")
        if name.strip() in headers:
            raise ProfileError(f"line {number}: expected each header once.")
        headers[name.strip()] = value.strip()
    return headers


def _read_tables(field: FormField, text: str) -> Any:
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProfileError(f"not valid TOML: {safe_text(str(error))}.") from None
    if set(found) != {field.key}:
        raise ProfileError(f"expected [[{field.key}]] tables and nothing else.")
    return found[field.key]


_READERS = {
    Shape.TEXT: lambda _, text: text,
    Shape.CHOICE: lambda _, text: text,
    Shape.NUMBER: _read_number,
    Shape.YES_NO: lambda _, text: text == "true",
    Shape.LIST: lambda _, text: [part.strip() for part in text.split(",") if part.strip()],
    Shape.HEADERS: _read_headers,
    Shape.TABLES: _read_tables,
}
