-- What the configuration says of each service, as lines of words:
--
--     generation 7
--     service shop leastRequest
--     session insert SID
--     connections 20
--     certificate shop
--
-- Other lines belong to the last service named. The text is the agent's own; what is not
-- understood is another version's, and no configuration to serve by.

local M = {}

local LINES = {
  session = function(service, kind, name)
    service.session, service.session_name = kind, name
  end,
  connections = function(service, max)
    service.connections_max = tonumber(max)
  end,
  hash = function(service, on, name)
    service.hash_on, service.hash_name = on, name
  end,
  slow = function(service, start_ms)
    service.slow_start_ms = tonumber(start_ms)
  end,
  outliers = function(service, consecutive, ejection_ms, percent_max)
    service.outliers = {
      consecutive = tonumber(consecutive),
      ejection_ms = tonumber(ejection_ms),
      percent_max = tonumber(percent_max),
    }
  end,
}

function M.parse(text)
  local given = { services = {}, certificates = {} }
  local service
  for line in text:gmatch("[^\n]+") do
    local words = {}
    for word in line:gmatch("%S+") do
      words[#words + 1] = word
    end
    if words[1] == "generation" then
      given.generation = words[2]
    elseif words[1] == "certificate" then
      given.certificates[#given.certificates + 1] = words[2]
    elseif words[1] == "service" then
      service = { name = words[2], algorithm = words[3] }
      given.services[#given.services + 1] = service
    else
      local read = LINES[words[1]]
      if read == nil or service == nil then
        error("the balancer's settings have a line of another version: " .. line)
      end
      read(service, words[2], words[3], words[4])
    end
  end
  assert(given.generation, "the balancer's settings name no generation")
  return given
end

return M
