import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ZooKeeper } from '@zoogate/zookeeper'
import { describe, expect, test } from 'vitest'
import { fourLetterWord, startEnsemble } from '../../../../../test/support/apache-zookeeper.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { haproxy as engine } from '../../../src/engines/haproxy/index.ts'
import { parseResources } from '../../../src/model/checks/parse.ts'
import { resourceKey } from '../../../src/model/resources/resource.ts'
import { buildStructure } from '../../../src/model/view/builder.ts'
import type { View } from '../../../src/model/view/view.ts'
import { type RunningHaproxy, startHaproxy } from './running-haproxy.ts'

const EXAMPLE = new URL('../../../../../examples/zookeeper-front.yaml', import.meta.url)

describe.skipIf((missing('haproxy') ?? missing('zookeeper')) !== undefined)(
  'examples/zookeeper-front.yaml',
  () => {
    test('clients are spread over the members that serve: one killed, no quorum, all back', async () => {
      await using ensemble = await startEnsemble()
      const port = await freePort()
      const view = await exampleView(
        port,
        ensemble.members.map((member) => member.port),
      )
      expect(engine.refusals(view)).toEqual([])
      await using haproxy = await startHaproxy(view)
      const passing = async () =>
        (await health(haproxy)).filter((each) => each === 'passing').length
      await waitFor('all members to pass', async () => (await passing()) === 3, WITHIN)
      expect(await membersReached(port, 12)).toEqual(['1', '2', '3'])

      await using zk = new ZooKeeper(`127.0.0.1:${port}`, { sessionTimeoutMs: 8_000 })
      await zk.connect({ timeoutMs: 20_000 })
      await zk.create('/front', 'one')

      const leader = await ensemble.leader()
      await ensemble.members[leader]?.kill()
      await waitFor('the killed member to fail', async () => (await passing()) === 2, WITHIN)
      const others = ['1', '2', '3'].filter((id) => id !== String(leader + 1))
      // While they elect, neither serves.
      await waitFor(
        'the others to be reached',
        async () => String(await membersReached(port, 12)) === String(others),
        WITHIN,
      )
      await waitFor('a write through the front', () => wrote(zk, 'two'), WITHIN)

      const second = [0, 1, 2].find((index) => index !== leader) ?? 0
      await ensemble.members[second]?.kill()
      // The third one runs, and says `imok`; without a quorum it serves nobody.
      await waitFor('nobody to pass', async () => (await passing()) === 0, WITHIN)
      await waitFor('connections to be closed at once', () => isClosed(port), WITHIN)

      await Promise.all([leader, second].map((index) => ensemble.members[index]?.restart()))
      await waitFor('all members to pass again', async () => (await passing()) === 3, WITHIN)
      expect(await membersReached(port, 12)).toEqual(['1', '2', '3'])
      await waitFor('a write through the front', () => wrote(zk, 'three'), WITHIN)
      expect(String((await zk.getData('/front')).data)).toBe('three')
    })
  },
)

/** 2180 is the front's, 2181 to 2183 are the members'. */
const WRITTEN_PORT = /port: 218(\d)\b/g
const WITHIN = { timeoutMs: 40_000, everyMs: 100 }

/** The example as it is written, but for the ports. */
async function exampleView(port: number, members: readonly number[]): Promise<View> {
  const text = await readFile(EXAMPLE, 'utf8')
  const ports = [port, ...members]
  expect(text.match(WRITTEN_PORT)).toHaveLength(ports.length)
  const yaml = text.replace(WRITTEN_PORT, (_, digit) => `port: ${ports[Number(digit)]}`)
  const { resources, issues } = parseResources(yaml, fileURLToPath(EXAMPLE))
  expect(issues).toEqual([])
  const all = new Map(resources.map(({ resource }) => [resourceKey(resource), resource]))
  const view = buildStructure('zookeeper', 1, all)
  if (view === undefined) throw new Error('the example has no Gateway of this name')
  return view
}

async function health({ control }: RunningHaproxy): Promise<readonly string[]> {
  const { services } = await control.observe()
  return (services.get('ensemble') ?? []).map((endpoint) => endpoint.health)
}

/** Who answers connections that are open at the same time: the members' ids. */
async function membersReached(port: number, count: number): Promise<readonly string[]> {
  const held: Socket[] = []
  const ids = new Set<string>()
  for (let n = 0; n < count; n++) {
    held.push(connect({ port, host: '127.0.0.1' }).on('error', () => {}))
    const text = await fourLetterWord(port, 'conf')
    ids.add(/^serverId=(\d+)/m.exec(text)?.[1] ?? 'nobody')
  }
  for (const socket of held) socket.destroy()
  return [...ids].sort()
}

async function isClosed(port: number): Promise<boolean> {
  return (await fourLetterWord(port, 'ruok')) === ''
}

async function wrote(zk: ZooKeeper, text: string): Promise<boolean> {
  return zk.setData('/front', text, { timeoutMs: 2_000 }).then(
    () => true,
    () => false,
  )
}
