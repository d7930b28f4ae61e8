import fc from 'fast-check'
import { createPicker, type PickerAlgorithm, type PickerEndpoint } from '../../src/index.ts'

export const ALGORITHMS: readonly PickerAlgorithm[] = [
  'roundRobin',
  'random',
  'leastRequest',
  'powerOfTwoChoices',
  'consistentHash',
  'peakEWMA',
]

/** For tests of thousands of cases: a second or two on an idle machine, many on a busy one. */
export const PATIENCE_MS = 120_000

export function endpoint(id: string, weight = 1): PickerEndpoint {
  return { id, weight, state: 'up' }
}

export function endpoints(weights: readonly number[]): PickerEndpoint[] {
  return weights.map((weight, index) => endpoint(`instance-${index}`, weight))
}

/** Mulberry32: a small seeded generator, in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A picker whose chance is a seed and whose clock stands still. */
export function seededPicker(algorithm: PickerAlgorithm, seed = 1) {
  return createPicker<PickerEndpoint>(algorithm, { random: seeded(seed), nowMs: () => 0 })
}

export const weightLists = (weightMax: number, countMax: number) =>
  fc.array(fc.integer({ min: 1, max: weightMax }), { minLength: 1, maxLength: countMax })

export function countBy(ids: Iterable<string | undefined>): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
