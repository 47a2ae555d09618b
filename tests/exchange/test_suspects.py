"""The quick look passes over nothing that a thorough one would change."""

import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wstui.events import RecordedEvent
from wstui.exchange.known_secrets import KnownSecrets
from wstui.exchange.named_secrets import NamedSecrets
from wstui.exchange.placeholders import Placeholders
from wstui.exchange.redaction import Redactor
from wstui.exchange.suspects import Payloads, may_name_a_secret
from wstui.profiles.secrets import redact_text

_WORDS = st.sampled_from(
    (
        *(
            "token",
            "key",
            "Key",
            "KEY",
            "sid",
            "side",
            "monkey",
            "design",
            "apiKey",
            "API_KEY",
            "pass",
            "name",
        ),
        *("password", "passWord", "ToKeN", "x-signature", "Bearer", "basic", "sessionId", "SESSIONID", "jwt"),
        *("eyJabcdefg.eyJabcdefg.abc", "wss://me:hush-hush@host/", r"https:\/\/me:hush@h", "Cookie", "otp"),
    )
)
_GLUE = st.sampled_from(
    (
        *(
            "",
            " ",
            "\n",
            "\t",
            ": ",
            '":"',
            '": "',
            '","',
            r"\n",
            r"\u00eb",
            r"\uabcd",
            r"\u0020",
            "%20",
            "%0a",
        ),
        *':=&?"{}/\\-_é1XsAë@%',
    )
)
_TEXTS = st.lists(st.one_of(_WORDS, _GLUE, st.just("hush-hush-1")), max_size=9).map("".join)
_WRAPPED = st.tuples(
    _TEXTS,
    st.sampled_from(
        [
            lambda text: text,
            json.dumps,
            lambda text: json.dumps(json.dumps({"a": [text]})),
            lambda text: json.dumps({text: "hush-hush-1"}),
            lambda text: json.dumps({text: {"inner": "hush-hush-1"}}, ensure_ascii=False),
            lambda text: json.dumps({"url": f"/x?{text}=hush-hush-1"}),
            lambda text: f"/x?{quote(text, safe='')}=hush-hush-1",
            lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text).join(['{"', '":"hush-hush-1"}']),
        ]
    ),
).map(lambda both: both[1](both[0]).encode("utf-8", "surrogatepass"))


@given(_WRAPPED, st.integers(0, 2))
def test_what_is_passed_over_names_no_secret(payload, before):
    around = [b'"to', b'ken":"', b"\\"]
    payloads = [*around[:before], payload, *around[before:]]
    if before not in may_name_a_secret(Payloads(payloads)):
        placeholders = Placeholders()
        placeholders.by_value(NamedSecrets(placeholders).payload(payload))
        assert placeholders.count == 0, payload


@given(st.lists(_WRAPPED, max_size=5))
def test_all_together_or_each_alone(payloads):
    alone = {index for index, payload in enumerate(payloads) if may_name_a_secret(Payloads([payload]))}
    assert may_name_a_secret(Payloads(payloads)) == alone
    assert bool(may_name_a_secret(Payloads([b"\n".join(payloads)]))) == bool(alone)


@given(_TEXTS.filter(lambda text: len(text) > 5), st.lists(_WRAPPED, max_size=4))
def test_known_secrets_are_suspected_where_they_are_replaced(secret, payloads):
    known = KnownSecrets()
    known.add(secret, "[redacted 1]")
    payloads += [json.dumps([secret]).encode(), quote(json.dumps(json.dumps(secret))).encode()]
    suspects = known.suspects(Payloads(payloads))
    for index, payload in enumerate(payloads):
        assert index in suspects or known.redact(payload) == (payload, 0)


def test_known_words_beyond_those_that_are_spelled_out():
    known = KnownSecrets()
    for number in range(200):
        known.add(f"secret-{number:04}", f"[redacted {number + 1}]")
    payloads = Payloads([b"none", b"a secret-0199 b", b"secret-0001", b"secret-0300", None])
    assert known.suspects(payloads) == {1, 2}


def test_words_within_words_are_no_secret():
    innocent = [b'{"side":"sell","design":1,"monkey":2}', b"passenger sidereal keyboard tokens", b"100 % @ 5"]
    assert may_name_a_secret(Payloads(innocent)) == set()


def test_the_end_of_a_cut_message_is_looked_at_whatever_else_the_batch_holds():
    redactor = Redactor()
    redactor.learn_text("token=zq9abcdefQ7xk")
    event = RecordedEvent(1, 0, 0, "text", "sent", 99, 0, b"and zq9abcde", {"cut": True})
    assert redactor.events([event])[0].payload == b"and [redacted 1]"


@pytest.mark.parametrize(
    "text",
    (
        *(
            "-eyJ",
            "a",
            "a+",
            "eyJ",
            "a://",
            "${a}",
            "a://${a}",
            "%41",
            "keykey",
            r"\u0041",
            ":\\",
            "token ",
            "Ab",
        ),
        *('"a":"', "eyJaaaaa.", "\\", '"', "bearer ", "a:@", "?a%41"),
    ),
)
def test_a_long_text_costs_no_square(text):
    payload = (text * (300_000 // len(text)) + " =").encode()
    began = time.process_time()
    may_name_a_secret(Payloads([payload]))
    redact_text(payload.decode())
    assert time.process_time() - began < 5  # a square of it would be minutes
