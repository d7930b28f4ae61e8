import type { Traffic } from './traffic.ts'

/** One connection, as `cons` and `stat` show it. */
export interface ConnectionReport {
  readonly remote: string
  readonly connected: boolean
  readonly queued: number
  readonly traffic: Traffic
  readonly sessionId: bigint
  readonly lastOperation: string
  readonly establishedAtMs: number
  readonly timeoutMs: number
  readonly lastXid: number
}

/** All that the four-letter words tell. Functions where gathering costs something. */
export interface ServerReport {
  readonly traffic: Traffic
  readonly zxid: bigint
  readonly writable: boolean
  readonly outstanding: number
  readonly nodeCount: number
  readonly approximateBytes: number
  readonly watchCount: number
  readonly uptimeMs: number
  readonly sessionCount: number
  readonly folder: string
  readonly port: number
  readonly tickTimeMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  connections(): readonly ConnectionReport[]
  ephemerals(): ReadonlyMap<bigint, ReadonlySet<string>>
  /** When sessions end, as Date.now() counts. */
  deadlines(): readonly (readonly [number, readonly bigint[]])[]
  /** Session ids and paths of watches. */
  watches(): readonly (readonly [bigint, string])[]
  snapshotBytes(): number
  logBytes(): number
}

/** The version whose behaviour this server has. The date's form is that of 3.4: some clients parse nothing else. */
const VERSION = '3.9.5-zoogate, built on 11/01/2026 00:00 GMT'

const WORDS: ReadonlyMap<string, (report: ServerReport) => string> = new Map([
  ['ruok', () => 'imok'],
  ['isro', (report) => (report.writable ? 'rw' : 'ro')],
  ['srvr', (report) => `${versionLine()}${summary(report)}`],
  ['stat', (report) => `${versionLine()}Clients:\n${clients(report, brief)}\n${summary(report)}`],
  ['cons', (report) => `${clients(report, detailed)}\n`],
  ['conf', configuration],
  ['mntr', monitor],
  ['envi', environment],
  ['dump', dump],
  [
    'dirs',
    (report) => `datadir_size: ${report.snapshotBytes()}\nlogdir_size: ${report.logBytes()}\n`,
  ],
  ['wchs', watchSummary],
  ['wchc', (report) => `${grouped(report.watches().map(([id, path]) => [hex(id), path]))}\n`],
  ['wchp', (report) => `${grouped(report.watches().map(([id, path]) => [path, hex(id)]))}\n`],
])

export function isFourLetterWord(word: string): boolean {
  return WORDS.has(word)
}

