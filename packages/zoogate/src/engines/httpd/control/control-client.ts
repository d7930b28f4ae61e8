import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { EngineError } from '../../engine.ts'
import {
  type ControlAddress,
  GENERATION_HEADER,
  SECRET_HEADER,
  SECRET_VARIABLE,
} from '../render/files.ts'

const TIMEOUT_MS = 3_000

/** The page of 100,000 members takes some 35 MB. */
const ANSWER_BYTES_MAX = 128 * 1024 * 1024

interface Asked {
  readonly to: ControlAddress
  /** Which virtual host. */
  readonly host: string
  readonly path: string
  /** A form to send. Absent: GET. */
  readonly form?: Readonly<Record<string, string>>
  /**
   * Takes the answer's body, as it comes. True: the rest is of no interest. Absent: none of it is; then httpd
   * is not let write it. A form's page is made after its change.
   */
  readonly take?: (piece: Buffer) => boolean
}

interface Answered {
  /** Whose answer it is. */
  readonly generation: string
}

/** One request over the control listener, each on a connection of its own. */
export type AskControl = (asked: Asked) => Promise<Answered>

/** @throws EngineError `ENGINE_UNREACHABLE` */
export function controlClient(secretFile: string): AskControl {
  let secret: string | undefined
  return async (asked) => {
    secret ??= await readSecret(secretFile)
    try {
      return await ask(asked, secret)
    } catch (error) {
      // httpd may have been started anew, with another one.
      secret = undefined
      throw error
    }
  }
}

async function readSecret(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const secret = new RegExp(`^Define ${SECRET_VARIABLE} ([0-9a-f]{32})$`, 'm').exec(text)?.[1]
  if (secret !== undefined) return secret
  throw new EngineError(
    'ENGINE_UNREACHABLE',
    `${file} does not hold the secret: was httpd started?`,
  )
}

function ask({ to, host, path, form, take }: Asked, secret: string): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) =>
      reject(
        new EngineError('ENGINE_UNREACHABLE', `httpd's control listener: ${reason}`, { cause }),
      )
    const body = form === undefined ? undefined : new URLSearchParams(form).toString()
    const asking = request(
      {
        host: to.address,
        port: to.port,
        // Whom httpd knows for the agent where all others come by the PROXY protocol.
        localAddress: to.address,
        path,
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
        timeout: TIMEOUT_MS,
        headers: {
          host,
          [SECRET_HEADER]: secret,
          // httpd takes changes from its own pages only.
          referer: `http://${host}${path}`,
          ...(body === undefined
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                'content-length': Buffer.byteLength(body),
              }),
        },
      },
      (answer) => {
        const generation = answer.headers[GENERATION_HEADER.toLowerCase()]
        if (answer.statusCode !== 200 || typeof generation !== 'string') {
          answer.destroy()
          return fail(`${path} of ${host} was answered with ${answer.statusCode}`)
        }
        let bytes = 0
        const done = () => {
          // httpd formats no more of a page that nobody reads.
          answer.destroy()
          resolve({ generation })
        }
        answer.on('error', (error) => fail(error.message, error))
        if (take === undefined) return done()
        answer.on('data', (piece: Buffer) => {
          bytes += piece.length
          if (bytes > ANSWER_BYTES_MAX) answer.destroy(new Error('an answer beyond all bounds'))
          try {
            if (take(piece)) done()
          } catch (error) {
            answer.destroy(error instanceof Error ? error : new Error(String(error)))
          }
        })
        answer.on('end', done)
      },
    )
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    asking.on('error', (error) => fail(error.message, error))
    asking.end(body)
  })
}
