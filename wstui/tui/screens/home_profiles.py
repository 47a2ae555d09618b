"""What a person can do with a profile on the home screen: edit, begin, copy, import, delete."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.screen import Screen

if TYPE_CHECKING:
    from wstui.profiles import ProfileEntry
    from wstui.tui.profile_draft import Draft


class HomeProfiles(Screen[None]):
    """The home screen's profiles. What it needs is imported when it is asked for."""

    def chosen_profile(self) -> "ProfileEntry | None":
        """The highlighted profile; filled in by the home screen."""
        raise NotImplementedError

    def show_problem(self, sentence: str) -> None:
        """A sentence in place; filled in by the home screen."""
        raise NotImplementedError

    def action_reload(self) -> None:
        """Read the lists again; filled in by the home screen."""
        raise NotImplementedError

    def action_edit_profile(self) -> None:
        """Open the chosen profile's form."""
        from wstui.tui.profile_draft import edit_draft

        entry = self.chosen_profile()
        if entry is not None:
            self._open_form(lambda: edit_draft(entry.path, template=entry.template))

    def action_copy_profile(self) -> None:
        """Begin a new profile as a copy."""
        from wstui.tui.profile_draft import copy_draft

        entry = self.chosen_profile()
        if entry is not None:
            self._open_form(lambda: copy_draft(entry.path))

    def action_new_profile(self) -> None:
        """Begin an empty one."""
        from wstui.tui.profile_draft import Draft

        self._open_form(Draft)

    def action_import_curl(self) -> None:
        """Begin one from a curl command."""
        from wstui.tui.profile_draft import curl_draft
        from wstui.tui.screens.paste_dialog import PasteDialog

        help_text = "In the browser's inspector: Network, the request, Copy as cURL. Then paste it here."

        def pasted(text: str | None) -> None:
            if text is not None:
                self._open_form(lambda: curl_draft(text))

        self.app.push_screen(PasteDialog("Import a curl command", help_text, _curl_problem), pasted)

    def _open_form(self, make: "Callable[[], Draft]") -> None:
        from wstui.profiles import ProfileError
        from wstui.tui.screens.profile_form import ProfileForm

        try:
            form = ProfileForm(make())
        except ProfileError as error:
            self.show_problem(str(error))
            return
        self.show_problem("")
        self.app.push_screen(form, self._saved)

    def _saved(self, path: Path | None) -> None:
        from wstui.profiles.read import shown_path

        if path is not None:
            self.app.notify(f"Saved as {shown_path(path)}.", markup=False)
            self.action_reload()

    def action_delete_profile(self) -> None:
        """Ask, then delete."""
        from wstui.events import safe_text
        from wstui.tui.screens.dialogs import Confirm

        entry = self.chosen_profile()
        if entry is None:
            return
        if entry.template:
            self.show_problem(f"{safe_text(entry.name)} is a template of the installation: it stays.")
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self._delete_profile(entry.path)

        question = f"Delete the profile “{safe_text(entry.name)}”? Its sessions stay."
        self.app.push_screen(Confirm(question, "Delete", "Keep"), answered)

    def _delete_profile(self, path: Path) -> None:
        from wstui.profiles import ProfileError
        from wstui.tui.profile_draft import delete_profile

        try:
            delete_profile(path)
        except ProfileError as error:
            self.show_problem(str(error))
        self.action_reload()


def _curl_problem(text: str) -> str | None:
    from wstui.profiles import ProfileError
    from wstui.profiles.curl import profile_from_curl

    try:
        profile_from_curl(text)
    except ProfileError as error:
        return str(error)
    return None
