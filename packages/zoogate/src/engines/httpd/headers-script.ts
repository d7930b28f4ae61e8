import { UNUSUAL_HEADER_NAME } from '@zoogate/proxy/request-rules'

/** mod_headers drops headers by name only. This drops them by a rule, which all engines share. */
export function headersScript(): string {
  // A set of characters alone, which Lua's patterns write as ECMAScript's do.
  const pattern = UNUSUAL_HEADER_NAME.replace('-]', '%-]')
  return `-- Drops the request's headers whose names have unusual characters.
function drop_unusual(request)
  for name in pairs(request:headers_in_table()) do
    if name:find("${pattern}") then request.headers_in[name] = nil end
  end
  return apache2.DECLINED
end
`
}
