"""The app's side of the settings: taken at the start, said where they are wrong, kept when they change."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.app import App

from wstui.tui.background import in_thread
from wstui.tui.settings import ReadSettings, Settings, keep_setting, read_settings, settings_path
from wstui.tui.themes import DARK, THEMES

if TYPE_CHECKING:
    from textual.theme import Theme


class SettingsApp(App[int]):
    """An app with the theme and the keys that a person has chosen."""

    settings: Settings = Settings()

    @property
    def changed_keys(self) -> Mapping[str, str]:
        """The keys that a person has set, by the id of the binding."""
        return self.settings.keys

    def take_settings(self) -> None:
        """Read them; call it before there is a screen."""
        for theme in THEMES:
            self.register_theme(theme)
        found = read_settings() if settings_path().exists() else ReadSettings(Settings())
        self.settings, self._settings_problem = found.settings, found.problem
        # Set before a stylesheet is read: a watched change would parse all of them twice.
        self.set_reactive(App.theme, self._known_theme())
        self.stylesheet.set_variables(self.get_css_variables())

    def _known_theme(self) -> str:
        asked = os.environ.get("TEXTUAL_THEME", "")
        if asked in self.available_themes:
            return asked
        name = self.settings.theme
        if name in self.available_themes:
            return name
        if name and not self._settings_problem:
            self._settings_problem = "settings.toml: theme: there is none of that name; ^p shows them all."
        return DARK.name

    def use_settings(self) -> None:
        """Say what is wrong with them, set the keys, and keep the theme that is chosen from now on."""
        if self._settings_problem:
            self.notify(self._settings_problem, severity="warning", markup=False)
        if self.changed_keys:
            self.set_keymap(dict(self.changed_keys))
        self.theme_changed_signal.subscribe(self, self._theme_chosen)

    def _theme_chosen(self, theme: "Theme") -> None:
        self.keep(theme=theme.name)

    def keep(self, **changes: object) -> None:
        """Keep settings that a person has just changed."""
        from dataclasses import replace

        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        self._write_settings(changes)

    @in_thread(group="settings")
    def _write_settings(self, changes: Mapping[str, object]) -> None:
        from wstui.tui.settings import SettingsError

        try:
            for name, value in changes.items():
                keep_setting(name, value)
        except SettingsError as error:
            self.notify(f"Not kept for the next time: {error}", severity="warning", markup=False)
