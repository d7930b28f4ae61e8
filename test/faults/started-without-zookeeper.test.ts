import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { startApacheZooKeeper } from '../support/apache-zookeeper.ts'
import { devChildPid } from '../support/dev-children.ts'
import { whoAnswers } from '../support/http.ts'
import { startInstance } from '../support/instance.ts'
import { pidsBelow } from '../support/pids-below.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('zookeeper')

describe.skipIf(absent !== undefined)('F2: started while ZooKeeper is away', () => {
  it.each(ENGINES)('%s serves the last state from disk', async (engine) => {
    await using zookeeper = await startApacheZooKeeper()
    await using stack = await startStack({
      engines: [engine],
      zookeeper: zookeeper.connectString,
    })
    await using _a = await startInstance(stack, 'a')
    await using _b = await startInstance(stack, 'b')
    await waitFor(
      'both to answer',
      async () => (await whoAnswers(stack.port(engine), 8)).size === 2,
    )
    await waitFor('the last state to lie on disk', async () => {
      const file = join(stack.folder, '.zoogate', 'agents', `edge-${engine}`, 'state.sealed')
      const text = await readFile(file, 'utf8')
      return text.includes('"a"') && text.includes('"b"')
    })
    await zookeeper.kill()
    const before = await devChildPid(stack, `agent-edge-${engine}`)
    const folder = join(stack.folder, '.zoogate', 'agents', `edge-${engine}`)
    for (const pid of pidsBelow(folder)) process.kill(pid, 'SIGKILL')
    await waitFor('dev to start another agent', async () => {
      const pid = await devChildPid(stack, `agent-edge-${engine}`)
      return pid !== undefined && pid !== before
    })
    await waitFor(
      'both to answer again, from disk',
      async () => {
        const answers = await whoAnswers(stack.port(engine), 8)
        return answers.has('a') && answers.has('b')
      },
      { timeoutMs: 30_000 },
    )
    await zookeeper.restart()
    await using _c = await startInstance(stack, 'c')
    await waitFor(
      'the next change to arrive',
      async () => (await whoAnswers(stack.port(engine), 12)).has('c'),
      { timeoutMs: 30_000 },
    )
  })
})
