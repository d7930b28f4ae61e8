import { execFile } from 'node:child_process'

/** Where engines are, beside the PATH: a user who is not root often has no `sbin` there. */
export const ENGINE_PATH = '/usr/local/sbin:/usr/sbin:/sbin'

/** Output beyond this is an error of its own, unless told otherwise. */
const OUTPUT_BYTES_MAX = 1024 * 1024

export interface ProgramResult {
  /** `missing`: there is no such program. `timeout`: it was killed. */
  readonly outcome: 'passed' | 'failed' | 'missing' | 'timeout'
  /** Standard output and error together, or why it could not be run. */
  readonly output: string
}

/** Runs an engine's program to its end, for its version or its checker. Never rejects. */
export function runProgram(
  name: 'apache2' | 'haproxy' | 'nginx',
  args: readonly string[],
  timeoutMs: number,
  outputBytesMax = OUTPUT_BYTES_MAX,
): Promise<ProgramResult> {
  const PATH = `${process.env['PATH'] ?? ''}:${ENGINE_PATH}`
  const env = { ...process.env, PATH, LC_ALL: 'C' }
  return new Promise((resolve) => {
    execFile(
      name,
      args,
      { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: outputBytesMax },
      (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trim()
        if (error === null) resolve({ outcome: 'passed', output })
        else if (error.code === 'ENOENT') resolve({ outcome: 'missing', output: error.message })
        else if (error.killed === true) resolve({ outcome: 'timeout', output })
        else resolve({ outcome: 'failed', output: output === '' ? error.message : output })
      },
    )
  })
}
