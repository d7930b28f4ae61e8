import { existsSync } from 'node:fs'
import type { Detection } from '../engine.ts'
import { type ProgramResult, runProgram } from '../shared/run-program.ts'
import { ALL_MODULES, modulePath } from './program/modules.ts'

/** Older ones do not let a path with an encoded question mark be passed on (2.4.60). */
const OLDEST = [2, 4, 60] as const

const TIMEOUT_MS = 5_000

export async function detect(): Promise<Detection> {
  return detection(await runProgram('apache2', ['-v'], TIMEOUT_MS), (name) =>
    existsSync(modulePath(name)),
  )
}

/** What `apache2 -v` means, and which modules are there. Pure. */
export function detection(
  { outcome, output }: ProgramResult,
  hasModule: (name: string) => boolean,
): Detection {
  if (outcome === 'missing') {
    return { installed: false, problem: 'Apache httpd is not installed: apt-get install apache2' }
  }
  const version = /Apache\/([0-9]+(?:\.[0-9]+)*)/.exec(output)?.[1]
  if (outcome !== 'passed' || version === undefined) {
    return {
      installed: true,
      problem: `apache2 -v does not tell a version: ${output.slice(0, 200)}`,
    }
  }
  if (!isAtLeast(version.split('.').map(Number), OLDEST)) {
    const problem = `httpd ${version} is older than ${OLDEST.join('.')}: apt-get install apache2`
    return { installed: true, version, problem }
  }
  const missing = ALL_MODULES.filter((name) => !hasModule(name))
  if (missing.length === 0) return { installed: true, version }
  const names = missing.map((name) => `mod_${name}`).join(', ')
  const problem = `httpd lacks ${names}: apt-get install apache2-bin`
  return { installed: true, version, problem }
}

function isAtLeast(version: readonly number[], oldest: readonly number[]): boolean {
  for (const [index, wanted] of oldest.entries()) {
    const part = version[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
