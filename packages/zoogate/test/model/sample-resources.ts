import { parseResources } from '../../src/model/parse.ts'
import { type ResourceMap, resourceKey } from '../../src/model/resource.ts'

/** Resources from YAML that must be valid. */
export function resources(yaml: string): ResourceMap {
  const parsed = parseResources(yaml, 'sample.yaml')
  if (parsed.issues.length > 0) throw new Error(JSON.stringify(parsed.issues))
  return new Map(parsed.resources.map(({ resource }) => [resourceKey(resource), resource]))
}

export const gatewayYaml = (name: string, spec = '') => `
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: ${name} }
spec:
  engine: builtin
  listeners: [{ name: http, port: 8080 }, { name: admin, port: 8081, address: 127.0.0.1 }]
${spec}
---
`

export const serviceYaml = (name: string, spec = '{}') => `
apiVersion: zoogate/v1
kind: Service
metadata: { name: ${name} }
spec: ${spec}
---
`

export const routeYaml = (name: string, spec: string) => `
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: ${name} }
spec: ${spec}
---
`

/** Every field of every kind, each with a value that is not its default. */
export const everythingYaml = `
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge, labels: { tier: front, app.kubernetes.io/name: edge } }
spec:
  engine: haproxy
  listeners:
    - { name: http, port: 8080, address: "::1", protocol: HTTP }
  concurrency: { workers: 2, maxConnections: 100, keepAlive: 1m30s }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec:
  discovery: { path: /services/shop, format: zoogate }
  balance: { algorithm: consistentHash, hashOn: sourceIP }
  sessionPersistence: { type: Cookie, sessionName: SID }
  healthCheck: { http: { path: /healthz, status: "200" }, interval: 500ms, timeout: 100ms, rise: 1, fall: 2 }
  protection: { maxLost: 25%, window: 1s, linger: 2s, holdFor: 1m }
  connections: { max: 10, connectTimeout: 250ms }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: legacy }
spec:
  endpoints: [{ id: a, address: 10.0.0.1, port: 80, weight: 3 }, { address: "fd00::7", port: 81 }]
  healthCheck: { tcp: {} }
  protection: off
---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec:
  parentRefs: [{ name: edge, sectionName: http }]
  hostnames: [shop.example.com, "*.example.org"]
  rules:
    - matches:
        - path: { type: Exact, value: /api }
          method: GET
          headers: [{ name: X-Version, value: "2" }]
        - path: { value: /v2/ }
      backendRefs: [{ name: shop, weight: 9 }, { name: legacy }]
      timeouts: { request: 10s, backendRequest: 3s }
---
apiVersion: zoogate/v1
kind: Demo
metadata: { name: shop }
spec: { service: shop, instances: 2 }
`
