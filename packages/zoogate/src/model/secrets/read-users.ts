import { compareText } from '../resources/resource.ts'
import type { SecretFileIssue, SecretRead } from './read-result.ts'

const USERS_MAX = 10_000
const ISSUES_MAX = 20

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/

/** crypt(5): SHA-256, SHA-512 and bcrypt, which every engine's crypt(3) knows. */
const HASHES = [
  /^\$5\$(rounds=[1-9][0-9]{3,8}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}$/,
  /^\$6\$(rounds=[1-9][0-9]{3,8}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}$/,
  /^\$2y\$[0-9]{2}\$[./A-Za-z0-9]{53}$/,
]

const HOW = 'make a line with `printf "%s:%s\\n" NAME "$(openssl passwd -6)"`'

/**
 * Users with the hashes of their passwords: `name:hash` in each line, as htpasswd(1) writes it; `#`
 * begins a comment. Messages tell the line and never what is in it. Pure.
 */
export function readUsers(text: string): SecretRead {
  const users = new Map<string, string>()
  const issues: SecretFileIssue[] = []
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim()
    if (line === '' || line.startsWith('#')) continue
    const [name = '', hash] = line.split(':')
    const problem = lineProblem(name, hash, users)
    if (problem === undefined && hash !== undefined) users.set(name, hash)
    else issues.push({ file: 'users', message: `line ${index + 1} ${problem}` })
  }
  if (issues.length === 0 && users.size === 0) {
    issues.push({ file: 'users', message: `holds no users: ${HOW}` })
  }
  if (users.size > USERS_MAX) {
    issues.push({ file: 'users', message: `holds ${users.size} users, more than ${USERS_MAX}` })
  }
  if (issues.length > 0) return { issues: issues.slice(0, ISSUES_MAX) }
  const sorted = [...users].sort(([a], [b]) => compareText(a, b))
  return {
    bytes: { type: 'Users', users: sorted.map(([name, hash]) => ({ name, hash })) },
    warnings: [],
  }
}

function lineProblem(
  name: string,
  hash: string | undefined,
  before: ReadonlyMap<string, string>,
): string | undefined {
  if (hash === undefined) return `is not name:hash; ${HOW}`
  if (!NAME.test(name)) {
    return 'must begin with a name of at most 64 letters, digits, . _ @ and -'
  }
  if (before.has(name)) return 'has the name of a line before'
  if (HASHES.some((pattern) => pattern.test(hash))) return undefined
  if (/^\$2[abx]\$/.test(hash))
    return 'has a bcrypt hash that is not $2y$, which not every engine knows'
  if (hash.startsWith('$apr1$') || hash.startsWith('{')) {
    return `has a hash that is too weak, or that not every engine knows; ${HOW}`
  }
  return `has no hash of crypt(3) ($5$, $6$ or $2y$): a password in plain text is not taken; ${HOW}`
}
