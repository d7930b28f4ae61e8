import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missing } from '../../../../test/support/requirements.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { readSupervisorFile } from '../../src/supervisor/supervisor-files.ts'
import { startSite, untilAnswering } from './support/site.ts'

describe.skipIf(missing('haproxy') !== undefined)('a Gateway that gets another engine', () => {
  it('goes on with the one it has, and says how the other is had, which is true', async () => {
    await using site = await startSite('builtin')
    await site.apply()
    const agent = await site.startAgent()
    await site.register(site.backends[0])
    await untilAnswering(site, 'b0')
    await site.apply({ engine: 'haproxy' })
    await waitFor('the node to say so', () => agent.report.state === 'failed')
    expect(agent.report.lastError?.message).toMatch(
      /^spec.engine is haproxy now, and this node runs builtin: end the agent and its supervisor/,
    )
    expect(await site.answering()).toBe('b0')

    await agent.stop()
    const lock = join(site.nodeFolder, 'supervisor.lock')
    const { pid } = JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }
    const { run } = readSupervisorFile(site.nodeFolder).paths
    process.kill(pid, 'SIGTERM')
    await waitFor('the supervisor to be gone', () => !existsSync(lock), { timeoutMs: 20_000 })
    expect(existsSync(run)).toBe(false)
    await rm(site.nodeFolder, { recursive: true })
    const next = await site.startAgent()
    await untilAnswering(site, 'b0')
    expect(next.report.engine).toBe('haproxy')
  })
})

it('an engine that needs its supervisor cannot be attached, and the agent says so', async () => {
  await using site = await startSite('builtin')
  await site.apply()
  const pidFile = join(site.folder, 'engine.pid')
  const agent = await site.startAgent(`engine: { mode: attached, pidFile: ${pidFile} }`)
  await expect(agent.failed).rejects.toMatchObject({
    code: 'AGENT_CONFIG_INVALID',
    message: expect.stringContaining('the builtin engine needs its supervisor'),
  })
})
