"""The life cycle of operations in Redis. Implements `PageStore` for the replicas of a deployment.

Redis keeps what is shown. Losing it loses progress and plans; jobs, ledgers, the lock, the history
and the snapshots are in the workspace.
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.calls import WaitReason
from core.errors import InvalidJsonError, StateError
from core.gateways.redis import scripts
from core.gateways.redis.change_requests import RedisChangeRequests, as_fields
from core.gateways.redis.connection import RedisConnection
from core.gateways.redis.counters import NEVER_BEGUN, RedisCounters
from core.gateways.redis.prelude import QUEUED_S, SILENT_S
from core.json_text import JsonDict
from core.one_line import one_line
from core.operations.change_request import NotOpenError
from core.operations.kinds import EXCLUSIVE_KINDS, REMEMBERED_KINDS, OperationKind
from core.operations.operation import (
    APPROVER,
    SHUTDOWN,
    Operation,
    OperationRunningError,
    Status,
    Waiting,
)
from core.operations.outcome import Outcome

log = logging.getLogger(__name__)

_NOTHING = "Nothing was changed."
_LISTED = "Completed rows are listed; validate again before you continue."
_SILENT = (
    f"Its worker has not been heard of for {SILENT_S} seconds: it was killed, or cannot "
    f"reach Redis. If it has ended, the history says how. {_LISTED}"
)
_SHUT_DOWN = f"Its worker was shut down before it could finish. {_LISTED}"
_LOST_PARAMS = f"Redis lost what it was started with. {_NOTHING} Start it again."
_LOST = (
    "What this page knew about operations was lost: Redis was emptied, or came back with an older "
    "state. Jobs, files and the history are not affected. Validate again before you import."
)
_TWO = (
    "Two operations are running: the worker of one was not heard of for a while and is back. "
    "Only one of them can change the workspace at a time. Cancel one of them."
)


class RedisOperationStore(RedisChangeRequests, RedisCounters):
    """One deployment's operations, for every page and worker that has the same environment."""

    def __init__(self, url: str, deployment: str) -> None:
        """Take note of where Redis is; it need not be there yet.

        Args:
            deployment: what distinguishes it from others in the same Redis.

        Raises:
            StateError: the address cannot be used.
        """
        super().__init__(RedisConnection(url, f"jobsync:{deployment}:"))
        self._made, self._last = "", 0

    def close(self) -> None:
        """Close the connections; they open again when the store is used."""
        self._redis.close()

    def check(self) -> None:
        self._look()

    def notice(self) -> str:
        text, is_double = self._look()
        return " ".join(filter(None, (text, _TWO if is_double else "")))

    # Life cycle

    def start(self, kind: OperationKind, params: JsonDict, actor: str) -> Operation:
        return self._start(kind, params, actor)

    def approve(self, request_id: str, approver: str) -> Operation:
        asked = self._open_request(request_id)
        params = {**asked.params, APPROVER: approver}
        return self._start(asked.kind, params, asked.requester, request_id, approver)

    def _start(
        self, kind: OperationKind, params: JsonDict, actor: str, request_id: str = "", by: str = ""
    ) -> Operation:
        operation_id, exclusive = uuid.uuid4().hex, _is_exclusive(kind)
        text = json.dumps(params)
        answer = self._redis.run(
            scripts.START,
            *(operation_id, kind, exclusive, actor, text, request_id, by, NEVER_BEGUN),
            again=True,
        )
        word = answer[0].decode()
        if word == "not open":
            raise NotOpenError
        operation = self._operation(as_fields(answer[1]))
        if operation is None:
            raise _unreadable()
        if word == "held":
            raise OperationRunningError(operation, float(answer[2]))
        return operation

    def claim(self, operation_id: str) -> bool:
        self._known.claim(operation_id)
        is_claimed = self._redis.run(
            scripts.CLAIM,
            *(operation_id, uuid.uuid4().hex, NEVER_BEGUN, _LOST_PARAMS),
            again=True,
        )
        if not is_claimed:
            self._known.forget(operation_id)
        return bool(is_claimed)

    def finish(
        self, operation_id: str, status: Status, outcome: Outcome | None, error: str = ""
    ) -> None:
        text = json.dumps(outcome.as_json()) if outcome is not None else ""
        digest = hashlib.sha256(text.encode()).hexdigest()
        self._redis.run(scripts.FINISH, operation_id, status, text, digest, error, again=True)
        self._known.forget(operation_id)

    def request_cancel(self, operation_id: str, reason: str) -> None:
        self._redis.run(scripts.CANCEL, operation_id, reason, again=True)

    def should_stop(self, operation_id: str) -> bool:
        status = self._redis.call(
            lambda redis: redis.hget(self._key("op", operation_id), "status"), again=True
        )
        return status is not None and status.decode() not in (Status.RUNNING, Status.QUEUED)

    def beat(self, operation: Operation) -> bool:
        known = self._known.writes(operation.operation_id)
        is_whole, writes = self._redis.run(
            scripts.BEAT,
            *(operation.operation_id, known, operation.kind, _is_exclusive(operation.kind)),
            *(operation.actor, json.dumps(operation.params), f"{operation.created:.6f}"),
            *(f"{operation.started:.6f}", operation.number),
            _LOST if operation.kind in EXCLUSIVE_KINDS else "",
            again=True,
        )
        self._known.note_writes(operation.operation_id, int(writes))
        return bool(is_whole)

    def note_launch(self, operation_id: str, pid: int | None, problem: str = "") -> None:  # noqa: ARG002 - a queue has no process yet
        if problem:
            text = f"{problem} {_NOTHING}"
            self._redis.run(scripts.FAIL_QUEUED, operation_id, text, again=True)

    # What is shown

    def get(self, operation_id: str) -> Operation | None:
        return self._operation(as_fields(self._redis.run(scripts.SHOW, operation_id, again=True)))

    def active(self) -> Operation | None:
        return self._operation(as_fields(self._redis.run(scripts.ACTIVE_ONE, again=True)))

    def latest(self, kinds: Iterable[OperationKind], *, ended: bool = False) -> Operation | None:
        wanted = Status.SUCCEEDED.value if ended else ""
        found = self._redis.run(scripts.LATEST, wanted, *kinds, again=True)
        return self._operation(as_fields(found))

    def ended(self) -> list[Operation]:
        found = self._redis.run(scripts.ALL, *REMEMBERED_KINDS, again=True)
        operations = (self._operation(as_fields(one)) for one in found)
        return [one for one in operations if one is not None and not one.status.is_active]

    # Inside

    def _look(self) -> tuple[str, bool]:
        """Return what users should know, and whether two operations run.

        A Redis that is not the one that this process knew leaves word for users.
        """
        made, last, text, count = self._redis.run(
            scripts.LOOK, self._made, self._last, uuid.uuid4().hex, _LOST, again=True
        )
        self._made, self._last = made.decode(), int(last)
        return text.decode(), int(count) > 1

    def _operation(self, fields: Mapping[str, str]) -> Operation | None:
        """Return an operation as it is shown; None where Redis lost it, or a part that counts."""
        params = self._params(fields.get("id", "")) if fields else None
        if params is None:
            return None
        try:
            return _as_it_is(fields, params, self._outcome(fields))
        except (ValueError, KeyError):
            log.warning("operation %s was written by another version", one_line(fields["id"]))
            return None

    def _outcome(self, fields: Mapping[str, str]) -> Outcome | None:
        name, digest = fields["id"], fields.get("outcome", "")
        if not digest:
            return None

        def read() -> Outcome | None:
            text = self._redis.call(lambda redis: redis.get(self._key("outcome", name)), again=True)
            try:
                kind = OperationKind(fields["kind"])
                return None if text is None else Outcome.from_json(json.loads(text), kind)
            except (ValueError, InvalidJsonError):
                log.warning("the outcome of operation %s cannot be read", one_line(name))
                return None

        outcome: Outcome | None = self._outcomes_read.get(name, digest, read)
        return outcome


