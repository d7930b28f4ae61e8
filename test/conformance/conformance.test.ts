import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FeatureName } from '../../packages/zoogate/src/model/features/index.ts'
import { formatIssue } from '../../packages/zoogate/src/model/issue.ts'
import { batchesOf } from './harness/batch.ts'
import { caseResources } from './harness/case-resources.ts'
import { type Outcomes, runBatch } from './harness/case-run.ts'
import { type EngineNode, startEngineNode } from './harness/engine/engine-node.ts'
import { VARIANTS } from './harness/engine/variants.ts'
import { type CaseFixtures, makeFixtures } from './harness/fixtures/case-fixtures.ts'
import { type PhpFpm, startPhpFpm } from './harness/fixtures/php-fpm.ts'
import { ANY_VALUES } from './harness/placeholders.ts'
import { prepareCase } from './harness/prepared-case.ts'
import { type Case, readCases } from './harness/read-cases.ts'
import { chosenCases, chosenEngines } from './harness/selection.ts'

const CASES = chosenCases(readCases, fileURLToPath(new URL('cases', import.meta.url)))
const chosen = chosenEngines(VARIANTS)
const RUN_TIMEOUT_MS = 180_000

const fixtures = new Map<string, CaseFixtures>()

let php: PhpFpm | undefined

beforeAll(async () => {
  const phpFpm = async () => {
    php ??= await startPhpFpm()
    return php.address
  }
  for (const given of CASES) fixtures.set(given.id, await makeFixtures(given, phpFpm))
})

afterAll(async () => {
  for (const each of fixtures.values()) await each[Symbol.asyncDispose]()
  await php?.[Symbol.asyncDispose]()
})

describe.each(chosen)('$name', (variant) => {
  const { engine } = variant
  const asked = CASES.map((given) => ({
    given,
    ...caseResources(given, engine, ANY_VALUES),
  }))
  const carried = asked.filter(({ refusals }) => refusals.length === 0).map(({ given }) => given)
  const outcomes: Outcomes = new Map()
  let node: EngineNode | undefined
  let revision = 0

  beforeAll(async () => {
    if (carried.length === 0) return
    node = await startEngineNode(engine)
    const prepared = []
    for (const [index, given] of carried.entries()) {
      const own = fixtures.get(given.id)
      if (own !== undefined) prepared.push(await prepareCase(given, engine, index, own))
    }
    for (const batch of batchesOf(prepared)) {
      for (const [id, outcome] of await runBatch(variant, node, () => ++revision, batch)) {
        outcomes.set(id, outcome)
      }
    }
  }, RUN_TIMEOUT_MS)

  afterAll(() => node?.[Symbol.asyncDispose]())

  it.each(carried.map((given) => [titleOf(given), given] as const))('%s', (_, { id }) => {
    expect(outcomes.has(id), 'it was asked').toBe(true)
    const outcome = outcomes.get(id)
    if (outcome !== undefined) throw outcome
  })

  for (const { given, refusals, features } of asked) {
    if (refusals.length === 0) continue
    it(`refuses ${titleOf(given)}`, () => {
      const lacking = features.filter((name: FeatureName) => !engine.features.has(name))
      const words = refusals.map(formatIssue).join('\n')
      const finer = given.spec.refused?.[engine.name]
      if (lacking.length === 0) {
        expect(
          finer,
          `the case does not say that ${engine.name} refuses it:\n${words}`,
        ).toBeDefined()
      }
      if (finer !== undefined) expect(words).toContain(finer)
      for (const { line, field } of refusals) {
        expect(line, `${words}: where it is written`).toBeGreaterThan(0)
        expect(field).not.toBe('')
      }
    })
  }
})

function titleOf({ id, spec }: Case): string {
  return `${id}: ${spec.name}`
}
