import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { addKey, readKeyFile } from '../../../src/store/secrets/key-file.ts'
import { fingerprintOf, newKeyLine, parseKeyRing } from '../../../src/store/secrets/key-ring.ts'
import {
  decodeSealed,
  SECRET_BYTES_MAX,
  sealSecret,
  unsealSecret,
} from '../../../src/store/secrets/sealed-secret.ts'

const path = '/zoogate/secrets/shop/3'
const oldLine = newKeyLine()
const newLine = newKeyLine()
const both = parseKeyRing(`# two\n${oldLine}\n${newLine}`, 'keys')
const newOnly = parseKeyRing(newLine, 'keys')

describe('a key file', () => {
  it('has the newest key last', () => {
    expect(newLine).toMatch(/^[0-9a-f]{12} [A-Za-z0-9+/]{43}=\n$/)
    expect(both.newest.id).toBe(newLine.slice(0, 12))
    expect(both.find(oldLine.slice(0, 12))).toBeDefined()
    expect(newOnly.find(oldLine.slice(0, 12))).toBeUndefined()
  })

  it.each([
    ['', /holds no key: .*zoogate key new/],
    ['# none\n', /holds no key/],
    [`${oldLine.slice(0, 12)} ${newLine.slice(13)}`, /keys:1 is no key, or a damaged one/],
    [`${oldLine}password\n`, /keys:2 is no key/],
  ])('is refused where it is damaged, and never printed: %#', (text, message) => {
    const parse = () => parseKeyRing(text, 'keys')
    expect(parse).toThrow(expect.objectContaining({ code: 'STORE_NO_KEY' }))
    expect(parse).toThrow(message)
    expect(parse).not.toThrow(/password|[A-Za-z0-9+/]{43}=/)
  })

  it('is made for its user alone, and grows at its end', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'etc', 'keys')
    await expect(readKeyFile(file)).rejects.toThrow(/there is no key file .*zoogate key new --keys/)
    const first = await addKey(file)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await chmod(file, 0o640)
    const second = await addKey(file)
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    const ring = await readKeyFile(file)
    expect(ring.newest.id).toBe(second)
    expect(ring.find(first)).toBeDefined()
    await chmod(file, 0o644)
    await expect(readKeyFile(file)).rejects.toThrow(/can be read by everybody: chmod o=/)
  })

  it('does not grow where it is none', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'passwd')
    await writeFile(file, 'root:x:0:0\n', { mode: 0o600 })
    await expect(addKey(file)).rejects.toMatchObject({ code: 'STORE_NO_KEY' })
    expect(await readFile(file, 'utf8')).toBe('root:x:0:0\n')
  })
})

describe('a sealed secret', () => {
  const sealed = sealSecret('the bytes', path, both.newest)
  const decoded = decodeSealed(sealed, path)

  it('comes back with any ring that has its key', () => {
    expect(sealed.toString()).not.toContain('the bytes')
    expect(unsealSecret(decoded, path, both)).toBe('the bytes')
    expect(unsealSecret(decoded, path, newOnly)).toBe('the bytes')
    const former = decodeSealed(
      sealSecret('former', path, parseKeyRing(oldLine, 'keys').newest),
      path,
    )
    expect(unsealSecret(former, path, both)).toBe('former')
    expect(() => unsealSecret(former, path, newOnly)).toThrow(
      /encrypted with the key [0-9a-f]{12}, which keys does not have/,
    )
  })

  it('is another text each time, with the same fingerprint', () => {
    const again = sealSecret('the bytes', path, both.newest)
    expect(again.equals(sealed)).toBe(false)
    expect(decodeSealed(again, path).fingerprint).toBe(decoded.fingerprint)
    expect(fingerprintOf('the bytes', both.newest)).toBe(decoded.fingerprint)
    expect(fingerprintOf('other bytes', both.newest)).not.toBe(decoded.fingerprint)
    const oldKey = parseKeyRing(oldLine, 'keys').newest
    expect(fingerprintOf('the bytes', oldKey)).not.toBe(decoded.fingerprint)
  })

  it('is of use at its own path alone', () => {
    expect(() => unsealSecret(decoded, '/zoogate/secrets/other/3', both)).toThrow(
      expect.objectContaining({ code: 'STORE_CORRUPT' }),
    )
  })

  it('is refused once a bit of it is another, or its tag is shorter', () => {
    const data = Buffer.from(decoded.data, 'base64')
    for (let index = 0; index < data.length; index++) {
      const changed = Buffer.from(data)
      changed[index] = (changed[index] ?? 0) ^ 1
      const forged = { ...decoded, data: changed.toString('base64') }
      expect(() => unsealSecret(forged, path, both)).toThrow(/cannot be decrypted/)
    }
    for (const length of [0, 4, 15, 16]) {
      const short = { ...decoded, data: data.subarray(-length || data.length).toString('base64') }
      if (length > 0) expect(() => unsealSecret(short, path, both)).toThrow(/cannot be decrypted/)
    }
  })

  it.each(['', '{}', '{"v":2}', 'null', JSON.stringify({ ...decoded, key: 'x' })])(
    'is not %j',
    (text) => {
      expect(() => decodeSealed(Buffer.from(text), path)).toThrow(
        expect.objectContaining({ code: 'STORE_CORRUPT' }),
      )
    },
  )

  it('has a limit that fits a znode', () => {
    const large = sealSecret('x'.repeat(SECRET_BYTES_MAX), path, both.newest)
    expect(large.length).toBeLessThan(900 * 1024)
    expect(() => sealSecret('x'.repeat(SECRET_BYTES_MAX + 1), path, both.newest)).toThrow(
      expect.objectContaining({ code: 'STORE_TOO_LARGE' }),
    )
  })
})
