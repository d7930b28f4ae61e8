-- The expected wait at an endpoint: a moving average of its latency that jumps up to each new peak and
-- decays (Finagle's PeakEwma), times what it has in flight. Each worker measures for itself.

local load = require "zoogate.load"

local exp = math.exp

local M = {}

-- Time in which an old latency loses all but 1/e of its say.
local DECAY_MS = 10000

-- Taken for an endpoint that has answered nothing yet but has a request in flight.
local UNKNOWN_MS = 30

-- A failure counts as an answer at least this slow: failing fast must not attract requests.
local FAILURE_MS = 1000

local function kept(elapsed_ms)
  return exp(-math.max(0, elapsed_ms) / DECAY_MS)
end

function M.measured(endpoint, latency_ms, failed, now_ms)
  if failed then
    latency_ms = math.max(latency_ms, FAILURE_MS)
  end
  local average = endpoint.latency_ms
  if average == nil or latency_ms > average then
    endpoint.latency_ms = latency_ms
  else
    local part = kept(now_ms - endpoint.measured_ms)
    endpoint.latency_ms = average * part + latency_ms * (1 - part)
  end
  endpoint.measured_ms = now_ms
end

-- A weight says here only how many in flight are normal: the draws honour it already.
function M.cost(endpoint, pool)
  local in_flight = load.of(endpoint)
  local latency_ms = endpoint.latency_ms
  if latency_ms == nil and in_flight == 0 then
    return 0
  end
  latency_ms = latency_ms and latency_ms * kept(ngx.now() * 1000 - endpoint.measured_ms) or UNKNOWN_MS
  local mean = pool.wheel.weight / pool.wheel.count
  return latency_ms * (in_flight * mean / endpoint.share + 1)
end

return M
