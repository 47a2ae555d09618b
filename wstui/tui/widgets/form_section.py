"""The parts of a profile's form: sections that are filled when there is time, and their rows.

A widget costs some milliseconds to mount and a profile has forty-five fields. So a row draws its label and
its words by itself, with nothing but the editor as a child, and a section is empty until it is filled.
"""

import asyncio
from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Input, Static, TextArea

from wstui.events import safe_text
from wstui.tui.profile_fields import FormField, Shape
from wstui.tui.tones import MUTED
from wstui.tui.widgets.choice_line import ChoiceLine

Editor = Input | TextArea | ChoiceLine

_LINES = {Shape.HEADERS: 4, Shape.TABLES: 7}
_LABEL_CELLS = 14
_NOTE_CELLS = 48


def dom_id(key: str) -> str:
    """The id of a field's editor."""
    return f"field-{key.replace('.', '-')}"


class FieldRow(Horizontal):
    """A label, what is typed, and beside it what it means, or why it will not do."""

    def __init__(self, field: FormField, text: str) -> None:
        super().__init__(classes="form-row")
        self.field = field
        self.problem = ""
        self.editor = _editor(field, text)

    def compose(self) -> ComposeResult:
        """One line; more where several can be typed."""
        yield self.editor

    @property
    def text(self) -> str:
        """What stands in it."""
        editor = self.editor
        return editor.text if isinstance(editor, TextArea) else editor.value

    @property
    def words(self) -> str:
        """What it means, or why it will not do."""
        return f"✗ {self.problem}" if self.problem else self.field.help

    def say(self, problem: str) -> None:
        """Why it will not do, or nothing."""
        if problem != self.problem:
            self.problem = safe_text(problem)
            self.refresh(layout=True)

    def on_click(self) -> None:
        """The label and the words stand for the field."""
        self.editor.focus()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As much as the editor and the words need."""
        return max(super().get_content_height(container, viewport, width), len(self._note_lines))

    @property
    def _note_lines(self) -> list[Content]:
        if self.screen.has_class("-narrow"):
            return []
        return Content(self.words).wrap(_NOTE_CELLS)

    def render(self) -> Content:
        """Label and words; the editor lies over the room between them."""
        label = self.field.label
        style = "bold $text-error" if self.problem else "$foreground 70%"
        notes = self._note_lines
        if not notes:
            return Content.styled(label, style)
        gap = " " * max(0, self.size.width - _NOTE_CELLS - _LABEL_CELLS)
        tone = "$text-error" if self.problem else MUTED
        lines = [
            Content.assemble((f"{'' if at else label:<{_LABEL_CELLS}}", style), gap, note.stylize(tone))
            for at, note in enumerate(notes)
        ]
        return Content("\n").join(lines)


def _editor(field: FormField, text: str) -> Editor:
    name = dom_id(field.key)
    if field.shape in (Shape.CHOICE, Shape.YES_NO):
        return ChoiceLine(field.choices or ("true", "false"), text, id=name)
    if field.shape in _LINES:
        area = TextArea(text, id=name, compact=True, tab_behavior="focus", soft_wrap=False)
        area.styles.height = _LINES[field.shape]
        return area
    secret = field.secret and "${" not in text
    return Input(text, id=name, compact=True, select_on_focus=False, password=secret)


class FormSection(Vertical):
    """A heading and the rows of some fields; it keeps their room until it is filled."""

    DEFAULT_CSS = "FormSection { height: auto; }"

    def __init__(self, title: str, fields: Sequence[FormField], shown: Mapping[str, str], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._heading = title
        self._fields = fields
        self._shown = shown
        self._filling = asyncio.Lock()
        self.rows: dict[str, FieldRow] = {}
        """By the key of their field; empty until it is filled."""
        self.styles.min_height = 2 + sum(_LINES.get(field.shape, 1) for field in fields)

    def holds(self, key: str) -> bool:
        """Whether a field is one of this section's."""
        return any(field.key == key for field in self._fields)

    def compose(self) -> ComposeResult:
        """The rows, where they were made before."""
        if self.rows:
            yield from self._widgets()

    def make_rows(self) -> None:
        """Fill it from the first frame on; only before it is mounted."""
        self.rows = {field.key: FieldRow(field, self._shown[field.key]) for field in self._fields}

    def _widgets(self) -> list[Static | FieldRow]:
        return [Static(Content(self._heading), classes="form-group"), *self.rows.values()]

    async def fill(self) -> None:
        """Mount the rows, once."""
        async with self._filling:
            if not self.rows:
                self.make_rows()
                await self.mount_all(self._widgets())

    async def jump_here(self) -> None:
        """Go to the first field, the section's heading at the top."""
        await self.fill()
        self.scroll_visible(top=True, animate=False)
        next(iter(self.rows.values())).editor.focus(scroll_visible=False)
