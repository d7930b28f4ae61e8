-- The agent's hands on the endpoints, on the control socket:
--
--     GET   /endpoints          generation LF *( service SP tag LF )
--     GET   /endpoints/SERVICE  tag LF *( row LF )
--     PUT   /endpoints/SERVICE  *( row LF ): all of them; answers the tag
--     PATCH /endpoints/SERVICE  tag LF *( "+" row LF / "-" id LF ): what is other than in that version;
--                               answers the tag, or 409 where another version is there
--
--     PUT   /certificates/NAME  see certificates.lua
--
-- A tag names one version of one filling of the table: equal tags, equal rows. Nothing is changed by a
-- body that holds anything that is not understood.

local control_request = require "zoogate.control_request"
local row = require "zoogate.row"

local answer, body = control_request.answer, control_request.body

local M = {}

local function list(services, shared, pools)
  local lines = { shared.generation, "\n" }
  for _, service in ipairs(services) do
    pools[service.name]:catch_up()
    lines[#lines + 1] = service.name .. " " .. shared:tag(pools[service.name].version) .. "\n"
  end
  answer(200, lines)
end

local function show(pool, shared)
  pool:catch_up()
  local lines = { shared:tag(pool.version), "\n" }
  for index = 1, #pool.sorted do
    lines[#lines + 1] = row.print(pool.sorted[index])
    lines[#lines + 1] = "\n"
  end
  answer(200, lines)
end

-- When an endpoint comes into service, where that matters.
local function since(pool, endpoint)
  if pool.settings.slow_start_ms == nil or not row.takes_new(endpoint) then
    return 0
  end
  local before = pool.by_id[endpoint.id]
  if before and row.takes_new(before) and before.address == endpoint.address and before.port == endpoint.port then
    return before.since
  end
  return math.floor(ngx.now() * 1000)
end

-- The rows of a text, checked; or nil and what is wrong.
local function read_rows(pool, text)
  local lines, seen = {}, {}
  for line in text:gmatch("([^\n]*)\n") do
    local endpoint, problem = row.parse(line)
    if endpoint == nil then
      return nil, problem .. ": " .. line
    end
    if seen[endpoint.id] then
      return nil, "twice: " .. endpoint.id
    end
    seen[endpoint.id] = true
    endpoint.since = since(pool, endpoint)
    lines[#lines + 1] = row.print_with_since(endpoint)
  end
  return lines
end

local function read_changes(pool, text)
  local lines = {}
  for sign, line in text:gmatch("([^\n])([^\n]*)\n") do
    if sign == "+" then
      local endpoint, problem = row.parse(line)
      if endpoint == nil then
        return nil, problem .. ": " .. line
      end
      endpoint.since = since(pool, endpoint)
      line = row.print_with_since(endpoint)
    elseif sign ~= "-" or pool.by_id[line] == nil then
      return nil, "no change: " .. sign .. line
    end
    lines[#lines + 1] = sign .. line .. "\n"
  end
  return lines
end

local function whole(pool)
  local lines = {}
  for index = 1, #pool.sorted do
    lines[index] = row.print_with_since(pool.sorted[index])
  end
  return lines
end

-- Each of these returns a status and a text.

local function replace(pool, shared, text)
  local lines, problem = read_rows(pool, text)
  if lines == nil then
    return 400, problem .. "\n"
  end
  local version = pool.version + 1
  local ok, full = shared:write_all(pool.name, version, lines)
  if not ok then
    return 507, full .. "\n"
  end
  return 200, shared:tag(version) .. "\n"
end

local function change(pool, shared, text)
  local tag, changes = text:match("^([^\n]*)\n(.*)$")
  if tag ~= shared:tag(pool.version) then
    return 409, shared:tag(pool.version) .. "\n"
  end
  local lines, problem = read_changes(pool, changes)
  if lines == nil then
    return 400, problem .. "\n"
  end
  if #lines == 0 then
    return 200, tag .. "\n"
  end
  local version = pool.version + 1
  local ok, full = shared:write_change(pool.name, version, table.concat(lines))
  if not ok then
    return 507, full .. "\n"
  end
  if shared:is_whole_due(version) then
    pool:catch_up()
    -- Without room for it the changes stand, and the next one is told so.
    shared:write_all(pool.name, version, whole(pool))
  end
  return 200, shared:tag(version) .. "\n"
end

local WRITES = { PUT = replace, PATCH = change }

function M.endpoints(pools, services, shared)
  local name = ngx.var.uri:sub(#"/endpoints/" + 1)
  local method = ngx.req.get_method()
  local pool = pools[name]
  if name == "" and method == "GET" then
    return list(services, shared, pools)
  end
  if pool == nil then
    return answer(404, "no such service\n")
  end
  if method == "GET" then
    return show(pool, shared)
  end
  local write = WRITES[method]
  if write == nil then
    return answer(405, "GET, PUT or PATCH\n")
  end
  local text = body()
  if not shared:lock() then
    return answer(503, "another change is under way\n")
  end
  pool:catch_up()
  local ok, status, words = pcall(write, pool, shared, text)
  shared:unlock()
  if not ok then
    return answer(500, status .. "\n")
  end
  answer(status, words)
end

function M.certificates(certificates)
  local certificate = certificates[ngx.var.uri:sub(#"/certificates/" + 1)]
  if certificate == nil then
    return answer(404, "no such certificate\n")
  end
  if ngx.req.get_method() ~= "PUT" then
    return answer(405, "PUT\n")
  end
  answer(certificate:replace(body()))
end

return M
