/** Fields that are alike (a pattern of their paths), a value that they must not have, and what is said of it. */
export const WRONG_VALUES: readonly (readonly [RegExp, unknown, string])[] = [
  [/\.apiVersion$/, 'v1', 'must be zoogate/v1, not "v1"'],
  [
    /(\.metadata\.name|Refs?\.name|\.listeners\.name|\.sectionName|^Demo\.spec\.service)$/,
    'A_b',
    'must be a name of at most 63 characters: a-z, 0-9 and -, beginning and ending with a-z or 0-9, not "A_b"',
  ],
  [
    /^Gateway\.spec\.engine$/,
    'ngnix',
    'must be haproxy, nginx, httpd or builtin, not "ngnix" (did you mean "nginx"?)',
  ],
  [/\.port$/, 65_536, 'must be a port from 1 to 65535, not 65536'],
  [
    /^Gateway\.spec\.listeners\.address$/,
    'localhost',
    'must be "*" for all addresses of the host, or an IPv4 or IPv6 address, not "localhost"',
  ],
  [/\.protocol$/, 'https', 'must be HTTP, HTTPS, TCP or TLS, not "https" (did you mean "HTTPS"?)'],
  [/\.native\.(file|text)$/, 1, 'must be text, not 1'],
  [
    /\.native\.znode$/,
    'haproxy',
    'must be the absolute path of a znode, such as "/haproxy", not "haproxy"',
  ],
  [/\.minVersion$/, 1.2, 'must be "1.2" or "1.3", in quotes, not 1.2'],
  [/\.(http2|proxyProtocol|verify)$/, 'yes', 'must be true or false, not "yes"'],
  [
    /\.clientCertificates\.mode$/,
    'required',
    'must be Required or Optional, not "required" (did you mean "Required"?)',
  ],
  [
    /\.headerBytes$/,
    '2MiB',
    'must be a size from 1KiB to 1MiB, such as "512B", "16KiB" or "10MiB", not "2MiB"',
  ],
  [
    /\.bodyBytes$/,
    '10M',
    'must be a size from 1B to 1TiB, such as "512B", "16KiB" or "10MiB", not "10M"',
  ],
  [/\.limits\.idle$/, '999ms', duration('1s', '24h', '"999ms"')],
  [/\.keepAlive$/, 60, duration('1s', '1h', '60')],
  [/\.workers$/, 65, 'must be "auto" or a number from 1 to 64, not 65'],
  [/\.maxConnections$/, 0, 'must be a whole number from 1 to 1000000, not 0'],
  [
    /\.discovery\.path$/,
    'services/shop',
    'must be an absolute znode path, such as "/services/shop", without spaces, "//", "/./" and "/../", not "services/shop"',
  ],
  [/\.format$/, 'nerve', 'must be zoogate, not "nerve"'],
  [
    /\.endpoints\.id$/,
    '-a',
    'must be an id of at most 128 characters: letters, digits, . _ and -, beginning with a letter or a digit, not "-a"',
  ],
  [
    /\.endpoints\.address$/,
    'shop.internal',
    'must be an IPv4 or IPv6 address, such as "10.0.0.7" or "::1", not "shop.internal"',
  ],
  [/\.endpoints\.weight$/, 257, 'must be a whole number from 0 to 256, not 257'],
  [
    /\.algorithm$/,
    'roundrobin',
    'must be roundRobin, random, leastRequest, powerOfTwoChoices, consistentHash or peakEWMA, not "roundrobin" (did you mean "roundRobin"?)',
  ],
  [
    /\.hashOn$/,
    'cookie',
    'must be "sourceIP", "path", or an object such as { header: x-user } or { cookie: SID }, not "cookie"',
  ],
  [
    /(\.hashOn\.header|\.headers\.name|\.key\.header|Modifier\.(set|add)\.name)$/,
    'x a',
    'must be a header name of at most 128 characters: letters, digits, - and _, not "x a"',
  ],
  [
    /(\.hashOn\.cookie|\.sessionName)$/,
    'a=b',
    'must be a cookie name of at most 64 characters: letters, digits, _ . and -, not "a=b"',
  ],
  [
    /\.sessionPersistence\.type$/,
    'cookie',
    'must be Cookie or SourceIP, not "cookie" (did you mean "Cookie"?)',
  ],
  [
    /\.cookie\.mode$/,
    'insert',
    'must be Insert or Application, not "insert" (did you mean "Insert"?)',
  ],
  [/(\.http\.path|\.replace(FullPath|PrefixMatch))$/, '/a?b', uriPath('"/a?b"')],
  [
    /\.status$/,
    200,
    'must be a status or a range of them in quotes, such as "200" or "200-399", not 200',
  ],
  [/\.interval$/, '99ms', duration('100ms', '1h', '"99ms"')],
  [/\.timeout$/, '9ms', duration('10ms', '1h', '"9ms"')],
  [/\.(rise|fall)$/, 0, 'must be a whole number from 1 to 100, not 0'],
  [/\.consecutive5xx$/, 0, 'must be a whole number from 1 to 1000, not 0'],
  [/\.(baseEjectionTime|slowStart)$/, '2h', duration('1s', '1h', '"2h"')],
  [/\.(maxEjectionPercent|percent)$/, '50%', 'must be a whole number from 0 to 100, not "50%"'],
  [
    /\.protection$/,
    'on',
    'must be "off", or an object of maxLost, window, linger and holdFor, not "on"',
  ],
  [/\.maxLost$/, 50, 'must be a percentage from "0%" to "100%", not 50'],
  [/\.window$/, '0s', duration('100ms', '1h', '"0s"')],
  [/\.linger$/, '61m', duration('0s', '1h', '"61m"')],
  [/\.holdFor$/, '25h', duration('1s', '24h', '"25h"')],
  [/\.connections\.(max|queue)$/, 0, 'must be a whole number from 1 to 100000, not 0'],
  [/\.connectTimeout$/, '6m', duration('10ms', '5m', '"6m"')],
  [
    /(\.serverName|\.hostname)$/,
    '*.example.com',
    'must be a host name in lower case without a port and "*", such as "shop.example.com", not "*.example.com"',
  ],
  [
    /\.filters\..*\.path\.type$/,
    'Prefix',
    'must be ReplaceFullPath or ReplacePrefixMatch, not "Prefix"',
  ],
  [
    /\.matches\.path\.type$/,
    'Prefix',
    'must be Exact, PathPrefix or RegularExpression, not "Prefix"',
  ],
  [/\.matches\.path\.value$/, 7, 'must be a path of at most 1024 characters, not 7'],
  [
    /\.method$/,
    'get',
    'must be GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or TRACE, not "get" (did you mean "GET"?)',
  ],
  [/\.(headers|queryParams)\.type$/, 'Regex', 'must be Exact or RegularExpression, not "Regex"'],
  [
    /\.(headers|queryParams|set|add)\.value$/,
    2,
    'must be printable ASCII, 1 to 1024 characters, without a space at either end (numbers are written in quotes), not 2',
  ],
  [
    /\.queryParams\.name$/,
    'a b',
    'must be a parameter name of at most 128 characters: letters, digits, _ . ~ and -, not "a b"',
  ],
  [
    /\.filters\.type$/,
    'Redirect',
    'must be RequestHeaderModifier, ResponseHeaderModifier, RequestRedirect, URLRewrite, RequestMirror, Access, RateLimit, Cache, Expires or Compress, not "Redirect"',
  ],
  [/\.scheme$/, 'HTTPS', 'must be http or https, not "HTTPS" (did you mean "https"?)'],
  [/\.statusCode$/, 304, 'must be 301, 302, 303, 307 or 308, not 304'],
  [
    /\.realm$/,
    'a "b"',
    'must be printable ASCII of at most 128 characters, without quotes, backslashes and a space at either end, not "a \\"b\\""',
  ],
  [/\.requests$/, 0, 'must be a whole number from 1 to 1000000, not 0'],
  [/\.per$/, '500ms', duration('1s', '1h', '"500ms"')],
  [
    /\.rateLimit\.key$/,
    'source',
    'must be "sourceIP", or an object such as { header: x-api-key }, not "source" (did you mean "sourceIP"?)',
  ],
  [/(\.maxAge|\.after)$/, '0s', duration('1s', '8760h', '"0s"')],
  [/\.backendRefs\.weight$/, -1, 'must be a whole number from 0 to 1000000, not -1'],
  [
    /\.root$/,
    '/srv/www/',
    'must be an absolute path of a folder without "/" at its end, of letters, digits, / . _ + @ and -, without "/./" and "/../", not "/srv/www/"',
  ],
  [
    /\.fastcgi\.address$/,
    'localhost:9000',
    'must be "unix:" and the absolute path of a socket (at most 107 characters), or an IP address and a port, such as "127.0.0.1:9000", not "localhost:9000"',
  ],
  [
    /\.fastcgi\.index$/,
    '../a',
    'must be the name of a file, of letters, digits, . _ and -, beginning with a letter or a digit, not "../a"',
  ],
  [/\.attempts$/, 11, 'must be a whole number from 0 to 10, not 11'],
  [/\.timeouts\.(request|backendRequest)$/, '0s', duration('1ms', '24h', '"0s"')],
  [/^Secret\.spec\.type$/, 'tls', 'must be TLS, CA or Users, not "tls" (did you mean "TLS"?)'],
  [/^Secret\.spec\.files\./, '', 'must be the path of a file, of at most 1024 characters, not ""'],
  [/^Demo\.spec\.instances$/, 33, 'must be a whole number from 0 to 32, not 33'],
]

