"""The documents of one operation: written as soon as they can be, and again where they are lost."""

from collections.abc import Callable, Mapping

from core.operations.operation import RowStore

MakeDocuments = Callable[[], Mapping[str, bytes]]


class Documents:
    """What was written can be made again: kept as bytes, both sides of 10,000 jobs take too much.

    For one thread at a time.
    """

    def __init__(self, store: RowStore, operation_id: str) -> None:
        self._store = store
        self._id = operation_id
        self._makers: dict[str, MakeDocuments] = {}
        self._unwritten: dict[str, None] = {}  # in the order in which they came

    def put(self, part: str, make: MakeDocuments) -> None:
        """Add a part, or replace one; it is written with the next `write`."""
        self._makers[part] = make
        self._unwritten[part] = None

    def lose(self) -> None:
        """Note that the store has none of them."""
        self._unwritten = dict.fromkeys(self._makers)

    def write(self, written: Callable[[], object] = lambda: None) -> bool:
        """Write the parts that are not; False when one could not be.

        Args:
            written: is called after each part.
        """
        while self._unwritten:
            part = next(iter(self._unwritten))
            if not self._store.put_documents(self._id, self._makers[part]()):
                return False
            del self._unwritten[part]
            written()
        return True
