-- Who takes a request: the algorithms. Each takes a pool and the attempt, which knows whom the request
-- has been with already, and returns an endpoint, or nil where nobody is left. All of them take the same
-- time however many endpoints there are, but for consistent hashing, whose time grows as its logarithm.

local cookie = require "zoogate.cookie"
local load = require "zoogate.load"
local peak_latency = require "zoogate.peak_latency"

local random = math.random

local M = {}

local turns = ngx.shared.zoogate_load

-- The least of so many is looked for among all; of more, among so many that are drawn.
local SCANNED_MAX = 64
local DRAWN = 32

-- So many draws in a row that do not fit, and the first that does is looked for.
local TRIES = 32

-- One that starts slowly takes only a part of what falls to it.
local function is_grown(endpoint, pool)
  return not pool.is_growing or random() * endpoint.weight < endpoint.share
end

-- Whether an endpoint takes a request now that falls to it.
local function takes(endpoint, pool, attempt)
  return not attempt:had(endpoint) and is_grown(endpoint, pool)
end

local function first_left(pool, attempt)
  local endpoints = pool.wheel.endpoints
  local start = random(1, #endpoints)
  for index = start, start + #endpoints - 1 do
    local endpoint = endpoints[(index - 1) % #endpoints + 1]
    if not attempt:had(endpoint) then
      return endpoint
    end
  end
  return nil
end

local function draw(pool, attempt)
  for _ = 1, TRIES do
    local endpoint = pool.wheel:draw()
    if takes(endpoint, pool, attempt) then
      return endpoint
    end
  end
  return first_left(pool, attempt)
end

-- One wheel for all workers: they share the turn. What one that starts slowly does not take goes to
-- any, itself among them, so that the others keep their proportions.
local function round_robin(pool, attempt)
  local turn = turns:incr("turn/" .. pool.name, 1, -1) or 0
  for tries = 0, TRIES - 1 do
    local endpoint = pool.wheel:at(turn + tries)
    if not attempt:had(endpoint) then
      return is_grown(endpoint, pool) and endpoint or draw(pool, attempt)
    end
  end
  return first_left(pool, attempt)
end

-- In flight by weight. One that is idle is as good as any other, whatever its weight.
local function busyness(endpoint)
  local count = load.of(endpoint)
  return count == 0 and 0 or (count + 1) / endpoint.share
end

-- Where several have the least, it is the one whose turn it is.
local function least_request(pool, attempt)
  local best = round_robin(pool, attempt)
  local least = best and busyness(best)
  if best == nil or least == 0 then
    return best
  end
  local endpoints = pool.wheel.endpoints
  local all = #endpoints <= SCANNED_MAX
  local start = random(0, #endpoints - 1)
  for index = 1, all and #endpoints or DRAWN do
    local endpoint = all and endpoints[(start + index) % #endpoints + 1] or pool.wheel:draw()
    if endpoint ~= best and takes(endpoint, pool, attempt) then
      local busy = busyness(endpoint)
      if busy < least then
        best, least = endpoint, busy
        if least == 0 then
          return best
        end
      end
    end
  end
  return best
end

-- Two that differ, and the better one; the first where they are alike.
local function better_of_two(pool, attempt, cost)
  local first = draw(pool, attempt)
  if first == nil or pool.wheel.count == 1 then
    return first
  end
  for _ = 1, TRIES do
    local second = pool.wheel:draw()
    if second ~= first and takes(second, pool, attempt) then
      return cost(second, pool) < cost(first, pool) and second or first
    end
  end
  return first
end

local function power_of_two(pool, attempt)
  return better_of_two(pool, attempt, busyness)
end

local function peak_ewma(pool, attempt)
  return better_of_two(pool, attempt, peak_latency.cost)
end

local function hash_key(settings)
  local on = settings.hash_on
  if on == "header" then
    return ngx.var["http_" .. settings.hash_name]
  elseif on == "cookie" then
    return cookie.value(settings.hash_name)
  elseif on == "path" then
    return ngx.var.request_uri:match("^[^?]*")
  end
  return ngx.var.remote_addr
end

-- A request without the header or the cookie goes anywhere.
local function consistent_hash(pool, attempt)
  local key = hash_key(pool.settings)
  if key == nil then
    return draw(pool, attempt)
  end
  return pool.ring:pick(key, pool.greatest, attempt)
end

local ALGORITHMS = {
  roundRobin = round_robin,
  random = draw,
  leastRequest = least_request,
  powerOfTwoChoices = power_of_two,
  peakEWMA = peak_ewma,
  consistentHash = consistent_hash,
}

-- Those that go by what is in flight.
M.COUNTS = { leastRequest = true, powerOfTwoChoices = true, peakEWMA = true }

function M.endpoint(pool, attempt)
  if pool.wheel.count == 0 then
    return nil
  end
  return ALGORITHMS[pool.settings.algorithm](pool, attempt)
end

return M
