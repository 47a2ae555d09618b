"""What must not leave this machine, and how it is replaced.

Names decide, never values: a header, a query key or a JSON key whose name says that it holds a
secret has its value replaced by ``[redacted]``. A ``${NAME}`` is no secret: it stays, so that a
reader sees where the value came from. Pure functions that take anything and never raise.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

REDACTED = "[redacted]"

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_PUBLIC_NAMES = frozenset({"sec-websocket-key", "sec-websocket-accept"})
"""The opening handshake's nonce and its answer: evidence, not secrets (RFC 6455 §4.1)."""

_SECRET_WORDS = frozenset(
    {"authorization", "bearer", "cookie", "cookies", "credential", "credentials", "jwt", "key", "otp"}
    | {"passcode", "passphrase", "passwd", "password", "passwords", "pwd", "secret", "secrets", "sessionid"}
    | {"sid", "sig", "sign", "signature", "token"}
)
_SECRET_ENDINGS = ("token", "secret", "password", "passwd", "signature", "passphrase")
_RUN_TOGETHER = re.compile(r"(?:api|access|secret|private|auth|session|signing|client|app)key$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_PLACEHOLDER = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_SCHEME_WORDS = re.compile(r"\b(?:basic|bearer|token|digest|apikey|jwt)\b", re.IGNORECASE)

_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)((?:\$\{\w+\}|[^/?#\s\"'])*)@")
_QUERY_PAIR = re.compile(r"(?P<before>[?&;#])(?P<name>[^=&;#?\s\"']+)=(?P<value>[^&;#\s\"']*)")
_JSON_PAIR = re.compile(
    r'"(?P<name>(?:[^"\\]|\\.){1,200})"(?P<colon>\s*:\s*)(?P<value>"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)'
)
_BEARER = re.compile(
    r"\b(?P<scheme>bearer|basic)(?P<space>\s+)(?P<value>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE
)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def is_secret_name(name: str) -> bool:
    """Whether a header, query key or JSON key of this name holds a secret.

    ``apiKey``, ``X-Api-Key``, ``access_token``, ``Cookie`` do; ``monkey`` and ``Sec-WebSocket-Key`` do not.
    """
    if name.lower() in _PUBLIC_NAMES:
        return False
    words = [word.lower() for word in _WORDS.findall(name)]
    return any(
        word in _SECRET_WORDS or word.endswith(_SECRET_ENDINGS) or _RUN_TOGETHER.search(word)
        for word in words
    )


def redact_value(value: str) -> str:
    """``[redacted]``, except for what holds no secret itself: nothing, or only ``${NAME}``."""
    rest = _SCHEME_WORDS.sub("", _PLACEHOLDER.sub("", value))
    return value if not rest.strip(" :,;=") else REDACTED


def redact_url(url: str) -> str:
    """The URL with the password and the values of secret query keys replaced."""
    return _QUERY_PAIR.sub(_redacted_pair, _USERINFO.sub(_redacted_userinfo, url))


def _redacted_userinfo(found: re.Match[str]) -> str:
    username, colon, password = found[2].partition(":")
    if not colon:
        return f"{found[1]}{redact_value(username)}@"
    return f"{found[1]}{username}:{redact_value(password)}@"


def _redacted_pair(found: re.Match[str]) -> str:
    if not is_secret_name(unquote(found["name"])):
        return found[0]
    return f"{found['before']}{found['name']}={redact_value(found['value'])}"


def redact_header(name: str, value: str) -> str:
    """The header's value as it may leave."""
    lowered = name.lower()
    if lowered == "sec-websocket-protocol":
        return ", ".join(redact_subprotocols(part.strip() for part in value.split(",")))
    if lowered in _SECRET_HEADERS:
        return redact_value(value)
    if is_secret_name(name):
        return redact_value(value)
    return redact_text(value)


def redact_headers(headers: Iterable[Iterable[str]]) -> list[list[str]]:
    """Header lines (name, value) as they may leave."""
    return [[name, redact_header(name, value)] for name, value in headers]


def redact_subprotocols(subprotocols: Iterable[str]) -> list[str]:
    """Subprotocols without the tokens that browsers smuggle through them.

    A value after ``bearer`` or ``access_token``, one inside ``bearer.<token>``, and a JWT anywhere.
    """
    kept: list[str] = []
    after_name = False
    for subprotocol in subprotocols:
        head, dot, _ = subprotocol.rpartition(".")
        if after_name or _JWT.search(subprotocol):
            kept.append(redact_value(subprotocol))
        elif dot and is_secret_name(head):
            kept.append(f"{head}.{redact_value(subprotocol[len(head) + 1 :])}")
        else:
            kept.append(subprotocol)
        after_name = not dot and is_secret_name(subprotocol)
    return kept


def redact_mapping(value: Any) -> Any:
    """Anything that JSON can hold, with the values of secret keys replaced, also deep inside."""
    if isinstance(value, dict):
        return {key: _redacted_member(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact_mapping(inner) for inner in value]
    return redact_text(value) if isinstance(value, str) else value


def _redacted_member(key: str, value: Any) -> Any:
    if not is_secret_name(key) or value is None or isinstance(value, bool):
        return redact_mapping(value)
    return redact_value(value) if isinstance(value, str) else REDACTED


def redact_text(text: str) -> str:
    """Free text (a message, a reason, a step) with the secrets that its own words give away replaced.

    JSON keys, query values and passwords of URLs, ``Bearer``, ``Basic``, and JSON Web Tokens. What is
    not a secret keeps its place and its spelling.
    """
    if '"' in text:
        text = _JSON_PAIR.sub(_redacted_json_pair, text)
    if "=" in text or "@" in text:
        text = redact_url(text)
    text = _BEARER.sub(lambda found: f"{found['scheme']}{found['space']}{REDACTED}", text)
    return _JWT.sub(REDACTED, text)


def _redacted_json_pair(found: re.Match[str]) -> str:
    if not is_secret_name(found["name"]):
        return found[0]
    value = found["value"]
    shown = redact_value(value.strip('"')) if value.startswith('"') else REDACTED
    return f'"{found["name"]}"{found["colon"]}"{shown}"'
