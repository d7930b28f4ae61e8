-- Sorts pairs of a 32-bit hash and a number by the hash: radix sort, three passes of eleven bits, in a
-- time that grows with the count alone. Hands back new arrays, or the ones it was given.

local bit = require "bit"
local ffi = require "ffi"
local band, rshift = bit.band, bit.rshift

local BITS = 11
local BUCKETS = 2 ^ BITS

return function(hashes, numbers, count)
  local other_hashes = ffi.new("uint32_t[?]", count + 1)
  local other_numbers = ffi.new("int32_t[?]", count + 1)
  local starts = ffi.new("int32_t[?]", BUCKETS)
  for pass = 0, 2 do
    local shift = pass * BITS
    ffi.fill(starts, BUCKETS * 4)
    for index = 0, count - 1 do
      local bucket = band(rshift(hashes[index], shift), BUCKETS - 1)
      starts[bucket] = starts[bucket] + 1
    end
    local start = 0
    for bucket = 0, BUCKETS - 1 do
      local size = starts[bucket]
      starts[bucket] = start
      start = start + size
    end
    for index = 0, count - 1 do
      local bucket = band(rshift(hashes[index], shift), BUCKETS - 1)
      local at = starts[bucket]
      starts[bucket] = at + 1
      other_hashes[at], other_numbers[at] = hashes[index], numbers[index]
    end
    hashes, other_hashes = other_hashes, hashes
    numbers, other_numbers = other_numbers, numbers
  end
  return hashes, numbers
end
