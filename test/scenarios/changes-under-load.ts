import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Load, type LoadReport, startLoad } from '../support/load.ts'
import type { EngineName, Stack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'
import { Fleet } from './fleet.ts'

export interface ChangesUnderLoadOptions {
  readonly stack: Stack
  /** Kills, drains and comings, in turn. */
  readonly changes: number
  readonly valid: number
  readonly invalid: number
  readonly random: () => number
  /** Done once, when half of the rounds are over: a fault in the middle. */
  readonly midway?: () => Promise<void>
}

export interface ChangesUnderLoadResult {
  readonly reports: ReadonlyMap<EngineName, LoadReport>
  readonly failed: ReadonlyMap<EngineName, number>
  /** What each invalid configuration was answered with. */
  readonly refusals: readonly string[]
}

/**
 * Holds 50 keep-alive connections on each engine while instances are killed and come back, are drained and undrained,
 * and while valid and invalid configurations are applied.
 */
export async function changesUnderLoad(
  options: ChangesUnderLoadOptions,
): Promise<ChangesUnderLoadResult> {
  const { stack } = options
  const fleet = new Fleet(stack, options.random)
  const refusals: string[] = []
  try {
    await fleet.grow()
    const loads = new Map(stack.engines.map((engine) => [engine, startFifty(stack, engine)]))
    const rounds = Math.max(options.changes, options.valid, options.invalid)
    for (let round = 0; round < rounds; round++) {
      if (round === Math.floor(rounds / 2)) await options.midway?.()
      if (round < options.changes) await fleet.change(round)
      if (round < options.valid) await applyValid(stack, round)
      if (round < options.invalid) refusals.push(await applyInvalid(stack, round))
    }
    await fleet.whole()
    const reports = new Map<EngineName, LoadReport>()
    const failed = new Map<EngineName, number>()
    for (const [engine, load] of loads) {
      reports.set(engine, await load.stop())
      failed.set(engine, load.failed())
    }
    return { reports, failed, refusals }
  } finally {
    await fleet.end()
  }
}

function startFifty(stack: Stack, engine: EngineName): Load {
  return startLoad({
    port: stack.port(engine),
    connections: 50,
    requestsPerSecond: 500,
    keepAlive: true,
  })
}

/** Configurations that change the structure of every engine, and still carry `GET /`. */
async function applyValid(stack: Stack, round: number): Promise<void> {
  const parents = stack.engines.map((engine) => `{ name: edge-${engine} }`).join(', ')
  const file = join(stack.folder, 'valid.yaml')
  await writeFile(
    file,
    `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: extra }
spec:
  parentRefs: [${parents}]
  hostnames: [round-${round}.example.com]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /round-${round} } }]
      backendRefs: [{ name: shop, weight: ${round + 1} }]
      timeouts: { request: ${round + 1}s }
`,
  )
  await stack.must('apply', file)
  await settled(stack)
}

/** What is wrong with each, and where. */
const INVALID: readonly ((parent: string) => string)[] = [
  (parent) => route(parent, 'rulez: []'),
  (parent) => route(parent, 'rules: [{ backendRefs: [{ name: nobody }] }]'),
  () => route('nowhere', 'rules: [{ backendRefs: [{ name: shop }] }]'),
  (parent) => route(parent, 'rules: [{ backendRefs: [{ name: shop, weight: -1 }] }]'),
  () => `apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec:
  healthCheck: { http: { path: "no slash" }, interval: soon }
`,
]

function route(parent: string, spec: string): string {
  return `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: invalid }
spec:
  parentRefs: [{ name: ${parent} }]
  ${spec}
`
}

async function applyInvalid(stack: Stack, round: number): Promise<string> {
  const file = join(stack.folder, 'invalid.yaml')
  await writeFile(file, INVALID[round % INVALID.length]?.(`edge-${stack.engines[0]}`) ?? '')
  const before = (await stack.status()).gateways.map(({ revision }) => revision)
  const result = await stack.zoogate('apply', file)
  const after = (await stack.status()).gateways.map(({ revision }) => revision)
  if (result.code === 0) throw new Error(`an invalid configuration was taken:\n${result.stdout}`)
  if (before.join() !== after.join()) throw new Error('an invalid configuration made a revision')
  return result.stderr
}

async function settled(stack: Stack): Promise<void> {
  await waitFor(
    'every node to serve its revision',
    async () => {
      const { gateways } = await stack.status()
      return gateways.every(({ revision, nodes }) =>
        nodes.every((node) => node.revision === revision && node.state === 'ready'),
      )
    },
    { timeoutMs: 30_000, everyMs: 50 },
  )
}
