import { READ_ACL_UNSAFE, ZooKeeper } from '@zoogate/zookeeper'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ApacheZooKeeper,
  startApacheZooKeeper,
} from '../../../test/support/apache-zookeeper.ts'
import { missing } from '../../../test/support/requirements.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { parseRegistration, ServiceRegistration } from '../src/index.ts'
import { startTcpRelay } from './support/tcp-relay.ts'

const SESSION_TIMEOUT_MS = 1_000

describe.skipIf(missing('zookeeper') !== undefined)(
  'ServiceRegistration on Apache ZooKeeper',
  () => {
    let server: ApacheZooKeeper
    let observer: ZooKeeper

    beforeAll(async () => {
      server = await startApacheZooKeeper()
      observer = new ZooKeeper(server.connectString)
      await observer.connect()
    })
    afterAll(async () => {
      await observer.close()
      await server[Symbol.asyncDispose]()
    })

    const register = (
      id: string,
      more: { zookeeper?: string; idTakenAfterMs?: number; root?: string } = {},
    ) =>
      new ServiceRegistration({
        zookeeper: server.connectString,
        service: 'shop',
        id,
        address: '127.0.0.1',
        port: 8080,
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
        ...more,
      })

    const stateOf = async (path: string) => {
      const { data } = await observer.getData(path)
      const parsed = parseRegistration('x', data)
      return 'registration' in parsed ? parsed.registration.state : parsed.refused
    }

    /** Every state that the znode went through, in order, `gone` included. */
    async function follow(path: string) {
      const states: string[] = []
      const watch = await observer.addWatch(path, 'persistent')
      watch.onEvent((event) => {
        if (event.type === 'deleted') states.push('gone')
        else if (event.type === 'created' || event.type === 'dataChanged') {
          void stateOf(path).then(
            (state) => states.push(state),
            () => {},
          )
        }
      })
      return { states, [Symbol.asyncDispose]: () => watch.close() }
    }

    it('makes the parents and an ephemeral znode of its session', async () => {
      await using registration = register('first')
      await registration.registered
      expect(registration.path).toBe('/zoogate/services/shop/first')
      const stat = await observer.exists(registration.path)
      expect(stat?.ephemeralOwner).not.toBe(0n)
      expect(registration.state).toBe('registered')
      await registration.setWeight(7)
      const parsed = parseRegistration('first', (await observer.getData(registration.path)).data)
      expect(parsed).toMatchObject({ registration: { weight: 7, state: 'up', port: 8080 } })
    })

    it('leaves no timer behind that would keep a program alive', async () => {
      const timers = () =>
        process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
      const before = timers()
      const registration = register('brief')
      await registration.registered
      await registration.close()
      await waitFor('its timers to end', () => timers() <= before, { timeoutMs: 1_000 })
    })

    it('makes the folder of its service where it may, below folders where it may not', async () => {
      await observer.create('/locked', null)
      await observer.create('/locked/services', null)
      await observer.setACL('/locked', READ_ACL_UNSAFE)
      await using registration = register('below', { root: '/locked' })
      await registration.registered
      expect(registration.path).toBe('/locked/services/shop/below')
    })

    it('leaves by draining, down, gone', async () => {
      const registration = register('leaver')
      await registration.registered
      await using followed = await follow(registration.path)
      await registration.close({ drainMs: 200 })
      await waitFor('the znode to go', () => followed.states.includes('gone'))
      // `down` may be gone before it could be read; what the watch saw last is the end.
      expect(followed.states[0]).toBe('draining')
      expect(followed.states.at(-1)).toBe('gone')
      expect(registration.state).toBe('closed')
    })

    it('comes back under the same id when its session expires', async () => {
      await using relay = await startTcpRelay(server.port)
      await using registration = register('expiring', { zookeeper: `127.0.0.1:${relay.port}` })
      await registration.registered
      const former = await observer.exists(registration.path)
      const states: string[] = []
      registration.onChange(({ state }) => states.push(state))

      relay.cut()
      await waitFor(
        'the session to expire',
        async () => !(await observer.exists(registration.path)),
      )
      relay.restore()
      const stat = await waitFor('the znode to come back', () => observer.exists(registration.path))
      expect(stat.ephemeralOwner).not.toBe(former?.ephemeralOwner)
      await waitFor('the registration to know', () => registration.state === 'registered')
      expect(states).toEqual(['suspended', 'connecting', 'registered'])
    })

    it('keeps its session and its znode over a short loss of the network', async () => {
      await using relay = await startTcpRelay(server.port)
      await using registration = register('blip', { zookeeper: `127.0.0.1:${relay.port}` })
      await registration.registered
      const former = await observer.exists(registration.path)
      relay.cut()
      await waitFor('the loss to be seen', () => registration.state === 'suspended')
      const drained = registration.setState('draining')
      relay.restore()
      await drained
      const stat = await observer.exists(registration.path)
      expect(stat?.czxid).toBe(former?.czxid)
      expect(await stateOf(registration.path)).toBe('draining')
    })

    it('is made again when somebody deletes it, and set right when somebody writes over it', async () => {
      await using registration = register('meddled')
      await registration.registered
      const { path } = registration
      const former = await observer.exists(path)
      await observer.delete(path)
      await waitFor('the new znode', async () => {
        const stat = await observer.exists(path)
        return stat !== undefined && stat.czxid !== former?.czxid
      })
      await observer.setData(path, 'rubbish')
      await waitFor('the data to be set right', async () => (await stateOf(path)) === 'up')
    })

    it('never takes the znode of another session for its own: waits, then takes over', async () => {
      const other = new ZooKeeper(server.connectString)
      await other.connect()
      const path = '/zoogate/services/shop/contested'
      await other.create(path, 'theirs', { mode: 'ephemeral' })
      await using registration = register('contested')
      await waitFor('it to wait', () => registration.state === 'waiting')
      expect((await observer.getData(path)).data?.toString()).toBe('theirs')
      await other.close()
      await registration.registered
      expect(await stateOf(path)).toBe('up')
    })

    it('rejects with INSTANCE_ID_TAKEN when the other session stays, and still takes over later', async () => {
      const other = new ZooKeeper(server.connectString)
      await other.connect()
      await other.create('/zoogate/services/shop/taken', 'theirs', { mode: 'ephemeral' })
      await using registration = register('taken', { idTakenAfterMs: 300 })
      await expect(registration.registered).rejects.toMatchObject({ code: 'INSTANCE_ID_TAKEN' })
      await other.close()
      await waitFor('it to take over', () => registration.state === 'registered')
    })

    it('can be closed while ZooKeeper is away', async () => {
      await using relay = await startTcpRelay(server.port)
      relay.cut()
      const registration = register('never', { zookeeper: `127.0.0.1:${relay.port}` })
      await registration.close({ drainMs: 60_000 })
      await expect(registration.registered).rejects.toMatchObject({ code: 'REGISTRATION_CLOSED' })
    })

    it('outlives a restart of ZooKeeper, and registers with one that starts later', async () => {
      await using registration = register('steady')
      await registration.registered
      await server.kill()
      await waitFor('the loss to be seen', () => registration.state === 'suspended')
      await using late = register('late')
      expect(late.state).toBe('connecting')
      await server.restart()
      await late.registered
      await waitFor('it to be registered again', () => registration.state === 'registered')
      expect(await stateOf(registration.path)).toBe('up')
    })
  },
)
