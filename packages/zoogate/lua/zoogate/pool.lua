-- A service's endpoints as one worker has them: it follows the shared table, and keeps what picking
-- needs.
--
-- An endpoint's `share` is its weight as it counts now: less while it starts slowly, and 0 while it
-- takes nothing new.

local outliers = require "zoogate.outliers"
local ring = require "zoogate.ring"
local row = require "zoogate.row"
local wheel = require "zoogate.wheel"

local M = {}
local Pool = {}
Pool.__index = Pool

-- A slow start begins with this part of the weight, and grows at least this often.
local SHARE_MIN = 0.02
local GROW_MS = 100

-- So many connections in a row that fail, and an endpoint is left out for so long, unless it is the
-- last one. It only bridges the time until the agent's probe takes it out of the table.
local FAILURES_MAX = 3
local LEFT_OUT_MS = 1000

local NEVER = math.huge

function M.new(settings, shared)
  return setmetatable({
    name = settings.name,
    settings = settings,
    shared = shared,
    by_id = {},
    -- Sorted by id, so that every worker has the same order.
    sorted = {},
    wheel = wheel.new({}),
    ring = settings.algorithm == "consistentHash" and ring.new() or nil,
    is_stale = true,
    next_change_ms = NEVER,
  }, Pool)
end

-- Where an id is in the order, or would be.
function Pool:position(id)
  local low, high = 1, #self.sorted + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if self.sorted[middle].id < id then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

function Pool:clear()
  self.gone = self.by_id
  self.by_id, self.sorted = {}, {}
end

function Pool:put(given)
  local known = self.by_id[given.id] or (self.gone and self.gone[given.id])
  local same = known and known.address == given.address and known.port == given.port
  if not same then
    -- Whoever comes to an id's new address is somebody else.
    known = {
      id = given.id,
      service = self.name,
      address = given.address,
      port = given.port,
      host = given.address:find(":", 1, true) and "[" .. given.address .. "]" or given.address,
      in_flight = 0,
      failures = 0,
      left_out_until = 0,
      ejected_until = 0,
    }
  end
  known.weight, known.state, known.since = given.weight, given.state, given.since
  if self.by_id[given.id] ~= known then
    local at = self:position(given.id)
    local there = self.sorted[at]
    if there and there.id == given.id then
      self.sorted[at] = known
    else
      table.insert(self.sorted, at, known)
    end
    self.by_id[given.id] = known
  end
  self.is_stale = true
end

function Pool:remove(id)
  if self.by_id[id] == nil then
    return
  end
  table.remove(self.sorted, self:position(id))
  self.by_id[id] = nil
  self.is_stale = true
end

-- Follows the shared table. Costs one look at it where nothing changed.
function Pool:catch_up()
  self.version = self.shared:catch_up(self.name, self.version, self)
  self.gone = nil
end

-- The share of an endpoint now, and when that changes by itself.
function Pool:share_of(endpoint, now_ms)
  if not row.takes_new(endpoint) then
    return 0, NEVER
  end
  local out_until = math.max(endpoint.left_out_until, endpoint.ejected_until)
  if out_until > now_ms then
    return 0, out_until
  end
  local slow_ms = self.settings.slow_start_ms
  local since = math.max(endpoint.since, endpoint.ejected_until)
  if slow_ms and since > 0 and now_ms < since + slow_ms then
    local part = math.max(SHARE_MIN, (now_ms - since) / slow_ms)
    return endpoint.weight * part, now_ms + math.min(GROW_MS, slow_ms / 20)
  end
  return endpoint.weight, NEVER
end

-- Works out anew who takes requests, where anything changed.
function Pool:refresh(now_ms)
  self:catch_up()
  if self.settings.outliers and outliers.catch_up(self) then
    self.is_stale = true
  end
  if not self.is_stale and now_ms < self.next_change_ms then
    return
  end
  local ready, before = {}, self.wheel
  local same = true
  local greatest, next_change_ms = 0, NEVER
  for index = 1, #self.sorted do
    local endpoint = self.sorted[index]
    local share, changes_ms = self:share_of(endpoint, now_ms)
    next_change_ms = math.min(next_change_ms, changes_ms)
    endpoint.share = share
    if share > 0 then
      ready[#ready + 1] = endpoint
      same = same and before.endpoints[#ready] == endpoint and endpoint.placed == endpoint.weight
      greatest = math.max(greatest, share)
    end
  end
  if not same or #ready ~= before.count then
    for index = 1, #ready do
      ready[index].placed = ready[index].weight
    end
    self.wheel = wheel.new(ready)
    if self.ring then
      self.ring:update(ready)
    end
  end
  self.greatest = greatest
  self.is_growing = next_change_ms ~= NEVER
  self.is_stale = false
  self.next_change_ms = next_change_ms
end

-- A connection to it could not be made, or broke before an answer.
function Pool:failed(endpoint, now_ms)
  endpoint.failures = endpoint.failures + 1
  if endpoint.failures >= FAILURES_MAX and self.wheel.count > 1 then
    endpoint.failures = 0
    endpoint.left_out_until = now_ms + LEFT_OUT_MS
    self.is_stale = true
  end
end

function Pool:answered(endpoint)
  endpoint.failures = 0
end

return M
