"""The profile of a session, in its form (F4); what is saved holds from the next connection."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import tomli_w
from textual.binding import Binding, BindingType
from textual.content import Content

from wstui.events import safe_text
from wstui.profiles import ProfileError, find_profile, load_profile
from wstui.profiles.read import shown_path
from wstui.profiles.shelf import templates_folder
from wstui.targets import Destination
from wstui.tui.profile_draft import Draft, edit_draft, new_draft
from wstui.tui.screens.dialogs import TextDialog
from wstui.tui.screens.session_layout import SessionLayout


class RecordedSettings(TextDialog):
    """The settings that a session was recorded with."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "edit", "edit its profile")]

    def __init__(self, text: Content, edit: Callable[[], None] | None) -> None:
        keys = "Esc goes back" if edit is None else "e edits the profile as it is today · Esc goes back"
        super().__init__("Profile: as recorded with the session", text, keys)
        self._edit = edit

    def action_edit(self) -> None:
        """Open the form of the profile, where there is one."""
        if self._edit is not None:
            self.dismiss(None)
            self._edit()


class SessionProfile(SessionLayout):
    """Opens the form, and takes over what was saved."""

    _is_edited = False
    """The destination's profile is another one than the connection's."""

    def action_profile(self) -> None:
        """The form of this session's profile; of a recording the settings, and from there the form."""
        destination, reader = self.destination, self.source.reader
        if destination is not None:
            self._open_form(lambda: draft_of(destination))
        elif reader is not None:
            info = reader.info
            path = find_profile(info.profile) if info.profile else None
            edit = None if path is None else lambda: self._open_form(lambda: _file_draft(path))
            text = safe_text(tomli_w.dumps(info.settings, multiline_strings=True), newlines=True)
            self.app.push_screen(RecordedSettings(Content(text), edit))

    def _open_form(self, make: Callable[[], Draft]) -> None:
        from wstui.tui.screens.profile_form import ProfileForm

        try:
            form = ProfileForm(make())
        except ProfileError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        self.app.push_screen(form, self._saved)

    def _saved(self, path: Path | None) -> None:
        if path is None:
            return
        words = f"Saved as {shown_path(path)}."
        try:
            changed = Destination(load_profile(path), path.stem, path)
        except ProfileError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        if self.destination is None:
            words += " F5 connects with it."
        elif self.source.busy:
            self.destination, self._is_edited = changed, True
            words += " It holds from the next connection: F5, once this one has ended."
        else:
            self.show_destination(changed)
            self._is_edited = True
            self.update_picture()
            words += " F5 connects with it."
        self.refresh_bindings()
        self.app.notify(words, markup=False)

    # -- dialling with it ----------------------------------------------------------------------------

    def action_reconnect(self) -> None:
        """Connect again; with another profile that is a session of its own."""
        self._look_at_file()
        if not self._dialled_anew():
            super().action_reconnect()

    def action_retry_now(self) -> None:
        """Do not wait."""
        if not self._dialled_anew():
            super().action_retry_now()

    def action_connect(self) -> None:
        """Connect to what stands in the bar."""
        self._look_at_file()
        self._is_edited = False
        super().action_connect()

    def _look_at_file(self) -> None:
        """Take over what somebody else wrote into the profile's file meanwhile."""
        used = self.destination
        if used is None or used.path is None or not used.path.exists():
            return
        try:
            now = load_profile(used.path)
        except ProfileError as error:
            self.app.notify(f"{error} The settings are as before.", severity="warning", markup=False)
            return
        if now != used.profile:
            self.destination, self._is_edited = replace(used, profile=now), True
            words = f"{shown_path(used.path)} was changed: connecting with what it says now."
            self.app.notify(words, markup=False)

    def _dialled_anew(self) -> bool:
        """Whether the profile was edited, and the endpoint in the bar is not another one by now."""
        is_edited, self._is_edited = self._is_edited, False
        if not is_edited or self.destination is None or self.typed_url != self.url:
            return False
        self.show_destination(self.destination)
        self.dial(self.destination)
        return True


def draft_of(destination: Destination) -> Draft:
    """What a form begins with: the profile's file, a copy of a template, or a new one for a URL.

    Raises:
        ProfileError: the file cannot be read, or is no TOML.
    """
    path = destination.path
    if path is not None and path.exists():
        return _file_draft(path)
    return new_draft(destination.profile, destination.name)


def _file_draft(path: Path) -> Draft:
    return edit_draft(path, template=path.is_relative_to(templates_folder()))
