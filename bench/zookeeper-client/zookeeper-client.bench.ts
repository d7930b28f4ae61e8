import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { startApacheZooKeeper } from '../../test/support/apache-zookeeper.ts'
import { quantile, recordResult } from '../lib/results.ts'
import { type Contender, contenders } from './peers.ts'

const run = promisify(execFile)
const ROUNDS = Number(process.env['ZOOGATE_RUNS'] ?? '5')
const SECONDS = 2
const BYTES = 128
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname

/** One request after the other, then as many at once as a busy program has. */
const SETTINGS = [
  { connections: 1, window: 1 },
  { connections: 1, window: 100 },
  { connections: 10, window: 100 },
]

interface Measured {
  readonly operation: string
  readonly opsPerSecond: number
  readonly cpuMicrosPerOp: number
  readonly errors: number
}

describe('the client beside others, on one Apache ZooKeeper', () => {
  it.each(SETTINGS)(
    '$connections connections, $window requests outstanding on each',
    async ({ connections, window }) => {
      await using server = await startApacheZooKeeper()
      const all = await contenders()
      const measured = new Map<string, Measured[]>(all.map(({ name }) => [name, []]))
      for (let round = 0; round < ROUNDS; round++) {
        // In turn, so that a noisy minute falls on all of them.
        for (const contender of all) {
          const results = await measure(contender, server.connectString, connections, window)
          measured.get(contender.name)?.push(...results)
        }
      }
      for (const operation of ['getData', 'setData', 'createDelete']) {
        const of = (name: string) =>
          (measured.get(name) ?? []).filter((each) => each.operation === operation)
        const ours = summary(of('zoogate'))
        const clients = all.map(({ name }) => {
          const its = summary(of(name))
          return {
            name,
            ...its,
            throughputOfOursToIts: Number((ours.opsPerSecond / its.opsPerSecond).toFixed(2)),
          }
        })
        recordResult(RESULTS, {
          bench: 'zookeeper-client',
          ...{ operation, connections, window, bytes: BYTES, rounds: ROUNDS },
          clients,
        })
        expect(of('zoogate').every(({ errors }) => errors === 0)).toBe(true)
      }
    },
    3_600_000,
  )
})

async function measure(
  { command, args, env }: Contender,
  server: string,
  connections: number,
  window: number,
): Promise<Measured[]> {
  const numbers = [connections, window, SECONDS, BYTES].map(String)
  const { stdout } = await run(command, [...args, server, ...numbers], {
    env: { ...process.env, ...env },
    timeout: 120_000,
  })
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

/** Medians; of the CPU time the least too, which other programs on the machine disturb least. */
function summary(results: readonly Measured[]) {
  const cpu = results.map(({ cpuMicrosPerOp }) => cpuMicrosPerOp)
  return {
    opsPerSecond: quantile(
      results.map(({ opsPerSecond }) => opsPerSecond),
      0.5,
    ),
    cpuMicrosPerOp: quantile(cpu, 0.5),
    leastCpuMicrosPerOp: Math.min(...cpu),
  }
}
