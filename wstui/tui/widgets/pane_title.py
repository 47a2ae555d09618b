"""A pane's title on a thin rule: words at the left, facts or choices at the right.

The rule is thick and bright while the pane has the focus, so that the focused pane is plain to see
without colour too.
"""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from wstui.tui.glyphs import Glyphs, terminal_glyphs

_LEAST_CELLS = 12
"""Of a title's left side, the rule and the spaces."""


class PaneTitle(Widget):
    """One line: ``─ Messages ─────────── 1,204 · 312 kB ─``."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    PaneTitle {
        height: 1;
        width: 1fr;
        color: $text-muted;
        &.-focused { color: $text-accent; text-style: bold; }
    }
    """

    left: reactive[Content] = reactive(Content)
    right: reactive[Content] = reactive(Content)

    def __init__(
        self,
        left: str = "",
        *,
        id: str | None = None,  # noqa: A002
        glyphs: Glyphs | None = None,
    ) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs or terminal_glyphs()
        self.set_reactive(PaneTitle.left, Content(left))

    def on_mount(self) -> None:
        """Follow the focus: the stylesheet alone does not hear of it in every pane."""
        self.watch(self.screen, "focused", self._focus_moved)

    def _focus_moved(self, focused: Widget | None) -> None:
        inside = focused is not None and self.parent in focused.ancestors
        self.set_class(inside, "-focused")
        self.refresh()

    def render(self) -> Content:
        """Left words, the rule, right words; the left side gives way first."""
        width = self.size.width
        rule = self.glyphs.focused_rule if self.has_class("-focused") else self.glyphs.rule
        right = Content()
        if self.right and width > _LEAST_CELLS:
            words = self.right.truncate(width - _LEAST_CELLS, ellipsis=True)
            right = Content.assemble(" ", words, f" {rule}")
        left = Content.assemble(f"{rule} ", self.left).truncate(width - right.cell_length - 1, ellipsis=True)
        room = width - left.cell_length - right.cell_length - 1
        return Content.assemble(left, " ", rule * max(0, room), right)
