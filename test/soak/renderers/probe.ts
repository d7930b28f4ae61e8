import type { Engine } from '../../../packages/zoogate/src/engines/engine.ts'
import type { Route, ServicePool, View } from '../../../packages/zoogate/src/model/view/view.ts'
import type { Case } from '../../../packages/zoogate/test/engines/fuzz/fuzz.ts'
import type { TextField } from '../../../packages/zoogate/test/engines/fuzz/text-fields.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../packages/zoogate/test/engines/support/views.ts'
import { startEngineNode } from '../../conformance/harness/engine/engine-node.ts'
import { type Seen, startEchoBackend } from '../../support/echo-backend.ts'
import { freePort } from '../../support/free-port.ts'
import { rawExchange } from '../../support/raw-http.ts'

/** What the client got, and what the endpoint saw; undefined: nothing. */
interface Exchange {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly seen: Seen | undefined
}

interface Request {
  readonly host: string
  readonly target: string
  readonly headers: readonly string[]
}

/** A value on trial: a route that has it, and what is then seen of it. */
interface Trial {
  readonly route?: Partial<Route>
  readonly pool?: Partial<ServicePool>
  readonly request?: Partial<Request>
  /** A request that only differs in the value, and must not be taken. */
  readonly other?: Partial<Request>
  readonly holds: (exchange: Exchange) => boolean
}

const reached = ({ status, seen }: Exchange) => status === 200 && seen !== undefined
/** Bytes as HTTP has them: one character for each. */
const bytesOf = (text: string) => Buffer.from(text).toString('latin1')
const encoded = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
/** A decoded path, its slashes as they are and all else in percent. */
const encodedPath = (path: string) => path.split('/').map(encoded).join('/')
const decodedBytes = (path: string) =>
  bytesOf(path).replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )

