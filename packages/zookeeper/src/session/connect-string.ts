import { InvalidOptionError } from '../errors/client-errors.ts'
import { pathProblem } from '../protocol/path.ts'

/** ZooKeeper's client port where the connect string names none. */
const DEFAULT_PORT = 2181
const MAX_HOSTS = 64

/** A server as the connect string names it. */
export interface HostSpec {
  readonly host: string
  readonly port: number
}

/** What a connect string says. */
export interface ConnectString {
  readonly hosts: readonly HostSpec[]
  /** The path that all paths lie below, without a trailing slash; "" for none. */
  readonly chroot: string
}

/**
 * Reads `host1:2181,host2,[::1]:2183/chroot`. The port is 2181 where none is given; an IPv6 address stands in brackets.
 * Throws an `InvalidOptionError` that says what is wrong.
 */
export function parseConnectString(text: string): ConnectString {
  const slash = text.indexOf('/')
  const hostsText = slash === -1 ? text : text.slice(0, slash)
  const hosts = hostsText
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseHost(part, text))
  if (hosts.length === 0) throw new InvalidOptionError(`no host in the connect string "${text}"`)
  if (hosts.length > MAX_HOSTS) {
    throw new InvalidOptionError(`more than ${MAX_HOSTS} hosts in the connect string`)
  }
  return { hosts, chroot: slash === -1 ? '' : parseChroot(text.slice(slash), text) }
}

function parseHost(part: string, text: string): HostSpec {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(part)
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3])
  if (host === undefined || port < 1 || port > 65_535) {
    throw new InvalidOptionError(`"${part}" in the connect string "${text}" is not host:port`)
  }
  return { host, port }
}

function parseChroot(path: string, text: string): string {
  if (path === '/') return ''
  const problem = pathProblem(path)
  if (problem !== undefined) {
    throw new InvalidOptionError(`the path of the connect string "${text}" is wrong: ${problem}`)
  }
  return path
}
