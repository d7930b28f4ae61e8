import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { pidsIn } from '../support/pids-in.ts'
import { startProgram } from '../support/program.ts'
import { seededRandom } from '../support/random.ts'
import { missing } from '../support/requirements.ts'

const ZOOGATE = fileURLToPath(new URL('../../packages/zoogate/bin/zoogate.mjs', import.meta.url))
/** A start takes about as long; later moments are those of a run that is up. */
const START_MS = 5_000
const MOMENTS = 4

const engines = (['haproxy', 'nginx', 'httpd', 'builtin'] as const).filter(
  (engine) => engine === 'builtin' || missing(engine) === undefined,
)

async function desiredState(): Promise<string> {
  const gateways = []
  for (const engine of engines) {
    const listener = `{ name: http, address: 127.0.0.1, port: ${await freePort()} }`
    gateways.push(
      `apiVersion: zoogate/v1\nkind: Gateway\nmetadata: { name: edge-${engine} }\nspec: { engine: ${engine}, listeners: [${listener}] }\n`,
    )
  }
  const parents = engines.map((engine) => `{ name: edge-${engine} }`).join(', ')
  return [
    ...gateways,
    'apiVersion: zoogate/v1\nkind: Service\nmetadata: { name: shop }\n',
    `apiVersion: zoogate/v1\nkind: HTTPRoute\nmetadata: { name: shop }\nspec: { parentRefs: [${parents}], rules: [{ backendRefs: [{ name: shop }] }] }\n`,
    'apiVersion: zoogate/v1\nkind: Demo\nmetadata: { name: shop }\nspec: { service: shop }\n',
  ].join('---\n')
}

test.each([1, 2, 3])(
  'Ctrl-C at random moments of the start leaves nothing: seed %i',
  async (seed) => {
    const random = seededRandom(seed)
    await using temporary = await temporaryFolder()
    for (let moment = 0; moment < MOMENTS; moment++) {
      const folder = join(temporary.path, String(moment))
      await mkdir(folder)
      await writeFile(join(folder, 'shop.yaml'), await desiredState())
      const args = ['dev', 'shop.yaml', '--port', String(await freePort())]
      const dev = await startProgram(process.execPath, [ZOOGATE, ...args], { cwd: folder })
      const afterMs = Math.round(random() * START_MS)
      await sleep(afterMs)
      dev.kill(random() < 0.5 ? 'SIGINT' : 'SIGTERM')
      const ended = await dev.exited
      const context = `after ${afterMs} ms: ${ended}\n${dev.output()}`
      expect(pidsIn(folder), context).toEqual([])
      // Before its handlers stand, Node ends by the signal; nothing was started then.
      expect([0, 'SIGINT', 'SIGTERM'], context).toContain(ended)
      expect(dev.output(), context).not.toContain('error')
    }
  },
)
