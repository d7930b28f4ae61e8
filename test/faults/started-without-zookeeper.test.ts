import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { everywhere } from '../scenarios/everywhere.ts'
import { startApacheZooKeeper } from '../support/apache-zookeeper.ts'
import { devChildPid } from '../support/dev-children.ts'
import { startInstance } from '../support/instance.ts'
import { pidsBelow } from '../support/pids-below.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd') ?? missing('zookeeper')

describe.skipIf(absent !== undefined)('F2: started while ZooKeeper is away', () => {
  it('every engine serves the last state from disk', async () => {
    await using zookeeper = await startApacheZooKeeper()
    await using stack = await startStack({ engines: ENGINES, zookeeper: zookeeper.connectString })
    await using _a = await startInstance(stack, 'a')
    await using _b = await startInstance(stack, 'b')
    await everywhere(stack, ['a', 'b'])
    const folderOf = (engine: EngineName) =>
      join(stack.folder, '.zoogate', 'agents', `edge-${engine}`)
    for (const engine of ENGINES) {
      await waitFor(`the last state of ${engine} to lie on disk`, async () => {
        const text = await readFile(join(folderOf(engine), 'state.sealed'), 'utf8')
        return text.includes('"a"') && text.includes('"b"')
      })
    }
    await zookeeper.kill()
    const agentOf = (engine: EngineName) => devChildPid(stack, `agent-edge-${engine}`)
    const before = new Map<EngineName, number | undefined>()
    for (const engine of ENGINES) before.set(engine, await agentOf(engine))
    for (const engine of ENGINES) {
      for (const pid of pidsBelow(folderOf(engine))) process.kill(pid, 'SIGKILL')
    }
    for (const engine of ENGINES) {
      await waitFor(`dev to start another agent of ${engine}`, async () => {
        const pid = await agentOf(engine)
        return pid !== undefined && pid !== before.get(engine)
      })
    }
    await everywhere(stack, ['a', 'b'])
    await zookeeper.restart()
    await using _c = await startInstance(stack, 'c')
    await everywhere(stack, ['a', 'b', 'c'])
  })
})
