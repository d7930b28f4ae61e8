-- Consistent hashing: each endpoint has 160 points on a ring of 2^32, and a key belongs to the endpoint
-- of the next point. Points depend on the endpoint's id alone, so whoever knows the same endpoints has
-- the same ring; one that leaves moves its own keys and no others.
--
-- Weights are honoured by refusing: an endpoint of half the greatest weight takes half of the keys that
-- fall to it, and the others try again from another place. So weights change without a new ring.

local bit = require "bit"
local ffi = require "ffi"
local sort_by_hash = require "zoogate.sort_by_hash"

local tobit, band, bxor, rshift, lshift = bit.tobit, bit.band, bit.bxor, bit.rshift, bit.lshift
local floor = math.floor
local crc32 = ngx.crc32_long

local M = {}
local Ring = {}
Ring.__index = Ring

-- The share of an endpoint differs from the mean by 8 % (one standard deviation: 1 / sqrt(160)).
local POINTS = 160

-- A key that was refused so often is taken by whom it falls to.
local TRIES_MAX = 64

local RANGE = 4294967296
local GOLDEN = 0x9e3779b1

-- The low 32 bits of a product, in doubles.
local function multiply(a, b)
  local low = band(a, 0xffff) * b
  local high = tobit(rshift(a, 16) * b)
  return tobit(low + lshift(high, 16))
end

-- The finalizer of MurmurHash3: every bit of the input sways every bit of the result. 0 to 2^32 - 1.
local function mix(value)
  local hash = tobit(value)
  hash = multiply(bxor(hash, rshift(hash, 16)), 0x85ebca6b)
  hash = multiply(bxor(hash, rshift(hash, 13)), 0xc2b2ae35)
  return bxor(hash, rshift(hash, 16)) % RANGE
end

function M.new()
  return setmetatable({
    hashes = ffi.new("uint32_t[1]"),
    numbers = ffi.new("int32_t[1]"),
    size = 0,
    -- An endpoint's number on the ring, and back.
    number_of = {},
    endpoint_of = {},
    free = {},
    highest = 0,
  }, Ring)
end

-- Makes the ring hold these endpoints.
function Ring:update(endpoints)
  local number_of, endpoint_of = self.number_of, self.endpoint_of
  local wanted = {}
  local added, removed = {}, {}
  for index = 1, #endpoints do
    local endpoint = endpoints[index]
    wanted[endpoint] = true
    if number_of[endpoint] == nil then
      added[#added + 1] = endpoint
    end
  end
  for endpoint, number in pairs(number_of) do
    if not wanted[endpoint] then
      removed[#removed + 1] = endpoint
      endpoint_of[number] = nil
    end
  end
  if #added == 0 and #removed == 0 then
    return
  end
  for index = 1, #added do
    local number = table.remove(self.free)
    if number == nil then
      number = self.highest + 1
      self.highest = number
    end
    number_of[added[index]] = number
  end
  self:merge(added, #removed)
  for index = 1, #added do
    endpoint_of[number_of[added[index]]] = added[index]
  end
  -- Numbers are given again from the next time on: now their points have just gone.
  for index = 1, #removed do
    self.free[#self.free + 1] = number_of[removed[index]]
    number_of[removed[index]] = nil
  end
end

-- One pass over the ring: points whose number has no endpoint fall out, the new ones come in.
function Ring:merge(added, removed_count)
  local count = #added * POINTS
  local new_hashes = ffi.new("uint32_t[?]", count + 1)
  local new_numbers = ffi.new("int32_t[?]", count + 1)
  for index = 1, #added do
    local crc, number = crc32(added[index].id), self.number_of[added[index]]
    local start = (index - 1) * POINTS
    for each = 0, POINTS - 1 do
      new_hashes[start + each] = mix(crc + each * GOLDEN)
      new_numbers[start + each] = number
    end
  end
  new_hashes, new_numbers = sort_by_hash(new_hashes, new_numbers, count)

  local stays = ffi.new("uint8_t[?]", self.highest + 1)
  for number in pairs(self.endpoint_of) do
    stays[number] = 1
  end
  local size = self.size + count - removed_count * POINTS
  local hashes = ffi.new("uint32_t[?]", size + 1)
  local numbers = ffi.new("int32_t[?]", size + 1)
  local old_hashes, old_numbers = self.hashes, self.numbers
  local at, new = 0, 0
  for old = 0, self.size - 1 do
    if stays[old_numbers[old]] == 1 then
      while new < count and new_hashes[new] < old_hashes[old] do
        hashes[at], numbers[at] = new_hashes[new], new_numbers[new]
        at, new = at + 1, new + 1
      end
      hashes[at], numbers[at] = old_hashes[old], old_numbers[old]
      at = at + 1
    end
  end
  while new < count do
    hashes[at], numbers[at] = new_hashes[new], new_numbers[new]
    at, new = at + 1, new + 1
  end
  self.hashes, self.numbers, self.size = hashes, numbers, at
end

-- Where the first point at or behind a hash is.
function Ring:find(hash)
  local hashes = self.hashes
  local low, high = 0, self.size
  while low < high do
    local middle = floor((low + high) / 2)
    if hashes[middle] < hash then
      low = middle + 1
    else
      high = middle
    end
  end
  return low == self.size and 0 or low
end

-- The endpoint of a key; past those that `attempt` has had already.
-- `greatest`: no endpoint's weight is above it.
function Ring:pick(key, greatest, attempt)
  if self.size == 0 then
    return nil
  end
  local hash = mix(crc32(key))
  local fallback
  for _ = 1, TRIES_MAX do
    local at = self:find(hash)
    local endpoint = self.endpoint_of[self.numbers[at]]
    local steps = 1
    while attempt:had(endpoint) do
      if steps == self.size then
        return nil
      end
      steps = steps + 1
      at = at + 1 < self.size and at + 1 or 0
      endpoint = self.endpoint_of[self.numbers[at]]
    end
    fallback = fallback or endpoint
    hash = mix(hash + GOLDEN)
    if hash < endpoint.share / greatest * RANGE then
      return endpoint
    end
  end
  return fallback
end

return M
