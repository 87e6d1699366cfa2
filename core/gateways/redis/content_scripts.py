"""What must happen at once, as scripts: of what an operation leaves behind. See `prelude`."""

from core.gateways.redis.prelude import MOST_LINES, script

PUT_ROWS = script("""
local id = ARGV[1]
local name = key('op', id)
local seq = redis.call('HGET', name, 'seq')
if not seq then return -1 end
note_torn(id)
for at = 2, #ARGV, 2 do
  seq = string.format('%.0f', tonumber(seq) + 1)
  redis.call('HSET', key('rows', id), ARGV[at], ARGV[at + 1])
  redis.call('ZADD', key('order', id), 'NX', seq, ARGV[at])
  redis.call('ZADD', key('moved', id), seq, ARGV[at])
end
redis.call('HSET', name, 'seq', seq, 'has_rows', '1', 'heartbeat', stamp)
keep_all(id)
return redis.call('HINCRBY', name, 'writes', 1)
""")

PROGRESS = script(f"""
local id, first, fields = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local name = key('op', id)
if redis.call('EXISTS', name) == 0 then return -1 end
for at = 4, 3 + fields, 2 do redis.call('HSET', name, ARGV[at], ARGV[at + 1]) end
redis.call('HSET', name, 'heartbeat', stamp)
-- It may have been asked before, and have done it: some of the lines are there already then.
local had = first >= 0 and tonumber(redis.call('HGET', name, 'lines') or first) or first
for at = 4 + fields + math.max(0, had - first), #ARGV do
  redis.call('RPUSH', key('log', id), ARGV[at])
end
if #ARGV > 3 + fields then
  if first >= 0 then redis.call('HSET', name, 'lines', first + #ARGV - 3 - fields) end
  redis.call('LTRIM', key('log', id), -{MOST_LINES}, -1)
end
keep_all(id)
return redis.call('HINCRBY', name, 'writes', 1)
""")

PUT_DOCUMENTS = script("""
local id = ARGV[1]
if redis.call('EXISTS', key('op', id)) == 0 then return -1 end
note_torn(id)
for at = 2, #ARGV, 2 do redis.call('HSET', key('docs', id), ARGV[at], ARGV[at + 1]) end
redis.call('EXPIRE', key('docs', id), DOCUMENTS_KEPT_S)
redis.call('HSET', key('op', id), 'has_docs', '1', 'heartbeat', stamp)
return redis.call('HINCRBY', key('op', id), 'writes', 1)
""")

# All of them in the order of their keys, or those that moved since. A transaction would do for the
# first, but is refused while the memory is full.
ROWS_SINCE = script("""
local id, since = ARGV[1], ARGV[2]
local found = {redis.call('HGET', key('op', id), 'seq') or '0'}
local names
if since == '0' then names = redis.call('ZRANGE', key('order', id), 0, -1)
else names = redis.call('ZRANGEBYSCORE', key('moved', id), '(' .. since, '+inf') end
for at = 1, #names, 1000 do
  local some = redis.call('HMGET', key('rows', id), unpack(names, at, math.min(at + 999, #names)))
  for _, body in ipairs(some) do
    if body then found[#found + 1] = body end
  end
end
return found
""")
