import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import pino from 'pino'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { builtin, renderService } from '../../src/engines/builtin/index.ts'
import { type BuiltinObservation, observe } from '../../src/engines/builtin/stats.ts'
import type { EngineControl, EnginePaths } from '../../src/engines/engine.ts'
import type { Endpoint, Listener, ServicePool, View } from '../../src/model/view/view.ts'
import { SupervisedProcess } from '../../src/supervisor/index.ts'
import { isRunning, processIdentity } from '../../src/supervisor/process-identity.ts'

/** A node with the builtin engine under a real supervisor, driven as the agent drives it. */
export interface BuiltinNode extends AsyncDisposable {
  readonly paths: EnginePaths
  readonly process: SupervisedProcess
  readonly control: EngineControl
  readonly port: number
  /** Writes a generation and points `current` at it. */
  write(view: View): Promise<string>
  /** Writes it and reloads. */
  reload(view: View): Promise<void>
  /** A live change, and the endpoint file after it. */
  setEndpoints(pool: ServicePool): Promise<void>
  /** With the counters. */
  observation(): Promise<BuiltinObservation>
  enginePid(): Promise<number>
  supervisorPid(): Promise<number>
}

export async function startBuiltinNode(view: (port: number) => View): Promise<BuiltinNode> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const paths: EnginePaths = {
    folder: folder.path,
    current: join(folder.path, 'current'),
    logs: join(folder.path, 'logs'),
    run: join(folder.path, 'run'),
  }
  const process = new SupervisedProcess(paths, builtin.program(paths))
  const control = builtin.control({ paths, process, log: pino({ level: 'silent' }) })
  let generation = 0
  const write = async (next: View) => {
    generation++
    const files = builtin.render(next, { paths, generation: String(generation) })
    const target = join(folder.path, 'generations', String(generation))
    for (const [name, text] of files) {
      await mkdir(dirname(join(target, name)), { recursive: true })
      await writeFile(join(target, name), text)
    }
    await builtin.validate(target, paths)
    await symlink(target, `${paths.current}.new`)
    await rename(`${paths.current}.new`, paths.current)
    return String(generation)
  }
  const node: BuiltinNode = {
    paths,
    process,
    control,
    port,
    write,
    async reload(next) {
      await control.reload(await write(next))
    },
    async setEndpoints(pool) {
      await control.applyEndpoints([pool])
      const [name, text] = renderService(pool)
      const path = join(paths.current, name)
      await writeFile(`${path}.new`, text)
      await rename(`${path}.new`, path)
    },
    observation: () => observe(process),
    async enginePid() {
      return (await process.status()).pid ?? 0
    },
    async supervisorPid() {
      const lock: unknown = JSON.parse(
        await readFile(join(paths.folder, 'supervisor.lock'), 'utf8'),
      )
      return typeof lock === 'object' && lock !== null && 'pid' in lock ? Number(lock.pid) : 0
    },
    async [Symbol.asyncDispose]() {
      const engine = processIdentity(await node.enginePid())
      await process.shutdown()
      await waitFor('the engine to be gone', () => engine === undefined || !isRunning(engine))
      await folder[Symbol.asyncDispose]()
    },
  }
  try {
    await write(view(port))
    await process.ensure()
    await process.start()
    await waitFor('the engine to serve', async () => (await control.observe()).generation === '1', {
      timeoutMs: 30_000,
    })
  } catch (error) {
    await node[Symbol.asyncDispose]()
    throw error
  }
  return node
}

/** Answers every request with its name. */
export interface Backend extends AsyncDisposable {
  readonly endpoint: Endpoint
  readonly server: Server
}

export async function startBackend(id: string): Promise<Backend> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(id))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    server,
    endpoint: { id, address: '127.0.0.1', port, weight: 1, state: 'up' },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function poolOf(endpoints: readonly Endpoint[]): ServicePool {
  return {
    name: 'shop',
    algorithm: 'roundRobin',
    connections: { connectTimeoutMs: 1_000 },
    endpoints: [...endpoints].sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

export function viewOf(listeners: readonly Listener[], pool: ServicePool): View {
  return {
    gateway: 'edge',
    revision: 1,
    listeners,
    routes: [
      {
        id: 'shop.0.0',
        listeners: listeners.map(({ name }) => name),
        path: { type: 'PathPrefix', value: '/' },
        headers: [],
        backends: [{ service: pool.name, weight: 1 }],
        timeouts: {},
      },
    ],
    services: new Map([[pool.name, pool]]),
    concurrency: { workers: 'auto', maxConnections: 10_000, keepAliveMs: 60_000 },
  }
}

export function listener(name: string, port: number): Listener {
  return { name, address: '127.0.0.1', port, protocol: 'HTTP' }
}
