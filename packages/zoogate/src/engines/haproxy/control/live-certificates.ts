import type { Secret } from '../../../model/view/view.ts'
import { EngineError } from '../../engine.ts'
import { bytesOf, fileOf } from '../render/secret-files.ts'
import { runCommands } from './command-socket.ts'

/**
 * Makes the running worker show, and trust, what a secret has now: for listeners and for endpoints,
 * with all that come after it. Both are told to HAProxy by the file that it has read at its start.
 * @throws EngineError `ENGINE_LIVE_FAILED`
 */
export async function applyCertificates(
  socketPath: string,
  secrets: readonly Secret[],
): Promise<void> {
  for (const secret of secrets) {
    const file = fileOf(secret)
    if (file === undefined) throw failed(secret, 'it is read at a reload')
    const what = secret.type === 'CA' ? 'ca-file' : 'cert'
    // What stands between << and an empty line is the file's text.
    const set = await run(socketPath, secret, `set ssl ${what} ${file} <<\n${bytesOf(secret)}`)
    if (!/^transaction (created|updated) for/im.test(set)) {
      await run(socketPath, secret, `abort ssl ${what} ${file}`).catch(() => {})
      throw failed(secret, set)
    }
    const committed = await run(socketPath, secret, `commit ssl ${what} ${file}`)
    if (!/^Success!/m.test(committed)) throw failed(secret, committed)
  }
}

async function run(socketPath: string, secret: Secret, command: string): Promise<string> {
  try {
    return await runCommands(socketPath, [command])
  } catch (cause) {
    throw failed(secret, (cause as Error).message, cause)
  }
}

/** HAProxy's words name files and fields, and never the bytes. */
function failed({ name }: Secret, words: string, cause?: unknown): EngineError {
  const said = words.trim().replace(/\s+/g, ' ').slice(0, 300)
  return new EngineError('ENGINE_LIVE_FAILED', `secret ${name}: ${said}`, { cause })
}
