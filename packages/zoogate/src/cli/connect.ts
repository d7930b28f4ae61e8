import { TimeoutError, ZooKeeper } from '@zoogate/zookeeper'
import type { Command } from 'commander'
import { Store } from '../store/store.ts'
import { treePaths } from '../store/tree-paths.ts'
import { CliError, usageError } from './cli-error.ts'
import { connectionFlags, findZooKeeper } from './connection-options.ts'
import type { FoundZooKeeper } from './locate-zookeeper.ts'

/** Where nothing listens, nothing is to be waited for but a restart. */
const REFUSED_TIMEOUT_MS = 3000
/** Long enough for an election, and for a host that is busy. */
const CONNECT_TIMEOUT_MS = 15_000
/** Long enough for a failover of the ensemble in the middle of a command. */
const SESSION_TIMEOUT_MS = 10_000

export interface Connection extends AsyncDisposable {
  readonly client: ZooKeeper
  readonly store: Store
  readonly found: FoundZooKeeper
}

/**
 * A session and the store on it. The caller disposes of it.
 * @throws CliError in one line: where it tried, why it failed, what to do
 */
async function openConnection(command: Command): Promise<Connection> {
  const found = await findZooKeeper(connectionFlags(command))
  const client = newClient(found)
  try {
    await connectPatiently(client)
  } catch (error) {
    const cause = client.lastConnectionError ?? error
    await client.close()
    throw unreachable(found, cause)
  }
  return {
    client,
    store: new Store({ client, root: found.root }),
    found,
    [Symbol.asyncDispose]: () => client.close(),
  }
}

/** Runs an action on a connection that is closed afterwards. */
export async function withConnection<T>(
  command: Command,
  action: (connection: Connection) => Promise<T>,
): Promise<T> {
  await using connection = await openConnection(command)
  return await action(connection)
}

async function connectPatiently(client: ZooKeeper): Promise<void> {
  try {
    await client.connect({ timeoutMs: REFUSED_TIMEOUT_MS })
  } catch (error) {
    const { lastConnectionError } = client
    const refused = lastConnectionError?.message.includes('ECONNREFUSED') ?? false
    if (!(error instanceof TimeoutError) || refused) throw error
    await client.connect({ timeoutMs: CONNECT_TIMEOUT_MS - REFUSED_TIMEOUT_MS })
  }
}

function newClient(found: FoundZooKeeper): ZooKeeper {
  try {
    treePaths(found.root)
    return new ZooKeeper(found.connectString, { sessionTimeoutMs: SESSION_TIMEOUT_MS })
  } catch (error) {
    throw usageError(`${error instanceof Error ? error.message : error} (from ${found.source})`)
  }
}

function unreachable({ connectString, source, pid }: FoundZooKeeper, cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const place = `ZooKeeper at ${connectString} (from ${source}) does not answer: ${why}.`
  const hint =
    pid === undefined
      ? 'Is it running?'
      : isRunning(pid)
        ? `\`zoogate dev\` runs, as process ${pid}: look at its output.`
        : `The \`zoogate dev\` that wrote the file, process ${pid}, runs no more: start it again.`
  return new CliError(`${place} ${hint}`, { cause })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
