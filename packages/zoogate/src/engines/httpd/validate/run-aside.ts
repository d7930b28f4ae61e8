import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ProgramResult, runProgram } from '../../shared/run-program.ts'
import { httpdArguments } from '../program.ts'
import { RUNTIME_FOLDER } from '../render/files.ts'

/**
 * Runs httpd on a generation where it lies, beside the one that serves: what httpd writes while it
 * runs goes to a folder for this alone.
 * @param args all arguments, made of those that say where everything is
 */
export async function runAside(
  generationFolder: string,
  args: (own: readonly string[]) => readonly string[],
  limits: { readonly timeoutMs: number; readonly outputBytesMax?: number },
): Promise<ProgramResult> {
  const folder = await mkdtemp(join(tmpdir(), 'zoogate-httpd-'))
  try {
    const own = httpdArguments(generationFolder, {
      folder,
      errorLog: join(folder, 'error.log'),
      pidFile: join(folder, 'pid'),
      runtime: `${join(generationFolder, RUNTIME_FOLDER)}/`,
    })
    return await runProgram('apache2', args(own), limits.timeoutMs, limits.outputBytesMax)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
