import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeRegistration, type Registration } from '@zoogate/balancer'

/** HTTP servers in this process, each of which answers every request with its name. */
export interface Backends extends AsyncDisposable {
  readonly all: readonly Backend[]
}

export interface Backend {
  readonly name: string
  readonly port: number
  /** The data of a registration znode that points at it. */
  registration(change?: Partial<Registration>): Buffer
}

/** @param delayMs how long each thinks before it answers */
export async function startBackends(count: number, prefix = 'b', delayMs = 0): Promise<Backends> {
  const servers: Server[] = []
  const all: Backend[] = []
  for (let index = 0; index < count; index++) {
    const name = `${prefix}${index}`
    const server = createServer((request, response) => {
      request.resume()
      if (delayMs === 0) response.end(`${name}\n`)
      else setTimeout(() => response.end(`${name}\n`), delayMs)
    })
    // Longer than any engine keeps an idle connection: the engine shall be the one that closes.
    server.keepAliveTimeout = 600_000
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.push(server)
    const { port } = server.address() as AddressInfo
    all.push({
      name,
      port,
      registration: (change = {}) =>
        encodeRegistration({
          address: '127.0.0.1',
          port,
          weight: 1,
          state: 'up',
          scheme: 'http',
          metadata: {},
          ...change,
        }),
    })
  }
  return {
    all,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}
