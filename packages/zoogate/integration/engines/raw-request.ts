import { connect } from 'node:net'

/** Sends a request as it is written and resolves with all that comes back until nginx closes. */
export function sendRaw(port: number, text: string, timeoutMs = 5_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: timeoutMs })
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('error', reject)
    socket.on('timeout', () => socket.destroy(new Error(`no end within ${timeoutMs} ms`)))
    socket.on('close', () => resolve(received))
    // Only this half is closed by us, when nginx has closed its own: to nginx, a client that closes
    // first has gone away.
    socket.write(text)
  })
}
