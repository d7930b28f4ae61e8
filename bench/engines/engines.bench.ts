import { mkdir, rm, writeFile } from 'node:fs/promises'
import { Agent as HttpAgent } from 'node:http'
import { join } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { describe, expect, it } from 'vitest'
import { shutDownEngine } from '../../packages/zoogate/src/dev/shut-down-engine.ts'
import { programFile } from '../../packages/zoogate/src/package/files.ts'
import { readSupervisorFile } from '../../packages/zoogate/src/supervisor/supervisor-files.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { freePort } from '../../test/support/free-port.ts'
import { request } from '../../test/support/http.ts'
import { pidsBelow } from '../../test/support/pids-below.ts'
import { startProgram } from '../../test/support/program.ts'
import type { EngineName } from '../../test/support/stack.ts'
import { waitFor } from '../../test/support/wait-for.ts'
import { quantile, recordResult } from '../lib/results.ts'
import {
  largeTableYaml,
  registerAll,
  registration,
  startEverywhere,
  type TableSize,
  TIMED,
} from './large-table.ts'
import { cpuMs, residentMiB } from './processes.ts'

const CHANGES = Number(process.env['ZOOGATE_RUNS'] ?? '50')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const ZOOGATE = programFile('zoogate')
const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const SMALL: TableSize = { services: 10, endpoints: 20 }
const LARGE: TableSize = { services: 200, endpoints: 10_000 }
const LOADED_MAX_MS = 300_000

/**
 * One node with a large table, beside the same with a small one: from a registration's znode to the
 * first request that the instance answers, and what that costs the agent and the engine. One change
 * must not cost in proportion to the table. A reload of the whole table is timed by its steps.
 */
describe('engines: one change in a large table', () => {
  it.each(ENGINES)(
    '%s',
    async (engine) => {
      const small = await measure(engine, SMALL)
      const large = await measure(engine, LARGE)
      const ratio = (of: (size: typeof small) => number) =>
        Number((of(large) / of(small)).toFixed(2))
      recordResult(RESULTS, {
        bench: 'engines',
        engine,
        changes: CHANGES,
        small,
        large,
        largeToSmall: {
          p50: ratio(({ change }) => change.p50Ms),
          agentCpu: ratio(({ change }) => change.agentCpuMs),
        },
      })
      expect(large.table.endpoints).toBe(LARGE.endpoints)
    },
    1_200_000,
  )
})

async function measure(engine: EngineName, size: TableSize) {
  await using folder = await temporaryFolder()
  await using backend = await startEverywhere()
  const zookeeperPort = await freePort()
  const server = new ZooKeeperServer({
    dataFolder: join(folder.path, 'zookeeper'),
    port: zookeeperPort,
  })
  await server.listen()
  await using zookeeper = new ZooKeeper(`127.0.0.1:${zookeeperPort}`)
  await zookeeper.connect()
  const port = await freePort()
  const connect = ['--zookeeper', `127.0.0.1:${zookeeperPort}`]
  const yaml = join(folder.path, 'table.yaml')
  const config = join(folder.path, 'agent.yaml')
  const nodeFolder = join(folder.path, 'node')
  await mkdir(nodeFolder)
  await writeFile(yaml, largeTableYaml(engine, port, size))
  await writeFile(config, 'discovery: { allowAddresses: [127.0.0.0/8] }\n')
  const apply = async () => {
    const program = await startProgram(process.execPath, [ZOOGATE, 'apply', yaml, ...connect])
    if ((await program.exited) !== 0) throw new Error(program.output())
  }
  await apply()
  await registerAll(zookeeper, size, backend.port)
  const startedAt = performance.now()
  await using agent = await startProgram(process.execPath, [
    ...[ZOOGATE, 'agent', '--gateway', 'edge', '--node', 'bench'],
    ...['--folder', nodeFolder, '--config', config, ...connect],
  ])
  const last = `/service-${size.services - 1}/`
  await waitFor(
    'the whole table to be served',
    async () => (await request(port, { path: last })).status === 200,
    { timeoutMs: LOADED_MAX_MS },
  )
  const servesAfterMs = Math.round(performance.now() - startedAt)
  const loadCpuMs = Math.round(cpuMs(agent.pid))
  try {
    const change = await timeChanges(zookeeper, port, backend.port, agent.pid, nodeFolder)
    await writeFile(yaml, largeTableYaml(engine, port, size, { maxConnections: 1_100 }))
    await apply()
    const reload = await waitFor('the reload', () => reloadOf(agent.output()), {
      timeoutMs: LOADED_MAX_MS,
    })
    return {
      table: size,
      servesAfterMs,
      loadCpuMs,
      change,
      reload,
      agentMiB: residentMiB(agent.pid),
      engineMiB: enginePids(nodeFolder, agent.pid).reduce((sum, pid) => sum + residentMiB(pid), 0),
    }
  } finally {
    await agent.stop({ graceMs: 20_000 })
    const { run } = readSupervisorFile(nodeFolder).paths
    await shutDownEngine(nodeFolder)
    await rm(run, { recursive: true, force: true })
    await server.close()
  }
}

