import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineHost } from '../../src/agent/reconcile/engine-host.ts'
import {
  type Engine,
  EngineError,
  type EngineProcess,
  type Observation,
} from '../../src/engines/engine.ts'
import type { Endpoint, Secret, ServicePool, View } from '../../src/model/view/view.ts'

/**
 * An engine in memory, which reads its generations from the real disk: what a program on this host
 * would be, without the program.
 */
export class FakeEngine {
  running = false
  generation = ''
  starts = 0
  reloads = 0
  lives = 0
  readonly tables = new Map<string, readonly Endpoint[]>()
  /** The version of the certificate that it shows. */
  certificate: string | undefined
  /** Words of the checker for a view it does not like. */
  invalid: (routes: string) => string | undefined = () => undefined
  /** A generation that passes the checker, and is refused by the engine itself. */
  refuses: (routes: string) => boolean = () => false
  refusesLive = false
  /** What it does before it answers a start or a reload. */
  delays: () => Promise<void> = async () => {}
  /** Somebody else has a hand in its start. */
  startOverride: (() => Promise<void>) | undefined
  /** Running, it says nothing. */
  silent = false
  /** Running, it takes for ever to say what it has. */
  hangs = false
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  readonly engine: Engine = {
    name: 'builtin',
    features: new Set(),
    reasons: {},
    healthChecks: 'engine',
    refusals: (view) =>
      view.routes.some((route) => route.method === 'REFUSED')
        ? [{ resource: 'HTTPRoute/x', field: 'method', message: 'cannot be carried' }]
        : [],
    detect: async () => ({ installed: true, version: '1' }),
    render: (view, { generation }) =>
      new Map([
        [
          'main.json',
          JSON.stringify({ generation, routes: routesOf(view), certificate: certificateOf(view) }),
        ],
        ...[...view.services.values()].map(({ name, endpoints }): [string, string] => [
          `services/${name}.json`,
          JSON.stringify(endpoints),
        ]),
      ]),
    plan: (from, to) => {
      const changed = [...to.services.values()].filter(
        ({ name, endpoints }) =>
          JSON.stringify(from?.services.get(name)?.endpoints) !== JSON.stringify(endpoints),
      )
      const names = changed.map(({ name }) => name)
      const same = from !== undefined && routesOf(from) === routesOf(to)
      const renewed = from !== undefined && certificateOf(from) !== certificateOf(to)
      return {
        live: same ? [...names, ...(renewed ? ['certificate'] : [])] : [],
        reload: same ? [] : ['routes'],
        services: names,
        ...(renewed ? { secrets: (to.secrets ?? []).map(({ name }) => name) } : {}),
      }
    },
    program: () => ({
      command: 'fake',
      args: [],
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 0,
      listeners: 'own',
    }),
    validate: async (folder) => {
      const words = this.invalid(this.#main(folder).routes)
      if (words !== undefined) throw new EngineError('ENGINE_INVALID', words)
    },
    control: () => ({
      reload: async (generation) => {
        this.reloads += 1
        await this.delays()
        this.#read('ENGINE_RELOAD_FAILED')
        if (this.generation !== generation) throw new Error('another generation is current')
      },
      applyEndpoints: async (services: readonly ServicePool[]) => {
        if (!this.running || this.refusesLive) {
          throw new EngineError('ENGINE_LIVE_FAILED', 'not now')
        }
        this.lives += 1
        for (const { name, endpoints } of services) this.tables.set(name, endpoints)
      },
      applyCertificates: async ([secret]) => {
        this.lives += 1
        this.certificate = secret?.version
      },
      observe: async (): Promise<Observation> => {
        if (this.hangs) return new Promise(() => {})
        if (this.silent) throw new EngineError('ENGINE_UNREACHABLE', 'it says nothing')
        if (!this.running) throw new EngineError('ENGINE_UNREACHABLE', 'it does not run')
        const services = [...this.tables].map(
          ([name, endpoints]) =>
            [name, endpoints.map((one) => ({ ...one, health: 'unknown' as const }))] as const,
        )
        return { generation: this.generation, services: new Map(services) }
      },
      close: async () => {},
    }),
  }

  readonly #process: EngineProcess = {
    mode: 'supervised',
    status: async () => ({ running: this.running, restarts: 0, startId: String(this.starts) }),
    signal: async () => {},
    call: async () => undefined,
  }

  readonly host: EngineHost = {
    process: this.#process,
    runs: async () => this.running,
    start: async () => {
      if (this.running) return
      if (this.startOverride !== undefined) return this.startOverride()
      this.starts += 1
      this.#read('ENGINE_RELOAD_FAILED')
      this.running = true
    },
  }

  /** The routes that it serves. */
  get routes(): string {
    return this.running ? this.#main(join(this.folder, 'generations', this.generation)).routes : ''
  }

  #read(code: 'ENGINE_RELOAD_FAILED'): void {
    const target = readlinkSync(join(this.folder, 'current'))
    const folder = join(this.folder, target)
    const main = this.#main(folder)
    if (this.refuses(main.routes)) throw new EngineError(code, `the engine refuses ${main.routes}`)
    this.generation = main.generation
    this.certificate = main.certificate
    this.tables.clear()
    for (const service of ['shop']) {
      const text = readFileSync(join(folder, 'services', `${service}.json`), 'utf8')
      this.tables.set(service, JSON.parse(text) as Endpoint[])
    }
  }

  /** Somebody killed it, and its supervisor started it again. */
  restart(): void {
    this.starts += 1
    this.#read('ENGINE_RELOAD_FAILED')
  }

  #main(folder: string): Main {
    return JSON.parse(readFileSync(join(folder, 'main.json'), 'utf8')) as Main
  }
}

interface Main {
  readonly generation: string
  readonly routes: string
  readonly certificate?: string
}

function certificateOf({ secrets }: View): Secret['version'] | undefined {
  return secrets?.[0]?.version
}

function routesOf(view: View): string {
  return view.routes.map((route) => route.path.value).join(' ')
}

export interface ViewOptions {
  readonly revision?: number
  readonly path?: string
  readonly endpoints?: string
  readonly method?: string
  /** The version of the one certificate. */
  readonly certificate?: string
}

/** `endpoints`: ids separated by spaces. */
export function viewOf({
  revision = 1,
  path = '/',
  endpoints = 'a',
  ...options
}: ViewOptions): View {
  const { method, certificate } = options
  const pool: ServicePool = {
    name: 'shop',
    algorithm: 'roundRobin',
    connections: { connectTimeoutMs: 1_000 },
    endpoints: endpoints
      .split(' ')
      .filter((id) => id !== '')
      .map((id) => ({ id, address: '10.0.0.1', port: id.charCodeAt(0), weight: 1, state: 'up' })),
  }
  return {
    gateway: 'edge',
    revision,
    listeners: [],
    routes: [
      {
        id: 'shop',
        listeners: ['http'],
        path: { type: 'PathPrefix', value: path },
        ...(method === undefined ? {} : { method }),
        headers: [],
        backends: [{ service: 'shop', weight: 1 }],
        timeouts: {},
      },
    ],
    services: new Map([['shop', pool]]),
    ...(certificate === undefined
      ? {}
      : {
          secrets: [{ type: 'TLS', name: 'shop', version: certificate, chainPem: '', keyPem: '' }],
        }),
    concurrency: { workers: 1, maxConnections: 100, keepAliveMs: 1_000 },
  }
}
