import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certificate } from './certificates.ts'
import { freePort } from './free-port.ts'
import { type Program, startProgram } from './program.ts'
import { waitFor } from './wait-for.ts'

/** Debian's jars. zookeeper.jar's manifest pulls in the rest but for Netty's codec and a log binding. */
const CLASS_PATH = [
  'zookeeper',
  'netty-codec',
  'netty-resolver',
  'netty-transport-native-unix-common',
  'slf4j-api',
  'slf4j-log4j12',
  'log4j-1.2',
]
  .map((name) => `/usr/share/java/${name}.jar`)
  .join(':')

/** What a server's second port, that speaks TLS, shows and asks for. */
interface ServerTls {
  readonly certificate: Certificate
  /** The authorities whose clients are trusted, as PEM. */
  readonly ca: string
  /** Default `want`: a client may come without a certificate. */
  readonly clientAuth?: 'none' | 'want' | 'need'
}

/** How clients can prove who they are. */
interface ServerSecurity {
  /** Opens a second port that speaks TLS, with the x509 scheme. */
  readonly tls?: ServerTls
  /** Passwords by user, for SASL DIGEST-MD5. */
  readonly saslUsers?: Readonly<Record<string, string>>
}

export interface ApacheZooKeeperOptions extends ServerSecurity {
  /** Default 500: sessions may be as short as 1 s, so that expiry can be tested in time. */
  readonly tickTimeMs?: number
  readonly port?: number
  readonly dataFolder?: string
  /** More lines of zoo.cfg. */
  readonly config?: readonly string[]
  /** More arguments of the JVM. */
  readonly jvm?: readonly string[]
}

/** A real Apache ZooKeeper server of Debian's package, on loopback. */
export interface ApacheZooKeeper extends AsyncDisposable {
  readonly port: number
  readonly connectString: string
  /** The port that speaks TLS, when there is one. */
  readonly securePort: number | undefined
  readonly pid: number
  /** What it printed since it was started last: warnings and errors. */
  output(): string
  /** kill -9. */
  kill(): Promise<void>
  stop(): Promise<void>
  /** Starts it again on the same port and data, and waits until it serves. */
  restart(): Promise<void>
  readonly running: boolean
  /** How often its data had to be fetched from the others, since a kill had left files that it does not start with. */
  readonly rebuilt: number
  pause(): void
  resume(): void
}

export async function startApacheZooKeeper(
  options: ApacheZooKeeperOptions = {},
): Promise<ApacheZooKeeper> {
  const port = options.port ?? (await freePort())
  return startMember({
    port,
    folder: options.dataFolder,
    jvm: options.jvm ?? [],
    tls: options.tls,
    saslUsers: options.saslUsers,
    lines: [
      `tickTime=${options.tickTimeMs ?? 500}`,
      'standaloneEnabled=true',
      ...(options.config ?? []),
    ],
    waitUntilServing: true,
  })
}

/** An ensemble on loopback. `members[i].kill()` and the like act on one. */
export interface Ensemble extends AsyncDisposable {
  readonly connectString: string
  readonly members: readonly ApacheZooKeeper[]
  /** Index of the member that leads now. */
  leader(): Promise<number>
}

export interface EnsembleOptions extends ServerSecurity {
  /** Default 3. */
  readonly members?: number
  /** More lines of each zoo.cfg. */
  readonly config?: readonly string[]
  /** More arguments of each JVM. */
  readonly jvm?: readonly string[]
}

export async function startEnsemble(options: EnsembleOptions = {}): Promise<Ensemble> {
  const { members = 3, config = [], jvm = [] } = options
  const ports: { client: number; quorum: number; election: number }[] = []
  for (let index = 0; index < members; index++) {
    ports.push({ client: await freePort(), quorum: await freePort(), election: await freePort() })
  }
  const servers = ports.map(
    (port, i) =>
      `server.${i + 1}=127.0.0.1:${port.quorum}:${port.election};127.0.0.1:${port.client}`,
  )
  const started = await Promise.all(
    ports.map((port, i) =>
      startMember({
        port: port.client,
        folder: undefined,
        jvm,
        id: i + 1,
        lines: ['tickTime=500', 'initLimit=20', 'syncLimit=10', ...servers, ...config],
        tls: options.tls,
        saslUsers: options.saslUsers,
        waitUntilServing: false,
      }),
    ),
  )
  const dispose = async () => {
    await Promise.all(started.map((member) => member[Symbol.asyncDispose]()))
  }
  try {
    await Promise.all(started.map((member) => waitUntilServing(member)))
  } catch (error) {
    const outputs = started.map((member, i) => `member ${i + 1}:\n${member.output()}`)
    await dispose()
    throw new Error(`the ensemble did not start:\n${outputs.join('\n')}`, { cause: error })
  }
  return {
    connectString: started.map((member) => member.connectString).join(','),
    members: started,
    async leader() {
      return waitFor('a leader', async () => {
        for (const [index, member] of started.entries()) {
          if (/^Mode: leader/m.test(await fourLetterWord(member.port, 'srvr'))) return { index }
        }
        return undefined
      }).then(({ index }) => index)
    },
    [Symbol.asyncDispose]: dispose,
  }
}

