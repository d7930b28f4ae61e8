-- The cookies of the request.

local M = {}

-- The first one of a name; letter case counts (RFC 6265), which it does not in nginx's $cookie_NAME.
function M.value(name)
  local header = ngx.var.http_cookie
  if header == nil then
    return nil
  end
  local at = 1
  while true do
    local from, to = header:find(name .. "=", at, true)
    if from == nil then
      return nil
    end
    if from == 1 or header:find("^[; \t]", from - 1) then
      return header:match("^[^;]*", to + 1)
    end
    at = to + 1
  end
end

return M
