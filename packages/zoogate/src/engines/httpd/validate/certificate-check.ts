import { createPrivateKey } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { readCa } from '../../../model/secrets/read-ca.ts'
import { readTls } from '../../../model/secrets/read-tls.ts'
import { PRIVATE_FOLDER } from '../../engine.ts'
import { secretFiles } from '../../shared/secret-files.ts'

const CHAIN = secretFiles.chain('')
const AUTHORITIES = secretFiles.authorities('')

/**
 * What is wrong with the certificates of a generation. `apache2 -t` does not open them, and an httpd
 * that is to load a wrong one at a graceful restart ends. The words never hold bytes of a secret.
 */
export async function certificateProblems(generationFolder: string): Promise<readonly string[]> {
  const names = await readdir(join(generationFolder, PRIVATE_FOLDER)).catch(() => [])
  const problems = names.sort().map(async (name) => {
    const file = `${PRIVATE_FOLDER}/${name}`
    const read = (of: string) => readFile(join(generationFolder, of), 'utf8').catch(() => '')
    if (file.endsWith(ending(AUTHORITIES))) return told(file, readCa(await read(file), new Date()))
    if (!file.endsWith(ending(CHAIN))) return []
    const keyFile = secretFiles.key(name.slice(0, -ending(CHAIN).length))
    const [chain, key] = [await read(file), await read(keyFile)]
    const wrong = told(file, readTls(chain, key, new Date()))
    if (wrong.length > 0) return wrong
    const weak = weakness(chain, key)
    return weak === undefined ? [] : [`${file}: ${weak}`]
  })
  return (await Promise.all(problems)).flat()
}

/** Debian's OpenSSL, at its security level 2, takes no shorter keys. */
const RSA_BITS_MIN = 2_048

/** Why OpenSSL would not load what can be read: a signature by SHA-1, a short key. */
function weakness(chain: string, key: string): string | undefined {
  const { asymmetricKeyType = '', asymmetricKeyDetails } = createPrivateKey(key)
  const bits = asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < RSA_BITS_MIN) {
    return `its ${asymmetricKeyType} key has ${bits} bits, of ${RSA_BITS_MIN} at least`
  }
  try {
    createSecureContext({ cert: chain, key })
    return undefined
  } catch (error) {
    const words = error instanceof Error ? error.message.split(':').at(-1) : undefined
    return `OpenSSL does not load it: ${words ?? 'it does not say why'}`
  }
}

function ending(path: string): string {
  return path.slice(`${PRIVATE_FOLDER}/`.length)
}

function told(
  file: string,
  read: ReturnType<typeof readTls> | ReturnType<typeof readCa>,
): readonly string[] {
  if (!('issues' in read)) return []
  return read.issues.map((issue) => `${file}: ${issue.file} ${issue.message}`)
}
