import { readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../scenarios/everywhere.ts'
import { loadEverywhere } from '../scenarios/load-everywhere.ts'
import { devChildPid } from '../support/dev-children.ts'
import { startInstance } from '../support/instance.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, type Stack, startStack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd')

const generation = (stack: Stack, engine: EngineName) =>
  readlink(join(stack.folder, '.zoogate', 'agents', `edge-${engine}`, 'current'))

describe.skipIf(absent !== undefined)('F6: the agent killed -9 under load', () => {
  it('fails no request, and the next agent goes on without a reload', async () => {
    await using stack = await startStack({ engines: ENGINES })
    await using _a = await startInstance(stack, 'a')
    await using _b = await startInstance(stack, 'b')
    await everywhere(stack, ['a', 'b'])
    const load = loadEverywhere(stack)
    // All of them in the same moment: none looks at another.
    await Promise.all(ENGINES.map((engine) => killAgent(stack, engine)))
    await using _c = await startInstance(stack, 'c')
    await everywhere(stack, ['a', 'b', 'c'])
    await load.expectNoFailure()
  })
})

/** Resolves once the next one has reported, without a reload of the engine. */
async function killAgent(stack: Stack, engine: EngineName): Promise<void> {
  const before = await generation(stack, engine)
  const pid = await devChildPid(stack, `agent-edge-${engine}`)
  expect(pid).toBeDefined()
  process.kill(pid ?? 0, 'SIGKILL')
  await waitFor(`dev to start the next agent of ${engine}`, async () => {
    const next = await devChildPid(stack, `agent-edge-${engine}`)
    return next !== undefined && next !== pid
  })
  await waitFor(`the next agent of ${engine} to report`, async () => {
    const { gateways } = await stack.status()
    const node = gateways.find(({ name }) => name === `edge-${engine}`)?.nodes[0]
    return node?.state === 'ready'
  })
  expect(await generation(stack, engine), `${engine} was reloaded`).toBe(before)
}
