import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * Below the range that systems take for outgoing connections (Linux: from 32768): between this look and
 * the server's own bind no client's socket comes to sit there. By chance, so that test files which run
 * side by side seldom choose alike.
 */
const FIRST = 10_000
const END = 32_000
const ATTEMPTS = 100
/**
 * A long run asks for ever more; what it asked for so long ago is bound, or of no use any more. The conformance
 * suite asks for some thousand at once, and binds the last of them minutes later.
 */
const CLAIMS_MAX = 4_000

const claims: Server[] = []

/** A TCP port that nothing listened on a moment ago, at whatever address, and that nobody else was given. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST, END)
    if ((await claim(port)) && (await canListen(port))) return port
  }
  throw new Error(`none of ${ATTEMPTS} ports from ${FIRST} to ${END} was free`)
}

/**
 * Keeps a port from all other tests of this machine, until its own server has bound it: a name in the
 * kernel's space of abstract sockets, unix(7), that is gone with this process. Without, one of 600
 * ensembles was given the same port twice.
 */
async function claim(port: number): Promise<boolean> {
  const server = await listening(createServer(), `\0zoogate-test-port-${port}`)
  if (server === undefined) return false
  server.unref()
  claims.push(server)
  if (claims.length > CLAIMS_MAX) claims.shift()?.close()
  return true
}

async function canListen(port: number): Promise<boolean> {
  const server = await listening(createServer(), port)
  if (server === undefined) return false
  server.close()
  await once(server, 'close')
  return true
}

/** Undefined: it is taken. */
function listening(server: Server, where: string | number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(where, () => resolve(server))
  })
}
