import { describe, expect, it } from 'vitest'
import {
  type Picking,
  put,
  startPicking,
} from '../../packages/zoogate/integration/engines/nginx/lua/picking.ts'
import { startNginx } from '../../packages/zoogate/integration/engines/nginx/running-nginx.ts'
import type { Engine } from '../../packages/zoogate/src/engines/engine.ts'
import { nginx, nginxWithLua } from '../../packages/zoogate/src/engines/nginx/index.ts'
import type { Algorithm, Endpoint } from '../../packages/zoogate/src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  serviceOf,
  viewOf,
} from '../../packages/zoogate/test/engines/support/views.ts'
import { startBackends } from '../../test/support/backends.ts'
import { freePort } from '../../test/support/free-port.ts'
import { startLoad } from '../../test/support/load.ts'
import { pidsBelow } from '../../test/support/pids-below.ts'
import { waitFor } from '../../test/support/wait-for.ts'
import { cpuMs } from '../engines/processes.ts'
import { quantile, recordResult } from '../lib/results.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '5')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const SIZES = [10, 100, 1_000, 10_000]
const PICKS = 100_000
const REQUESTS = 20_000
const ALGORITHMS: readonly Algorithm[] = [
  ...(['roundRobin', 'random', 'leastRequest', 'powerOfTwoChoices'] as const),
  ...(['consistentHash', 'peakEWMA'] as const),
]

function endpoints(count: number, port = 80): readonly Endpoint[] {
  return Array.from({ length: count }, (_, index) => endpointOf(`e${index}`, port))
}

/** Time of the worker's processor, so that what else the machine does counts little. */
describe('nginx by Lua', () => {
  it('one pick, by the number of endpoints', async () => {
    await using picking = await startPicking()
    for (const algorithm of ALGORITHMS) {
      const pickMicroseconds: Record<string, number> = {}
      for (const size of SIZES) pickMicroseconds[size] = await pickCost(picking, algorithm, size)
      recordResult(RESULTS, { bench: 'nginx-lua-pick', algorithm, picks: PICKS, pickMicroseconds })
    }
  }, 600_000)

  it('a request, beside nginx by its own upstreams', async () => {
    const cpuMicroseconds: Record<string, number> = {}
    for (const [name, engine] of [
      ['native', nginx],
      ['lua', nginxWithLua()],
    ] as const) {
      cpuMicroseconds[name] = await requestCost(engine, 4)
    }
    cpuMicroseconds['luaOf1000'] = await requestCost(nginxWithLua(), 1_000)
    const { native = Number.NaN, lua = Number.NaN } = cpuMicroseconds
    const ratio = Number((lua / native).toFixed(2))
    recordResult(RESULTS, {
      bench: 'nginx-lua-request',
      requests: REQUESTS,
      cpuMicroseconds,
      ratio,
    })
    expect(ratio).toBeGreaterThan(0)
  }, 600_000)

  it('one endpoint’s change, by the number of endpoints', async () => {
    const changeMs: Record<string, { p50: number; engineCpu: number }> = {}
    for (const size of SIZES) changeMs[size] = await changeCost(size)
    recordResult(RESULTS, { bench: 'nginx-lua-change', runs: RUNS, changeMs })
  }, 600_000)
})

async function pickCost(picking: Picking, algorithm: Algorithm, size: number): Promise<number> {
  const pool = [endpoints(size).map((each) => put(each))]
  const costs: number[] = []
  for (let run = 0; run < RUNS; run++) {
    costs.push((await picking.pick(pool, { algorithm, count: PICKS })).cpuMicroseconds)
  }
  return Number(quantile(costs, 0.5).toFixed(2))
}

/** Many endpoints are one backend by many ids, so that only the table is larger. */
async function requestCost(engine: Engine, size: number): Promise<number> {
  await using backends = await startBackends(1)
  const port = await freePort()
  const all = endpoints(size, backends.all[0]?.port)
  await using running = await startNginx(
    viewOf({
      listeners: [listenerOf(port)],
      services: [serviceOf('shop', all)],
      concurrency: { workers: 1 },
    }),
    engine,
  )
  const load = startLoad({ port, connections: 20, requestsPerSecond: 4_000, keepAlive: true })
  const settled = 2_000
  await waitFor('the load to run', () => load.report.ok >= settled, { timeoutMs: 60_000 })
  const workers = pidsBelow(running.paths.folder).filter((pid) => pid !== running.program.pid)
  const cpu = () => workers.reduce((sum, pid) => sum + cpuMs(pid), 0)
  const before = { cpu: cpu(), ok: load.report.ok }
  await waitFor('the requests', () => load.report.ok >= before.ok + REQUESTS, {
    timeoutMs: 120_000,
  })
  const spentMs = cpu() - before.cpu
  const answered = load.report.ok - before.ok
  await load.stop()
  return Number(((spentMs * 1_000) / answered).toFixed(1))
}

async function changeCost(size: number) {
  await using backends = await startBackends(1)
  const port = await freePort()
  const all = endpoints(size, backends.all[0]?.port)
  await using running = await startNginx(
    viewOf({ listeners: [listenerOf(port)], services: [serviceOf('shop', all)] }),
    nginxWithLua(),
  )
  const workers = pidsBelow(running.paths.folder).filter((pid) => pid !== running.program.pid)
  const cpu = () => workers.reduce((sum, pid) => sum + cpuMs(pid), 0)
  const load = startLoad({ port, connections: 4, requestsPerSecond: 200, keepAlive: true })
  await running.control.applyEndpoints([serviceOf('shop', all)])
  const idle = cpu()
  const times: number[] = []
  const changes = 20 * RUNS
  for (let change = 0; change < changes; change++) {
    const next = all.map((each, index) =>
      index === change % size ? { ...each, weight: 2 + (change % 3) } : each,
    )
    const startedAt = performance.now()
    await running.control.applyEndpoints([serviceOf('shop', next)])
    times.push(performance.now() - startedAt)
  }
  const engineCpu = Number(((cpu() - idle) / changes).toFixed(2))
  await load.stop()
  return { p50: Number(quantile(times, 0.5).toFixed(1)), engineCpu }
}
