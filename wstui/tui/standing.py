"""How a session stands, in the few words of a tab: cheap to ask, whether it is shown or not."""

from wstui.events import ConnectionState, safe_text
from wstui.tui.session_source import SessionSource
from wstui.tui.state_words import StateWords
from wstui.tui.tabs import Standing
from wstui.words.measures import clock_text

_ENDED = frozenset({ConnectionState.CLOSED, ConnectionState.WAITING_TO_RETRY})
_HERE = ("127.0.0.1:", "localhost:", "[::1]:")
_MINUTE_CHARACTERS = len("12:00")


def standing_of(source: SessionSource, profile: str, url: str, words: StateWords) -> Standing:
    """Put together what a tab shows, and what tells whether something is new in it."""
    sign, _, tone = words
    name = safe_text(profile or short_endpoint(url)) or "…"
    if source.recorded and source.reader is not None:
        started = clock_text(source.reader.info.started_ns)[:_MINUTE_CHARACTERS]
        return Standing(f"{name} {started}", sign, tone)
    received = source.progress.messages_received if source.progress is not None else 0
    return Standing(name, sign, tone, received, _endings(source))


def _endings(source: SessionSource) -> int:
    if source.state is None:
        return 0
    if not source.live:
        return source.state.connection + 1
    return source.state.connection + (source.state.state in _ENDED)


def short_endpoint(url: str) -> str:
    """A URL's host, port and path, of this machine without the host; of a socket file its name."""
    scheme, _, rest = url.partition(":")
    rest = rest.removeprefix("//").partition("?")[0]
    if scheme.endswith("+unix"):
        return rest.partition(":")[0].rpartition("/")[2]
    place, slash, path = rest.partition("/")
    place = place.rpartition("@")[2]
    for here in _HERE:
        if place.startswith(here):
            place = place.removeprefix(here.removesuffix(":"))
    return f"{place}{slash}{path}".rstrip("/")
