-- Session persistence: who a request belongs to.

local cookie = require "zoogate.cookie"

local M = {}

local addresses = ngx.shared.zoogate_sessions

-- A client's address is remembered so long after its last request.
local ADDRESS_SECONDS = 1800

-- Ids may have dots, so each dot of the application's value may be the one before it.
local function by_suffix(pool, value)
  local dot = value:find(".", 1, true)
  while dot do
    local endpoint = pool.by_id[value:sub(dot + 1)]
    if endpoint then
      return endpoint
    end
    dot = value:find(".", dot + 1, true)
  end
  return nil
end

local function of_request(pool)
  local settings = pool.settings
  if settings.session == "source" then
    local id = addresses:get(pool.name .. "/" .. ngx.var.remote_addr)
    return id and pool.by_id[id]
  end
  local value = cookie.value(settings.session_name)
  if value == nil then
    return nil
  end
  if settings.session == "application" then
    return by_suffix(pool, value)
  end
  return pool.by_id[value]
end

-- The endpoint that the request belongs to, if it takes what belongs to it. A mirrored request is a copy
-- of some, and shares its variables with the one it is of: it has no session.
function M.endpoint(pool, now_ms)
  if ngx.is_subrequest then
    return nil
  end
  local endpoint = of_request(pool)
  if endpoint == nil or endpoint.state == "down" then
    return nil
  end
  if math.max(endpoint.left_out_until, endpoint.ejected_until) > now_ms then
    return nil
  end
  return endpoint
end

-- Remembers who took it. `owner`: whom it belonged to, or nil.
function M.took(pool, endpoint, owner)
  if ngx.is_subrequest then
    return
  end
  local settings = pool.settings
  if settings.session == "source" then
    addresses:set(pool.name .. "/" .. ngx.var.remote_addr, endpoint.id, ADDRESS_SECONDS)
  elseif settings.session == "insert" then
    ngx.var.zoogate_set_cookie = endpoint == owner and ""
      or settings.session_name .. "=" .. endpoint.id .. "; Path=/; HttpOnly"
  end
end

return M