/** The answer to a four-letter word, in the form of Apache's server; undefined when it is none (server/command/*). */
export function fourLetterAnswer(word: string, report: ServerReport): string | undefined {
  return WORDS.get(word)?.(report)
}

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`
}

function versionLine(): string {
  return `Zookeeper version: ${VERSION}\n`
}

function summary(report: ServerReport): string {
  const { traffic } = report
  return [
    `Latency min/avg/max: ${traffic.minMs}/${traffic.averageMs.toFixed(4)}/${traffic.maxMs}`,
    `Received: ${traffic.received}`,
    `Sent: ${traffic.sent}`,
    `Connections: ${report.connections().length}`,
    `Outstanding: ${report.outstanding}`,
    `Zxid: ${hex(report.zxid)}`,
    'Mode: standalone',
    `Node count: ${report.nodeCount}`,
    '',
  ].join('\n')
}

function clients(report: ServerReport, line: (connection: ConnectionReport) => string): string {
  return report.connections().map(line).join('')
}

function counts({ queued, traffic }: ConnectionReport): string {
  return `queued=${queued},recved=${traffic.received},sent=${traffic.sent}`
}

function brief(connection: ConnectionReport): string {
  return ` ${connection.remote}[${connection.connected ? 1 : 0}](${counts(connection)})\n`
}

function detailed(connection: ConnectionReport): string {
  if (!connection.connected) return brief(connection)
  const { traffic } = connection
  return ` ${connection.remote}[1](${counts(connection)},sid=${hex(connection.sessionId)},lop=${connection.lastOperation},est=${connection.establishedAtMs},to=${connection.timeoutMs},lcxid=0x${(connection.lastXid >>> 0).toString(16)},minlat=${traffic.minMs},avglat=${Math.floor(traffic.averageMs)},maxlat=${traffic.maxMs})\n`
}

function configuration(report: ServerReport): string {
  return lines({
    clientPort: report.port,
    secureClientPort: -1,
    dataDir: report.folder,
    dataDirSize: report.snapshotBytes(),
    dataLogDir: report.folder,
    dataLogSize: report.logBytes(),
    tickTime: report.tickTimeMs,
    maxClientCnxns: 0,
    minSessionTimeout: report.minSessionTimeoutMs,
    maxSessionTimeout: report.maxSessionTimeoutMs,
    clientPortListenBacklog: -1,
    serverId: 0,
  })
}

function environment(): string {
  return `Environment:\n${lines({
    'zookeeper.version': VERSION,
    'node.version': process.version,
    'os.name': process.platform,
    'os.arch': process.arch,
    'user.dir': process.cwd(),
  })}`
}

function lines(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

function monitor(report: ServerReport): string {
  const { traffic } = report
  let ephemerals = 0
  for (const paths of report.ephemerals().values()) ephemerals += paths.size
  const connections = report.connections().length
  const values: Readonly<Record<string, string | number>> = {
    version: VERSION,
    server_state: 'standalone',
    uptime: Math.floor(report.uptimeMs),
    avg_latency: traffic.averageMs.toFixed(4),
    max_latency: traffic.maxMs,
    min_latency: traffic.minMs,
    packets_received: traffic.received,
    packets_sent: traffic.sent,
    num_alive_connections: connections,
    outstanding_requests: report.outstanding,
    znode_count: report.nodeCount,
    watch_count: report.watchCount,
    ephemerals_count: ephemerals,
    approximate_data_size: report.approximateBytes,
    global_sessions: report.sessionCount,
    local_sessions: 0,
  }
  return Object.entries(values)
    .map(([key, value]) => `zk_${key}\t${value}\n`)
    .join('')
}

function dump(report: ServerReport): string {
  const deadlines = report.deadlines()
  const ephemerals = report.ephemerals()
  return [
    'SessionTracker dump:\n',
    `Session Sets (${deadlines.length})/(${report.sessionCount}):\n`,
    ...deadlines.map(
      ([deadlineMs, ids]) =>
        `${ids.length} expire at ${new Date(deadlineMs).toUTCString()}:\n${ids.map((id) => `\t${hex(id)}\n`).join('')}`,
    ),
    'ephemeral nodes dump:\n',
    `Sessions with Ephemerals (${ephemerals.size}):\n`,
    ...[...ephemerals].map(
      ([id, paths]) => `${hex(id)}:\n${[...paths].map((path) => `\t${path}\n`).join('')}`,
    ),
    'Connections dump:\n',
    `Connections Sets (1)/(${report.connections().length}):\n`,
    ...report
      .connections()
      .map(({ remote, sessionId }) => `\tip: ${remote} sessionId: ${hex(sessionId)}\n`),
  ].join('')
}

function watchSummary(report: ServerReport): string {
  const watches = report.watches()
  const sessions = new Set(watches.map(([sessionId]) => sessionId))
  const paths = new Set(watches.map(([, path]) => path))
  return `${sessions.size} connections watching ${paths.size} paths\nTotal watches:${report.watchCount}\n`
}

function grouped(pairs: readonly (readonly [string, string])[]): string {
  const groups = new Map<string, Set<string>>()
  for (const [key, value] of pairs) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, new Set([value]))
    else group.add(value)
  }
  return [...groups]
    .map(([key, values]) => `${key}\n${[...values].map((value) => `\t${value}\n`).join('')}`)
    .join('')
}
