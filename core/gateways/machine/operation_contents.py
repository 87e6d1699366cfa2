"""What operations leave behind: rows, documents, log lines; and how long that is kept."""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence

from core.gateways.machine.operation_file import OperationFile, marks, storable
from core.operations.grid_row import GridRow
from core.operations.kinds import EXCLUSIVE_KINDS, READING_KINDS
from core.operations.operation import LogLine, Waiting

_KEEP = 50
_KEPT_READINGS = 3  # of one kind; they must not push out what was done
_MAX_LOG_LINES = 5000
_HAS_ENDED = "status not in ('queued','running','cancelling')"


class OperationContents(OperationFile):
    """Implements that part of `OperationStore`."""

    def progress(
        self,
        operation_id: str,
        *,
        rows: Sequence[GridRow] = (),
        step: str | None = None,
        done: int | None = None,
        total: int | None = None,
        waiting: Waiting | None = None,
        log: Sequence[LogLine] = (),
    ) -> bool:
        def write(sql: sqlite3.Connection) -> bool:
            found = sql.execute("select seq from operation where id=?", (operation_id,)).fetchone()
            if found is None:
                return False
            seq = found["seq"]
            sql.executemany(
                "insert into row values(?, ?, ?, ?, ?) "
                "on conflict(operation, key) do update set seq=excluded.seq, body=excluded.body",
                [
                    (operation_id, row.key, seq + number, seq + number, json.dumps(row.as_json()))
                    for number, row in enumerate(rows, start=1)
                ],
            )
            sql.execute(
                "update operation set seq=?, heartbeat=?, step=coalesce(?, step), "
                "done=coalesce(?, done), total=coalesce(?, total), "
                "waiting_for=coalesce(?, waiting_for), waiting_at=coalesce(?, waiting_at) "
                "where id=?",
                (
                    *(seq + len(rows), time.time(), step, done, total),
                    *((waiting.reason, waiting.at) if waiting else (None, None)),
                    operation_id,
                ),
            )
            self._log(sql, operation_id, log)
            return True

        return self._try_to_write(write, otherwise=False)

    def put_documents(self, operation_id: str, documents: Mapping[str, bytes]) -> bool:
        def write(sql: sqlite3.Connection) -> bool:
            sql.executemany(
                "insert or replace into document values(?, ?, ?)",
                [(operation_id, name, body) for name, body in documents.items()],
            )
            return True

        return self._try_to_write(write, otherwise=False)

    def document(self, operation_id: str, name: str) -> bytes | None:
        query = "select body from document where operation=? and name=?"
        row = self._one(query, operation_id, name)
        return bytes(row["body"]) if row else None

    def rows_since(self, operation_id: str, seq: int) -> tuple[int, list[str]]:
        order = "seq" if seq else "position"
        with self._transaction("deferred") as sql:
            now = sql.execute("select seq from operation where id=?", (operation_id,)).fetchone()
            rows = sql.execute(
                f"select body from row where operation=? and seq>? order by {order}",
                (operation_id, seq),
            )
            return (now["seq"] if now else 0), [row["body"] for row in rows]

    def row(self, operation_id: str, key: str) -> GridRow | None:
        found = self._one("select body from row where operation=? and key=?", operation_id, key)
        return GridRow.from_json(json.loads(found["body"])) if found else None

    def row_values(self, operation_id: str) -> list[GridRow]:
        _, texts = self.rows_since(operation_id, 0)
        return [GridRow.from_json(json.loads(text)) for text in texts]

    def log_lines(self, operation_id: str, limit: int) -> list[LogLine]:
        rows = self._rows(
            "select at, level, text from log where operation=? order by rowid desc limit ?",
            operation_id,
            limit,
        )
        return [LogLine(row["at"], row["level"], row["text"]) for row in rows][::-1]

    # Inside

    @staticmethod
    def _log(sql: sqlite3.Connection, operation_id: str, lines: Sequence[LogLine]) -> None:
        if not lines:
            return
        sql.executemany(
            "insert into log values(?, ?, ?, ?)",
            [(operation_id, line.at, line.level, storable(line.text)) for line in lines],
        )
        sql.execute(
            "delete from log where operation=? and rowid <= "
            "(select max(rowid) from log where operation=?) - ?",
            (operation_id, operation_id, _MAX_LOG_LINES),
        )

    @staticmethod
    def _forget_old(sql: sqlite3.Connection) -> None:
        old = [
            row["id"]
            for kinds, kept in (
                (EXCLUSIVE_KINDS, _KEEP),
                *(((kind,), _KEPT_READINGS) for kind in READING_KINDS),
            )
            for row in sql.execute(
                f"select id from operation where {_HAS_ENDED} and kind in ({marks(kinds)}) "
                "order by rowid desc limit -1 offset ?",
                (*kinds, kept),
            )
        ]
        for table, column in (
            ("row", "operation"), ("document", "operation"), ("log", "operation"),
            ("operation", "id"),
        ):  # fmt: skip
            sql.executemany(f"delete from {table} where {column}=?", [(name,) for name in old])
