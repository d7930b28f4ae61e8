import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { FeatureName } from '../../packages/zoogate/src/model/features/index.ts'
import type { Algorithm, Endpoint } from '../../packages/zoogate/src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../packages/zoogate/test/engines/support/views.ts'
import { startEngineNode } from '../conformance/harness/engine/engine-node.ts'
import type { Variant } from '../conformance/harness/engine/variants.ts'
import { type Backends, startBackends } from '../support/backends.ts'
import { freePort } from '../support/free-port.ts'
import { owners, spread } from '../support/spread.ts'

/** Requests for each algorithm, and keys for the hash. */
export interface DistributionOptions {
  readonly variant: Variant
  readonly requests: number
}

/** How one endpoint's requests lie beside its share. */
interface Row {
  readonly id: string
  readonly weight: number
  readonly count: number
  readonly expected: number
  /** How far they may be apart. */
  readonly bound: number
}

interface Distribution {
  readonly algorithm: Algorithm
  readonly endpoints: 'all' | 'one has left'
  readonly rows: readonly Row[]
}

interface HashMoves {
  readonly endpoints: number
  readonly keys: number
  /** What went elsewhere when one endpoint had left, as a share of all. */
  readonly moved: number
  /** The keys of whoever had the most, before, as a share of all. */
  readonly largest: number
  /** Keys of others that went elsewhere too. */
  readonly movedNeedlessly: number
}

export interface DistributionResult {
  readonly distributions: readonly Distribution[]
  readonly hash: HashMoves
}

const WEIGHTS = [1, 1, 2, 3, 5]
const WORKERS = 2
/** So many requests are in flight at any time, four for each unit of weight. */
const CLIENTS = 48
/** Long beside what an engine needs for a request, so that those in flight are those at endpoints. */
const DELAY_MS = 10
const HASHED_OVER = 10

const DRAWN: readonly Algorithm[] = [
  'roundRobin',
  'random',
  'leastRequest',
  'powerOfTwoChoices',
  'peakEWMA',
]

/** Sends requests through one engine, by each algorithm that it carries, and counts who answers them. */
export async function distributions({
  variant,
  requests,
}: DistributionOptions): Promise<DistributionResult> {
  const { engine, name } = variant
  const carried = DRAWN.filter((algorithm) =>
    engine.features.has(`Service.spec.balance.algorithm=${algorithm}` as FeatureName),
  )
  await using backends = await startBackends(HASHED_OVER, 'b', DELAY_MS)
  const port = await freePort()
  await using node = await startEngineNode(engine)
  let weighted = endpointsOf(backends, WEIGHTS)
  let equal = endpointsOf(backends, Array<number>(HASHED_OVER).fill(1))
  const view = () =>
    viewOf({
      listeners: [listenerOf(port)],
      routes: [...carried, 'consistentHash'].map((algorithm) =>
        routeOf(serviceName(algorithm), {
          id: `${serviceName(algorithm)}.0.0.0`,
          hostname: hostOf(algorithm),
        }),
      ),
      services: [
        ...carried.map((algorithm) => serviceOf(serviceName(algorithm), weighted, { algorithm })),
        serviceOf('consistenthash', equal, { algorithm: 'consistentHash' }),
      ],
      concurrency: { workers: name === 'builtin' ? 1 : WORKERS, maxConnections: 1_000 },
    })
  await node.serve(1, view)
  const count = async (endpoints: Distribution['endpoints']): Promise<Distribution[]> => {
    const found: Distribution[] = []
    for (const algorithm of carried) {
      const each = { port, host: hostOf(algorithm), requests, clients: CLIENTS }
      const answers = await spread(each)
      const meant =
        name === 'httpd' && algorithm === 'leastRequest' ? unweighted(weighted) : weighted
      const uneven = name === 'haproxy' && algorithm === 'random' ? ringUnevenness : undefined
      const rows = rowsOf(algorithm, meant, requests, answers, uneven)
      found.push({ algorithm, endpoints, rows })
    }
    return found
  }
  const hashed = { port, host: hostOf('consistentHash'), clients: CLIENTS }
  const addresses = addressesOf(requests)

  const all = await count('all')
  const before = await owners(hashed, addresses)
  const leaver = equal[equal.length >> 1]
  // The heaviest of the ones, so that what it leaves is much.
  weighted = weighted.slice(0, -1)
  equal = equal.filter((endpoint) => endpoint !== leaver)
  await node.changed()
  const without = await count('one has left')
  const after = await owners(hashed, addresses)
  return {
    distributions: [...all, ...without],
    hash: movesOf(before, after, leaver?.id ?? ''),
  }
}

