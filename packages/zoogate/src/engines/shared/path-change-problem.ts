import type { PathChange, PathMatch } from '../../model/view/view.ts'
import { isText } from './grammar.ts'

const PATH_BYTES_MAX = 1_024

/** Why a path cannot be changed so; undefined: it can. */
export function pathChangeProblem(
  change: PathChange | undefined,
  matched: PathMatch,
): string | undefined {
  if (change === undefined) return undefined
  if (!change.value.startsWith('/') || !isText(change.value) || change.value.includes('\0')) {
    return 'must begin with "/"'
  }
  if (Buffer.byteLength(change.value) > PATH_BYTES_MAX) {
    return `must have at most ${PATH_BYTES_MAX} bytes`
  }
  if (change.type === 'ReplacePrefixMatch' && matched.type !== 'PathPrefix') {
    return 'replaces a prefix, and the path is none'
  }
  return undefined
}
