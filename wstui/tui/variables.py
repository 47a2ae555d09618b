r"""``{{variables}}`` of the composer: what they mean at the moment of sending. Pure but for clock and chance.

``{{env.NAME}}``, ``{{counter}}``, ``{{uuid}}``, ``{{now}}`` (ISO 8601, UTC), ``{{now_ms}}``, ``{{now_s}}``,
``{{last.$.path}}`` (of the last message received). Anything else between two braces that looks like a
name is refused with a sentence: a placeholder must not reach a server by mistake. ``\\{{`` is two braces.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from wstui.engine.json_path import PathError, parse_path
from wstui.engine.variables import value_text
from wstui.events import safe_text
from wstui.tui.json_text import pretty_lines

NS_PER_S = 1_000_000_000
_PLACEHOLDER = re.compile(r"(\\)?\{\{\s*([A-Za-z_$][^{}\n]*?)\s*\}\}")
NAMES = "{{env.NAME}}, {{counter}}, {{uuid}}, {{now}}, {{now_ms}}, {{now_s}}, {{last.$.path}}"


class VariableError(ValueError):
    """A variable has no value; the message is a clause."""


@dataclass(slots=True)
class Values:
    """Where values come from."""

    environ: Mapping[str, str]
    wall_ns: Callable[[], int]
    last_received: Callable[[], bytes | None]
    """The last message received, if there was one."""
    counter: int = 0
    """The number that ``{{counter}}`` had last; the same throughout one message."""


def has_variables(text: str) -> bool:
    """Whether there is anything to fill in."""
    return "{{" in text and _PLACEHOLDER.search(text) is not None


def literal(text: str) -> str:
    """The text as it has to be typed so that it is sent as it stands here."""
    return _PLACEHOLDER.sub(lambda found: "\\" + found[0], text) if "{{" in text else text


def without_variables(text: str, stand_in: str = "0") -> str:
    """The text with something in place of each variable, to be judged as JSON."""
    return _PLACEHOLDER.sub(stand_in, text) if "{{" in text else text


def laid_out(text: str) -> str:
    """JSON text with its lines laid out anew; variables stay where they stand."""
    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\ue000{len(kept) - 1}\ue001"

    lines = "\n".join(pretty_lines(_PLACEHOLDER.sub(hide, text)))
    return re.sub("\ue000(\\d+)\ue001", lambda found: kept[int(found[1])], lines)


def fill_in(text: str, values: Values) -> str:
    """The text with its variables filled in.

    Raises:
        VariableError: one has no value; nothing was counted.
    """
    if not has_variables(text):
        return text
    counter = values.counter + 1
    counted = False

    def value(found: re.Match[str]) -> str:
        nonlocal counted
        if found[1]:
            return found[0][1:]
        if found[2] == "counter":
            counted = True
            return str(counter)
        return _value(found[2], values)

    filled = _PLACEHOLDER.sub(value, text)
    if counted:
        values.counter = counter
    return filled


def _value(name: str, values: Values) -> str:
    if name.startswith("env."):
        return _environment(name.removeprefix("env."), values)
    if name.startswith("last."):
        return _from_last(name.removeprefix("last."), values)
    match name:
        case "uuid":
            return str(uuid.uuid4())
        case "now":
            moment = datetime.fromtimestamp(values.wall_ns() / NS_PER_S, UTC)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case "now_ms":
            return str(values.wall_ns() // 1_000_000)
        case "now_s":
            return str(values.wall_ns() // NS_PER_S)
    raise VariableError(f"there is no variable {{{{{safe_text(name[:40])}}}}}; there are {NAMES}")


def _environment(name: str, values: Values) -> str:
    if name not in values.environ:
        raise VariableError(f"the environment has no variable {safe_text(name[:40])}")
    return values.environ[name]


def _from_last(path: str, values: Values) -> str:
    payload = values.last_received()
    if payload is None:
        raise VariableError("no message was received yet, so {{last…}} has no value")
    try:
        return value_text(parse_path(path).first(json.loads(payload)))
    except PathError as error:
        raise VariableError(str(error)) from None
    except LookupError:
        raise VariableError(f"the last message received has no {safe_text(path[:60])}") from None
    except (ValueError, RecursionError):
        raise VariableError("the last message received is not JSON") from None
