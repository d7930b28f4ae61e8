import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeRegistration } from '@zoogate/balancer'
import type { ZooKeeper } from '@zoogate/zookeeper'
import type { EngineName } from '../../test/support/stack.ts'

/** Whose coming is timed: a Service of its own among the many. */
export const TIMED = 'timed'
const CREATES_AT_ONCE = 200

export interface TableSize {
  readonly services: number
  readonly endpoints: number
}

/** The desired state: as many Services as wanted, each with a path of its own, and the one that is timed. */
export function largeTableYaml(
  engine: EngineName,
  port: number,
  { services }: TableSize,
  { maxConnections } = { maxConnections: 1_000 },
): string {
  const names = [TIMED, ...Array.from({ length: services }, (_, index) => serviceName(index))]
  const rules = names.map(
    (name) =>
      `    - { matches: [{ path: { type: PathPrefix, value: /${name} } }], backendRefs: [{ name: ${name} }] }`,
  )
  const gateway = `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec:
  engine: ${engine}
  listeners: [{ name: http, port: ${port}, address: 127.0.0.1 }]
  concurrency: { workers: 1, maxConnections: ${maxConnections} }`
  const route = `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: all }
spec:
  parentRefs: [{ name: edge }]
  rules:
${rules.join('\n')}`
  const pools = names.map(
    (name) => `apiVersion: zoogate/v1
kind: Service
metadata: { name: ${name} }
spec: { protection: off }`,
  )
  return [gateway, route, ...pools].join('\n---\n')
}

/**
 * Registers the endpoints, spread evenly over the Services. Each has an address of its own, all of this
 * host's loopback network, and all are answered by one server.
 */
export async function registerAll(
  zookeeper: ZooKeeper,
  { services, endpoints }: TableSize,
  port: number,
): Promise<void> {
  const names = Array.from({ length: endpoints }, (_, index) => index)
  for (let from = 0; from < names.length; from += CREATES_AT_ONCE) {
    await Promise.all(
      names.slice(from, from + CREATES_AT_ONCE).map((index) => {
        const path = `/zoogate/services/${serviceName(index % services)}/i${index}`
        const address = `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`
        return zookeeper.create(path, registration(address, port), { mode: 'ephemeral' })
      }),
    )
  }
}

export function registration(address: string, port: number): Buffer {
  return encodeRegistration({
    address,
    port,
    weight: 1,
    state: 'up',
    scheme: 'http',
    metadata: {},
  })
}

/** A server at all of this host's addresses, which answers with the address that was asked. */
export async function startEverywhere(): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((request, response) => {
    request.resume()
    response.end(`${request.socket.localAddress}\n`)
  })
  server.keepAliveTimeout = 600_000
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function serviceName(index: number): string {
  return `service-${index}`
}
