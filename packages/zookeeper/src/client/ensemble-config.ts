import { ProtocolError } from '../errors/protocol-error.ts'

/** One address of a server, where the others of the ensemble reach it. */
export interface QuorumAddress {
  readonly host: string
  readonly quorumPort: number
  readonly electionPort: number
}

/** One server of an ensemble, as `server.<id>` of its configuration names it. */
export interface EnsembleServer {
  /** Its `myid`. */
  readonly id: number
  /** At least one; more only with `multiAddress.enabled` (3.6). */
  readonly addresses: readonly QuorumAddress[]
  /** An observer serves clients, and does not vote. */
  readonly role: 'participant' | 'observer'
  /** Where clients reach it; undefined where the configuration does not say. */
  readonly clientAddress: { readonly host: string | undefined; readonly port: number } | undefined
}

/** The members of an ensemble, as the znode /zookeeper/config holds them. */
export interface EnsembleConfig {
  /** Empty for a standalone server. */
  readonly servers: readonly EnsembleServer[]
  /** For `reconfig`'s `fromConfig`; 0 for a standalone server. */
  readonly version: bigint
}

/** An ensemble has a handful of servers, and a weight and a group for each: more lines are malformed. */
const MAX_LINES = 10_000

// config  => [line "\n"]*            (QuorumVerifier.toString, QuorumPeer.QuorumServer.toString)
// line    => "server." id "=" server | "version=" hexadecimal | "group." … | "weight." …
// server  => address ["|" address]* [":" role] [";" [host ":"] port]
// address => host ":" quorumPort ":" electionPort          (a host is a name, an IPv4 address, or [an IPv6 address])

/** Reads what /zookeeper/config holds. Throws a `ProtocolError` where it makes no sense. */
export function parseEnsembleConfig(data: Buffer | null): EnsembleConfig {
  const lines = (data?.toString('utf8') ?? '').split('\n', MAX_LINES + 1)
  if (lines.length > MAX_LINES) throw malformed(`more than ${MAX_LINES} lines`)
  const servers: EnsembleServer[] = []
  let version = 0n
  for (const line of lines) {
    const [key = '', value = ''] = splitOnce(line.trim(), '=')
    if (key === 'version') version = parseVersion(value)
    else if (key.startsWith('server.')) servers.push(parseServer(key, value))
  }
  return { servers, version }
}

/** One server, as `server.<id>=…` of a configuration file and the requests of `reconfig` have it. */
export function formatEnsembleServer(server: EnsembleServer): string {
  const addresses = server.addresses
    .map((one) => `${bracketed(one.host)}:${one.quorumPort}:${one.electionPort}`)
    .join('|')
  const { clientAddress } = server
  const client = clientAddress === undefined ? '' : `;${formatClientAddress(clientAddress)}`
  return `server.${server.id}=${addresses}:${server.role}${client}`
}

function parseVersion(text: string): bigint {
  if (!/^[0-9a-f]{1,16}$/i.test(text)) throw malformed(`the version "${text}"`)
  return BigInt(`0x${text}`)
}

function parseServer(key: string, value: string): EnsembleServer {
  const id = Number(key.slice('server.'.length))
  const [quorum = '', client] = splitOnce(value, ';')
  const match = /^(.+?)(?::(participant|observer))?$/i.exec(quorum)
  if (!Number.isSafeInteger(id) || id < 0 || match?.[1] === undefined) {
    throw malformed(`"${key}=${value}"`)
  }
  return {
    id,
    addresses: match[1].split('|').map(parseAddress),
    role: match[2]?.toLowerCase() === 'observer' ? 'observer' : 'participant',
    clientAddress: client === undefined ? undefined : parseClientAddress(client),
  }
}

function parseAddress(text: string): QuorumAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5}):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  if (host === undefined) throw malformed(`the address "${text}"`)
  return { host, quorumPort: Number(match?.[3]), electionPort: Number(match?.[4]) }
}

function parseClientAddress(text: string): NonNullable<EnsembleServer['clientAddress']> {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text)
  if (match === null) throw malformed(`the client address "${text}"`)
  return { host: match[1] ?? match[2], port: Number(match[3]) }
}

function formatClientAddress(address: NonNullable<EnsembleServer['clientAddress']>): string {
  const { host, port } = address
  return host === undefined ? String(port) : `${bracketed(host)}:${port}`
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('ZK_MALFORMED', `the ensemble's configuration makes no sense: ${what}`)
}
