import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in front of a server that can lose its answers. */
export interface LossyProxy extends AsyncDisposable {
  readonly port: number
  /**
   * Cuts the connection as soon as the server answers a request that holds `text`: the request was
   * done, and the client does not know. Once.
   */
  cutBeforeAnswerTo(text: string): void
  /** How many connections were cut. */
  readonly cuts: number
}

export async function startLossyProxy(targetPort: number): Promise<LossyProxy> {
  let wanted: string | undefined
  let cuts = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: targetPort })
    let armed = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          client.destroy()
          upstream.destroy()
        })
    }
    client.on('data', (chunk) => {
      if (wanted !== undefined && chunk.includes(wanted)) {
        wanted = undefined
        armed = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (armed) {
        cuts++
        client.destroy()
      } else client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cutBeforeAnswerTo(text) {
      wanted = text
    },
    get cuts() {
      return cuts
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