function serviceName(algorithm: string): string {
  return algorithm.toLowerCase()
}

function hostOf(algorithm: string): string {
  return `${serviceName(algorithm)}.test`
}

function endpointsOf({ all }: Backends, weights: readonly number[]): readonly Endpoint[] {
  return weights.map((weight, index) => {
    const backend = all[index]
    return endpointOf(backend?.name ?? '', backend?.port ?? 0, { weight })
  })
}

/** httpd counts requests in flight without regard to weights, which decide only among equals. */
function unweighted(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return endpoints.map((endpoint) => ({ ...endpoint, weight: 1 }))
}

/**
 * HAProxy draws a place on a ring, on which an endpoint has 16 points for each unit of its weight: three
 * standard deviations of what lies before these. Heavier weights are truer.
 */
function ringUnevenness(share: number, weight: number): number {
  return (3 * share) / Math.sqrt(16 * weight)
}

function rowsOf(
  algorithm: Algorithm,
  endpoints: readonly Endpoint[],
  requests: number,
  counts: ReadonlyMap<string, number>,
  unevenness?: (share: number, weight: number) => number,
): readonly Row[] {
  const total = endpoints.reduce((sum, { weight }) => sum + weight, 0)
  const strangers = [...counts.keys()].filter((name) => !endpoints.some(({ id }) => id === name))
  return [
    ...endpoints.map(({ id, weight }) => {
      const share = weight / total
      return {
        id,
        weight,
        count: counts.get(id) ?? 0,
        expected: share * requests,
        bound:
          boundOf(algorithm, share, requests, total) +
          (unevenness?.(share, weight) ?? 0) * requests,
      }
    }),
    // Answers of others, errors among them: none is allowed.
    ...strangers.map((id) => ({
      id,
      weight: 0,
      count: counts.get(id) ?? 0,
      expected: 0,
      bound: 0,
    })),
  ]
}

function boundOf(algorithm: Algorithm, share: number, requests: number, total: number): number {
  switch (algorithm) {
    case 'roundRobin':
      // Each worker takes turns by itself, and may stop anywhere in a turn. httpd's count without a lock,
      // and lose a step now and then.
      return WORKERS * total + requests / 100
    case 'random':
      // Six standard deviations: the odds are one in a billion.
      return 6 * Math.sqrt(requests * share * (1 - share))
    case 'leastRequest':
      // Those in flight are by weight to within one of its share and a half; so are those that come.
      return (1.5 * requests) / CLIENTS + (6 * Math.sqrt(requests * share * (1 - share))) / 3
    default:
      // Two are drawn by weight, and the one that has less for its weight is taken: that draws all back to
      // their shares, and leaves a light one short while its single request is in flight.
      return 0.25 * share * requests + 6 * Math.sqrt(requests * share * (1 - share))
  }
}

/** As different from one another as clients are. */
function addressesOf(count: number): readonly string[] {
  const found = new Set<string>()
  for (let index = 0; found.size < count; index++) {
    const [a = 0, b = 0, c = 0] = createHash('sha256').update(String(index)).digest()
    found.add(`127.${a}.${b}.${1 + (c % 254)}`)
  }
  return [...found]
}

function movesOf(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  leaver: string,
): HashMoves {
  const keys = [...before.keys()]
  const owned = new Map<string, number>()
  for (const owner of before.values()) owned.set(owner, (owned.get(owner) ?? 0) + 1)
  const moved = keys.filter((key) => before.get(key) !== after.get(key))
  return {
    endpoints: HASHED_OVER,
    keys: keys.length,
    moved: moved.length / keys.length,
    largest: Math.max(...owned.values()) / keys.length,
    movedNeedlessly: moved.filter((key) => before.get(key) !== leaver).length,
  }
}

/** @throws AssertionError for what lies beyond its bound */
export function judgeDistributions({ distributions, hash }: DistributionResult): void {
  for (const { algorithm, endpoints, rows } of distributions) {
    const told = `${algorithm}, ${endpoints}: ${JSON.stringify(rows)}`
    for (const { count, expected, bound } of rows) {
      expect(Math.abs(count - expected), told).toBeLessThanOrEqual(bound)
    }
  }
  const told = JSON.stringify(hash)
  // Where it is a share of keys that is judged, chance has its part: 4 standard deviations.
  const chance = 4 * Math.sqrt((1 / hash.endpoints) * (1 - 1 / hash.endpoints) * (1 / hash.keys))
  expect(hash.moved, told).toBeLessThan(1.3 / hash.endpoints + chance)
  expect(hash.moved, told).toBeGreaterThan(0)
  expect(hash.movedNeedlessly, told).toBe(0)
}
