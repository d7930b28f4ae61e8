-- Passive health checks (outlier detection): so many failures in a row, over all workers, and an
-- endpoint is ejected for a time. In shared memory:
--
--     <service>/row/<id>      failures in a row
--     <service>/ejected       who is ejected: id SP until LF …
--     <service>/version       of that list

local M = {}

local dict = ngx.shared.zoogate_outliers

-- A row of failures that nobody goes on with is forgotten after so long.
local FORGOTTEN_SECONDS = 3600

-- How long a worker may change the list.
local LOCK_SECONDS = 1

local function read(name)
  local ejected = {}
  for id, until_ms in (dict:get(name .. "/ejected") or ""):gmatch("(%S+) (%d+)\n") do
    ejected[id] = tonumber(until_ms)
  end
  return ejected
end

-- Whether anything changed.
function M.catch_up(pool)
  local version = dict:get(pool.name .. "/version")
  if version == pool.outliers_version and not pool.is_stale then
    return false
  end
  pool.outliers_version = version
  local ejected = read(pool.name)
  for index = 1, #pool.sorted do
    local endpoint = pool.sorted[index]
    endpoint.ejected_until = ejected[endpoint.id] or endpoint.ejected_until
  end
  return true
end

local function eject(pool, endpoint, now_ms)
  local lock = pool.name .. "/lock"
  if not dict:add(lock, true, LOCK_SECONDS) then
    return
  end
  local settings = pool.settings.outliers
  local lines = {}
  local ejected = read(pool.name)
  ejected[endpoint.id] = nil
  for id, until_ms in pairs(ejected) do
    if until_ms > now_ms and pool.by_id[id] then
      lines[#lines + 1] = id .. " " .. until_ms .. "\n"
    end
  end
  local max = math.max(1, math.floor(#pool.sorted * settings.percent_max / 100))
  if #lines < max then
    lines[#lines + 1] = string.format("%s %d\n", endpoint.id, now_ms + settings.ejection_ms)
    dict:set(pool.name .. "/ejected", table.concat(lines))
    dict:incr(pool.name .. "/version", 1, 0)
    dict:delete(pool.name .. "/row/" .. endpoint.id)
  end
  dict:delete(lock)
end

function M.failed(pool, endpoint, now_ms)
  local key = pool.name .. "/row/" .. endpoint.id
  local failures = dict:incr(key, 1, 0, FORGOTTEN_SECONDS)
  if failures and failures >= pool.settings.outliers.consecutive then
    eject(pool, endpoint, now_ms)
  end
end

function M.answered(pool, endpoint)
  local key = pool.name .. "/row/" .. endpoint.id
  if dict:get(key) then
    dict:delete(key)
  end
end

return M
