import { readFile, readlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { request } from '../../../../test/support/http.ts'
import { failures, startLoad } from '../../../../test/support/load.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { settledFiles } from '../../../../test/support/settled-files.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ENGINES, type Site, startSite, untilAnswering } from './support/site.ts'

const current = (site: Site) => readlink(join(site.nodeFolder, 'current'))

const load = (site: Site) =>
  startLoad({ port: site.port, connections: 20, requestsPerSecond: 200, keepAlive: true })

/** Everything in the current generation, as one text. */
async function generationText(site: Site): Promise<string> {
  const folder = join(site.nodeFolder, 'current')
  const files = await settledFiles(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts.join('\n')
}

for (const engine of ENGINES) {
  const absent = engine === 'builtin' ? undefined : missing(engine)

  describe.skipIf(absent !== undefined)(`the agent with ${engine}`, () => {
    it('follows registrations, drains and deletions', async () => {
      await using site = await startSite(engine)
      const [a, b, c] = site.backends
      await site.apply({ service: 'protection: "off"' })
      const agent = await site.startAgent()
      await site.register(a)
      await site.register(b)
      await untilAnswering(site, 'b0 b1')
      await site.register(c)
      await untilAnswering(site, 'b0 b1 b2')
      await site.register(b, 'draining')
      await untilAnswering(site, 'b0 b2')
      await site.unregister(a)
      await untilAnswering(site, 'b2')
      await waitFor('the node to report what it serves', async () => {
        const [node] = await site.store.readNodes('edge')
        const shop = node?.report?.services['shop']
        return (
          node?.alive && node.report?.state === 'ready' && shop?.up === 1 && shop.draining === 1
        )
      })
      expect(agent.report.listeners).toEqual([
        { name: 'http0', url: `http://127.0.0.1:${site.port}` },
      ])
    })

    it('F1: removes nothing while ZooKeeper is away, and follows when it is back', async () => {
      await using site = await startSite(engine)
      const [a, b, c] = site.backends
      await site.apply()
      const agent = await site.startAgent()
      await site.register(a)
      await site.register(b)
      await untilAnswering(site, 'b0 b1')
      const traffic = load(site)
      await site.stopZooKeeper()
      // Longer than it takes to notice, and than several looks at the engine.
      const awaySince = Date.now()
      await waitFor('three seconds without ZooKeeper', () => Date.now() - awaySince > 3_000)
      expect(await site.answering()).toBe('b0 b1')
      await site.startZooKeeper()
      await site.register(c)
      await untilAnswering(site, 'b0 b1 b2')
      const report = await traffic.stop()
      expect(failures(report), JSON.stringify(report)).toBe(0)
      await waitFor('the agent to be ready', () => agent.report.state === 'ready')
    })

    it('F2: starts its engine from the disk while ZooKeeper is away', async () => {
      await using site = await startSite(engine)
      const [a, b] = site.backends
      await site.apply()
      const first = await site.startAgent()
      await site.register(a)
      await site.register(b)
      await untilAnswering(site, 'b0 b1')
      await first.stop()
      await site.stopEngine()
      await site.stopZooKeeper()
      await expect(request(site.port)).rejects.toThrow()
      const second = await site.startAgent()
      await untilAnswering(site, 'b0 b1')
      // The engine answers before its agent has seen it.
      await waitFor('the agent to tell what it serves', () => second.report.revision === 1)
      expect(second.report.target).toBe(0)
    })

    it('F4: a revision that cannot be taken changes nothing, and is said', async () => {
      await using site = await startSite(engine)
      const [a] = site.backends
      await site.apply()
      const agent = await site.startAgent()
      await site.register(a)
      await untilAnswering(site, 'b0')
      const traffic = load(site)
      const generation = await current(site)
      const taken = createServer()
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
      const address = taken.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const revision = await site.apply({ ports: [port] })
      await waitFor('the node to say why', () => agent.report.state === 'failed')
      expect(agent.report).toMatchObject({ revision: 1, target: revision })
      expect(agent.report.lastError?.message).toContain(`127.0.0.1:${port} is in use`)
      expect(await current(site)).toBe(generation)
      // Endpoints go on being followed meanwhile.
      await site.register(site.backends[1])
      await untilAnswering(site, 'b0 b1')
      await new Promise<void>((resolve) => taken.close(() => resolve()))
      await waitFor('the port to be tried again', () => agent.report.state === 'ready', {
        timeoutMs: 30_000,
      })
      expect((await request(port)).status).toBe(200)
      const report = await traffic.stop()
      expect(failures(report), JSON.stringify(report)).toBe(0)
    })

    it('F5: hostile registrations are refused and told, and reach no configuration', async () => {
      await using site = await startSite(engine)
      await site.apply()
      const agent = await site.startAgent()
      await site.register(site.backends[0])
      await untilAnswering(site, 'b0')
      const hostile = (change: object) =>
        JSON.stringify({ v: 1, address: '127.0.0.1', port: 80, ...change })
      const registrations: Record<string, string | Buffer> = {
        'new-line': hostile({ address: '127.0.0.1\nserver evil 6.6.6.6:80' }),
        quote: hostile({ address: '127.0.0.1" evil' }),
        semicolon: hostile({ address: '127.0.0.1; evil' }),
        brace: hostile({ address: '127.0.0.1} evil' }),
        port: hostile({ port: 99_999 }),
        name: hostile({ address: 'evil.example' }),
        'link-local': hostile({ address: '169.254.169.254' }),
        weight: hostile({ weight: '1; evil' }),
        prototype: '{"__proto__":{"evil":1},"v":1}',
        large: Buffer.alloc(1_000_000, 'evil '),
        empty: '',
        'evil;name': hostile({}),
        'evil name\u00e9': hostile({}),
      }
      for (const [name, data] of Object.entries(registrations)) {
        await site.client.create(`/zoogate/services/shop/${name}`, data, { mode: 'ephemeral' })
      }
      const total = Object.keys(registrations).length
      await waitFor('all of them to be told', async () => {
        const [node] = await site.store.readNodes('edge')
        return node?.report?.services['shop']?.refusedTotal === total
      })
      await site.register(site.backends[1])
      await untilAnswering(site, 'b0 b1')
      // The files of a live change follow within a second.
      await waitFor('the files to follow', async () => {
        return (await generationText(site)).includes(String(site.backends[1]?.port))
      })
      expect(await generationText(site)).not.toMatch(/evil|6\.6\.6\.6|169\.254/)
      const { refused } = agent.report.services['shop'] ?? { refused: [] }
      expect(refused.every(({ reason }) => reason.length > 0)).toBe(true)
    })

    it('F6: the next agent goes on without a reload', async () => {
      await using site = await startSite(engine)
      await site.apply()
      const first = await site.startAgent()
      await site.register(site.backends[0])
      await site.register(site.backends[1])
      await untilAnswering(site, 'b0 b1')
      const traffic = load(site)
      await first.stop()
      const generation = await current(site)
      const second = await site.startAgent()
      await waitFor('the next agent to be ready', () => second.report.state === 'ready')
      expect(await current(site)).toBe(generation)
      await site.register(site.backends[2])
      await untilAnswering(site, 'b0 b1 b2')
      const report = await traffic.stop()
      expect(failures(report), JSON.stringify(report)).toBe(0)
    })

    it('F6: the next agent keeps what came after its state was last on the disk, without ZooKeeper too', async () => {
      await using site = await startSite(engine)
      const [a, b, c] = site.backends
      await site.apply()
      const first = await site.startAgent()
      const stateFile = join(site.nodeFolder, 'state.sealed')
      const early = await waitFor('the state of a Service without instances', async () => {
        const text = await readFile(stateFile, 'utf8').catch(() => '')
        return text.includes('shop') ? text : undefined
      })
      await site.register(a)
      await site.register(b)
      await untilAnswering(site, 'b0 b1')
      const traffic = load(site)
      await first.stop()
      // As SIGKILL would have left it.
      await writeFile(stateFile, early)
      await site.stopZooKeeper()
      const second = await site.startAgent()
      await waitFor('the agent to tell what it serves', () => second.report.revision === 1)
      await site.startZooKeeper()
      await site.register(c)
      await untilAnswering(site, 'b0 b1 b2')
      const report = await traffic.stop()
      expect(failures(report), JSON.stringify(report)).toBe(0)
    })

    it('F10: takes a burst of changes of structure together, and arrives at the last', async () => {
      await using site = await startSite(engine)
      await site.apply()
      const agent = await site.startAgent()
      await site.register(site.backends[0])
      await untilAnswering(site, 'b0')
      const traffic = load(site)
      const before = Number((await current(site)).split('/')[1])
      let last = 0
      for (let index = 0; index < 20; index += 1) {
        last = await site.apply({ paths: ['/', `/path-${index}`] })
      }
      await waitFor('the last one to be served', () => {
        return agent.report.revision === last && agent.report.state === 'ready'
      })
      const reloads = Number((await current(site)).split('/')[1]) - before
      expect(reloads).toBeLessThan(20)
      const report = await traffic.stop()
      expect(failures(report), JSON.stringify(report)).toBe(0)
    })

    // Nobody can: nginx has no endpoints but those of the generation that it read.
    if (engine !== 'nginx') {
      it('F11: heals a table that somebody meddled with', async () => {
        await using site = await startSite(engine)
        await site.apply()
        await site.startAgent()
        await site.register(site.backends[0])
        await site.register(site.backends[1])
        await untilAnswering(site, 'b0 b1')
        await site.meddle()
        await untilAnswering(site, 'b0')
        await untilAnswering(site, 'b0 b1')
      })
    }

    it('F11: heals an engine that was started again by itself', async () => {
      await using site = await startSite(engine)
      await site.apply()
      await site.startAgent()
      await site.register(site.backends[0])
      await site.register(site.backends[1])
      await untilAnswering(site, 'b0 b1')
      await site.killEngine()
      await untilAnswering(site, 'b0 b1')
    })
  })
}
