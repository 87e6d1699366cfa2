"""The counters in the SQLite file of operations. They are kept as long as the file."""

import logging
import sqlite3
from contextlib import suppress

from core.errors import InvalidJsonError, StateError
from core.gateways.machine.operation_file import OperationFile
from core.operations.counters import Additions, Counter

log = logging.getLogger(__name__)


class CounterRows(OperationFile):
    """Implements that part of `OperationStore`."""

    def count(self, additions: Additions, batch: str = "") -> bool:  # noqa: ARG002 - a transaction that failed wrote nothing
        try:
            with self._transaction() as sql:
                add_up(sql, additions)
        except StateError as error:
            log.debug("could not count: %s", error)  # it is counted later: no word for a user
            return False
        return True

    def counted(self) -> dict[Counter, float]:
        found: dict[Counter, float] = {}
        for row in self._rows("select name, value from counter"):
            with suppress(InvalidJsonError):
                found[Counter.from_text(row["name"])] = row["value"]
        return found


def add_up(sql: sqlite3.Connection, additions: Additions) -> None:
    """Add to counters within a transaction."""
    sql.executemany(
        "insert into counter values(?, ?) "
        "on conflict(name) do update set value=value+excluded.value",
        [(counter.as_text(), amount) for counter, amount in additions.items()],
    )
