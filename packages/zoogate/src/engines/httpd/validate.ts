import { EngineError, type EnginePaths } from '../engine.ts'
import { complaints } from './control/complaints.ts'
import { certificateProblems } from './validate/certificate-check.ts'
import { processModuleProblem } from './validate/process-module.ts'
import { runAside } from './validate/run-aside.ts'

/** Ten thousand members take about two seconds. */
const TIMEOUT_MS = 30_000

/** `apache2 -t` on a generation where it will lie. It binds no listener: the agent tries those. */
export async function validate(generationFolder: string, paths: EnginePaths): Promise<void> {
  const wrong = await certificateProblems(generationFolder)
  if (wrong.length > 0) throw new EngineError('ENGINE_INVALID', wrong.join('\n'))
  const { outcome, output } = await runAside(generationFolder, (own) => ['-t', ...own], {
    timeoutMs: TIMEOUT_MS,
  })
  const found =
    outcome === 'passed'
      ? await processModuleProblem(generationFolder, paths)
      : problem(outcome, output, generationFolder)
  if (found !== undefined) throw new EngineError('ENGINE_INVALID', found)
}

function problem(outcome: string, output: string, folder: string): string {
  if (outcome === 'missing') return 'Apache httpd is not installed: apt-get install apache2'
  if (outcome === 'timeout') return `apache2 -t did not finish within ${TIMEOUT_MS / 1000} s`
  const messages = complaints(output, folder)
  return messages.length > 0 ? messages.join('\n') : `apache2 -t failed: ${output.slice(0, 1_000)}`
}
