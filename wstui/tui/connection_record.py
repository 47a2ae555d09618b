"""What matters about one connection's beginning and end, gathered while its events pass by. Pure."""

from dataclasses import dataclass, field

from wstui.events import END_KINDS, PHASE_KINDS, Kind, RecordedEvent


@dataclass(slots=True)
class ConnectionRecord:
    """One connection, as far as its beginning and its end are concerned."""

    connection: int = 0
    phases: list[RecordedEvent] = field(default_factory=list)
    opened: RecordedEvent | None = None
    closes: list[RecordedEvent] = field(default_factory=list)
    ends: list[RecordedEvent] = field(default_factory=list)
    errors: list[RecordedEvent] = field(default_factory=list)

    def feed(self, event: RecordedEvent) -> None:
        """Take one event of this connection."""
        if event.kind in PHASE_KINDS:
            self.phases.append(event)
        elif event.kind == Kind.OPEN:
            self.opened = event
        elif event.kind == Kind.CLOSE:
            self.closes.append(event)
        elif event.kind in END_KINDS:
            self.ends.append(event)
        elif event.kind == Kind.ERROR:
            self.errors.append(event)

    @property
    def failed(self) -> RecordedEvent | None:
        """The error with which dialling failed."""
        return self.errors[-1] if self.errors and self.opened is None else None

    @property
    def is_over(self) -> bool:
        """TCP ended, or the connection never opened."""
        return bool(self.ends) or self.failed is not None

    @property
    def ended_ns(self) -> int | None:
        """Session time of the end."""
        if self.ends:
            return self.ends[0].t_ns
        return self.failed.t_ns if self.failed else None

    @property
    def turning_point(self) -> RecordedEvent | None:
        """Where the ending began: the first Close frame, else the end of TCP."""
        return self.closes[0] if self.closes else self.ends[0] if self.ends else None

    def close(self, direction: str) -> RecordedEvent | None:
        """The first Close frame of a direction."""
        return next((event for event in self.closes if event.direction == direction), None)


@dataclass(frozen=True, slots=True)
class EndingLine:
    """A line of the ending card; with an ``event_id`` it can be chosen."""

    text: str
    tone: str = "plain"
    label: str = ""
    event_id: int = 0


@dataclass(frozen=True, slots=True)
class Quiet:
    """How long nothing had come and gone when the ending began, in ns; None: nothing ever did."""

    received_ns: int | None = None
    sent_ns: int | None = None
