import type { ZooKeeper } from '@zoogate/zookeeper'
import { waitFor } from '../../support/wait-for.ts'
import { type Cluster, type ClusterKind, type Member, memberAt } from './cluster.ts'
import { endSession } from './end-session.ts'
import { EphemeralKeeper } from './ephemeral-keeper.ts'
import type { Link, Network } from './network.ts'

/** What a fault can reach. */
export interface FaultStage {
  readonly cluster: Cluster
  readonly network: Network
  readonly clients: readonly ZooKeeper[]
  /** Where the clients' ephemeral znodes are. */
  readonly ephemerals: string
  /** A client that no fault touches, but those of the servers. */
  readonly observer: ZooKeeper
  readonly random: () => number
  /** Resolves when every writer has had further writes acknowledged. */
  progress(): Promise<void>
}

/** A few requests' worth. */
const UNANSWERED_BYTES = 400

type Fault = (stage: FaultStage) => Promise<void>

/** Each hurts, and heals what it hurt. */
const faults = {
  /** kill -9 of the leader; the others must go on without it. */
  killLeader: async (stage) => killed(stage, await stage.cluster.leader()),
  killFollower: async (stage) => killed(stage, await follower(stage)),
  /** SIGSTOP of a follower that has a client: the client must leave it. */
  stopFollower: async (stage) => {
    const leader = await stage.cluster.leader()
    const link = pick(stage, (one) => memberOf(stage, one) !== leader && one.proxy.open > 0)
    await paused(memberOf(stage, link), () => stage.progress())
  },
  stopLeader: async (stage) => paused(await stage.cluster.leader(), () => stage.progress()),
  killServer: async ({ cluster }) => {
    const server = await cluster.leader()
    await server.kill()
    await server.restart()
  },
  /** Sometimes shorter than the clients' patience, sometimes longer. */
  stopServer: async ({ cluster, clients, random }) => {
    const timeoutMs = clients[0]?.sessionTimeoutMs ?? 0
    await paused(await cluster.leader(), () => pass(timeoutMs * random()))
  },
  /** The connections between one client and one member break. */
  cutLink: async (stage) => pick(stage, ({ proxy }) => proxy.open > 0).proxy.cut(),
  /** Requests come through between one client and one member, the answers do not; then the connection breaks. */
  loseAnswers: async (stage) => {
    const { proxy } = pick(stage, (link) => link.proxy.open > 0)
    const before = proxy.bytesFromClients
    proxy.setMode('deaf')
    await waitFor('requests to go unanswered', () => {
      return proxy.open === 0 || proxy.bytesFromClients > before + UNANSWERED_BYTES
    })
    proxy.cut()
    proxy.setMode('forward')
  },
  /** No connection comes through any more between one client and one member, for a while. */
  refuseLink: async (stage) => {
    const { proxy } = pick(stage, (link) => link.proxy.open > 0)
    proxy.setMode('refuse')
    await throughOutage(stage, 300)
    proxy.setMode('forward')
  },
  /** What is sent between one client and one member is held back, and comes late. */
  silenceLink: async (stage) => {
    const { proxy, client } = pick(stage, (link) => link.proxy.open > 0)
    proxy.setMode('silent')
    const zk = clientAt(stage, client)
    const accepted = proxy.accepted
    // On a busy machine it is connected to another member again before anybody looks at its state.
    let hasLeft = zk.state !== 'connected'
    const unlisten = zk.onStateChange(() => {
      hasLeft = true
    })
    await waitFor(
      'the client to give the silent connection up',
      () => hasLeft || proxy.accepted > accepted || proxy.open === 0,
      { timeoutMs: 30_000 },
    ).finally(unlisten)
    await throughOutage(stage, 300)
    proxy.setMode('forward')
  },
  /** All members in turn, each when the one before serves again. */
  restartInTurn: async ({ cluster, random }) => {
    const first = Math.floor(random() * cluster.members.length)
    for (const index of cluster.members.keys()) {
      await memberAt(cluster.members, (first + index) % cluster.members.length).restart()
    }
  },
  /** Somebody else closes a client's session. */
  expireSession: async (stage) => {
    const zk = clientAt(stage, Math.floor(stage.random() * stage.clients.length))
    const { sessionId } = zk
    const password = stage.network.passwordOf(sessionId)
    if (password === undefined) throw new Error('nobody saw the session begin')
    await waitFor(
      'the client to have another session',
      async () => {
        const index = Math.floor(stage.random() * stage.cluster.members.length)
        const { port } = memberAt(stage.cluster.members, index)
        await endSession(port, { sessionId, password })
        return zk.state === 'connected' && zk.sessionId !== sessionId
      },
      { timeoutMs: 30_000 },
    )
  },
  /** A client reaches nobody until the servers have given its session up. */
  isolateClient: async (stage) => {
    const client = Math.floor(stage.random() * stage.clients.length)
    const zk = clientAt(stage, client)
    const { sessionId } = zk
    const path = EphemeralKeeper.pathOf(stage.ephemerals, sessionId)
    const links = stage.network.links.filter((link) => link.client === client)
    for (const { proxy } of links) proxy.setMode('refuse')
    await waitFor(
      'the session to expire',
      async () => (await stage.observer.exists(path)) === undefined,
      { timeoutMs: 30_000 },
    )
    for (const { proxy } of links) proxy.setMode('forward')
    await waitFor(
      'the client to have another session',
      () => zk.state === 'connected' && zk.sessionId !== sessionId,
      { timeoutMs: 30_000 },
    )
  },
} as const satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

