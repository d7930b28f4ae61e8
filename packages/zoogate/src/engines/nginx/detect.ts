import type { Detection } from '../engine.ts'
import { type ProgramResult, runProgram } from '../shared/run-program.ts'

/** Older ones have no `-e` (1.19.5), which keeps nginx away from the log of the host's own one. */
const OLDEST = [1, 19, 5] as const

/** Every distribution builds it in. It tells when a reload loses nobody: see `drain-window.ts`. */
const COUNTERS = 'http_stub_status_module'

const TIMEOUT_MS = 5_000

export async function detect(): Promise<Detection> {
  return detection(await runProgram('nginx', ['-V'], TIMEOUT_MS))
}

/** What `nginx -V` means. Pure. */
export function detection({ outcome, output }: ProgramResult): Detection {
  if (outcome === 'missing') {
    return { installed: false, problem: 'nginx is not installed: apt-get install nginx' }
  }
  const version = /nginx\/([0-9]+(?:\.[0-9]+)*)/.exec(output)?.[1]
  if (outcome !== 'passed' || version === undefined) {
    return { installed: true, problem: `nginx -V does not tell a version: ${output.slice(0, 200)}` }
  }
  if (!isAtLeast(version.split('.').map(Number), OLDEST)) {
    const problem = `nginx ${version} is older than ${OLDEST.join('.')}: apt-get install nginx`
    return { installed: true, version, problem }
  }
  if (!output.includes(COUNTERS)) {
    const problem = `nginx ${version} was built without ${COUNTERS}: apt-get install nginx`
    return { installed: true, version, problem }
  }
  return { installed: true, version }
}

function isAtLeast(version: readonly number[], oldest: readonly number[]): boolean {
  for (const [index, wanted] of oldest.entries()) {
    const part = version[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
