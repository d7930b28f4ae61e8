import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { StoreError } from '../store-error.ts'

const KEY_BYTES = 32
const KEYS_MAX = 100
const ID_CHARACTERS = 12

/** One line of a key file: the id, which tells that the key is whole, and the key in base64. */
const LINE = /^([0-9a-f]{12}) ([A-Za-z0-9+/]{43}=)$/

/** One key, and what is derived of it (HKDF, RFC 5869): no two uses share one. */
export interface SecretKey {
  readonly id: string
  readonly encryption: Buffer
  readonly fingerprint: Buffer
}

/** The keys that secrets are encrypted with: the newest encrypts, all decrypt. */
export interface KeyRing {
  /** Where they were read, for messages. */
  readonly file: string
  readonly newest: SecretKey
  find(id: string): SecretKey | undefined
}

/**
 * The keys of a key file, oldest first, a line each; `#` begins a comment.
 * @throws StoreError `STORE_NO_KEY`, which never holds what the file does
 */
export function parseKeyRing(text: string, file: string): KeyRing {
  const keys = new Map<string, SecretKey>()
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, id, base64] = LINE.exec(line) ?? []
    const key = base64 === undefined ? undefined : secretKey(Buffer.from(base64, 'base64'))
    if (key === undefined || key.id !== id) {
      throw noKey(
        `${file}:${index + 1} is no key, or a damaged one: \`zoogate key new\` writes them`,
      )
    }
    keys.set(id, key)
  }
  const newest = [...keys.values()].at(-1)
  if (newest === undefined) throw noKey(`${file} holds no key: \`zoogate key new\` makes one`)
  if (keys.size > KEYS_MAX) throw noKey(`${file} holds more than ${KEYS_MAX} keys`)
  return { file, newest, find: (id) => keys.get(id) }
}

/** A line for a key file, with a new key. */
export function newKeyLine(random: (bytes: number) => Buffer = randomBytes): string {
  const bytes = random(KEY_BYTES)
  return `${secretKey(bytes).id} ${bytes.toString('base64')}\n`
}

function secretKey(bytes: Buffer): SecretKey {
  const derive = (use: string) =>
    Buffer.from(hkdfSync('sha256', bytes, '', `zoogate secret ${use}`, KEY_BYTES))
  return {
    id: derive('key id').toString('hex').slice(0, ID_CHARACTERS),
    encryption: derive('encryption'),
    fingerprint: derive('fingerprint'),
  }
}

/** Equal for equal bytes, and of no use without the key. */
export function fingerprintOf(text: string, key: SecretKey): string {
  return createHmac('sha256', key.fingerprint).update(text).digest('hex')
}

export function noKey(message: string): StoreError {
  return new StoreError('STORE_NO_KEY', message)
}
