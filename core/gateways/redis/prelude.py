"""What all scripts begin with, and where they keep what.

Redis runs one script at a time, and nothing else meanwhile.

Keys below the prefix; `ID` is an operation's, times are Redis' own, as all machines' clocks differ:

    op:ID       hash    the operation; `writes` counts what its process wrote
    params:ID   text    what it was started with, as JSON; also that of a request
    outcome:ID  text    what its report said, as JSON
    rows:ID     hash    key → row as JSON
    order:ID    sorted  key by the `seq` of its first writing
    moved:ID    sorted  key by the `seq` of its last writing
    docs:ID     hash    name → bytes
    log:ID      list    lines as JSON
    kind:KIND   sorted  ids by number; also `exclusive`, of all exclusive kinds
    live        set     ids of operations that are queued, or that somebody carries out
    batch:ID    text    says that additions were made; so that another attempt adds nothing
    ended       list    ends that nobody has added to the counters yet; see `counters`
    last        text    the last number; `made` hash: since when this Redis knows us; `notice` text

Every key expires. A key that is missing, expired or evicted, is lost; never done.
"""

QUEUED_S = 12
"""An operation that no worker began for so long is not begun later."""
SILENT_S = 10
"""A process that did not write for so long is shown as gone, until it writes."""
KEPT_S = 30 * 24 * 3600
DOCUMENTS_KEPT_S = 2 * 24 * 3600
"""How long plans and sides are kept, which take most of the memory."""
KEPT, KEPT_READINGS = 50, 3
KEPT_DOCUMENTS = 5
"""Of how many operations of one kind, the newest, they are kept for so long."""
MOST_LINES = 5000

_PRELUDE = f"""
local P = KEYS[1]
local function key(kind, id) return P .. kind .. ':' .. id end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local stamp = string.format('%.6f', now)
local KEPT_S, DOCUMENTS_KEPT_S = {KEPT_S}, {DOCUMENTS_KEPT_S}
local PARTS = {{'op', 'params', 'outcome', 'rows', 'order', 'moved', 'log'}}
local ACTIVE = {{queued = true, running = true, cancelling = true}}

local function keep(name) redis.call('EXPIRE', P .. name, KEPT_S) end
local function keep_all(id)
  for _, part in ipairs(PARTS) do redis.call('EXPIRE', key(part, id), KEPT_S) end
end

-- A Redis that came back a moment ago has heard of nobody meanwhile.
local up_s
local function came_back()
  if not up_s then
    local info = redis.pcall('INFO', 'server')
    up_s = type(info) == 'string' and tonumber(info:match('uptime_in_seconds:(%d+)')) or 1e9
  end
  return up_s <= {SILENT_S}
end

-- One far ahead, by a clock that was wrong, is as old as it is far.
local function age(at) return math.abs(now - (tonumber(at) or 0)) end
local function is_alive(status, created, heartbeat)
  if status == 'queued' then return age(created) <= {QUEUED_S} end
  if not ACTIVE[status] then return false end
  return age(heartbeat) <= {SILENT_S} or came_back()
end

-- An operation as it is now: its fields, and whether somebody carries it out; nothing if lost.
local function show(id)
  local fields = redis.call('HGETALL', key('op', id))
  if #fields == 0 then return fields end
  local f = redis.call('HMGET', key('op', id), 'status', 'created', 'heartbeat')
  fields[#fields + 1] = 'is_alive'
  fields[#fields + 1] = is_alive(f[1], f[2], f[3]) and '1' or '0'
  return fields
end

local function list(id, kind, number, exclusive)
  redis.call('ZADD', P .. 'kind:' .. kind, number, id)
  keep('kind:' .. kind)
  if exclusive == '1' then
    redis.call('ZADD', P .. 'exclusive', number, id)
    keep('exclusive')
  end
  redis.call('SADD', P .. 'live', id)
  keep('live')
end

-- Whether all is there that an operation's process wrote, as far as the names of keys say.
local function is_whole(id)
  local f = redis.call('HMGET', key('op', id), 'is_torn', 'has_rows', 'has_docs')
  local function has(part) return redis.call('EXISTS', key(part, id)) == 1 end
  return not f[1] and has('params') and not (f[2] and not (has('rows') and has('order')
    and has('moved'))) and not (f[3] and not has('docs'))
end

-- Before a key is written, which may make one anew that was lost.
local function note_torn(id)
  if not is_whole(id) then redis.call('HSET', key('op', id), 'is_torn', '1') end
end

-- Leaves an end to be counted, once for each operation.
local function note_end(id, status, at)
  local f = redis.call('HMGET', key('op', id), 'kind', 'started', 'is_counted')
  if not f[1] or f[3] then return end
  redis.call('HSET', key('op', id), 'is_counted', '1')
  redis.call('RPUSH', P .. 'ended', cjson.encode({{f[1], status, f[2] or '', at}}))
  redis.call('LTRIM', P .. 'ended', -10000, -1)
  keep('ended')
end

local function finish(id, status, text)
  note_end(id, status, stamp)
  redis.call('HSET', key('op', id), 'status', status, 'finished', stamp, 'error', text,
    'waiting_for', '', 'waiting_at', '0')
  redis.call('SREM', P .. 'live', id)
  keep_all(id)
end

-- Notes what no worker began, and counts whose worker is gone; one that is back enters itself anew.
local function sweep(late)
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'live')) do
    local f = redis.call('HMGET', key('op', id), 'status', 'created', 'heartbeat')
    if f[1] == 'queued' and not is_alive(f[1], f[2], f[3]) then finish(id, 'cancelled', late)
    elseif not f[1] or not is_alive(f[1], f[2], f[3]) then
      note_end(id, 'interrupted', f[3])
      redis.call('SREM', P .. 'live', id)
    end
  end
end

-- Returns the newest exclusive operation that somebody carries out, and how many there are.
local function holder()
  local best, best_number, count = nil, -1, 0
  for _, id in ipairs(redis.call('SMEMBERS', P .. 'live')) do
    local f = redis.call('HMGET', key('op', id), 'status', 'created', 'heartbeat', 'exclusive',
      'number')
    if f[4] == '1' and is_alive(f[1], f[2], f[3]) then
      count = count + 1
      local number = tonumber(f[5]) or 0
      if number > best_number then best, best_number = id, number end
    end
  end
  return best, count
end

local function say_lost(text)
  if text ~= '' then redis.call('SET', P .. 'notice', text, 'NX', 'EX', KEPT_S) end
end
"""


def script(text: str) -> str:
    """Return a script that may use what is defined here."""
    return _PRELUDE + text
