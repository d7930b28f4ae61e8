-- One endpoint as a line of text, in files, in shared memory and on the control socket:
--
--     row = id SP address SP port SP weight SP state [ SP since ] LF
--
-- `since`, in milliseconds since the epoch, is when it came into service, where that matters. It is
-- known in shared memory alone.

local M = {}

local STATES = { up = true, draining = true, down = true }

-- The fields, or nil and what is wrong.
function M.parse(line)
  local id, address, port, weight, state, since =
    line:match("^(%w[%w._-]*) ([%x.:]+) (%d+) (%d+) (%l+) ?(%d*)$")
  if id == nil or #id > 128 or #address > 45 then
    return nil, "no endpoint"
  end
  port, weight = tonumber(port), tonumber(weight)
  if port < 1 or port > 65535 then
    return nil, "no port"
  end
  if weight > 256 or not STATES[state] then
    return nil, "no weight or no state"
  end
  return {
    id = id,
    address = address,
    port = port,
    weight = weight,
    state = state,
    since = tonumber(since) or 0,
  }
end

function M.print(endpoint)
  return endpoint.id .. " " .. endpoint.address .. " " .. endpoint.port
    .. " " .. endpoint.weight .. " " .. endpoint.state
end

-- As it lies in shared memory.
function M.print_with_since(endpoint)
  if endpoint.since == 0 then
    return M.print(endpoint)
  end
  return M.print(endpoint) .. string.format(" %d", endpoint.since)
end

-- Whether it takes requests that belong to nobody.
function M.takes_new(endpoint)
  return endpoint.state == "up" and endpoint.weight > 0
end

return M
