import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { pino } from 'pino'
import { type Backend, startBackends } from '../../../../../test/support/backends.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { whoAnswers } from '../../../../../test/support/http.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { Agent } from '../../../src/agent/agent.ts'
import { parseHostConfig } from '../../../src/agent/host-config.ts'
import { shutDownEngine } from '../../../src/dev/shut-down-engine.ts'
import { engines } from '../../../src/engines/index.ts'
import { parseResources } from '../../../src/model/checks/parse.ts'
import { resourceKey } from '../../../src/model/resources/resource.ts'
import type { EngineName } from '../../../src/model/view/view.ts'
import { Store } from '../../../src/store/store.ts'
import { SupervisedProcess } from '../../../src/supervisor/index.ts'
import { readSupervisorFile, supervisorFilePath } from '../../../src/supervisor/supervisor-files.ts'

export const ENGINES: readonly EngineName[] = ['builtin', 'haproxy', 'nginx', 'httpd']

/** What there is of `shop` in a site's desired state. */
interface Shop {
  /** More of the Service's spec, as flow YAML without braces: `protection: off`. */
  readonly service?: string
  /** Paths that are routed; another path is another structure. Default `/`. */
  readonly paths?: readonly string[]
  /** Of the Gateway. Default: the site's. */
  readonly engine?: EngineName
  /** Of the Gateway. Default 1. */
  readonly workers?: number
  /** More listeners' ports. */
  readonly ports?: readonly number[]
}

/** A ZooKeeper, a Gateway of one engine, and backends: everything real, in folders of its own. */
export interface Site extends AsyncDisposable {
  readonly engine: EngineName
  readonly folder: string
  readonly nodeFolder: string
  readonly port: number
  readonly zookeeperPort: number
  readonly client: ZooKeeper
  readonly store: Store
  readonly backends: readonly Backend[]
  /** Makes it the desired state, without asking anybody whether it is valid. */
  apply(shop?: Shop): Promise<number>
  /** The same with other resources, as YAML, in place of those that there are. */
  applyYaml(yaml: string): Promise<number>
  register(backend: Backend | undefined, state?: 'up' | 'draining' | 'down'): Promise<void>
  unregister(backend: Backend | undefined): Promise<void>
  /** @param hostConfig the host's agent.yaml. Default: instances may be on this host. */
  startAgent(hostConfig?: string): Promise<Agent>
  /** Ends the engine and its supervisor, as a machine that goes down does. */
  stopEngine(): Promise<void>
  /** Of the engine's main process. */
  enginePid(): Promise<number>
  /** Kills the engine's main process, which its supervisor starts again. */
  killEngine(): Promise<void>
  /** Takes all but the first backend out of the engine, behind the agent's back. */
  meddle(): Promise<void>
  stopZooKeeper(): Promise<void>
  startZooKeeper(): Promise<void>
  /** The names of the backends that answer, sorted. */
  answering(): Promise<string>
}

