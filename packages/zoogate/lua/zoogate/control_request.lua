-- What the control socket's handlers have in common.

local M = {}

function M.answer(status, text)
  ngx.status = status
  ngx.header["Content-Type"] = "text/plain"
  ngx.print(text)
end

function M.body()
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  local name = text == nil and ngx.req.get_body_file()
  if not name then
    return text or ""
  end
  local file = assert(io.open(name, "rb"))
  text = file:read("*a")
  file:close()
  return text
end

return M
