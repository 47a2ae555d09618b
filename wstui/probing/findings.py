"""What the trials say together: which silence ends a connection, and what keeps it open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wstui.probing.showing import Showing

KeptOpenBy = Literal["pings", "messages", "both", "neither", "unknown"]

_ALIKE = 0.15
"""Ages that differ by less than this share are the same one."""
_MARGIN = 0.75
"""A heartbeat's interval as a share of the limit: room for one slow round trip."""
_ROUND_S = (1, 2, 5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 120, 150, 180, 240, 300, 600, 900, 1800)


@dataclass(frozen=True, slots=True)
class Findings:
    """The conclusion. Spans in seconds."""

    silence_limit_s: float | None = None
    """The silence of ours after which the connection was ended."""
    survived_s: float | None = None
    """The longest silence that did not end it; None where none was tried to its end."""
    kept_open_by: KeptOpenBy = "unknown"
    lifetime_s: float | None = None
    """The age at which it was ended whatever was sent."""
    advice: tuple[str, ...] = ()
    """One sentence each."""


def conclude(showings: Sequence[Showing]) -> Findings:
    """What follows from the trials that were made; some may be missing."""
    by_name = {one.trial.name: one for one in showings}
    silence = by_name.get("silence")
    if silence is None or not silence.opened:
        return Findings()
    if not silence.ended_by_them or silence.our_silence_s is None:
        return _survived(silence)
    pings, messages = by_name.get("pings"), by_name.get("messages")
    lifetime_s = _lifetime(silence, pings, messages)
    if lifetime_s is not None:
        sentence = (
            f"Nothing that was tried keeps it open beyond {lifetime_s:.3g} s: connect anew before that."
        )
        return Findings(lifetime_s=lifetime_s, kept_open_by="neither", advice=(sentence,))
    limit_s = silence.our_silence_s
    by = _kept_by(_outlived(pings), _outlived(messages))
    return Findings(limit_s, kept_open_by=by, advice=_advice(limit_s, by))


def heartbeat_interval_s(limit_s: float) -> float:
    """A round interval that stays clear of a limit."""
    most_s = limit_s * _MARGIN
    below = [round_s for round_s in _ROUND_S if round_s <= most_s]
    return float(below[-1]) if below else round(most_s, 2)


def _survived(silence: Showing) -> Findings:
    longest_s = silence.our_silence_s
    if silence.server_pings:
        often = f" every {silence.server_ping_period_s:.3g} s" if silence.server_ping_period_s else ""
        sentence = f"The server pings{often}, and the answers keep the connection open: answer them."
    else:
        lasted = "" if longest_s is None else f" of {longest_s:.3g} s"
        sentence = f"A silence{lasted} did not end it; a longer one may: --silence tries it."
    return Findings(survived_s=longest_s, advice=(sentence,))


def _outlived(spoken: Showing | None) -> bool | None:
    """Whether speaking carried a connection past the silence that ended the other; None: not tried."""
    return None if spoken is None or not spoken.opened else not spoken.ended_by_them


def _lifetime(silence: Showing, pings: Showing | None, messages: Showing | None) -> float | None:
    """The age at which all ended, though pings were sent on one and messages on another.

    Pings alone prove nothing: an idle timeout that counts only messages looks the same.
    """
    if pings is None or messages is None:
        return None
    ages = [one.age_s for one in (silence, pings, messages) if one.ended_by_them and one.age_s]
    if len(ages) < 3:
        return None
    return ages[0] if max(ages) - min(ages) <= _ALIKE * max(ages) else None


def _kept_by(pings: bool | None, messages: bool | None) -> KeptOpenBy:
    if pings and messages:
        return "both"
    if pings:
        return "pings"
    if messages:
        return "messages"
    return "neither" if pings is False and messages is False else "unknown"


def _advice(limit_s: float, by: KeptOpenBy) -> tuple[str, ...]:
    every = f"{heartbeat_interval_s(limit_s):g} s"
    limit = f"{limit_s:.3g} s"
    if by in ("pings", "both"):
        return (f"Ping every {every} or less: a silence of {limit} ends the connection.",)
    if by == "messages":
        return (
            f"Pings do not count here. Send a message every {every} or less: {limit} without one end it.",
        )
    if by == "neither":
        return (f"Neither pings nor that message kept it open beyond {limit}: look for its own heartbeat.",)
    return (f"Pings did not keep it open beyond {limit}; --message TEXT tries whether a message does.",)
