import { hostname, userInfo } from 'node:os'

const CHARACTERS_MAX = 128

/** Who changes something, for history and audit: `ZOOGATE_USER`, else `user@host`. */
export function author(environment: NodeJS.ProcessEnv = process.env): string {
  const configured = environment['ZOOGATE_USER'] ?? ''
  return (configured === '' ? `${userName()}@${hostname()}` : configured).slice(0, CHARACTERS_MAX)
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without an entry in the password file, as in some containers.
    return String(process.getuid?.() ?? 'unknown')
  }
}
