"""Texts that stand for something else: base64, hexadecimal digits, JSON in a string, Socket.IO, tokens.

Source: RFC 4648 (base64), RFC 2397 (data URLs), RFC 7519 and RFC 7515 (JSON Web Tokens), the Engine.IO and
Socket.IO protocols, SockJS's framing.
"""

import base64
import binascii
import json
import re

from wstui.decoding.model import Step, is_text

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{2,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+=[\w.+-]+)*);base64,")
_JWT = re.compile(r"(?:Bearer\s+)?(eyJ[\w-]+)\.([\w-]+)\.([\w-]*)(\.[\w-]*\.[\w-]*)?")
_SOCKET_IO = re.compile(r"4([0-6])(?:\d+-)?(?:/[^,\s]{0,200},)?\d{0,15}(?=[\[{])")
_ENGINE_IO_OPEN = re.compile(r"0(?=\{)")
_SOCKJS = re.compile(r"[acm](?=[\[\"])")
_PACKETS = ("CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK")
_LEAST_CHARACTERS = 16
NOT_VERIFIED = "The signature was not verified."


def data_url_step(text: str) -> Step | None:
    """A data URL with base64 in it."""
    found = _DATA_URL.match(text)
    data = _base64(text[found.end() :]) if found else None
    return None if data is None else Step("data URL › base64", data)


def base64_step(text: str) -> Step | None:
    """Base64 in either alphabet, with or without padding, on one line or several."""
    joined = "".join(text.split()) if "\n" in text else text
    if len(joined) < _LEAST_CHARACTERS or _BASE64.fullmatch(joined) is None or _HEX.fullmatch(joined):
        return None
    data = _base64(joined)
    if data is None or not (is_text(data) or _is_mixed(joined)):
        return None
    return Step("base64", data)


def _base64(text: str) -> bytes | None:
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    if len(plain) % 4 == 1:
        return None
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_mixed(text: str) -> bool:
    """Whether it can hardly be a word or a name: both cases and digits, of a length that base64 has."""
    start = text[:4096]
    return (
        len(text) % 4 == 0
        and any(sign.isdigit() for sign in start)
        and any(sign.isupper() for sign in start)
        and any(sign.islower() for sign in start)
    )


def hex_step(text: str) -> Step | None:
    """Hexadecimal digits that stand for a text; a hash stays what it is."""
    if _HEX.fullmatch(text) is None:
        return None
    data = bytes.fromhex(text)
    return Step("hex", data) if is_text(data) else None


def json_string_step(text: str) -> Step | None:
    """A JSON string that is more than a word: JSON, or several lines, within quotes."""
    if not text.startswith('"') or not text.rstrip().endswith('"'):
        return None
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(inner, str) or not (inner.lstrip()[:1] in ("{", "[") or "\n" in inner):
        return None
    return Step("JSON string", inner.encode("utf-8", "backslashreplace"))


def socket_io_step(text: str) -> Step | None:
    """A packet of Socket.IO or Engine.IO, or a frame of SockJS, in front of JSON."""
    found = _SOCKET_IO.match(text)
    if found is not None:
        return Step(f"Socket.IO {_PACKETS[int(found[1])]}", text[found.end() :].encode())
    found = _ENGINE_IO_OPEN.match(text)
    if found is not None:
        return Step("Engine.IO open", text[found.end() :].encode())
    found = _SOCKJS.match(text)
    return Step(f"SockJS {text[0]}", text[1:].encode()) if found is not None else None


def token_step(text: str) -> Step | None:
    """A JSON Web Token: its header and its claims. Whoever signed it is not asked."""
    found = _JWT.fullmatch(text.strip())
    if found is None:
        return None
    header = _json_part(found[1])
    if header is None:
        return None
    if found[4]:
        words = f'{{"header":{header}}}'
        return Step(
            "JWE", words.encode(), ("An encrypted token: only its header can be read.",), is_last=True
        )
    claims = _json_part(found[2])
    if claims is None:
        return None
    words = f'{{"header":{header},"claims":{claims},"signature":"{found[3]}"}}'
    return Step("JWT", words.encode(), (NOT_VERIFIED,), is_last=True)


def _json_part(part: str) -> str | None:
    """A part of a token as the JSON that it is, as it was written."""
    data = _base64(part)
    try:
        text = (data or b"").decode()
        return text if isinstance(json.loads(text), dict) else None
    except (ValueError, RecursionError):
        return None
