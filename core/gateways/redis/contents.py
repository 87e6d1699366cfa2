"""What operations leave behind: rows, documents, log lines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from core.errors import StateError
from core.gateways.redis.connection import RedisConnection
from core.gateways.redis.content_scripts import (
    PROGRESS,
    PUT_DOCUMENTS,
    PUT_ROWS,
    ROWS_SINCE,
)
from core.gateways.redis.known import Known, Parsed
from core.operations.grid_row import GridRow
from core.operations.operation import LogLine, Waiting

_AT_ONCE, _BYTES_AT_ONCE = 500, 1024 * 1024  # of one call, which Redis answers before any other


class RedisContents:
    """Implements that part of `OperationStore`."""

    def __init__(self, connection: RedisConnection) -> None:
        self._redis = connection
        self._known = Known()
        self._params_read, self._outcomes_read = Parsed(64), Parsed(16)  # an outcome may take 5 MB

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
        moved = {
            "step": step,
            "done": done,
            "total": total,
            "waiting_for": waiting.reason if waiting else None,
            "waiting_at": waiting.at if waiting else None,
        }
        fields = list(
            chain.from_iterable((name, value) for name, value in moved.items() if value is not None)
        )
        lines = [json.dumps([line.at, line.level, line.text]) for line in log]
        try:
            pairs = [(row.key, json.dumps(row.as_json())) for row in rows]
            for some in _batches(pairs):
                if not self._wrote(operation_id, PUT_ROWS, *some):
                    return False
            first = self._known.lines(operation_id)
            if not self._wrote(operation_id, PROGRESS, first, len(fields), *fields, *lines):
                return False
        except StateError:  # whoever beats learns why
            return False
        self._known.note_lines(operation_id, first + len(lines))
        return True

    def put_documents(self, operation_id: str, documents: Mapping[str, bytes]) -> bool:
        try:
            for some in _batches(list(documents.items())):
                if not self._wrote(operation_id, PUT_DOCUMENTS, *some):
                    return False
        except StateError:
            return False
        return True

    def document(self, operation_id: str, name: str) -> bytes | None:
        found = self._redis.call(
            lambda redis: redis.hget(self._key("docs", operation_id), name), again=True
        )
        return None if found is None else bytes(found)

    def rows_since(self, operation_id: str, seq: int) -> tuple[int, list[str]]:
        now, *rows = self._redis.run(ROWS_SINCE, operation_id, seq, again=True)
        return int(now), [row.decode() for row in rows]

    def row(self, operation_id: str, key: str) -> GridRow | None:
        found = self._redis.call(
            lambda redis: redis.hget(self._key("rows", operation_id), key), again=True
        )
        return None if found is None else GridRow.from_json(json.loads(found))

    def row_values(self, operation_id: str) -> list[GridRow]:
        _, texts = self.rows_since(operation_id, 0)
        return [GridRow.from_json(json.loads(text)) for text in texts]

    def log_lines(self, operation_id: str, limit: int) -> list[LogLine]:
        found = self._redis.call(
            lambda redis: redis.lrange(self._key("log", operation_id), -limit, -1), again=True
        )
        return [LogLine(*json.loads(line)) for line in found]

    # For those who inherit

    def _key(self, kind: str, name: str) -> str:
        return f"{self._redis.prefix}{kind}:{name}"

    # Inside

    def _wrote(self, operation_id: str, script: str, *arguments: Any) -> bool:
        writes = int(self._redis.run(script, operation_id, *arguments))
        if writes < 0:
            return False
        self._known.note_writes(operation_id, writes)
        return True


def _batches(pairs: Sequence[tuple[str, str | bytes]]) -> Iterator[list[str | bytes]]:
    """Return the pairs one after the other, some at a time."""
    some: list[str | bytes] = []
    size = 0
    for name, body in pairs:
        if some and (len(some) >= 2 * _AT_ONCE or size + len(body) > _BYTES_AT_ONCE):
            yield some
            some, size = [], 0
        some += (name, body)
        size += len(body)
    if some:
        yield some
