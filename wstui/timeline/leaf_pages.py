"""Events straight from the pages of a damaged file, where its tree no longer leads to them.

The interior pages of SQLite's tree lie in the middle of the file: when they are gone, whole leaves are
left that no query finds. They are in the order of the file, since events are only ever appended.

Source: https://www.sqlite.org/fileformat2.html §1.6 (b-tree pages), §2.1 (record format).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from wstui.timeline.schema import EVENT_COLUMNS

_LEAF_OF_A_TABLE = 0x0D
_PAGE_HEADER_BYTES = 8
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""By serial type."""

_BROKEN = (IndexError, ValueError, OverflowError)


def events_after(path: Path, last_id: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the ``event`` table that follow ``last_id`` without a gap; their values are unchecked.

    Raises:
        OSError: the file cannot be read.
    """
    # Nobody records or watches a damaged file through SQLite's locks, so that opening it is harmless.
    with path.open("rb") as file:
        pages = _Pages(file)
        for number in range(2, pages.count + 1):
            try:
                for row_id, row in pages.rows(number, last_id):
                    if row_id != last_id + 1:
                        return
                    yield row
                    last_id = row_id
            except _BROKEN:
                continue


class _Pages:
    """The pages of a database file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        header = file.read(100)
        size = int.from_bytes(header[16:18], "big")
        self._size = 65536 if size == 1 else max(size, 512)
        self._usable = self._size - (header[20] if len(header) == 100 else 0)
        self.count = file.seek(0, 2) // self._size

    def rows(self, number: int, after_id: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """The events on a page newer than ``after_id``, if it is a leaf that holds events."""
        page = self._page(number)
        if page[0] != _LEAF_OF_A_TABLE:
            return
        cells = int.from_bytes(page[3:5], "big")
        if not cells or self._row_id(page, cells - 1) <= after_id:
            return
        for index in range(cells):
            row_id = self._row_id(page, index)
            values = self._values(page, index) if row_id > after_id else []
            if len(values) == len(EVENT_COLUMNS) and values[0] is None:
                yield row_id, (row_id, *values[1:])

    def _page(self, number: int) -> bytes:
        self._file.seek((number - 1) * self._size)
        return self._file.read(self._size)

    def _cell(self, page: bytes, index: int) -> tuple[int, int, int]:
        """Bytes of the record, row id, and where the record begins."""
        pointer = _PAGE_HEADER_BYTES + 2 * index
        size, position = _varint(page, int.from_bytes(page[pointer : pointer + 2], "big"))
        row_id, position = _varint(page, position)
        return size, row_id, position

    def _row_id(self, page: bytes, index: int) -> int:
        return self._cell(page, index)[1]

    def _values(self, page: bytes, index: int) -> list[Any]:
        size, _, start = self._cell(page, index)
        local = self._local_size(size)
        record = page[start : start + local]
        if local < size:
            overflow = int.from_bytes(page[start + local : start + local + 4], "big")
            record = b"".join((record, *self._overflow(overflow, size - local)))
        if len(record) != size:
            raise ValueError("a record that goes on beyond its page")
        return _decode(record)

    def _local_size(self, size: int) -> int:
        """How much of a record lies on its leaf."""
        if size <= self._usable - 35:
            return size
        least = (self._usable - 12) * 32 // 255 - 23
        fitting = least + (size - least) % (self._usable - 4)
        return fitting if fitting <= self._usable - 35 else least

    def _overflow(self, number: int, size: int) -> Iterator[bytes]:
        while size > 0:
            if not 1 < number <= self.count:
                raise ValueError("a record that goes on beyond the file")
            page = self._page(number)
            part = page[4 : min(self._usable, size + 4)]
            yield part
            size -= len(part)
            number = int.from_bytes(page[:4], "big")


def _decode(record: bytes) -> list[Any]:
    header_size, position = _varint(record, 0)
    body = header_size
    values: list[Any] = []
    while position < header_size:
        serial, position = _varint(record, position)
        size = _size_of(serial)
        values.append(_value(serial, record[body : body + size]))
        body += size
    if body != len(record):
        raise ValueError("a record of another length than its header says")
    return values


def _size_of(serial: int) -> int:
    if serial >= 12:
        return (serial - 12) // 2
    return _INTEGER_BYTES.get(serial, 8 if serial == 7 else 0)


def _value(serial: int, data: bytes) -> Any:
    if serial in _INTEGER_BYTES:
        return int.from_bytes(data, "big", signed=True)
    if serial in (8, 9):
        return serial - 8
    if serial < 12:
        return None
    return data.decode() if serial % 2 else data


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        byte = data[position]
        position += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, position
    return value << 8 | data[position], position + 1
