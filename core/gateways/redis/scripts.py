"""What must happen at once, as scripts: of operations, from start to end. See `prelude`."""

from core.gateways.redis.prelude import KEPT, KEPT_DOCUMENTS, KEPT_READINGS, script
from core.operations.change_request import EXPIRE_S

_START = """
local id, kind, exclusive, actor, params, request, approver, late = unpack(ARGV)

local function forget(set, kept)
  local ended = 0
  for _, one in ipairs(redis.call('ZREVRANGE', P .. set, 0, -1)) do
    local f = redis.call('HMGET', key('op', one), 'status', 'created', 'heartbeat', 'kind')
    if not is_alive(f[1], f[2], f[3]) then
      ended = ended + 1
      if ended > kept or not f[1] then
        for _, part in ipairs(PARTS) do redis.call('UNLINK', key(part, one)) end
        redis.call('UNLINK', key('docs', one))
        redis.call('ZREM', P .. set, one)
        if f[4] then redis.call('ZREM', P .. 'kind:' .. f[4], one) end
        redis.call('SREM', P .. 'live', one)
      end
    end
  end
end

if redis.call('EXISTS', key('op', id)) == 1 then  -- the answer to this start was lost
  return {'started', show(id), stamp}
end
if request ~= '' then
  local f = redis.call('HMGET', key('request', request), 'state', 'created')
  local old = f[2] and now - tonumber(f[2]) or -1
  if f[1] ~= 'open' or old < 0 or old >= %(expire_s)d then return {'not open'} end
end
sweep(late)
if exclusive == '1' then
  local held = holder()
  if held then return {'held', show(held), stamp} end
  redis.call('DEL', P .. 'notice')
else
  for _, one in ipairs(redis.call('SMEMBERS', P .. 'live')) do
    local f = redis.call('HMGET', key('op', one), 'status', 'created', 'heartbeat', 'kind')
    if f[4] == kind and is_alive(f[1], f[2], f[3]) then return {'started', show(one), stamp} end
  end
end
-- Numbers grow by the clock as well: they begin anew where Redis lost the last one.
local last = tonumber(redis.call('GET', P .. 'last') or '0')
local number = string.format('%%.0f', math.max(last + 1, math.floor(now * 1000)))
redis.call('SET', P .. 'last', number, 'EX', KEPT_S)
redis.call('HSET', key('op', id), 'id', id, 'kind', kind, 'exclusive', exclusive, 'actor', actor,
  'status', 'queued', 'created', stamp, 'heartbeat', stamp, 'number', number, 'seq', '0')
redis.call('SET', key('params', id), params, 'EX', KEPT_S)
keep_all(id)
list(id, kind, number, exclusive)
if request ~= '' then
  redis.call('HSET', key('request', request), 'state', 'approved', 'decided_by', approver,
    'decided', stamp, 'operation', id)
end
forget(exclusive == '1' and 'exclusive' or 'kind:' .. kind,
  exclusive == '1' and %(kept)d or %(kept_readings)d)
for _, one in ipairs(redis.call('ZREVRANGE', P .. 'kind:' .. kind, %(kept_documents)d, -1)) do
  redis.call('HDEL', key('op', one), 'has_docs')
  redis.call('UNLINK', key('docs', one))
end
return {'started', show(id), stamp}
"""

_CLAIM = """
local id, token, late, lost = unpack(ARGV)
local f = redis.call('HMGET', key('op', id), 'status', 'created', 'token')
if f[1] ~= 'queued' then return f[3] == token and ACTIVE[f[1]] and 1 or 0 end
if not is_alive('queued', f[2]) then finish(id, 'cancelled', late) return 0 end
if redis.call('EXISTS', key('params', id)) == 0 then finish(id, 'failed', lost) return 0 end
redis.call('HSET', key('op', id), 'status', 'running', 'started', stamp, 'heartbeat', stamp,
  'token', token)
return 1
"""

_FINISH = """
local id, status, outcome, digest, text = unpack(ARGV)
if not ACTIVE[redis.call('HGET', key('op', id), 'status')] then return 0 end
if outcome ~= '' then
  redis.call('SET', key('outcome', id), outcome, 'EX', KEPT_S)
  redis.call('HSET', key('op', id), 'outcome', digest)
end
finish(id, status, text)
return 1
"""

_FAIL_QUEUED = """
if redis.call('HGET', key('op', ARGV[1]), 'status') == 'queued' then
  finish(ARGV[1], 'failed', ARGV[2])
end
"""