const onTheWay = ['cutLink', 'loseAnswers', 'expireSession'] as const satisfies readonly FaultName[]

/** The faults that each run has, and those that it may have beside them. */
const plans: Readonly<Record<ClusterKind, Record<'always' | 'maybe', readonly FaultName[]>>> = {
  ensemble: {
    always: ['killLeader', 'stopFollower', 'restartInTurn', ...onTheWay],
    maybe: [
      'killFollower',
      'stopLeader',
      'refuseLink',
      'silenceLink',
      'isolateClient',
      ...onTheWay,
    ],
  },
  standalone: singlePlan(),
  embedded: singlePlan(),
}

function singlePlan(): Record<'always' | 'maybe', readonly FaultName[]> {
  return {
    always: ['killServer', 'stopServer', 'restartInTurn', ...onTheWay],
    maybe: ['killServer', 'stopServer', 'refuseLink', 'silenceLink', 'isolateClient', ...onTheWay],
  }
}

/** All faults that a run must have and `extra` more, in an order of its own. */
export function planFaults(kind: ClusterKind, extra: number, random: () => number): FaultName[] {
  const { always, maybe } = plans[kind]
  const plan = [...always]
  for (let i = 0; i < extra; i++) {
    const fault = maybe[Math.floor(random() * maybe.length)]
    if (fault !== undefined) plan.push(fault)
  }
  for (let last = plan.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const [a, b] = [plan[last], plan[other]]
    if (a === undefined || b === undefined) continue
    plan[last] = b
    plan[other] = a
  }
  return plan
}

export function inflict(name: FaultName, stage: FaultStage): Promise<void> {
  return faults[name](stage)
}

async function killed(stage: FaultStage, member: Member): Promise<void> {
  await member.kill()
  await stage.progress()
  await member.restart()
}

async function paused(member: Member, during: () => Promise<void>): Promise<void> {
  member.pause()
  try {
    await during()
  } finally {
    member.resume()
  }
}

/** With other members the writers go on; without, time passes. */
async function throughOutage(stage: FaultStage, maxMs: number): Promise<void> {
  if (stage.cluster.members.length > 1) await stage.progress()
  else await pass(maxMs * stage.random())
}

async function follower(stage: FaultStage): Promise<Member> {
  const leader = await stage.cluster.leader()
  const others = stage.cluster.members.filter((member) => member !== leader)
  return memberAt(others, Math.floor(stage.random() * others.length))
}

/** A link that the condition holds for; any when it holds for none. */
function pick({ network, random }: FaultStage, condition: (link: Link) => boolean): Link {
  const fitting = network.links.filter(condition)
  const links = fitting.length > 0 ? fitting : network.links
  const link = links[Math.floor(random() * links.length)]
  if (link === undefined) throw new Error('there are no links')
  return link
}

function memberOf(stage: FaultStage, { member }: Link): Member {
  return memberAt(stage.cluster.members, member)
}

function clientAt({ clients }: FaultStage, index: number): ZooKeeper {
  const zk = clients[index]
  if (zk === undefined) throw new Error(`there is no client ${index}`)
  return zk
}

function pass(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
