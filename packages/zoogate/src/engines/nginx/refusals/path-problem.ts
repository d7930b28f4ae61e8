import { isText } from '../../shared/grammar.ts'
import { decodePath } from '../render/routing.ts'

/** Longest path, which becomes a word of nginx's. */
const PATH_BYTES_MAX = 1_024

/** Why nginx cannot compare with this path; undefined: it can. */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must begin with "/"'
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `must have at most ${PATH_BYTES_MAX} bytes`
  let decoded: string
  try {
    decoded = decodePath(path)
  } catch {
    return 'must decode to UTF-8 text'
  }
  if (decoded.includes('\0') || !isText(decoded)) return 'must decode to text without NUL'
  // nginx resolves them in the request, so such a route could never match.
  return /\/\.{1,2}(\/|$)/.test(decoded) ? 'must not have "." or ".." as a segment' : undefined
}
