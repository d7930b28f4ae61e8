-- What nginx runs at its start and at each reload (init_by_lua_file), in its master process. Workers
-- are forked from it, with all that is built here.
--
-- The generation's folder is nginx's prefix. It is read here and never again: when the link to it
-- moves on, running workers go on with what they have.

local balancer = require "zoogate.balancer"
local certificates = require "zoogate.certificates"
local control = require "zoogate.control"
local load = require "zoogate.load"
local pool = require "zoogate.pool"
local settings = require "zoogate.settings"
local shared_table = require "zoogate.shared_table"

local function read_file(name)
  local file = assert(io.open(ngx.config.prefix() .. name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local given = settings.parse(read_file("balancer/settings"))
local shared = shared_table.open(ngx.shared.zoogate_endpoints, given.generation)
local pools = {}

zoogate = {}

for _, service in ipairs(given.services) do
  shared:fill(service, function()
    return read_file("balancer/endpoints/" .. service.name)
  end)
  local one = pool.new(service, shared)
  one:catch_up()
  pools[service.name] = one
  -- Names have no underscore, so no two of them share a function.
  zoogate["balance_" .. service.name:gsub("-", "_")] = function()
    return balancer.balance(one)
  end
end
shared:forget_others()
certificates.forget_others(ngx.shared.zoogate_certificates, given.generation, shared:serving())

local shown = {}
for _, name in ipairs(given.certificates) do
  local one = certificates.new(name, given.generation, ngx.shared.zoogate_certificates)
  shown[name] = one
  zoogate["show_" .. name:gsub("-", "_")] = function()
    one:show()
  end
end

load.begin_again()

zoogate.log = balancer.log

function zoogate.start_worker()
  math.randomseed(ngx.worker.pid() + ngx.now() * 1000)
  -- Only workers of a configuration that was taken come here.
  shared:serve()
  load.start_worker(given.generation)
end

function zoogate.endpoints()
  return control.endpoints(pools, given.services, shared)
end

function zoogate.certificates()
  return control.certificates(shown)
end
