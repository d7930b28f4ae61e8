import { readFileSync } from 'node:fs'

/** Whom Debian runs web servers as, and whom every Unix has. httpd refuses to serve as root. */
const UNPRIVILEGED = ['www-data', 'nobody'] as const

export interface WorkerUser {
  readonly name: string
  /** `#33`: a group's id. */
  readonly group: string
}

/** What of the host the choice depends on. */
export interface Host {
  readonly uid: number | undefined
  /** The text of `/etc/passwd`; undefined where there is none. */
  passwd(): string | undefined
}

/** Whom httpd's workers run as. Undefined: it is not started by root, and they run as itself. */
export function workerUser(host: Host = thisHost): WorkerUser | undefined {
  const name = host.uid === 0 ? unprivileged(host) : undefined
  return name === undefined ? undefined : { name, group: `#${groupOf(name, host)}` }
}

/** For what only the workers shall read, besides who starts httpd. Undefined: they are the same user. */
export function workersGroup(host: Host = thisHost): number | undefined {
  const name = host.uid === 0 ? unprivileged(host) : undefined
  return name === undefined ? undefined : Number(groupOf(name, host))
}

function unprivileged(host: Host): string | undefined {
  return UNPRIVILEGED.find((name) => groupOf(name, host) !== undefined)
}

function groupOf(name: string, host: Host): string | undefined {
  const line = (host.passwd() ?? '').split('\n').find((each) => each.startsWith(`${name}:`))
  return line?.split(':')[3]
}

const thisHost: Host = {
  get uid() {
    return process.getuid?.()
  },
  passwd() {
    try {
      return readFileSync('/etc/passwd', 'utf8')
    } catch {
      return undefined
    }
  },
}
