import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { startAgentProcess } from './support/agent-process.ts'
import { ENGINES, startSite, untilAnswering } from './support/site.ts'

/** A second of grace, and what a busy machine takes for the rest. */
const END_MAX_MS = 3_000

it('says at its end what it serves, which nobody can ask it afterwards', async () => {
  await using site = await startSite('builtin')
  await site.apply()
  const agent = await site.startAgent()
  await waitFor('its first report', async () => (await site.store.readNodes('edge')).length === 1)
  const revision = await site.apply({ paths: ['/', '/new'] })
  await waitFor('the revision to be served', () => agent.report.revision === revision)
  await agent.stop()
  const [node] = await site.store.readNodes('edge')
  expect(node?.report?.revision).toBe(revision)
})

for (const engine of ENGINES) {
  const absent = engine === 'builtin' ? undefined : missing(engine)

  describe.skipIf(absent !== undefined)(`an agent of ${engine} that is told to end`, () => {
    it('does not wait for an engine that hangs in a reload, and the next one completes it', async () => {
      await using site = await startSite(engine)
      await site.apply()
      await using agent = await startAgentProcess(site)
      await site.register(site.backends[0])
      await untilAnswering(site, 'b0')
      const journal = () => readFile(join(site.nodeFolder, 'journal.json'), 'utf8')
      // It answers before that is in the journal.
      await waitFor('the first change to end', async () => !(await journal()).includes('"change"'))
      const pid = await site.enginePid()
      process.kill(pid, 'SIGSTOP')
      try {
        await site.apply({ paths: ['/', '/new'] })
        // A look that is under way ends first.
        const begun = async () => (await journal()).includes('"switch"')
        await waitFor('the reload to begin', begun, { timeoutMs: 30_000 })
        const toldAtMs = performance.now()
        agent.kill('SIGTERM')
        expect(await agent.exited).toBe(0)
        expect(performance.now() - toldAtMs).toBeLessThan(END_MAX_MS)
        expect(await journal()).toContain('"switch"')
      } finally {
        process.kill(pid, 'SIGCONT')
      }
      const next = await site.startAgent()
      // Until it has read the rollout, it is ready with what the disk says.
      const completed = () => next.report.state === 'ready' && next.report.revision === 2
      await waitFor('the next one to complete it', completed, { timeoutMs: 30_000 })
      expect(await journal()).not.toContain('"change"')
      expect(await site.answering()).toBe('b0')
    })
  })
}
