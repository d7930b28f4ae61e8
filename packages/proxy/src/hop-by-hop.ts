import { HOP_BY_HOP_HEADERS } from './request-rules.ts'

/** `Trailer` is one of them: we pass no trailers on, which RFC 9110 §6.5.1 lets an intermediary do. */
const HOP_BY_HOP: ReadonlySet<string> = new Set(HOP_BY_HOP_HEADERS)

/** A header name is short; a longer one is lower-cased each time instead of being remembered. */
const REMEMBERED_NAMES_MAX = 512
const remembered = new Map<string, string>()

/** Lower case of a header name, from memory for the few names that all requests share. */
export function lowerCaseName(name: string): string {
  const known = remembered.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  if (remembered.size < REMEMBERED_NAMES_MAX && name.length <= 64) remembered.set(name, lower)
  return lower
}

/** Is this header (lower case) one of the connection's own? */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name)
}

/**
 * Names that the `Connection` headers of a message add to the hop-by-hop ones, in lower case.
 * Undefined where there are none, which is the common case: `keep-alive` and `close` are options,
 * not names. A message's own framing and routing headers cannot be named away.
 */
export function connectionNamed(rawHeaders: readonly string[]): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (lowerCaseName(rawHeaders[i] ?? '') !== 'connection') continue
    for (const token of (rawHeaders[i + 1] ?? '').split(',')) {
      const name = token.trim().toLowerCase()
      if (name === '' || name === 'keep-alive' || name === 'close') continue
      if (name === 'host' || name === 'content-length') continue
      names ??= new Set()
      names.add(name)
    }
  }
  return names
}
