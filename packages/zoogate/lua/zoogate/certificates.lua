-- Certificates that came after nginx has read its files. On the control socket:
--
--     PUT /certificates/NAME   the PEM texts of a chain and of its key, in one
--
-- The bytes lie in memory that all workers share, under the generation's name: at a reload the new
-- workers read the files, which hold them too by then. A worker parses a certificate once for each
-- version of it; a handshake costs one look at that version, and where nothing came, no more than that.

local ssl = require "ngx.ssl"

local M = {}
local Certificate = {}
Certificate.__index = Certificate

local KEY = "%-%-%-%-%-BEGIN [%u ]*PRIVATE KEY%-%-%-%-%-.*"

function M.new(name, generation, dict)
  return setmetatable({ prefix = generation .. "/" .. name, dict = dict }, Certificate)
end

-- A chain and its key as nginx takes them; or nil, and which of them is none. Says nothing of the bytes.
local function parse(text)
  local at = text:find(KEY)
  if at == nil then
    return nil, "no private key"
  end
  local chain = ssl.parse_pem_cert(text:sub(1, at - 1))
  if chain == nil then
    return nil, "no certificate"
  end
  local key = ssl.parse_pem_priv_key(text:sub(at))
  if key == nil then
    return nil, "no private key"
  end
  return { chain = chain, key = key }
end

-- Where another version is named before its bytes are there, or they are gone: what is known stands.
function Certificate:catch_up()
  local version = self.dict:get(self.prefix)
  if version == nil or version == self.version then
    return
  end
  local text = self.dict:get(self.prefix .. "/" .. version)
  local parsed = text and parse(text)
  if parsed then
    self.version, self.parsed = version, parsed
  end
end

-- In a handshake, in place of the certificate of the file.
function Certificate:show()
  self:catch_up()
  local parsed = self.parsed
  if parsed == nil then
    return
  end
  ssl.clear_certs()
  local ok, problem = ssl.set_cert(parsed.chain)
  if ok then
    ok, problem = ssl.set_priv_key(parsed.key)
  end
  if not ok then
    ngx.log(ngx.ERR, "a certificate is not taken: ", problem)
    ngx.exit(ngx.ERROR)
  end
end

function Certificate:replace(text)
  local parsed, problem = parse(text)
  if parsed == nil then
    return 400, problem .. "\n"
  end
  local before = self.dict:get(self.prefix) or 0
  local ok, full = self.dict:safe_set(self.prefix .. "/" .. before + 1, text)
  if ok then
    ok, full = self.dict:safe_set(self.prefix, before + 1)
  end
  if not ok then
    return 507, full .. "\n"
  end
  -- A worker that is about to read the one before finds it once more.
  self.dict:delete(self.prefix .. "/" .. before - 1)
  return 200, "taken\n"
end

-- Drops those of generations that are neither read now nor served.
function M.forget_others(dict, generation, serving)
  for _, key in ipairs(dict:get_keys(0)) do
    local of = key:match("^(%d+)/")
    if of ~= generation and of ~= serving then
      dict:delete(key)
    end
  end
end

return M
