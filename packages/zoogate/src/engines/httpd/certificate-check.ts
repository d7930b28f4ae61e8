import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readCa } from '../../model/secrets/read-ca.ts'
import { readTls } from '../../model/secrets/read-tls.ts'
import { PRIVATE_FOLDER } from '../engine.ts'
import { secretFiles } from './secret-files.ts'

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
    const key = secretFiles.key(name.slice(0, -ending(CHAIN).length))
    return told(file, readTls(await read(file), await read(key), new Date()))
  })
  return (await Promise.all(problems)).flat()
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
