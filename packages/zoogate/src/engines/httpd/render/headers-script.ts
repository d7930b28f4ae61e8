import { UNUSUAL_HEADER_NAME } from '@zoogate/proxy/request-rules'
import type { View } from '../../../model/view/view.ts'
import { OVER_CONTROL } from './files.ts'
import { tryAgainScript } from './further-tries.ts'

/**
 * mod_headers drops headers by name only. This drops them by a rule, which all engines share. And httpd
 * bounds the lines of a head, not all of it.
 */
export function headersScript({ limits }: Pick<View, 'limits'>): string {
  // A set of characters alone, which Lua's patterns write as ECMAScript's do.
  const pattern = UNUSUAL_HEADER_NAME.replace('-]', '%-]')
  return `-- Before the request is carried out. One hook for all: each costs every request some time.
function fix_up(request)
  drop_unusual(request)
  try_again(request)
  return apache2.DECLINED
end

-- Drops the request's headers whose names have unusual characters.
function drop_unusual(request)
  for name in pairs(request:headers_in_table()) do
    if name:find("${pattern}") then request.headers_in[name] = nil end
  end
end
${tryAgainScript()}${limits?.headerBytes === undefined ? '' : limitHead(limits.headerBytes)}${
  limits?.bodyBytes === undefined ? '' : limitBody(limits.bodyBytes)
}`
}

/** Not of what httpd sends within itself, for an answer, nor of the agent. Each line has its end, and a field its colon and space. */
function limitHead(bytes: number): string {
  return `
-- Refuses a request whose line and headers are longer than the Gateway lets them be.
function limit_head(request)
  local known = request.subprocess_env
  if known["REDIRECT_STATUS"] or known["${OVER_CONTROL}"] then return apache2.DECLINED end
  local bytes = #request.the_request + 2
  for name, value in pairs(request:headers_in_table()) do
    bytes = bytes + #name + #value + 4
  end
  if bytes > ${bytes} then return 431 end
  return apache2.DECLINED
end
`
}

/** A filter that ends makes httpd give the request up: the endpoint never gets an end of the body. */
function limitBody(bytes: number): string {
  return `
-- Counts a body whose length was not told.
function limit_body(request)
  coroutine.yield()
  local left = ${bytes}
  while bucket do
    left = left - #bucket
    if left < 0 then return end
    coroutine.yield(bucket)
  end
end
`
}
