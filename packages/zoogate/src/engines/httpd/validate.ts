import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError, type EnginePaths } from '../engine.ts'
import { runProgram } from '../shared/run-program.ts'
import { certificateProblems } from './certificate-check.ts'
import { complaints } from './complaints.ts'
import { RUNTIME_FOLDER } from './files.ts'
import { processModuleProblem } from './process-module.ts'
import { httpdArguments } from './program.ts'

/** Ten thousand members take about two seconds. */
const TIMEOUT_MS = 30_000

/**
 * `apache2 -t` on a generation where it will lie, with a folder of its own for what a running httpd
 * would have in the run folder. It binds no listener: the agent tries those.
 */
export async function validate(generationFolder: string, paths: EnginePaths): Promise<void> {
  const wrong = await certificateProblems(generationFolder)
  if (wrong.length > 0) throw new EngineError('ENGINE_INVALID', wrong.join('\n'))
  const aside = await mkdtemp(join(tmpdir(), 'zoogate-httpd-'))
  try {
    const own = {
      folder: aside,
      errorLog: join(aside, 'error.log'),
      pidFile: join(aside, 'pid'),
      runtime: `${join(generationFolder, RUNTIME_FOLDER)}/`,
    }
    const args = ['-t', ...httpdArguments(generationFolder, own)]
    const { outcome, output } = await runProgram('apache2', args, TIMEOUT_MS)
    if (outcome === 'passed') {
      const other = await processModuleProblem(generationFolder, paths)
      if (other === undefined) return
      throw new EngineError('ENGINE_INVALID', other)
    }
    throw new EngineError('ENGINE_INVALID', problem(outcome, output, generationFolder))
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function problem(outcome: string, output: string, folder: string): string {
  if (outcome === 'missing') return 'Apache httpd is not installed: apt-get install apache2'
  if (outcome === 'timeout') return `apache2 -t did not finish within ${TIMEOUT_MS / 1000} s`
  const messages = complaints(output, folder)
  return messages.length > 0 ? messages.join('\n') : `apache2 -t failed: ${output.slice(0, 1_000)}`
}
