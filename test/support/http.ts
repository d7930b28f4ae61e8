import { Agent, request as send } from 'node:http'

export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface RequestOptions {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Keeps its connection for the next request. Absent: a connection for this one alone. */
  readonly agent?: Agent
}

/** One HTTP request to a port of this machine. */
export function request(port: number, options: RequestOptions = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const outgoing = send(
      {
        host: '127.0.0.1',
        port,
        method: options.method ?? 'GET',
        path: options.path ?? '/',
        headers: options.headers,
        agent: options.agent ?? false,
        timeout: 10_000,
      },
      (incoming) => {
        let body = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk) => {
          body += chunk
        })
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
        )
        incoming.on('error', reject)
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 10 s')))
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

/** Who answers: the names that `count` requests in a row bring back, how often each. */
export async function whoAnswers(port: number, count: number): Promise<Map<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const names = new Map<string, number>()
  try {
    for (let index = 0; index < count; index++) {
      const { status, body } = await request(port, { agent })
      const name = status === 200 ? body.trim() : String(status)
      names.set(name, (names.get(name) ?? 0) + 1)
    }
  } finally {
    agent.destroy()
  }
  return names
}
