import type { Detection } from '../engine.ts'
import { type ProgramResult, runProgram } from '../shared/run-program.ts'

/** Servers that are added at run time have health checks, and can be deleted, since this one. */
const OLDEST = [2, 6] as const
const TIMEOUT_MS = 5_000

export async function detect(): Promise<Detection> {
  return detection(await runProgram('haproxy', ['-v'], TIMEOUT_MS))
}

/** What `haproxy -v` means. Pure. */
export function detection({ outcome, output }: ProgramResult): Detection {
  if (outcome === 'missing') {
    return { installed: false, problem: 'haproxy is not installed: apt-get install haproxy' }
  }
  const version = /^HAProxy version ([0-9]+(?:\.[0-9]+)*)/m.exec(output)?.[1]
  if (outcome !== 'passed' || version === undefined) {
    return { installed: true, problem: `haproxy -v tells no version: ${output.slice(0, 200)}` }
  }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    const problem = `haproxy ${version} is older than ${OLDEST.join('.')}: apt-get install haproxy`
    return { installed: true, version, problem }
  }
  return { installed: true, version }
}
