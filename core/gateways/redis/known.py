"""What one process knows of Redis, and compares with what it finds there."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any


class Known:
    """How often this process wrote to the operations that it carries out."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._writes: dict[str, int] = {}
        self._lines: dict[str, int] = {}

    def claim(self, operation_id: str) -> None:
        """Begin to count."""
        with self._mutex:
            self._writes.setdefault(operation_id, 0)

    def note_writes(self, operation_id: str, writes: int) -> None:
        """Note how often an operation was written; of others nothing is noted."""
        with self._mutex:
            if operation_id in self._writes:
                self._writes[operation_id] = max(writes, self._writes[operation_id])

    def writes(self, operation_id: str) -> int:
        """Return how often it was written at least."""
        with self._mutex:
            return self._writes.get(operation_id, 0)

    def note_lines(self, operation_id: str, lines: int) -> None:
        """Note how many lines of its log Redis has said to have."""
        with self._mutex:
            if operation_id in self._writes:
                self._lines[operation_id] = max(lines, self._lines.get(operation_id, 0))

    def lines(self, operation_id: str) -> int:
        """Return the number of the next line: Redis may have it, where its answer was lost.

        -1 for an operation that this process does not carry out, or no longer.
        """
        with self._mutex:
            return self._lines.get(operation_id, 0) if operation_id in self._writes else -1

    def forget(self, operation_id: str) -> None:
        """Count no longer: it has ended."""
        with self._mutex:
            self._writes.pop(operation_id, None)
            self._lines.pop(operation_id, None)


class Parsed:
    """Values that never change once they are written, read once; those used last are kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._mutex = threading.Lock()
        self._values: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def get(self, name: str, version: str, read: Callable[[], Any]) -> Any:
        """Return a value; None, which is not kept, where it is lost."""
        with self._mutex:
            if (name, version) in self._values:
                self._values.move_to_end((name, version))
                return self._values[name, version]
        value = read()
        if value is not None:
            with self._mutex:
                self._values[name, version] = value
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
        return value
