import type { EngineName } from '../support/stack.ts'

/** The services of the scenario; each has one echo server of its name, but for those below. */
export const SERVICES = [
  'main',
  'app',
  'only',
  'posted',
  'second',
  'admin',
  'wild',
  'deep',
  'other',
] as const
export type ServiceName = (typeof SERVICES)[number]

export interface ScenarioPorts {
  readonly services: Readonly<Record<ServiceName, number>>
  /** Nobody listens on it. */
  readonly dead: number
}

/** The resources that all engines carry alike, beside their Gateways. */
export function resources(engines: readonly EngineName[], ports: ScenarioPorts): string {
  const parents = engines.map((engine) => `{ name: edge-${engine} }`).join(', ')
  const service = (name: string, port: number | undefined, more = '') => `apiVersion: zoogate/v1
kind: Service
metadata: { name: ${name} }
spec:
  endpoints: [${port === undefined ? '' : `{ id: ${name}-1, address: 127.0.0.1, port: ${port} }`}]
${more}`
  const route = (name: string, hostnames: string, rules: string) => `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec:
  parentRefs: [${parents}]
${hostnames === '' ? '' : `  hostnames: [${hostnames}]\n`}  rules:
${rules}`
  return [
    ...SERVICES.map((name) => service(name, ports.services[name])),
    service('dead', ports.dead),
    'apiVersion: zoogate/v1\nkind: Service\nmetadata: { name: nobody }\nspec: {}\n',
    ...['sticky', 'hashed'].map(
      (name) => `apiVersion: zoogate/v1
kind: Service
metadata: { name: ${name} }
spec:
  protection: off
  ${name === 'sticky' ? 'sessionPersistence: { type: Cookie, sessionName: SID }' : 'balance: { algorithm: consistentHash }'}
`,
    ),
    // Takes the place of the stack's own route, which answers for every host.
    route('shop', 'exact.test', EXACT_RULES),
    route('wild', '"*.wild.test"', '    - backendRefs: [{ name: wild }]\n'),
    route(
      'deep',
      '"*.deep.wild.test"',
      '    - matches: [{ path: { value: /deep } }]\n      backendRefs: [{ name: deep }]\n',
    ),
    route(
      'other',
      '',
      '    - matches: [{ path: { value: /other } }, { path: { value: /%c3%a9 } }]\n      backendRefs: [{ name: other }]\n',
    ),
    route('sticky', 'sticky.test', '    - backendRefs: [{ name: sticky }]\n'),
    route('hashed', 'hashed.test', '    - backendRefs: [{ name: hashed }]\n'),
  ].join('---\n')
}

const EXACT_RULES = `    - backendRefs: [{ name: main }]
    - matches: [{ path: { type: PathPrefix, value: /app } }]
      backendRefs: [{ name: app }]
    - matches: [{ path: { type: Exact, value: /only } }]
      backendRefs: [{ name: only }]
    - matches: [{ path: { value: /app }, method: POST }]
      backendRefs: [{ name: posted }]
    - matches: [{ path: { value: /app }, headers: [{ name: x-version, value: "2" }] }]
      backendRefs: [{ name: second }]
    - matches: [{ path: { value: /admin } }]
      backendRefs: [{ name: admin }]
    - matches: [{ path: { value: /weighted } }]
      backendRefs: [{ name: main, weight: 1 }, { name: app, weight: 3 }, { name: only, weight: 0 }]
    - matches: [{ path: { value: /weightless } }]
      backendRefs: [{ name: main, weight: 0 }]
    - matches: [{ path: { value: /nobody } }]
      backendRefs: [{ name: nobody }]
    - matches: [{ path: { value: /dead } }]
      backendRefs: [{ name: dead }]
    - matches: [{ path: { value: /limited } }]
      backendRefs: [{ name: main }]
      timeouts: { request: 300ms }
    - matches: [{ path: { value: /attempt } }]
      backendRefs: [{ name: main }]
      timeouts: { backendRequest: 300ms }
`
