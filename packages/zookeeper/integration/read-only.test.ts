import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type ApacheZooKeeper,
  startApacheZooKeeper,
  startEnsemble,
} from '../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { missing } from '../../../test/support/requirements.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { type ServerMode, serverMode } from '../src/connection/server-mode.ts'
import {
  type PersistentWatchEvent,
  ReadOnlyServerError,
  type SessionState,
  systemClock,
  TreeCache,
  type WatchEvent,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../src/index.ts'

/** Since 3.6 a read-only server takes no session of the quorum, and makes up one of its own only where local sessions are allowed. */
const LOCAL_SESSIONS = ['localSessionsEnabled=true', 'localSessionsUpgradingEnabled=true']
const READ_ONLY_MODE = ['-Dreadonlymode.enabled=true']

interface Client extends AsyncDisposable {
  readonly zk: ZooKeeper
  readonly states: SessionState[]
}

function clientOf(connectString: string, options: ZooKeeperOptions = {}): Client {
  const zk = new ZooKeeper(connectString, { sessionTimeoutMs: 8_000, ...options })
  const states: SessionState[] = []
  zk.onStateChange((state) => states.push(state))
  return { zk, states, [Symbol.asyncDispose]: () => zk.close() }
}

/**
 * A member of an ensemble of three whose others are away for good, on a copy of a server's data: one that a partition has cut off
 * from its quorum, while the others (the server that was copied) go on.
 */
async function startCutOffMember(options: {
  readonly port: number
  readonly copyOf: string
  readonly dataFolder: string
}): Promise<ApacheZooKeeper> {
  const { port, copyOf, dataFolder } = options
  await cp(copyOf, dataFolder, { recursive: true })
  await writeFile(join(dataFolder, 'data', 'myid'), '1')
  const members: string[] = []
  for (const id of [1, 2, 3]) {
    members.push(`server.${id}=127.0.0.1:${await freePort()}:${await freePort()}`)
  }
  const config = ['initLimit=20', 'syncLimit=10', ...LOCAL_SESSIONS, ...members]
  return startApacheZooKeeper({ port, dataFolder, jvm: READ_ONLY_MODE, config })
}

function modeOf({ port }: ApacheZooKeeper): Promise<ServerMode | undefined> {
  const { signal } = new AbortController()
  const options = { tls: undefined, timeoutMs: 2_000, clock: systemClock, signal }
  return serverMode({ host: '127.0.0.1', port }, options)
}

describe.skipIf(missing('zookeeper') !== undefined)('where servers can be read-only', () => {
  it('reads from a server that lost its quorum, and goes on with session and watches when the quorum is back', async () => {
    await using ensemble = await startEnsemble({
      jvm: READ_ONLY_MODE,
      config: LOCAL_SESSIONS,
    })
    await using client = clientOf(ensemble.connectString, { canBeReadOnly: true })
    await using strict = clientOf(ensemble.connectString)
    const { zk, states } = client
    await Promise.all([zk, strict.zk].map((one) => one.connect({ timeoutMs: 30_000 })))
    const { sessionId } = zk
    await zk.create('/read', 'before')
    await zk.create('/mine', null, { mode: 'ephemeral' })
    const oneShot: WatchEvent[] = []
    await zk.getData('/read', { watch: (event) => oneShot.push(event) })
    const events: PersistentWatchEvent[] = []
    await using watch = await zk.addWatch('/', 'persistentRecursive')
    watch.onEvent((event) => events.push(event))
    const [, ...others] = ensemble.members
    await Promise.all(others.map((member) => member.kill()))

    await waitFor('the survivor to serve', () => zk.state === 'connectedReadOnly', {
      timeoutMs: 30_000,
    })
    expect(zk.sessionId).toBe(sessionId)
    expect(String((await zk.getData('/read')).data)).toBe('before')
    await expect(zk.setData('/read', 'x')).rejects.toBeInstanceOf(ReadOnlyServerError)
    await expect(zk.create('/new', null)).rejects.toMatchObject({
      code: 'ZK_READ_ONLY_SERVER',
      retryable: true,
      mayHaveHappened: false,
    })
    expect(events).toEqual([{ type: 'resync' }])
    await zk.exists('/later', { watch: (event) => oneShot.push(event) })
    expect(strict.zk.state).toBe('suspended')

    await Promise.all(others.map((member) => member.restart()))
    await waitFor('the quorum', () => zk.state === 'connected', { timeoutMs: 30_000 })
    expect(zk.sessionId).toBe(sessionId)
    expect((await zk.exists('/mine'))?.ephemeralOwner).toBe(sessionId)
    expect(oneShot).toEqual([])
    await zk.setData('/read', 'after')
    await zk.create('/later', null)
    expect(oneShot.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'dataChanged /read',
      'created /later',
    ])
    expect(states).not.toContain('lost')
    await strict.zk.connect({ timeoutMs: 30_000 })
    expect(strict.states).not.toContain('connectedReadOnly')
  })

  it('leaves a member that stays cut off for one with a quorum, with and without a session', async () => {
    await using folder = await temporaryFolder()
    const dataFolder = join(folder.path, 'quorum')
    const port = await freePort()
    await using quorum = await startApacheZooKeeper({ dataFolder, jvm: READ_ONLY_MODE })
    const both = `${quorum.connectString},127.0.0.1:${port}`
    await using member = clientOf(both, { canBeReadOnly: true })
    await member.zk.connect({ timeoutMs: 30_000 })
    const { sessionId } = member.zk
    await member.zk.create('/read', 'before')
    await member.zk.create('/mine', null, { mode: 'ephemeral' })
    await quorum.stop()
    await using cutOff = await startCutOffMember({
      port,
      copyOf: dataFolder,
      dataFolder: join(folder.path, 'cut-off'),
    })
    await using guest = clientOf(both, { canBeReadOnly: true })
    await guest.zk.connect({ timeoutMs: 30_000 })
    expect(guest.zk.state).toBe('connectedReadOnly')
    expect(guest.zk.sessionId).toBe(0n)
    const events: WatchEvent[] = []
    const { data } = await guest.zk.getData('/read', { watch: (event) => events.push(event) })
    expect(String(data)).toBe('before')
    // A cache holds what this server knows.
    await using cache = new TreeCache(guest.zk, '/')
    await cache.start()
    expect(String(cache.nodes.get('/read')?.data)).toBe('before')
    await waitFor('the member to read', () => member.zk.state === 'connectedReadOnly')
    expect(member.zk.sessionId).toBe(sessionId)

    await quorum.restart()
    await waitFor('a quorum', async () => (await modeOf(quorum)) === 'rw')
    expect(await modeOf(cutOff)).toBe('ro')
    await waitFor(
      'both to come back',
      () => member.zk.state === 'connected' && guest.zk.state === 'connected',
      { timeoutMs: 30_000 },
    )
    expect(member.zk.sessionId).toBe(sessionId)
    expect((await member.zk.exists('/mine'))?.ephemeralOwner).toBe(sessionId)
    expect(guest.zk.sessionId).not.toBe(0n)
    expect(guest.states).toEqual(['connectedReadOnly', 'connecting', 'connected'])
    expect(member.states.slice(-2)).toEqual(['suspended', 'connected'])
    expect(member.states).not.toContain('lost')
    await member.zk.setData('/read', 'after')
    await waitFor('the watch of the guest', () => events.length > 0)
    expect(events).toMatchObject([{ type: 'dataChanged', path: '/read' }])
    await waitFor('the cache', () => String(cache.nodes.get('/read')?.data) === 'after')
  })
})
