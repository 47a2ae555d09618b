"""What must not leave this machine, and how it is replaced.

Names decide, never values: a header, a query key or a JSON key whose name says that it holds a
secret has its value replaced by ``[redacted]``. A ``${NAME}`` is no secret: it stays, so that a
reader sees where the value came from. Pure functions that take anything and never raise.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

REDACTED = "[redacted]"

Replace = Callable[[str, str], str]
"""From a value and the name that makes it a secret to what is shown in its place."""

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

_REMEMBERED_LENGTH = 64
"""Characters. A session says few names, and each of them many times."""

_PLACEHOLDER = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_SCHEME_WORDS = re.compile(r"\b(?:basic|bearer|token|digest|apikey|jwt)\b", re.IGNORECASE)

_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}://)([^/?#\s\"']*)@")
"""The scheme's length has a bound, so that a long run of letters is not gone through from each of them."""
_QUERY_PAIR = re.compile(
    r"(?P<before>^|[?&;#\s])(?P<name>[^=&;#?\s\"']+)=(?P<value>\[redacted[^\]]*\]|[^&;#\s\"']*)"
)
_JSON_PAIR = re.compile(
    r'"(?P<name>(?:[^"\\]|\\.){1,200})"(?P<colon>\s*:\s*)(?P<value>"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)'
)
_BEARER = re.compile(
    r"\b(?P<scheme>bearer|basic)(?P<space>\s+)(?P<value>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE
)
_SAID = re.compile(
    r"\b(?P<name>authorization|cookie|password|passwd|secret|token|api[-_ ]?key)(?P<colon>\s*:\s*)"
    r"(?P<value>[^\s\"'\[,;{]+)",
    re.IGNORECASE,
)
"""``password: hunter2``, as a close reason or a log line says it."""
_JWT = re.compile(
    r"(?<![A-Za-z0-9_-])(?>(?P<before>[A-Za-z0-9_-]*?)\b(?=eyJ))"
    r"(?P<value>eyJ[A-Za-z0-9_-]{5,}+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)"
)
"""From the beginning of a run of its letters, and no way back: a megabyte of ``-eyJ`` costs one look."""


def is_secret_name(name: str) -> bool:
    """Whether a header, query key or JSON key of this name holds a secret.

    ``apiKey``, ``X-Api-Key``, ``access_token``, ``Cookie`` do; ``monkey`` and ``Sec-WebSocket-Key`` do not.
    """
    return _is_secret_name(name) if len(name) <= _REMEMBERED_LENGTH else _is_secret_name.__wrapped__(name)


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
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


def _redacted(value: str, name: str) -> str:
    del name
    return redact_value(value)


def redact_url(url: str, replace: Replace = _redacted) -> str:
    """The URL with the password and the values of secret query keys replaced."""

    def userinfo(found: re.Match[str]) -> str:
        username, colon, password = found[2].partition(":")
        if not colon:
            return f"{found[1]}{replace(username, 'password')}@"
        return f"{found[1]}{username}:{replace(password, 'password')}@"

    def pair(found: re.Match[str]) -> str:
        if not is_secret_name(unquote(found["name"])):
            return found[0]
        value = found["value"].rstrip(",.!)")
        return (
            f"{found['before']}{found['name']}={replace(value, found['name'])}{found['value'][len(value) :]}"
        )

    return _QUERY_PAIR.sub(pair, _USERINFO.sub(userinfo, url))


def redact_header(name: str, value: str, replace: Replace = _redacted) -> str:
    """The header's value as it may leave."""
    lowered = name.lower()
    if lowered == "sec-websocket-protocol":
        return ", ".join(redact_subprotocols((part.strip() for part in value.split(",")), replace))
    if lowered in _SECRET_HEADERS or is_secret_name(name):
        return replace(value, name)
    return redact_text(value, replace)


def redact_headers(headers: Iterable[Iterable[str]]) -> list[list[str]]:
    """Header lines (name, value) as they may leave."""
    return [[name, redact_header(name, value)] for name, value in headers]


def redact_subprotocols(subprotocols: Iterable[str], replace: Replace = _redacted) -> list[str]:
    """Subprotocols without the tokens that browsers smuggle through them.

    A value after ``bearer`` or ``access_token``, one inside ``bearer.<token>``, and a JWT anywhere.
    """
    kept: list[str] = []
    after_name = False
    for subprotocol in subprotocols:
        head, dot, _ = subprotocol.rpartition(".")
        if after_name or _JWT.search(subprotocol):
            kept.append(replace(subprotocol, "bearer"))
        elif dot and is_secret_name(head):
            kept.append(f"{head}.{replace(subprotocol[len(head) + 1 :], head)}")
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


def redact_text(text: str, replace: Replace = _redacted) -> str:
    """Free text (a message, a reason, a step) with the secrets that its own words give away replaced.

    JSON keys, query values and passwords of URLs, ``password: …``, ``Bearer``, ``Basic``, and JSON Web
    Tokens. What is not a secret keeps its place and its spelling.

    Args:
        text: anything.
        replace: gives what is shown in place of a secret, and may keep what is none after all.
    """

    def json_pair(found: re.Match[str]) -> str:
        if not is_secret_name(found["name"]):
            return found[0]
        value = found["value"]
        shown = replace(value[1:-1] if value.startswith('"') else value, found["name"])
        return f'"{found["name"]}"{found["colon"]}"{shown}"'

    def said(found: re.Match[str]) -> str:
        if _SCHEME_WORDS.fullmatch(found["value"]):  # what follows the scheme is looked for by itself
            return found[0]
        return f"{found['name']}{found['colon']}{replace(found['value'], found['name'])}"

    if '"' in text:
        text = _JSON_PAIR.sub(json_pair, text)
    if "=" in text or "@" in text:
        text = redact_url(text, replace)
    text = _BEARER.sub(
        lambda found: f"{found['scheme']}{found['space']}{replace(found['value'], 'bearer')}", text
    )
    if ":" in text:
        text = _SAID.sub(said, text)
    if "eyJ" in text:
        text = _JWT.sub(lambda found: f"{found['before']}{replace(found['value'], 'jwt')}", text)
    return text
