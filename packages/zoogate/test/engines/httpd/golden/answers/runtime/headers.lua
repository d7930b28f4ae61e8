-- Before the request is carried out. One hook for all: each costs every request some time.
function fix_up(request)
  drop_unusual(request)
  try_twice(request)
  return apache2.DECLINED
end

-- Drops the request's headers whose names have unusual characters.
function drop_unusual(request)
  for name in pairs(request:headers_in_table()) do
    if name:find("[^A-Za-z0-9%-]") then request.headers_in[name] = nil end
  end
end

-- Lets a request be tried again whose endpoint breaks off.
function try_twice(request)
  local known, headers = request.subprocess_env, request.headers_in
  if (request.filename or ""):sub(1, 15) ~= "proxy:balancer:" then return end
  if known["REDIRECT_zoogate_again"] then
    request.status = 200
  elseif request.method ~= "GET" or known["zoogate_cache"] or known["zoogate_trusted"]
    or headers["Transfer-Encoding"] or (headers["Content-Length"] or "0") ~= "0" then
    return
  else
    known["zoogate_again"] = "1"
  end
  request.proxyreq = apache2.PROXYREQ_PROXY
end