/** One instance comes and goes, again and again, beside another that stays. */
async function timeChanges(
  zookeeper: ZooKeeper,
  port: number,
  backendPort: number,
  agentPid: number,
  nodeFolder: string,
) {
  const [resident, newcomer] = ['127.200.0.1', '127.200.0.2']
  const at = (id: string) => `/zoogate/services/${TIMED}/${id}`
  const connection = new HttpAgent({ keepAlive: true, maxSockets: 1 })
  const ask = async () =>
    (await request(port, { path: `/${TIMED}`, agent: connection })).body.trim()
  await zookeeper.create(at('resident'), registration(resident, backendPort), {
    mode: 'ephemeral',
  })
  await waitFor('the resident to answer', async () => (await ask()) === resident, {
    timeoutMs: LOADED_MAX_MS,
  })
  const engine = enginePids(nodeFolder, agentPid)
  const engineCpuMs = () => engine.reduce((sum, pid) => sum + cpuMs(pid), 0)
  const before = { agent: cpuMs(agentPid), engine: engineCpuMs() }
  const times: number[] = []
  for (let round = 0; round < CHANGES; round += 1) {
    const id = `n${round}`
    const startedAt = performance.now()
    const created = zookeeper.create(at(id), registration(newcomer, backendPort), {
      mode: 'ephemeral',
    })
    await waitFor(`${id} to answer`, async () => (await ask()) === newcomer, {
      timeoutMs: 60_000,
      everyMs: 0,
    })
    times.push(performance.now() - startedAt)
    await created
    await zookeeper.delete(at(id))
    let without = 0
    await waitFor(
      `${id} to be gone`,
      async () => {
        without = (await ask()) === newcomer ? 0 : without + 1
        return without >= 4
      },
      { timeoutMs: 60_000, everyMs: 1 },
    )
  }
  connection.destroy()
  return {
    p50Ms: Number(quantile(times, 0.5).toFixed(1)),
    p99Ms: Number(quantile(times, 0.99).toFixed(1)),
    agentCpuMs: Number(((cpuMs(agentPid) - before.agent) / CHANGES).toFixed(1)),
    engineCpuMs: Number(((engineCpuMs() - before.engine) / CHANGES).toFixed(1)),
  }
}

/** Where the time of the second revision's reload went, by the agent's own log. */
function reloadOf(log: string, revision = '2'): Readonly<Record<string, number>> | undefined {
  const lines = log.split('\n').filter((line) => line.includes('"msg":"reloaded"'))
  const found = lines.map((line) => JSON.parse(line)).find((line) => line.revision === revision)
  if (found === undefined) return undefined
  const { renderMs, writeMs, validateMs, applyMs } = found
  return { renderMs, writeMs, validateMs, applyMs }
}

/** The supervisor, the engine and its workers; the agent's own command line names the folder too. */
function enginePids(nodeFolder: string, agentPid: number): readonly number[] {
  return pidsBelow(nodeFolder).filter((pid) => pid !== agentPid)
}
