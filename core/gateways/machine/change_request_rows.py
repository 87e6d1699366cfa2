"""Requests for changes in the file of operations. Implements `ChangeRequests`, except `approve`."""

import json
import sqlite3
import time
import uuid
from collections.abc import Sequence

from core.gateways.machine.operation_file import OperationFile, storable
from core.json_text import JsonDict
from core.operations.change_request import (
    EXPIRE_S,
    MOST_OPEN,
    ChangeRequest,
    NotOpenError,
    RequestState,
    TooManyRequestsError,
)
from core.operations.kinds import OperationKind

_MOST_KEPT = 100
_OPEN = f"state='{RequestState.OPEN}'"


class ChangeRequestRows(OperationFile):
    """One row for each request; those of yesterday are forgotten."""

    def request_change(
        self, kind: OperationKind, params: JsonDict, requester: str
    ) -> ChangeRequest:
        request_id, now, text = uuid.uuid4().hex, time.time(), json.dumps(params, sort_keys=True)
        with self._transaction() as sql:
            _forget(sql, now)
            same = sql.execute(
                f"select * from change_request where {_OPEN} and kind=? and params=? "
                "and requester=?",
                (kind, text, storable(requester)),
            ).fetchone()
            if same:
                return _request(same)
            count = sql.execute(f"select count(*) from change_request where {_OPEN}").fetchone()[0]
            if count >= MOST_OPEN:
                raise TooManyRequestsError
            sql.execute(
                "insert into change_request(id, kind, params, requester, created, state) "
                "values(?, ?, ?, ?, ?, ?)",
                (request_id, kind, text, storable(requester), now, RequestState.OPEN),
            )
        return ChangeRequest(request_id, kind, params, requester, now)

    def change_requests(self) -> Sequence[ChangeRequest]:
        now = time.time()
        rows = self._rows("select * from change_request order by rowid desc limit ?", _MOST_KEPT)
        return [one for one in map(_request, rows) if not one.is_expired(now)]

    def decide(self, request_id: str, state: RequestState, by: str) -> None:
        with self._transaction() as sql:
            open_request(sql, request_id)
            answer(sql, request_id, state, by)


def open_request(sql: sqlite3.Connection, request_id: str) -> ChangeRequest:
    """Return an open request. Raises NotOpenError."""
    row = sql.execute(
        f"select * from change_request where id=? and {_OPEN}", (request_id,)
    ).fetchone()
    if row is None or _request(row).is_expired(time.time()):
        raise NotOpenError
    return _request(row)


def answer(
    sql: sqlite3.Connection, request_id: str, state: RequestState, by: str, operation_id: str = ""
) -> None:
    """Note who answered a request, and how."""
    sql.execute(
        "update change_request set state=?, decided_by=?, decided=?, operation=? where id=?",
        (state, storable(by), time.time(), operation_id, request_id),
    )


def _forget(sql: sqlite3.Connection, now: float) -> None:
    sql.execute("delete from change_request where abs(? - created) >= ?", (now, EXPIRE_S))
    sql.execute(
        "delete from change_request where rowid in "
        f"(select rowid from change_request where not {_OPEN} order by rowid desc "
        "limit -1 offset ?)",
        (_MOST_KEPT - MOST_OPEN,),
    )


def _request(row: sqlite3.Row) -> ChangeRequest:
    return ChangeRequest(
        request_id=row["id"],
        kind=OperationKind(row["kind"]),
        params=json.loads(row["params"]),
        requester=row["requester"],
        created=row["created"],
        state=RequestState(row["state"]),
        decided_by=row["decided_by"],
        decided=row["decided"],
        operation_id=row["operation"],
    )
