"""What a probe does: one connection a trial, each with one question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from wstui.profiles import Profile, Reconnect

TrialName = Literal["contact", "silence", "pings", "messages"]

LAST_PONG_S = 0.5
"""How long the last pong may take before the Close."""
_OFTEN = 0.6
"""A trial speaks up after this share of the silence that ended the connection before …"""
_LONG_ENOUGH = 1.7
"""… and lasts for so many times that silence: past the moment at which it would have ended."""
_QUICKEST_S = 0.05


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """What a person wants to know. Spans in seconds."""

    pings: int = 10
    ping_every_s: float = 0.2
    silence_s: float = 75.0
    """How long a silence is tried; 0: not at all. 60 s is the limit most often met."""
    message: str = ""
    """Something that the endpoint takes at any time, to see whether messages keep it open."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One connection."""

    name: TrialName
    purpose: str
    """A sentence for whoever waits."""
    steps: Sequence[str]
    """In the language of :mod:`wstui.engine.steps`."""
    speaks_every_s: float | None = None
    """How often something is sent to keep it open; None: nothing is."""


def contact_trial(options: ProbeOptions) -> Trial:
    """Can it be opened, how quickly does it answer pings, how does it close?"""
    pings = [
        step
        for number in range(options.pings)
        for step in (f"ping wstui {number + 1}", f"wait {options.ping_every_s:g}")
    ]
    rest = [f"wait {LAST_PONG_S:g}"] if options.pings else []
    purpose = f"Opening, {options.pings} pings, closing with 1000."
    return Trial("contact", purpose, [*pings, *rest, "close 1000"])


def silence_trial(options: ProbeOptions) -> Trial:
    """Who ends a connection on which nothing is sent, and after how long?"""
    purpose = f"Silence for at most {options.silence_s:g} s."
    return Trial("silence", purpose, [f"until-closed {options.silence_s:g}"])


def kept_trial(limit_s: float, message: str = "") -> Trial:
    """Does a frame now and then keep the connection open?

    Args:
        limit_s: the silence that ended the connection before.
        message: sent as a text message; empty: pings are sent.
    """
    every_s = max(limit_s * _OFTEN, _QUICKEST_S)
    lasts_s = limit_s * _LONG_ENOUGH + _QUICKEST_S
    step = f"every {every_s:.3f} {f'send {message}' if message else 'ping'}"
    what = "A message" if message else "A ping"
    purpose = f"{what} every {every_s:.3g} s, for {lasts_s:.3g} s."
    return Trial("messages" if message else "pings", purpose, [step, f"wait {lasts_s:.3f}"], every_s)


def quiet_profile(profile: Profile) -> Profile:
    """The profile without what it would send by itself: a probe says itself when it speaks."""
    heartbeat = msgspec.structs.replace(profile.heartbeat, interval=0.0, application=None)
    return msgspec.structs.replace(profile, heartbeat=heartbeat, reconnect=Reconnect(mode="off"))
