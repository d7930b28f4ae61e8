-- A pool's endpoints on a wheel: each has as many places as its weight says. Going round it is round
-- robin, a place by chance is a weighted draw; both take the same time however many endpoints there
-- are.
--
-- Going round, the next place is not the neighbour but one about 0.62 of the wheel away (the golden
-- ratio): so the places of a heavy endpoint, which lie side by side, are visited evenly spread. The
-- step has no divisor in common with the number of places, so each turn visits each place once.

local ffi = require "ffi"
local random = math.random
local floor = math.floor

local M = {}
local Wheel = {}
Wheel.__index = Wheel

-- Beyond so many places weights are rounded. 16 MiB of memory in each worker.
local PLACES_MAX = 4 * 1024 * 1024

local GOLDEN = 0.6180339887498949

local function divisor(a, b)
  while b ~= 0 do
    a, b = b, a % b
  end
  return a
end

local function step_of(places)
  local step = math.max(1, floor(places * GOLDEN))
  while divisor(step, places) ~= 1 do
    step = step + 1
  end
  return step
end

-- `endpoints` have weights above 0, and the same order in every worker.
function M.new(endpoints)
  local common, sum = 0, 0
  for index = 1, #endpoints do
    common = divisor(endpoints[index].weight, common)
    sum = sum + endpoints[index].weight
  end
  if #endpoints == 0 then
    return setmetatable({ endpoints = endpoints, count = 0, places = 0, weight = 0 }, Wheel)
  end
  local unit = math.max(common, sum / PLACES_MAX)
  local place_of = ffi.new("int32_t[?]", floor(sum / unit) + #endpoints)
  local places = 0
  for index = 1, #endpoints do
    for _ = 1, math.max(1, floor(endpoints[index].weight / unit + 0.5)) do
      place_of[places] = index
      places = places + 1
    end
  end
  return setmetatable({
    endpoints = endpoints,
    count = #endpoints,
    weight = sum,
    place_of = place_of,
    places = places,
    step = step_of(places),
  }, Wheel)
end

-- The n-th that comes round.
function Wheel:at(n)
  local place = (n % self.places) * self.step % self.places
  return self.endpoints[self.place_of[place]]
end

function Wheel:draw()
  return self.endpoints[self.place_of[random(0, self.places - 1)]]
end

return M