_CANCEL = """
local id, reason = unpack(ARGV)
local status = redis.call('HGET', key('op', id), 'status')
if status == 'running' then
  redis.call('HSET', key('op', id), 'status', 'cancelling', 'cancel_reason', reason)
elseif status == 'queued' then
  redis.call('HSET', key('op', id), 'cancel_reason', reason)
  finish(id, 'cancelled', '')
end
"""

_BEAT = """
local id, known, kind, exclusive, actor, params, created, started, number = unpack(ARGV, 1, 9)
local lost = ARGV[10]
local name = key('op', id)
local f = redis.call('HMGET', name, 'status', 'writes', 'seq')
if f[1] and not ACTIVE[f[1]] then return {1, known} end
local writes = math.max(tonumber(f[2] or '0'), tonumber(known)) + 1
-- Fewer writes than were made: Redis came back with an older state.
local whole = f[1] and f[1] ~= 'queued' and tonumber(f[2] or '0') >= tonumber(known)
  and is_whole(id)
if not whole then
  redis.call('HDEL', name, 'is_torn', 'has_rows', 'has_docs')
  -- Who follows it asks for what was written after the `seq` that it knows: go beyond that.
  local seq = math.max(tonumber(f[3] or '0'), math.floor(now * 100000))
  redis.call('HSET', name, 'id', id, 'kind', kind, 'exclusive', exclusive, 'actor', actor,
    'status', f[1] == 'cancelling' and f[1] or 'running', 'created', created, 'started', started,
    'number', number, 'seq', string.format('%.0f', seq))
  redis.call('SET', key('params', id), params, 'EX', KEPT_S)
  local last = tonumber(redis.call('GET', P .. 'last') or '0')
  if last < tonumber(number) then redis.call('SET', P .. 'last', number, 'EX', KEPT_S) end
  if not f[1] then say_lost(lost) end
  keep_all(id)
end
redis.call('HSET', name, 'heartbeat', stamp, 'writes', string.format('%.0f', writes))
redis.call('EXPIRE', name, KEPT_S)
list(id, kind, number, exclusive)
return {whole and 1 or 0, writes}
"""

_ACTIVE_ONE = """
local held = holder()
return held and show(held) or {}
"""

_LATEST = """
local best, best_number = nil, -1
for at = 2, #ARGV do
  for _, id in ipairs(redis.call('ZREVRANGE', P .. 'kind:' .. ARGV[at], 0, -1)) do
    local f = redis.call('HMGET', key('op', id), 'status', 'number')
    if f[1] and (ARGV[1] == '' or f[1] == ARGV[1]) then
      local number = tonumber(f[2]) or 0
      if number > best_number then best, best_number = id, number end
      break
    end
  end
end
return best and show(best) or {}
"""

_ALL = """
local wanted, found = {}, {}
for _, kind in ipairs(ARGV) do wanted[kind] = true end
for _, id in ipairs(redis.call('ZREVRANGE', P .. 'exclusive', 0, -1)) do
  local kind = redis.call('HGET', key('op', id), 'kind')
  if kind and wanted[kind] then found[#found + 1] = show(id) end
end
return found
"""

# Whether this is the Redis that a process knows, with all that it knew; and what users should know.
_LOOK = """
local known_made, known_last, new_made, lost_text = unpack(ARGV)
local made = redis.call('HGET', P .. 'made', 'name')
local last = tonumber(redis.call('GET', P .. 'last') or '0')
local is_known = known_made ~= ''
local is_older = is_known and made == known_made and last < tonumber(known_last)
local is_lost = is_known and (made ~= known_made or is_older)
if not made or is_older then
  made = new_made
  redis.call('HSET', P .. 'made', 'name', made, 'at', stamp)
end
keep('made')
keep('last')
keep('live')
if is_lost then
  local at = tonumber(redis.call('HGET', P .. 'made', 'at'))
  local newest = redis.call('ZREVRANGE', P .. 'exclusive', 0, 0)[1]
  local created = newest and tonumber(redis.call('HGET', key('op', newest), 'created') or '0') or 0
  if created < at then say_lost(lost_text) end
end
local _, count = holder()
return {made, string.format('%.0f', last), redis.call('GET', P .. 'notice') or '', count}
"""


START = script(
    _START
    % {
        "kept": KEPT,
        "kept_documents": KEPT_DOCUMENTS,
        "kept_readings": KEPT_READINGS,
        "expire_s": EXPIRE_S,
    }
)
CLAIM, FINISH, FAIL_QUEUED, CANCEL = map(script, (_CLAIM, _FINISH, _FAIL_QUEUED, _CANCEL))
BEAT, LOOK = map(script, (_BEAT, _LOOK))
SHOW, ACTIVE_ONE, LATEST, ALL = map(script, ("return show(ARGV[1])", _ACTIVE_ONE, _LATEST, _ALL))
