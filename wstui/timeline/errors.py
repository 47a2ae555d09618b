"""What goes wrong with a session file, in words for a person."""


class TimelineError(Exception):
    """A session file cannot be used as asked; the message is one sentence that says why and what to do."""
