-- What happens at each request: an endpoint is chosen when nginx asks for one (again, when that one
-- failed), and what became of it is noted when nginx logs the request.
--
-- Attempts are kept by the address of nginx's request, which is the same from its first phase to its
-- last, through internal redirects too (ngx.ctx and variables are not). Where nginx should ever not log
-- a request, its attempt is found, and ended, when the address is given to another one.

local base = require "resty.core.base"
local ffi = require "ffi"
local choose = require "zoogate.choose"
local load = require "zoogate.load"
local ngx_balancer = require "ngx.balancer"
local outliers = require "zoogate.outliers"
local peak_latency = require "zoogate.peak_latency"
local session = require "zoogate.session"

local get_request = base.get_request
local get_last_failure = ngx_balancer.get_last_failure

local M = {}

-- nginx's NGX_BUSY: there is no live upstream.
local NOBODY = -3

-- In the log's words: the client went away.
local CLIENT_CLOSED = 499

-- So many that are full are come upon by chance, then the rest is looked through.
local FULL_BY_CHANCE_MAX = 16

local attempts = {}

local Attempt = {}
Attempt.__index = Attempt

function Attempt:had(endpoint)
  return endpoint == self.first or (self.others ~= nil and self.others[endpoint] == true)
end

function Attempt:add(endpoint)
  if self.first == nil then
    self.first = endpoint
  else
    self.others = self.others or {}
    self.others[endpoint] = true
  end
end

-- All were had: what a route asks to be tried again goes to them once more.
function Attempt:forget()
  self.first, self.others = nil, nil
end

-- So many attempts beside the first does the route ask for, be they at endpoints that were had.
local function retries_wanted()
  return tonumber(ngx.var.zoogate_retries) or 0
end

local function request_key()
  return tonumber(ffi.cast("uintptr_t", get_request()))
end

local function counts(pool)
  return choose.COUNTS[pool.settings.algorithm] or pool.settings.connections_max ~= nil
end

-- What became of the endpoint that the attempt is with. `verdict`: "answered", "refused" (an answer of
-- 500 to 599), "broken" (no answer), or nil: nobody can say.
local function finish(attempt, verdict, latency_ms, now_ms)
  local pool, endpoint = attempt.pool, attempt.endpoint
  attempt.endpoint = nil
  if endpoint == nil then
    return
  end
  if attempt.is_counted then
    load.finish(endpoint, now_ms)
  end
  if verdict == nil then
    return
  end
  if verdict == "broken" then
    pool:failed(endpoint, now_ms)
  else
    pool:answered(endpoint)
  end
  local failed = verdict ~= "answered"
  if pool.settings.outliers then
    local note = failed and outliers.failed or outliers.answered
    note(pool, endpoint, now_ms)
  end
  if pool.settings.algorithm == "peakEWMA" then
    peak_latency.measured(endpoint, latency_ms, failed, now_ms)
  end
end

-- Whether the endpoint has room for one more.
local function enters(attempt, endpoint, now_ms)
  attempt:add(endpoint)
  if not attempt.is_counted then
    return true
  end
  return load.start(endpoint, attempt.pool.settings.connections_max, now_ms) ~= nil
end

local function look_for_room(attempt, now_ms)
  local pool = attempt.pool
  for index = 1, pool.wheel.count do
    local endpoint = pool.wheel.endpoints[index]
    local max = pool.settings.connections_max
    if not attempt:had(endpoint) and load.of(endpoint) < max and enters(attempt, endpoint, now_ms) then
      return endpoint
    end
  end
  return nil
end

local function endpoint_for(attempt, owner, now_ms)
  if owner and enters(attempt, owner, now_ms) then
    return owner
  end
  for _ = 1, FULL_BY_CHANCE_MAX do
    local endpoint = choose.endpoint(attempt.pool, attempt)
    if endpoint == nil or enters(attempt, endpoint, now_ms) then
      return endpoint
    end
  end
  return look_for_room(attempt, now_ms)
end

-- Whether the endpoint before this one answered: nginx says "failed" of a status that the route wants
-- tried again (retry.codes) too, and that is no connection that broke. The list is "0.001 : " by now: a
-- head has a time at which it came, and the attempt that begins has nothing yet.
local function was_answered()
  local times = ngx.var.upstream_header_time
  return times and tonumber(times:match("([%d.-]+)[%s,:]+$")) ~= nil
end

-- balancer_by_lua: names an endpoint to nginx. Without one nginx ends the request: 502, which the
-- configuration makes a 503.
function M.balance(pool)
  local key = request_key()
  local now_ms = ngx.now() * 1000
  local failure = get_last_failure()
  local attempt = attempts[key]
  if attempt and (failure == nil or attempt.pool ~= pool) then
    finish(attempt, nil, 0, now_ms)
    attempt = nil
  end
  local owner
  pool:refresh(now_ms)
  if attempt then
    local verdict = failure == "failed" and not was_answered() and "broken" or "refused"
    finish(attempt, verdict, now_ms - attempt.started_ms, now_ms)
  else
    attempt = setmetatable({ pool = pool, is_counted = counts(pool) }, Attempt)
    attempts[key] = attempt
    owner = pool.settings.session and session.endpoint(pool, now_ms)
  end
  local endpoint = endpoint_for(attempt, owner, now_ms)
  if endpoint == nil and failure ~= nil and retries_wanted() > 0 then
    attempt:forget()
    endpoint = endpoint_for(attempt, owner, now_ms)
  end
  if endpoint == nil then
    attempts[key] = nil
    return ngx.exit(NOBODY)
  end
  attempt.endpoint = endpoint
  attempt.started_ms = now_ms
  if failure == nil then
    local others = pool.wheel.count - (endpoint.share > 0 and 1 or 0)
    -- nginx itself ends them at the route's number (proxy_next_upstream_tries).
    local more = math.max(others, retries_wanted())
    if more > 0 then
      ngx_balancer.set_more_tries(more)
    end
  end
  if pool.settings.session then
    session.took(pool, endpoint, owner)
  end
  local ok, problem = ngx_balancer.set_current_peer(endpoint.host, endpoint.port)
  if not ok then
    ngx.log(ngx.ERR, "nginx does not take ", endpoint.id, " of ", pool.name, ": ", problem)
    return ngx.exit(ngx.ERROR)
  end
end

local function last(list)
  return list and list:match("([%d.-]+)$")
end

local function verdict_of(status)
  if status == CLIENT_CLOSED or status == 0 then
    return nil
  end
  if status < 500 then
    return "answered"
  end
  -- nginx's own 502 and 504 have no time at which a head came.
  local answered = tonumber(last(ngx.var.upstream_status))
  if answered == nil or answered < 500 then
    return "answered"
  end
  return tonumber(last(ngx.var.upstream_header_time)) and "refused" or "broken"
end

-- log_by_lua: the request is over.
function M.log()
  local key = request_key()
  local attempt = attempts[key]
  if attempt == nil then
    return
  end
  attempts[key] = nil
  local now_ms = ngx.now() * 1000
  local latency_ms = now_ms - attempt.started_ms
  if attempt.pool.settings.algorithm == "peakEWMA" then
    local header_seconds = tonumber(last(ngx.var.upstream_header_time))
    latency_ms = header_seconds and header_seconds * 1000 or latency_ms
  end
  finish(attempt, verdict_of(ngx.status), latency_ms, now_ms)
end

return M
