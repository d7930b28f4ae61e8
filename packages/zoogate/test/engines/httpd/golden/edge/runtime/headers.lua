-- Before the request is carried out. One hook for all: each costs every request some time.
function fix_up(request)
  drop_unusual(request)
  try_again(request)
  return apache2.DECLINED
end

-- Drops the request's headers whose names have unusual characters.
function drop_unusual(request)
  for name in pairs(request:headers_in_table()) do
    if name:find("[^A-Za-z0-9%-]") then request.headers_in[name] = nil end
  end
end

-- Lets a request be tried again whose endpoint breaks off.
local waits = { 0, 20000, 100000 }
function try_again(request)
  local known, headers = request.subprocess_env, request.headers_in
  if (request.filename or ""):sub(1, 15) ~= "proxy:balancer:" then return end
  local tries = tonumber(known["zoogate_tries"] or 0) + 1
  if tries > 1 then
    request.status = 200
    -- No method, whatever the manual says: it takes the number alone.
    if waits[tries - 1] > 0 then pcall(request.usleep, waits[tries - 1]) end
    if tries >= 3 then leave_session(known, headers) end
  elseif request.method ~= "GET" or known["zoogate_cache"] or known["zoogate_trusted"]
    or headers["Transfer-Encoding"] or (headers["Content-Length"] or "0") ~= "0" then
    return
  end
  known["zoogate_tries"] = tostring(tries)
  request.proxyreq = apache2.PROXYREQ_PROXY
end

-- Takes out the cookie that names the endpoint of the try before.
function leave_session(known, headers)
  local name, route = known["REDIRECT_BALANCER_SESSION_STICKY"], known["REDIRECT_BALANCER_SESSION_ROUTE"]
  if not name or not route or not headers["Cookie"] then return end
  local kept = {}
  for cookie in headers["Cookie"]:gmatch("[^;]+") do
    cookie = cookie:match("^%s*(.-)%s*$")
    if cookie ~= name .. "=" .. route then kept[#kept + 1] = cookie end
  end
  headers["Cookie"] = #kept > 0 and table.concat(kept, "; ") or nil
end

-- Refuses a request whose line and headers are longer than the Gateway lets them be.
function limit_head(request)
  local known = request.subprocess_env
  if known["REDIRECT_STATUS"] or known["zoogate_control"] then return apache2.DECLINED end
  local bytes = #request.the_request + 2
  for name, value in pairs(request:headers_in_table()) do
    bytes = bytes + #name + #value + 4
  end
  if bytes > 32768 then return 431 end
  return apache2.DECLINED
end

-- Counts a body whose length was not told.
function limit_body(request)
  coroutine.yield()
  local left = 1000000
  while bucket do
    left = left - #bucket
    if left < 0 then return end
    coroutine.yield(bucket)
  end
end
