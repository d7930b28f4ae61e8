import { request } from 'node:http'
import { EngineError } from '../engine.ts'

const TIMEOUT_MS = 2_000

/** A page of the endpoint table is far smaller: at most 150 parts of 3,000 bytes. */
const ANSWER_BYTES_MAX = 1024 * 1024

/**
 * GET of a path on the control socket, each on a connection of its own: it reaches whichever worker
 * accepts now.
 * @throws EngineError `ENGINE_UNREACHABLE`
 */
export function askControl(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) =>
      reject(new EngineError('ENGINE_UNREACHABLE', `nginx's control socket: ${reason}`, { cause }))
    const asking = request(
      { socketPath, path, agent: false, timeout: TIMEOUT_MS, headers: { host: 'zoogate' } },
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
          if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'))
          else fail(`${path} was answered with ${answer.statusCode}`)
        })
      },
    )
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    asking.on('error', (error) => fail(error.message, error))
    asking.end()
  })
}
