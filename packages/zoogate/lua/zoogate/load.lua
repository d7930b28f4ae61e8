-- How many requests each endpoint has in flight, over all workers: numbers in shared memory, under
--
--     <epoch>/<service>/<id>
--
-- A worker that is killed takes the numbers of its requests with it. So when a worker is found to have
-- been started again, a new epoch begins: each worker enters what it has itself in flight, which it
-- counts in its own memory too, and the old numbers are left to be forgotten.

local M = {}

local dict = ngx.shared.zoogate_load

-- How often a worker looks whether a new epoch began.
local LOOK_MS = 100

local epoch = 0
local next_look_ms = 0
-- Endpoints with requests of this worker in flight.
local mine = {}

local function key_of(endpoint)
  if endpoint.load_epoch ~= epoch then
    endpoint.load_epoch = epoch
    endpoint.load_key = epoch .. "/" .. endpoint.service .. "/" .. endpoint.id
  end
  return endpoint.load_key
end

local function look(now_ms)
  if now_ms < next_look_ms then
    return
  end
  next_look_ms = now_ms + LOOK_MS
  local current = dict:get("epoch") or 0
  if current == epoch then
    return
  end
  epoch = current
  for endpoint in pairs(mine) do
    dict:incr(key_of(endpoint), endpoint.in_flight, 0)
  end
end

-- At a start and at each reload: what was lost of the numbers until then, is.
function M.begin_again()
  dict:incr("epoch", 1, 0)
end

-- A worker that comes in the place of another of the same configuration has a predecessor that died.
function M.start_worker(generation)
  local place = "worker/" .. generation .. "/" .. ngx.worker.id()
  if dict:get(place) then
    M.begin_again()
  end
  dict:set(place, true)
  epoch = dict:get("epoch")
end

-- The number with the one that comes. Over `max` (nil: no bound) it does not come: nil.
function M.start(endpoint, max, now_ms)
  look(now_ms)
  local key = key_of(endpoint)
  local count = dict:incr(key, 1, 0)
  if max and count and count > max then
    dict:incr(key, -1)
    return nil
  end
  endpoint.in_flight = endpoint.in_flight + 1
  mine[endpoint] = true
  return count
end

function M.finish(endpoint, now_ms)
  look(now_ms)
  dict:incr(key_of(endpoint), -1)
  endpoint.in_flight = endpoint.in_flight - 1
  if endpoint.in_flight == 0 then
    mine[endpoint] = nil
  end
end

function M.of(endpoint)
  return dict:get(key_of(endpoint)) or 0
end

return M
