import { connect } from 'node:net'
import { parseAnswer } from './load.ts'

export interface SpreadOptions {
  readonly port: number
  readonly host: string
  readonly requests: number
  /** So many are under way at any time. */
  readonly clients: number
}

/** Who answers: so many requests, each client one after the other on a connection that is kept. */
export async function spread(options: SpreadOptions): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  let left = options.requests
  const client = async () => {
    for (;;) {
      const asked = await askAll(options.port, options.host, undefined, () => left-- > 0, counts)
      if (asked === 'done') return
    }
  }
  await Promise.all(Array.from({ length: options.clients }, client))
  return counts
}

/** Who answers each client's address, which are all this host's: 127.0.0.0/8. */
export async function owners(
  { port, host, clients }: Omit<SpreadOptions, 'requests'>,
  addresses: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const waiting = [...addresses]
  const client = async () => {
    for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
      const counts = new Map<string, number>()
      let left = 1
      await askAll(port, host, address, () => left-- > 0, counts)
      found.set(address, [...counts.keys()][0] ?? '')
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return found
}

/** Asks on one connection as long as there is more to ask, or the other side says that it closes. */
function askAll(
  port: number,
  host: string,
  localAddress: string | undefined,
  more: () => boolean,
  counts: Map<string, number>,
): Promise<'done' | 'closed'> {
  return new Promise((resolve, reject) => {
    const from = localAddress === undefined ? {} : { localAddress }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...from })
    socket.setEncoding('latin1')
    let received = ''
    const finish = (how: 'done' | 'closed') => {
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.destroy()
      resolve(how)
    }
    const next = () => {
      received = ''
      if (more()) socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      else finish('done')
    }
    socket.on('connect', next)
    socket.on('data', (chunk: string) => {
      received += chunk
      const answer = parseAnswer(received)
      if (answer === undefined) return
      const who = answer.status === '200' ? answer.body.trim() : answer.status
      counts.set(who, (counts.get(who) ?? 0) + 1)
      if (answer.close) finish('closed')
      else next()
    })
    socket.on('error', reject)
    socket.on('end', () => reject(new Error('the connection ended without an answer')))
  })
}
