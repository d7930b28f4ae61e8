import { describe, expect, it } from 'vitest'
import { changesUnderLoad } from '../scenarios/changes-under-load.ts'
import { seededRandom } from '../support/random.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd')
const SERVICE = `  healthCheck: { http: { path: /healthz }, interval: 1s, timeout: 1s, rise: 1, fall: 3 }`

describe.skipIf(absent !== undefined)('F4: changes under load', () => {
  it('fails no request on any engine, and refuses what is invalid with a reason', async () => {
    const seed = Number(process.env['ZOOGATE_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed}`)
    await using stack = await startStack({ engines: ENGINES, service: SERVICE })
    const result = await changesUnderLoad({
      stack,
      changes: 9,
      valid: 5,
      invalid: 5,
      random: seededRandom(seed),
    })
    for (const engine of ENGINES) {
      const report = JSON.stringify(result.reports.get(engine))
      expect(result.failed.get(engine), `${engine}, seed ${seed}: ${report}`).toBe(0)
    }
    for (const refusal of result.refusals) expect(refusal).toMatch(/invalid\.yaml:\d+:\d+/)
  }, 300_000)
})
