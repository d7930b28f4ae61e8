-- Picks from a pool that the request describes, as the balancer would, without any traffic: for tests of
-- the algorithms' distributions and for their benchmark. The body has changes as the shared table has
-- them, "+" row or "-" id, in steps parted by an empty line. Answers the seconds of processor time that
-- the picks took, and the id of each.

local choose = require "zoogate.choose"
local pool = require "zoogate.pool"
local row = require "zoogate.row"

ngx.req.read_body()
local arguments = ngx.req.get_uri_args()
local text = ngx.req.get_body_data() or ""

local steps = {}
for step in (text .. "\n"):gmatch("(.-)\n\n") do
  steps[#steps + 1] = step
end

local shared = {}
function shared:catch_up(_, from, follower)
  local version = (from or 0) + 1
  for sign, line in (steps[version] or ""):gmatch("([+-])([^\n]+)") do
    if sign == "+" then
      follower:put(row.parse(line))
    else
      follower:remove(line)
    end
  end
  return version
end

local now_ms = ngx.now() * 1000
local one = pool.new({
  name = "test",
  algorithm = arguments.algorithm,
  slow_start_ms = tonumber(arguments.slow),
}, shared)
for _ = 1, #steps do
  one:refresh(now_ms)
end
now_ms = now_ms + (tonumber(arguments.later) or 0)

local attempt = { had = function() return false end }
local ids = {}
local count = tonumber(arguments.count)
local pick = choose.endpoint
if arguments.algorithm == "consistentHash" then
  -- Its key is the request's; here each pick has one of its own.
  local index = 0
  pick = function(from)
    index = index + 1
    return from.ring:pick("key-" .. index, from.greatest, attempt)
  end
end
one:refresh(now_ms)
local started = os.clock()
for index = 1, count do
  ids[index] = pick(one, attempt)
end
local took = os.clock() - started
for index = 1, count do
  ids[index] = ids[index].id
end
ngx.print(string.format("%.6f\n", took), table.concat(ids, "\n"), "\n")
