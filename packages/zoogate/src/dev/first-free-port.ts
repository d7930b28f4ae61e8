import { createServer } from 'node:net'

const TRIES_MAX = 100

/** The first port from `wanted` on that can be bound on `host`. */
export async function firstFreePort(host: string, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + TRIES_MAX && port <= 65_535; port++) {
    if (await canBind(host, port)) return port
  }
  throw new Error(`none of the ports ${wanted} to ${wanted + TRIES_MAX - 1} of ${host} is free`)
}

async function canBind(host: string, port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
