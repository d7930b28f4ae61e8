import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below the range that systems take for outgoing connections (Linux: from 32768): between this look and
 * the server's own bind no client's socket comes to sit there. By chance, so that test files which run
 * side by side do not choose alike.
 */
const FIRST = 10_000
const END = 32_000
const ATTEMPTS = 100

/** A TCP port that nothing listened on a moment ago, at whatever address. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST, END)
    if (await canListen(port)) return port
  }
  throw new Error(`none of ${ATTEMPTS} ports from ${FIRST} to ${END} was free`)
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
