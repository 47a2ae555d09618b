"""One line on standard error for work that takes long: drawn over, and gone when it is done."""

import sys
import time
from threading import Event, Thread
from types import TracebackType
from typing import Self

FROM_S = 0.2
"""Quicker work says nothing."""
_REDRAW_S = 0.1
_CLEAR = "\r\x1b[K"


class ProgressLine:
    """Shows ``words … 42 %``, or the seconds so far where no share is known; only on a terminal."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._share: float | None = None
        self._over = Event()
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._thread = Thread(target=self._draw, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def tell(self, share: float) -> bool:
        """How much is done, 0 to 1; always True: it shall go on."""
        self._share = share
        return True

    def _draw(self) -> None:
        began_s = time.monotonic()
        if self._over.wait(FROM_S):
            return
        while True:
            _put(f"{self._words} … {self._so_far(time.monotonic() - began_s)}")
            if self._over.wait(_REDRAW_S):
                break
        _put("")

    def _so_far(self, seconds: float) -> str:
        return f"{seconds:.0f} s" if self._share is None else f"{self._share * 100:.0f} %"


def _put(words: str) -> None:
    sys.stderr.write(f"{_CLEAR}{words}")
    sys.stderr.flush()
