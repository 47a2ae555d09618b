import pytest
from textual.app import App
from textual.worker import WorkerFailed

from wstui.tui.background import as_task, in_thread


class Clumsy(App):
    @in_thread(group="a")
    def stumble(self, where):
        raise ValueError(where)

    @as_task(group="a")
    async def trip(self, where):
        raise KeyError(where)


async def test_a_mistake_beside_the_screen_is_told_and_the_app_goes_on(mistakes):
    app = Clumsy()
    async with app.run_test() as pilot:
        for begin in (app.stumble, app.trip):
            with pytest.raises(WorkerFailed):
                await begin("over a log").wait()
        await pilot.pause()
        said = [notification.message for notification in app._notifications]
        assert app.is_running
    assert len(said) == 2
    assert all("wstui made a mistake" in words and "over a log" in words for words in said)
    assert [type(error) for error in mistakes] == [ValueError, KeyError]
    mistakes.clear()
