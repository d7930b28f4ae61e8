import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { decodeJson } from '../revision.ts'
import { StoreError } from '../store-error.ts'
import { fingerprintOf, type KeyRing, noKey, type SecretKey } from './key-ring.ts'

/** Of what is encrypted; with base64 and the rest around it it fits in a znode. */
export const SECRET_BYTES_MAX = 512 * 1024
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * The data of `/secrets/<name>/<version>`, immutable: AES-256-GCM (NIST SP 800-38D), with the znode's
 * path as associated data, so that one secret cannot be put in another's place. Programs write it:
 * unknown fields are ignored.
 */
const SealedSecretSchema = Type.Object({
  v: Type.Literal(1),
  /** The key's id. */
  key: Type.String({ pattern: '^[0-9a-f]{12}$' }),
  /** HMAC-SHA-256 of the bytes, by which apply sees that they are the same. */
  fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** Base64. */
  nonce: Type.String({ pattern: '^[A-Za-z0-9+/]{16}$' }),
  /** Base64, with the tag at its end. */
  data: Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
})
export type SealedSecret = Static<typeof SealedSecretSchema>

/** @throws StoreError `STORE_TOO_LARGE` */
export function sealSecret(
  text: string,
  path: string,
  key: SecretKey,
  random: (bytes: number) => Buffer = randomBytes,
): Buffer {
  const plain = Buffer.from(text)
  if (plain.length > SECRET_BYTES_MAX) {
    const message = `${path} would have ${plain.length} bytes, more than ${SECRET_BYTES_MAX}`
    throw new StoreError('STORE_TOO_LARGE', message, { path })
  }
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key.encryption, nonce).setAAD(Buffer.from(path))
  const data = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  const sealed: SealedSecret = {
    v: 1,
    key: key.id,
    fingerprint: fingerprintOf(text, key),
    nonce: nonce.toString('base64'),
    data: data.toString('base64'),
  }
  return Buffer.from(JSON.stringify(sealed))
}

/** @throws StoreError `STORE_CORRUPT` */
export function decodeSealed(data: Buffer | null, path: string): SealedSecret {
  const value = decodeJson(data, path)
  if (Value.Check(SealedSecretSchema, value)) return value
  throw new StoreError('STORE_CORRUPT', `${path} is not a secret`, { path })
}

/**
 * The text that was sealed.
 * @throws StoreError `STORE_NO_KEY` where the key is none of these, `STORE_CORRUPT` where it is not what
 * was sealed for this path
 */
export function unsealSecret(sealed: SealedSecret, path: string, keys: KeyRing): string {
  const key = keys.find(sealed.key)
  if (key === undefined) {
    throw noKey(
      `${path} is encrypted with the key ${sealed.key}, which ${keys.file} does not have: copy the line that begins with it from the host where it was applied`,
    )
  }
  try {
    const data = Buffer.from(sealed.data, 'base64')
    const nonce = Buffer.from(sealed.nonce, 'base64')
    const decipher = createDecipheriv(CIPHER, key.encryption, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(path)).setAuthTag(data.subarray(-TAG_BYTES))
    const plain = [decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]
    return Buffer.concat(plain).toString('utf8')
  } catch {
    // OpenSSL's words say nothing.
    const message = `${path} cannot be decrypted: it was changed, or lay elsewhere when it was written`
    throw new StoreError('STORE_CORRUPT', message, { path })
  }
}
