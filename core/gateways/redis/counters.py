"""Counters in Redis. `counters` is a hash of all of them; see `prelude` for `ended`."""

import json
import logging
from contextlib import suppress

from core.errors import InvalidJsonError, StateError
from core.gateways.redis.contents import RedisContents
from core.gateways.redis.prelude import QUEUED_S, script
from core.operations.counters import Additions, Counter, count_end
from core.operations.kinds import OperationKind

log = logging.getLogger(__name__)

NEVER_BEGUN = (
    f"No worker began it within {QUEUED_S} seconds, so it was cancelled. Nothing was changed. "
    "Check that a worker is running, then start it again."
)
_AT_ONCE = 500

_ADD = """
local function add(from)
  for at = from, #ARGV, 2 do redis.call('HINCRBYFLOAT', P .. 'counters', ARGV[at], ARGV[at + 1]) end
  keep('counters')
end
"""
_BATCH_S = 300  # longer than `Tally` waits between two attempts
_COUNT = script(f"""{_ADD}
local batch = ARGV[1]
if batch ~= '' and not redis.call('SET', key('batch', batch), '1', 'NX', 'EX', {_BATCH_S}) then
  return
end
add(2)
""")

_ENDS = script(f"""
sweep(ARGV[1])
return redis.call('LRANGE', P .. 'ended', 0, {_AT_ONCE - 1})
""")

# The first so many ends become additions, unless another process has done that.
_FOLD = script(f"""{_ADD}
local ends = tonumber(ARGV[1])
for at, one in ipairs(redis.call('LRANGE', P .. 'ended', 0, ends - 1)) do
  if one ~= ARGV[1 + at] then return end
end
if redis.call('LLEN', P .. 'ended') < ends then return end
redis.call('LTRIM', P .. 'ended', ends, -1)
add(2 + ends)
""")


class RedisCounters(RedisContents):
    """Implements that part of `OperationStore`."""

    def count(self, additions: Additions, batch: str = "") -> bool:
        """See `Counts`. A Redis that was paused does later what it was asked for meanwhile."""
        try:
            self._redis.run(_COUNT, batch, *_flat(additions), again=batch != "")
        except StateError as error:
            log.debug("could not count: %s", error)  # it is counted later: no word for a user
            return False
        return True

    def counted(self) -> dict[Counter, float]:
        while ends := self._redis.run(_ENDS, NEVER_BEGUN, again=True):
            self._fold(ends)
            if len(ends) < _AT_ONCE:
                break
        found: dict[Counter, float] = {}
        key = f"{self._redis.prefix}counters"
        for name, amount in self._redis.call(lambda redis: redis.hgetall(key), again=True).items():
            with suppress(InvalidJsonError):
                found[Counter.from_text(name.decode())] = float(amount)
        return found

    def _fold(self, ends: list[bytes]) -> None:
        """Add up ends; not again when the answer is lost, as it may have been done."""
        sums: dict[Counter, float] = {}
        for end in ends:
            kind, status, started, at = json.loads(end)
            seconds = float(at) - float(started) if started else None
            for counter, amount in count_end(OperationKind(kind), status, seconds).items():
                sums[counter] = sums.get(counter, 0.0) + amount
        self._redis.run(_FOLD, len(ends), *ends, *_flat(sums))


def _flat(additions: Additions) -> list[str | float]:
    return [part for counter, amount in additions.items() for part in (counter.as_text(), amount)]
