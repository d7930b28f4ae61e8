import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type KeyRing, newKeyLine, noKey, parseKeyRing } from './key-ring.ts'

export const DEFAULT_KEY_FILE = '/etc/zoogate/keys'

const KEY_FILE_BYTES_MAX = 64 * 1024
const OTHERS = 0o007

const HEADER = `# Keys of zoogate's secrets: a line each, the newest last. It encrypts; all of them decrypt.
# Needed where \`zoogate apply\` runs and on each load balancer's host. Without a copy the secrets are lost.
`

/** @throws StoreError `STORE_NO_KEY`: what is wrong with the file, and what to do */
export async function readKeyFile(file: string): Promise<KeyRing> {
  let text: string
  try {
    const { mode, size } = await stat(file)
    if ((mode & OTHERS) !== 0) throw noKey(`${file} can be read by everybody: chmod o= ${file}`)
    if (size > KEY_FILE_BYTES_MAX) throw noKey(`${file} is larger than ${KEY_FILE_BYTES_MAX} bytes`)
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    const missing = 'code' in error && error.code === 'ENOENT'
    throw noKey(
      missing
        ? `there is no key file ${file}, and secrets are encrypted: copy it from where there is one, or make the first with \`zoogate key new --keys ${file}\``
        : `the key file ${file} cannot be read: ${error.message}`,
    )
  }
  return parseKeyRing(text, file)
}

/**
 * Adds a new key to a key file, which is made where there is none. The file is replaced at once:
 * nobody reads half a key.
 * @returns the key's id
 * @throws StoreError `STORE_NO_KEY` where the file is none of ours
 */
export async function addKey(file: string): Promise<string> {
  const former = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (former !== undefined) parseKeyRing(former, file)
  const line = newKeyLine()
  const before = former === undefined || former.endsWith('\n') ? (former ?? HEADER) : `${former}\n`
  const owner = former === undefined ? undefined : await stat(file)
  await mkdir(dirname(file), { recursive: true })
  const aside = `${file}.${randomUUID()}`
  try {
    const handle = await open(aside, 'wx', 0o600)
    try {
      await handle.writeFile(`${before}${line}`)
      if (owner !== undefined) {
        await handle.chown(owner.uid, owner.gid)
        await handle.chmod(owner.mode & 0o770)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(aside, file)
  } finally {
    await rm(aside, { force: true })
  }
  return line.slice(0, line.indexOf(' '))
}

/** Makes a key file with one key where there is none. */
export async function ensureKeyFile(file: string): Promise<void> {
  try {
    await stat(file)
  } catch {
    await addKey(file)
  }
}
