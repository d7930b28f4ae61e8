import { isText } from './grammar.ts'

/** Without what divides names from hashes, and lines, in a file of users. */
const NAME = /^[^#:\p{Cc}][^:\p{Cc}]{0,254}$/u
const HASH = /^\$(5|6|2[aby]|y)\$[A-Za-z0-9./=$]{1,255}$/

/** Why a file of users cannot hold this one; undefined: it can. Where hashes are not known, they are empty. */
export function userProblem({
  name,
  hash,
}: {
  readonly name: string
  readonly hash: string
}): string | undefined {
  if (!NAME.test(name) || !isText(name)) return 'has a name with a colon or a control character'
  if (hash !== '' && !HASH.test(hash)) return 'has no hash that crypt(3) knows: $5$, $6$ or $2y$'
  return undefined
}
