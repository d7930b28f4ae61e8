import { request } from 'node:http'
import { EngineError } from '../../engine.ts'

const TIMEOUT_MS = 2_000

/** The endpoints of a service: 10,000 have half a megabyte, or 2 MB where their ids are the longest. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024

export interface ControlRequest {
  readonly path: string
  /** Default: GET. */
  readonly method?: 'GET' | 'PUT' | 'PATCH'
  readonly body?: string
}

export interface ControlAnswer {
  readonly status: number
  readonly text: string
}

/**
 * A request on the control socket of one nginx.
 * @throws EngineError `ENGINE_UNREACHABLE`
 */
export type AskControl = (request: ControlRequest) => Promise<ControlAnswer>

/**
 * GET of a path that has to be there.
 * @throws EngineError `ENGINE_UNREACHABLE`
 */
export async function getText(ask: AskControl, path: string): Promise<string> {
  const { status, text } = await ask({ path })
  if (status === 200) return text
  const message = `nginx's control socket: ${path} was answered with ${status}`
  throw new EngineError('ENGINE_UNREACHABLE', message)
}

/**
 * Asks on the control socket, each time on a connection of its own: it reaches whichever worker
 * accepts now.
 * @throws EngineError `ENGINE_UNREACHABLE`
 */
export function askControl(
  socketPath: string,
  { path, method = 'GET', body }: ControlRequest,
): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) =>
      reject(new EngineError('ENGINE_UNREACHABLE', `nginx's control socket: ${reason}`, { cause }))
    const asking = request(
      { socketPath, path, method, agent: false, timeout: TIMEOUT_MS, headers: headersOf(body) },
      (answer) => {
        const chunks: Buffer[] = []
        let bytes = 0
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes > ANSWER_BYTES_MAX) answer.destroy(new Error('an answer beyond all bounds'))
        })
        answer.on('error', (error) => fail(error.message, error))
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: answer.statusCode ?? 0, text })
        })
      },
    )
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    asking.on('error', (error) => fail(error.message, error))
    asking.end(body)
  })
}

function headersOf(body: string | undefined): Record<string, string | number> {
  const host = 'zoogate'
  return body === undefined ? { host } : { host, 'content-length': Buffer.byteLength(body) }
}