/** The same of the items of lists. */
export const WRONG_ITEMS: readonly (readonly [RegExp, unknown, string])[] = [
  [
    /\.native\.services$/,
    'A_b',
    'must be a name of at most 63 characters: a-z, 0-9 and -, beginning and ending with a-z or 0-9, not "A_b"',
  ],
  [
    /\.(trustedProxies|allow|deny)$/,
    '10.0.0.1/8',
    'must be a network without bits behind its prefix, such as "10.0.0.0/8" or "fd00::/8", or one address, not "10.0.0.1/8"',
  ],
  [
    /\.hostnames$/,
    'shop.example.com:80',
    'must be a host name in lower case without a port, such as "shop.example.com" or "*.example.com", not "shop.example.com:80"',
  ],
  [
    /\.remove$/,
    ':path',
    'must be a header name of at most 128 characters: letters, digits, - and _, not ":path"',
  ],
  [
    /\.types$/,
    'text',
    'must be a media type in lower case without parameters, such as "application/json" or "text/*", not "text"',
  ],
  [
    /\.static\.index$/,
    'a/b',
    'must be the name of a file, of letters, digits, . _ and -, beginning with a letter or a digit, not "a/b"',
  ],
  [/\.codes$/, 499, 'must be a whole number from 500 to 599, not 499'],
  [
    /\.methods$/,
    'CONNECT',
    'must be GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or TRACE, not "CONNECT"',
  ],
]

function duration(from: string, to: string, shown: string): string {
  return `must be a duration from ${from} to ${to}, such as "10s", "500ms" or "1m30s", not ${shown}`
}

function uriPath(shown: string): string {
  return `must be a URI path of at most 1024 characters that begins with "/" and has no "//", "/./", "/../", "%2F", "%00" or "?", not ${shown}`
}
