"""The session screen as a person has set it: time column, pings, how panel and detail share the room.

Only what the person changes is kept; the rest is as the screen's size asks for. Rule: a height or width of
one's own holds where there is a choice; on a small screen the stylesheet decides.
"""

from typing import TYPE_CHECKING

from textual import events

from wstui.tui.screens.session_notes import SessionNotes
from wstui.tui.settings import DETAIL_LINES, PANEL_CELLS
from wstui.tui.widgets.message_detail import MessageDetail
from wstui.tui.widgets.message_list import MessageList, TimeShown
from wstui.tui.widgets.side_panel import SidePanel

if TYPE_CHECKING:
    from wstui.tui.app_settings import SettingsApp

_STEP_CELLS = 4
_STEP_LINES = 2
_LEAST_LEFT_CELLS = 40
_LEAST_OTHER_LINES = 14
"""For bar, messages, composer and keys."""
_PANEL_FROM_CELLS = 100
_DETAIL_BESIDE_FROM_CELLS = 170
_DETAIL_FROM_LINES = 32


class SessionLayout(SessionNotes):
    """Takes the settings, and keeps what is changed."""

    @property
    def settings_app(self) -> "SettingsApp":
        """The app, which knows the settings."""
        from wstui.tui.app_settings import SettingsApp

        assert isinstance(self.app, SettingsApp)
        return self.app

    def start_drawing(self) -> None:
        """As the person left it."""
        settings = self.settings_app.settings
        self._everything = settings.pings_in_list
        self.query_one(MessageList).time_shown = TimeShown[settings.time_column.upper()]
        super().start_drawing()

    def on_message_list_time_changed(self, message: MessageList.TimeChanged) -> None:
        """Keep what the time column says."""
        self.settings_app.keep(time_column=message.shown.name.lower())
        self.show_titles()

    def action_everything(self) -> None:
        """Show or hide pings, and keep that."""
        super().action_everything()
        self.settings_app.keep(pings_in_list=self._everything)

    # -- widths and heights --------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Another size is another share."""
        del event
        self.share_out()

    def share_out(self) -> None:
        """Give panel and detail what the settings ask for, where there is a choice."""
        settings, panel = self.settings_app.settings, self.query_one(SidePanel)
        width = settings.panel_width if self._panel_is_free else 0
        panel.styles.width = self._panel_cells(width) or None
        lines = self._detail_lines(settings.detail_height) if self._detail_is_free else 0
        detail, view = self.query_one(MessageDetail), self.query_one("#detail-view")
        detail.styles.height = "auto" if lines else None
        detail.styles.max_height = "100%" if lines else None
        view.styles.height = lines - 1 if lines else None

    @property
    def _panel_is_free(self) -> bool:
        return self.size.width >= _PANEL_FROM_CELLS

    @property
    def _detail_is_free(self) -> bool:
        return self.size.height >= _DETAIL_FROM_LINES and self.size.width < _DETAIL_BESIDE_FROM_CELLS

    def _panel_cells(self, wanted: int | str) -> int:
        return _extent(wanted, self.size.width, PANEL_CELLS[0], self.size.width - _LEAST_LEFT_CELLS)

    def _detail_lines(self, wanted: int | str) -> int:
        height = self.size.height
        return _extent(wanted, height, DETAIL_LINES[0], height - _LEAST_OTHER_LINES)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed where the screen is too small for a choice, or the pane is not shown."""
        if action == "widen_panel":
            shown = self._panel_is_free and not self.has_class("-panel-hidden")
            return True if shown else None
        if action == "heighten_detail":
            shown = self.is_mounted and not self.query_one(MessageDetail).has_class("-folded")
            return True if shown and self._detail_is_free else None
        return super().check_action(action, parameters)

    def action_widen_panel(self, direction: int) -> None:
        """Give the panel more or less of the width."""
        now = self.query_one(SidePanel).outer_size.width
        self.settings_app.keep(panel_width=self._panel_cells(now + direction * _STEP_CELLS))
        self.share_out()

    def action_heighten_detail(self, direction: int) -> None:
        """Give the detail more or less of the height."""
        now = self.query_one(MessageDetail).outer_size.height
        self.settings_app.keep(detail_height=self._detail_lines(now + direction * _STEP_LINES))
        self.share_out()


def _extent(wanted: int | str, whole: int, least: int, most: int) -> int:
    """Cells or a share of the whole, within bounds; 0 stays 0."""
    cells = whole * int(wanted[:-1]) // 100 if isinstance(wanted, str) else wanted
    return max(least, min(cells, most)) if cells else 0
