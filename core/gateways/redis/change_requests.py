"""Requests for changes, beside the operations. Implements `ChangeRequests`, except `approve`.

`request:ID` is a hash, `requests` their ids by number, `params:ID` what the operation would be
started with; see `prelude`.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence

from core.gateways.redis.contents import RedisContents
from core.gateways.redis.prelude import script
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

_COMMON = f"""
local OPEN = '{RequestState.OPEN}'
local function field(id, name) return redis.call('HGET', key('request', id), name) end
local function is_old(id)
  local created = tonumber(field(id, 'created') or '-1')
  return now - created < 0 or now - created >= {EXPIRE_S:.0f}
end
local function is_open(id) return field(id, 'state') == OPEN and not is_old(id) end
"""

_REQUEST = script(f"""{_COMMON}
local id, kind, requester, params, digest = unpack(ARGV)
local open, answered, same = 0, 0, nil
for _, one in ipairs(redis.call('ZREVRANGE', P .. 'requests', 0, -1)) do
  if is_open(one) then
    open = open + 1
    if field(one, 'digest') == digest then same = one end
  else
    answered = answered + 1
    if is_old(one) or answered > {_MOST_KEPT - MOST_OPEN} then
      redis.call('UNLINK', key('request', one), key('params', one))
      redis.call('ZREM', P .. 'requests', one)
    end
  end
end
if same then return redis.call('HGETALL', key('request', same)) end
if open >= {MOST_OPEN} then return {{}} end
local last = redis.call('ZREVRANGE', P .. 'requests', 0, 0, 'WITHSCORES')[2]
redis.call('ZADD', P .. 'requests', tonumber(last or '0') + 1, id)
redis.call('HSET', key('request', id), 'id', id, 'kind', kind, 'requester', requester,
  'created', stamp, 'state', OPEN, 'digest', digest)
redis.call('SET', key('params', id), params, 'EX', KEPT_S)
redis.call('EXPIRE', key('request', id), KEPT_S)
keep('requests')
return redis.call('HGETALL', key('request', id))
""")

_LIST = script(f"""{_COMMON}
local found = {{}}
for _, one in ipairs(redis.call('ZREVRANGE', P .. 'requests', 0, {_MOST_KEPT - 1})) do
  if not is_old(one) then found[#found + 1] = redis.call('HGETALL', key('request', one)) end
end
return found
""")

_OPEN = script(f"""{_COMMON}
return is_open(ARGV[1]) and redis.call('HGETALL', key('request', ARGV[1])) or {{}}
""")

_DECIDE = script(f"""{_COMMON}
local id, state, by = unpack(ARGV)
if not is_open(id) then return 0 end
redis.call('HSET', key('request', id), 'state', state, 'decided_by', by, 'decided', stamp)
return 1
""")


class RedisChangeRequests(RedisContents):
    """One hash for each request; those of yesterday are forgotten."""

    def request_change(
        self, kind: OperationKind, params: JsonDict, requester: str
    ) -> ChangeRequest:
        text = json.dumps(params, sort_keys=True)
        said = json.dumps([kind, requester, text])
        digest = hashlib.sha256(said.encode()).hexdigest()
        fields = self._redis.run(_REQUEST, uuid.uuid4().hex, kind, requester, text, digest)
        if not fields:
            raise TooManyRequestsError
        return self._request(as_fields(fields), params)

    def change_requests(self) -> Sequence[ChangeRequest]:
        found = [as_fields(one) for one in self._redis.run(_LIST, again=True)]
        read = ((one, self._params(one["id"])) for one in found)
        return [self._request(one, params) for one, params in read if params is not None]

    def decide(self, request_id: str, state: RequestState, by: str) -> None:
        if not self._redis.run(_DECIDE, request_id, state, by):
            raise NotOpenError

    # For those who inherit

    def _open_request(self, request_id: str) -> ChangeRequest:
        """Return an open request. Raises NotOpenError."""
        fields = as_fields(self._redis.run(_OPEN, request_id, again=True))
        params = self._params(request_id) if fields else None
        if params is None:
            raise NotOpenError
        return self._request(fields, params)

    def _params(self, name: str) -> JsonDict | None:
        """Return what an operation or a request was made with; None where it is lost."""

        def read() -> JsonDict | None:
            text = self._redis.call(lambda redis: redis.get(self._key("params", name)), again=True)
            try:
                return None if text is None else dict(json.loads(text))
            except (ValueError, TypeError):  # another version wrote it
                return None

        params = self._params_read.get(name, "", read)
        return None if params is None else dict(params)

    # Inside

    @staticmethod
    def _request(fields: Mapping[str, str], params: JsonDict) -> ChangeRequest:
        return ChangeRequest(
            request_id=fields["id"],
            kind=OperationKind(fields["kind"]),
            params=params,
            requester=fields["requester"],
            created=float(fields["created"]),
            state=RequestState(fields["state"]),
            decided_by=fields.get("decided_by", ""),
            decided=float(fields.get("decided", 0)),
            operation_id=fields.get("operation", ""),
        )


def as_fields(flat: Sequence[bytes]) -> dict[str, str]:
    """Return a hash as a script returns it: names and values in turn."""
    texts = [part.decode() for part in flat]
    return dict(zip(texts[::2], texts[1::2], strict=True))
