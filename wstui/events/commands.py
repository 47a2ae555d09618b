"""Commands: what a person, a script or the terminal UI asks the engine to do.

Frozen dataclasses, so that this folder needs nothing but the standard library. On the engine's
standard input each travels as one JSON line, ``{"id": 7, "do": "close", "code": 4001, ...}``, where
``do`` is the key in :data:`COMMANDS`; each gets exactly one reply. Durations are in seconds (``_s``);
``bytes`` travel as base64.
"""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Connect:
    """Open the session file (the first time) and dial.

    Later, without ``profile``: dial the same endpoint again, as the next connection of the session.
    """

    profile: dict[str, Any] | None = None
    """The profile as TOML has it; ``${ENV}`` still unresolved: the engine resolves it itself."""
    name: str = ""
    """The profile's name: names the folder of the session file."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send one message, as text or binary, whole or in fragments of ``fragment_size`` bytes."""

    payload: bytes
    binary: bool = False
    fragment_size: int = 0
    """0: one frame."""


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Put one raw frame on the wire, legal or not: testing a server is a use."""

    opcode: int
    payload: bytes = b""
    fin: bool = True
    rsv1: bool = False
    rsv2: bool = False
    rsv3: bool = False
    masked: bool = True


@dataclass(frozen=True, slots=True)
class Ping:
    """Send a ping. None: a payload of the heartbeat's kind, unique."""

    payload: bytes | None = None
    source: Literal["manual", "step"] = "manual"


@dataclass(frozen=True, slots=True)
class Pong:
    """Send an unsolicited pong (RFC 6455 §5.5.3)."""

    payload: bytes = b""
    source: Literal["manual", "step"] = "manual"


@dataclass(frozen=True, slots=True)
class Close:
    """Start the closing handshake. ``code`` None: a Close frame without a body.

    While dialling it gives up dialling. ``force`` sends codes that RFC 6455 forbids on the wire.
    """

    code: int | None = 1000
    reason: str = ""
    force: bool = False


@dataclass(frozen=True, slots=True)
class Abort:
    """End TCP at once, without a Close frame: with FIN, or with RST (``reset``)."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class RetryNow:
    """Do not wait for the rest of the delay."""


@dataclass(frozen=True, slots=True)
class StopRetrying:
    """Stay closed."""


@dataclass(frozen=True, slots=True)
class SetHeartbeat:
    """Change the ping interval and the time after which a ping counts as missed. 0: no pings."""

    interval_s: float
    timeout_s: float = 20.0


@dataclass(frozen=True, slots=True)
class WithholdPongs:
    """Do not answer the server's pings from now on."""


@dataclass(frozen=True, slots=True)
class DelayPongs:
    """Answer the server's pings this much too late."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class AnswerPings:
    """Answer pings at once again."""


@dataclass(frozen=True, slots=True)
class StopReading:
    """Leave what arrives in the kernel's buffer: a slow consumer."""


@dataclass(frozen=True, slots=True)
class ResumeReading:
    """Read again."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Close with 1001 if open, commit, exit."""


Command = (
    Connect
    | Send
    | SendFrame
    | Ping
    | Pong
    | Close
    | Abort
    | RetryNow
    | StopRetrying
    | SetHeartbeat
    | WithholdPongs
    | DelayPongs
    | AnswerPings
    | StopReading
    | ResumeReading
    | Shutdown
)

COMMANDS: dict[str, type[Command]] = {
    "connect": Connect,
    "send": Send,
    "frame": SendFrame,
    "ping": Ping,
    "pong": Pong,
    "close": Close,
    "abort": Abort,
    "retry_now": RetryNow,
    "stop_retrying": StopRetrying,
    "heartbeat": SetHeartbeat,
    "withhold_pongs": WithholdPongs,
    "delay_pongs": DelayPongs,
    "answer_pings": AnswerPings,
    "stop_reading": StopReading,
    "resume_reading": ResumeReading,
    "shutdown": Shutdown,
}
"""The wire names of the commands."""


class CommandRefused(Exception):
    """A command could not be carried out; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class StateNotice:
    """The connection's state changed.

    ``phase`` is the phase of dialling while dialling; ``retry_at_ns`` (session time) and ``attempt``
    count while waiting to retry; ``url`` is safe to show (no password).
    """

    state: str
    connection: int = 0
    t_ns: int = 0
    phase: str = ""
    url: str = ""
    session: str = ""
    """Path of the session file; empty until there is one."""
    retry_at_ns: int = 0
    attempt: int = 0
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class ProgressNotice:
    """How far the recording is. At most 20 a second, however busy the wire.

    Times are session time in ns; 0 where nothing of the kind happened yet.
    """

    last_id: int
    """The newest committed event."""
    now_ns: int
    messages_received: int = 0
    messages_sent: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    last_rtt_ns: int = 0
    last_received_ns: int = 0
    last_sent_ns: int = 0
    backlog_bytes: int = 0
    """Received but not yet committed."""


@dataclass(frozen=True, slots=True)
class ProblemNotice:
    """Something a person should know: a full disk, a session file that cannot be written."""

    message: str
    fatal: bool = False


Notice = StateNotice | ProgressNotice | ProblemNotice

NOTICES: dict[str, type[Notice]] = {
    "state": StateNotice,
    "progress": ProgressNotice,
    "problem": ProblemNotice,
}
"""The wire names of the notices."""