export async function startSite(engine: EngineName): Promise<Site> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const zookeeperPort = await freePort()
  const backends = await startBackends(4)
  const serverOptions = { dataFolder: join(folder.path, 'zookeeper'), port: zookeeperPort }
  let server = new ZooKeeperServer(serverOptions)
  await server.listen()
  const connectString = `127.0.0.1:${zookeeperPort}`
  const client = new ZooKeeper(connectString)
  await client.connect()
  const store = new Store({ client })
  const nodeFolder = join(folder.path, 'node')
  const agents: { agent: Agent; zookeeper: ZooKeeper }[] = []
  const site: Site = {
    engine,
    folder: folder.path,
    nodeFolder,
    port,
    zookeeperPort,
    client,
    store,
    backends: backends.all,
    apply: (shop = {}) => site.applyYaml(yamlOf(site, shop)),
    async applyYaml(yaml) {
      const { resources, issues } = parseResources(yaml, 'site.yaml')
      if (issues[0] !== undefined) throw new Error(issues[0].message)
      const put = new Map(resources.map(({ resource }) => [resourceKey(resource), resource]))
      return (await store.apply({ resources: put, others: 'delete', author: 'test' })).revision
    },
    async register(backend, state = 'up') {
      if (backend === undefined) throw new Error('there is no such backend')
      const path = `/zoogate/services/shop/${backend.name}`
      const data = backend.registration({ state })
      if ((await client.exists(path)) === undefined) {
        await client.create(path, data, { mode: 'ephemeral' })
      } else await client.setData(path, data)
    },
    async unregister(backend) {
      await client.delete(`/zoogate/services/shop/${backend?.name}`)
    },
    async startAgent(hostConfig = 'discovery: { allowAddresses: [127.0.0.1] }') {
      const zookeeper = new ZooKeeper(connectString)
      const agent = new Agent({
        client: zookeeper,
        connectString,
        root: '/zoogate',
        gateway: 'edge',
        node: 'test',
        folder: nodeFolder,
        settings: parseHostConfig(hostConfig, 'agent.yaml'),
        engines,
        log: pino({ level: process.env['AGENT_LOG'] ?? 'silent' }, pino.destination(2)),
      })
      agents.push({ agent, zookeeper })
      await agent.start()
      return agent
    },
    stopEngine: () => shutDownEngine(nodeFolder),
    async enginePid() {
      const { paths, program } = readSupervisorFile(nodeFolder)
      const { pid } = await new SupervisedProcess(paths, program).status()
      if (pid === undefined) throw new Error('the engine does not run')
      return pid
    },
    async killEngine() {
      process.kill(await site.enginePid(), 'SIGKILL')
    },
    async meddle() {
      const { paths, program } = readSupervisorFile(nodeFolder)
      const process = new SupervisedProcess(paths, program)
      const control = engines
        .get(engine)
        ?.control({ paths, process, log: pino({ level: 'silent' }) })
      const observation = await control?.observe()
      const [first] = observation?.services.get('shop') ?? []
      if (first === undefined) throw new Error('the engine has no endpoint')
      const { health: _, ...endpoint } = first
      const pool = {
        name: 'shop',
        algorithm: 'roundRobin' as const,
        connections: { connectTimeoutMs: 1_000 },
      }
      await control?.applyEndpoints([{ ...pool, endpoints: [endpoint] }])
      await control?.close()
    },
    async stopZooKeeper() {
      await server.close()
    },
    async startZooKeeper() {
      server = new ZooKeeperServer(serverOptions)
      await server.listen()
    },
    async answering() {
      return [...(await whoAnswers(port, 12)).keys()].sort().join(' ')
    },
    async [Symbol.asyncDispose]() {
      for (const { agent, zookeeper } of agents) {
        await agent.stop()
        await zookeeper.close()
      }
      await shutDownEngine(nodeFolder)
      if (existsSync(supervisorFilePath(nodeFolder))) {
        await rm(readSupervisorFile(nodeFolder).paths.run, { recursive: true, force: true })
      }
      await client.close()
      await server.close()
      await backends[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
  return site
}

/** Waits until exactly these answer, in names separated by spaces. */
export async function untilAnswering(site: Site, names: string): Promise<void> {
  const what = `${names} to answer through ${site.engine}`
  await waitFor(what, async () => (await site.answering()) === names, { timeoutMs: 30_000 })
}

function yamlOf(
  site: Site,
  { engine = site.engine, service, paths = ['/'], ports = [], workers = 1 }: Shop,
): string {
  const listeners = [site.port, ...ports].map(
    (port, index) => `    - { name: http${index}, port: ${port}, address: 127.0.0.1 }`,
  )
  const matches = paths.map((path) => `{ path: { type: PathPrefix, value: ${path} } }`).join(', ')
  return `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec:
  engine: ${engine}
  listeners:
${listeners.join('\n')}
  concurrency: { workers: ${workers}, maxConnections: 1000 }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec: { ${service ?? ''} }
---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - matches: [${matches}]
      backendRefs: [{ name: shop }]
`
}
