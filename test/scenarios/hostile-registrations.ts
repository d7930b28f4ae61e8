import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { expect } from 'vitest'
import { startBackends } from '../support/backends.ts'
import { whoAnswers } from '../support/http.ts'
import { settledFiles } from '../support/settled-files.ts'
import type { Stack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'
import { untilDone } from './until-done.ts'

const MARK = 'zgevil'

const json = (change: object) => JSON.stringify({ v: 1, address: '127.0.0.1', port: 80, ...change })

/** Znode name to data. Each carries the mark, so that a leak into a configuration is found. */
const HOSTILE: Record<string, string | Buffer> = {
  [`${MARK}-newline`]: json({ address: `127.0.0.1\n  server ${MARK} 10.0.0.1:80` }),
  [`${MARK}-quote`]: json({ address: `127.0.0.1" ${MARK} "` }),
  [`${MARK}-semicolon`]: json({ address: `127.0.0.1; ${MARK}` }),
  [`${MARK}-brace`]: json({ address: `127.0.0.1:80; } ${MARK} {` }),
  [`${MARK}-large`]: json({ metadata: { x: MARK.repeat(150_000) } }),
  [`${MARK}-port`]: json({ port: 99_999 }),
  [`${MARK}-address`]: json({ address: `${MARK}.not an address` }),
  [`${MARK}-text`]: `${MARK} is no JSON`,
  [`${MARK}-array`]: `["${MARK}"]`,
  [`${MARK}-empty`]: '',
  [`${MARK}-bytes`]: Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x7d]),
  [`${MARK}-weight`]: json({ weight: -1 }),
  [`${MARK}-weight-text`]: json({ weight: `1 ${MARK}` }),
  [`${MARK}-proto`]: `{"v":1,"__proto__":{"address":"127.0.0.1"},"port":80}`,
  [`${MARK}-nested`]: '['.repeat(30_000),
  [`${MARK} name with spaces; }`]: json({}),
  [`${MARK}"quoted"`]: json({}),
}

/**
 * Registers what nobody should, and expects that every one is refused and told, that no configuration holds any of it, and that
 * the agents go on. `midway` comes when half of them are registered.
 */
export async function hostileRegistrations(
  stack: Stack,
  midway: () => Promise<void> = async () => {},
): Promise<void> {
  await using backends = await startBackends(1, 'good')
  await using zookeeper = new ZooKeeper(stack.zookeeper)
  await zookeeper.connect()
  const good = backends.all[0]
  if (good === undefined) throw new Error('no backend')
  await zookeeper.create('/zoogate/services/shop/good0', good.registration(), {
    mode: 'ephemeral',
  })
  const entries = Object.entries(HOSTILE)
  for (const [index, [name, data]] of entries.entries()) {
    if (index === Math.floor(entries.length / 2)) await midway()
    const path = `/zoogate/services/shop/${name}`
    await untilDone(zookeeper, path, true, () =>
      zookeeper.create(path, data, { mode: 'ephemeral' }),
    )
  }
  const expected = Object.keys(HOSTILE).map((name) => `/zoogate/services/shop/${name}`)
  const shop = await waitFor('every one to be reported', async () => {
    const found = (await stack.status()).services.find(({ name }) => name === 'shop')
    return found?.refused.length === expected.length ? found : undefined
  })
  expect(shop.refused.map(({ path }) => path).sort()).toEqual(expected.sort())
  for (const { reason } of shop.refused) expect(reason).not.toBe('')
  expect(shop.endpoints.map(({ id }) => id)).toEqual(['good0'])

  for (const engine of stack.engines) {
    await waitFor(`the good one to answer through ${engine}`, async () => {
      const names = await whoAnswers(stack.port(engine), 4)
      return names.size === 1 && names.has('good0')
    })
    const folder = join(stack.folder, '.zoogate', 'agents', `edge-${engine}`, 'current')
    for (const file of await settledFiles(folder)) {
      expect(await readFile(join(folder, file), 'utf8'), `${engine}: ${file}`).not.toContain(MARK)
    }
  }
  // The agents are alive: the next change arrives.
  await zookeeper.setData('/zoogate/services/shop/good0', good.registration({ state: 'down' }))
  for (const engine of stack.engines) {
    await waitFor(`the good one to leave ${engine}`, async () =>
      (await whoAnswers(stack.port(engine), 1)).has('503'),
    )
  }
}
