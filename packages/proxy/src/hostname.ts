/** A Host header's value as routes compare it: lower case, without port and without a final dot. */
export function normalizedHostname(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':')
  const name = (end > 0 ? host.slice(0, end) : end === 0 ? '' : host).toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** `*.example.com` covers `a.example.com` and `a.b.example.com`, not `example.com`. */
export function hostnameMatches(pattern: string | undefined, hostname: string): boolean {
  if (pattern === undefined) return true
  if (!pattern.startsWith('*.')) return pattern === hostname
  const suffix = pattern.slice(1)
  return hostname.length > suffix.length && hostname.endsWith(suffix)
}
