import { readlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { request } from '../../../../test/support/http.ts'
import { failures, startLoad } from '../../../../test/support/load.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ENGINES, type Site, startSite, untilAnswering } from './support/site.ts'

/** Points the Gateway's rollout somewhere else, as nobody does who uses the command line. */
async function aimAt(site: Site, target: number): Promise<void> {
  const path = site.store.paths.rollout('edge')
  const { data } = await site.client.getData(path)
  const rollout = JSON.parse(data?.toString() ?? '{}') as object
  await site.client.setData(path, JSON.stringify({ ...rollout, target }))
}

/** A copy of revision 1 in which one resource is another object. */
async function forgeRevision(site: Site, number: number, object: string): Promise<void> {
  const { paths } = site.store
  const digest = number.toString(16).padStart(64, '0')
  await site.client.create(paths.object(digest), object)
  const { data } = await site.client.getData(paths.revision(1))
  const revision = JSON.parse(data?.toString() ?? '{}') as { resources: Record<string, string> }
  const resources = { ...revision.resources, 'Service/shop': digest }
  await site.client.create(paths.revision(number), JSON.stringify({ ...revision, resources }))
}

interface Situation {
  readonly name: string
  bring(site: Site, takenPort: number): Promise<unknown>
  readonly says: (takenPort: number) => RegExp
}

const uncarriable = {
  builtin: [{ workers: 3 }, /^Gateway\/edge .*workers.*: the builtin engine has one worker/],
  haproxy: [{ service: 'balance: { algorithm: peakEWMA }' }, /algorithm: HAProxy does not measure/],
  nginx: [{ service: 'connections: { max: 1, queue: 5 }' }, /connections\.queue: /],
  httpd: [{ service: 'balance: { algorithm: peakEWMA }' }, /algorithm: httpd does not measure/],
} as const

const situations = (engine: keyof typeof uncarriable): readonly Situation[] => [
  {
    name: 'a port that another program has',
    bring: (site, port) => site.apply({ ports: [port] }),
    says: (port) => new RegExp(`127\\.0\\.0\\.1:${port} is in use by another program`),
  },
  {
    name: 'a field that the engine cannot carry, written past the command line',
    bring: (site) => site.apply(uncarriable[engine][0]),
    says: () => uncarriable[engine][1],
  },
  {
    name: 'a revision that is not there',
    bring: (site) => aimAt(site, 700),
    says: () => /^there is no revision 700$/,
  },
  {
    name: 'an object that is not what its name says',
    async bring(site) {
      await forgeRevision(site, 800, '{"kind":"Service"}')
      await aimAt(site, 800)
    },
    says: () => /the object 0+320 is not what its name says/,
  },
  {
    name: 'a revision that is no JSON',
    async bring(site) {
      await site.client.create(site.store.paths.revision(900), 'not JSON')
      await aimAt(site, 900)
    },
    says: () => /revisions\/0*900 does not hold JSON$/,
  },
]

for (const engine of ENGINES) {
  const absent = engine === 'builtin' ? undefined : missing(engine)

  describe.skipIf(absent !== undefined)(`F4 on ${engine}`, () => {
    it('nothing that is invalid changes anything, each is said, and the next good one is taken', async () => {
      await using site = await startSite(engine)
      await site.apply()
      const agent = await site.startAgent()
      await site.register(site.backends[0])
      await untilAnswering(site, 'b0')
      await waitFor('the node to be ready', () => agent.report.state === 'ready')
      const generation = () => readlink(join(site.nodeFolder, 'current'))
      const taken = createServer()
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
      const address = taken.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const traffic = startLoad({
        port: site.port,
        connections: 10,
        requestsPerSecond: 100,
        keepAlive: true,
      })
      const before = await generation()
      for (const { name, bring, says } of situations(engine)) {
        await bring(site, port)
        await waitFor(`the node to say what is wrong with ${name}`, () =>
          says(port).test(agent.report.lastError?.message ?? ''),
        )
        expect(agent.report, name).toMatchObject({ state: 'failed', revision: 1 })
        expect(await generation(), name).toBe(before)
        expect(await site.answering(), name).toBe('b0')
      }
      await new Promise<void>((resolve) => taken.close(() => resolve()))
      const good = await site.apply({ paths: ['/healed', '/'] })
      await waitFor('the good one to be served', () => agent.report.state === 'ready')
      expect(agent.report).toMatchObject({ revision: good })
      expect(agent.report.lastError).toBeUndefined()
      expect((await request(site.port, { path: '/healed' })).status).toBe(200)
      const report = await traffic.stop()
      expect(failures(report), JSON.stringify(report)).toBe(0)
    })
  })
}