def _unreadable() -> StateError:
    return StateError(
        "An operation that this page cannot read is running. Nothing was started.",
        fix="Wait until it finishes, and run the same version everywhere.",
    )


def _is_exclusive(kind: OperationKind) -> str:
    return "1" if kind in EXCLUSIVE_KINDS else "0"


def _as_it_is(fields: Mapping[str, str], params: JsonDict, outcome: Outcome | None) -> Operation:
    """Return an operation as ended where nobody carries it out; nobody notes that."""

    def number(name: str) -> Any:
        return int(fields.get(name) or 0)

    def time(name: str) -> float:
        return float(fields.get(name) or 0)

    operation = Operation(
        operation_id=fields["id"],
        kind=OperationKind(fields["kind"]),
        status=Status(fields["status"]),
        actor=fields["actor"],
        params=params,
        created=time("created"),
        started=time("started"),
        finished=time("finished"),
        total=number("total"),
        done=number("done"),
        step=fields.get("step", ""),
        waiting=Waiting(WaitReason(fields.get("waiting_for", "")), time("waiting_at")),
        outcome=outcome,
        error=fields.get("error", ""),
        cancel_reason=fields.get("cancel_reason", ""),
        seq=number("seq"),
        number=number("number"),
    )
    if not operation.status.is_active or fields["is_alive"] == "1":
        return operation
    if operation.status is Status.QUEUED:
        late = operation.created + QUEUED_S
        return replace(operation, status=Status.CANCELLED, finished=late, error=NEVER_BEGUN)
    error = _SHUT_DOWN if operation.cancel_reason == SHUTDOWN else _SILENT
    return replace(
        operation,
        status=Status.INTERRUPTED,
        finished=time("heartbeat"),
        waiting=Waiting(),
        error=error,
    )
