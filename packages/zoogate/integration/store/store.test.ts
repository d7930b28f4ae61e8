import { READ_ACL_UNSAFE, ZooKeeper } from '@zoogate/zookeeper'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Store } from '../../src/store/store.ts'
import {
  gatewayYaml,
  resources,
  routeYaml,
  serviceYaml,
} from '../../test/model/sample-resources.ts'
import { startLossyProxy } from './lossy-proxy.ts'
import { servers, type TestServer } from './servers.ts'

const route = (name: string, gateway: string, service: string) =>
  routeYaml(
    name,
    `{ parentRefs: [{ name: ${gateway} }], rules: [{ backendRefs: [{ name: ${service} }] }] }`,
  )
const limited = (max: number) => `{ connections: { max: ${max} } }`
const author = 'me@here'

describe.each(servers)('the store on $name', ({ start, skipped }) => {
  describe.skipIf(skipped)('', () => {
    let server: TestServer
    let client: ZooKeeper
    let roots = 0

    /** A store of its own in the same tree: each test begins with nothing. */
    const newRoot = () => `/test/root-${roots++}`
    const newStore = (root = newRoot()) => new Store({ client, root })

    beforeAll(async () => {
      server = await start()
      client = new ZooKeeper(server.connectString)
      await client.connect({ timeoutMs: 20_000 })
    })
    afterAll(async () => {
      await client?.close()
      await server?.[Symbol.asyncDispose]()
    })

    it('begins with nothing', async () => {
      const store = newStore()
      expect(await store.readHead()).toBe(0)
      expect(await store.readResources(0)).toEqual(new Map())
      expect(await store.history()).toEqual([])
      await expect(store.readRevision(0)).rejects.toMatchObject({ code: 'STORE_EMPTY' })
      await expect(store.rollback({ author })).rejects.toMatchObject({ code: 'STORE_EMPTY' })
    })

    it('makes a revision of what is applied, and none of what is there already', async () => {
      const store = newStore()
      const first = resources(
        gatewayYaml('edge') + serviceYaml('shop') + route('r', 'edge', 'shop'),
      )
      const written = await store.apply({ resources: first, author, message: 'begin' })
      expect(written).toMatchObject({
        revision: 1,
        changed: true,
        changes: {
          created: ['Gateway/edge', 'HTTPRoute/r', 'Service/shop'],
          updated: [],
          deleted: [],
        },
        gateways: [{ name: 'edge', changed: true }],
      })
      expect(await store.readResources(1)).toEqual(new Map([...first].sort()))
      expect(await store.readRevision(1)).toMatchObject({ parent: 0, author, message: 'begin' })

      expect(await store.apply({ resources: first, author })).toMatchObject({
        revision: 1,
        changed: false,
      })
      expect(await store.readHead()).toBe(1)
    })

    it('merges by kind and name, and takes out only what it is told to', async () => {
      const store = newStore()
      await store.apply({ resources: resources(serviceYaml('a') + serviceYaml('b')), author })
      const second = await store.apply({
        resources: resources(serviceYaml('b', limited(1)) + serviceYaml('c')),
        author,
      })
      expect(second.changes).toEqual({
        created: ['Service/c'],
        updated: ['Service/b'],
        deleted: [],
      })
      const third = await store.apply({
        resources: resources(serviceYaml('c')),
        others: 'delete',
        author,
      })
      expect(third.changes.deleted).toEqual(['Service/a', 'Service/b'])
      expect([...(await store.readResources(3)).keys()]).toEqual(['Service/c'])
      expect((await store.history(2)).map(({ number }) => number)).toEqual([3, 2])
    })

    it('gives a target to the Gateways whose closure changed, and moves the others along', async () => {
      const store = newStore()
      const two =
        gatewayYaml('edge') +
        gatewayYaml('inner') +
        serviceYaml('a') +
        serviceYaml('b') +
        route('to-a', 'edge', 'a') +
        route('to-b', 'inner', 'b')
      await store.apply({ resources: resources(two), author })
      expect(await store.readRollout('edge')).toMatchObject({ stable: 1, target: 1, phase: 'done' })

      await store.apply({ resources: resources(serviceYaml('a', limited(1))), author })
      expect(await store.readRollout('edge')).toMatchObject({ stable: 1, target: 2 })
      expect(await store.readRollout('inner')).toMatchObject({ stable: 2, target: 2 })

      const gone = await store.apply({
        resources: resources(gatewayYaml('edge')),
        others: 'delete',
        author,
      })
      expect(gone.gateways).toEqual([
        { name: 'edge', changed: true },
        { name: 'inner', changed: true },
      ])
      expect(await store.readRollout('inner')).toMatchObject({ target: 3 })
      expect(await store.readRollout('nowhere')).toBeUndefined()
    })

    it('makes the folders that registrars and nodes write into', async () => {
      const store = newStore()
      await store.apply({ resources: resources(gatewayYaml('edge') + serviceYaml('shop')), author })
      for (const path of [
        store.paths.service('shop'),
        store.paths.serviceOverrides('shop'),
        store.paths.nodes('edge'),
      ]) {
        expect(await client.exists(path)).toBeDefined()
      }
    })

    it('goes back to what an earlier revision held, as a new one', async () => {
      const store = newStore()
      await store.apply({ resources: resources(serviceYaml('a', limited(1))), author })
      await store.apply({
        resources: resources(serviceYaml('a', limited(2)) + serviceYaml('b')),
        author,
      })
      const back = await store.rollback({ author })
      expect(back).toMatchObject({ revision: 3, to: 1, changes: { deleted: ['Service/b'] } })
      expect(await store.readResources(3)).toEqual(await store.readResources(1))
      expect(await store.rollback({ to: 2, author })).toMatchObject({ revision: 4, to: 2 })
      expect(await store.rollback({ to: 2, author })).toMatchObject({ revision: 4, changed: false })
      await expect(store.rollback({ to: 99, author })).rejects.toMatchObject({
        code: 'STORE_NO_REVISION',
      })
    })

    it('changes nothing where the check refuses', async () => {
      const store = newStore()
      const check = () => {
        throw new Error('refused')
      }
      const apply = store.apply({ resources: resources(serviceYaml('a')), author, check })
      await expect(apply).rejects.toThrow('refused')
      expect(await store.readHead()).toBe(0)
    })

    it('loses nothing of what several apply at once, the first revision included', async () => {
      const root = newRoot()
      const clients = await Promise.all(
        Array.from({ length: 5 }, async () => {
          const one = new ZooKeeper(server.connectString)
          await one.connect({ timeoutMs: 20_000 })
          return one
        }),
      )
      const perClient = 6
      const written = await Promise.all(
        clients.map(async (one, index) => {
          const store = new Store({ client: one, root })
          const revisions: number[] = []
          for (let count = 0; count < perClient; count++) {
            const name = `s-${index}-${count}`
            const put = resources(serviceYaml(name) + serviceYaml('shared', limited(index + 1)))
            revisions.push((await store.apply({ resources: put, author: name })).revision)
          }
          return revisions
        }),
      )
      await Promise.all(clients.map((one) => one.close()))

      const store = new Store({ client, root })
      const total = clients.length * perClient
      // Each apply made a revision of its own, and the last one holds what all of them put in.
      expect(new Set(written.flat()).size).toBe(total)
      expect(await store.readHead()).toBe(total)
      expect((await store.readResources(total)).size).toBe(total + 1)
      for (const { number, revision } of await store.history(total)) {
        expect(revision.parent).toBe(number - 1)
      }
    })

    it('makes a change once although the answer was lost', async () => {
      const root = newRoot()
      await using proxy = await startLossyProxy(server.port)
      await using lossy = new ZooKeeper(`127.0.0.1:${proxy.port}`)
      await lossy.connect({ timeoutMs: 20_000 })
      const store = new Store({ client: lossy, root })
      await store.apply({ resources: resources(serviceYaml('a')), author })

      proxy.cutBeforeAnswerTo('"message":"lost"')
      const written = await store.apply({
        resources: resources(serviceYaml('b')),
        author,
        message: 'lost',
      })
      expect(proxy.cuts).toBe(1)
      expect(written).toMatchObject({ revision: 2, changed: true })
      expect(await store.readHead()).toBe(2)
      expect([...(await store.readResources(2)).keys()]).toEqual(['Service/a', 'Service/b'])
    })

    it('keeps large resources in chunks, and finds out where one was tampered with', async () => {
      const store = newStore()
      const matches = (rule: number) =>
        Array.from({ length: 4 }, (_, match) => {
          const value = `/${rule}/${match}/${'x'.repeat(900)}`
          return `{ path: { value: ${value} } }`
        }).join(', ')
      const rules = Array.from(
        { length: 100 },
        (_, rule) => `{ matches: [${matches(rule)}], backendRefs: [{ name: a }] }`,
      )
      const large = resources(
        serviceYaml('a') +
          gatewayYaml('edge') +
          routeYaml('large', `{ parentRefs: [{ name: edge }], rules: [${rules.join(', ')}] }`),
      )
      await store.apply({ resources: large, author })
      expect(await store.readResources(1)).toEqual(new Map([...large].sort()))

      const { resources: digests } = await store.readRevision(1)
      const path = store.paths.object(digests['HTTPRoute/large'] ?? '')
      expect(await client.getChildren(path)).not.toEqual([])
      await client.setData(store.paths.objectChunk(digests['HTTPRoute/large'] ?? '', 0), 'broken')
      const fresh = new Store({ client, root: store.paths.root })
      await expect(fresh.readResources(1)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    })

    it('refuses what would not go into one request, and says so', async () => {
      const store = newStore()
      const names = Array.from({ length: 5001 }, (_, index) => [
        `Service/s${index}`,
        {
          apiVersion: 'zoogate/v1' as const,
          kind: 'Service' as const,
          metadata: { name: `s${index}` },
        },
      ])
      const many = new Map(names as Iterable<[string, never]>)
      await expect(store.apply({ resources: many, author })).rejects.toMatchObject({
        code: 'STORE_TOO_LARGE',
      })
      expect(await store.readHead()).toBe(0)
    })

    it('keeps what operators say, and forgets it again', async () => {
      const store = newStore()
      const target = { service: 'shop', instance: 'i-1', by: author }
      await store.changeOverride(target, () => ({ v: 1, state: 'draining', by: author }))
      await store.changeOverride(target, (before) => ({ v: 1, by: author, ...before, weight: 3 }))
      expect(await store.readOverrides('shop')).toEqual(
        new Map([['i-1', { v: 1, state: 'draining', weight: 3, by: author }]]),
      )
      await store.changeOverride(target, () => undefined)
      expect(await store.readOverrides('shop')).toEqual(new Map())
      expect(await store.changeOverride(target, () => undefined)).toBeUndefined()

      expect(await store.readRelease('shop')).toBeUndefined()
      const release = await store.release({ service: 'shop', by: author })
      expect(await store.readRelease('shop')).toEqual(release)
    })

    it('loses no word of several operators at once', async () => {
      const store = newStore()
      const target = { service: 'shop', instance: 'i-1', by: author }
      await Promise.all(
        Array.from({ length: 5 }, () =>
          store.changeOverride(target, (before) => ({
            v: 1,
            by: author,
            weight: (before?.weight ?? 0) + 1,
          })),
        ),
      )
      expect((await store.readOverrides('shop')).get('i-1')?.weight).toBe(5)
    })

    it("says an operator's word once although the answer was lost", async () => {
      const root = newRoot()
      await using proxy = await startLossyProxy(server.port)
      await using lossy = new ZooKeeper(`127.0.0.1:${proxy.port}`)
      await lossy.connect({ timeoutMs: 20_000 })
      const store = new Store({ client: lossy, root })
      const target = { service: 'shop', instance: 'i-1', by: 'lost-1' }
      proxy.cutBeforeAnswerTo('"by":"lost-1"')
      await store.changeOverride(target, (before) => ({
        v: 1,
        by: target.by,
        weight: (before?.weight ?? 0) + 1,
      }))
      expect((await store.readOverrides('shop')).get('i-1')?.weight).toBe(1)

      proxy.cutBeforeAnswerTo('"by":"lost-2"')
      const release = await store.release({ service: 'shop', by: 'lost-2' })
      expect(await store.readRelease('shop')).toEqual(release)
      expect(proxy.cuts).toBe(2)
      const [day = ''] = await client.getChildren(store.paths.audit)
      expect(await client.getChildren(store.paths.auditFolder(day, 0))).toHaveLength(2)
    })

    it('works below folders that it may not write to', async () => {
      const above = newRoot()
      await client.ensurePath(`${above}/zoogate`)
      await client.setACL(above, READ_ACL_UNSAFE)
      const store = newStore(`${above}/zoogate`)
      const written = await store.apply({ resources: resources(serviceYaml('a')), author })
      expect(written.revision).toBe(1)
    })

    it('takes no harm from what others left in its folders', async () => {
      const store = newStore()
      await store.apply({ resources: resources(gatewayYaml('edge') + serviceYaml('shop')), author })
      await client.create(store.paths.override('shop', 'bad'), 'not JSON')
      await client.create(store.paths.node('edge', 'bad'), '{"v":1}')
      await client.create(`${store.paths.service('shop')}/i-1`, '{"v":1,"address":"x","port":1}')
      expect(await store.readOverrides('shop')).toEqual(new Map())
      expect(await store.readNodes('edge')).toEqual([{ name: 'bad', alive: false }])
      const [found] = await store.readRegistrations(store.paths.service('shop'))
      expect(found).toMatchObject({ id: 'i-1', parsed: { refused: expect.any(String) } })
    })

    it('writes down who changed what, in the same breath', async () => {
      const store = newStore()
      await store.apply({ resources: resources(serviceYaml('a')), author, message: 'why' })
      await store.changeOverride({ service: 'a', instance: 'i', by: 'op' }, () => ({
        v: 1,
        state: 'down',
        by: 'op',
      }))
      const [day = ''] = await client.getChildren(store.paths.audit)
      const entries = (await client.getChildren(store.paths.auditFolder(day, 0))).sort()
      const read = await Promise.all(
        entries.map((name) => client.getData(`${store.paths.auditFolder(day, 0)}/${name}`)),
      )
      expect(read.map(({ data }) => JSON.parse(String(data)))).toMatchObject([
        { action: 'apply', by: author, revision: 1, message: 'why', subjects: ['Service/a'] },
        { action: 'override', by: 'op', subjects: ['a/i'] },
      ])
    })
  })
})
