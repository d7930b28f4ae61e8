import { startApacheZooKeeper, startEnsemble } from '../../support/apache-zookeeper.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'
import { startProgram } from '../../support/program.ts'

/** The kinds of server that the client must keep its promises on. */
export const CLUSTER_KINDS = ['standalone', 'ensemble', 'embedded'] as const
export type ClusterKind = (typeof CLUSTER_KINDS)[number]

/** One server process that can be hurt. */
export interface Member {
  readonly port: number
  /** kill -9. */
  kill(): Promise<void>
  /** Ends it by SIGTERM, if it runs, and starts it again on the same port and data. Resolves when it serves. */
  restart(): Promise<void>
  /** How often it had to fetch its data from the others, since its own did not let it start. Absent: never. */
  readonly rebuilt?: number
  /** SIGSTOP. */
  pause(): void
  /** SIGCONT. */
  resume(): void
}

/** Servers, each a process of its own. */
export interface Cluster extends AsyncDisposable {
  readonly kind: ClusterKind
  readonly members: readonly Member[]
  /** The member that leads; the only one where there is one. */
  leader(): Promise<Member>
}

const SERVER_SCRIPT = new URL(
  '../../../packages/zookeeper-server/integration/server-process.mjs',
  import.meta.url,
).pathname
const TICK_TIME_MS = 500

export async function startCluster(kind: ClusterKind): Promise<Cluster> {
  if (kind === 'ensemble') {
    const ensemble = await startEnsemble()
    return {
      kind,
      members: ensemble.members,
      leader: async () => memberAt(ensemble.members, await ensemble.leader()),
      [Symbol.asyncDispose]: () => ensemble[Symbol.asyncDispose](),
    }
  }
  const member =
    kind === 'standalone'
      ? await startApacheZooKeeper({ tickTimeMs: TICK_TIME_MS })
      : await startEmbeddedProcess()
  return {
    kind,
    members: [member],
    leader: async () => member,
    [Symbol.asyncDispose]: () => member[Symbol.asyncDispose](),
  }
}

export function memberAt(members: readonly Member[], index: number): Member {
  const member = members[index]
  if (member === undefined) throw new Error(`there is no member ${index}`)
  return member
}

/** The embedded server in a process of its own, so that it can be killed and stopped. */
async function startEmbeddedProcess(): Promise<Member & AsyncDisposable> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const start = () =>
    startProgram(
      process.execPath,
      [SERVER_SCRIPT, folder.path, String(port), String(TICK_TIME_MS)],
      { ready: /serves on/ },
    )
  let program = await start()
  return {
    port,
    async kill() {
      program.kill('SIGKILL')
      await program.exited
    },
    async restart() {
      if (program.running) await program.stop()
      program = await start()
    },
    pause: () => program.kill('SIGSTOP'),
    resume: () => program.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      program.kill('SIGCONT')
      await program.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}
