-- The endpoints of every service in memory that all workers share. They follow it by version: a worker
-- that has version 7 and sees that there is 9 reads what changed in 8 and in 9, or, where that is gone
-- by now, the whole text.
--
--     <generation>/epoch            tells this filling of the table from any other
--     <generation>/<service>        the version: a number
--     <generation>/<service>/all    a version's number LF, and all its rows
--     <generation>/<service>/<n>    what changed from version n - 1 to n: lines "+" row or "-" id
--
-- Each generation has a table of its own: at a reload the old workers end with what they had, and where
-- nginx refuses the new configuration nothing of it has reached them.

local row = require "zoogate.row"

local M = {}
local Table = {}
Table.__index = Table

-- The whole text is written anew after so many changes.
local CHANGES_KEPT = 64

-- A worker that dies while it writes holds the table no longer than this, in seconds.
local LOCK_SECONDS = 2

function M.open(dict, generation)
  return setmetatable({ dict = dict, generation = generation }, Table)
end

function Table:key(service)
  return self.generation .. "/" .. service
end

-- Fills the table of this generation from files, unless nginx only reads it once more: then it knows
-- better than the files. Endpoints that came lately, by the former generation, go on as such.
function Table:fill(service, read)
  local key = self:key(service.name)
  if self.dict:get(key) ~= nil then
    return
  end
  if self.dict:get(self.generation .. "/epoch") == nil then
    local epoch = string.format("%d-%d", ngx.now() * 1000, ngx.worker.pid())
    assert(self.dict:safe_set(self.generation .. "/epoch", epoch))
  end
  local before = service.slow_start_ms and self:since_before(service.name) or {}
  local rows = {}
  for line in read():gmatch("[^\n]+") do
    local endpoint, problem = row.parse(line)
    if endpoint == nil then
      error("balancer/endpoints/" .. service.name .. ": " .. problem .. ": " .. line)
    end
    endpoint.since = before[endpoint.id] or 0
    rows[#rows + 1] = row.print_with_since(endpoint)
  end
  assert(self:write_all(service.name, 1, rows))
end

-- When the endpoints of the generation that is served came.
function Table:since_before(service)
  local since = {}
  local serving = self:serving()
  if serving == nil then
    return since
  end
  for _, endpoint in ipairs(M.open(self.dict, serving):rows(service)) do
    since[endpoint.id] = endpoint.since
  end
  return since
end

-- The rows as they are now, in no order.
function Table:rows(service)
  local by_id = {}
  self:catch_up(service, nil, {
    clear = function()
      by_id = {}
    end,
    put = function(_, endpoint)
      by_id[endpoint.id] = endpoint
    end,
    remove = function(_, id)
      by_id[id] = nil
    end,
  })
  local rows = {}
  for _, endpoint in pairs(by_id) do
    rows[#rows + 1] = endpoint
  end
  return rows
end

-- Hands what changed since a version (nil: all) to `follower`, and returns the version it has then.
function Table:catch_up(service, from, follower)
  local key = self:key(service)
  local version = self.dict:get(key)
  if version == nil or version == from then
    return version
  end
  local known = from ~= nil and from or -1
  local is_whole = false
  while known < version do
    local change = known >= 0 and self.dict:get(key .. "/" .. known + 1)
    if change then
      known = known + 1
    else
      local text = not is_whole and self.dict:get(key .. "/all")
      if not text then
        -- Never, unless somebody else writes here. What is known stands.
        ngx.log(ngx.ERR, "a change of the endpoints of ", service, " is not to be found")
        return known
      end
      is_whole = true
      local head
      head, change = text:match("^(%d+)\n(.*)$")
      known = tonumber(head)
      follower:clear()
    end
    for sign, line in change:gmatch("([+-])([^\n]+)") do
      if sign == "+" then
        follower:put(row.parse(line))
      else
        follower:remove(line)
      end
    end
  end
  return known
end

-- False, and why, where there is no room.
function Table:write_all(service, version, rows)
  local key = self:key(service)
  for index, line in ipairs(rows) do
    rows[index] = "+" .. line .. "\n"
  end
  local text = version .. "\n" .. table.concat(rows)
  local ok, problem = self.dict:safe_set(key .. "/all", text)
  if not ok then
    return false, problem
  end
  for old = version - CHANGES_KEPT, version do
    self.dict:delete(key .. "/" .. old)
  end
  return self.dict:safe_set(key, version)
end

function Table:write_change(service, version, text)
  local key = self:key(service)
  local ok, problem = self.dict:safe_set(key .. "/" .. version, text)
  if not ok then
    return false, problem
  end
  return self.dict:safe_set(key, version)
end

function Table:is_whole_due(version)
  return version % CHANGES_KEPT == 0
end

-- A version's name, by which it can be told from that of any other filling.
function Table:tag(version)
  return self.dict:get(self.generation .. "/epoch") .. ":" .. version
end

function Table:lock()
  return self.dict:add("lock", true, LOCK_SECONDS)
end

function Table:unlock()
  self.dict:delete("lock")
end

-- This generation is the one that is served.
function Table:serve()
  self.dict:set("serving", self.generation)
end

-- The generation that is served; nil: none is yet.
function Table:serving()
  return self.dict:get("serving")
end

-- Drops what belongs to generations that are neither served nor about to be.
function Table:forget_others()
  local serving = self:serving()
  for _, key in ipairs(self.dict:get_keys(0)) do
    local generation = key:match("^(%d+)/")
    if generation and generation ~= self.generation and generation ~= serving then
      self.dict:delete(key)
    end
  end
end

return M
