import { parseResources } from '../../src/model/checks/parse.ts'
import { type ResourceMap, resourceKey } from '../../src/model/resources/resource.ts'

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

const SECRET_FILES = {
  TLS: '{ certificate: tls.crt, key: tls.key }',
  CA: '{ certificates: ca.crt }',
  Users: '{ users: users.txt }',
} as const

export function secretYaml(name: string, type: keyof typeof SECRET_FILES): string {
  return `
apiVersion: zoogate/v1
kind: Secret
metadata: { name: ${name} }
spec: { type: ${type}, files: ${SECRET_FILES[type]} }
---
`
}

/** Every field of every kind, each with a value that is not its default where it has others. */
export const everythingYaml = `
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge, labels: { tier: front, app.kubernetes.io/name: edge } }
spec:
  engine: haproxy
  listeners:
    - { name: http, port: 8080, address: "::1", protocol: HTTP }
    - name: https
      port: 8443
      protocol: HTTPS
      tls:
        certificateRefs: [{ name: shop }, { name: other }]
        minVersion: "1.3"
        http2: false
        clientCertificates: { caRef: { name: clients }, mode: Optional }
    - { name: zk, port: 2180, protocol: TCP }
    - { name: zks, port: 2181, protocol: TLS, tls: { certificateRefs: [{ name: shop }] } }
  clientAddress: { trustedProxies: [10.0.0.0/8, 192.0.2.7], proxyProtocol: true }
  limits: { headerBytes: 16KiB, bodyBytes: 10MiB, idle: 30s }
  concurrency: { workers: 2, maxConnections: 100, keepAlive: 1m30s }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: shop }
spec:
  discovery: { path: /services/shop, format: zoogate }
  balance: { algorithm: consistentHash, hashOn: { header: X-User } }
  sessionPersistence: { type: Cookie, sessionName: SID, cookie: { mode: Application } }
  healthCheck: { http: { path: /healthz, status: "200" }, interval: 500ms, timeout: 100ms, rise: 1, fall: 2 }
  outlierDetection: { consecutive5xx: 3, baseEjectionTime: 10s, maxEjectionPercent: 20 }
  protection: { maxLost: 25%, window: 1s, linger: 2s, holdFor: 1m }
  slowStart: 30s
  connections: { max: 10, queue: 5, connectTimeout: 250ms }
  tls: { verify: true, serverName: shop.internal, caRef: { name: clients }, clientCertificateRef: { name: other } }
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: legacy }
spec:
  endpoints: [{ id: a, address: 10.0.0.1, port: 80, weight: 3 }, { address: "fd00::7", port: 81 }]
  balance: { algorithm: consistentHash, hashOn: { cookie: SID } }
  healthCheck: { tcp: {} }
  protection: off
---
apiVersion: zoogate/v1
kind: Service
metadata: { name: ensemble }
spec:
  endpoints: [{ address: 10.0.0.2, port: 2181 }]
  sessionPersistence: { type: SourceIP }
  healthCheck: { zookeeper: {} }
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
          headers: [{ type: RegularExpression, name: X-Version, value: "[0-9]+" }]
          queryParams: [{ type: RegularExpression, name: page, value: "[0-9]+" }]
        - path: { value: /v2/ }
      filters:
        - type: RequestHeaderModifier
          requestHeaderModifier: { set: [{ name: X-A, value: "1" }], add: [{ name: X-B, value: "2" }], remove: [X-C] }
        - type: ResponseHeaderModifier
          responseHeaderModifier: { set: [{ name: X-A, value: "1" }], add: [{ name: X-B, value: "2" }], remove: [X-C] }
        - type: URLRewrite
          urlRewrite: { hostname: in.example.com, path: { type: ReplaceFullPath, replaceFullPath: /x } }
        - { type: RequestMirror, requestMirror: { backendRef: { name: legacy }, percent: 10 } }
        - type: Access
          access:
            allow: [10.0.0.0/8]
            deny: [10.1.0.0/16]
            basicAuth: { realm: shop, usersRef: { name: people } }
        - { type: RateLimit, rateLimit: { requests: 100, per: 1m, key: { header: X-Key } } }
        - { type: Cache, cache: { maxAge: 60s } }
        - { type: Expires, expires: { after: 1h } }
        - { type: Compress, compress: { types: [text/*, application/json] } }
      backendRefs: [{ name: shop, weight: 9 }, { name: legacy }]
      retry: { attempts: 2, codes: [502, 503], methods: [GET, HEAD] }
      timeouts: { request: 10s, backendRequest: 3s }
---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: site }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - filters:
        - type: RequestRedirect
          requestRedirect:
            scheme: https
            hostname: www.example.com
            port: 8443
            statusCode: 301
            path: { type: ReplacePrefixMatch, replacePrefixMatch: /new }
    - matches: [{ path: { value: /old } }]
      filters:
        - type: RequestRedirect
          requestRedirect: { path: { type: ReplaceFullPath, replaceFullPath: /new } }
    - matches: [{ path: { value: /api } }]
      filters:
        - type: URLRewrite
          urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /v1 } }
      backendRefs: [{ name: shop }]
    - matches: [{ path: { value: /static } }]
      static: { root: /srv/www, index: [home.html] }
    - matches: [{ path: { value: /php } }]
      fastcgi: { address: "unix:/run/php/fpm.sock", root: /srv/app, index: main.php }
    - matches: [{ path: { value: /cgi } }]
      cgi: { root: /srv/cgi }
---
apiVersion: zoogate/v1
kind: TCPRoute
metadata: { name: zookeeper }
spec:
  parentRefs: [{ name: edge, sectionName: zk }]
  rules: [{ backendRefs: [{ name: ensemble, weight: 2 }] }]
---
${secretYaml('shop', 'TLS')}${secretYaml('other', 'TLS')}${secretYaml('clients', 'CA')}${secretYaml('people', 'Users')}
apiVersion: zoogate/v1
kind: Demo
metadata: { name: shop }
spec: { service: shop, instances: 2 }
---
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: native }
spec:
  engine: haproxy
  native: { text: "frontend f", services: [shop, legacy] }
---
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: native-file }
spec: { engine: nginx, native: { file: nginx.conf.liquid } }
---
apiVersion: zoogate/v1
kind: Gateway
metadata: { name: native-znode }
spec: { engine: httpd, listeners: [{ name: http, port: 80 }], native: { znode: /web/httpd } }
`