/** Sends a four-letter word and resolves with the whole answer; '' when nothing answers. */
export async function fourLetterWord(port: number, word: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    let text = ''
    socket.setEncoding('utf8').setTimeout(1_000, () => socket.destroy())
    socket.on('connect', () => socket.write(word))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

interface MemberOptions {
  readonly port: number
  readonly folder: string | undefined
  readonly lines: readonly string[]
  readonly jvm: readonly string[]
  readonly tls?: ServerTls | undefined
  readonly saslUsers?: ServerSecurity['saslUsers'] | undefined
  readonly id?: number
  readonly waitUntilServing: boolean
}

async function startMember(options: MemberOptions): Promise<ApacheZooKeeper> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'zg-zookeeper-')))
  const data = join(folder, 'data')
  await mkdir(data, { recursive: true })
  if (options.id !== undefined) await writeFile(join(data, 'myid'), String(options.id))
  const securePort = options.tls === undefined ? undefined : await freePort()
  const security = [
    ...(await tlsLines(folder, securePort, options.tls)),
    ...(options.saslUsers === undefined ? [] : SASL_LINES),
  ]
  const config = join(folder, 'zoo.cfg')
  await writeFile(
    config,
    [
      `dataDir=${data}`,
      `clientPort=${options.port}`,
      'clientPortAddress=127.0.0.1',
      'maxClientCnxns=0',
      'admin.enableServer=false',
      '4lw.commands.whitelist=*',
      ...security,
      ...options.lines,
      '',
    ].join('\n'),
  )
  await writeFile(
    join(folder, 'log4j.properties'),
    'log4j.rootLogger=WARN, C\nlog4j.appender.C=org.apache.log4j.ConsoleAppender\nlog4j.appender.C.layout=org.apache.log4j.SimpleLayout\n',
  )
  const jvm = [...(await saslArguments(folder, options.saslUsers)), ...options.jvm]
  const start = () =>
    startProgram('java', [
      '-Xmx256m',
      '-XX:TieredStopAtLevel=1',
      '-Dzookeeper.extendedTypesEnabled=true',
      '-Dznode.container.checkIntervalMs=1000',
      '-Dzookeeper.DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=',
      `-Dlog4j.configuration=file:${folder}/log4j.properties`,
      ...jvm,
      '-cp',
      CLASS_PATH,
      'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      config,
    ])
  let program: Program = await start()
  let rebuilt = 0
  const member: ApacheZooKeeper = {
    port: options.port,
    connectString: `127.0.0.1:${options.port}`,
    securePort,
    get pid() {
      return program.pid
    },
    output: () => program.output(),
    async kill() {
      program.kill('SIGKILL')
      await program.exited
    },
    async stop() {
      await program.stop()
    },
    async restart() {
      if (program.running) await program.stop()
      program = await start()
      try {
        await waitUntilServing(member)
      } catch (error) {
        if (options.id === undefined || !TORN_EPOCH.test(program.output())) throw error
        await rm(join(data, 'version-2'), { recursive: true })
        rebuilt++
        program = await start()
        await waitUntilServing(member)
      }
    },
    get rebuilt() {
      return rebuilt
    },
    get running() {
      return program.running
    },
    pause: () => program.kill('SIGSTOP'),
    resume: () => program.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      program.kill('SIGCONT')
      await program.stop()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
  if (options.waitUntilServing) {
    try {
      await waitUntilServing(member)
    } catch (error) {
      await member[Symbol.asyncDispose]()
      throw error
    }
  }
  return member
}

const SASL_LINES = ['authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider']

/** Netty serves both ports then: the default one, NIO, knows no TLS. */
async function tlsLines(
  folder: string,
  securePort: number | undefined,
  tls: ServerTls | undefined,
): Promise<string[]> {
  if (tls === undefined) return []
  const keyStore = join(folder, 'key-store.pem')
  const trustStore = join(folder, 'trust-store.pem')
  await writeFile(keyStore, `${tls.certificate.key}\n${tls.certificate.cert}`)
  await writeFile(trustStore, tls.ca)
  return [
    `secureClientPort=${securePort}`,
    'secureClientPortAddress=127.0.0.1',
    'serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory',
    'authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider',
    `ssl.clientAuth=${tls.clientAuth ?? 'want'}`,
    `ssl.keyStore.location=${keyStore}`,
    'ssl.keyStore.type=PEM',
    `ssl.trustStore.location=${trustStore}`,
    'ssl.trustStore.type=PEM',
  ]
}

/** The JVM finds its users in a JAAS file: https://docs.oracle.com/javase/8/docs/technotes/guides/security/jgss/tutorials/LoginConfigFile.html */
async function saslArguments(
  folder: string,
  users: ServerSecurity['saslUsers'],
): Promise<string[]> {
  if (users === undefined) return []
  const lines = Object.entries(users).map(
    ([user, password]) => `  user_${user}="${password.replaceAll(/["\\]/g, '\\$&')}"`,
  )
  const file = join(folder, 'jaas.conf')
  await writeFile(
    file,
    `Server {\n  org.apache.zookeeper.server.auth.DigestLoginModule required\n${lines.join('\n')};\n};\n`,
  )
  return [`-Djava.security.auth.login.config=${file}`]
}

/**
 * Of a member that was killed between its snapshot and its epoch: ZooKeeper writes the two one after the other, and
 * then refuses to start. Whoever runs an ensemble lets such a member fetch all from the others.
 */
const TORN_EPOCH = /The current epoch, \S+, is older than the last zxid/

/** `srvr` names a mode only when the server serves; `ruok` says imok before that. */
async function waitUntilServing(
  member: Pick<ApacheZooKeeper, 'port' | 'output' | 'running'>,
): Promise<void> {
  let answer = ''
  const serves = async () => {
    if (!member.running) return true
    answer = await fourLetterWord(member.port, 'srvr')
    return /^Mode: /m.test(answer)
  }
  try {
    await waitFor('it to serve', serves, { timeoutMs: 60_000, everyMs: 50 })
    if (!member.running) throw new Error('it ended')
  } catch (error) {
    const said = `its last answer to srvr was ${JSON.stringify(answer)}; it printed:`
    const what = `ZooKeeper on port ${member.port} does not serve: ${said}\n${member.output()}`
    throw new Error(what, { cause: error })
  }
}
