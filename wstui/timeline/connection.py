"""Opening session files to read them: whole, live, left by a killed recorder, on read-only media, damaged.

Rule 1: reading never changes a file that is damaged, and never blocks the recorder. Rule 2: session
files are opened through SQLite only, never with ``open``: closing a second descriptor would drop the
POSIX locks that SQLite holds for this whole process (https://www.sqlite.org/howtocorrupt.html §2.2).
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from wstui.timeline.errors import TimelineError
from wstui.timeline.files import check_is_file, connect, settle, sidecar
from wstui.timeline.rows import FAILURES, DamagedRowError, Row
from wstui.timeline.salvage import salvage
from wstui.timeline.schema import FORMAT_VERSION, format_version, migrate

Result = TypeVar("Result")

_NOT_DAMAGE = {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_FULL"}
_NOT_DAMAGE_PREFIXES = ("SQLITE_BUSY_", "SQLITE_CANTOPEN_", "SQLITE_READONLY")


class ReadConnection:
    """A read-only connection to one session file, that follows the file and survives its damage."""

    def __init__(self, path: Path, *, salvaging: bool = True) -> None:
        """Open ``path``.

        Args:
            path: of the file.
            salvaging: copy what is readable of a damaged file (which costs as much as reading it all)
                rather than refuse it.

        Raises:
            TimelineError: it is missing, unreadable, no session file, of a newer format, or so
                damaged that nothing can be read.
        """
        self.path = path
        self._salvaging = salvaging
        self.damage = ""
        """What is wrong with the file and how much of it could be read; empty for a whole one."""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._seen: tuple[int, ...] | None = None
        """The file's signature where the connection takes it for unchanging."""
        check_is_file(path)
        self._connection = self._open()

    def read(
        self, convert: Callable[[list[Row]], Result], sql: str, parameters: Sequence[Any] = ()
    ) -> Result:
        """What ``convert`` makes of all rows of a query.

        Args:
            convert: raises DamagedRowError for rows that no writer wrote; what is readable of the
                file is then copied, and the query asked again.
            sql: the query.
            parameters: its values.

        Raises:
            TimelineError: the file cannot be read.
        """
        try:
            return convert(self._fetch(sql, parameters))
        except DamagedRowError as error:
            self.use_what_is_readable(str(error))
        try:
            return convert(self._fetch(sql, parameters))
        except DamagedRowError as error:
            raise TimelineError(self.damage) from error

    def _fetch(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        if self._was_changed():
            self.reopen()
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except FAILURES as error:
            return self._fetch_again(error, sql, parameters)

    def _was_changed(self) -> bool:
        """Whether a file that was taken for unchanging is another by now. A deleted one is read on."""
        if self._seen is None:
            return False
        signature = self._signature()
        return bool(signature) and signature != self._seen

    def payload_start(self, event_id: int, size: int) -> bytes:
        """The first ``size`` bytes of a payload, without reading the rest of it."""
        try:
            with self._connection.blobopen("event", "payload", event_id, readonly=True) as blob:
                return blob.read(size)
        except FAILURES as error:
            sql = "SELECT substr(payload, 1, ?) FROM event WHERE id = ?"
            rows = self._fetch_again(error, sql, (size, event_id))
            return bytes(rows[0][0]) if rows else b""

    def reopen(self) -> None:
        """See what was written by others, also where the file was taken for unchanging."""
        if self.damage:
            return
        self._connection.close()
        self._connection = self._open()

    def use_what_is_readable(self, problem: str) -> None:
        """Turn to a copy of what can be read of a damaged file.

        Raises:
            TimelineError: nothing can be read, or it was damaged already.
        """
        if self.damage:
            raise TimelineError(self.damage)
        self._connection.close()
        self._connection = self._salvage(problem)

    def _salvage(self, problem: str) -> sqlite3.Connection:
        if not self._salvaging:
            raise TimelineError(f"{self.path.name} is damaged ({problem}): open it to read what is left.")
        connection, self.damage = salvage(self.path, problem)
        self._seen = None
        return connection

    def close(self) -> None:
        """Close the connection; the last reader leaves a session as one single file."""
        self._connection.close()
        if self._folder is not None:
            self._folder.cleanup()
        elif not self.damage and self._seen is None and sidecar(self.path, "-wal").exists():
            settle(self.path)

    def _open(self) -> sqlite3.Connection:
        # Without a write-ahead log nobody records, and an ordinary connection would litter: it makes
        # one of its own, and may not remove it.
        live = sidecar(self.path, "-wal").exists()
        self._seen = None if live else self._signature()
        try:
            return _checked(self.path, "mode=ro" if live else "immutable=1")
        except _OldFormatError:
            self._upgrade()
            return self._open()
        except FAILURES as error:
            return self._open_otherwise(error)

    def _open_otherwise(self, error: Exception) -> sqlite3.Connection:
        if _is_damage(error):
            return self._salvage(str(error))
        if self._seen is None:
            return self._open_copy()
        raise TimelineError(f"{self.path.name} cannot be opened: {error}.") from error

    def _open_copy(self) -> sqlite3.Connection:
        """A copy of a file and its write-ahead log, for a folder in which SQLite may not write."""
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="wstui-")
        copy = Path(self._folder.name, "session.wstui")
        try:
            shutil.copyfile(self.path, copy)
            shutil.copyfile(sidecar(self.path, "-wal"), sidecar(copy, "-wal"))
            return _checked(copy, "mode=rw")
        except (OSError, *FAILURES) as error:
            raise TimelineError(
                f"{self.path.name} was left by a recorder that did not end well, and its last part cannot be"
                f" read in a read-only folder ({error}): copy it with its -wal file to another folder."
            ) from error

    def _upgrade(self) -> None:
        try:
            connection = connect(self.path, "mode=rw")
            try:
                migrate(connection, self.path.name)
            finally:
                connection.close()
        except FAILURES as error:
            raise TimelineError(
                f"{self.path.name} has an older format and cannot be brought to the present one ({error}):"
                " copy it to a folder where you may write."
            ) from error

    def _fetch_again(self, error: Exception, sql: str, parameters: Sequence[Any]) -> list[Row]:
        if self._was_changed():
            self.reopen()
        elif _is_damage(error):
            self.use_what_is_readable(str(error))
        else:
            raise TimelineError(f"{self.path.name} cannot be read: {error}.") from error
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except FAILURES as again:
            raise TimelineError(f"{self.path.name} cannot be read: {again}.") from again

    def _signature(self) -> tuple[int, ...]:
        try:
            status = self.path.stat()
        except OSError:
            return ()
        return (
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            sidecar(self.path, "-wal").exists(),
        )


class _OldFormatError(Exception):
    """The file must be migrated first."""


def _checked(path: Path, option: str) -> sqlite3.Connection:
    connection = connect(path, option)
    try:
        version = format_version(connection, path.name)
        connection.execute("SELECT id FROM session").fetchone()
    except BaseException:
        connection.close()
        raise
    if version < FORMAT_VERSION:
        connection.close()
        raise _OldFormatError
    return connection


def _is_damage(error: Exception) -> bool:
    name = getattr(error, "sqlite_errorname", "")
    return not (
        isinstance(error, MemoryError | sqlite3.ProgrammingError)
        or name in _NOT_DAMAGE
        or name.startswith(_NOT_DAMAGE_PREFIXES)
    )
