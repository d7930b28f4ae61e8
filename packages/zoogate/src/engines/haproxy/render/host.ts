import { existsSync, readFileSync } from 'node:fs'

/** What of this host goes into the configuration. */
export interface HaproxyHost {
  /** Whom the worker runs as; undefined: as the one who starts it. Only root can change that. */
  readonly user: string | undefined
  readonly ipv6: boolean
}

/** The account of Debian's haproxy package. */
const ACCOUNT = 'haproxy'

export function thisHost(): HaproxyHost {
  return {
    user: process.getuid?.() === 0 && accountExists(ACCOUNT) ? ACCOUNT : undefined,
    ipv6: existsSync('/proc/net/if_inet6'),
  }
}

/** A user and a group of this name. */
function accountExists(name: string): boolean {
  return ['/etc/passwd', '/etc/group'].every(
    (file) => existsSync(file) && `\n${readFileSync(file, 'utf8')}`.includes(`\n${name}:`),
  )
}
