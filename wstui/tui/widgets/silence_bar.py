"""How long nothing has come or gone, against the time after which somebody is known to hang up."""

from textual.content import Content
from textual.widget import Widget

from wstui.tui.glyphs import Glyphs, shown_in, terminal_glyphs
from wstui.tui.graph_scale import NS_PER_S, span_text
from wstui.tui.panel_data import PanelData
from wstui.tui.tones import MUTED
from wstui.tui.traffic import Silence
from wstui.words.measures import duration_text

PLAIN_SCALE_S = 60.0
"""The bar's length where no timeout is known."""
_STEPS = ((0.5, "$text-success"), (0.8, "$text-warning"), (float("inf"), "$text-error"))
_LABEL = " silence "


class SilenceBar(Widget):
    """A bar that fills while the connection is silent, and when each side last said something."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SilenceBar { height: 2; width: 1fr; }
    SilenceBar.-foresees { height: 3; }
    """

    def __init__(self, *, id: str | None = None, glyphs: Glyphs | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.glyphs = glyphs or terminal_glyphs()
        self._shown: tuple[object, ...] = ()
        self.silence = Silence()
        self.running = False
        self.foresight = ""

    def show(self, data: PanelData) -> None:
        """Show the silence; draws at most once a second, as its words change."""
        silence = data.silence
        shown = (
            silence.silent_ns // NS_PER_S,
            silence_words(silence, running=data.running),
            data.running,
            data.foresight,
        )
        self.silence, self.running = silence, data.running
        self.foresight = data.foresight
        words = silence_tooltip(silence, data.foresight)
        if words != self.tooltip:
            self.tooltip = words
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render(self) -> Content:
        """The bar, and beneath it the words; where there is room, what may end it."""
        lines = silence_lines(self.silence, self.size.width, self.glyphs, running=self.running)
        if self.size.height < 3 or not self.foresight:
            return lines
        words = Content(shown_in(f"{' ' * len(_LABEL)}{self.foresight}", self.glyphs))
        return Content.assemble(lines, "\n", words.truncate(self.size.width, ellipsis=True))


def silence_tooltip(silence: Silence, foresight: str) -> Content:
    """What the bar means, and what may end the connection."""
    words = "How long neither side has said anything, pings and pongs included."
    if silence.limit_s is not None:
        words += f" The bar is full at {silence.limit_s:g} s: that long, and {silence.limit_name} ends it."
    if silence.limit_name == "as before":
        words = words.replace("as before ends it", "earlier connections here were ended")
    return Content(f"{words}\nKnown limits: {foresight}." if foresight else words)


def silence_lines(silence: Silence, width: int, glyphs: Glyphs, *, running: bool) -> Content:
    """Bar and words in a width."""
    if silence.opened_ns is None:
        return Content.styled(f"{_LABEL}counts from the moment it is open"[:width], MUTED)
    share = silence.silent_ns / NS_PER_S / (silence.limit_s or PLAIN_SCALE_S)
    style = next(style for limit, style in _STEPS if share < limit)
    amount = " " + amount_words(silence, running=running)
    cells = max(4, width - len(_LABEL) - len(amount))
    filled, empty = bar_cells(share, cells, glyphs)
    words = " " * len(_LABEL) + silence_words(silence, running=running)
    if len(words) > width:
        words = words.removesuffix(" before the end")
    return Content.assemble(
        (_LABEL, MUTED),
        (filled, style if silence.limit_s else "$text-accent"),
        (empty, "$foreground 20%"),
        (shown_in(amount, glyphs), style if silence.limit_s else ""),
        "\n",
        (shown_in(words, glyphs)[:width], MUTED),
    )


def bar_cells(share: float, cells: int, glyphs: Glyphs) -> tuple[str, str]:
    """A bar filled to ``share`` (1: full) in eighths of a cell, and its empty rest."""
    eighths = round(max(0.0, min(1.0, share)) * cells * 8)
    whole, rest = divmod(eighths, 8)
    filled = glyphs.bar[8] * whole + (glyphs.bar[rest] if rest else "")
    return filled, glyphs.track * (cells - len(filled))


def amount_words(silence: Silence, *, running: bool = True, named: bool = True) -> str:
    """``12 s``, or against a known limit ``12 s of 60 s (nginx)``; what is over is known exactly."""
    if silence.limit_s is None:
        return _amount(silence.silent_ns, running=running)
    name = f" ({silence.limit_name})" if silence.limit_name and named else ""
    return f"{silence.silent_ns // NS_PER_S} s of {silence.limit_s:g} s{name}"


def silence_words(silence: Silence, *, running: bool) -> str:
    """When each side last said something: counted back from now, or from the end."""
    parts = []
    for word, moment_ns in (("received", silence.received_ns), ("sent", silence.sent_ns)):
        if moment_ns is None or (silence.opened_ns and moment_ns < silence.opened_ns):
            parts.append(f"nothing {word}")
        else:
            ago = " ago" if running else ""
            parts.append(f"{word} {_amount(silence.until_ns - moment_ns, running=running)}{ago}")
    return ", ".join(parts) + ("" if running else " before the end")


def _amount(span_ns: int, *, running: bool) -> str:
    return span_text(span_ns) if running or span_ns >= 100 * NS_PER_S else duration_text(max(0, span_ns))
