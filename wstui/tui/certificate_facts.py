"""The TLS handshake and the server's certificate, as far as the session file knows them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from wstui.events import RecordedEvent, safe_text
from wstui.tui.document import Line
from wstui.tui.fact_lines import fact, heading, plain_facts
from wstui.words.measures import NS_PER_S, count_text

_SAID_HERE = frozenset({"duration_ns", "failed", "verified", "certificate", "chain", "client_certificate"})
_SOON_DAYS = 14
_SHOWN_NAMES = 40


def tls_lines(event: RecordedEvent, problem: str) -> Iterator[Line]:
    """What the handshake agreed on, and with whom.

    Args:
        event: of kind ``tls``.
        problem: the sentence of the error that followed, if one did.
    """
    detail = event.detail
    yield from plain_facts(detail, _SAID_HERE)
    yield _verified(detail, problem)
    if "client_certificate" in detail:
        yield fact("our certificate", "was offered" if detail["client_certificate"] else "none")
    certificate = detail.get("certificate") or {}
    if certificate:
        yield from heading("The server's certificate")
        yield from _certificate_lines(certificate, event.t_ns)
    elif not detail.get("failed"):
        yield fact("certificate", "not recorded", "quiet")
    for above in detail.get("chain") or ():
        yield from heading("Sent with it")
        yield from _certificate_lines(above, event.t_ns)


def _verified(detail: Mapping[str, Any], problem: str) -> Line:
    if detail.get("verified"):
        return fact("verified", "yes: trusted, in date, and named as it was asked for", "good")
    if detail.get("failed"):
        return fact(
            "verified", f"no: {safe_text(problem)}" if problem else "no: the handshake failed", "error"
        )
    return fact("verified", "no: the profile says verify = false, so anybody could have answered", "warning")


def _certificate_lines(certificate: Mapping[str, Any], at_ns: int) -> Iterator[Line]:
    for key, label in (("subject", "subject"), ("issuer", "issuer")):
        if certificate.get(key):
            yield fact(label, safe_text(str(certificate[key])))
    if certificate.get("subject") and certificate.get("subject") == certificate.get("issuer"):
        yield fact("", "it was issued by itself", "warning")
    names = [str(name) for name in certificate.get("names") or ()]
    for place, name in enumerate(names[:_SHOWN_NAMES]):
        yield fact("" if place else "names", safe_text(name))
    if len(names) > _SHOWN_NAMES:
        yield fact("", f"and {count_text(len(names) - _SHOWN_NAMES, 'more name')}", "quiet")
    yield from _dates(certificate, at_ns)
    for key, label in (("public_key", "key"), ("signature", "signed with"), ("serial", "serial number")):
        if certificate.get(key):
            weak = key == "signature" and str(certificate[key]).startswith(("SHA-1", "MD5"))
            yield fact(label, safe_text(str(certificate[key])), "warning" if weak else "plain")
    if certificate.get("sha256"):
        digits = str(certificate["sha256"])
        yield fact("SHA-256", _fingerprint(digits[:32]))
        yield fact("", _fingerprint(digits[32:]))


def _dates(certificate: Mapping[str, Any], at_ns: int) -> Iterator[Line]:
    now = datetime.fromtimestamp(at_ns / NS_PER_S, UTC)
    begins, ends = (_moment(certificate.get(key)) for key in ("not_before", "not_after"))
    if begins is not None:
        early = begins > now
        words = f"{begins:%Y-%m-%d %H:%M} UTC" + (", which had not come yet" if early else "")
        yield fact("valid from", words, "error" if early else "plain")
    if ends is not None:
        left = (ends - now).days
        words, tone = f"{count_text(left, 'day')} left when it was seen", "plain"
        if ends < now:
            words, tone = f"expired {count_text((now - ends).days, 'day')} before", "error"
        elif left <= _SOON_DAYS:
            tone = "warning"
        yield fact("valid until", f"{ends:%Y-%m-%d %H:%M} UTC, {words}", tone)


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _fingerprint(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2)).upper()
