"""A form with every field of a profile: checked as one types, saved in one step, nothing typed is lost."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from wstui.events import safe_text
from wstui.profiles import ProfileError
from wstui.profiles.read import shown_path
from wstui.profiles.shelf import own_profile_path
from wstui.tui.actions import Place, bindings_for
from wstui.tui.background import as_task
from wstui.tui.profile_draft import ChangedMeanwhileError, Draft, save_draft
from wstui.tui.profile_fields import FIELDS, GROUPS, Checked, Texts, check_form, texts_of
from wstui.tui.screens.dialogs import Confirm
from wstui.tui.tones import MUTED
from wstui.tui.widgets.choice_line import ChoiceLine
from wstui.tui.widgets.form_section import FieldRow, FormSection, dom_id
from wstui.tui.widgets.key_bar import KeyBar
from wstui.tui.widgets.pane_title import PaneTitle
from wstui.words.measures import count_text

_CHECK_AFTER_S = 0.12


class ProfileForm(Screen[Path | None]):
    """Edits one profile; its result is the file that was written."""

    CSS_PATH = "profile_form.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = (Place.FORM,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(Place.FORM)]
    HELP_NAME = "form"
    JUMPS: ClassVar[dict[str, str]] = {
        "n": "#form-name",
        **{str(number): f"#section-{number}" for number in range(1, len(GROUPS) + 1)},
    }
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal")]  # noqa: RUF012

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self._shown: Texts = texts_of(draft.tables)
        self._checked = Checked(None, {})
        self._overwrite = False
        self._timer: Timer | None = None
        self._refused: tuple[Texts, str, str] | None = None
        """What stood in the fields when it was not saved, and why."""
        self._sections = [
            FormSection(group, fields, self._shown, id=f"section-{number}")
            for number, (group, fields) in enumerate(GROUPS, 1)
        ]
        self._sections[0].make_rows()

    def compose(self) -> ComposeResult:
        """Title, the groups one below the other, what is wrong, the keys."""
        title = "Edit profile" if self._draft.path is not None else "New profile"
        yield PaneTitle(title, id="form-title")
        with VerticalScroll(id="form", can_focus=False):
            with Horizontal(classes="form-row", id="form-name-line"):
                yield Static(Content("Name"), classes="form-label")
                name = Input(self._draft.name, id="form-name", compact=True, select_on_focus=False)
                name.disabled = self._draft.path is not None
                yield name
                yield Static(classes="form-note", id="form-file")
            yield from self._sections
        yield Static(id="form-help")
        yield Static(id="form-said")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Look what is wrong from the start, as of a broken file; the other sections come when it stands."""
        self.query_one(f"#{dom_id('url')}" if self._draft.name else "#form-name").focus()
        self._check()
        self.call_after_refresh(self._fill_sections)

    @as_task(group="sections")
    async def _fill_sections(self) -> None:
        for section in self._sections:
            await section.fill()
            self._show_problems()

    @property
    def rows(self) -> dict[str, FieldRow]:
        """The rows that there are by now, by the key of their field."""
        return {key: row for section in self._sections for key, row in section.rows.items()}

    # -- while one types -------------------------------------------------------------------------

    @property
    def typed(self) -> Texts:
        """What stands in the fields; those that are not there yet are as they were read."""
        return {**self._shown, **{key: row.text for key, row in self.rows.items()}}

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at it once the typing rests."""
        event.stop()
        self._check_soon()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """The same."""
        event.stop()
        self._check_soon()

    def on_choice_line_changed(self, event: ChoiceLine.Changed) -> None:
        """The same."""
        event.stop()
        self._check_soon()

    def _check_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_CHECK_AFTER_S, self._check)

    def _check(self) -> None:
        typed = self.typed
        self._checked = check_form(self._draft.tables, self._shown, typed)
        problems = self._show_problems()
        self._show_place()
        self._show_help(self.focused)
        if self._refused is None or self._refused[0] != self._everything_typed():
            self._refused = None
            self._say_how_it_stands(problems.get("", ""), len(problems))

    def _show_problems(self) -> Mapping[str, str]:
        """Each beside its field; a form that nobody has touched yet has none."""
        untouched = not self._draft.tables and self.typed == self._shown
        problems = {} if untouched else self._checked.problems
        for key, row in self.rows.items():
            row.say(problems.get(key, ""))
        return problems

    def _say_how_it_stands(self, general: str, count: int) -> None:
        if count:
            words = general or f"{count_text(count, 'field')} to mend"
            self._say(words, "$text-error")
        else:
            self._say(self._draft.remark, MUTED)

    def _show_place(self) -> None:
        name = self.query_one("#form-name", Input).value
        path = self._draft.path or (own_profile_path(name) if name.strip() else None)
        where = Content(shown_path(path) if path else "letters, digits, dots and hyphens")
        self.query_one("#form-file", Static).update(where)

    def _say(self, words: str, style: str) -> None:
        self.query_one("#form-said", Static).update(Content.styled(safe_text(words), style))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The help of the field that has the focus, where it has no room beside it."""
        self._show_help(event.widget)

    def _show_help(self, focused: Widget | None) -> None:
        row = next((row for row in self.rows.values() if row.editor is focused), None)
        words = row.words if row is not None and self.has_class("-narrow") else ""
        self.query_one("#form-help", Static).update(Content(words))

    # -- leaving ---------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Write the file, or go to the first field that will not do."""
        self._check()
        profile = self._checked.profile
        if profile is None:
            self._go_to_problem()
            return
        try:
            name = self.query_one("#form-name", Input).value
            path = save_draft(self._draft, name, profile, overwrite=self._overwrite)
        except ChangedMeanwhileError as error:
            self._overwrite = True
            self._refuse(str(error), "$text-warning")
        except ProfileError as error:
            self._refuse(str(error), "$text-error")
        else:
            self.dismiss(path)

    def _refuse(self, words: str, style: str) -> None:
        """Say why it was not saved, until something else is typed."""
        self._refused = (self._everything_typed(), words, style)
        self._say(words, style)

    def _everything_typed(self) -> Texts:
        return {**self.typed, "": self.query_one("#form-name", Input).value}

    @as_task(group="problem", exclusive=True)
    async def _go_to_problem(self) -> None:
        """Also where its section is not filled yet."""
        problems = self._checked.problems
        self._say_how_it_stands(problems.get("", ""), len(problems))
        first = next((field.key for field in FIELDS if field.key in problems), None)
        for section in self._sections:
            if first is not None and section.holds(first):
                await section.fill()
                section.rows[first].editor.focus()
        for key, row in self.rows.items():
            row.say(problems.get(key, ""))

    def action_leave(self) -> None:
        """Leave; asks where something typed would be lost."""
        name_changed = self.query_one("#form-name", Input).value != self._draft.name
        if self.typed == self._shown and not name_changed:
            self.dismiss(None)
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self.dismiss(None)

        self.app.push_screen(Confirm("Leave without saving what you typed?", "Leave"), answered)
