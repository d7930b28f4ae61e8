import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a backend was asked. */
export interface Asked {
  readonly method: string
  /** As it stands in the request line. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface EchoBackend extends AsyncDisposable {
  readonly port: number
  readonly asked: readonly Asked[]
}

/**
 * A server in this process that keeps what it was asked, and answers with it as JSON unless told
 * otherwise.
 */
export async function startEchoBackend(
  answer: (asked: Asked, response: ServerResponse) => void = (asked, response) =>
    response.end(JSON.stringify(asked)),
  host = '127.0.0.1',
): Promise<EchoBackend> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, url, headers, body }
      asked.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    asked,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
