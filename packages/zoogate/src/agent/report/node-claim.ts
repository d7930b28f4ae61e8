import {
  ConnectionLossError,
  NodeExistsError,
  NoNodeError,
  type ZooKeeper,
} from '@zoogate/zookeeper'
import type { TreePaths } from '../../store/tree-paths.ts'
import { ensurePath } from '../../store/znodes.ts'
import { AgentError } from '../agent-error.ts'

/** A session that ended without a word goes within its timeout and a tick of the server's. */
const TICK_MARGIN_MS = 5_000

export interface NodeClaimOptions {
  readonly client: ZooKeeper
  readonly paths: TreePaths
  readonly gateway: string
  readonly node: string
  /** Names this host and folder: whoever left the same is a former agent of this node. */
  readonly owner: string
}

/**
 * Makes this session the one that goes by the node's name: an ephemeral znode, its owner checked.
 * What a former agent of the same folder left behind is removed, since the folder's lock says that it
 * is no more. Anybody else's is waited out, for as long as a session without a process can live.
 * @throws AgentError `AGENT_NODE_TAKEN`
 */
export async function claimNode(options: NodeClaimOptions): Promise<void> {
  const { client, paths, gateway, node, owner } = options
  const path = paths.nodeAlive(gateway, node)
  await ensurePath(client, paths.node(gateway, node))
  const endMs = performance.now() + client.sessionTimeoutMs + TICK_MARGIN_MS
  for (;;) {
    try {
      await client.create(path, owner, { mode: 'ephemeral' })
      return
    } catch (error) {
      if (!(error instanceof NodeExistsError)) throw error
    }
    const holder = await holderOf(client, path)
    if (holder === undefined) continue
    if (holder.session === client.sessionId) return
    if (holder.owner === owner) {
      await deleteIfThere(client, path)
      continue
    }
    const leftMs = endMs - performance.now()
    if (leftMs <= 0 || !(await goesWithin(client, path, leftMs))) {
      // Without ZooKeeper nobody's session ends, so it says nothing that the znode was still there.
      if (client.state !== 'connected')
        throw new ConnectionLossError(`while ${path} was waited for`)
      throw new AgentError(
        'AGENT_NODE_TAKEN',
        `another agent (${holder.owner}) is node ${node} of Gateway ${gateway}: give this one another --node`,
      )
    }
  }
}

async function holderOf(
  client: ZooKeeper,
  path: string,
): Promise<{ owner: string; session: bigint } | undefined> {
  try {
    const { data, stat } = await client.getData(path)
    return { owner: data?.toString('utf8') ?? '', session: stat.ephemeralOwner }
  } catch (error) {
    if (error instanceof NoNodeError) return undefined
    throw error
  }
}

/** Whether the znode goes in time. */
async function goesWithin(client: ZooKeeper, path: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), timeoutMs)
    client.exists(path, { watch: () => done(true) }).then(
      (stat) => {
        if (stat === undefined) done(true)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
    function done(gone: boolean): void {
      clearTimeout(timer)
      resolve(gone)
    }
  })
}

async function deleteIfThere(client: ZooKeeper, path: string): Promise<void> {
  try {
    await client.delete(path)
  } catch (error) {
    if (!(error instanceof NoNodeError)) throw error
  }
}
