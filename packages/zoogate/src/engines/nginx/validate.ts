import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { EngineError, type EnginePaths } from '../engine.ts'
import { runProgram } from '../shared/run-program.ts'
import { graveLines } from './control/log-lines.ts'
import { nginxArguments, processDirectives } from './program.ts'
import { directive } from './render/directive.ts'
import { nginxFiles } from './render/files.ts'
import { unmetNeeds } from './render/host-needs.ts'

/** Ten thousand endpoints on hash rings take about five seconds. */
const TIMEOUT_MS = 30_000

/**
 * `nginx -t` on a generation where it will lie. The checker makes a pid file and opens logs, so it
 * has a folder of its own for them and touches none of the running engine's. It binds each listener
 * for a moment; an address that is in use is no error to it, one that this host lacks is, and so is a
 * folder for the control socket that is not there yet.
 */
export async function validate(generationFolder: string, paths: EnginePaths): Promise<void> {
  const unmet = await unmetNeeds(generationFolder)
  if (unmet.length > 0) throw new EngineError('ENGINE_INVALID', unmet.join('\n'))
  const aside = await mkdtemp(join(tmpdir(), 'zoogate-nginx-'))
  try {
    await mkdir(dirname(nginxFiles(paths).controlSocket), { recursive: true, mode: 0o700 })
    const args = nginxArguments(generationFolder, join(aside, 'error.log'), [
      ...processDirectives(paths),
      directive('pid', join(aside, 'nginx.pid')),
    ])
    const { outcome, output } = await runProgram('nginx', ['-t', ...args], TIMEOUT_MS)
    if (outcome === 'passed') return
    throw new EngineError('ENGINE_INVALID', problem(outcome, output, generationFolder))
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function problem(outcome: string, output: string, folder: string): string {
  if (outcome === 'missing') return 'nginx is not installed: apt-get install nginx'
  if (outcome === 'timeout') return `nginx -t did not finish within ${TIMEOUT_MS / 1000} s`
  const messages = graveLines(output, folder).map(({ message }) => message)
  if (messages.some((message) => message.startsWith('unknown directive "stream"'))) {
    return 'nginx has no stream module, which TCP listeners need: apt-get install libnginx-mod-stream'
  }
  return messages.length > 0 ? messages.join('\n') : `nginx -t failed: ${output.slice(0, 1_000)}`
}
