import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatIssue } from '../../../packages/zoogate/src/model/issue.ts'
import { batchesOf } from './batch.ts'
import { type CaseResources, caseResources } from './case-resources.ts'
import { type Outcomes, runBatch } from './case-run.ts'
import { type EngineNode, startEngineNode } from './engine/engine-node.ts'
import { usable, VARIANTS, type Variant } from './engine/variants.ts'
import { type CaseFixtures, makeFixtures } from './fixtures/case-fixtures.ts'
import { type PhpFpm, startPhpFpm } from './fixtures/php-fpm.ts'
import { ANY_VALUES } from './placeholders.ts'
import { prepareCase } from './prepared-case.ts'
import { type Case, readCases } from './read-cases.ts'
import { type CaseResult, recordResults } from './results.ts'
import { chosenCases, chosenEngines, eachAlone } from './selection.ts'

const OURS = fileURLToPath(new URL('../cases', import.meta.url))
/** Each alone takes some seconds, together they take some minutes. */
const RUN_TIMEOUT_MS = eachAlone() ? 3_600_000 : 300_000

/** What a case is to an engine before anything runs. */
type Asked = { readonly given: Case } & (CaseResources | { readonly broken: unknown })

/**
 * Defines the tests of one engine, run in one of its ways: every case on it. Each engine has a test file
 * of its own, so that two of them can run side by side.
 * @param name of the variant
 */
export function conformanceOf(name: string): void {
  const { cases, problems } = chosenCases(readCases, OURS)

  it('can read every case', () => {
    expect(problems.join('\n')).toBe('')
  })

  const chosen = chosenEngines(VARIANTS).filter((variant) => variant.name === name)
  describe.each(chosen)('$name', (variant) => describeCases(variant, cases))
}

function describeCases(variant: Variant, cases: readonly Case[]): void {
  const { engine } = variant
  const asked = cases.map((given) => ask(given, variant))
  const carried = asked.filter(
    (one) => 'refusals' in one && one.refusals.length === 0 && one.given.spec.invalid === undefined,
  )
  const fixtures: CaseFixtures[] = []
  const results: CaseResult[] = []
  let php: PhpFpm | undefined
  const outcomes: Outcomes = new Map()
  let node: EngineNode | undefined
  let revision = 0

  const note = (given: Case, outcome: CaseResult['outcome']) => {
    if (given.file.startsWith(OURS)) results.push({ id: given.id, engine: variant.name, outcome })
  }

  const phpFpm = async () => {
    php ??= await startPhpFpm()
    return php.address
  }

  afterAll(() => recordResults(results))

  describe.skipIf(!usable(variant))('carries', () => {
    beforeAll(async () => {
      if (carried.length === 0) return
      node = await startEngineNode(engine)
      const prepared = []
      for (const [index, { given }] of carried.entries()) {
        const made = await makeFixtures(given, phpFpm)
        fixtures.push(made)
        prepared.push(await prepareCase(given, engine, index, made))
      }
      const batches = eachAlone() ? prepared.map((one) => [one]) : batchesOf(prepared)
      for (const batch of batches) {
        for (const [id, outcome] of await runBatch(variant, node, () => ++revision, batch)) {
          outcomes.set(id, outcome)
        }
      }
    }, RUN_TIMEOUT_MS)

    afterAll(async () => {
      await node?.[Symbol.asyncDispose]()
      for (const each of fixtures) await each[Symbol.asyncDispose]()
      await php?.[Symbol.asyncDispose]()
    })

    it.each(carried.map(({ given }) => [titleOf(given), given] as const))('%s', (_, given) => {
      const { id } = given
      note(given, outcomes.has(id) && outcomes.get(id) === undefined ? 'passed' : 'failed')
      expect(outcomes.has(id), 'it was asked').toBe(true)
      const outcome = outcomes.get(id)
      if (outcome !== undefined) throw outcome
    })
  })

  for (const one of asked) {
    const { given } = one
    if ('broken' in one) {
      it(titleOf(given), () => {
        if (given.spec.invalid === undefined) throw one.broken
        expect(String(one.broken)).toContain(given.spec.invalid)
        note(given, 'passed')
      })
    } else if (given.spec.invalid !== undefined) {
      it(titleOf(given), () => {
        throw new Error('apply finds nothing wrong with it')
      })
    } else if (one.refusals.length > 0) {
      it(`refuses ${titleOf(given)}`, () => {
        expectRefusal(one, given, variant)
        note(given, 'refused')
      })
    }
  }
}

function ask(given: Case, { engine }: Variant): Asked {
  try {
    return { given, ...caseResources(given, engine, ANY_VALUES) }
  } catch (broken) {
    return { given, broken }
  }
}

function expectRefusal({ refusals, features }: CaseResources, given: Case, { engine }: Variant) {
  const lacking = features.filter((name) => !engine.features.has(name))
  const words = refusals.map(formatIssue).join('\n')
  const finer = given.spec.refused?.[engine.name] ?? given.spec.refused?.['all']
  if (lacking.length === 0) {
    expect(finer, `the case does not say that ${engine.name} refuses it:\n${words}`).toBeDefined()
  }
  if (finer !== undefined) expect(words).toContain(finer)
  for (const { line, field } of refusals) {
    expect(line, `${words}: where it is written`).toBeGreaterThan(0)
    expect(field).not.toBe('')
  }
}

function titleOf({ id, spec }: Case): string {
  return `${id}: ${spec.name}`
}
