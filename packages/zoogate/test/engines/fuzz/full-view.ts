import type { Engine } from '../../../src/engines/engine.ts'
import type {
  Listener,
  Route,
  Secret,
  ServicePool,
  TcpRoute,
  View,
} from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'

/** A part of a view that stands for itself, but for what is shared by all. */
interface Part {
  readonly listeners?: readonly Listener[]
  readonly routes?: readonly Route[]
  readonly tcpRoutes?: readonly TcpRoute[]
  readonly services?: readonly ServicePool[]
  readonly clientAddress?: NonNullable<View['clientAddress']>
  readonly limits?: NonNullable<View['limits']>
  readonly concurrency?: View['concurrency']
  readonly secrets?: readonly Secret[]
}

/** Texts that are found nowhere else, not even within another one. */
class Innocent {
  #number: number

  constructor(from: number) {
    this.#number = from
  }

  /** With a number that no other text has, and an end, so that `a1` is not in `a11`. */
  readonly fresh = (make: (number: string) => string): string => make(`${this.#number++}z`)
  readonly name = (kind: string): string => this.fresh((number) => `${kind}${number}`)
  readonly path = (): string => this.fresh((number) => `/p${number}`)
  readonly host = (): string => this.fresh((number) => `h${number}.test`)
  readonly header = (): string => this.fresh((number) => `x-h${number}`)
  readonly method = (): string => {
    const letters = [...String(this.#number++)].map((digit) => 'ABCDEFGHIJ'[Number(digit)])
    return `M${letters.join('')}Z`
  }
  readonly #byte = () => {
    const number = this.#number++
    return `${100 + (Math.floor(number / 100) % 100)}.${100 + (number % 100)}`
  }
  readonly address = (): string => `10.${this.#byte()}.7`
  readonly network = (): string => `10.${this.#byte()}.0/24`
}

/** Each thing that the model has, in parts of which an engine carries all or leaves out some. */
function partsOf(text: Innocent, port: () => number): readonly Part[] {
  const { name, path, host, header, method, address, network, fresh } = text
  const [web, secure, raw, sealed] = ['web', 'secure', 'raw', 'sealed'].map(name) as [
    string,
    string,
    string,
    string,
  ]
  const certificate = (): Secret & { type: 'TLS' } => ({
    type: 'TLS',
    name: name('tls'),
    version: name('v'),
    chainPem: name('CHAIN'),
    keyPem: name('KEY'),
  })
  const authority = (): Secret & { type: 'CA' } => ({
    type: 'CA',
    name: name('ca'),
    version: name('v'),
    certificatesPem: name('AUTHORITY'),
  })
  const endpoint = () => endpointOf(name('e'), 80, { address: address() })
  const pool = (parts: Parameters<typeof serviceOf>[2] = {}): ServicePool =>
    serviceOf(name('s'), [endpoint()], parts)
  const route = (parts: Partial<Route>, to?: ServicePool): Part => {
    const taker = to ?? pool()
    return {
      routes: [
        routeOf(taker.name, {
          id: name('r'),
          listeners: [web],
          hostname: host(),
          path: { type: 'PathPrefix', value: path() },
          ...parts,
        }),
      ],
      services: [taker],
    }
  }
  const balanced = (parts: Parameters<typeof serviceOf>[2]) => route({}, pool(parts))
  const answered = (answer: Route['answer'], parts: Partial<Route> = {}): Part => {
    const { routes = [] } = route({ ...parts, backends: [] })
    return {
      routes: routes.map((each) => ({ ...each, ...(answer === undefined ? {} : { answer }) })),
    }
  }
  const change = () => [{ name: header(), value: name('v') }]
  const changes = () => ({ set: change(), add: change(), remove: [header()] })
  const tcp = (listener: string): Part => {
    const takers = [pool(), pool()]
    return {
      tcpRoutes: [
        {
          id: name('t'),
          listeners: [listener],
          backends: takers.map((each) => ({ service: each.name, weight: 3 })),
        },
      ],
      services: takers,
    }
  }
  const timing = { intervalMs: 1_000, timeoutMs: 500, rise: 2, fall: 3 }
  const users = (): Secret & { type: 'Users' } => ({
    type: 'Users',
    name: name('u'),
    version: name('v'),
    users: [{ name: name('ann'), hash: fresh((number) => `$5$salt$hash${number}`) }],
  })
  const tls = certificate()
  const further = certificate()
  const sealing = certificate()
  const clients = authority()
  const guards = users()
  const shown = certificate()
  const signer = authority()
  const [first, second] = [pool(), pool()]
  const mirror = pool()
  return [
    { listeners: [listenerOf(port(), { name: web, address: address() })] },
    {
      listeners: [
        listenerOf(port(), {
          name: secure,
          address: address(),
          protocol: 'HTTPS',
          tls: {
            certificates: [tls.name, further.name],
            minVersion: '1.3',
            http2: true,
            clientCertificates: { ca: clients.name, mode: 'Required' },
          },
        }),
      ],
      secrets: [tls, further, clients],
      ...route({ listeners: [secure] }),
    },
    {
      listeners: [listenerOf(port(), { name: raw, address: address(), protocol: 'TCP' })],
      ...tcp(raw),
    },
    {
      listeners: [
        listenerOf(port(), {
          name: sealed,
          address: address(),
          protocol: 'TLS',
          tls: { certificates: [sealing.name], minVersion: '1.2', http2: false },
        }),
      ],
      secrets: [sealing],
      ...tcp(sealed),
    },
    { concurrency: { workers: 2, maxConnections: 1_000, keepAliveMs: 60_000 } },
    { limits: { headerBytes: 8_192, bodyBytes: 1_048_576, idleMs: 60_000 } },
    { clientAddress: { trustedProxies: [network(), network()], proxyProtocol: false } },
    route({ path: { type: 'Exact', value: path() } }),
    route({ path: { type: 'RegularExpression', value: fresh((number) => `/x${number}`) } }),
    route({ hostname: fresh((number) => `*.w${number}.test`) }),
    route({ method: method() }),
    route({ headers: [{ name: header(), value: name('v') }] }),
    route({ headers: [{ name: header(), value: name('v'), type: 'RegularExpression' }] }),
    route({ query: [{ name: name('q'), value: name('v') }] }),
    route({ query: [{ name: name('q'), value: name('v'), type: 'RegularExpression' }] }),
    merge([
      route(
        {
          backends: [
            { service: first.name, weight: 1 },
            { service: second.name, weight: 9 },
          ],
        },
        first,
      ),
      { services: [second] },
    ]),
    route({ requestHeaders: changes() }),
    route({ responseHeaders: changes() }),
    route({ rewrite: { hostname: host() } }),
    route({ rewrite: { path: { type: 'ReplaceFullPath', value: path() } } }),
    route({ rewrite: { path: { type: 'ReplacePrefixMatch', value: path() } } }),
    merge([route({ mirrors: [{ service: mirror.name, percent: 50 }] }), { services: [mirror] }]),
    route({ access: { allow: [network(), network()], deny: [network()] } }),
    {
      ...route({
        access: { allow: [], deny: [], basicAuth: { realm: name('realm'), users: guards.name } },
      }),
      secrets: [guards],
    },
    route({ rateLimit: { requests: 3, perMs: 1_000, key: { type: 'sourceIP' } } }),
    route({ rateLimit: { requests: 3, perMs: 1_000, key: { type: 'header', name: header() } } }),
    route({ cache: { maxAgeMs: 60_000 } }),
    route({ expires: { afterMs: 60_000 } }),
    route({ compress: { types: [fresh((number) => `text/m${number}`)] } }),
    route({ retry: { attempts: 2, codes: [503], methods: [method(), method()] } }),
    route({ timeouts: { requestMs: 5_000 } }),
    route({ timeouts: { backendRequestMs: 1_000 } }),
    answered({ type: 'redirect', hostname: host(), statusCode: 302 }),
    answered({
      type: 'redirect',
      path: { type: 'ReplaceFullPath', value: path() },
      statusCode: 301,
    }),
    answered({
      type: 'redirect',
      path: { type: 'ReplacePrefixMatch', value: path() },
      statusCode: 307,
    }),
    answered({ type: 'static', root: path(), index: [name('index')] }),
    answered({
      type: 'fastcgi',
      address: fresh((number) => `unix:/run/${number}.sock`),
      root: path(),
      index: name('index'),
    }),
    answered({ type: 'cgi', root: path() }),
    ...(['random', 'leastRequest', 'powerOfTwoChoices', 'peakEWMA'] as const).map((algorithm) =>
      balanced({ algorithm }),
    ),
    balanced({ algorithm: 'consistentHash' }),
    balanced({ algorithm: 'consistentHash', hashOn: { type: 'path' } }),
    balanced({ algorithm: 'consistentHash', hashOn: { type: 'header', name: header() } }),
    balanced({ algorithm: 'consistentHash', hashOn: { type: 'cookie', name: name('C') } }),
    route(
      {},
      {
        ...pool({ sessionPersistence: { type: 'Cookie', sessionName: name('S') } }),
        endpoints: [endpoint(), endpoint()],
      },
    ),
    balanced({
      sessionPersistence: { type: 'Cookie', sessionName: name('S'), mode: 'Application' },
    }),
    balanced({ sessionPersistence: { type: 'SourceIP' } }),
    balanced({
      healthCheck: {
        probe: { type: 'http', path: path(), statusFrom: 200, statusTo: 399 },
        ...timing,
      },
    }),
    balanced({ healthCheck: { probe: { type: 'tcp' }, ...timing } }),
    balanced({ healthCheck: { probe: { type: 'zookeeper' }, ...timing } }),
    balanced({
      outlierDetection: { consecutive5xx: 3, baseEjectionMs: 1_000, maxEjectionPercent: 50 },
    }),
    balanced({ slowStartMs: 1_000 }),
    balanced({ connections: { connectTimeoutMs: 500, max: 20 } }),
    balanced({ connections: { connectTimeoutMs: 500, max: 20, queue: 10 } }),
    balanced({ tls: { verify: false } }),
    {
      ...balanced({ tls: { verify: true, serverName: host(), ca: signer.name } }),
      secrets: [signer],
    },
    {
      ...balanced({ tls: { verify: false, clientCertificate: shown.name } }),
      secrets: [shown],
    },
  ]
}

function merge(parts: readonly Part[]): Part {
  const all = <Item>(pick: (part: Part) => readonly Item[] | undefined) =>
    parts.flatMap((part) => pick(part) ?? [])
  return {
    listeners: all((part) => part.listeners),
    routes: all((part) => part.routes),
    tcpRoutes: all((part) => part.tcpRoutes),
    services: all((part) => part.services),
    secrets: all((part) => part.secrets),
    ...Object.assign({}, ...parts.map(settingsOf)),
  }
}

/** What there is one of. */
function settingsOf({ clientAddress, limits, concurrency }: Part): Part {
  return {
    ...(clientAddress === undefined ? {} : { clientAddress }),
    ...(limits === undefined ? {} : { limits }),
    ...(concurrency === undefined ? {} : { concurrency }),
  }
}

/** An engine, as far as it is asked what it carries. */
type Asked = Pick<Engine, 'refusals'>

/**
 * A view for each thing that the engine carries, each text but for references another one: what is
 * carried, the engine says itself. The first has what is shared by all and nothing else.
 */
export function views(engine: Asked): readonly View[] {
  const { gateway, base, parts } = carriedParts(engine, new Innocent(0), portsFrom(20_000))
  return [viewFrom(gateway, [base]), ...parts.map((part) => viewFrom(gateway, [base, part]))]
}

/** All of it in one view, and each thing so many times. */
export function fullView(
  engine: Asked,
  { copies, port }: { copies: number; port: () => number },
): View {
  const text = new Innocent(0)
  const all = Array.from({ length: copies }, () => carriedParts(engine, text, port))
  return viewFrom(
    all[0]?.gateway ?? '',
    all.flatMap(({ base, parts }) => [base, ...parts]),
  )
}

function carriedParts({ refusals }: Asked, text: Innocent, port: () => number) {
  const gateway = text.name('g')
  const [base = {}, ...parts] = partsOf(text, port)
  const isCarried = (part: Part) => refusals(viewFrom(gateway, [base, part])).length === 0
  return { gateway, base, parts: parts.filter(isCarried) }
}

function viewFrom(gateway: string, parts: readonly Part[]): View {
  return viewOf({ gateway, concurrency: { workers: 1 }, ...merge(parts) })
}

function portsFrom(first: number): () => number {
  let next = first
  return () => next++
}
