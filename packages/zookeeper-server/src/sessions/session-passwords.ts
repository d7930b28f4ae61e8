import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { PASSWORD_BYTES } from '@zoogate/zookeeper/protocol'
import { unfinished } from '../storage/file-names.ts'
import { syncFolder } from '../storage/sync-folder.ts'
import { systemErrorCode, ZooKeeperServerError } from '../zookeeper-server-error.ts'

const SECRET_NAME = 'session-secret'
const SECRET_BYTES = 32

/**
 * Passwords of sessions, derived from the session's id and a secret of the data folder: a client may come back to its
 * session after a restart, and nobody can compute the password of another's (Apache's are a function of the id alone).
 */
export class SessionPasswords {
  readonly #secret: Buffer

  constructor(secret: Buffer) {
    this.#secret = secret
  }

  of(sessionId: bigint): Buffer {
    const id = Buffer.alloc(8)
    id.writeBigInt64BE(sessionId)
    return createHmac('sha256', this.#secret).update(id).digest().subarray(0, PASSWORD_BYTES)
  }

  isRight(sessionId: bigint, password: Buffer): boolean {
    return password.length === PASSWORD_BYTES && timingSafeEqual(password, this.of(sessionId))
  }
}

/** The folder's secret; made when there is none. */
export async function sessionPasswords(folder: string): Promise<SessionPasswords> {
  const path = join(folder, SECRET_NAME)
  const secret = (await readSecret(path)) ?? (await makeSecret(folder, path))
  if (secret.length !== SECRET_BYTES) {
    throw new ZooKeeperServerError(
      'ZK_SERVER_FORMAT_UNKNOWN',
      `${path} is not ${SECRET_BYTES} bytes long: it is damaged. Without it clients cannot come back to their sessions; remove it to let the sessions expire`,
      { path },
    )
  }
  return new SessionPasswords(secret)
}

async function readSecret(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

async function makeSecret(folder: string, path: string): Promise<Buffer> {
  const secret = randomBytes(SECRET_BYTES)
  const handle = await open(unfinished(path), 'w', 0o600)
  try {
    await handle.writeFile(secret)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(unfinished(path), path)
  await syncFolder(folder)
  return secret
}
