import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * What the proxy does: pass bytes on; close every connection at once; keep connections open and pass nothing on,
 * as a network that swallows packets does; or pass requests on and keep the answers.
 */
type TcpProxyMode = 'forward' | 'refuse' | 'silent' | 'deaf'

/** A TCP proxy on loopback, between a client and a server, that can break. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  readonly connectString: string
  /** How many connections were accepted so far. */
  readonly accepted: number
  /** How many connections are open now. */
  readonly open: number
  /** Bytes that came from clients so far. */
  readonly bytesFromClients: number
  /** Changes the mode for new connections and for those that are open; `refuse` closes these. */
  setMode(mode: TcpProxyMode): void
  /** Closes all open connections; new ones are accepted as the mode says. */
  cut(): void
}

export interface TcpProxyOptions {
  /** Where the server listens, on loopback. */
  readonly port: number
  /** Where the proxy itself listens: 127.0.0.1 (default), or ::1. */
  readonly host?: '127.0.0.1' | '::1'
  /** Told the first bytes that the server sends on each connection. */
  readonly onGreeting?: (bytes: Buffer) => void
}

/** Starts a proxy on a free port of loopback. */
export async function startTcpProxy(target: TcpProxyOptions): Promise<TcpProxy> {
  const { host = '127.0.0.1' } = target
  const pairs = new Set<readonly [Socket, Socket]>()
  let mode: TcpProxyMode = 'forward'
  let accepted = 0
  let bytesFromClients = 0
  const server = createServer((client) => {
    accepted++
    client.on('error', () => {})
    if (mode === 'refuse') {
      client.destroy()
      return
    }
    const upstream = connect({ host: '127.0.0.1', port: target.port })
    upstream.on('error', () => {})
    upstream.once('data', (chunk: Buffer) => target.onGreeting?.(chunk))
    const pair = [client, upstream] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    client.on('close', end)
    upstream.on('close', end)
    client.on('data', (chunk: Buffer) => {
      bytesFromClients += chunk.length
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => client.write(chunk))
    setFlow(pair, mode)
  })
  const cut = () => {
    for (const pair of [...pairs]) for (const socket of pair) socket.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    connectString: host === '::1' ? `[::1]:${port}` : `127.0.0.1:${port}`,
    get accepted() {
      return accepted
    },
    get open() {
      return pairs.size
    },
    get bytesFromClients() {
      return bytesFromClients
    },
    setMode(next) {
      mode = next
      if (next === 'refuse') cut()
      for (const pair of pairs) setFlow(pair, next)
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function setFlow([client, upstream]: readonly [Socket, Socket], mode: TcpProxyMode): void {
  if (mode === 'silent') client.pause()
  else client.resume()
  if (mode === 'silent' || mode === 'deaf') upstream.pause()
  else upstream.resume()
}
