import fc from 'fast-check'
import { expect } from 'vitest'
import { endSession } from '../../../../test/scenarios/zookeeper-faults/end-session.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import {
  NodeCache,
  TreeCache,
  type TreeChange,
  ZooKeeper,
  ZooKeeperError,
} from '../../src/index.ts'
import { type Direction, type FrameGate, startFrameGate } from './frame-gate.ts'

/** What happens next, to the tree or to the wire between the caches and the server. */
export type Step =
  | { readonly do: 'create' | 'setData' | 'delete' | 'replace'; readonly path: string }
  | { readonly do: 'hold' | 'open'; readonly direction: Direction }
  | { readonly do: 'pass'; readonly direction: Direction; readonly frames: number }
  | { readonly do: 'cut' | 'endSession' }
  /** As much time as so many round trips to the server take. */
  | { readonly do: 'wait'; readonly roundTrips: number }

const name = fc.constantFrom('a', 'b', 'c')
const path = fc.array(name, { minLength: 0, maxLength: 3 }).map((names) => names.join('/'))
const direction = fc.constantFrom<Direction>('toServer', 'toClient')

/** Mostly changes, with the wire held and let go in between; losses now and then. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('create' as const), path }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('setData' as const), path }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), path }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('replace' as const), path }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('hold' as const), direction }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        direction,
        frames: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), direction }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cut', 'endSession') }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        roundTrips: fc.integer({ min: 1, max: 4 }),
      }),
    },
  ),
  { minLength: 10, maxLength: 60 },
)

interface Facts {
  readonly writer: ZooKeeper
  readonly server: { readonly port: number }
  /** Where the tree is made; it does not exist yet. */
  readonly root: string
}

type Contents = Record<string, string>

/**
 * Follows a tree and one of its znodes while frames are held back, let through one by one and lost, and sessions end; then lets all
 * through and sees whether both caches hold exactly what is there, and whether somebody who only applied what they told
 * believes the same.
 */
export async function followInterleaved(
  { writer, server, root }: Facts,
  sequence: readonly Step[],
): Promise<void> {
  await using gate = await startFrameGate(server)
  const reconnect = { minMs: 1, maxMs: 5 }
  // No pause before a reconnect, and no ping that would be taken for an answer.
  await using zk = new ZooKeeper(gate.connectString, {
    sessionTimeoutMs: 10_000,
    reconnect,
    random: () => 0,
  })
  await zk.connect({ timeoutMs: 20_000 })
  const followed = `${root}/a`
  await using tree = new TreeCache(zk, root)
  await using node = new NodeCache(zk, followed)
  const ofTree = replay()
  const ofNode = replay()
  tree.onChange((changes) => changes.forEach(ofTree.apply))
  node.onChange(ofNode.apply)
  // Not awaited: the first reading is interleaved like all others.
  const started = [tree.start(), node.start()]
  for (const [index, step] of sequence.entries()) {
    await perform(step, String(index), { writer, server, root, gate })
  }
  gate.pass('toServer')
  gate.pass('toClient')
  await Promise.all(started)
  const truth = await contentsOf(writer, root)
  await waitFor('the tree cache to hold the tree', () => {
    expect(tree.synced).toBe(true)
    expect(contents(tree.nodes.values())).toEqual(truth)
    return true
  })
  expect(ofTree.believed).toEqual(truth)
  const truthOfNode = truth[followed] === undefined ? {} : { [followed]: truth[followed] }
  await waitFor('the node cache to hold the znode', () => {
    expect(node.synced).toBe(true)
    expect(contents(node.node === undefined ? [] : [node.node])).toEqual(truthOfNode)
    return true
  })
  expect(ofNode.believed).toEqual(truthOfNode)
  await writer.deleteRecursive(root)
}

async function perform(
  step: Step,
  data: string,
  facts: Facts & { gate: FrameGate },
): Promise<void> {
  const { writer, server, gate } = facts
  switch (step.do) {
    case 'hold':
      gate.hold(step.direction)
      return
    case 'open':
      gate.pass(step.direction)
      return
    case 'pass':
      gate.pass(step.direction, step.frames)
      return
    case 'cut':
      gate.cut()
      return
    case 'endSession':
      if (gate.session !== undefined) await endSession(server.port, gate.session)
      return
    case 'wait':
      for (let i = 0; i < step.roundTrips; i++) await writer.exists('/')
      return
    default:
      await change(writer, { ...step, path: pathBelow(facts.root, step.path) }, data)
  }
}

function pathBelow(root: string, relative: string): string {
  return relative === '' ? root : `${root}/${relative}`
}

/** That the znode is there already, or not any more, is part of the game. */
async function change(
  writer: ZooKeeper,
  step: { readonly do: 'create' | 'setData' | 'delete' | 'replace'; readonly path: string },
  data: string,
): Promise<void> {
  const at = step.path
  try {
    if (step.do === 'create') await writer.create(at, data)
    else if (step.do === 'setData') await writer.setData(at, data)
    else if (step.do === 'delete') await writer.delete(at)
    else {
      await writer.multi([
        { type: 'delete', path: at },
        { type: 'create', path: at, data },
      ])
    }
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error
    const expected = ['ZK_NO_NODE', 'ZK_NODE_EXISTS', 'ZK_NOT_EMPTY', 'ZK_MULTI_FAILED']
    expect(expected).toContain(error.code)
  }
}

/** What somebody believes who only applies changes; one that does not fit is an error. */
function replay() {
  const believed: Contents = {}
  const apply = ({ type, path: at, node }: TreeChange) => {
    expect(at in believed, `${type} ${at}`).toBe(type !== 'added')
    if (type === 'removed') delete believed[at]
    else believed[at] = line(node)
  }
  return { believed, apply }
}

function line({ data, stat }: TreeChange['node']): string {
  return `${String(data)} ${stat.mzxid} ${stat.version}`
}

function contents(nodes: Iterable<TreeChange['node']>): Contents {
  return Object.fromEntries([...nodes].map((node) => [node.path, line(node)]))
}

async function contentsOf(zk: ZooKeeper, root: string): Promise<Contents> {
  const found: Contents = {}
  for await (const one of zk.walk(root)) {
    found[one] = line({ path: one, ...(await zk.getData(one)) })
  }
  return found
}
