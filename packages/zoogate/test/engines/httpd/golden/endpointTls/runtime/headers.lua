-- Drops the request's headers whose names have unusual characters.
function drop_unusual(request)
  for name in pairs(request:headers_in_table()) do
    if name:find("[^A-Za-z0-9%-]") then request.headers_in[name] = nil end
  end
  return apache2.DECLINED
end
