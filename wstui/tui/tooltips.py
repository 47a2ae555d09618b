"""What stands beside the mouse when it rests on something. Words only; peers' words made safe."""

from textual.content import Content

from wstui.events import safe_text
from wstui.tui.connection_facts import ConnectionFacts

GRAPH = Content(
    "Each dot is a ping and its pong: the higher, the longer the round trip.\n"
    "The grey dots are TCP's own round trip: the network without the server's program.\n"
    "╳ no pong in time   ▲ pong too late   ticks below: the server's pings\n"
    "Click or ← → choose a ping, + − change the stretch of time, h shows how all are spread."
)
NUMBERS = Content(
    "last, median: of our pings until their pongs\n"
    "p95, p99: 95 or 99 of 100 were quicker\n"
    "jitter: how much they differ from one to the next, on average\n"
    "tcp: the kernel's own round trip, without the server's program\n"
    "missed: pings without a pong in time"
)


def transport_tooltip(facts: ConnectionFacts, *, secure_url: bool) -> Content:
    """How safely, and how compressed, in sentences."""
    lines = []
    if facts.tls:
        lines.append(safe_text(", ".join(filter(None, (facts.tls, facts.cipher)))))
        if facts.insecure:
            lines.append("The certificate was not verified: anybody may be at the other end.")
        else:
            lines.append("The certificate was verified.")
        if facts.subject:
            lines.append(safe_text(f"It is for {facts.subject}, issued by {facts.issuer or 'nobody named'}."))
        if facts.not_after:
            lines.append(safe_text(f"It is valid until {facts.not_after}."))
    elif facts.opened_ns is not None and not secure_url:
        lines.append("No TLS: everybody on the way can read and change what is said.")
    if facts.deflate:
        lines.append("Messages are compressed (permessage-deflate, RFC 7692).")
    return Content("\n".join(lines))


def state_tooltip(facts: ConnectionFacts) -> Content:
    """The close codes of both sides, where there are any."""
    lines = []
    for who, said in (("The server", facts.close_received), ("We", facts.close_sent)):
        if said is not None:
            code, reason = said
            words = "without a code" if code is None else f"with {code}"
            lines.append(safe_text(f"{who} closed {words}" + (f": “{reason}”" if reason else ".")))
    if facts.opened_ns is not None and facts.ended_ns is not None and facts.close_received is None:
        lines.append("No Close frame came: 1006 is what programs are told then (RFC 6455 §7.1.5).")
    return Content("\n".join(lines))
