"""How sure a kind of evidence makes us: the only place with numbers of that sort.

A confidence is how often, roughly, this evidence means this cause. What matters most is the order:
words that were said beat a code, a code that has one meaning beats one that is used for many things, a
heartbeat that is known to be missing beats the politeness of the code behind it, and a silence alone
speaks only as loudly as its length is round, known, or repeated. :func:`~wstui.diagnosis.ranking.rank`
adds what two rules of one cause give each other.

The confidences of close codes and of HTTP statuses stand in ``codes.toml``, those of words in
``wstui/dialects/reasons.toml``; they are on the same scale.
"""

from typing import Final

CERTAIN: Final = 0.98
"""The phase or the protocol admits nothing else."""
BROKEN_RULE: Final = 0.97
"""A frame broke a rule of RFC 6455 that we can name."""
SAID_BY_DIALECT: Final = 0.94
"""The service announced it in its own words: a private code, a message about the end."""
GAVE_UP_ON_PONGS: Final = 0.95
"""Our own Close frame says that no pong came."""
HEARTBEAT_MISSING: Final = 0.93
"""Somebody waited for an answer that never came, and then hung up."""
SEEN_REPEATEDLY: Final = 0.93
"""The same silence, or the same age, ended several connections."""
KERNEL_SAYS: Final = 0.92
"""What TCP or the clocks report leaves little else."""
OUR_DOING: Final = 0.9
"""We did it; but something may have made us."""
KNOWN_LIMIT: Final = 0.9
"""A silence as long as the recognised server's or proxy's default."""
PONGS_MISSED_BEFORE: Final = 0.8
"""Pings were missed, and we ended it for a reason that is not known."""
HEARTBEAT_NEVER_SENT: Final = 0.88
"""The dialect wants heartbeats, there were none, and the time until the end is round."""
LIKELY: Final = 0.85
"""A pattern with few other explanations."""
ROUND_AGE: Final = 0.83
"""Ended at a round age while messages flowed."""
BEHIND_THE_LARGEST: Final = 0.83
"""The end right behind a message larger than all before: sooner than an unexplained reset."""
LAST_WORDS: Final = 0.83
"""The last message complains, and the end follows at once."""
UNEXPLAINED_RESET: Final = 0.8
UNEXPLAINED_FIN: Final = 0.55
FIN_IN_TRAFFIC: Final = 0.75
FIN_IN_A_FRAME: Final = 0.9
PRIVATE_CODE: Final = 0.7
"""4000 to 4999, and nobody here knows what it means."""
UNREGISTERED_CODE: Final = 0.5
WEAK: Final = 0.6
"""Fits, as other things do."""

SILENCE_BASE: Final = 0.45
"""A silence of any length before the end."""
SILENCE_ROUND: Final = 0.35
"""What is added for a length that a person would configure."""
TIMER_CODE: Final = 0.06
"""What is added for a close code that servers use when a timer fires."""
TIMER_CODE_MOST: Final = 0.95
MOST: Final = 0.99
"""More than this no sum of rules can be."""
ALTERNATIVE: Final = 0.6
"""Causes behind the first one are shown with this part of their own confidence."""
