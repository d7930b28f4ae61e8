import { readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failures, startLoad } from '../../../../test/support/load.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { startAgentProcess } from './support/agent-process.ts'
import { ENGINES, startSite, untilAnswering } from './support/site.ts'

/** Each step of a change is killed in `engines/hazards.test.ts`: here it is moments between them. */
const KILLS = 5

for (const engine of ENGINES) {
  const absent = engine === 'builtin' ? undefined : missing(engine)

  describe.skipIf(absent !== undefined)(`an agent of ${engine} that is killed`, () => {
    it('F9: in the middle of changes, is completed by the next, and costs no request', async () => {
      await using site = await startSite(engine)
      await site.apply()
      let agent = await startAgentProcess(site)
      await site.register(site.backends[0])
      await untilAnswering(site, 'b0')
      const traffic = startLoad({
        port: site.port,
        connections: 20,
        requestsPerSecond: 200,
        keepAlive: true,
      })
      const journal = join(site.nodeFolder, 'journal.json')
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = await readFile(journal, 'utf8')
        await site.apply({ paths: ['/', `/path-${kill}`] })
        // At another moment of the change each time: it begins with an entry in the journal.
        await waitFor(
          'a change to begin',
          async () => (await readFile(journal, 'utf8')) !== before,
          {
            timeoutMs: 30_000,
            everyMs: 1,
          },
        )
        const end = performance.now() + kill * 60
        await waitFor('a moment of it', () => performance.now() >= end, { everyMs: 5 })
        await agent.kill('SIGKILL')
        await agent.exited
        agent = await startAgentProcess(site)
      }
      await using last = agent
      const head = await site.store.readHead()
      await waitFor(
        'the last revision to be served',
        async () => {
          const [node] = await site.store.readNodes('edge')
          return node?.report?.revision === head && node.report.state === 'ready'
        },
        { timeoutMs: 30_000 },
      )
      expect(last.output()).not.toContain('"level":60')
      const entry = JSON.parse(await readFile(journal, 'utf8')) as {
        good: string
        change?: unknown
      }
      expect(entry.change).toBeUndefined()
      expect(await readlink(join(site.nodeFolder, 'current'))).toBe(`generations/${entry.good}`)
      const report = await traffic.stop()
      expect(failures(report), JSON.stringify(report)).toBe(0)
    })
  })
}