const seenHeader = ({ seen }: Exchange, name: string) =>
  (seen?.headers ?? []).filter((_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === name)
const gotHeader = ({ headers }: Exchange, name: string) =>
  headers.filter(([found]) => found === name).map(([, value]) => value)
const changed = (kind: 'set' | 'add', name: string, value: string) => ({
  ...{ set: [], add: [], remove: [] },
  [kind]: [{ name, value }],
})

const PROBES: Partial<Record<TextField, (text: string) => Trial>> = {
  'routes[].hostname': (text) => ({
    route: { hostname: text },
    request: { host: text },
    other: { host: `x${text}` },
    holds: reached,
  }),
  'routes[].path<Exact>.value': (text) => {
    const path = decodeURIComponent(text)
    return {
      route: { path: { type: 'Exact', value: text } },
      request: { target: encodedPath(path) },
      other: { target: `${encodedPath(path)}x` },
      holds: reached,
    }
  },
  'routes[].path<PathPrefix>.value': (text) => {
    const path = decodeURIComponent(text)
    return {
      route: { path: { type: 'PathPrefix', value: text } },
      request: { target: `${encodedPath(path)}/below` },
      other: { target: `${encodedPath(path)}x` },
      holds: reached,
    }
  },
  'routes[].headers[].value': (text) => ({
    route: { headers: [{ name: 'x-probe', value: text }] },
    request: { headers: [`x-probe: ${bytesOf(text)}`] },
    other: { headers: [`x-probe: ${bytesOf(text)}x`] },
    holds: reached,
  }),
  'routes[].query[].name': (text) => ({
    route: { query: [{ name: text, value: 'v' }] },
    request: { target: `/?${encodeURIComponent(text)}=v` },
    other: { target: `/?x${encodeURIComponent(text)}=v` },
    holds: reached,
  }),
  'routes[].query[].value': (text) => ({
    route: { query: [{ name: 'q', value: text }] },
    request: { target: `/?q=${encoded(text)}` },
    other: { target: `/?q=${encoded(text)}x` },
    holds: reached,
  }),
  'routes[].requestHeaders.set[].name': (text) => ({
    route: { requestHeaders: changed('set', text, 'v') },
    holds: (exchange) => seenHeader(exchange, text.toLowerCase()).join() === 'v',
  }),
  'routes[].requestHeaders.set[].value': (text) => ({
    route: { requestHeaders: changed('set', 'x-probe', text) },
    holds: (exchange) => seenHeader(exchange, 'x-probe').join() === bytesOf(text),
  }),
  'routes[].requestHeaders.add[].value': (text) => ({
    route: { requestHeaders: changed('add', 'x-probe', text) },
    holds: (exchange) => seenHeader(exchange, 'x-probe').join() === bytesOf(text),
  }),
  'routes[].responseHeaders.set[].value': (text) => ({
    route: { responseHeaders: changed('set', 'x-probe', text) },
    holds: (exchange) => gotHeader(exchange, 'x-probe').join() === bytesOf(text),
  }),
  'routes[].responseHeaders.add[].value': (text) => ({
    route: { responseHeaders: changed('add', 'x-probe', text) },
    holds: (exchange) => gotHeader(exchange, 'x-probe').join() === bytesOf(text),
  }),
  'routes[].rewrite.path<ReplaceFullPath>.value': (text) => ({
    route: { rewrite: { path: { type: 'ReplaceFullPath', value: text } } },
    holds: ({ seen }) => decodedBytes(seen?.target ?? '') === decodedBytes(text),
  }),
  'routes[].answer<redirect>.path<ReplaceFullPath>.value': (text) => ({
    route: {
      backends: [],
      answer: {
        type: 'redirect',
        hostname: 'to.test',
        path: { type: 'ReplaceFullPath', value: text },
        statusCode: 302,
      },
    },
    holds: (exchange) => {
      const [location = ''] = gotHeader(exchange, 'location')
      return (
        decodedBytes(location.replace(/^http:\/\/to\.test(?::\d+)?/, '')) === decodedBytes(text)
      )
    },
  }),
  'services[].sessionPersistence<Cookie>.sessionName': (text) => ({
    pool: { sessionPersistence: { type: 'Cookie', sessionName: text } },
    holds: (exchange) => gotHeader(exchange, 'set-cookie').join().startsWith(`${text}=`),
  }),
}

/** The fields of which a request tells whether the value does what it says. */
export const PROBED: ReadonlySet<string> = new Set(Object.keys(PROBES))

/** Puts values on trial on a running engine, each in a route of its own. The answer are those that fail. */
export async function probe(engine: Engine, cases: readonly Case[]): Promise<readonly object[]> {
  await using backend = await startEchoBackend('a')
  await using node = await startEngineNode(engine)
  const port = await freePort()
  const trials = cases.map(({ leaf, text }, index) => ({
    field: leaf.field,
    text,
    host: `h${index}.probe.test`,
    ...trialOf(leaf.field, text),
  }))
  const parts = trials.map(({ route, pool, host }, index) => ({
    pool: serviceOf(`s${index}`, [endpointOf('a', backend.port)], pool),
    route: routeOf(`s${index}`, { hostname: host, ...route }),
  }))
  const view: View = viewOf({
    listeners: [listenerOf(port)],
    routes: parts.map(({ route }) => route),
    services: parts.map(({ pool }) => pool),
    concurrency: { workers: 1 },
  })
  const refused = engine.refusals(view)
  if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused[0])}`)
  await node.serve(view.revision, () => view)
  const failures: object[] = []
  for (const { field, text, host, request, other, holds } of trials) {
    const ask = (parts: Partial<Request> = {}) =>
      exchange(port, { host, target: '/', headers: [], ...parts })
    const got = await ask(request)
    if (!isRefusedByRule(request) && !holds(got)) failures.push({ field, text, got })
    const further = other === undefined ? undefined : await ask(other)
    if (further !== undefined && further.status !== 404 && !isRefusedByRule(other)) {
      failures.push({ field, text, other: further })
    }
  }
  return failures
}

/** Targets that every engine refuses, whatever its routes say: `docs/decisions/0004-*`. */
function isRefusedByRule({ target = '', host = '' }: Partial<Request> = {}): boolean {
  return /%2f|%00|\/(?:\.|%2e){1,2}(?:\/|$)/i.test(target.split('?')[0] ?? '') || host.length > 253
}

function trialOf(field: TextField, text: string): Trial {
  const make = PROBES[field]
  if (make === undefined) throw new Error(`${field} is not probed`)
  return make(text)
}

async function exchange(port: number, { host, target, headers }: Request): Promise<Exchange> {
  const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers]
  const {
    status,
    headers: got,
    body,
  } = await rawExchange(port, {
    parts: [Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')],
  })
  const text = body.toString('utf8')
  return {
    status,
    headers: got,
    seen: text.startsWith('{') ? (JSON.parse(text) as Seen) : undefined,
  }
}
